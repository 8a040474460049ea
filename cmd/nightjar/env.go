package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
)

// An Env is all that the program takes from the operating system.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string // name=value
	Now            func() time.Time
}

// variable is the value of an environment variable; empty if it is not set.
func (e Env) variable(name string) string {
	for i := len(e.Environ) - 1; i >= 0; i-- { // the last one counts
		if v, ok := strings.CutPrefix(e.Environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// noColour reports whether colours are not wanted: NO_COLOR counts when it is
// not empty, whatever it says (https://no-color.org).
func (e Env) noColour() bool { return e.variable("NO_COLOR") != "" }

// colours is the environment for those who look for colours in it:
// colorprofile takes NO_COLOR for a boolean, and "yes" for none.
func (e Env) colours() []string {
	if e.noColour() {
		return append(slices.Clip(e.Environ), "NO_COLOR=1")
	}
	return e.Environ
}

// home is the user's home directory; empty if it is not known.
func (e Env) home() string {
	if h := e.variable("HOME"); h != "" {
		return h
	}
	h, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return h
}

// configDir is the folder of nightjar's own configuration; empty if there is
// no home. Relative XDG paths are to be ignored, says their specification.
func (e Env) configDir() string {
	if d := e.variable("XDG_CONFIG_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "nightjar")
	}
	if h := e.home(); h != "" {
		return filepath.Join(h, ".config", "nightjar")
	}
	return ""
}

// terminal is the descriptor of a stream that is a terminal.
func terminal(stream any) (fd uintptr, ok bool) {
	f, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	return f.Fd(), term.IsTerminal(f.Fd())
}

// An output is stdout or stderr. It remembers the first error, so that one
// look at the end is enough, and swallows the rest: what a reader no longer
// wants need not be made.
type output struct {
	w io.Writer

	mu  sync.Mutex
	err error
}

// Write writes p, unless a write has failed before.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err //nolint:wrapcheck // an io.Writer
}

// first is the first error of a write.
func (o *output) first() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// left reports whether an error of a write is that the reader left.
func left(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
