package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
)

// inside is what nightjar did when it ran inside the test.
type inside struct {
	stdout, stderr bytes.Buffer
	code           int
}

// runInside runs nightjar with a home of its own; env are entries name=value.
func runInside(t *testing.T, env []string, args ...string) *inside {
	t.Helper()
	r := &inside{}
	r.code = Run(t.Context(), args, Env{
		Stdin: strings.NewReader(""), Stdout: &r.stdout, Stderr: &r.stderr, Now: time.Now,
		Environ: append([]string{"HOME=" + t.TempDir(), "TZ=UTC"}, env...),
	})
	return r
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// failing is a writer that fails.
type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }

func TestOutputThatFails(t *testing.T) {
	f := func(err error, code int, says string) {
		t.Helper()
		var stderr bytes.Buffer
		got := Run(t.Context(), []string{"man"}, Env{
			Stdin: strings.NewReader(""), Stdout: failing{err}, Stderr: &stderr, Now: time.Now, Environ: []string{"HOME=/nowhere"},
		})
		if got != code || !strings.Contains(stderr.String(), says) || says == "" && stderr.Len() > 0 {
			t.Errorf("%v: exit %d, %q", err, got, stderr.String())
		}
	}
	f(&os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, exitOK, "")
	f(io.ErrClosedPipe, exitOK, "")
	f(syscall.ENOSPC, exitFailed, "nightjar: stdout: no space left on device\n")
}

func TestHostileTextDoesNotReachTheTerminal(t *testing.T) {
	file := write(t, "config.yaml", "r\x1b[31mnage: 2h\n# \xe2\x80\xae\n")
	for _, args := range [][]string{
		{"--config", file},
		{"check", file},
		{"\x1b]0;owned\x07"},
		{"--theme\x1b[2J"},
		{"query", "--demo", "up{\x1b[31m"},
		{"query", "--demo", `label_replace(up, "x", "` + "\x1b[31m\u009b31m" + `", "job", ".*")`},
		{"query", "--demo", `"` + "\x1b[31m" + `"`},
	} {
		r := runInside(t, nil, args...)
		for _, text := range []string{r.stdout.String(), r.stderr.String()} {
			if strings.ContainsAny(text, "\x1b\x07\u009b\u202e") {
				t.Errorf("%q: %q", args, text)
			}
		}
		if r.stdout.Len()+r.stderr.Len() == 0 {
			t.Errorf("%q: says nothing", args)
		}
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	for _, args := range [][]string{{"--nope"}, {"nosuch"}, {"query"}, {"query", "--demo", "up{"}, {"--refresh", "x"}, {"check", "/nosuch"}, {"info", "x"}} {
		r := runInside(t, nil, args...)
		text := r.stderr.String()
		if !strings.HasPrefix(text, "nightjar: ") || strings.Count(text, "\n") != 1 || r.code == 0 {
			t.Errorf("%q: exit %d, %q", args, r.code, text)
		}
	}
}

// TestPrecedence: flags beat the environment, which beats the file, for every
// setting that can stand in all three.
func TestPrecedence(t *testing.T) {
	file := write(t, "config.yaml", `board: file
range: 1h
refresh: 1s
interval: 1s
theme: night
ascii: true
mouse: false
read_only: true
utc: true
log_file: file.log
vars: {a: file, b: file, c: file}
`)
	type values map[string]string
	settle := func(env []string, args ...string) values {
		t.Helper()
		s := newSession(Env{Environ: append(env, "HOME=/nowhere", "NIGHTJAR_CONFIG="+file), Now: time.Now}, &output{w: io.Discard})
		t.Cleanup(s.close)
		cmd := rootCommand(s)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		if err := s.readConfig(); err != nil {
			t.Fatal(err)
		}
		if err := s.settle(cmd.Flags()); err != nil {
			t.Fatal(err)
		}
		got := values{}
		for _, name := range allSettings {
			got[name] = cmd.Flags().Lookup(name).Value.String()
		}
		got["var"] = strings.Join(slices.Concat(s.set.vars["a"], s.set.vars["b"], s.set.vars["c"]), "")
		delete(got, "config")
		return got
	}
	check := func(got, want values) {
		t.Helper()
		for name, v := range got {
			if v != want[name] {
				t.Errorf("%s is %q, want %q", name, v, want[name])
			}
		}
	}
	want := values{
		"board": "file", "range": "1h", "refresh": "1s", "interval": "1s", "theme": "night", "ascii": "true",
		"no-mouse": "true", "read-only": "true", "utc": "true", "log-file": "file.log", "var": "filefilefile", "demo": "false",
	}
	check(settle(nil), want)
	env := []string{
		"NIGHTJAR_BOARD=env", "NIGHTJAR_RANGE=2h", "NIGHTJAR_REFRESH=2s", "NIGHTJAR_INTERVAL=2s", "NIGHTJAR_THEME=env",
		"NIGHTJAR_ASCII=false", "NIGHTJAR_NO_MOUSE=0", "NIGHTJAR_READ_ONLY=false", "NIGHTJAR_UTC=f", "NIGHTJAR_LOG_FILE=env.log",
		"NIGHTJAR_VAR=a=env, b=env", "NIGHTJAR_DEMO=1",
	}
	want = values{
		"board": "env", "range": "2h", "refresh": "2s", "interval": "2s", "theme": "env", "ascii": "false",
		"no-mouse": "false", "read-only": "false", "utc": "false", "log-file": "env.log", "var": "envenvfile", "demo": "true",
	}
	check(settle(env), want)
	args := []string{
		"--board=flag", "--range=3h", "--refresh=3s", "--interval=3s", "--theme=flag", "--ascii", "--no-mouse", "--read-only",
		"--utc", "--log-file=flag.log", "--var", "a=flag", "--demo=false",
	}
	want = values{
		"board": "flag", "range": "3h", "refresh": "3s", "interval": "3s", "theme": "flag", "ascii": "true",
		"no-mouse": "true", "read-only": "true", "utc": "true", "log-file": "flag.log", "var": "flagenvfile", "demo": "false",
	}
	check(settle(env, args...), want)
	// A name given again has another value; a pair in quotes may have commas.
	for _, given := range [][]string{{`NIGHTJAR_VAR=a=1,"a=2,3"`}, {"NIGHTJAR_VAR=a=env", "--var", "a=1", "--var", "a=2,3"}} {
		if got := settle(given[:1:1], given[1:]...)["var"]; got != "12,3filefile" {
			t.Errorf("%q: got %s", given, got)
		}
	}
	// A variable that is empty counts as not set.
	if got := settle([]string{"NIGHTJAR_BOARD="}); got["board"] != "file" {
		t.Errorf("an empty variable gives board %q", got["board"])
	}
}

func TestBlameNamesTheOrigin(t *testing.T) {
	file := write(t, "config.yaml", "utc: true\nboard: nosuch\n")
	f := func(env []string, args []string, says string) {
		t.Helper()
		s := newSession(Env{Environ: append(env, "HOME=/nowhere"), Now: time.Now}, &output{w: io.Discard})
		t.Cleanup(s.close)
		cmd := rootCommand(s)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		if err := s.resolve(cmd.Flags(), nil); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.boards()
		if err == nil || !strings.Contains(err.Error(), says) || exitCode(err) != exitUsage {
			t.Errorf("%v is %d and does not say %q", err, exitCode(err), says)
		}
	}
	f(nil, []string{"--config", file}, "config.yaml:2:8: board: no board is called \"nosuch\"; there are ")
	f([]string{"NIGHTJAR_BOARD=x"}, nil, "NIGHTJAR_BOARD: no board is called \"x\"")
	f(nil, []string{"--board", "y"}, "--board: no board is called \"y\"")
}

func TestInterruptEndsCollecting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	code := Run(ctx, []string{"query", "--demo", "--wait", "1h", "up"}, Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr, Now: time.Now, Environ: []string{"HOME=/nowhere"},
	})
	if code == exitOK || stderr.Len() == 0 {
		t.Errorf("exit %d, %q", code, stderr.String())
	}
}

