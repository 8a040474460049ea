package panels

import (
	"cmp"
	"math"
	"slices"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/plot"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
	"nightjar/ui/units"
)

// A graphLine is one series of a graph.
type graphLine struct {
	labels sources.Labels
	key    string
	name   string
	width  int // of name, in columns
	unit   string
	digits int
	who    *graphIdentity
	line   plot.Line
	step   int64 // milliseconds; 0: not known

	last, min, max, avg float64 // NaN: none; of what the source gave, not of what is drawn
	lo, hi              float64 // of the finite values, as drawn
	any                 bool    // there is a finite value
	least               float64 // of the finite values above zero, 0: there is none
	nought              int     // values that are not above zero
}

// A graphIdentity is what stays with a series while its values change: its
// place in the order of queries and of appearance, and its colour and letter.
type graphIdentity struct {
	query int
	order int
	mark  int // colour and letter; -1: not needed yet
}

// before orders by query, then by appearance: which answer comes first decides nothing.
func (w *graphIdentity) before(other *graphIdentity) int {
	return cmp.Or(cmp.Compare(w.query, other.query), cmp.Compare(w.order, other.order))
}

// style is the series' colour.
func (l *graphLine) style() screen.Style { return screen.On(themes.Series(l.who.mark)) }

const graphLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// letter tells the series apart where colour does not.
func (l *graphLine) letter() rune {
	if l.who.mark < 0 {
		return '.'
	}
	return rune(graphLetters[l.who.mark%len(graphLetters)])
}

// load makes the lines of query i. Samples are shared with the frame, not copied.
func (g *graph) load(i int, r *poll.Result) []*graphLine {
	if r == nil || r.Frame == nil || g.spec.Queries[i].Hidden {
		return nil
	}
	q := &g.spec.Queries[i]
	f := r.Frame
	if lines := g.byQuery[i]; sameSeries(lines, f.Series) {
		for k, l := range lines { // who they are stays; only what they say is new
			l.take(f, k, q)
		}
		return lines
	}
	labels := make([]sources.Labels, len(f.Series))
	for k := range f.Series {
		labels[k] = f.Series[k].Labels
	}
	names := newNamer(*q, labels, ofAll(g.spec))
	made := make([]graphLine, len(f.Series))
	lines := make([]*graphLine, 0, len(f.Series))
	taken := make(map[string]bool, len(f.Series))
	for k := range f.Series {
		s := &f.Series[k]
		l := &made[k]
		l.key = graphKey(i, s.Labels)
		for taken[l.key] { // a source that answers with the same labels twice
			l.key += "+"
		}
		taken[l.key] = true
		if l.name = names.name(s.Labels); l.name == unnamed && g.spec.Title != "" {
			l.name = cutName(g.spec.Title)
		}
		l.width = screen.Width(l.name)
		l.unit, l.digits = g.spec.Unit, -1
		if q.Unit != "" {
			l.unit = q.Unit
		}
		if g.spec.Decimals != nil {
			l.digits = *g.spec.Decimals
		}
		l.labels = s.Labels
		l.who = g.identity(i, l.key)
		l.take(f, k, q)
		lines = append(lines, l)
	}
	return lines
}

// take gives the line the samples of the k-th series of a frame.
func (l *graphLine) take(f *sources.Frame, k int, q *boards.Query) {
	s := &f.Series[k]
	l.step = f.Step
	n := min(len(s.Times), len(s.Values)) // equal, unless an adapter is wrong
	l.line = plot.Line{Times: s.Times[:n], Values: s.Values[:n], Gap: f.Step + f.Step/2, Negate: q.Invert}
	l.measure()
}

// sameSeries reports whether a frame has just the series that lines were made of, in their order.
func sameSeries(lines []*graphLine, series []sources.Series) bool {
	if len(lines) != len(series) || len(lines) == 0 {
		return false
	}
	for k, l := range lines {
		if !l.labels.Equal(series[k].Labels) {
			return false
		}
	}
	return true
}

