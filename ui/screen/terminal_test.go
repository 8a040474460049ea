package screen

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/themes"
)

// link is a terminal at the end of a wire whose behaviour a test chooses.
type link struct {
	*os.File
	mu    sync.Mutex
	out   bytes.Buffer
	gate  chan struct{} // a write takes one; nil: never waits
	fails error
}

func (l *link) Write(p []byte) (int, error) {
	if l.gate != nil {
		<-l.gate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails != nil {
		return 0, l.fails
	}
	return l.out.Write(p)
}

// sent is what went out since it was last asked.
func (l *link) sent() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.out.Reset()
	return l.out.String()
}

func frame(text string) *Grid {
	g := NewGrid(20, 3)
	g.All().Text(0, 0, text, On(themes.Text))
	return g
}

func TestSlowLinkGetsTheNewestFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{gate: make(chan struct{})}
		term := NewTerminal(l, palette())
		term.Enter()
		synctest.Wait() // the writer hangs in the first write
		for i := range 100 {
			term.Present(frame("frame " + string(rune('A'+i%26))))
		}
		l.gate <- struct{}{}
		l.gate <- struct{}{}
		synctest.Wait()
		got := l.sent()
		if strings.Contains(got, "frame U") || !strings.Contains(got, "frame V") {
			t.Errorf("not the newest frame: %q", got)
		}
		if _, frames, replaced := term.Stats(); frames != 1 || replaced != 99 {
			t.Errorf("%d frames, %d replaced", frames, replaced)
		}
		close(l.gate)
		if err := term.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestWriteErrorIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{fails: errors.New("gone")}
		term := NewTerminal(l, palette())
		select {
		case <-term.Lost():
			t.Fatal("lost before anything was written")
		default:
		}
		term.Enter()
		<-term.Lost()
		term.Present(frame("x")) // does nothing, does not block
		if _, err := term.Write([]byte("x")); err == nil {
			t.Error("Write to a lost terminal succeeds")
		}
		if err := term.Close(); err == nil {
			t.Error("Close hides the error")
		}
	})
}

func TestNoFramesWhileSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{}
		term := NewTerminal(l, palette())
		term.Present(frame("early")) // before the alternate screen: the shell's is not painted
		synctest.Wait()
		if got := l.sent(); got != "" {
			t.Errorf("painted before Enter: %q", got)
		}
		term.Enter()
		synctest.Wait()
		if got := l.sent(); !strings.Contains(got, "early") {
			t.Errorf("the frame did not wait: %q", got)
		}
		if _, err := term.Write([]byte(leaveAlt)); err != nil {
			t.Error(err)
		}
		if got := l.sent(); !strings.HasSuffix(got, leaveAlt) {
			t.Errorf("Write returned before the screen was left: %q", got)
		}
		term.Present(frame("hidden"))
		synctest.Wait()
		if got := l.sent(); got != "" {
			t.Errorf("painted while suspended: %q", got)
		}
		if _, err := term.Write([]byte(enterAlt)); err != nil {
			t.Error(err)
		}
		term.Resume() // the program has entered already: once is enough
		synctest.Wait()
		got := l.sent()
		if strings.Count(got, enterAlt) != 1 || !strings.Contains(got, "hidden") {
			t.Errorf("coming back sent %q", got)
		}
		_, _ = term.Write([]byte(leaveAlt))
		l.sent()
		term.Resume()
		synctest.Wait()
		if got := l.sent(); !strings.HasPrefix(got, enterAlt) || !strings.Contains(got, "hidden") {
			t.Errorf("Resume sent %q", got)
		}
		_ = term.Close()
	})
}

func TestResizePaletteAndNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{}
		term := NewTerminal(l, palette())
		term.SetSync(true)
		term.Enter()
		f := func(what string, do func(), want ...string) {
			t.Helper()
			l.sent()
			do()
			synctest.Wait()
			got := l.sent()
			if len(want) == 0 && got != "" {
				t.Errorf("%s sent %q", what, got)
			}
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s sent %q, which lacks %q", what, got, w)
				}
			}
		}
		f("a frame", func() { term.Present(frame("one two")) }, syncOn, "one two", syncOff)
		f("the same frame", func() { term.Present(frame("one two")) })
		f("a change", func() { term.Present(frame("one twO")) }, "O")
		f("a smaller grid", func() { g := frame("one two"); g.Resize(7, 1); g.All().Text(0, 0, "one two", 0); term.Present(g) }, "one two")
		f("another palette", func() { term.SetPalette(palette()) }, "one two")
		f("a repaint", term.Repaint, "one two")
		f("an empty grid", func() { term.Present(NewGrid(0, 0)) })
		f("a frame", func() { term.SetASCII(true); term.Present(frame("é│⣿…")) }, "e|#.")
		f("a title", func() { term.Send("\x1b]0;x\a") }, "\x1b]0;x\a")
		_ = term.Close()
		f("a closed terminal", func() {
			term.Present(frame("late"))
			term.Send("late")
			if _, err := term.Write([]byte("late")); !errors.Is(err, os.ErrClosed) {
				t.Errorf("Write after Close: %v", err)
			}
		})
	})
}

func TestCloseRestoresAndIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{}
		term := NewTerminal(l, palette())
		term.Enter()
		term.Present(frame("x"))
		if err := term.Close(); err != nil {
			t.Error(err)
		}
		if got := l.sent(); !strings.HasSuffix(got, showCur+leaveAlt) {
			t.Errorf("Close sent %q", got)
		}
		if err := term.Close(); err != nil {
			t.Error("closing twice:", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := &link{gate: make(chan struct{})}
		term := NewTerminal(l, palette())
		term.Enter()
		synctest.Wait()
		for range 100 { // a link that hangs holds no more than its bound
			term.Send(strings.Repeat("x", 1<<16))
		}
		if n := len(term.foreign); n > maxForeign {
			t.Errorf("%d bytes are held", n)
		}
		start := time.Now()
		_ = term.Close()
		if d := time.Since(start); d > time.Second {
			t.Errorf("Close of a hanging link took %v", d)
		}
		close(l.gate)
	})
}

func TestTerminalIsSafeForConcurrentUse(t *testing.T) {
	l := &link{}
	term := NewTerminal(l, palette())
	term.Enter()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 50 {
				term.Present(frame("abc"))
				term.SetPalette(palette())
				term.Send("\x1b]0;x\a")
				if i == 0 {
					_, _ = term.Write([]byte(leaveAlt))
					term.Resume()
				}
				term.Stats()
			}
		})
	}
	wg.Wait()
	_ = term.Close()
}

// The program's renderer asks the terminal at its first tick, which may be its
// last: the answer would then be typed into the shell.
func TestQueriesOfTheProgramAreNotSent(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[?2026$p\x1b[?2027$p":          "",
		"\x1b[?2026$p\x1b[?25l\x1b[?2027$p": "\x1b[?25l",
		"plain":                             "plain",
	} {
		if got := string(withoutQueries([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
