package plot

import "math"

// A Scale maps values to rows of dots: Hi to row 0, Lo to row Dots-1.
type Scale struct {
	Lo, Hi float64 // Lo < Hi, Hi-Lo finite; of a logarithmic scale Lo > 0
	Dots   int
	Log    bool // logarithmic: equal ratios are equally far apart
}

// Has reports whether v has a place on or beyond the scale: NaN has none, and
// on a logarithmic scale neither has what is not above zero.
func (s Scale) Has(v float64) bool { return v == v && (!s.Log || v > 0) }

// Row is the row of dots of v. A value outside the scale has a row outside
// 0..Dots-1, at most 4 times as far; infinities are outside. What it has not (see Has) must not come.
func (s Scale) Row(v float64) int {
	n := float64(s.Dots - 1)
	if s.Log {
		top := math.Log(s.Hi)
		return s.clamp((top - math.Log(v)) / (top - math.Log(s.Lo)) * n)
	}
	// Halved, so that the difference of two huge values stays finite.
	y := (s.Hi/2 - v/2) / (s.Hi/2 - s.Lo/2) * n
	return s.clamp(y)
}

// clamp makes a row of y, whatever it is.
func (s Scale) clamp(y float64) int {
	n := float64(s.Dots - 1)
	if math.IsNaN(y) {
		return s.Dots - 1
	}
	return int(math.Floor(min(max(y, -4*n-4), 5*n+4) + 0.5))
}

// Value is the value in the middle of a row of dots.
func (s Scale) Value(row int) float64 {
	f := float64(row) / float64(max(s.Dots-1, 1))
	if s.Log {
		return math.Exp(math.Log(s.Hi)*(1-f) + math.Log(s.Lo)*f)
	}
	return s.Hi*(1-f) + s.Lo*f
}

// A TimeScale maps times to columns of dots, two in each cell. Its cells are
// aligned in time, so a picture that moves does so by whole cells and a sample
// keeps its place in its cell.
type TimeScale struct {
	Start int64 // Unix milliseconds of the left edge
	Cell  int64 // milliseconds of one cell, at least 1
	Cells int
}

// Dot is the column of dots that t falls in; it may be outside.
func (s TimeScale) Dot(t int64) int {
	d := (t - s.Start) * DotsX
	if d < 0 {
		d -= s.Cell - 1 // round down, not to zero
	}
	return int(d / s.Cell)
}

// begin is the first millisecond of column x.
func (s TimeScale) begin(x int) int64 {
	d := int64(x) * s.Cell
	if d >= 0 {
		d++
	}
	return s.Start + d/DotsX
}

// End is the first millisecond right of the scale.
func (s TimeScale) End() int64 { return s.Start + int64(s.Cells)*s.Cell }
