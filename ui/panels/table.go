package panels

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// A table shows a Lister's table or several instant queries joined by their
// labels. It sorts, filters and scrolls both ways; where it is too narrow,
// columns of low priority go first and are counted. The selection follows its
// row by the key columns. While a row other than the first is selected the order
// of the rows is held, so that nothing jumps while someone reads; rows that come
// are added at the end, and the caption says that the order is held.
type table struct {
	base
	data tableData
	view []int // records shown, in order: sorted and filtered

	sortBy  string // column's name; empty: as the source has it
	reverse bool   // against the column's own direction
	filter  string
	matched int

	selected string // key of the selected row
	at       int    // its index in view
	moved    bool   // someone selected a row: the order is held
	order    []string
	top      int // first row shown
	left     int // columns scrolled off, after the first

	zone  *time.Location
	ascii bool
	w, h  int
	fit   fitted
}

func newTable(p *boards.Panel) Panel {
	t := &table{base: newBase(p)}
	t.sortBy, t.reverse = sortOf(p.Table.Sort)
	return t
}

// sortOf reads a board's sort: a column, with "-" for descending.
func sortOf(s string) (name string, descending bool) {
	return strings.TrimPrefix(s, "-"), strings.HasPrefix(s, "-")
}

// Plot keeps the size for Caption; a table has no plot.
func (p *table) Plot(w, h int) int {
	if w != p.w {
		p.dirty = true // measure anew
		for i := range p.data.columns {
			p.data.columns[i].content = 0 // a new width is a fresh start
		}
	}
	p.w, p.h = w, h
	return 0
}

// refresh takes new data over, keeping selection, order and what columns are used to.
func (p *table) refresh(c Context) {
	if p.zone != c.Zone || p.ascii != c.ASCII {
		p.zone, p.ascii = c.Zone, c.ASCII
		for i := range p.data.records {
			p.data.records[i].written = nil
		}
	}
	if !p.dirty {
		return
	}
	p.dirty = false
	old := p.data.columns
	p.data = p.read()
	for i := range p.data.columns {
		if i < len(old) && old[i].name == p.data.columns[i].name {
			p.data.columns[i].content = old[i].content
		}
	}
	p.measure()
	p.arrange()
}

// read makes the table of the newest results.
func (p *table) read() tableData {
	if p.spec.List != "" {
		if r := p.results[0]; r != nil && r.Table != nil {
			return listed(r.Table, p.options())
		}
		return tableData{}
	}
	var answers []answer
	for i, r := range p.results {
		if r == nil || r.Frame == nil {
			if r != nil && r.Table != nil {
				return listed(r.Table, p.options())
			}
			continue
		}
		q := queryOf(p.spec, i)
		answers = append(answers, answer{query: q, unit: cmpOr(q.Unit, p.spec.Unit), frame: r.Frame})
	}
	return joined(answers, p.options())
}

// options are the board's; a table of all sources has a column that says the
// source, whatever columns the board wants.
func (p *table) options() *boards.TableOptions {
	opts := p.spec.Table
	if !ofAll(p.spec) || len(opts.Columns) == 0 || slices.ContainsFunc(opts.Columns, func(c boards.Column) bool {
		return c.Label == sourceLabel || c.Field == sourceLabel
	}) {
		return &p.spec.Table
	}
	first := boards.Column{Label: sourceLabel, Priority: 1}
	if p.spec.List != "" {
		first = boards.Column{Field: sourceLabel, Priority: 1}
	}
	opts.Columns = slices.Insert(slices.Clone(opts.Columns), 0, first)
	return &opts
}

// maxText bounds the width that a text column asks for.
const maxText = 60

// measure finds how wide columns want to be and how far their bars reach.
func (p *table) measure() {
	for j := range p.data.columns {
		col := &p.data.columns[j]
		if col.text {
			for i := range p.data.records {
				if text := p.data.records[i].values[j].Text; len(text) > col.content {
					col.content = max(col.content, min(maxText, screen.Width(text[:min(len(text), 4*maxText)])))
				}
			}
			continue
		}
		col.high = 0
		if full, ok := units.Full(col.unit); ok {
			col.high = full
		} else if col.bar {
			for i := range p.data.records {
				if v := p.data.records[i].values[j].Number; v > col.high && !math.IsInf(v, 0) {
					col.high = v
				}
			}
		}
	}
}

