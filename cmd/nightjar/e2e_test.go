//go:build e2e

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A mux is a shell in a tmux of its own, with nightjar in it: start, resize,
// suspend and quit as a person meets them.
type mux struct {
	t      *testing.T
	socket string
}

func newMux(t *testing.T, cols, rows string) *mux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") != "" || os.Getenv("NIGHTJAR_E2E") == "all" {
			t.Fatal("tmux is not installed: apt-get install tmux")
		}
		t.Skip("tmux is not installed: apt-get install tmux")
	}
	m := &mux{t: t, socket: filepath.Join(t.TempDir(), "s")}
	m.tmux("-f", "/dev/null", "new-session", "-d", "-x", cols, "-y", rows, "env PS1='ready> ' bash --norc --noprofile")
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", m.socket, "kill-server").Run() })
	m.sees("ready>")
	return m
}

func (m *mux) tmux(args ...string) string {
	m.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-u", "-S", m.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (m *mux) screen() string { return m.tmux("capture-pane", "-p") }

func (m *mux) until(ok func(string) bool, what string) {
	m.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok(m.screen()) {
			return
		}
	}
	m.t.Fatalf("%s:\n%s", what, m.screen())
}

func (m *mux) sees(texts ...string) {
	m.t.Helper()
	m.until(func(s string) bool {
		for _, t := range texts {
			if !strings.Contains(s, t) {
				return false
			}
		}
		return true
	}, "the screen never showed "+strings.Join(texts, ", "))
}

func (m *mux) keys(keys ...string) { m.tmux(append([]string{"send-keys"}, keys...)...) }

func TestE2ETmuxStartResizeQuit(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	m := newMux(t, "120", "36")
	m.keys("echo before; "+bin, "Enter")
	m.sees("Near a limit", "CPU by mode", "local ok")
	m.tmux("resize-window", "-x", "80", "-y", "24")
	m.until(func(s string) bool {
		lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
		return len(lines) == 24 && strings.Contains(lines[23], "help") && strings.Contains(s, "Near a limit")
	}, "not drawn anew at 80x24")
	m.tmux("resize-window", "-x", "200", "-y", "60")
	m.sees("Near a limit", "Processes", "Filesystems")
	m.keys("q")
	m.until(func(s string) bool { return strings.Contains(s, "before") && !strings.Contains(s, "Near a limit") }, "quit does not bring the shell back")
	m.keys("stty -a | grep -o ' echo ' && echo restored", "Enter")
	m.sees("restored")
}

func TestE2ETmuxSuspendAndResume(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	m := newMux(t, "100", "30")
	m.keys(bin+" --demo", "Enter")
	m.sees("Near a limit")
	m.keys("C-z")
	m.sees("Stopped")
	m.keys("fg", "Enter")
	m.sees("Near a limit", "help")
	m.keys("C-c")
	m.until(func(s string) bool { return !strings.Contains(s, "Near a limit") }, "ctrl+c does not quit")
}

// A stop from outside must leave a usable shell, and fg a usable dashboard.
func TestE2ETmuxStoppedFromOutside(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGTSTP, syscall.SIGSTOP} {
		m := newMux(t, "100", "30")
		file := filepath.Join(t.TempDir(), "pid")
		m.keys("sh -c 'echo $$ > "+file+"; exec "+bin+" --demo'", "Enter")
		m.sees("Near a limit", "Services")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, sig); err != nil {
			t.Fatal(err)
		}
		m.sees("Stopped")
		if sig == syscall.SIGTSTP && strings.Contains(m.screen(), "Near a limit") {
			t.Errorf("%v: the dashboard is left on the shell's screen:\n%s", sig, m.screen())
		}
		m.keys("fg", "Enter")
		m.until(func(s string) bool {
			return strings.Contains(s, "Near a limit") && strings.Contains(s, "Services") && !strings.Contains(s, "Stopped")
		}, "fg does not bring the dashboard back whole")
		m.keys("?")
		m.sees("Keys, with", "esc close")
		m.keys("Escape") // apart from q, or both are alt+q
		m.until(func(s string) bool { return !strings.Contains(s, "Keys, with") }, "esc does not close the help")
		m.keys("q")
		m.until(func(s string) bool { return !strings.Contains(s, "Near a limit") }, "q does not quit")
	}
}
