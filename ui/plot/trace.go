package plot

import (
	"math"
	"slices"

	"nightjar/ui/screen"
)

// A Line is one series to be drawn: Unix milliseconds, ascending, and as many
// values. NaN values, and neighbours further apart than Gap milliseconds (0:
// any distance is none), are gaps. Negate draws it upside down.
type Line struct {
	Times  []int64
	Values []float64
	Gap    int64
	Negate bool
}

// visible are the indices of the samples that a picture of t needs: those in
// it and one on either side.
func (l Line) visible(t TimeScale) (from, to int) {
	n := min(len(l.Times), len(l.Values))
	from, _ = slices.BinarySearch(l.Times[:n], t.Start)
	to, _ = slices.BinarySearch(l.Times[:n], t.End())
	return max(from-1, 0), min(to+1, n)
}

// Trace draws the series as a line. Where a column of dots has many samples it
// shows them all, from the least to the greatest; a sample between gaps is a
// dot. What the scale has not is a gap. One pass over the samples in sight; no allocation.
func (c *Canvas) Trace(l Line, t TimeScale, v Scale, s screen.Style) {
	from, to := l.visible(t)
	var (
		open         bool  // a column is begun
		x, top, low  int   // the column, its highest and lowest row
		first, last  int   // rows of its first and last sample
		until        int64 // first time beyond it
		joined       bool  // px, py is to be joined with it
		px, py       int
		previousTime int64
	)
	flush := func() {
		if !open {
			return
		}
		if joined && (x-px > 1 || py < top-1 || py > low+1) {
			c.Line(px, py, x, first, s)
		}
		c.Column(x, top, low, s)
		px, py, joined, open = x, last, true, false
	}
	for i := from; i < to; i++ {
		at, value := l.Times[i], l.Values[i]
		if !v.Has(value) {
			flush()
			joined = false
			continue
		}
		if l.Gap > 0 && at-previousTime > l.Gap && (open || joined) {
			flush()
			joined = false
		}
		previousTime = at
		if l.Negate {
			value = -value
		}
		row := v.Row(value)
		if open && at < until {
			top, low, last = min(top, row), max(low, row), row
			continue
		}
		flush()
		x = t.Dot(at)
		until = t.begin(x + 1)
		top, low, first, last, open = row, row, row, row, true
	}
	flush()
}

// Points draws the series' samples alone, each two dots high.
func (c *Canvas) Points(l Line, t TimeScale, v Scale, s screen.Style) {
	from, to := l.visible(t)
	for i := from; i < to; i++ {
		value := l.Values[i]
		if !v.Has(value) {
			continue
		}
		if l.Negate {
			value = -value
		}
		x, y := t.Dot(l.Times[i]), v.Row(value)
		_, h := c.Size()
		y = min(y, max(h-2, 0))
		c.Column(x, y, y+1, s)
	}
}

// Columns writes the series' value at every column of dots into dst, which has
// two for each cell: the mean of the samples in it, between samples the
// straight line, NaN in gaps and where a value is infinite.
func (l Line) Columns(dst []float64, t TimeScale) {
	for i := range dst {
		dst[i] = math.NaN()
	}
	from, to := l.visible(t)
	var (
		joined       bool
		px           int
		pv           float64
		previousTime int64
	)
	for i := from; i < to; {
		at, value := l.Times[i], l.Values[i]
		if value-value != 0 { // NaN or infinite
			joined = false
			i++
			continue
		}
		if l.Gap > 0 && at-previousTime > l.Gap {
			joined = false
		}
		x := t.Dot(at)
		until := t.begin(x + 1)
		mean, n := value, 1.0
		for previousTime, i = at, i+1; i < to && l.Times[i] < until; i++ {
			if value = l.Values[i]; value-value == 0 {
				mean += (value - mean) / (n + 1)
				n++
				previousTime = l.Times[i]
			}
		}
		if l.Negate {
			mean = -mean
		}
		if joined {
			for k := max(px+1, 0); k < min(x, len(dst)); k++ {
				f := float64(k-px) / float64(x-px)
				dst[k] = pv*(1-f) + mean*f
			}
		}
		if x >= 0 && x < len(dst) {
			dst[x] = mean
		}
		px, pv, joined = x, mean, true
	}
}

// Bars draws a bar from zero (or the nearest end of the scale) to each sample;
// step (milliseconds, 0: not known) is the distance of samples, which the bars
// fill but for a dot between them.
func (c *Canvas) Bars(l Line, t TimeScale, v Scale, step int64, s screen.Style) {
	from, to := l.visible(t)
	zero := v.Row(min(max(0, v.Lo), v.Hi))
	wide := max(int(step*DotsX/t.Cell)-1, 1)
	for i := from; i < to; i++ {
		value := l.Values[i]
		if !v.Has(value) {
			continue
		}
		if l.Negate {
			value = -value
		}
		x, y := t.Dot(l.Times[i]), v.Row(value)
		for k := range min(wide, t.Cells*DotsX) {
			c.Column(x+k, zero, y, s)
		}
	}
}
