package panels

import (
	"math"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// logGutter is the columns left of the histogram, for its scale.
const logGutter = 11

// A logBars is the histogram made ready: lines a bucket, all and bad ones.
type logBars struct {
	of         *sources.Frame
	all, bad   []float64 // bad: errors and fatal
	warn       []float64
	most       float64 // of all
	worst      float64 // of bad and warn together
	odd        []bool  // buckets out of the ordinary
	from, step int64   // ms
}

// take reads the page's counts.
func (b *logBars) take(f *sources.Frame) {
	if f == b.of && f != nil {
		return
	}
	*b = logBars{of: f}
	if f == nil || len(f.Series) == 0 {
		return
	}
	n := len(f.Series[0].Values)
	b.all, b.bad, b.warn, b.odd = make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
	for i := range f.Series {
		s := &f.Series[i]
		level := s.Labels.Value(sources.FieldLevel)
		for j := range min(n, len(s.Values)) {
			v := s.Values[j]
			if math.IsNaN(v) {
				continue
			}
			b.all[j] += v
			switch level {
			case "error", "fatal":
				b.bad[j] += v
			case "warn":
				b.warn[j] += v
			}
		}
	}
	for j, v := range b.all {
		b.most = max(b.most, v)
		b.worst = max(b.worst, b.bad[j]+b.warn[j])
		b.odd[j] = unusual(b.all, j) || unusual(b.bad, j)
	}
	t := f.Series[0].Times
	if n > 1 {
		b.from, b.step = t[0], t[1]-t[0]
	}
}

// unusual reports whether bucket j stands out of the others: more than five
// times their spread (1.4826 MAD, at least that of a Poisson count) above their median.
func unusual(v []float64, j int) bool {
	if len(v) < 8 || v[j] < 5 {
		return false
	}
	sorted := slices.Clone(v)
	slices.Sort(sorted)
	median := sorted[len(sorted)/2]
	for i := range sorted {
		sorted[i] = math.Abs(sorted[i] - median)
	}
	slices.Sort(sorted)
	spread := max(1.4826*sorted[len(sorted)/2], math.Sqrt(median), 1)
	return v[j]-median > 5*spread
}

// eighths are the blocks of a bar's top.
var eighths = [...]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}

// drawBars draws the histogram, its scale, and its times.
func (p *logView) drawBars(r screen.Region, l logLayout, c Context) {
	if p.page == nil {
		return
	}
	p.pic.take(p.page.Counts)
	w, _ := r.Size()
	plot := r.Sub(l.gutter, 0, w-l.gutter, l.bars+l.axis)
	muted, faint := screen.On(themes.Muted), screen.On(themes.Faint)
	rule := '│'
	if c.ASCII {
		rule = '|'
	}
	for y := range l.bars {
		r.Put(l.gutter-1, y, rule, faint)
	}
	if p.pic.most > 0 {
		right(r, 0, 0, l.gutter-1, counted(p.pic.most, "line"), muted, c)
		text, look := "no errors", muted
		bad := 0.0
		for _, v := range p.pic.bad {
			bad = max(bad, v)
		}
		if bad > 0 {
			text, look = counted(bad, "error"), screen.On(themes.Critical)
		}
		right(r, 0, l.bars-1, l.gutter-1, text, look, c)
	}
	if p.pic.most == 0 && p.page.Ready && !p.page.Busy {
		plot.Text(1, l.bars-1, "no lines in this range", muted)
	}
	right(r, 0, l.bars, l.gutter-1, "in "+units.Age(c.Window.Cell), muted, c)
	for x := range c.Window.Columns {
		at := c.Window.Time(x).UnixMilli()
		if p.pic.step != c.Window.Cell.Milliseconds() || (at-p.pic.from)%p.pic.step != 0 {
			continue // counted for another range: the new counts are on their way
		}
		if j := int((at - p.pic.from) / p.pic.step); j >= 0 && j < len(p.pic.all) {
			p.drawBar(plot, x, l.bars, j, c)
		}
	}
	at, label := 0, ""
	col, ok := c.Window.Column(c.Cursor)
	if ok = ok && !c.Cursor.IsZero(); ok {
		label = clockTime(c.Cursor, c)
		at = max(0, min(col-len(label)/2, w-l.gutter-len(label)))
	}
	for _, t := range p.axis.Fit(c.Window.Start, c.Window.Cell, c.Window.Columns, c.Zone) {
		if !ok || t.X >= at+len(label)+1 || t.X+len(t.Label)+1 <= at { // else the cursor's time is said instead
			plot.Text(t.X, l.bars, t.Label, muted)
		}
	}
	if ok {
		plot.Text(at, l.bars, label, screen.On(themes.Cursor))
		for y := range l.bars {
			plot.Sub(col, y, 1, 1).Restyle(func(screen.Style) screen.Style { return screen.On(themes.Cursor).With(themes.Reverse) })
		}
	}
}

