package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary stand in for nightjar in scripts, and for one
// that panics in the middle of its work.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nightjar": main, "nightjar-that-panics": mainThatPanics})
}

// TestScripts runs the command line as a shell would, see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			if err := os.MkdirAll(home, 0o700); err != nil {
				return fmt.Errorf("home: %w", err)
			}
			e.Setenv("HOME", home)
			e.Setenv("TZ", "UTC")
			e.Setenv("TERM", "xterm-256color")
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"validjson": validJSON,
			"lines":     lines,
		},
	})
}

// exits CODE COMMAND...: the command ends with exactly this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if err != nil {
		code = -1
		var e interface{ ExitCode() int }
		if asExit(err, &e) {
			code = e.ExitCode()
		}
	}
	if got := fmt.Sprint(code); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func asExit(err error, to *interface{ ExitCode() int }) bool {
	e, ok := err.(interface{ ExitCode() int })
	if ok {
		*to = e
	}
	return ok
}

// validjson FILE: it is one JSON value.
func validJSON(ts *testscript.TestScript, neg bool, args []string) {
	if valid := json.Valid([]byte(ts.ReadFile(args[0]))); valid == neg {
		ts.Fatalf("%s: JSON is valid: %v", args[0], valid)
	}
}

// lines FILE N: it has at least N lines.
func lines(ts *testscript.TestScript, _ bool, args []string) {
	n := 0
	for s := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0]))); s.Scan(); {
		n++
	}
	want := 0
	if _, err := fmt.Sscan(args[1], &want); err != nil || n < want {
		ts.Fatalf("%s has %d lines, want at least %s", args[0], n, args[1])
	}
}
