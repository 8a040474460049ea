//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A console is the real program in a pseudo-terminal with a terminal emulator
// behind it: what a person sees, and what they type.
type console struct {
	t    *testing.T
	pty  *os.File
	tty  *os.File // kept open to look at its modes
	emu  *vt.SafeEmulator
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
	was  *term.State

	mu  sync.Mutex
	raw []byte // everything the program wrote

	look sync.Mutex // the emulator's cells, which it hands out by reference
}

// program builds nightjar once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "nightjar-test-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "nightjar")
	out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return bin, nil
})

// start runs nightjar in a terminal of cols x rows. Environment entries beat those of the test.
func start(t *testing.T, cols, rows uint16, env []string, args ...string) *console {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, cols, rows, env, exec.Command(bin, args...))
}

func startCommand(t *testing.T, cols, rows uint16, env []string, cmd *exec.Cmd) *console {
	t.Helper()
	p, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	c := &console{t: t, pty: p, tty: tty, emu: vt.NewSafeEmulator(int(cols), int(rows)), done: make(chan struct{}), cmd: cmd}
	if err := pty.Setsize(p, &pty.Winsize{Cols: cols, Rows: rows}); err != nil {
		t.Fatal(err)
	}
	if c.was, err = term.GetState(tty.Fd()); err != nil {
		t.Fatal(err)
	}
	c.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "XDG_CONFIG_HOME="+t.TempDir()), env...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = tty, tty, tty
	c.cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go c.show()
	go c.answer()
	go func() {
		_ = c.cmd.Wait()
		close(c.done)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.done
		_ = tty.Close()
		_ = p.Close()
	})
	return c
}

// show feeds the emulator.
func (c *console) show() {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.pty.Read(buf)
		c.mu.Lock()
		c.raw = append(c.raw, buf[:n]...)
		c.mu.Unlock()
		c.look.Lock()
		_, _ = c.emu.Write(buf[:n])
		c.look.Unlock()
		if err != nil {
			return
		}
	}
}

// answer sends what the emulator replies to queries.
func (c *console) answer() {
	buf := make([]byte, 4<<10)
	for {
		n, err := c.emu.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.pty.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (c *console) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.raw)
}

