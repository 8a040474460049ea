package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/ui/timeline"
)

// A session is one run of the program: its settings and what was opened for
// it. It belongs to one goroutine.
type session struct {
	env Env
	out *output // stdout

	set      settings
	origin   map[string]string // setting -> the flag or variable that gave it
	file     *config.Config    // never nil once resolved; says nothing if there is no file
	path     string            // of the file; empty: there is none
	text     []byte            // of the file
	unread   error             // why the file in the default place could not be read
	targets  []string          // board files and URLs
	only     []string          // names of the sources that are opened beside the URLs; none: all
	together bool              // they are to answer together
	asked    []string          // variables that flags gave, sorted
	endless  bool              // programs whose output is a log are started again when they end

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
	if err := s.checkRange(); err != nil {
		return s.whole(err)
	}
	for _, t := range targets {
		if len(targets) > 1 && s.isLog(t) {
			continue // of several logs those are shown that can be read
		}
		if err := s.checkTarget(t); err != nil {
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

// readConfig reads the configuration. One that was asked for must be there; the
// default one is left out if it cannot be reached, whatever stands in the way.
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
		s.unread = pathError(err)
		return nil
	}
	file, err := config.Decode(path, text)
	if err != nil {
		return s.review(path, text)
	}
	s.file, s.path, s.text = file, path, text
	return nil
}

// checkRange says what is wrong with the range that is asked for.
func (s *session) checkRange() error {
	if s.set.span == "" {
		return nil
	}
	if _, err := timeline.Parse(s.set.span, s.env.Now(), s.zone()); err != nil {
		return s.blame("range", err)
	}
	return nil
}

var hasScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)

// checkTarget says why a TARGET cannot be one.
func (s *session) checkTarget(target string) error {
	if s.isURL(target) {
		return checkURL(target)
	}
	if s.isLog(target) && !s.isPath(target) {
		return nil
	}
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return misused("%s: no such command and no such file", target)
	case err != nil:
		return failed(exitUsage, "%w", pathError(err))
	case info.IsDir():
		return failed(exitUsage, "%s: is a folder; a TARGET is a board file, a log, or a glob of logs in quotes", target)
	}
	return nil
}

// checkURL says why a URL cannot be a TARGET.
func checkURL(target string) error {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return failed(exitUsage, "%s: is not a URL that can be read", sources.Redact(target))
	case u.Scheme != "http" && u.Scheme != "https":
		return failed(exitUsage, "%s: a TARGET is a board file, a log, or an http or https URL, not %s", sources.Redact(target), u.Scheme)
	case u.Host == "":
		return failed(exitUsage, "%s: the URL has no host", sources.Redact(target))
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

// logPath is the file to log to; empty if there is to be none.
func (s *session) logPath() string {
	if path := s.set.logFile; path == "" || s.origin["log-file"] != "" {
		return path
	}
	return s.near(s.set.logFile)
}

// checkLog says why there can be no log, and makes none.
func (s *session) checkLog() error {
	path := s.logPath()
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		err = &fs.PathError{Op: "open", Path: path, Err: unix.EISDIR}
	case err == nil:
		err = access(path, unix.W_OK)
	case errors.Is(err, fs.ErrNotExist): // it will be made
		if err = access(filepath.Dir(path), unix.W_OK|unix.X_OK); err != nil {
			err = &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
		}
	}
	if err != nil {
		return s.blame("log-file", pathError(err))
	}
	return nil
}

func access(path string, mode uint32) error {
	if err := unix.Access(path, mode); err != nil {
		return &fs.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}

// openLog starts logging to the file, if there is to be one.
func (s *session) openLog() error {
	path := s.logPath()
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return s.whole(s.blame("log-file", pathError(err)))
	}
	s.closer = append(s.closer, f.Close)
	s.log = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.log.Info("start", "version", version, "config", s.path)
	if s.unread != nil {
		s.log.Warn("the configuration cannot be read and is left out", "err", s.unread)
	}
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
