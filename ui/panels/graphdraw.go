package panels

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/plot"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// scale is the value scale of the picture.
func (g *graph) scale() plot.Scale {
	return plot.Scale{Lo: g.axis.Lo, Hi: g.axis.Hi, Dots: g.drawn.h * plot.DotsY, Log: g.spec.Graph.Log}
}

// rowOf is the row of cells of v on the plot; ok is false outside.
func (g *graph) rowOf(v float64) (row int, ok bool) {
	s := g.scale()
	if !s.Has(v) {
		return 0, false
	}
	dot := s.Row(v)
	return dot / plot.DotsY, dot >= 0 && dot < s.Dots
}

// drawGrid draws both axes and a dot where their ticks cross: enough to follow
// a line to its value, too little to be looked at.
func (g *graph) drawGrid(r screen.Region, l graphLayout, c Context) {
	muted, faint := screen.On(themes.Muted), screen.On(themes.Faint)
	rule, tick, dot := '│', '┤', '·'
	if c.ASCII {
		rule, tick, dot = '|', '+', '.'
	}
	times := g.times.Fit(c.Window.Start, c.Window.Cell, l.plot.w, c.Zone)
	if l.gutter > 0 {
		for y := range l.plot.h {
			r.Put(l.gutter-1, y, rule, faint)
		}
	}
	taken := -1
	for i := range g.axis.Ticks {
		t := &g.axis.Ticks[i]
		y, ok := g.rowOf(t.Value)
		if !ok || y == taken {
			continue
		}
		taken = y
		for k := range times {
			r.Put(l.plot.x+times[k].Column, y, dot, faint)
		}
		if l.gutter > 0 {
			right(r, 0, y, l.gutter-1, g.axisLabel(t.Label), muted, c)
			r.Put(l.gutter-1, y, tick, faint)
		}
	}
	if l.time {
		y := l.plot.h
		at, label, ok := g.cursorLabel(l, c)
		for k := range times {
			if x := times[k].X; ok && x < at+len(label)+1 && x+len(times[k].Label)+1 > at {
				continue // the cursor's time is said instead
			}
			r.Text(l.plot.x+times[k].X, y, times[k].Label, muted)
		}
		if ok {
			r.Text(l.plot.x+at, y, label, screen.On(themes.Cursor))
		}
	}
}

// axisLabel is a label of the value axis. Where a direction is drawn below zero
// the sign is of the drawing, not of the value.
func (g *graph) axisLabel(label string) string {
	if g.mirrored() {
		return strings.TrimPrefix(label, "-")
	}
	return label
}

// mirrored reports whether a query is drawn below zero.
func (g *graph) mirrored() bool {
	return slices.ContainsFunc(g.spec.Queries, func(q boards.Query) bool { return q.Invert })
}

// drawLetters fills the bands of a stack with their letters, where there are no
// patterns finer than a character to be coloured.
func (g *graph) drawLetters(r screen.Region) {
	const half = 4 // dots of a cell's eight
	w, h := r.Size()
	for y := range h {
		for x := range w {
			d := g.canvas.Dots(x, y)
			if bits.OnesCount8(d) < half {
				continue
			}
			style := g.canvas.Style(x, y)
			for _, l := range g.shown {
				if g.styleOf(l) == style {
					r.Put(x, y, l.letter(), style)
					break
				}
			}
		}
	}
}

// drawScale writes the highest tick into the plot, where there is no room for an axis.
func (g *graph) drawScale(r screen.Region, c Context) {
	if n := len(g.axis.Ticks); n > 0 {
		t := &g.axis.Ticks[n-1]
		if y, ok := g.rowOf(t.Value); ok {
			if w, _ := r.Size(); screen.Width(t.Label) <= w {
				r.Text(0, y, plainText(t.Label, c.ASCII), screen.On(themes.Muted))
			}
		}
	}
}

// right draws a label of ours right-aligned.
func right(r screen.Region, x, y, w int, label string, s screen.Style, c Context) {
	if c.ASCII {
		label = units.ASCII(label)
	}
	r.Right(x, y, w, label, s)
}

// cursorLabel is the cursor's time and where on the time axis it is written.
func (g *graph) cursorLabel(l graphLayout, c Context) (x int, label string, ok bool) {
	col, ok := cursorColumn(l, c)
	if !ok {
		return 0, "", false
	}
	label = timeOfDay(c.Cursor, c)
	if len(label) > l.plot.w {
		return 0, "", false
	}
	return min(max(col-len(label)/2, 0), l.plot.w-len(label)), label, true
}

// cursorColumn is the plot's column that the cursor is in.
func cursorColumn(l graphLayout, c Context) (int, bool) {
	if c.Cursor.IsZero() {
		return 0, false
	}
	col, ok := c.Window.Column(c.Cursor)
	return col, ok && col < l.plot.w
}

