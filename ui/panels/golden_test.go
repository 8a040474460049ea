package panels

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/sources/poll"
	"nightjar/ui/screen"
)

// update writes the golden files anew; a person reads the difference before it is accepted.
var update = flag.Bool("update", false, "write the golden files of this package")

// golden compares the picture in g with testdata/NAME.txt, as plain text
// without trailing blanks, after asserting that every row is as wide as the grid.
func golden(t *testing.T, name string, g *screen.Grid) {
	t.Helper()
	goldenText(t, name, plain(t, g))
}

// goldenText is golden for text of several pictures.
func goldenText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n--- got\n%s--- want\n%s", path, got, want)
	}
}

// plain is the picture as text without trailing blanks; every row's width is asserted.
func plain(t *testing.T, g *screen.Grid) string {
	t.Helper()
	w, h := g.Size()
	lines := strings.Split(strings.TrimSuffix(g.String(), "\n"), "\n")
	if h == 0 {
		lines = nil
	}
	if len(lines) != h {
		t.Errorf("%d rows, want %d", len(lines), h)
	}
	var b strings.Builder
	for i, line := range lines {
		if n := screen.Width(line); n != w {
			t.Errorf("row %d is %d columns wide, want %d: %q", i, n, w, line)
		}
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// picture draws a panel's body into a new grid of w x h.
func picture(p Panel, w, h int, c Context) *screen.Grid {
	g := screen.NewGrid(w, h)
	p.Draw(g.All(), c)
	return g
}

// noon is the time of all pictures of this package's tests, in UTC.
func noon() time.Time { return time.Date(2026, 11, 24, 3, 12, 10, 0, time.UTC) }

// at3 is a Context at noon() with a range of the last hour.
func at3() Context { return Context{Now: noon(), Zone: time.UTC} }

// assertASCII fails if a picture has a character outside 7 bits.
func assertASCII(t *testing.T, g *screen.Grid) {
	t.Helper()
	for i, line := range strings.Split(g.String(), "\n") {
		for _, r := range line {
			if r >= 0x7f || r < 0x20 {
				t.Errorf("row %d has %q: %q", i, r, line)
				break
			}
		}
	}
}

// benchmarkPanel measures drawing with a new answer each time, and drawing alone.
func benchmarkPanel(b *testing.B, p Panel, answers ...*poll.Result) {
	b.Helper()
	g := screen.NewGrid(120, 30)
	b.Run("answer", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			p.SetResult(0, answers[i%len(answers)])
			p.Draw(g.All(), at3())
			i++
		}
	})
	b.Run("draw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Draw(g.All(), at3())
		}
	})
}
