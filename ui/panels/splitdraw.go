package panels

import (
	"nightjar/themes"
	"nightjar/ui/screen"
)

// Sizes of a small graph: it is not made narrower or lower than this while
// others can be left out.
const (
	splitWidth  = 34
	splitHeight = 6
)

// A splitGrid is where the small graphs are, one blank column between them:
//
//	 api      12 ms   web     9.1 ms
//	|20 ms|  .''.    |20 ms|
//	| 0   |.'        | 0   |'''..
//	       03:00            03:00
type splitGrid struct {
	columns, rows int // of graphs that are seen
	w, h          int // of one, title included
}

// layoutSplit is a pure function of the body's size and the number of graphs.
func layoutSplit(w, h, n int) splitGrid {
	n = max(n, 1)
	g := splitGrid{columns: min(max((w+1)/(splitWidth+1), 1), n)}
	all := (n + g.columns - 1) / g.columns
	g.columns = (n + all - 1) / all // as even as can be
	g.rows = min(all, max(h/splitHeight, 1))
	g.w = max((w-(g.columns-1))/g.columns, 0)
	g.h = max(h/g.rows, 0)
	return g
}

// last is the greatest row that the grid can begin with.
func (g splitGrid) last(n int) int {
	if g.columns == 0 {
		return 0
	}
	return max((n+g.columns-1)/g.columns-g.rows, 0)
}

// seen is how many of n graphs are seen from row scroll on.
func (g splitGrid) seen(n, scroll int) int {
	return max(min(n-scroll*g.columns, g.rows*g.columns), 0)
}

// Draw draws the graphs that fit.
func (s *split) Draw(r screen.Region, c Context) {
	w, h := r.Size()
	if w <= 0 || h <= 0 || s.sayNative(r, c) {
		return
	}
	s.arrange(c)
	s.grid = layoutSplit(w, h, len(s.view))
	s.scroll = min(s.scroll, s.grid.last(len(s.view)))
	if len(s.view) == 0 {
		why := "no series in this range"
		if len(s.order) > 0 {
			why = "no " + s.label + " has this in its name"
		}
		fitName(r, 1, h/2, w-1, why, screen.On(themes.Muted), c.ASCII)
		return
	}
	s.scale(c, layoutGraph(s.grid.w, s.grid.h-1, "none", 1).plot)
	from := s.scroll * s.grid.columns
	for i := range s.grid.seen(len(s.view), s.scroll) {
		x, y := i%s.grid.columns*(s.grid.w+1), i/s.grid.columns*s.grid.h
		s.drawPart(r.Sub(x, y, s.grid.w, s.grid.h), s.view[from+i], c)
	}
}

// drawPart draws the title, its value and the graph.
func (s *split) drawPart(r screen.Region, part *splitPart, c Context) {
	w, h := r.Size()
	value := ""
	if l := part.greatest(); l != nil {
		v := l.last
		if !c.Cursor.IsZero() {
			v = l.at(c.Cursor, c.Window)
		}
		value = l.written(v, c)
	}
	n := screen.Width(value)
	name := part.value
	if name == "" {
		name = "no " + s.label
	}
	right := w
	if w >= graphAxisWidth {
		right = w - 1 // above the plot's end
	}
	if right-n >= 0 {
		r.Text(right-n, 0, value, screen.On(themes.Strong))
	}
	fitName(r, 1, 0, max(right-n-2, 0), name, screen.On(themes.Text), c.ASCII)
	part.graph.Draw(r.Sub(0, 1, w, h-1), c)
}

// greatest is the series with the greatest value, nil if there is none.
func (p *splitPart) greatest() *graphLine {
	var best *graphLine
	for _, l := range p.graph.lines {
		if l.max == l.max && (best == nil || l.max > best.max) {
			best = l
		}
	}
	return best
}