// drawCursor draws a line down the plot; where there is data it stays to be seen.
func (g *graph) drawCursor(r screen.Region, l graphLayout, c Context) {
	col, ok := cursorColumn(l, c)
	if !ok {
		return
	}
	ch := '│'
	if c.ASCII {
		ch = '|'
	}
	for y := range l.plot.h {
		if g.canvas.Dots(col, y) == 0 {
			r.Put(l.plot.x+col, y, ch, screen.On(themes.Cursor))
		}
	}
}

// endOf is where the line or band of the k-th series drawn ends, NaN if that is not near the right edge.
func (g *graph) endOf(k int, c Context) float64 {
	if g.spec.Graph.Stack {
		return g.middle(k)
	}
	v := g.shown[k].end(c)
	if g.shown[k].line.Negate {
		v = -v
	}
	return v
}

// end is the value of the series where its line ends, if it does near the right edge.
func (l *graphLine) end(c Context) float64 {
	s := sources.Series{Times: l.line.Times, Values: l.line.Values}
	near := 2 * max(l.step, c.Window.Cell.Milliseconds())
	if _, v, ok := s.At(c.Window.End.UnixMilli(), near); ok {
		return v
	}
	return math.NaN()
}

// middle is the middle of band k of the stack where it ends, if it does near the right edge.
func (g *graph) middle(k int) float64 {
	band := g.bands[k]
	for i := len(band) - 1; i >= max(len(band)-8, 0); i-- {
		v := band[i]
		if v != v {
			continue
		}
		for j := k - 1; j >= 0; j-- {
			if below := g.bands[j][i]; below*v > 0 { // on the same side of zero
				return v/2 + below/2
			}
		}
		return v / 2
	}
	return math.NaN()
}

// levelLook is how a threshold of a level is marked and coloured.
func levelLook(l boards.Level) (mark string, tok themes.Token) {
	switch l {
	case boards.LevelCritical:
		return "!!", themes.Critical
	case boards.LevelWarning:
		return "!", themes.Warning
	}
	return "i", themes.Info
}

// drawThresholds draws lines at thresholds and a light raster over what is past them.
func (g *graph) drawThresholds(r screen.Region, c Context) {
	w, h := r.Size()
	line, raster := '╌', '·' // the raster is faint: the line and its label say how bad it is
	if c.ASCII {
		line, raster = '-', '.'
	}
	s := g.scale()
	for _, t := range g.thresholds() {
		if !s.Has(t.At) {
			continue
		}
		_, tok := levelLook(t.Level)
		style := screen.On(tok).With(themes.Dim)
		dot := s.Row(t.At)
		if t.Area {
			from, to := 0, min(dot/plot.DotsY, h)
			if t.Below {
				from, to = max(dot/plot.DotsY+1, 0), h
			}
			for y := from; y < to; y++ {
				for x := y % 2 * 2; x < w; x += 4 {
					r.Put(x, y, raster, screen.On(themes.Faint))
				}
			}
		}
		if dot >= 0 && dot < s.Dots {
			r.HLine(0, dot/plot.DotsY, w, line, style)
		}
	}
}

// drawThresholdLabels writes what each threshold is, over the oldest data.
func (g *graph) drawThresholdLabels(r screen.Region, c Context) {
	w, h := r.Size()
	s := g.scale()
	var taken [screen.MaxHeight]bool
	for _, t := range g.thresholds() {
		if !s.Has(t.At) {
			continue
		}
		mark, tok := levelLook(t.Level)
		y := s.Row(t.At) / plot.DotsY
		if s.Row(t.At) < 0 || y >= h {
			continue
		}
		if y == h-1 && h > 2 {
			y-- // on the lowest row it would be read as of zero
		}
		if taken[y] {
			continue
		}
		taken[y] = true
		g.buf = append(append(g.buf[:0], mark...), ' ')
		if t.Below {
			g.buf = append(g.buf, "< "...)
		}
		g.buf = units.Append(g.buf, t.At, g.unit(), -1, c.Zone)
		g.buf = append(g.buf, ' ')
		if len(g.buf) <= w {
			drawBytes(r, 0, y, g.buf, screen.On(tok), c)
		}
	}
}

// drawBytes draws a number of ours without making a string of it, and returns its columns.
func drawBytes(r screen.Region, x, y int, b []byte, s screen.Style, c Context) int {
	for _, ch := range b {
		if ch < 0x20 || ch > 0x7e { // µ, ∞, or a unit from elsewhere
			return r.Text(x, y, plainText(string(b), c.ASCII), s)
		}
	}
	for i, ch := range b {
		r.Put(x+i, y, rune(ch), s)
	}
	return len(b)
}
