package screen

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"nightjar/themes"
)

func picture() *Grid {
	g := NewGrid(30, 3)
	r := g.All()
	r.Text(0, 0, "a <b> & \"c\" 日本 \x1b", On(themes.Text))
	r.Text(0, 1, "╭─┬╮█▄⣿", On(themes.Critical).Over(themes.Selection))
	r.Text(2, 2, "last", On(themes.Link))
	return g
}

func TestANSIShowsTheGrid(t *testing.T) {
	g := picture()
	emu := vt.NewEmulator(30, 3)
	text := g.ANSI(palette())
	_, _ = emu.Write([]byte(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n")))
	if got := shown(emu, 30, 3); got != g.String() {
		t.Errorf("shows\n%s\nwant\n%s", got, g)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "\x1b") && !strings.HasSuffix(line, "\x1b[m\n") {
			t.Errorf("no reset at the end of %q", line)
		}
	}
	if got := g.ANSI(themes.NewPalette(themes.DarkTheme(), colorprofile.ASCII)); strings.Contains(got, "38;") {
		t.Errorf("colours without colours: %q", got)
	}
}

func TestSVGIsWellFormedAndDeterministic(t *testing.T) {
	for _, th := range themes.Builtin() {
		p := themes.NewPalette(th, colorprofile.TrueColor)
		a := picture().SVG(p)
		if b := picture().SVG(p); a != b {
			t.Fatalf("%s: two pictures of one grid differ", th.Name)
		}
		var text strings.Builder
		d := xml.NewDecoder(strings.NewReader(a))
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", th.Name, err)
			}
			if c, ok := tok.(xml.CharData); ok {
				text.WriteString(strings.TrimSpace(string(c)))
			}
		}
		if got := text.String(); got != `a<b>&"c"日本␛last` {
			t.Errorf("%s: text is %q", th.Name, got)
		}
		if strings.Contains(a, `fill=""`) || strings.Contains(a, `stroke=""`) {
			t.Errorf("%s: a colour is missing", th.Name)
		}
	}
	if s := NewGrid(0, 0).SVG(palette()); !strings.HasSuffix(s, "</svg>\n") {
		t.Errorf("the empty grid is %q", s)
	}
}

func TestASCII(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		g := NewGrid(Width(in), 1)
		g.All().Text(0, 0, in, 0)
		g.ASCII()
		if got := strings.TrimSuffix(g.String(), "\n"); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	f("plain ~", "plain ~")
	f("┌─┬┐│╭╯━║═╱", "+-++|++-|=/")
	f("▁▄█▌░▒▓", "_-##.:#")
	f("⠀⠉⣀⡇⣿", " '.:#")
	f("héÿß Åµ×°…–“”•→▲✓❯", `heys Auxo.-""*>^+>`)
	f("日本x", "? ? x")
	f("👩‍👧 é", "?  e")
	f("\x1b", "?")
}

func full(n int) *Grid {
	g := NewGrid(240, 60)
	for y := range 60 {
		for x := range 240 {
			g.All().Put(x, y, rune('!'+(x+y+n)%90), On(themes.Series((x/7+y+n)%10)))
		}
	}
	return g
}

// Budgets: no allocations once buffers have grown.
func BenchmarkText(b *testing.B) {
	g := NewGrid(240, 60)
	b.ReportAllocs()
	for b.Loop() {
		for y := range 60 {
			g.All().Text(0, y, "node_network_receive_bytes_total{device=\"eth0\",instance=\"db-2:9100\"} 12.4 MB/s é …", On(themes.Text))
		}
	}
}

func BenchmarkDiffEverything(b *testing.B) {
	one, two := full(0), full(1)
	e := encoder{pal: palette()}
	e.unknown()
	b.ReportAllocs()
	for b.Loop() {
		e.buf = e.buf[:0]
		e.diff(one, two)
		one, two = two, one
	}
	b.SetBytes(int64(len(e.buf)))
}

func BenchmarkDiffNothing(b *testing.B) {
	one, two := full(0), full(0)
	e := encoder{pal: palette()}
	b.ReportAllocs()
	for b.Loop() {
		e.buf = e.buf[:0]
		e.diff(one, two)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	one, two := full(0), full(1)
	e := encoder{pal: palette()}
	e.unknown()
	e.diff(nil, one)
	e.diff(one, two)
	text := "kind of text é 日本 👩‍👧"
	if n := testing.AllocsPerRun(20, func() {
		e.buf = e.buf[:0]
		e.diff(one, two)
		one.All().Text(0, 0, text, On(themes.Text))
		one.All().Fit(0, 1, 9, text, On(themes.Text))
		one.All().Right(0, 2, 90, text, On(themes.Text))
		one, two = two, one
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
