package panels

import (
	"math"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// A row is one series with the one value of it that a panel shows.
type row struct {
	name   string
	query  int
	series *sources.Series
	frame  *sources.Frame
	unit   string
	limits []boards.Threshold

	value    float64 // reduced as the query says, or at the cursor; NaN: none
	min, max float64 // over the range; NaN without samples
	level    boards.Level
	text     string // value as written
}

// rows are the series of a panel's results, kept until data, cursor or the way
// of writing changes.
type rows struct {
	all   []row
	ended int // series left out because they have no sample at the end of the range

	cursor time.Time
	zone   *time.Location
	ascii  bool
	names  int // widest name; grows only, so that columns stand still
	values int // widest value; grows only
}

// maxRowName bounds the columns of a name.
const maxRowName = 40

// refresh computes the rows anew if something they depend on changed, and reports whether it did.
func (rs *rows) refresh(b *base, c Context) bool {
	if !b.dirty && rs.cursor.Equal(c.Cursor) && rs.zone == c.Zone && rs.ascii == c.ASCII {
		return false
	}
	rs.cursor, rs.zone, rs.ascii = c.Cursor, c.Zone, c.ASCII
	b.dirty = false
	rs.all, rs.ended = rs.all[:0], 0
	for i, res := range b.results {
		if res != nil && res.Frame != nil && (i >= len(b.spec.Queries) || !b.spec.Queries[i].Hidden) {
			rs.add(b.spec, i, res)
		}
	}
	for i := range rs.all {
		r := &rs.all[i]
		if r.text == "" {
			r.text = number(r.value, r.unit, b.spec.Decimals, c)
		}
		rs.values = max(rs.values, screen.Width(r.text))
		rs.names = max(rs.names, min(maxRowName, screen.Width(r.name)))
	}
	return true
}

// add appends the series of one result.
func (rs *rows) add(spec *boards.Panel, i int, res *poll.Result) {
	q := queryOf(spec, i)
	unit, limits := q.Unit, q.Thresholds
	if unit == "" {
		unit = spec.Unit
	}
	if limits == nil {
		limits = spec.Thresholds
	}
	f := res.Frame
	if f.Kind == sources.String {
		rs.all = append(rs.all, row{name: queryName(q), query: i, text: f.Text, frame: f, value: math.NaN(), min: math.NaN(), max: math.NaN()})
		return
	}
	labels := make([]sources.Labels, len(f.Series))
	for j := range f.Series {
		labels[j] = f.Series[j].Labels
	}
	names := newNamer(*q, labels, ofAll(spec))
	names.bare = spec.Kind == boards.KindLimits // the check says what it is about; room is short
	kept := 0
	for j := range f.Series {
		r := row{query: i, series: &f.Series[j], frame: f, unit: unit, limits: limits}
		r.min, r.max = extent(r.series)
		r.value = rs.valueOf(&r, q.Reduce)
		if math.IsNaN(r.value) && len(f.Series) > 1 && f.Kind == sources.Matrix {
			rs.ended++
			continue
		}
		r.level = levelOf(r.value, limits)
		r.name = rowName(q, names, len(labels), r.series.Labels)
		rs.all = append(rs.all, r)
		kept++
	}
	if kept == 0 && len(f.Series) > 0 { // all ended: say so with one row rather than with nothing
		rs.all = append(rs.all, row{name: queryName(q), query: i, frame: f, unit: unit, value: math.NaN(), min: math.NaN(), max: math.NaN()})
		rs.ended--
	}
}

func queryOf(spec *boards.Panel, i int) *boards.Query {
	if i < len(spec.Queries) {
		return &spec.Queries[i]
	}
	return &boards.Query{}
}

// queryName is what a query is called where its series have no name of their own.
func queryName(q *boards.Query) string {
	if q.Name != "" {
		return q.Name
	}
	return q.Legend
}

// rowName is the name of a series: what its namer says, after the query's own
// name where a query without a legend has several series.
func rowName(q *boards.Query, n namer, siblings int, l sources.Labels) string {
	if q.Name != "" && q.Legend == "" && siblings > 1 {
		return q.Name + " " + n.name(l)
	}
	return n.name(l)
}

// valueOf is the value a row shows: at the cursor if there is one, else
// reduced over the range. A series that has no sample for the last three steps
// (at least 30 s) of the range has no last value.
func (rs *rows) valueOf(r *row, reduce string) float64 {
	step := max(r.frame.Step, 1)
	if r.frame.Kind != sources.Matrix {
		_, v, _ := r.series.Last()
		return v
	}
	if !rs.cursor.IsZero() {
		_, v, _ := r.series.At(rs.cursor.UnixMilli(), max(step, 1000))
		return v
	}
	switch reduce {
	case "max":
		return r.max
	case "min":
		return r.min
	case "avg":
		return average(r.series)
	}
	_, v, _ := r.series.At(r.frame.End, max(3*step, 30_000))
	return v
}

// extent is the least and the greatest number of a series; NaN if it has none.
func extent(s *sources.Series) (low, high float64) {
	low, high = math.NaN(), math.NaN()
	for _, v := range s.Values {
		switch {
		case math.IsNaN(v):
		case math.IsNaN(low):
			low, high = v, v
		default:
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

func average(s *sources.Series) float64 {
	mean, n := 0.0, 0.0
	for _, v := range s.Values {
		if !math.IsNaN(v) {
			n++
			mean += v/n - mean/n // neither overflows where a sum would
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return mean
}

// levelOf is the worst level whose threshold v has passed; empty if none.
func levelOf(v float64, limits []boards.Threshold) boards.Level {
	worst := boards.Level("")
	for _, t := range limits {
		if passed := v >= t.At && !t.Below || v <= t.At && t.Below; passed && rank(t.Level) > rank(worst) {
			worst = t.Level
		}
	}
	return worst
}

// rank orders levels, mildest first; none is 0.
func rank(l boards.Level) int {
	switch l {
	case boards.LevelInfo:
		return 1
	case boards.LevelWarning:
		return 2
	case boards.LevelCritical:
		return 3
	}
	return 0
}

// token is the meaning of a level; none is at rest.
func token(l boards.Level, rest themes.Token) themes.Token {
	switch l {
	case boards.LevelInfo:
		return themes.Info
	case boards.LevelWarning:
		return themes.Warning
	case boards.LevelCritical:
		return themes.Critical
	}
	return rest
}

// mark is the sign of a level, two columns wide, so that it is never told by colour alone.
func mark(l boards.Level) string {
	switch l {
	case boards.LevelInfo:
		return "i "
	case boards.LevelWarning:
		return "! "
	case boards.LevelCritical:
		return "!!"
	}
	return "  "
}

// number writes a value as the context shows it.
func number(v float64, unit string, decimals *int, c Context) string {
	d := -1
	if decimals != nil {
		d = *decimals
	}
	s := units.FormatIn(v, unit, d, c.Zone)
	return plainText(s, c.ASCII)
}

// drawValue draws a row's value right-aligned in w columns.
func drawValue(r screen.Region, x, y, w int, v *row, s screen.Style, c Context) {
	if v.series == nil { // text
		text := plainText(v.text, c.ASCII)
		fitName(r, x+max(0, w-screen.Width(text)), y, min(w, screen.Width(text)), text, s, c.ASCII)
		return
	}
	drawNumber(r, x, y, w, v.text, v.value, v.unit, s, c)
}

// drawNumber draws a number right-aligned in w columns. One that does not fit is
// written shorter, but never cut: a cut number is a wrong one.
func drawNumber(r screen.Region, x, y, w int, text string, v float64, unit string, s screen.Style, c Context) {
	room, _ := r.Size()
	w = min(w, room-x)
	if w <= 0 {
		return
	}
	if screen.Width(text) > w {
		text = plainText(units.FormatWidth(v, unit, w), c.ASCII)
		text = text[:min(len(text), textEnd(text, w))]
	}
	r.Right(x, y, w, text, s)
}

// textEnd is how many bytes of s fit w columns.
func textEnd(s string, w int) int {
	head, _ := splitAt(s, w)
	if screen.Width(head) > w {
		return 0
	}
	return len(head)
}

// plainText is text of ours or of a board with nothing outside ASCII, where that is asked for.
func plainText(s string, ascii bool) string {
	if !ascii {
		return s
	}
	return asciiOnly(units.ASCII(s))
}