// arrange filters and sorts the records into view and finds the selection again.
func (p *table) arrange() {
	p.view = p.view[:0]
	needle := []byte(strings.ToLower(p.filter))
	var hay []byte
	for i := range p.data.records {
		if len(needle) > 0 {
			if hay = p.hay(hay[:0], i); !bytes.Contains(hay, needle) {
				continue
			}
		}
		p.view = append(p.view, i)
	}
	p.matched = len(p.view)
	p.sortView()
	if p.moved {
		p.holdOrder()
	}
	if n := p.spec.Table.Limit; n > 0 && len(p.view) > n {
		p.view = p.view[:n]
	}
	p.order = p.order[:0]
	p.at = min(p.at, max(0, len(p.view)-1))
	for i, at := range p.view {
		key := p.data.records[at].key
		p.order = append(p.order, key)
		if p.moved && key == p.selected {
			p.at = i
		}
	}
	if !p.moved {
		p.at = 0
	}
	p.remember()
}

// hay is all that a filter looks at in a record, in lower case.
func (p *table) hay(dst []byte, i int) []byte {
	for j := range p.data.columns {
		if col := &p.data.columns[j]; col.text {
			dst = append(dst, strings.ToLower(p.data.records[i].values[j].Text)...)
		} else {
			dst = units.Append(dst, p.data.records[i].values[j].Number, col.unit, -1, p.zone)
		}
		dst = append(dst, 0xff)
	}
	return dst
}

// sortView sorts by the chosen column; rows without a value are last either way, equal ones in the source's order
// where that is one (a list), else in key order.
func (p *table) sortView() {
	j := p.column(p.sortBy)
	if j < 0 {
		return
	}
	records, text, reverse := p.data.records, p.data.columns[j].text, p.reverse
	slices.SortStableFunc(p.view, func(a, b int) int {
		x, y := &records[a].values[j], &records[b].values[j]
		c := 0
		if text {
			c = natural(x.Text, y.Text)
		} else {
			switch nx, ny := math.IsNaN(x.Number), math.IsNaN(y.Number); {
			case nx && ny:
			case nx:
				return 1
			case ny:
				return -1
			default:
				c = cmp.Compare(x.Number, y.Number)
			}
		}
		if reverse {
			c = -c
		}
		if c == 0 && p.spec.List != "" {
			c = cmp.Compare(a, b)
		}
		return cmp.Or(c, strings.Compare(records[a].key, records[b].key))
	})
}

// holdOrder brings view into the order it had; what is new goes to the end.
func (p *table) holdOrder() {
	was := make(map[string]int, len(p.order))
	for i, key := range p.order {
		was[key] = i
	}
	slices.SortStableFunc(p.view, func(a, b int) int {
		i, okA := was[p.data.records[a].key]
		j, okB := was[p.data.records[b].key]
		switch {
		case okA && okB:
			return cmp.Compare(i, j)
		case okA:
			return -1
		case okB:
			return 1
		}
		return 0
	})
}

// column is the index of the column of that name or title, -1 if there is none.
func (p *table) column(name string) int {
	if name == "" {
		return -1
	}
	for i := range p.data.columns {
		if c := &p.data.columns[i]; c.name == name || c.title == name {
			return i
		}
	}
	return -1
}

// remember keeps the selected row's key.
func (p *table) remember() {
	if p.at >= 0 && p.at < len(p.view) {
		p.selected = p.data.records[p.view[p.at]].key
	}
}

// Filter keeps rows that contain text, in upper or lower case.
func (p *table) Filter(text string) (shown, total int) {
	if text != p.filter {
		p.filter = text
		p.arrange()
		p.version++
	}
	return p.matched, len(p.data.records)
}

var _ Filterer = (*table)(nil)

// written is the text of a cell, written when it is first seen.
func (p *table) written(i, j int, c Context) string {
	r := &p.data.records[i]
	if r.written == nil {
		r.written = make([]string, len(p.data.columns))
	}
	if r.written[j] == "" {
		v, col := r.values[j], &p.data.columns[j]
		switch {
		case col.text:
			r.written[j] = plainText(v.Text, c.ASCII)
		default:
			r.written[j] = number(v.Number, col.unit, col.decimals(), c)
			col.content = max(col.content, screen.Width(r.written[j]))
		}
	}
	return r.written[j]
}

// SetResult keeps the newest result of query i.
func (p *table) SetResult(i int, r *poll.Result) {
	if i >= 0 && i < len(p.results) && p.results[i] == r {
		return
	}
	p.base.SetResult(i, r)
}
