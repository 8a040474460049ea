package panels

import (
	"strings"
	"time"

	"nightjar/alerts/patterns"
	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// wildcard is what stands in a template for what varies.
const wildcard = "<*>"

// A patternColumns is where the columns of patterns begin, in cells; those that
// have no room are negative.
type patternColumns struct {
	count, before, rate, spark, last, severity, template int
	sparkW                                               int // of each window
}

// The widths of columns that have room.
const (
	patternMark  = 10 // SURGE x123
	patternCount = 6
)

// patternLayout is a pure function of the width.
func patternLayout(w int) patternColumns {
	c := patternColumns{before: -1, rate: -1, spark: -1, last: -1}
	x := patternMark + 1
	c.count, x = x, x+patternCount+1
	if w >= 110 {
		c.before, x = x, x+patternCount+1
	}
	if w >= 140 {
		c.rate, x = x, x+9
	}
	switch {
	case w >= 110:
		c.sparkW = 12
	case w >= 60:
		c.sparkW = 7
	}
	if c.sparkW > 0 {
		c.spark, x = x, x+2*c.sparkW+2
	}
	if w >= 140 {
		c.last, x = x, x+9
	}
	c.severity, c.template = x, x+2
	return c
}

// drawPatterns draws the head and the patterns around the reader's.
func (p *logView) drawPatterns(r screen.Region, c Context) {
	w, h := r.Size()
	l := &p.pats
	if w <= 0 || h <= 0 {
		return
	}
	if len(l.rows) == 0 {
		p.drawNoPatterns(r, c)
		return
	}
	cols := patternLayout(w)
	head := 0
	if h >= 4 {
		head = 1
		drawPatternHead(r, cols)
	}
	l.h = max(1, h-head)
	l.sel = max(0, min(l.sel, len(l.rows)-1))
	l.top = max(0, min(l.top, l.sel, len(l.rows)-l.h))
	l.top = max(l.top, l.sel-l.h+1)
	for y := 0; y < l.h && l.top+y < len(l.rows); y++ {
		row := r.Sub(0, head+y, w, 1)
		drawPattern(row, &l.rows[l.top+y], cols, c)
		if c.Focused && l.top+y == l.sel {
			row.Restyle(func(s screen.Style) screen.Style { return s.Over(themes.Selection) })
		}
	}
}

func drawPatternHead(r screen.Region, cols patternColumns) {
	style := screen.On(themes.Muted)
	r.Text(0, 0, "change", style)
	r.Right(cols.count, 0, patternCount, "lines", style)
	if cols.before >= 0 {
		r.Right(cols.before, 0, patternCount, "before", style)
	}
	if cols.rate >= 0 {
		r.Right(cols.rate, 0, 8, "rate", style)
	}
	if cols.spark >= 0 {
		r.Right(cols.spark, 0, cols.sparkW, "before", style)
		r.Text(cols.spark+cols.sparkW+1, 0, "now", style)
	}
	if cols.last >= 0 {
		r.Text(cols.last, 0, "last", style)
	}
	r.Text(cols.template, 0, "pattern", style)
}

// drawPattern draws one row.
func drawPattern(r screen.Region, p *patterns.Pattern, cols patternColumns, c Context) {
	w, _ := r.Size()
	text, muted := screen.On(themes.Text), screen.On(themes.Muted)
	mark := text
	switch {
	case p.Change == patterns.ChangeQuiet:
		mark = muted
	case p.Change != patterns.ChangeNone && p.Worst >= sources.SeverityError:
		mark = screen.On(themes.Critical).With(themes.Bold)
	case p.Change != patterns.ChangeNone && (p.Worst >= sources.SeverityWarn || p.Change == patterns.ChangeSurging):
		mark = screen.On(themes.Warning)
	case p.Change != patterns.ChangeNone:
		mark = screen.On(themes.Strong)
	}
	fitName(r, 0, 0, patternMark, changeMark(p), mark, c.ASCII)
	right(r, cols.count, 0, patternCount, units.Format(float64(p.Count), "short"), text, c)
	if cols.before >= 0 {
		n := "-"
		if p.Compared() {
			n = units.Format(float64(p.Before), "short")
		}
		right(r, cols.before, 0, patternCount, n, muted, c)
	}
	if cols.rate >= 0 {
		r.Right(cols.rate, 0, 8, p.RateText(), muted)
	}
	if cols.spark >= 0 {
		drawPatternSpark(r, p, cols, c)
	}
	if cols.last >= 0 && !p.Last.IsZero() {
		layout := time.TimeOnly
		if last := p.Last.In(c.zone()); last.Format(time.DateOnly) != c.Now.In(c.zone()).Format(time.DateOnly) {
			layout = "01-02"
		}
		r.Text(cols.last, 0, p.Last.In(c.zone()).Format(layout), muted)
	}
	letter, look := severityLook(p.Worst)
	r.Put(cols.severity, 0, letter, look)
	if p.Count == 0 {
		text = muted
	}
	drawTemplate(r.Sub(cols.template, 0, w-cols.template, 1), patternName(p), text, c)
}

// drawPatternSpark draws both windows on one scale, the one before muted.
func drawPatternSpark(r screen.Region, p *patterns.Pattern, cols patternColumns, c Context) {
	levels, rule := &eighthsUp, '│'
	if c.ASCII {
		levels, rule = &asciiUp, '|'
	}
	n := cols.sparkW
	cells := make([]uint64, 2*n)
	top := uint64(1)
	add := func(counts []uint32, to []uint64) {
		for i, v := range counts {
			k := i * n / len(counts)
			to[k] += uint64(v)
			top = max(top, to[k])
		}
	}
	now := min(p.SparkNow, len(p.Spark))
	add(p.Spark[:now], cells[:n])
	add(p.Spark[now:], cells[n:])
	r.Put(cols.spark+n, 0, rule, screen.On(themes.Faint))
	for i, v := range cells {
		x, style := cols.spark+i, screen.On(themes.Muted)
		if i >= n {
			x, style = x+1, screen.On(themes.Text)
		}
		if v > 0 {
			r.Put(x, 0, levels[1+(v*7)/top], style)
		}
	}
}

// drawTemplate draws a template, muted where it varies.
func drawTemplate(r screen.Region, text string, style screen.Style, c Context) {
	w, _ := r.Size()
	x := 0
	text = strings.ReplaceAll(text[:min(len(text), maxShown)], "\t", " ")
	for i, part := range strings.Split(plainText(text, c.ASCII), wildcard) {
		if i > 0 {
			x += r.Text(x, 0, wildcard, screen.On(themes.Faint))
		}
		x += r.Text(x, 0, part, style)
	}
	if x > w && w > 1 {
		more := '…'
		if c.ASCII {
			more = '~'
		}
		r.Put(w-1, 0, more, screen.On(themes.Muted))
	}
}

// drawNoPatterns says why there are none.
func (p *logView) drawNoPatterns(r screen.Region, c Context) {
	m := p.pats.mined
	switch {
	case p.nowhere:
		p.drawNothing(r, c)
		return
	case m == nil || m.Busy:
		text := "reading…"
		if m != nil {
			text = "reading… " + thousands(m.Lines) + " lines"
		}
		r.Text(1, 0, plainText(text, c.ASCII), screen.On(themes.Muted))
		return
	case m.Err != nil:
		w, h := r.Size()
		for y, line := range Wrap(plainText("!! "+sources.Redact(m.Err.Error()), c.ASCII), w-1) {
			if y < h {
				r.Text(1, y, line, screen.On(themes.Critical))
			}
		}
		return
	}
	text := "no lines in this range, nor in as long before"
	if len(p.terms) > 0 {
		text = "no line of this range, nor of as long before, passes the filters; backspace takes the last one away"
	}
	r.Text(1, 0, text, screen.On(themes.Muted))
}
