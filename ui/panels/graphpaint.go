package panels

import (
	"math"
	"slices"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/plot"
	"nightjar/ui/screen"
)

// paint makes the canvas and the value axis, unless they are what is wanted already.
func (g *graph) paint(l graphLayout, c Context) {
	now := graphDrawn{version: g.version, w: l.plot.w, h: l.plot.h, window: c.Window}
	if g.shared != nil {
		now.shared = *g.shared
	}
	if now == g.drawn {
		return
	}
	g.drawn = now
	g.canvas.Resize(l.plot.w, l.plot.h)
	t := timeScale(c, l.plot.w)
	n := l.plot.w * plot.DotsX
	var stack [][]float64
	lo, hi := math.Inf(1), math.Inf(-1)
	if g.spec.Graph.Stack {
		stack, lo, hi = g.stack(t, n)
	} else {
		for _, lines := range [...][]*graphLine{g.shown, g.rest} {
			for _, x := range lines {
				switch {
				case g.spec.Graph.Log && x.least > 0:
					lo, hi = min(lo, x.least), max(hi, x.hi)
				case !g.spec.Graph.Log && x.any:
					lo, hi = min(lo, x.lo), max(hi, x.hi)
				}
			}
		}
	}
	if g.shared != nil {
		if lo, hi = g.shared.lo, g.shared.hi; g.spec.Graph.Log {
			lo = g.shared.least
		}
	}
	g.fitAxis(lo, hi, l.plot.h)
	v := g.scale()
	if g.spec.Graph.Stack {
		g.paintStack(stack, v)
		return
	}
	for _, x := range g.rest {
		g.canvas.Trace(x.line, t, v, screen.On(themes.Faint))
	}
	if g.spec.Graph.Style == "area" {
		for _, x := range g.shown {
			g.paintArea(x, t, v, n)
		}
	}
	for _, x := range g.shown {
		switch s := g.styleOf(x); g.spec.Graph.Style {
		case "points":
			g.canvas.Points(x.line, t, v, s)
		case "bars":
			g.canvas.Bars(x.line, t, v, x.step, s)
		default:
			g.canvas.Trace(x.line, t, v, s)
		}
	}
}

func timeScale(c Context, cells int) plot.TimeScale {
	return plot.TimeScale{Start: c.Window.Start.UnixMilli(), Cell: max(c.Window.Cell.Milliseconds(), 1), Cells: cells}
}

// styleOf is how a series is drawn beside the one in focus.
func (g *graph) styleOf(l *graphLine) screen.Style {
	switch {
	case l.key == g.focus:
		return l.style().With(themes.Bold)
	case g.focus != "" && g.focused() != nil:
		return screen.On(themes.Faint)
	}
	return l.style()
}

// focused is the line in focus, nil if there is none (any more).
func (g *graph) focused() *graphLine {
	for _, l := range g.order {
		if l.key == g.focus {
			return l
		}
	}
	return nil
}

// fitAxis chooses the value axis for data from lo to hi: zero is on it unless
// the board says otherwise, thresholds are if they are not far.
func (g *graph) fitAxis(lo, hi float64, rows int) {
	nan := math.NaN()
	if lo > hi {
		lo, hi = nan, nan
	}
	if !g.spec.Graph.Auto && !g.spec.Graph.Log && lo <= hi {
		lo, hi = min(lo, 0), max(hi, 0)
	}
	if span := hi - lo; span > 0 {
		data := hi
		for _, t := range g.thresholds() {
			if !t.Below && t.At > data && t.At-data <= span/2 {
				hi = max(hi, t.At)
			}
		}
	}
	keepLo, keepHi := g.spec.Min != nil, g.spec.Max != nil
	if keepLo {
		lo = *g.spec.Min
	}
	if keepHi {
		hi = *g.spec.Max
	}
	if lo != lo && hi != hi { // nothing to measure
		g.axis.Lo, g.axis.Hi, g.axis.Ticks = 0, 1, g.axis.Ticks[:0]
		if g.spec.Graph.Log {
			g.axis.Lo, g.axis.Hi = 1, 10
		}
		return
	}
	fit := g.axis.Fit
	if g.spec.Graph.Log {
		fit = g.axis.FitLog
	}
	fit(lo, hi, g.unit(), min((rows+1)/3+1, 7), keepLo, keepHi)
}

