package panels

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/timeline"
	"nightjar/ui/units"
)

// A heatmap draws how many observations fell into which bucket over time: a row
// for each bucket (or, where there are none, each series), a column for each
// cell of the window, and in each cell its count as a colour and a character. Between
// two versions of its data its picture is kept.
type heatmap struct {
	base
	data   heatData
	linear bool   // the count scale, as the reader or the board has it
	perS   bool   // counts are per second
	names  int    // width of the longest name of a series; 0: rows are buckets
	notes  string // what the caption says of the data
	scroll int    // of series: the first one shown
	filter string // of series: what their names hold
	order  heatOrder
	total  int // rows there are without the filter

	drawn  heatDrawn
	pic    heatPicture
	times  units.TimeAxis
	labels []string // of the picture's bands
	buf    []byte
}

// heatDrawn is what the picture depends on.
type heatDrawn struct {
	version uint64
	w, h    int
	window  timeline.Window
	ascii   bool
	zone    *time.Location
}

// newHeatmap makes the live form of a heatmap.
func newHeatmap(p *boards.Panel) Panel {
	m := &heatmap{base: newBase(p)}
	m.whole = true
	for _, q := range p.Queries {
		m.perS = m.perS || strings.Contains(q.Expr, "rate(")
	}
	return m
}

// Plot is the width of the plot.
func (m *heatmap) Plot(w, h int) int {
	return max(layoutHeat(w, h, m.names, len(m.data.rows)).plot.w, 1)
}

// PlotX is the first column of the plot, where a click finds its time.
func (m *heatmap) PlotX(w, h int) int { return layoutHeat(w, h, m.names, len(m.data.rows)).plot.x }

// SetResult takes the newest answer of query i.
func (m *heatmap) SetResult(i int, r *poll.Result) {
	m.base.SetResult(i, r)
	m.reload()
	m.linear = m.linearScale()
	m.describe()
}

// linearScale reports whether the count scale is linear: as the board says, else
// for series only; counts of a histogram differ by magnitudes, and the rare slow ones matter.
func (m *heatmap) linearScale() bool {
	switch m.spec.Heatmap.Scale {
	case "linear":
		return true
	case "log":
		return false
	}
	return !m.data.buckets
}

// describe says what of the data is not in the picture as it was sent.
func (m *heatmap) describe() {
	d, s := &m.data, ""
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			s = addNote(s, "1 "+one)
		case n > 1:
			s = addNote(s, strconv.Itoa(n)+" "+many)
		}
	}
	count(d.clamped, "negative count taken as 0", "negative counts taken as 0")
	count(d.unread, "series with a wrong le", "series with a wrong le")
	count(d.plain, "series without buckets not drawn", "series without buckets not drawn")
	if d.open {
		s = addNote(s, "no +Inf bucket")
	}
	m.notes = s
}

// unit is the unit of the buckets' bounds, or of the values of series.
func (m *heatmap) unit() string {
	if m.spec.Unit == "" && len(m.spec.Queries) > 0 {
		return m.spec.Queries[0].Unit
	}
	return m.spec.Unit
}

// at is the index of the data that is read out: under the cursor, else the newest; -1: none.
func (m *heatmap) at(c Context) int {
	if c.Cursor.IsZero() {
		return m.data.newest()
	}
	return m.data.index(c.Cursor.UnixMilli(), max(m.data.step, c.Window.Cell.Milliseconds(), 1)-1)
}

// Caption is the median and the 95th percentile, newest or at the cursor, and what is left out.
func (m *heatmap) Caption(c Context) string {
	s := ""
	if i := m.at(c); i >= 0 && m.data.buckets {
		s = "p50 " + m.quantile(0.5, i, c) + " p95 " + m.quantile(0.95, i, c)
	} else if n := len(m.data.rows); m.Filterable() {
		s = strconv.Itoa(n) + " series"
		if n < m.total {
			s = strconv.Itoa(n) + " of " + strconv.Itoa(m.total) + " match"
		}
		if p := &m.pic; p.bands > 0 && p.bands < n {
			s = strconv.Itoa(p.first+1) + "-" + strconv.Itoa(p.first+p.bands) + " of " + s
		}
	}
	if !c.Cursor.IsZero() && s != "" {
		s += " at " + timeOfDay(c.Cursor, c)
	}
	if m.pic.per > 1 {
		s = addNote(s, strconv.Itoa(m.pic.per)+" buckets a row")
	}
	if m.notes != "" {
		s = addNote(s, m.notes)
	}
	return plainText(s, c.ASCII)
}

// quantile writes an estimate: ~97 ms, or > 10 s where the bucket has no end.
func (m *heatmap) quantile(q float64, i int, c Context) string {
	v, bound := m.data.quantile(q, i)
	text := units.FormatIn(v, m.unit(), -1, c.Zone)
	switch {
	case v != v:
		return "-"
	case bound > 0:
		return ">" + text
	case bound < 0:
		return "<" + text
	}
	return "~" + text
}

// Key switches the count scale, or the order of series.
func (m *heatmap) Key(k tea.KeyPressMsg, _ Context) bool {
	switch {
	case k.String() == "O" && m.Filterable():
		m.order = (m.order + 1) % heatOrders
		m.reload()
		return m.changed()
	case k.String() != "o":
		return false
	}
	m.spec = m.withScale()
	m.linear = m.linearScale()
	return m.changed()
}

// withScale is the spec with the other scale; the board's own is shared and stays.
func (m *heatmap) withScale() *boards.Panel {
	p := *m.spec
	p.Heatmap.Scale = "linear"
	if m.linear {
		p.Heatmap.Scale = "log"
	}
	return &p
}

// Wheel scrolls series that are more than there are rows.
func (m *heatmap) Wheel(n int, c Context) bool {
	to := min(max(m.scroll+n, 0), max(len(m.data.rows)-m.pic.bands, 0))
	if m.data.buckets || !c.Focused && !c.Full || to == m.scroll {
		return false
	}
	m.scroll = to
	return m.changed()
}

// Help lists the key.
func (m *heatmap) Help() []KeyHelp {
	other := "linear"
	if m.linear {
		other = "logarithmic"
	}
	if m.Filterable() {
		return []KeyHelp{{"o", "the colour scale " + other}, {"O", "order of series: " + [heatOrders]string{"greatest first", "by name", "as the source has them"}[m.order]}}
	}
	return []KeyHelp{{"o", "the count scale " + other}}
}

// Snap is the time of the sample next to t.
func (m *heatmap) Snap(t time.Time, dir int) (at time.Time, ok bool) {
	want := t.UnixMilli()
	best := int64(0)
	for i, there := range m.data.present {
		got := m.data.times[i]
		switch {
		case !there, dir > 0 && got <= want, dir < 0 && got >= want:
		case !ok || distance(got, want) < distance(best, want):
			best, ok = got, true
		}
	}
	return time.UnixMilli(best), ok
}

var _ Snapper = (*heatmap)(nil)

// finite reports whether v is neither NaN nor infinite.
func finite(v float64) bool { return v-v == 0 }
