package screen

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"nightjar/themes"
)

// hostile are texts that have broken terminals.
func hostile() []string {
	return []string{
		"plain", "", "\x1b[2J\x1b]0;owned\a", "a\r\nb\tc\x00\x7f", "\u009b31m", "\u202eevil\u202c \u2066x\u2069",
		"e" + strings.Repeat("\u0301", 500), "日本語", "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "🇩", "🇩🇪🇫", "👍🏽", "❤️", "\u200d\u200d", "\ufe0f",
		"\xff\xfe\xc3", "\xed\xa0\x80", "שלום עולם", "مرحبا", "a\u00adb", "\ue000", "\U000e0041", "\U0010ffff", "각", "ᄀᄀᄀ각", "क्षि",
		strings.Repeat("name", 2500), strings.Repeat("日", 3333), "\u2028\u2029", "x\u200bx", "\u0e33", "﷽", "｡ﾟ", "\u3000|",
	}
}

// checkClean fails if s could do anything to a terminal but print.
func checkClean(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("not UTF-8: %q", s)
	}
	for _, r := range s {
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c, r == 0x200b, r == 0xfeff:
			t.Fatalf("%U is in %q", r, s)
		case !unicode.IsGraphic(r) && !joins(r):
			t.Fatalf("%U, not printable, is in %q", r, s)
		}
	}
}

func FuzzCleanText(f *testing.F) {
	for _, s := range hostile() {
		if len(s) <= 64 { // what it costs to make an input smaller grows with its square
			f.Add(s)
		}
	}
	f.Add("e" + strings.Repeat("\u0301", 2*maxCluster/3))
	f.Fuzz(checkText)
}

func TestHostileTextIsClean(t *testing.T) {
	for _, s := range hostile() {
		checkText(t, s)
		checkText(t, strings.Repeat(s, 3)+"x")
	}
}

// checkText fails unless s is harmless when cleaned and takes the columns that it
// is said to, whole and cut.
func checkText(t *testing.T, s string) {
	t.Helper()
	c := Clean(s)
	checkClean(t, c)
	if again := Clean(c); again != c {
		t.Fatalf("clean text changes when cleaned: %q to %q", c, again)
	}
	n := Width(s)
	if n < 0 || n > len(s) {
		t.Fatalf("%q is %d wide", s, n)
	}
	g := NewGrid(min(n+3, MaxWidth), 1)
	if got := g.All().Text(0, 0, s, On(themes.Text)); n+3 <= MaxWidth && got != n {
		t.Fatalf("%q takes %d columns, its width is %d", s, got, n)
	}
	row := strings.TrimSuffix(g.String(), "\n")
	if n+3 <= MaxWidth && row != c+"   " {
		t.Fatalf("%q is shown as %q, clean is %q", s, row, c)
	}
	checkWhole(t, g)
	g.ASCII()
	for _, r := range g.String() {
		if r != '\n' && (r < 0x20 || r > 0x7e) {
			t.Fatalf("%U is left in ASCII", r)
		}
	}
	for _, w := range []int{0, 1, 2, 5} {
		small := NewGrid(w, 1)
		small.All().Text(-1, 0, s, 0)
		small.All().Fit(0, 0, w, s, 0)
		small.All().Right(0, 0, w, s, 0)
		checkWhole(t, small)
	}
}

// checkWhole fails if any wide character lacks a half.
func checkWhole(t *testing.T, g *Grid) {
	t.Helper()
	for i, c := range g.cells {
		x := i % g.w
		wide := c.style&wideBit != 0
		switch {
		case c.ch == continuation && (x == 0 || !wide || g.cells[i-1].ch == continuation || g.cells[i-1].style&wideBit == 0):
			t.Fatalf("a right half alone at %d, %d", x, i/g.w)
		case c.ch != continuation && wide && (x+1 >= g.w || g.cells[i+1].ch != continuation):
			t.Fatalf("a left half alone at %d, %d", x, i/g.w)
		}
	}
}

func TestVisibleForms(t *testing.T) {
	f := func(in, want string, width int) {
		t.Helper()
		if got := Clean(in); got != want || Width(in) != width {
			t.Errorf("%q is %q, %d wide; want %q, %d", in, got, Width(in), want, width)
		}
	}
	f("a\x1b[31mb", "a␛[31mb", 7)
	f("a\nb\x7f", "a␊b␡", 4)
	f("\u009b", "\ufffd", 1)
	f("x\u202ey", "x\ufffdy", 3)
	f("日本", "日本", 4)
	f("e\u0301", "e\u0301", 1)
	f("e"+strings.Repeat("\u0301", 100), "\ufffd", 1)
	f("👩‍👧", "👩‍👧", 2)
	f("🇩🇪", "🇩🇪", 2)
	f("\xff", "\ufffd", 1)
	f("a\u00a0b", "a b", 3)
	f("\u200b", "\ufffd", 1)
	f("\u0e33", "\ufffd", 1) // would join the cell before it
	f("\u0e19\u0e33", "\u0e19\u0e33", Width("\u0e19\u0e33"))
	f("\u1161", "\ufffd", 1)
}
