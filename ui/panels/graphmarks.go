package panels

import (
	"slices"

	"nightjar/ui/plot"
	"nightjar/ui/screen"
)

// fewMarks is up to how many series give way to each other at their ends.
const fewMarks = 6

// A graphMark is the letter at the end of a line.
type graphMark struct {
	line     *graphLine
	dot, row int // where the line ends; row becomes where the letter is
	off      bool
}

// drawMarks writes each series' letter where its line ends, so that it is told
// without colour. They keep the order of the lines: where two end in one row the
// upper one goes a row up or the lower one a row down. A letter that would be
// further than a row from its line would tell the wrong one and is left out, as
// are the ones that collide in a crowd: the legend has them.
func (g *graph) drawMarks(r screen.Region, l graphLayout, c Context) {
	g.ends = g.ends[:0]
	s := g.scale()
	for k, line := range g.shown {
		v := g.endOf(k, c)
		if row, ok := g.rowOf(v); ok {
			g.ends = append(g.ends, graphMark{line: line, dot: s.Row(v), row: row})
		}
	}
	slices.SortStableFunc(g.ends, func(a, b graphMark) int { return a.dot - b.dot })
	spreadMarks(g.ends, l.plot.h)
	for i := range g.ends {
		if m := &g.ends[i]; !m.off {
			r.Put(l.plot.x+l.plot.w, m.row, m.line.letter(), g.styleOf(m.line))
		}
	}
}

// spreadMarks gives each of marks, upper ones first, a row of its own among h,
// no more than one from its line, or puts it off.
func spreadMarks(marks []graphMark, h int) {
	most := 1
	if len(marks) > fewMarks {
		most = 0
	}
	free := 0 // the first row that is free
	for i := range marks {
		m := &marks[i]
		home := m.dot / plot.DotsY
		// The one above may be moved up to leave its row to this one.
		if home < free && most > 0 && i > 0 && !marks[i-1].off && marks[i-1].row == home && roomAbove(marks[:i], home) {
			marks[i-1].row--
			m.row = home
			free = home + 1
			continue
		}
		m.row = max(home, free)
		if m.row-home > most || m.row >= h {
			m.off = true
			continue
		}
		free = m.row + 1
	}
}

// roomAbove reports whether the last of placed can go up from row: the row above
// is on the plot, nobody has it, and its line is no further.
func roomAbove(placed []graphMark, row int) bool {
	last := &placed[len(placed)-1]
	if row == 0 || row-1 < last.dot/plot.DotsY-1 {
		return false
	}
	for i := len(placed) - 2; i >= 0; i-- {
		if !placed[i].off {
			return placed[i].row < row-1
		}
	}
	return true
}
