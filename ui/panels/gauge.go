package panels

import (
	"math"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// A gauge shows values against their limit: a line per series with mark, name,
// value, a bar with its thresholds marked on it, and the limit. The limit is the
// worst threshold, or, without thresholds, the end of the scale.
type gauge struct {
	base
	rows   rows
	limits []string // of each row, as written
	limitW int      // widest limit; grows only
	w, h   int
	top    int
}

func newGauge(p *boards.Panel) Panel { return &gauge{base: newBase(p)} }

// Plot keeps the size for Caption; a gauge has no plot.
func (p *gauge) Plot(w, h int) int {
	p.w, p.h = w, h
	return 0
}

// Caption is the value where the body has no room, else the cursor's time.
func (p *gauge) Caption(c Context) string { return p.withNatives(p.summary(c)) }

func (p *gauge) summary(c Context) string {
	p.refresh(c)
	return valueCaption(&p.rows, p.grid(), p.top, c)
}

// Draw draws the rows.
func (p *gauge) Draw(r screen.Region, c Context) {
	if p.sayNative(r, c) {
		return
	}
	p.w, p.h = r.Size()
	p.refresh(c)
	grid := p.grid()
	p.top = min(p.top, grid.maxTop())
	for i := range p.rows.all {
		if x, y, ok := grid.at(i, p.top); ok {
			p.drawLine(r.Sub(x, y, grid.cell, 1), i, c)
		}
	}
}

// refresh brings rows and limits up to date.
func (p *gauge) refresh(c Context) {
	if p.rows.refresh(&p.base, c) || len(p.limits) != len(p.rows.all) {
		p.limits = p.limits[:0]
		for i := range p.rows.all {
			s := limitText(&p.rows.all[i], p.spec, c)
			p.limitW = max(p.limitW, screen.Width(s))
			p.limits = append(p.limits, s)
		}
	}
}

// grid gives each cell a bar of at least eight columns.
func (p *gauge) grid() cellGrid {
	return flow(len(p.rows.all), p.w, p.h, 3+p.rows.names+1+8+1+p.rows.values+p.limitW, 2)
}

func (p *gauge) drawLine(r screen.Region, i int, c Context) {
	v := &p.rows.all[i]
	w, _ := r.Size()
	r.Text(0, 0, mark(v.level), screen.On(token(v.level, themes.Muted)))
	x := min(3, w)
	// The value comes first, then its limit, then the name, then the bar.
	room := w - x
	valueW := min(p.rows.values, room)
	limitW := 0
	if room >= valueW+p.limitW+7 {
		limitW = p.limitW
	}
	nameW := 0
	if room > valueW+limitW+4 && v.name != "" {
		nameW = min(p.rows.names, max(0, room-valueW-limitW-1))
		if p.rows.names+1+valueW+limitW+8 > room { // the bar would be too short to read
			nameW = max(min(nameW, room-valueW-limitW-9), min(nameW, 6))
		}
		fitName(r, x, 0, nameW, v.name, screen.On(themes.Text), c.ASCII)
		x += nameW + 1
	}
	barW := w - x - valueW - limitW - 1
	if barW >= 3 {
		low, high := scaleOf(v, p.spec)
		drawBar(r, x, 0, barW, (v.value-low)/(high-low), token(v.level, themes.Text), c.ASCII)
		drawTicks(r, x, 0, barW, low, high, v.limits, c.ASCII)
	}
	drawValue(r, w-limitW-valueW, 0, valueW, v, screen.On(token(v.level, themes.Strong)), c)
	if limitW > 0 {
		r.Fit(w-limitW, 0, limitW, p.limits[i], screen.On(themes.Muted))
	}
}

// scaleOf is the scale of a gauge's bar: the panel's min and max, else 0 to
// all of it (100 %), else to a quarter past the greatest threshold, else to the
// greatest value of the range.
func scaleOf(v *row, spec *boards.Panel) (low, high float64) {
	full, ok := units.Full(v.unit)
	switch {
	case spec.Max != nil:
		high = *spec.Max
	case ok:
		high = full
	default:
		for _, t := range v.limits {
			high = max(high, t.At*1.25)
		}
		if high <= 0 && v.max > 0 {
			high = v.max
		}
	}
	if spec.Min != nil {
		low = *spec.Min
	}
	if !(high > low) || math.IsInf(high, 0) || math.IsInf(low, 0) {
		return low, low + 1
	}
	return low, high
}

// limitText says what the value is held against: " of 85 %", " min 10 GiB" or,
// without a threshold, the end of the scale.
func limitText(v *row, spec *boards.Panel, c Context) string {
	worst := -1
	for i, t := range v.limits {
		if worst < 0 || rank(t.Level) > rank(v.limits[worst].Level) {
			worst = i
		}
	}
	if worst >= 0 {
		if v.limits[worst].Below {
			return " min " + number(v.limits[worst].At, v.unit, nil, c)
		}
		return " of " + limitNumber(v.limits[worst].At, v.unit, c)
	}
	_, high := scaleOf(v, spec)
	return " of " + limitNumber(high, v.unit, c)
}

// limitNumber writes a limit without digits that say nothing: 85 %, not 85.0 %.
func limitNumber(v float64, unit string, c Context) string {
	if full, ok := units.Full(unit); ok && math.Abs(v/full*100-math.Round(v/full*100)) < 1e-9 {
		zero := 0
		return number(v, unit, &zero, c)
	}
	return number(v, unit, nil, c)
}

// Wheel scrolls rows that did not fit.
func (p *gauge) Wheel(n int, _ Context) bool {
	return scrollGrid(&p.base, &p.top, n, p.grid())
}