// thresholds are the panel's, or those of its only query.
func (g *graph) thresholds() []boards.Threshold {
	if len(g.spec.Queries) == 1 && len(g.spec.Queries[0].Thresholds) > 0 {
		return g.spec.Queries[0].Thresholds
	}
	return g.spec.Thresholds
}

// zeroRow is the row of dots that areas and bars stand on.
func zeroRow(v plot.Scale) int { return v.Row(min(max(0, v.Lo), v.Hi)) }

func (g *graph) paintArea(x *graphLine, t plot.TimeScale, v plot.Scale, n int) {
	g.columns = slices.Grow(g.columns[:0], n)[:n]
	x.line.Columns(g.columns, t)
	zero := zeroRow(v)
	for i, value := range g.columns {
		if v.Has(value) {
			g.canvas.Area(i, zero, v.Row(value), plot.Sparse, g.styleOf(x))
		}
	}
}

// stack adds the series up, column by column: each row of the answer is where
// a series' band ends, positive values above zero and negative ones below it. A
// gap adds nothing. The series that are not told apart are one band, the last.
func (g *graph) stack(t plot.TimeScale, n int) (bands [][]float64, lo, hi float64) {
	count := len(g.shown) + 1
	g.columns = slices.Grow(g.columns[:0], (count+3)*n)[:(count+3)*n]
	above, below := g.columns[count*n:(count+1)*n], g.columns[(count+1)*n:(count+2)*n]
	one := g.columns[(count+2)*n:]
	clear(above)
	clear(below)
	lo, hi = math.Inf(1), math.Inf(-1)
	bands = slices.Grow(g.bands[:0], count)[:count]
	for k := range bands {
		band := g.columns[k*n : (k+1)*n]
		bands[k] = band
		if k < len(g.shown) {
			g.shown[k].line.Columns(band, t)
		} else {
			for i := range band {
				band[i] = math.NaN()
			}
			for _, x := range g.rest {
				x.line.Columns(one, t)
				addColumns(band, one)
			}
		}
		for i, v := range band {
			if v != v {
				continue
			}
			sum := above
			if v < 0 || v == 0 && k < len(g.shown) && g.shown[k].line.Negate {
				sum = below
			}
			sum[i] += v
			band[i] = sum[i]
			lo, hi = min(lo, sum[i]), max(hi, sum[i])
		}
	}
	g.bands = bands
	return bands, lo, hi
}

// addColumns adds b to a, where a gap is nothing.
func addColumns(a, b []float64) {
	for i, v := range b {
		switch {
		case v != v:
		case a[i] != a[i]:
			a[i] = v
		default:
			a[i] += v
		}
	}
}

// paintStack fills the bands, each from the one beneath it.
func (g *graph) paintStack(bands [][]float64, v plot.Scale) {
	if len(bands) == 0 {
		return
	}
	zero := zeroRow(v)
	for i := range bands[0] {
		above, below := zero, zero
		for k, band := range bands {
			value := band[i]
			if value != value {
				continue
			}
			style := screen.On(themes.Faint)
			if k < len(g.shown) {
				style = g.styleOf(g.shown[k])
			}
			row := v.Row(value)
			from := &above
			if value < 0 || row > zero {
				from = &below
			}
			switch {
			case row < *from:
				g.canvas.Column(i, *from-1, row, style)
			case row > *from:
				g.canvas.Column(i, *from+1, row, style)
			}
			*from = row
		}
	}
}
