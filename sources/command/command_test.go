package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/sources"
)

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func shell(script string) []string { return []string{"sh", "-c", script} }

// until waits for a page, oldest first, that is as wanted.
func until(t *testing.T, s *Source, want func(*sources.LogPage) bool) *sources.LogPage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for seen := uint64(0); ; {
		v, err := s.AwaitLogs(ctx, seen)
		page, pageErr := s.SearchLogs(t.Context(), sources.LogQuery{Forward: true})
		if pageErr != nil {
			t.Fatal(pageErr)
		}
		if want(page) {
			return page
		}
		if err != nil {
			t.Fatalf("%v; held: %+v", err, page.Lines)
		}
		seen = v
	}
}

// finish waits for the end of the source and gives all lines.
func finish(t *testing.T, s *Source) *sources.LogPage {
	t.Helper()
	until(t, s, func(*sources.LogPage) bool { return s.Ended() })
	return until(t, s, func(*sources.LogPage) bool { return true })
}

func TestLinesOfBothStreams(t *testing.T) {
	s := open(t, Options{Args: shell("echo out; echo oops >&2; printf 'no end'; echo $X"), Once: true, Env: []string{"X=set"}})
	page := finish(t, s)
	var out, err []string
	for _, l := range page.Lines {
		if l.Labels.Value("stream") == "stderr" {
			err = append(err, l.Raw)
		} else {
			out = append(out, l.Raw)
		}
	}
	if !slices.Equal(out, []string{"out", "no endset"}) || !slices.Equal(err, []string{"oops"}) {
		t.Errorf("stdout %q, stderr %q", out, err)
	}
	if st := s.Status(); st.Kind != "command" || st.Received != uint64(len("out\noops\nno endset\n")) {
		t.Errorf("status %+v", st)
	}
}

func TestArgumentsAreNotForAShell(t *testing.T) {
	s := open(t, Options{Args: []string{"echo", "$HOME; exit 1", "*"}, Once: true})
	if page := finish(t, s); len(page.Lines) != 1 || page.Lines[0].Raw != "$HOME; exit 1 *" {
		t.Errorf("%+v", page.Lines)
	}
}

func TestStartsAgain(t *testing.T) {
	s := open(t, Options{Args: shell("echo hello; exit 3"), Wait: time.Millisecond})
	page := until(t, s, func(p *sources.LogPage) bool { return len(p.Lines) >= 5 })
	for i, l := range page.Lines[:5] {
		if gap := i%2 == 1; gap != (l.Lost == -1) || gap != strings.HasPrefix(l.Body, "sh ended: exit status 3; started again in ") || !gap && l.Raw != "hello" {
			t.Errorf("line %d: %+v", i, l)
		}
	}
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "was started") {
		t.Errorf("notes %q", notes)
	}
}

func TestOnceSaysHowItFailed(t *testing.T) {
	s := open(t, Options{Args: shell("echo hello; kill -KILL $$"), Once: true})
	page := finish(t, s)
	if len(page.Lines) != 2 || page.Lines[1].Lost != -1 || page.Lines[1].Body != "sh ended: signal: killed" {
		t.Errorf("%+v", page.Lines)
	}
}

func TestPrintsForever(t *testing.T) {
	s := open(t, Options{Args: []string{"yes", "again and again"}, Lines: 1000})
	page := until(t, s, func(p *sources.LogPage) bool { return len(p.Notes) > 0 })
	if page.Total > 1000 || page.Lines[0].Lost < 1 {
		t.Errorf("%d lines held, first %+v", page.Total, page.Lines[0])
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// alive is a FIFO that what the program starts holds open for writing: reading it
// ends when the last of these has ended, reaped or not.
func alive(t *testing.T) (path string, gone func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	return path, func() {
		defer f.Close()
		_ = f.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.Copy(io.Discard, f); err != nil {
			t.Errorf("what the program started lives on: %v", err)
		}
	}
}

func TestCloseEndsTheGroup(t *testing.T) {
	f := func(script string) {
		t.Helper()
		path, gone := alive(t)
		s := open(t, Options{Args: shell(strings.ReplaceAll(script, "FIFO", path)), Grace: 100 * time.Millisecond})
		until(t, s, func(p *sources.LogPage) bool { return len(p.Lines) > 0 })
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		gone()
		if !s.Ended() {
			t.Error("the source goes on")
		}
	}
	f("exec 3>FIFO; echo ready; exec sleep 1000")
	f("exec 3>FIFO; sleep 1000 & sleep 1000 & echo ready; wait")
	f("exec 3>FIFO; trap '' TERM; echo ready; while :; do sleep 1; done")
}

// TestLeftBehind: what the program leaves in its group is ended before it is started again.
func TestLeftBehind(t *testing.T) {
	path, gone := alive(t)
	s := open(t, Options{Args: shell("exec 3>" + path + "; sleep 1000 & echo ready"), Grace: 50 * time.Millisecond, Once: true})
	finish(t, s)
	gone()
}

// TestLeftTheGroup: what left the group and holds the pipes is not waited for.
func TestLeftTheGroup(t *testing.T) {
	setsid, err := exec.LookPath("setsid")
	if err != nil {
		t.Skip("no setsid here")
	}
	dir := t.TempDir()
	s := open(t, Options{Args: shell(setsid + " sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000' & while ! [ -f pid ]; do sleep 0.05; done; cat pid"), Dir: dir, Grace: 50 * time.Millisecond, Once: true})
	page := finish(t, s)
	pid := 0
	for _, c := range page.Lines[0].Raw {
		pid = pid*10 + int(c-'0')
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("process %d should have been left alone: %v", pid, err)
	}
}

func TestRefuses(t *testing.T) {
	f := func(args []string, kind sources.ErrorKind, says string) {
		t.Helper()
		s, err := Open(t.Context(), Options{Args: args, Name: "logs"})
		if err == nil {
			_ = s.Close()
		}
		if sources.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", args, err)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	f(nil, sources.KindQuery, "name a program")
	f([]string{"no-such-program-here", "--token=secret"}, sources.KindUnavailable, "install no-such-program-here")
	f([]string{plain + "/below"}, sources.KindUnavailable, "below")
	f([]string{plain}, sources.KindAuth, "may be run")
}

func TestCannotStartAgain(t *testing.T) {
	program := filepath.Join(t.TempDir(), "once")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nrm \"$0\"\necho hello\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Args: []string{program}, Wait: time.Millisecond})
	page := until(t, s, func(p *sources.LogPage) bool { return len(p.Lines) >= 3 })
	if page.Lines[0].Raw != "hello" || !strings.Contains(page.Lines[2].Body, "cannot be started") {
		t.Errorf("%+v", page.Lines)
	}
}
