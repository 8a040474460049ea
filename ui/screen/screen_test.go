package screen

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"nightjar/themes"
)

func palette() *themes.Palette { return themes.NewPalette(themes.DarkTheme(), colorprofile.TrueColor) }

// fakeFile collects what a Terminal writes.
type fakeFile struct {
	*os.File
	mu  sync.Mutex
	buf bytes.Buffer
}

func (f *fakeFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.buf.Write(p)
}

func TestDiffShowsTheSameOnARealEmulator(t *testing.T) {
	emu := vt.NewEmulator(20, 5)
	e := encoder{pal: palette()}
	e.unknown()
	texts := []string{"hello world", "日本語 text", "é\u0301x", "plain", "", "aaaaaaaaaaaaaaaaaaaaaaaa", "日日日日日日日日日日日日"}
	var old *Grid
	for i := range 200 {
		g := NewGrid(20, 5)
		for y := range 5 {
			g.All().Text((i*7+y*3)%11, y, texts[(i+y*i)%len(texts)], On(themes.Series(i+y)))
		}
		e.buf = e.buf[:0]
		e.diff(old, g)
		if _, err := emu.Write(e.buf); err != nil {
			t.Fatal(err)
		}
		for y := range 5 {
			var got strings.Builder
			for x := 0; x < 20; {
				c := emu.CellAt(x, y)
				if c == nil || c.Content == "" {
					got.WriteByte(' ')
					x++
					continue
				}
				got.WriteString(c.Content)
				x += max(1, c.Width)
			}
			want := strings.Split(g.String(), "\n")[y]
			if got.String() != want {
				t.Fatalf("frame %d row %d: %q, want %q", i, y, got.String(), want)
			}
		}
		old = g
	}
}

func TestForeignBytesAreFollowedByAWholeFrame(t *testing.T) {
	f := &fakeFile{}
	term := NewTerminal(f, palette())
	term.Enter()
	g := NewGrid(10, 2)
	g.All().Text(0, 0, "whole", On(themes.Text))
	term.Present(g)
	if _, err := term.Write([]byte("\x1b[2J")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		s := f.buf.String()
		i := strings.LastIndex(s, "\x1b[2J")
		return i >= 0 && strings.Contains(s[i:], "whole")
	})
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	if s := f.buf.String(); !strings.HasSuffix(s, leaveAlt) {
		t.Errorf("does not leave the alternate screen: %q", s)
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("condition not reached")
}
