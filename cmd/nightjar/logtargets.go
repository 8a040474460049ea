package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/files"
	"nightjar/ui/boards"
)

// A logOpener opens a source of logs by what follows its prefix in a TARGET.
type logOpener func(ctx context.Context, s *session, name, rest string) (feed.Part, error)

// logKinds are the prefixes of targets that are logs and not files.
func logKinds() map[string]logOpener {
	return map[string]logOpener{}
}

// logTarget says which kind of log a TARGET names, if one, and what follows the prefix.
func logTarget(target string) (kind, rest string, ok bool) {
	kind, rest, ok = strings.Cut(target, ":")
	if !ok || logKinds()[kind] == nil {
		return "", "", false
	}
	return kind, rest, true
}

// isLog reports whether a TARGET of the dashboard is a log: standard input, a kind
// of logKinds, a glob, or a file that is no board.
func isLog(target string) bool {
	if target == "-" {
		return true
	}
	if _, _, ok := logTarget(target); ok {
		return true
	}
	if hasScheme.MatchString(target) {
		return false
	}
	ext := filepath.Ext(target)
	return ext != ".yaml" && ext != ".yml"
}

// isPath reports whether a TARGET is one file or folder.
func isPath(target string) bool {
	_, _, kind := logTarget(target)
	return target != "-" && !kind && !hasScheme.MatchString(target) && !strings.ContainsAny(target, "*?[")
}

// logTargets are the targets that are logs.
func (s *session) logTargets() (logs []string) {
	for _, t := range s.targets {
		if isLog(t) {
			logs = append(logs, t)
		}
	}
	return logs
}

// logsOnly reports whether there is nothing but logs to show.
func (s *session) logsOnly() bool {
	return len(s.logTargets()) > 0 && s.ownKind() == "" && !s.urlTargets() && len(s.file.Sources) == 0 && s.file.ScrapeConfigs == ""
}

// openLogs opens the sources of logs that targets name, each under a name of its
// own. They are closed with the session.
func (s *session) openLogs(ctx context.Context, targets []string) ([]feed.Part, error) {
	names := map[string]int{}
	parts := make([]feed.Part, 0, len(targets))
	for _, t := range targets {
		name := logName(t)
		if names[name]++; names[name] > 1 {
			name = fmt.Sprintf("%s#%d", name, names[name])
		}
		p, err := s.openLog1(ctx, name, t)
		if err != nil {
			return nil, err
		}
		s.closer = append(s.closer, p.Source.Close)
		parts = append(parts, p)
	}
	return parts, nil
}

// openLog1 opens one target of logs.
func (s *session) openLog1(ctx context.Context, name, target string) (feed.Part, error) {
	if target == "-" {
		if s.env.Stdin == nil {
			return feed.Part{}, failed(exitUsage, "-: there is no standard input")
		}
		if _, ok := terminal(s.env.Stdin); ok {
			return feed.Part{}, failed(exitUsage, "-: standard input is the terminal; pipe something into it, as in kubectl logs -f POD | nightjar -")
		}
		return feed.Part{Source: files.Stdin(s.env.Stdin, s.fileOptions(name))}, nil
	}
	if kind, rest, ok := logTarget(target); ok {
		return logKinds()[kind](ctx, s, name, rest)
	}
	if hasScheme.MatchString(target) {
		return feed.Part{}, failed(exitUsage, "%s: is no log that can be read; a log is a file, - or one of the kinds that nightjar logs --help names", sources.Redact(target))
	}
	o := s.fileOptions(name)
	o.Paths = []string{target}
	src, err := files.Open(ctx, o)
	switch {
	case errors.Is(err, os.ErrNotExist), sources.KindOf(err) == sources.KindQuery:
		return feed.Part{}, failed(exitUsage, "%w", err)
	case err != nil:
		return feed.Part{}, failed(exitUnreachable, "%w", err)
	}
	return feed.Part{Source: src}, nil
}

// machineLogs are where a machine's own log is, the first that can be read; the last one is a glob.
func machineLogs() []string {
	return []string{"/var/log/syslog", "/var/log/messages", "/var/log/system.log", "/var/log/*.log"}
}

// ownLogs opens the log of this machine. Where none can be read there is none,
// and the panels of logs say so.
func (s *session) ownLogs(ctx context.Context) []feed.Part {
	for _, path := range machineLogs() {
		if !anyReadable(path) {
			continue
		}
		parts, err := s.openLogs(ctx, []string{path})
		if err != nil {
			s.log.Warn("the machine's log cannot be opened", "path", path, "err", err)
			continue
		}
		return parts
	}
	return nil
}

// anyReadable reports whether a file, or one of a glob, can be read.
func anyReadable(path string) bool {
	files, err := filepath.Glob(path)
	if err != nil {
		return false
	}
	for _, name := range files {
		if f, err := os.Open(name); err == nil {
			return f.Close() == nil
		}
	}
	return false
}

// addLogs opens the logs of the targets, else this machine's, for the panels of logs.
func (s *session) addLogs(ctx context.Context, d *deck) error {
	parts, err := s.openLogs(ctx, s.logTargets())
	if err != nil {
		return err
	}
	if s.ownKind() == "local" && len(parts) == 0 {
		parts = s.ownLogs(ctx)
	}
	o := &d.options
	for _, p := range parts {
		o.Logs = append(o.Logs, p.Source)
	}
	if !s.logsOnly() {
		return nil
	}
	o.Sources, o.Logs = o.Logs, nil // they are all there is
	o.Default, o.Boards = o.Sources[0].Name(), boards.BuiltinNamed(logsBoard)
	if o.Range == "" {
		o.Range = s.rangeOf(ctx, parts)
	}
	return nil
}

// rangeOf is the range that logs are opened with: live where they are, else the end of what they have.
func (s *session) rangeOf(ctx context.Context, parts []feed.Part) string {
	const shown = time.Hour
	w := feed.Span(ctx, parts)
	age := s.env.Now().Sub(w.End)
	switch {
	case w.End.IsZero() || age < 10*time.Minute:
		return "" // the board's
	case age < 40*time.Minute:
		return "1h"
	case age < 4*time.Hour:
		return "6h"
	case age < 16*time.Hour:
		return "24h"
	}
	end := w.End.Truncate(time.Second).Add(time.Second)
	start := w.Start
	if end.Sub(start) > 24*time.Hour {
		start = end.Add(-shown)
	}
	if end.Sub(start) < time.Minute {
		start = end.Add(-time.Minute)
	}
	return start.UTC().Format(time.RFC3339) + ".." + end.UTC().Format(time.RFC3339)
}

// fileOptions are those of every source that reads text.
func (s *session) fileOptions(name string) files.Options {
	return files.Options{Name: name, Zone: s.zone(), Clock: s.env.Now, Logger: s.log}
}

// logName is what a target of logs is called: a file's name without its folder, or what was typed.
func logName(target string) string {
	switch {
	case target == "-":
		return "stdin"
	case hasScheme.MatchString(target):
		return nameOf(target)
	case strings.ContainsAny(target, "*?["):
		return target
	}
	return filepath.Base(target)
}
