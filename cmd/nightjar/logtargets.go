package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/files"
	"nightjar/ui/boards"
)

// logPrefixes are the prefixes of targets that are logs and no files, with the
// kind of log and what the rest of the target is put behind.
var logPrefixes = map[string]struct{ kind, before string }{
	"journal":     {kind: "journal"},
	"docker":      {kind: "docker"},
	"podman":      {kind: "podman"},
	"loki+http":   {"loki", "http:"},
	"loki+https":  {"loki", "https:"},
	"vlogs+http":  {"victorialogs", "http:"},
	"vlogs+https": {"victorialogs", "https:"},
}

// prefixed is the log that a TARGET names by a prefix, if it does.
func prefixed(target string) (l *config.Log, ok bool) {
	prefix, rest, ok := strings.Cut(target, ":")
	p := logPrefixes[prefix]
	if !ok || p.kind == "" {
		return nil, false
	}
	l = &config.Log{Name: logName(target), Kind: p.kind}
	if rest != "" {
		l.Places = []string{p.before + rest}
	}
	return l, true
}

// isLog reports whether a TARGET of the dashboard is a log: standard input, one of
// logs: in the configuration, one with a prefix, a glob, or a file that is no board.
func (s *session) isLog(target string) bool {
	if target == "-" || s.configuredLog(target) != nil {
		return true
	}
	if _, ok := prefixed(target); ok {
		return true
	}
	if hasScheme.MatchString(target) {
		return false
	}
	ext := filepath.Ext(target)
	return ext != ".yaml" && ext != ".yml"
}

// isPath reports whether a TARGET is one file or folder.
func (s *session) isPath(target string) bool {
	_, other := prefixed(target)
	return target != "-" && !other && !hasScheme.MatchString(target) && !strings.ContainsAny(target, "*?[") && s.configuredLog(target) == nil
}

// isURL reports whether a TARGET is the URL of a server whose kind it does not say.
func (s *session) isURL(target string) bool { return hasScheme.MatchString(target) && !s.isLog(target) }

// logTargets are the targets that are logs.
func (s *session) logTargets() (logs []string) {
	for _, t := range s.targets {
		if s.isLog(t) {
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
// own. They are closed with the session. Of several, those that cannot be read are lost.
func (s *session) openLogs(ctx context.Context, targets []string) (parts []feed.Part, lost []lostLog, err error) {
	names := map[string]int{}
	for _, t := range targets {
		name := logName(t)
		if names[name]++; names[name] > 1 {
			name = fmt.Sprintf("%s#%d", name, names[name])
		}
		p, err := s.openLog1(ctx, name, t)
		switch {
		case err == nil:
			parts = append(parts, p)
		case len(targets) == 1 || ctx.Err() != nil || exitCode(err) != exitUnreachable:
			return nil, nil, err
		default:
			lost = append(lost, lostLog{name, err})
		}
	}
	if len(parts) == 0 && len(lost) > 0 {
		return nil, nil, lost[0].err
	}
	return parts, lost, nil
}

// A lostLog is a log among others that could not be opened: its panel says why.
type lostLog struct {
	name string
	err  error
}

// Name is the log's name.
func (l lostLog) Name() string { return l.name }

// Close does nothing.
func (l lostLog) Close() error { return nil }

// SearchLogs says why there is nothing.
func (l lostLog) SearchLogs(context.Context, sources.LogQuery) (*sources.LogPage, error) {
	return nil, l.err
}

// openAllLogs is openLogs for what prints: what is lost is a warning.
func (s *session) openAllLogs(ctx context.Context, targets []string) ([]feed.Part, error) {
	parts, lost, err := s.openLogs(ctx, targets)
	for _, l := range lost {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: left out: %s\n", oneLine(l.err))
	}
	return parts, err
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
		in := files.Stdin(s.env.Stdin, files.Options{Name: name, Zone: s.zone(), Formats: s.file.LogFormats, Clock: s.env.Now, Logger: s.log})
		s.closer = append(s.closer, in.Close)
		return feed.Part{Source: in}, nil
	}
	l, err := s.logOf(ctx, target)
	if err != nil {
		return feed.Part{}, err
	}
	l.Name = name
	src, err := s.openNow(ctx, l)
	if err != nil {
		return feed.Part{}, unopened(err)
	}
	return feed.Part{Source: src}, nil
}

// namedLog is the log that a TARGET names; nil if it does not say which it is.
func (s *session) namedLog(target string) *config.Log {
	if l := s.configuredLog(target); l != nil {
		return l
	}
	if l, ok := prefixed(target); ok {
		return l
	}
	if target == "-" || hasScheme.MatchString(target) {
		return nil
	}
	return &config.Log{Name: logName(target), Kind: "paths", Places: []string{target}}
}

// logOf is the log that a TARGET names. A URL is asked what it is.
func (s *session) logOf(ctx context.Context, target string) (*config.Log, error) {
	header, err := s.headers()
	if err != nil {
		return nil, err
	}
	if l := s.namedLog(target); l != nil {
		if l.Header == nil {
			l.Header = header
		}
		return l, nil
	}
	if err := checkURL(target); err != nil {
		return nil, err
	}
	r := remote{name: nameOf(target), url: target, header: header, http: withProxy(nil)}
	kind, err := s.probeLogs(ctx, r)
	if err != nil {
		return nil, failed(exitUnreachable, "%s: %w", sources.Redact(target), err)
	}
	return r.log(kind), nil
}

// addLogs opens the logs of the targets, else this machine's and those of the
// configuration, for the panels of logs.
func (s *session) addLogs(ctx context.Context, d *deck) error {
	s.endless = true
	parts, lost, err := s.openLogs(ctx, s.logTargets())
	if err != nil {
		return err
	}
	o := &d.options
	for _, p := range parts {
		o.Logs = append(o.Logs, p.Source)
	}
	for _, l := range lost {
		o.Logs = append(o.Logs, l)
	}
	if len(parts) == 0 && !s.urlTargets() {
		if s.ownKind() == "local" {
			if own := s.ownLog(ctx); own != nil {
				o.Logs = append(o.Logs, own)
			}
		}
		o.Logs = append(o.Logs, s.configuredLogs()...)
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
