package panels

import (
	"math"
	"strconv"

	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// Sizes of a heatmap's body below which parts of it are left out.
const (
	heatCountWidth  = 70 // narrower: no counts at the right
	heatCounts      = 8  // columns of the counts
	heatFootHeight  = 5  // lower: no line with the scale
	heatFootsHeight = 9  // lower: one line for scale and values read out, where they do not fit side by side
	heatFootsWidth  = 110
)

// A heatLayout is where the parts of a heatmap are in its body:
//
//	|gutter  |plot                     |counts|
//	|    10 s|     ░░▒                 |   3.1|
//	|   100ms|░░▒▒▒▓▓█                 |  41.0|
//	|           03:00     03:15        |      |
//	 foot: scale, values read out
//
// A part that has no room has no size.
type heatLayout struct {
	gutter int
	plot   graphBox
	counts bool
	time   bool
	foot   int // rows
}

// layoutHeat is a pure function of the body's size, the width of the names of
// series (0: buckets) and the number of rows of the data. That number decides no width.
func layoutHeat(w, h, names, rows int) heatLayout {
	l := heatLayout{plot: graphBox{0, 0, max(w, 0), max(h, 0)}}
	if w >= graphAxisWidth {
		l.gutter = graphGutter
		if names > 0 {
			l.gutter = min(max(names+1, graphGutter), max(graphGutter, w/4))
		}
		l.plot.x, l.plot.w = l.gutter, w-l.gutter
	}
	if l.counts = w >= heatCountWidth && h >= 3; l.counts {
		l.plot.w -= heatCounts + 1
	}
	switch {
	case w < graphMarkWidth || h < heatFootHeight:
	case w < heatFootsWidth && h >= heatFootsHeight:
		l.foot = 2
	default:
		l.foot = 1
	}
	if l.foot == 2 && names == 0 && rows == h-2 { // one row more and no buckets are merged
		l.foot = 1
	}
	l.plot.h -= l.foot
	if l.time = l.plot.h >= graphTimeHeight-1 && h >= graphTimeHeight && l.plot.w >= 12; l.time {
		l.plot.h--
	}
	return l
}

// Draw draws the body.
func (m *heatmap) Draw(r screen.Region, c Context) {
	w, h := r.Size()
	l := layoutHeat(w, h, m.names, len(m.data.rows))
	if l.plot.w <= 0 || l.plot.h <= 0 {
		return
	}
	m.paint(l, c)
	m.drawAxes(r, l, c)
	m.drawCells(r.Sub(l.plot.x, 0, l.plot.w, l.plot.h), c)
	if len(m.data.rows) == 0 || math.IsNaN(m.pic.most) && !m.pic.none {
		why := "no samples in this range"
		if len(m.data.rows) < m.total {
			why = "no series has this in its name"
		}
		r.Text(l.plot.x+max(0, (l.plot.w-len(why))/2), l.plot.h/2, why, screen.On(themes.Muted))
	}
	i := m.at(c)
	if l.counts {
		m.drawCounts(r, l, i, c)
	}
	if l.foot > 0 {
		m.drawFoot(r.Sub(0, h-l.foot, w, l.foot), i, c)
	}
}

// paint makes the picture and the labels, unless they are what is wanted already.
func (m *heatmap) paint(l heatLayout, c Context) {
	now := heatDrawn{m.version, l.plot.w, l.plot.h, c.Window, c.ASCII, c.Zone}
	if now == m.drawn {
		return
	}
	m.drawn = now
	m.pic.arrange(len(m.data.rows), l.plot.w, l.plot.h, m.scroll, m.data.buckets)
	m.pic.make(&m.data, m.spec, m.linear, c.Window)
	kept := m.labels
	m.labels = m.labels[:0]
	for b := range m.pic.bands {
		row := &m.data.rows[m.pic.source(b)]
		switch {
		case !m.data.buckets:
			m.labels = append(m.labels, row.name)
			continue
		case m.pic.bands == 1 && len(m.data.rows) > 1:
			m.labels = append(m.labels, "all")
			continue
		}
		m.buf = m.bound(m.buf[:0], row, c)
		if b < len(kept) && kept[b] == string(m.buf) {
			m.labels = append(m.labels, kept[b])
		} else {
			m.labels = append(m.labels, string(m.buf))
		}
	}
}

// bound appends what a row is called: its upper bound.
func (m *heatmap) bound(dst []byte, row *heatRow, c Context) []byte {
	switch {
	case row.zero:
		return append(dst, '0')
	case math.IsInf(row.hi, 1):
		return append(dst, "+Inf"...)
	}
	n := len(dst)
	dst = units.Append(dst, row.hi, m.unit(), -1, c.Zone)
	if columnsOf(dst[n:]) > units.TickWidth {
		dst = append(dst[:n], units.FormatWidth(row.hi, m.unit(), units.TickWidth)...)
	}
	return dst
}

// drawAxes names the bands, where they begin, and the times.
func (m *heatmap) drawAxes(r screen.Region, l heatLayout, c Context) {
	muted, faint := screen.On(themes.Muted), screen.On(themes.Faint)
	rule, tick := '│', '┤'
	if c.ASCII {
		rule, tick = '|', '+'
	}
	if l.gutter > 0 {
		for y := range l.plot.h {
			r.Put(l.gutter-1, y, rule, faint)
		}
		for b, label := range m.labels {
			y := m.pic.row(b)
			if m.data.buckets {
				right(r, 0, y, l.gutter-1, label, muted, c)
			} else {
				fitName(r, 0, y, l.gutter-1, label, screen.On(themes.Text), c.ASCII)
			}
			r.Put(l.gutter-1, y, tick, faint)
		}
	}
	if !l.time {
		return
	}
	y := l.plot.h
	g := graphLayout{plot: l.plot}
	at, label := 0, ""
	col, ok := cursorColumn(g, c)
	if label = timeOfDay(c.Cursor, c); ok && len(label) <= l.plot.w {
		at = min(max(col-len(label)/2, 0), l.plot.w-len(label))
	} else {
		ok = false
	}
	times := m.times.Fit(c.Window.Start, c.Window.Cell, l.plot.w, c.Zone)
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

// drawCells draws the picture, and the cursor's column over it.
func (m *heatmap) drawCells(r screen.Region, c Context) {
	p := &m.pic
	col, ok := cursorColumn(graphLayout{plot: graphBox{0, 0, p.w, p.h}}, c)
	if !ok {
		col = -1
	}
	line := '│'
	if c.ASCII {
		line = '|'
	}
	for y := 0; ok && p.bands == 0 && y < p.h; y++ {
		r.Put(col, y, line, screen.On(themes.Cursor))
	}
	for b := range p.bands {
		levels := p.levels[b*p.w : (b+1)*p.w]
		for y := p.row(b); y < p.row(b+1); y++ {
			for x, level := range levels {
				switch {
				case x == col && level <= heatNone:
					r.Put(x, y, line, screen.On(themes.Cursor))
				case level == heatGap, level == heatNone && y != p.row(b): // one line of dots a band is enough
				case x == col:
					r.Put(x, y, heatRune(level, c.ASCII), screen.On(themes.Cursor))
				default:
					r.Put(x, y, heatRune(level, c.ASCII), screen.On(heatToken(level)))
				}
			}
		}
	}
}

// drawCounts writes what is in each band at time i, at the right of the plot.
func (m *heatmap) drawCounts(r screen.Region, l heatLayout, i int, c Context) {
	if i < 0 {
		return
	}
	unit := ""
	if !m.data.buckets {
		unit = m.unit()
	}
	x := l.plot.x + l.plot.w + 1
	for b := range m.pic.bands {
		v := bandValue(&m.data, m.pic.source(b), m.pic.per, i, i+1)
		style := screen.On(themes.Text)
		if v != v || v == 0 || m.pic.less && v < m.pic.least {
			style = screen.On(themes.Faint)
		}
		m.buf = units.Append(m.buf[:0], v, unit, -1, c.Zone)
		if n := columnsOf(m.buf); n <= heatCounts {
			drawBytes(r, x+heatCounts-n, m.pic.row(b), m.buf, style, c)
		}
	}
}

// drawFoot draws the scale and the values read out, side by side or one below the other.
func (m *heatmap) drawFoot(r screen.Region, i int, c Context) {
	w, h := r.Size()
	used := m.drawScale(r, c)
	m.buf = m.readout(m.buf[:0], i, c)
	if short := len(m.buf); i >= 0 && m.data.buckets && m.data.total(i) > 0 { // they are in the title too
		m.buf = append(append(m.buf, ", p50 "...), m.quantile(0.5, i, c)...)
		m.buf = append(append(m.buf, ", p95 "...), m.quantile(0.95, i, c)...)
		if columnsOf(m.buf) > w-1-(used+2)*(2-h) {
			m.buf = m.buf[:short]
		}
	}
	n := columnsOf(m.buf)
	style := screen.On(themes.Text)
	switch {
	case h > 1:
		fitBytes(r, 1, 1, m.buf, style, c)
	case n+used+2 <= w:
		drawBytes(r, w-n, 0, m.buf, style, c)
	case !c.Cursor.IsZero(): // what is under the cursor was asked for
		r.Sub(0, 0, w, 1).Fill(' ', screen.On(themes.Default))
		fitBytes(r, 1, 0, m.buf, style, c)
	}
}

// fitBytes draws text of ours, cut where the region ends.
func fitBytes(r screen.Region, x, y int, b []byte, s screen.Style, c Context) {
	w, _ := r.Size()
	if columnsOf(b) <= w-x {
		drawBytes(r, x, y, b, s, c)
		return
	}
	fitName(r, x, y, w-x, plainText(string(b), c.ASCII), s, c.ASCII)
}

// drawScale draws the ramp between its least and its most, and says what it is; it returns the columns it took.
func (m *heatmap) drawScale(r screen.Region, c Context) int {
	p := &m.pic
	muted := screen.On(themes.Muted)
	x := 1
	if p.none {
		r.Put(x, 0, heatRune(heatNone, c.ASCII), screen.On(themes.Faint))
		if m.data.buckets {
			x += 2 + r.Text(x+2, 0, "none", muted) + 2
		} else {
			x += 2 + r.Text(x+2, 0, "0 or less", muted) + 2
		}
	}
	if p.most != p.most {
		return x
	}
	if p.less {
		r.Put(x, 0, '<', muted)
		x++
	}
	x += m.drawAmount(r, x, p.least, false, c) + 1
	for level := uint8(heatNone + 1); level <= heatTop; level++ {
		r.Put(x, 0, heatRune(level, c.ASCII), screen.On(heatToken(level)))
		x++
	}
	x++
	x += m.drawAmount(r, x, p.most, true, c)
	what := ", log"
	if m.linear {
		what = ", linear"
	}
	return x + r.Text(x, 0, what, muted)
}

// drawAmount draws one end of the scale.
func (m *heatmap) drawAmount(r screen.Region, x int, v float64, withUnit bool, c Context) int {
	m.buf = m.amount(m.buf[:0], v, c)
	if withUnit && m.data.buckets {
		m.buf = append(m.buf, m.per()...)
	}
	return drawBytes(r, x, 0, m.buf, screen.On(themes.Muted), c)
}

// amount appends a count, or the value of a series.
func (m *heatmap) amount(dst []byte, v float64, c Context) []byte {
	unit := ""
	if !m.data.buckets {
		unit = m.unit()
	}
	return units.Append(dst, v, unit, -1, c.Zone)
}

// per is what a count is per.
func (m *heatmap) per() string {
	if m.perS {
		return " /s"
	}
	return ""
}

// readout appends what is at time i: the row with most, and the total.
func (m *heatmap) readout(dst []byte, i int, c Context) []byte {
	if c.Cursor.IsZero() {
		dst = append(dst, "newest"...)
	} else {
		dst = append(dst, "at "+timeOfDay(c.Cursor, c)...)
	}
	top := -1
	if i >= 0 {
		top = m.data.most(i)
	}
	if top < 0 {
		return append(dst, ": no sample"...)
	}
	row := &m.data.rows[top]
	if !m.data.buckets {
		dst = append(append(append(dst, ": most "...), row.name...), ' ')
		return m.amount(dst, row.values[i], c)
	}
	total := m.data.total(i)
	if !(total > 0) {
		return append(dst, ": none"...)
	}
	dst = append(dst, ": most in "...)
	switch {
	case row.zero:
		dst = append(dst, "zero"...)
	case math.IsInf(row.hi, 1):
		dst = append(m.appendBound(dst, row.lo, c), " and more"...)
	case math.IsInf(row.lo, -1):
		dst = append(m.appendBound(dst, row.hi, c), " and less"...)
	default:
		dst = m.appendBound(append(m.appendBound(dst, row.lo, c), " to "...), row.hi, c)
	}
	dst = m.amount(append(dst, ", "...), row.values[i], c)
	dst = append(m.amount(append(dst, " of "...), total, c), m.per()...)
	dst = strconv.AppendInt(append(dst, " ("...), int64(math.Round(100*row.values[i]/total)), 10)
	return append(dst, " %)"...)
}

func (m *heatmap) appendBound(dst []byte, v float64, c Context) []byte {
	return units.Append(dst, v, m.unit(), -1, c.Zone)
}
