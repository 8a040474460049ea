package screen

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nightjar/themes"
)

func TestZeroRegionIsSafe(t *testing.T) {
	var r Region
	for _, r := range []Region{r, NewGrid(0, 0).All(), NewGrid(10, 1).All().Sub(20, 0, 5, 1), NewGrid(3, 3).All().Sub(-9, -9, 2, 2)} {
		r.Put(0, 0, 'x', 0)
		r.Fill('x', 0)
		r.Text(0, 0, "text 日", 0)
		r.Fit(0, 0, 5, "text", 0)
		r.Right(0, 0, 5, "text", 0)
		r.HLine(0, 0, 5, '-', 0)
		r.Dim(themes.Faint)
		r.Blit(0, 0, NewGrid(3, 3))
		r.Blit(-1, -1, nil)
		if !r.Sub(0, 0, 5, 5).Empty() || !r.Empty() {
			t.Error("is not empty")
		}
	}
}

func TestPutTakesOnlyOneColumn(t *testing.T) {
	g := NewGrid(4, 1)
	f := func(ch rune, want string) {
		t.Helper()
		g.Clear()
		g.All().Put(1, 0, ch, 0)
		if got := g.String(); got != want+"\n" {
			t.Errorf("%U is %q, want %q", ch, got, want)
		}
	}
	f('x', " x  ")
	f('│', " │  ")
	f('…', " …  ")
	f(0x1b, " ␛  ")
	f(-1, " \ufffd  ")
	f(math.MaxInt32, " \ufffd  ")
	f(0xd800, " \ufffd  ")
	f('日', " \ufffd  ")
	f(0x202e, " \ufffd  ")
}

func TestWideAtEdges(t *testing.T) {
	f := func(want string, draw func(g *Grid)) {
		t.Helper()
		g := NewGrid(6, 1)
		g.All().Fill('.', 0)
		draw(g)
		checkWhole(t, g)
		if got := g.String(); got != want+"\n" {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f("..日..", func(g *Grid) { g.All().Text(2, 0, "日", 0) })
	f(".....", func(g *Grid) { g.Resize(5, 1); g.All().Fill('.', 0) })
	f("..... ", func(g *Grid) { g.All().Text(5, 0, "日", 0) })
	f(" .....", func(g *Grid) { g.All().Text(-1, 0, "日", 0) })
	f("..x ..", func(g *Grid) { g.All().Text(2, 0, "日", 0); g.All().Put(2, 0, 'x', 0) })
	f(".. x..", func(g *Grid) { g.All().Text(2, 0, "日", 0); g.All().Put(3, 0, 'x', 0) })
	f(". 日 .", func(g *Grid) { g.All().Text(1, 0, "本本", 0); g.All().Text(2, 0, "日", 0) })
	f(". ab .", func(g *Grid) { // a grid copied over the halves of two wide characters
		g.All().Text(1, 0, "本本", 0)
		o := NewGrid(2, 1)
		o.All().Text(0, 0, "ab", 0)
		g.All().Blit(2, 0, o)
	})
	f("..本 .", func(g *Grid) { // a wide character cut by the clip
		o := NewGrid(4, 1)
		o.All().Text(0, 0, "本本", 0)
		g.All().Sub(2, 0, 3, 1).Blit(0, 0, o)
	})
	f(" 本...", func(g *Grid) {
		o := NewGrid(4, 1)
		o.All().Text(0, 0, "本本", 0)
		g.All().Blit(-1, 0, o)
	})
}

// Nothing outside a region changes, save a neighbour's wide character that is cut.
func TestDrawingStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGrid(12, 4)
		g.All().Fill('.', 0)
		x, y := rapid.IntRange(-3, 14).Draw(t, "x"), rapid.IntRange(-3, 6).Draw(t, "y")
		r := g.All().Sub(x, y, rapid.IntRange(-1, 9).Draw(t, "w"), rapid.IntRange(-1, 5).Draw(t, "h"))
		n := func(name string) int { return rapid.IntRange(-5, 15).Draw(t, name) }
		text := rapid.SampledFrom(hostile()[:20]).Draw(t, "text")
		o := NewGrid(5, 2)
		o.All().Text(0, 0, "日a本", 0)
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			r.Text(n("tx"), n("ty"), text, 0)
		case 1:
			r.Fit(n("tx"), n("ty"), n("tw"), text, 0)
		case 2:
			r.Right(n("tx"), n("ty"), n("tw"), text, 0)
		case 3:
			r.Blit(n("tx"), n("ty"), o)
		case 4:
			r.HLine(n("tx"), n("ty"), n("tw"), '─', 0)
		case 5:
			r.Put(n("tx"), n("ty"), 'x', 0)
		}
		for i, c := range g.cells {
			cx, cy := i%g.w-r.x, i/g.w-r.y
			if inside := cx >= 0 && cx < r.w && cy >= 0 && cy < r.h; !inside && c != (cell{ch: '.'}) {
				t.Fatalf("cell %d, %d outside of %+v changed", i%g.w, i/g.w, r)
			}
		}
	})
}
