package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/ui/timeline"
)

// A session is one run of the program: its settings and what was opened for
// it. It belongs to one goroutine.
type session struct {
	env Env
	out *output // stdout

	set     settings
	origin  map[string]string // setting -> the flag or variable that gave it
	file    *config.Config    // never nil once resolved; says nothing if there is no file
	path    string            // of the file; empty: there is none
	targets []string          // board files

	log    *slog.Logger
	closer []func() error
}

func newSession(env Env, out *output) *session {
	return &session{env: env, out: out, origin: map[string]string{}, log: slog.New(slog.DiscardHandler)}
}

// resolve settles the settings for a command with these flags and targets.
func (s *session) resolve(flags *pflag.FlagSet, targets []string) error {
	if err := s.readConfig(); err != nil {
		return err
	}
	if err := s.settle(flags); err != nil {
		return err
	}
	if s.set.span != "" {
		if _, err := timeline.Parse(s.set.span, s.env.Now(), s.zone()); err != nil {
			return s.blame("range", err)
		}
	}
	for _, t := range targets {
		if err := checkTarget(t); err != nil {
			return err
		}
	}
	s.targets = targets
	return s.openLog()
}

// close ends what the session opened, last first.
func (s *session) close() {
	for i := len(s.closer) - 1; i >= 0; i-- {
		if err := s.closer[i](); err != nil {
			s.log.Error("close", "err", err)
		}
	}
	s.closer = nil
}

// defaultConfig is where the configuration is when nobody says; empty if there is no home.
func (s *session) defaultConfig() string {
	if dir := s.env.configDir(); dir != "" {
		return filepath.Join(dir, "config.yaml")
	}
	return ""
}

// readConfig reads the configuration. One that was asked for must be there.
func (s *session) readConfig() error {
	origin := "--config"
	if s.set.config == "" {
		if v := s.env.variable("NIGHTJAR_CONFIG"); v != "" {
			s.set.config, origin = v, "NIGHTJAR_CONFIG"
		}
	}
	path, asked := s.set.config, true
	if path == "" {
		path, asked = s.defaultConfig(), false
	}
	s.file, _ = config.Decode("", nil)
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
	case !asked && errors.Is(err, fs.ErrNotExist):
		return nil
	case asked:
		return failed(exitUsage, "%s: %w", origin, err)
	default:
		return failed(exitUsage, "configuration: %w", err)
	}
	file, err := config.Decode(path, text)
	if err != nil {
		return err //nolint:wrapcheck // it names the file and the line
	}
	s.file, s.path = file, path
	return nil
}

var hasScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)

// checkTarget says why a TARGET cannot be one.
func checkTarget(target string) error {
	if hasScheme.MatchString(target) {
		return failed(exitUsage, "%s: this version reads no remote sources; leave TARGET out to watch this machine", sources.Redact(target))
	}
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return misused("%s: no such command and no such board file", target)
	case err != nil:
		return failed(exitUsage, "board: %w", err)
	case info.IsDir():
		return failed(exitUsage, "%s: is a folder; a TARGET is a board file", target)
	}
	return nil
}

// near makes a path of the configuration absolute: "~/" is the home, and
// relative paths start at the configuration's folder.
func (s *session) near(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(s.env.home(), rest)
	}
	if filepath.IsAbs(path) || s.path == "" {
		return path
	}
	return filepath.Join(filepath.Dir(s.path), path)
}

// openLog starts logging to the file, if there is to be one.
func (s *session) openLog() error {
	path := s.set.logFile
	if path == "" {
		return nil
	}
	if s.origin["log-file"] == "" {
		path = s.near(path)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return s.blame("log-file", err)
	}
	s.closer = append(s.closer, f.Close)
	s.log = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.log.Info("start", "version", version, "config", s.path)
	return nil
}

// zone is where times are shown.
func (s *session) zone() *time.Location {
	if s.set.utc {
		return time.UTC
	}
	if tz := s.env.variable("TZ"); tz != "" {
		if z, err := time.LoadLocation(tz); err == nil {
			return z
		}
	}
	return time.Local
}
