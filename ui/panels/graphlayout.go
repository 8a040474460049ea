package panels

import "nightjar/ui/units"

// Sizes of a graph's body below which parts of it are left out.
const (
	graphGutter     = units.TickWidth + 1 // the value axis: labels and a rule; the same for all units, so that plots line up
	graphAxisWidth  = 20                  // narrower: no value axis
	graphMarkWidth  = 24                  // narrower: no letters at the lines' ends, no legend
	graphTimeHeight = 4                   // lower, without the legend: no time axis
	graphKeyHeight  = 3                   // lower: no legend of several series
	graphLoneHeight = 5                   // lower: no legend of one series, whose value is in the title
	graphTable      = 16                  // from here on the legend below is a table
	graphSideWidth  = 100                 // from here on the legend is at the right
	graphSideHeight = 6
)

// A graphBox is a rectangle of the body.
type graphBox struct{ x, y, w, h int }

// A graphLayout is where the parts of a graph are in its body:
//
//	|gutter  |plot                    |m|  legend
//	|   100 %|      ..                |a|  (right, or)
//	|    50 %|.....'  '...            |b|
//	|        |  03:00   03:15   03:30 | |
//	 legend (below)
//
// A part that has no room has no size.
type graphLayout struct {
	gutter   int // columns of the value axis, 0: none
	plot     graphBox
	time     bool // the row below the plot is the time axis
	marks    bool // the column right of the plot has the series' letters
	legend   graphBox
	table    bool // the legend is a table, else items side by side
	sparking bool // one row: value, sparkline, min..max
	limits   bool // of a spark: there is room for min..max
}

// layoutGraph lays out a body of w x h. Its columns depend on nothing but w, h
// and place (of boards.Panel.Legend), so a plot's width does not change with
// the data; rows is how many series the legend has.
func layoutGraph(w, h int, place string, rows int) graphLayout {
	w, h = max(w, 0), max(h, 0)
	var l graphLayout
	if h <= 1 {
		const value, limits = 10, 20
		l.sparking = true
		l.plot = graphBox{0, 0, w, h}
		if w >= 16 {
			l.plot.x, l.plot.w = value, w-value
		}
		if w >= 48 {
			l.limits = true
			l.plot.w -= limits
		}
		return l
	}
	l.plot = graphBox{0, 0, w, h}
	if w >= graphAxisWidth {
		l.gutter = graphGutter
		l.plot.x, l.plot.w = graphGutter, w-graphGutter
	}
	if l.marks = w >= graphMarkWidth; l.marks {
		l.plot.w--
	}
	least := graphKeyHeight
	if rows == 1 {
		least = graphLoneHeight
	}
	if place == "none" || w < graphMarkWidth || h < least {
		return l.withTime()
	}
	if h >= graphSideHeight && (place == "right" && w >= 2*graphMarkWidth || place == "" && w >= graphSideWidth) {
		side := min(max(w*2/5, 28), 68)
		l.plot.w -= side
		l.legend = graphBox{w - side + 1, 0, side - 1, h}
		l.table = true
		return l.withTime()
	}
	n := 1
	switch {
	case h >= graphTable && rows > 1:
		l.table = true
		n = min(rows+1, h/3)
	case h >= graphTable/2 && rows > 2:
		n = 2
	}
	l.plot.h -= n
	l.legend = graphBox{0, h - n, w, n}
	return l.withTime()
}

// withTime gives the lowest row of the plot to the time axis, if there is room.
// The legend comes first: what the lines are is said nowhere else, and the range
// is in the header too.
func (l graphLayout) withTime() graphLayout {
	if l.time = l.plot.h >= graphTimeHeight && l.plot.w >= 12; l.time {
		l.plot.h--
	}
	return l
}
