package panels

import (
	"slices"
	"strconv"

	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// A graphHit is a stretch of a legend's row that belongs to a series.
type graphHit struct {
	y, from, to int // of the body
	key         string
}

// Widths of the legend's parts in columns.
const (
	legendChip  = 3 // focus sign, letter, blank
	legendValue = 9 // most columns of a value
	legendName  = 12
	legendGap   = 2
)

// legendStats are a table's columns. Where room is short the last go first.
var legendStats = [...]struct {
	title string
	value func(*graphLine) float64
}{
	{"last", func(l *graphLine) float64 { return l.last }},
	{"min", func(l *graphLine) float64 { return l.min }},
	{"max", func(l *graphLine) float64 { return l.max }},
	{"avg", func(l *graphLine) float64 { return l.avg }},
}

// drawLegend draws the legend into its part of the body.
func (g *graph) drawLegend(r screen.Region, l graphLayout, c Context) {
	w, h := r.Size()
	if w < legendChip+g.values+3 || len(g.order) == 0 {
		return
	}
	if l.table && h >= 2 {
		g.drawLegendTable(r, l, c)
		return
	}
	if len(g.order) == 1 {
		g.drawLegendLone(r, l, c)
		return
	}
	g.drawLegendItems(r, l, c)
}

// legendAt is the time that values are of, when there is a cursor.
func (g *graph) legendAt(c Context) []byte {
	g.buf = append(g.buf[:0], "at "...)
	t := c.Cursor.UTC()
	if c.Zone != nil {
		t = c.Cursor.In(c.Zone)
	}
	g.buf = t.AppendFormat(g.buf, "15:04:05")
	return g.buf
}

// drawLegendTable draws a row for each series under a header, from g.scroll on.
func (g *graph) drawLegendTable(r screen.Region, l graphLayout, c Context) {
	w, h := r.Size()
	cell := g.values + 1 // a blank and a value; two blanks if there is room
	stats := min(max((w-legendChip-legendName)/cell, 1), len(legendStats))
	if w-legendChip-legendName >= stats*(cell+1) {
		cell++
	}
	name := w - legendChip - stats*cell
	if l.legend.x == 0 { // below the plot: not wider than it needs to be
		name = min(name, max(g.widest, legendName, 24))
	}
	muted := screen.On(themes.Muted)
	if c.Cursor.IsZero() {
		fitName(r, legendChip, 0, name, g.legendTitle(), muted, c.ASCII)
	} else {
		drawBytes(r, legendChip, 0, g.legendAt(c), screen.On(themes.Cursor), c)
	}
	for k := range stats {
		title, style := legendStats[k].title, muted
		if k == 0 && !c.Cursor.IsZero() {
			title = "value"
		}
		if g.sort != "" && g.sort == legendStats[k].title {
			style = screen.On(themes.Text)
		}
		r.Right(legendChip+name+(k+1)*cell-g.values, 0, g.values, title, style)
	}
	rows := h - 1
	foot := len(g.order) > rows && rows > 1
	if foot {
		rows--
	}
	g.scroll = min(max(g.scroll, 0), max(len(g.order)-rows, 0))
	for i := range min(rows, len(g.order)-g.scroll) {
		s, y := g.order[g.scroll+i], i+1
		style := g.drawLegendChip(r, 0, y, s)
		fitName(r, legendChip, y, name, s.name, style, c.ASCII)
		for k := range stats {
			v := legendStats[k].value(s)
			if k == 0 && !c.Cursor.IsZero() {
				v = s.at(c.Cursor, c.Window)
			}
			st := style
			if k > 0 && style == screen.On(themes.Text) {
				st = muted
			}
			g.drawLegendValue(r, legendChip+name+(k+1)*cell-g.values, y, g.values, s, v, st, c)
		}
		g.hits = append(g.hits, graphHit{l.legend.y + y, l.legend.x, l.legend.x + w, s.key})
	}
	if foot {
		g.buf = strconv.AppendInt(g.buf[:0], int64(g.scroll+1), 10)
		g.buf = strconv.AppendInt(append(g.buf, '-'), int64(g.scroll+rows), 10)
		g.buf = strconv.AppendInt(append(g.buf, " of "...), int64(len(g.order)), 10)
		drawBytes(r, legendChip, h-1, g.buf, muted, c)
	}
}

// legendTitle says in which order the series are.
func (g *graph) legendTitle() string {
	by := g.sort
	if len(g.order) > g.top() {
		by = g.rule()
	}
	switch by {
	case "last":
		return "by last"
	case "max":
		return "by max"
	case "min":
		return "by min"
	case "avg":
		return "by average"
	case "name":
		return "by name"
	}
	return ""
}

// measureLegend finds the widths of the legend's columns: as wide as the
// values are, so that they change when a magnitude does and not with every tick.
func (g *graph) measureLegend() {
	g.widest, g.values = 0, 5
	for _, l := range g.order {
		g.widest = max(g.widest, l.width)
		for _, v := range [...]float64{l.last, l.min, l.max} {
			g.buf = units.Append(g.buf[:0], v, l.unit, l.digits, nil)
			g.values = max(g.values, columnsOf(g.buf))
		}
	}
	g.values = min(g.values, legendValue)
}

// drawLegendChip draws a row's focus sign and the series' letter in its colour,
// and gives the style of its text.
func (g *graph) drawLegendChip(r screen.Region, x, y int, l *graphLine) screen.Style {
	text, chip, letter := screen.On(themes.Text), g.styleOf(l).With(themes.Reverse), l.letter()
	switch {
	case slices.Contains(g.shown, l):
	case slices.Contains(g.rest, l):
		text, chip, letter = screen.On(themes.Muted), screen.On(themes.Faint), '.'
	default: // hidden
		text, chip, letter = screen.On(themes.Faint), screen.On(themes.Faint), '-'
	}
	if l.key == g.focus {
		r.Put(x, y, '>', screen.On(themes.Focus))
		text = screen.On(themes.Strong)
	}
	r.Put(x+1, y, letter, chip)
	return text
}

// drawLegendValue draws a value right-aligned. It is never cut: where it does
// not fit it is written shorter.
func (g *graph) drawLegendValue(r screen.Region, x, y, w int, l *graphLine, v float64, s screen.Style, c Context) {
	g.buf = units.Append(g.buf[:0], v, l.unit, l.digits, c.Zone)
	if n := columnsOf(g.buf); n <= w {
		drawBytes(r, x+w-n, y, g.buf, s, c)
		return
	}
	r.Right(x, y, w, plainText(units.FormatWidth(v, l.unit, w), c.ASCII), s)
}

// columnsOf is how wide a number of ours is.
func columnsOf(b []byte) int {
	for _, ch := range b {
		if ch < 0x20 || ch > 0x7e {
			return screen.Width(string(b))
		}
	}
	return len(b)
}

// drawLegendItems draws series side by side in equal columns: letter, name,
// value. Those that have no place are counted.
func (g *graph) drawLegendItems(r screen.Region, l graphLayout, c Context) {
	w, h := r.Size()
	x := 0
	if !c.Cursor.IsZero() && !l.time { // else the time axis says when
		x = drawBytes(r, 1, 0, g.legendAt(c), screen.On(themes.Cursor), c) + legendGap
	}
	name := min(max(g.widest, 3), 20)
	item := legendChip + name + 1 + g.values + 1
	per := max((w-x+1)/item, 1)
	if len(g.order) > per*h { // narrower names show more
		name = min(name, 10)
		item = legendChip + name + 1 + g.values + 1
		per = max((w-x+1)/item, 1)
	}
	n := len(g.order)
	fit := per * h
	if n > fit && per*h <= 6 { // too narrow for columns: one after the other shows more
		g.drawLegendPacked(r, l, x, c)
		return
	}
	if n > fit { // the last place says how many there are
		fit = max(fit-1, 1)
	}
	g.scroll = min(max(g.scroll, 0), max(n-fit, 0))
	for i := range min(fit, n-g.scroll) {
		s := g.order[g.scroll+i]
		at, y := x+i%per*item, i/per
		style := g.drawLegendChip(r, at, y, s)
		fitName(r, at+legendChip, y, min(name, w-at-legendChip-g.values-1), s.name, style, c.ASCII)
		v := s.last
		if !c.Cursor.IsZero() {
			v = s.at(c.Cursor, c.Window)
		}
		g.drawLegendValue(r, at+legendChip+name+1, y, min(g.values, w-at-legendChip-name-1), s, v, style, c)
		g.hits = append(g.hits, graphHit{l.legend.y + y, at, at + item, s.key})
	}
	if more := n - fit; more > 0 && per*h > fit {
		at, y := x+(per*h-1)%per*item, h-1
		g.buf = strconv.AppendInt(append(g.buf[:0], '+'), int64(more), 10)
		g.buf = append(g.buf, " more"...)
		drawBytes(r, at+1, y, g.buf, screen.On(themes.Muted), c)
	}
}

// drawLegendPacked draws series one after the other, each as wide as it is:
// letter, name, value. Those that have no place are counted.
func (g *graph) drawLegendPacked(r screen.Region, l graphLayout, x int, c Context) {
	w, h := r.Size()
	n := len(g.order)
	g.scroll = min(max(g.scroll, 0), max(n-1, 0))
	left, y := x, 0
	for i := g.scroll; i < n; i++ {
		s := g.order[i]
		v := s.last
		if !c.Cursor.IsZero() {
			v = s.at(c.Cursor, c.Window)
		}
		g.buf = units.Append(g.buf[:0], v, s.unit, s.digits, c.Zone)
		value := columnsOf(g.buf)
		name := min(s.width, 10)
		need := legendChip + name + 1 + value
		room := w - left
		if i+1 < n && y == h-1 {
			room -= len(" +99")
		}
		if need > room && y+1 < h {
			left, y, room = 0, y+1, w
			if i+1 < n && y == h-1 {
				room -= len(" +99")
			}
		}
		if need > room {
			g.buf = strconv.AppendInt(append(g.buf[:0], '+'), int64(n-i), 10)
			drawBytes(r, left+1, y, g.buf, screen.On(themes.Muted), c)
			return
		}
		style := g.drawLegendChip(r, left, y, s)
		fitName(r, left+legendChip, y, name, s.name, style, c.ASCII)
		drawBytes(r, left+legendChip+name+1, y, g.buf, style, c)
		g.hits = append(g.hits, graphHit{l.legend.y + y, left, left + need, s.key})
		left += need + 1
	}
}

// drawLegendLone draws the legend of a single series with all that is known of it.
func (g *graph) drawLegendLone(r screen.Region, l graphLayout, c Context) {
	w, _ := r.Size()
	s := g.order[0]
	style := g.drawLegendChip(r, 0, 0, s)
	stat := 3 + 1 + g.values + legendGap
	room := w - legendChip
	name := min(max(s.width, 3), 24, room/2)
	fitName(r, legendChip, 0, name, s.name, style, c.ASCII)
	x := legendChip + name + legendGap
	g.hits = append(g.hits, graphHit{l.legend.y, 0, w, s.key})
	if at := len("at 15:04:05 "); !c.Cursor.IsZero() && x+at+g.values <= w {
		drawBytes(r, x, 0, g.legendAt(c), screen.On(themes.Cursor), c)
		g.drawLegendValue(r, x+at, 0, g.values, s, s.at(c.Cursor, c.Window), screen.On(themes.Strong), c)
		x += at + g.values + legendGap
	}
	for k := range legendStats {
		title := legendStats[k].title
		if x+stat-legendGap+1 > w {
			return
		}
		n := r.Text(x, 0, title, screen.On(themes.Muted))
		g.drawLegendValue(r, x+n+1, 0, g.values, s, legendStats[k].value(s), screen.On(themes.Text), c)
		x += n + 1 + g.values + legendGap
	}
}