// Told to end before its source is open, the dashboard ends as it does a moment
// later, and the others say that they have no answer.
func TestInterruptAtTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, demo := range []bool{true, false} {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		s := newSession(Env{Stdout: out, Stderr: &stderr, Environ: []string{"HOME=/nowhere", "TERM=xterm"}, Now: time.Now}, &output{w: out})
		s.file, _ = config.Decode("", nil)
		s.set.demo = demo
		code := openDashboard(ctx, s)
		s.close()
		if code != exitOK || stderr.Len() > 0 {
			t.Errorf("exit %d, %q", code, stderr.String())
		}
	}
	f := func(says string, args ...string) {
		t.Helper()
		var stderr bytes.Buffer
		code := Run(ctx, args, Env{
			Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr, Now: time.Now, Environ: []string{"HOME=/nowhere"},
		})
		if code != exitFailed || stderr.String() != says {
			t.Errorf("%q: exit %d, %q", args, code, stderr.String())
		}
	}
	f("nightjar: query: interrupted\n", "query", "up")
	f("nightjar: frame: interrupted\n", "frame")
	f("nightjar: frame: interrupted\n", "frame", "--demo")
}

func TestInterruptDuringFrame(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var stderr bytes.Buffer
	code := Run(ctx, []string{"frame", "--wait", "1h"}, Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr, Now: time.Now, Environ: []string{"HOME=/nowhere"},
	})
	if code != exitFailed || stderr.String() != "nightjar: frame: interrupted\n" {
		t.Errorf("exit %d, %q", code, stderr.String())
	}
}

// NO_COLOR takes the colours, not what tells levels apart without them.
func TestNoColourFrame(t *testing.T) {
	colour := regexp.MustCompile("\x1b\\[[0-9;]*\\b([349][0-7]|10[0-7]|[34]8;)")
	f := func(format string, want bool, env ...string) {
		t.Helper()
		r := runInside(t, env, "frame", "--demo", "-o", format, "--size", "80x24")
		if r.code != exitOK || colour.MatchString(r.stdout.String()) != want {
			t.Errorf("%s with %v: exit %d, colours %v: %s", format, env, r.code, !want, r.stderr.String())
		}
		if format == "ansi" && !strings.Contains(r.stdout.String(), "\x1b[;1") {
			t.Errorf("%s with %v: nothing is bold", format, env)
		}
	}
	f("ansi", true)
	f("ansi", true, "NO_COLOR=")
	f("ansi", false, "NO_COLOR=1")
	f("ansi", false, "NO_COLOR=yes", "COLORTERM=truecolor")
}

func TestExitCodes(t *testing.T) {
	f := func(err error, want int) {
		t.Helper()
		if got := exitCode(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	f(nil, 0)
	f(errors.New("x"), 1)
	f(sources.Errorf("s", "query", sources.KindQuery, "x"), 1)
	f(misused("x"), 2)
	f(config.Problems{}, 2)
	f(failed(exitUnreachable, "x"), 3)
	f(fmt.Errorf("open: %w", sources.Errorf("s", "open", sources.KindUnavailable, "x")), 3)
}
