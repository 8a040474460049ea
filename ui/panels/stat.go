package panels

import (
	"math"
	"strconv"
	"time"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// A stat shows values large in meaning, small in room: one line per series
// with mark, name, value, a sparkline and the extent over the range. A single
// series in a higher body has its sparkline below, over the whole width.
type stat struct {
	base
	rows  rows
	spark spark
	w, h  int
	top   int // first row shown
}

func newStat(p *boards.Panel) Panel { return &stat{base: newBase(p)} }

// Plot asks for as many columns as the sparkline has at most.
func (p *stat) Plot(w, h int) int {
	p.w, p.h = w, h
	if h > 1 {
		return w
	}
	return w / 2
}

// Caption is the value where the body has no room, else the cursor's time.
func (p *stat) Caption(c Context) string { return p.withNatives(p.summary(c)) }

func (p *stat) summary(c Context) string {
	p.rows.refresh(&p.base, c)
	return valueCaption(&p.rows, flow(len(p.rows.all), p.w, p.h, p.cellWidth(), 2), p.top, c)
}

// valueCaption is the worst value for a panel without a body; else how many rows
// are seen, if not all, and the time of the values at a cursor.
func valueCaption(rs *rows, grid cellGrid, top int, c Context) string {
	if grid.height <= 0 {
		worst := -1
		for i := range rs.all {
			if worst < 0 || rank(rs.all[i].level) > rank(rs.all[worst].level) {
				worst = i
			}
		}
		if worst >= 0 {
			if r := &rs.all[worst]; r.level != "" {
				return mark(r.level) + " " + r.text
			}
			return rs.all[worst].text
		}
	}
	s := ""
	if seen := grid.shown(min(top, grid.maxTop())); seen < grid.n {
		s = strconv.Itoa(seen) + " of " + strconv.Itoa(grid.n)
	}
	if !c.Cursor.IsZero() {
		if s != "" {
			s += ", "
		}
		s += "at " + clockTime(c.Cursor, c)
	}
	return s
}

// Draw draws the rows.
func (p *stat) Draw(r screen.Region, c Context) {
	if p.sayNative(r, c) {
		return
	}
	p.w, p.h = r.Size()
	p.rows.refresh(&p.base, c)
	p.spark.from, p.spark.to = rangeOf(p.rows.all, c)
	n := len(p.rows.all)
	if n == 1 && p.h > 1 {
		p.drawLine(r.Sub(0, 0, p.w, 1), &p.rows.all[0], false, c)
		p.scale(&p.rows.all[0])
		p.spark.draw(r.Sub(0, 1, p.w, p.h-1), p.rows.all[0].series, screen.On(token(p.rows.all[0].level, themes.Muted)), c.ASCII)
		return
	}
	grid := flow(n, p.w, p.h, p.cellWidth(), 2)
	p.top = min(p.top, grid.maxTop())
	for i := range n {
		if x, y, ok := grid.at(i, p.top); ok {
			p.drawLine(r.Sub(x, y, grid.cell, 1), &p.rows.all[i], true, c)
		}
	}
}

// cellWidth is what mark, name and value need.
func (p *stat) cellWidth() int { return p.markWidth() + p.nameWidth() + p.rows.values }

// markWidth keeps room for marks wherever there are thresholds, so that one that appears pushes nothing.
func (p *stat) markWidth() int {
	for i := range p.rows.all {
		if len(p.rows.all[i].limits) > 0 {
			return 3
		}
	}
	return 0
}

// nameWidth is the names' column with its gutter; one series needs no name beside the title, but its source where that is not the panel's.
func (p *stat) nameWidth() int {
	if len(p.rows.all) == 1 && !ofAll(p.spec) && p.rows.all[0].query < len(p.spec.Queries) && queryName(&p.spec.Queries[p.rows.all[0].query]) == "" {
		return 0
	}
	return p.rows.names + 1
}

// drawLine draws mark, name, value, sparkline and extent into one line.
func (p *stat) drawLine(r screen.Region, v *row, withSpark bool, c Context) {
	w, _ := r.Size()
	x := 0
	if m := p.markWidth(); m > 0 {
		r.Text(0, 0, mark(v.level), screen.On(token(v.level, themes.Muted)))
		x = m
	}
	if n := p.nameWidth(); n > 0 {
		n = min(n, max(0, w-x-p.rows.values))
		fitName(r, x, 0, n-1, v.name, screen.On(themes.Text), c.ASCII)
		x += n
	}
	style := screen.On(token(v.level, themes.Strong))
	if math.IsNaN(v.value) && v.series != nil {
		style = screen.On(themes.Muted)
	}
	if n := screen.Width(v.text); x == 0 && n <= w {
		x += r.Text(x, 0, plainText(v.text, c.ASCII), style)
	} else {
		x += p.rows.values
		drawValue(r, x-p.rows.values, 0, min(p.rows.values, w-x+p.rows.values), v, style, c)
	}
	x += 2
	extent := ""
	if !math.IsNaN(v.min) && v.min < v.max {
		extent = number(v.min, v.unit, p.spec.Decimals, c) + ".." + number(v.max, v.unit, p.spec.Decimals, c)
	}
	if n := screen.Width(extent); n > 0 && w-x >= n+8 || !withSpark && n > 0 && w-x >= n {
		r.Right(w-n, 0, n, extent, screen.On(themes.Muted))
		w -= n + 1
	}
	if withSpark && w-x >= 4 && v.series != nil && len(v.series.Times) > 1 {
		p.scale(v)
		p.spark.draw(r.Sub(x, 0, w-x, 1), v.series, screen.On(token(v.level, themes.Muted)), c.ASCII)
	}
}

// scale sets the sparkline's scale: zero is kept on it, so that noise on a steady value stays small.
func (p *stat) scale(v *row) {
	p.spark.low, p.spark.top = min(0, v.min), max(0, v.max)
	if p.spec.Min != nil {
		p.spark.low = *p.spec.Min
	}
	if p.spec.Max != nil {
		p.spark.top = *p.spec.Max
	}
}

// Wheel scrolls rows that did not fit.
func (p *stat) Wheel(n int, _ Context) bool {
	return scrollGrid(&p.base, &p.top, n, flow(len(p.rows.all), p.w, p.h, p.cellWidth(), 2))
}

// rangeOf is the time that sparklines span: the window, or what the data has.
func rangeOf(all []row, c Context) (from, to time.Time) {
	if c.Window.End.After(c.Window.Start) {
		return c.Window.Start, c.Window.End
	}
	for i := range all {
		if f := all[i].frame; f != nil && f.End > f.Start {
			return time.UnixMilli(f.Start), time.UnixMilli(f.End + max(f.Step, 1))
		}
	}
	return c.Now.Add(-time.Hour), c.Now
}

// fitName draws a name into w columns.
func fitName(r screen.Region, x, y, w int, name string, s screen.Style, ascii bool) {
	if !ascii {
		r.Fit(x, y, w, name, s)
		return
	}
	name = asciiOnly(name)
	if len(name) > w && w > 1 {
		name = name[:w-1] + "~"
	}
	r.Text(x, y, name[:min(len(name), max(0, w))], s)
}
