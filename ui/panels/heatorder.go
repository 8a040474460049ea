package panels

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"nightjar/ui/screen"
)

// A heatOrder is how the rows of a heatmap of series are ordered. Buckets are in
// the order of their bounds.
type heatOrder int

const (
	heatAsSent   heatOrder = iota // as the source has them
	heatGreatest                  // the greatest value of the range first
	heatNamed                     // by name, numbers in it by value
	heatOrders
)

// reload makes the rows of the newest results: of series those that the filter
// leaves, in the order that was chosen. Names stay as wide as all of them need, so
// that what is asked for does not change with the filter.
func (m *heatmap) reload() {
	m.data.load(m.spec, m.results)
	rows := m.data.rows
	if m.total = len(rows); m.total == 0 {
		return // what is asked for stays as wide as it was
	}
	m.names = 0
	for i := range rows {
		m.names = max(m.names, screen.Width(rows[i].name))
	}
	if m.data.buckets {
		return
	}
	needle := strings.ToLower(m.filter)
	rows = slices.DeleteFunc(rows, func(r heatRow) bool { return !strings.Contains(strings.ToLower(r.name), needle) })
	switch m.order {
	case heatGreatest:
		slices.SortStableFunc(rows, func(a, b heatRow) int {
			return cmp.Or(cmp.Compare(b.greatest(), a.greatest()), natural(a.name, b.name))
		})
	case heatNamed:
		slices.SortStableFunc(rows, func(a, b heatRow) int { return natural(a.name, b.name) })
	}
	m.data.rows = rows
}

// greatest is the row's greatest value, -Inf without one.
func (r *heatRow) greatest() float64 {
	most := math.Inf(-1)
	for _, v := range r.values {
		if v > most { // also leaves NaN out
			most = v
		}
	}
	return most
}

// Filter keeps the series whose name holds text. Buckets are all kept: they are one distribution.
func (m *heatmap) Filter(text string) (shown, total int) {
	if text != m.filter {
		m.filter, m.scroll = text, 0
		m.reload()
		m.changed()
	}
	return len(m.data.rows), m.total
}

// Filterable reports whether the rows are series.
func (m *heatmap) Filterable() bool { return m.total > 0 && !m.data.buckets }

var _ Filterer = (*heatmap)(nil)