// screen is what is seen, rows joined by newlines.
func (c *console) screen() string {
	c.look.Lock()
	defer c.look.Unlock()
	var b strings.Builder
	for y := range c.emu.Height() {
		for x := 0; x < c.emu.Width(); {
			cell := c.emu.CellAt(x, y)
			if cell == nil || cell.Content == "" {
				b.WriteByte(' ')
				x++
				continue
			}
			b.WriteString(cell.Content)
			x += max(1, cell.Width)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (c *console) typed(keys string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) resize(cols, rows uint16) {
	c.t.Helper()
	c.look.Lock()
	c.emu.Resize(int(max(cols, 1)), int(max(rows, 1)))
	c.look.Unlock()
	if err := pty.Setsize(c.pty, &pty.Winsize{Cols: cols, Rows: rows}); err != nil {
		c.t.Fatal(err)
	}
}

// sees waits until all of the texts are on the screen.
func (c *console) sees(texts ...string) {
	c.t.Helper()
	c.until(func(s string) bool {
		for _, t := range texts {
			if !strings.Contains(s, t) {
				return false
			}
		}
		return true
	}, "the screen never showed "+strings.Join(texts, ", "))
}

func (c *console) until(ok func(screen string) bool, what string) {
	c.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if ok(c.screen()) {
			return
		}
	}
	c.t.Fatalf("%s:\n%s", what, c.screen())
}

// ends waits for the program to end and gives its exit code.
func (c *console) ends() int {
	c.t.Helper()
	select {
	case <-c.done:
		return c.cmd.ProcessState.ExitCode()
	case <-time.After(10 * time.Second):
		c.t.Fatalf("the program does not end:\n%s", c.screen())
		return -1
	}
}

// restored checks that the terminal is as it was: modes, screen, cursor.
func (c *console) restored() {
	c.t.Helper()
	now, err := term.GetState(c.tty.Fd())
	if err != nil {
		c.t.Fatal(err)
	}
	if *now != *c.was {
		c.t.Error("the terminal's modes are not restored")
	}
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		out := c.written()
		left := strings.LastIndex(out, "\x1b[?1049l") > strings.LastIndex(out, "\x1b[?1049h")
		shown := strings.LastIndex(out, "\x1b[?25h") > strings.LastIndex(out, "\x1b[?25l")
		if left && shown {
			return
		}
		if time.Now().After(deadline) {
			c.t.Errorf("alternate screen left %v, cursor shown %v; the end of the output: %q", left, shown, out[max(0, len(out)-300):])
			return
		}
	}
}

func TestConsole(t *testing.T) {
	c := start(t, 120, 36, nil)
	c.sees("nightjar", "host", "Near a limit", "CPU by mode", "Processes")
	c.typed("?")
	c.sees("Keys", "esc close")
	c.typed("\x1b")
	c.until(func(s string) bool { return !strings.Contains(s, "esc close") }, "help stays open")
	c.typed(":")
	c.sees("Go to or do")
	c.typed("sessions\r")
	c.sees("› sessions")
	c.typed("1t")
	c.sees("Range, now")
	c.typed("2h\r")
	c.sees("of 2h")
	c.typed(" ")
	c.sees("paused")
	c.typed("q")
	if code := c.ends(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	c.restored()
}

func TestConsoleResizeStorm(t *testing.T) {
	c := start(t, 80, 24, nil, "--demo")
	c.sees("Near a limit")
	for i := range 60 {
		size := [][2]uint16{{0, 0}, {1, 1}, {39, 9}, {500, 200}, {80, 24}, {200, 60}, {41, 10}}[i%7]
		c.resize(size[0], size[1])
	}
	c.resize(39, 9)
	c.sees("needs 40x10, has 39x9")
	c.resize(100, 30)
	c.sees("Near a limit", "q quit")
	c.until(func(s string) bool { return strings.Count(s, "nightjar") == 1 }, "leftovers of another size")
	c.typed("q")
	c.ends()
	c.restored()
}

func TestConsoleSignals(t *testing.T) {
	f := func(sig unix.Signal) {
		t.Helper()
		c := start(t, 80, 24, nil, "--demo")
		c.sees("Near a limit")
		if err := c.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		c.ends()
		c.restored()
	}
	f(unix.SIGTERM)
	f(unix.SIGHUP)
	f(unix.SIGINT)
}

// A terminal that does not move its cursor is told what to use instead, in plain text.
func TestConsoleThatCannotShowIt(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	f := func(says string, env ...string) {
		t.Helper()
		c := startCommand(t, 160, 24, nil, exec.Command("env", append(env, bin, "--demo")...))
		code := c.ends()
		c.sees("nightjar: "+says, "nightjar frame")
		if strings.Contains(c.written(), "\x1b") || code != exitUsage {
			t.Errorf("%v: exit code %d, %q", env, code, c.written())
		}
	}
	f("TERM=dumb", "TERM=dumb")
	f("TERM is not set", "TERM=")
	f("TERM is not set", "-u", "TERM")
}

// A closed or empty stdin is no reason to go without keys: the terminal has them.
func TestConsoleStdinClosed(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for _, redirect := range []string{"<&-", "</dev/null"} {
		c := startCommand(t, 80, 24, nil, exec.Command("sh", "-c", bin+" --demo "+redirect))
		c.sees("Near a limit")
		c.typed("?")
		c.sees("esc close")
		c.typed("\x03")
		c.ends()
		c.restored()
	}
}

// The link is cut: the program must not stay behind.
func TestConsoleTerminalGone(t *testing.T) {
	c := start(t, 80, 24, nil, "--demo")
	c.sees("Near a limit")
	_ = c.tty.Close()
	_ = c.pty.Close()
	c.ends()
}