// counted is a number of things, such as "1 error" or "1.2k errors".
func counted(n float64, what string) string {
	s := units.Format(n, "short") + " " + what
	if n != 1 {
		s += "s"
	}
	return s
}

// drawBar draws bucket j in column x: all lines above, those that warn or are
// errors in the last row, on a scale of their own so that few among many are seen.
func (p *logView) drawBar(r screen.Region, x, rows, j int, c Context) {
	upper := rows - 1
	n := barHeight(p.pic.all[j], p.pic.most, upper)
	for y := range upper {
		putBar(r, x, upper-1-y, n-y*barParts, screen.On(themes.Muted), c)
	}
	look := screen.On(themes.Warning)
	if p.pic.bad[j] > 0 {
		look = screen.On(themes.Critical)
	}
	putBar(r, x, rows-1, barHeight(p.pic.bad[j]+p.pic.warn[j], p.pic.worst, 1), look, c)
	if p.pic.odd[j] {
		mark := '▴'
		if c.ASCII {
			mark = '^'
		}
		tok := themes.Warning
		if unusual(p.pic.bad, j) {
			tok = themes.Critical
		}
		r.Put(x, max(upper-1-(n+barParts-1)/barParts, 0), mark, screen.On(tok).With(themes.Bold))
	}
}

// barParts is how many heights a row has.
const barParts = 8

// barHeight is the height of v in parts of rows, where most is all of them; what is not nothing is seen.
func barHeight(v, most float64, rows int) int {
	if v <= 0 || most <= 0 {
		return 0
	}
	return max(1, int(math.Round(v/most*float64(rows*barParts))))
}

// putBar draws the part of a bar that is in one row.
func putBar(r screen.Region, x, y, n int, look screen.Style, c Context) {
	if n = min(n, barParts); n <= 0 {
		return
	}
	ch := eighths[n]
	if c.ASCII {
		ch = [...]rune{' ', '.', '.', ':', ':', ':', '#', '#', '#'}[n]
	}
	r.Put(x, y, ch, look)
}

// rates are lines a second of the last buckets that are full, and errors among them.
func (p *logView) rates() string {
	p.pic.take(p.page.Counts)
	b := &p.pic
	n := len(b.all) - 1
	if n < 2 || b.step <= 0 {
		return ""
	}
	k := min(n, max(1, int(30_000/b.step)))
	all, bad := 0.0, 0.0
	for j := n - k; j < n; j++ {
		all, bad = all+b.all[j], bad+b.bad[j]
	}
	seconds := float64(k) * float64(b.step) / 1000
	s := units.Format(all/seconds, "short") + "/s"
	if bad > 0 {
		s += "  errors " + units.Format(bad/seconds, "short") + "/s"
	}
	return s
}

// drawChips draws the filters and the search, each as it is typed.
func (p *logView) drawChips(r screen.Region, c Context) {
	w, _ := r.Size()
	x := 0
	chip := func(mark, text string, look themes.Token) {
		if x >= w {
			return
		}
		x += r.Text(x, 0, mark, screen.On(themes.Key))
		x += r.Text(x, 0, plainText(text, c.ASCII), screen.On(look)) + 2
	}
	for _, t := range p.terms {
		look := themes.Strong
		if p.bare {
			look = themes.Faint
		}
		chip("& ", p.chipText(t), look)
	}
	if p.query != nil {
		chip("/ ", logs.FormatTerm(*p.query), themes.Strong)
	}
}

// maxChip bounds the cells of the chip of a pattern.
const maxChip = 48

// chipText is a filter as it is typed, and that of a pattern as its template.
func (p *logView) chipText(t sources.LogTerm) string {
	name, ok := p.pats.names[t]
	if !ok {
		return logs.FormatTerm(t)
	}
	name = ansi.Truncate(screen.Clean(name[:min(len(name), maxShown)]), maxChip, "…")
	if t.Not {
		return "-pattern " + name
	}
	return "pattern " + name
}

// highlight makes the hits of filters and search ready.
func (p *logView) highlight() {
	p.hits = nil
	terms := slices.DeleteFunc(slices.Clone(p.terms), func(t sources.LogTerm) bool {
		_, whole := p.pats.names[t] // a pattern is all of its lines: nothing would stand out
		return whole
	})
	if p.query != nil {
		terms = append(terms, *p.query)
	}
	if len(terms) == 0 {
		return
	}
	if m, err := logs.Compile(terms); err == nil {
		p.hits = m
	}
}
