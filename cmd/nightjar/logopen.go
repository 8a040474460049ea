package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/command"
	"nightjar/sources/docker"
	"nightjar/sources/files"
	"nightjar/sources/journal"
	"nightjar/sources/logs"
	"nightjar/sources/loki"
	"nightjar/sources/victorialogs"
)

// openLogOf opens a log by its kind. It fails where the log cannot be read.
func (s *session) openLogOf(ctx context.Context, l *config.Log) (logStore, error) {
	zone, formats := l.Zone, l.Formats
	if zone == nil {
		zone = s.zone()
	}
	if formats == nil {
		formats = s.file.LogFormats
	}
	reader := logs.Options{Zone: zone, Formats: formats}
	switch l.Kind {
	case "paths":
		return files.Open(ctx, files.Options{Name: l.Name, Paths: l.Places, Zone: zone, Formats: formats, Clock: s.env.Now, Logger: s.log})
	case "journal":
		return journal.Open(ctx, journal.Options{Name: l.Name, Select: strings.Join(append(l.Places, l.Select), " "), Zone: zone, Formats: formats})
	case "command":
		return command.Open(ctx, command.Options{
			Name: l.Name, Args: l.Places, Once: !s.endless, Zone: zone, Formats: formats, Clock: s.env.Now, Logger: s.log,
		})
	case "docker", "podman":
		return docker.Open(ctx, docker.Options{Name: l.Name, Engine: l.Kind, Containers: l.Places, Zone: zone, Formats: formats, Logger: s.log})
	case "loki":
		return loki.Open(ctx, loki.Options{
			Name: l.Name, URL: l.Places[0], HTTP: s.httpOf(l), Header: l.Header, Select: l.Select, Reader: reader, Clock: s.env.Now,
		})
	case "victorialogs":
		return victorialogs.Open(ctx, victorialogs.Options{
			Name: l.Name, URL: l.Places[0], HTTP: s.httpOf(l), Header: l.Header, Select: l.Select, Reader: reader, Clock: s.env.Now,
		})
	}
	return nil, sources.Errorf(l.Name, "open", sources.KindInternal, "no log is of the kind %q", l.Kind)
}

// openNow opens a log that is to be there. It is closed with the session.
func (s *session) openNow(ctx context.Context, l *config.Log) (sources.Source, error) {
	if len(l.Terms) > 0 { // they are of every question
		src := s.later(l)
		_, err := src.store(ctx, "open")
		return src.source(), err
	}
	src, err := s.openLogOf(ctx, l)
	if err != nil {
		return nil, err
	}
	s.closer = append(s.closer, src.Close)
	return src, nil
}

// httpOf are the HTTP client options of a log: files of them are beside the
// configuration, and the proxy of the environment counts where they name none.
func (s *session) httpOf(l *config.Log) *promconfig.HTTPClientConfig {
	if l.HTTP == nil {
		return withProxy(nil)
	}
	h := *l.HTTP
	h.SetDirectory(filepath.Dir(s.path))
	return withProxy(&h)
}

// unopened is why a log cannot be opened, with the exit code that says it.
func unopened(err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist) && !errors.Is(err, exec.ErrNotFound), sources.KindOf(err) == sources.KindQuery, sources.KindOf(err) == sources.KindUnknown:
		return failed(exitUsage, "%w", err)
	}
	return failed(exitUnreachable, "%w", err)
}

// configuredLog is the entry of logs: of that name; nil if there is none.
func (s *session) configuredLog(name string) *config.Log {
	for i := range s.file.Logs {
		if l := &s.file.Logs[i]; l.Name == name {
			own := *l
			if own.Kind == "paths" {
				own.Places = make([]string, len(l.Places))
				for i, p := range l.Places {
					own.Places[i] = s.near(p)
				}
			}
			return &own
		}
	}
	return nil
}

// configuredLogs are the logs of the configuration, none of them asked anything yet.
func (s *session) configuredLogs() []sources.Source {
	all := make([]sources.Source, len(s.file.Logs))
	for i := range s.file.Logs {
		all[i] = s.later(s.configuredLog(s.file.Logs[i].Name)).source()
	}
	return all
}

// machineLogs are where a machine's own log is, the first that can be read; the last one is a glob.
func machineLogs() []string {
	return []string{"/var/log/syslog", "/var/log/messages", "/var/log/system.log", "/var/log/*.log"}
}

// machineJournals are the journals of a machine as a whole.
func machineJournals() []string {
	return []string{"/var/log/journal/*/system.journal", "/run/log/journal/*/system.journal"}
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

// ownLog is the log of this machine: its journal, else a file. Where none can be
// read there is none, and the panels of logs say so.
func (s *session) ownLog(ctx context.Context) sources.Source {
	if _, err := exec.LookPath("journalctl"); err == nil {
		if slices.ContainsFunc(machineJournals(), anyReadable) {
			return s.later(&config.Log{Name: "journal", Kind: "journal"}).source()
		}
	}
	for _, path := range machineLogs() {
		if !anyReadable(path) {
			continue
		}
		src, err := s.openNow(ctx, &config.Log{Name: logName(path), Kind: "paths", Places: []string{path}})
		if err != nil {
			s.log.Warn("the machine's log cannot be opened", "path", path, "err", err)
			continue
		}
		return src
	}
	return nil
}
