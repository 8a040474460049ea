//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// mainThatPanics is nightjar with a clock that panics two seconds in, while
// the screen is drawn: a fault of ours outside any panel.
func mainThatPanics() {
	begun := time.Now()
	os.Exit(Run(context.Background(), os.Args[1:], Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(),
		Now: func() time.Time {
			if time.Since(begun) > 2*time.Second && drawing() {
				panic("the clock is broken")
			}
			return time.Now()
		},
	}))
}

// drawing reports whether the root model is up the stack: other callers of the
// clock guard themselves.
func drawing() bool {
	return strings.Contains(string(debug.Stack()), "nightjar/ui.(*Model).measure")
}

func TestConsoleAPanicGivesTheTerminalBack(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Under this name the test binary is mainThatPanics, see TestMain.
	link := filepath.Join(t.TempDir(), "nightjar-that-panics")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	c := startCommand(t, 80, 24, nil, exec.Command(link, "--demo"))
	c.sees("Near a limit")
	if code := c.ends(); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	c.restored()
	if out := c.written(); !strings.Contains(out[strings.LastIndex(out, "\x1b[?1049l"):], "the clock is broken") {
		t.Errorf("the panic is not reported on the terminal that was given back: %q", out[max(0, len(out)-400):])
	}
}
