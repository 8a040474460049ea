package panels

import (
	"math"
	"slices"

	"nightjar/themes"
	"nightjar/ui/plot"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// drawSpark draws a body of one row: the value, its line, and its limits.
func (g *graph) drawSpark(r screen.Region, l graphLayout, c Context) {
	w, _ := r.Size()
	s := g.focused()
	if s == nil && len(g.shown) > 0 {
		s = g.shown[0]
	}
	if s == nil {
		fitName(r, 0, 0, w, "no series in this range", screen.On(themes.Muted), c.ASCII)
		return
	}
	v := s.last
	if !c.Cursor.IsZero() {
		v = s.at(c.Cursor, c.Window)
	}
	if l.plot.x == 0 { // no room for both
		g.drawLegendValue(r, 0, 0, min(w, 8), s, v, screen.On(themes.Text), c)
		return
	}
	g.drawLegendValue(r, 0, 0, l.plot.x-1, s, v, screen.On(themes.Text), c)
	g.paintSpark(s, l, c)
	g.canvas.Draw(r.Sub(l.plot.x, 0, l.plot.w, 1), c.ASCII)
	if l.limits && !math.IsNaN(s.min) {
		x := l.plot.x + l.plot.w + 1
		g.buf = units.Append(g.buf[:0], s.min, s.unit, s.digits, c.Zone)
		g.buf = append(g.buf, ".."...)
		g.buf = units.Append(g.buf, s.max, s.unit, s.digits, c.Zone)
		if n := columnsOf(g.buf); n <= w-x {
			drawBytes(r, w-n, 0, g.buf, screen.On(themes.Muted), c)
		}
	}
}

// paintSpark fills the canvas with one series from its least to its greatest value.
func (g *graph) paintSpark(s *graphLine, l graphLayout, c Context) {
	g.drawn = graphDrawn{}
	g.canvas.Resize(l.plot.w, 1)
	if !s.any {
		return
	}
	lo, hi := s.lo, s.hi
	if !g.spec.Graph.Auto {
		lo, hi = min(lo, 0), max(hi, 0)
	}
	if lo == hi {
		lo, hi = lo-math.Abs(lo)-1, hi+math.Abs(hi)+1
	}
	v := plot.Scale{Lo: max(lo, -8e307), Hi: min(hi, 8e307), Dots: plot.DotsY}
	if g.spec.Graph.Log && s.least > 0 {
		v.Lo, v.Hi, v.Log = s.least/2, max(hi, s.least), true // the least is seen
	}
	t := timeScale(c, l.plot.w)
	n := l.plot.w * plot.DotsX
	g.columns = slices.Grow(g.columns[:0], n)[:n]
	s.line.Columns(g.columns, t)
	for i, value := range g.columns {
		if v.Has(value) {
			g.canvas.Column(i, v.Row(value), plot.DotsY-1, g.styleOf(s))
		}
	}
}