// identity finds who a series is, or makes it known.
func (g *graph) identity(query int, key string) *graphIdentity {
	who := g.known[key]
	if who == nil {
		who = &graphIdentity{query: query, order: g.appeared, mark: -1}
		g.appeared++
		g.known[key] = who
	}
	return who
}

// forget drops identities of series long gone, so that a source whose series
// come and go does not fill the memory.
func (g *graph) forget() {
	if len(g.known) < 4*len(g.lines)+256 {
		return
	}
	live := make(map[*graphIdentity]bool, len(g.lines))
	for _, l := range g.lines {
		live[l.who] = true
	}
	for key, who := range g.known {
		if !live[who] {
			delete(g.known, key)
			delete(g.hidden, key)
		}
	}
}

// endedAfter is how many steps without a sample end a series: it has no last
// value then, rather than one from the middle of the window.
const endedAfter = 4

// measure computes what the legend says.
func (l *graphLine) measure() {
	nan := math.NaN()
	l.last, l.min, l.max, l.avg = nan, nan, nan, nan
	lo, hi, sum, n := math.Inf(1), math.Inf(-1), 0.0, 0.0
	above, nought := math.Inf(1), 0
	least, most := lo, hi
	values := l.line.Values
	for _, v := range values {
		if v != v {
			continue
		}
		least, most = min(least, v), max(most, v)
		if v-v == 0 {
			lo, hi = min(lo, v), max(hi, v)
			if v > 0 {
				above = min(above, v)
			}
		}
		if v <= 0 {
			nought++
		}
		n++
		sum += v
	}
	l.least, l.nought = 0, nought
	if above <= hi {
		l.least = above
	}
	mean := sum / n
	if sum-sum != 0 && most-most == 0 && least-least == 0 { // the sum passed the largest number
		mean = 0
		for _, v := range values {
			if v == v {
				mean += v / n
			}
		}
	}
	for i := len(values) - 1; i >= max(len(values)-endedAfter, 0); i-- {
		if !sources.IsGap(values[i]) {
			l.last = values[i]
			break
		}
	}
	if n > 0 {
		l.min, l.max, l.avg = least, most, mean
	}
	if l.any = lo <= hi; l.any {
		l.lo, l.hi = lo, hi
		if l.line.Negate {
			l.lo, l.hi = -hi, -lo
		}
	}
}

// at is the value at time t: of the newest sample that is not older than a
// step, or than a column of the window.
func (l *graphLine) at(t time.Time, w timeline.Window) float64 {
	lookback := max(l.step, w.Cell.Milliseconds(), 1) - 1
	s := sources.Series{Times: l.line.Times, Values: l.line.Values}
	if _, v, ok := s.At(t.UnixMilli(), lookback); ok {
		return v
	}
	return math.NaN()
}

// snap is the time of the sample next to t: nearest, before (-1) or after (+1).
func (l *graphLine) snap(t int64, dir int) (at int64, ok bool) {
	times, values := l.line.Times, l.line.Values
	n := len(times)
	i, _ := slices.BinarySearch(times, t)
	after := i
	if dir > 0 {
		for after < n && times[after] == t {
			after++
		}
	}
	for after < n && sources.IsGap(values[after]) {
		after++
	}
	before := i - 1
	for before >= 0 && sources.IsGap(values[before]) {
		before--
	}
	switch {
	case dir > 0:
		before = -1
	case dir < 0:
		after = n
	}
	switch {
	case after >= n && before < 0:
		return 0, false
	case after >= n || before >= 0 && t-times[before] <= times[after]-t:
		return times[before], true
	}
	return times[after], true
}

// written is a value of the series as text.
func (l *graphLine) written(v float64, c Context) string {
	return plainText(units.FormatIn(v, l.unit, l.digits, c.Zone), c.ASCII)
}
