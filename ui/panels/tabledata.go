package panels

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"nightjar/sources"
	"nightjar/ui/boards"
	"nightjar/ui/units"
)

// A column is one column of a live table.
type column struct {
	title  string
	unit   string
	text   bool
	bar    bool
	key    bool // identifies the row; a selection follows it
	width  int  // wanted by the board; 0: from the content
	order  int  // boards' priority, 1 stays longest; 0 counts as 2
	limits []boards.Threshold
	name   string // what boards call it: label, query or field

	content int     // widest content seen; grows only, so that columns stand still
	high    float64 // greatest number, for bars
}

// A record is one row of a live table. Its cells are written when they are first drawn.
type record struct {
	key     string // equal for the same thing in the next snapshot
	values  []sources.Value
	written []string
}

// A grid of columns and records, as a result or several make it.
type tableData struct {
	columns []column
	records []record
	total   int      // rows there are in truth
	without int      // rows of a list that the board leaves out, as they have no text in a field
	notes   []string // what could not be read and why
}

// maxRecords bounds a table; what is beyond it is counted in total.
const maxRecords = 10_000

// maxFills bounds how many series are held against every row.
const maxFills = 20_000

// listed is the table of a Lister, with the board's columns or all of its own.
func listed(t *sources.Table, opts *boards.TableOptions) tableData {
	d := tableData{total: max(t.Total, len(t.Rows)), notes: t.Notes}
	var fields []int
	if len(opts.Columns) == 0 {
		for i := range t.Columns {
			d.columns = append(d.columns, fieldColumn(&t.Columns[i], &boards.Column{}))
			fields = append(fields, i)
		}
		prefer(d.columns, opts.Sort)
	}
	for i := range opts.Columns {
		o := &opts.Columns[i]
		at := slices.IndexFunc(t.Columns, func(c sources.Column) bool { return c.Name == o.Field })
		c := column{title: cmpOr(o.Title, o.Field), name: o.Field, text: true}
		if at >= 0 {
			c = fieldColumn(&t.Columns[at], o)
		}
		d.columns, fields = append(d.columns, c), append(fields, at)
	}
	var keys []int
	for i := range t.Columns {
		if t.Columns[i].Key {
			keys = append(keys, i)
		}
	}
	rows := t.Rows
	if only := slices.IndexFunc(t.Columns, func(c sources.Column) bool { return c.Text && c.Name == opts.Only }); only >= 0 {
		rows = nil
		for _, row := range t.Rows {
			if only < len(row) && row[only].Text != "" {
				rows = append(rows, row)
			}
		}
		d.total, d.without = len(rows), len(t.Rows)-len(rows)
	}
	n := min(len(rows), maxRecords)
	values := make([]sources.Value, n*len(fields))
	var key []byte
	for i, row := range rows[:n] {
		r := record{values: values[i*len(fields) : (i+1)*len(fields)]}
		for j, at := range fields {
			r.values[j] = sources.Value{Number: math.NaN()}
			if at >= 0 && at < len(row) {
				r.values[j] = row[at]
			}
		}
		key = key[:0]
		for _, at := range keys {
			if at < len(row) {
				key = appendKey(key, row[at], t.Columns[at].Text)
			}
		}
		r.key = string(key)
		d.records = append(d.records, r)
	}
	d.distinct()
	return d
}

// prefer decides which columns of a table that the board says nothing of stay
// longest: what identifies a row, what it is sorted by, and the last text,
// which is what the row is about (a process's command).
func prefer(cols []column, sortBy string) {
	name, _ := sortOf(sortBy)
	last := -1
	for i := range cols {
		if cols[i].text {
			last = i
		}
		if cols[i].key || cols[i].name == name {
			cols[i].order = 1
		}
	}
	if last >= 0 {
		cols[last].order = 1
	}
}

// oneDigit is how percent are written in a table: their points are below each other.
var oneDigit = 1

// decimals is how many digits after the point the column's values have; nil: as many as fit.
func (c *column) decimals() *int {
	if c.unit == "percent" || c.unit == "percentunit" {
		return &oneDigit
	}
	return nil
}

func fieldColumn(c *sources.Column, o *boards.Column) column {
	unit := cmpOr(o.Unit, c.Unit)
	if c.Key && unit == "" {
		unit = "none" // a name that is a number: 29417, not 29.4k
	}
	return column{
		title: cmpOr(o.Title, c.Name), name: c.Name, unit: unit, text: c.Text, key: c.Key,
		bar: o.Bar && !c.Text, width: o.Width, order: o.Priority, limits: o.Thresholds,
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func appendKey(dst []byte, v sources.Value, text bool) []byte {
	if text {
		dst = append(dst, v.Text...)
	} else {
		dst = units.Append(dst, v.Number, "none", 0, nil)
	}
	return append(dst, 0xff)
}

// distinct makes the keys of rows that share one differ, in the order they come in.
func (d *tableData) distinct() {
	seen := make(map[string]int, len(d.records))
	for i := range d.records {
		k := d.records[i].key
		n := seen[k]
		seen[k] = n + 1
		if n > 0 {
			d.records[i].key = k + strings.Repeat("\xfe", min(n, 8)) + strconv.Itoa(n)
		}
	}
}

// An answer is a query's part of a joined table.
type answer struct {
	query *boards.Query
	unit  string
	frame *sources.Frame
}

// joined makes one table of several queries, as Grafana's merge does. Rows are
// told apart by the label columns; a series fills the cell of its query in the
// row whose labels equal its own. A series that lacks some of those labels
// belongs to every row that agrees with the labels it has. Two series of one query
// that fall on the same row make two rows: nothing is dropped.
func joined(answers []answer, opts *boards.TableOptions) tableData {
	d := tableData{columns: joinColumns(answers, opts)}
	labels := make([]string, len(d.columns)) // name of a label column, else empty
	for i := range d.columns {
		if d.columns[i].key {
			labels[i] = d.columns[i].name
		}
	}
	index := map[string][]int{} // rows by the values of all label columns
	fills := 0                  // what was looked at: bounds a hostile join
	for _, partial := range []bool{false, true} {
		for _, a := range answers {
			at := slices.IndexFunc(d.columns, func(c column) bool { return !c.key && c.name == queryColumn(a.query) })
			for j := range a.frame.Series {
				s := &a.frame.Series[j]
				if lacks(s.Labels, labels) != partial || at < 0 && a.query.Hidden {
					continue
				}
				v := newest(a.frame, s)
				if fills++; partial && fills > maxFills {
					d.total++
					continue
				}
				if partial && d.fill(labels, s.Labels, at, v) {
					continue
				}
				d.place(index, labels, s.Labels, at, v)
			}
		}
	}
	d.total += len(d.records) // place and fill counted what they left out
	for _, a := range answers {
		d.total += max(0, a.frame.Cut)
	}
	d.distinct()
	return d
}

// newest is a series' last value; NaN if it ended before the range did.
func newest(f *sources.Frame, s *sources.Series) float64 {
	if f.Kind == sources.Matrix {
		_, v, _ := s.At(f.End, max(3*f.Step, 30_000))
		return v
	}
	_, v, _ := s.Last()
	return v
}

// queryColumn is what a query's column is called.
func queryColumn(q *boards.Query) string { return cmpOr(q.Name, cmpOr(q.Legend, q.Expr)) }

// joinColumns are the board's columns, or every label that is not a metric name
// and a column for each query.
func joinColumns(answers []answer, opts *boards.TableOptions) []column {
	var cols []column
	find := func(name string) (answer, bool) {
		for _, a := range answers {
			if queryColumn(a.query) == name {
				return a, true
			}
		}
		return answer{}, false
	}
	for i := range opts.Columns {
		o := &opts.Columns[i]
		c := column{title: cmpOr(o.Title, cmpOr(o.Label, o.Query)), width: o.Width, order: o.Priority, limits: o.Thresholds}
		if o.Label != "" {
			c.name, c.text, c.key = o.Label, true, true
		} else {
			c.name, c.unit, c.bar = o.Query, o.Unit, o.Bar
			if a, ok := find(o.Query); ok {
				c.unit = cmpOr(o.Unit, a.unit)
				if c.limits == nil {
					c.limits = a.query.Thresholds
				}
			}
		}
		cols = append(cols, c)
	}
	if len(cols) > 0 {
		return cols
	}
	var names []string
	for _, a := range answers {
		for j := range a.frame.Series {
			for _, l := range a.frame.Series[j].Labels {
				if l.Name != metricName && !slices.Contains(names, l.Name) && len(names) < 64 {
					names = append(names, l.Name)
				}
			}
		}
	}
	slices.Sort(names)
	for _, n := range names {
		cols = append(cols, column{title: n, name: n, text: true, key: true})
	}
	for _, a := range answers {
		if !a.query.Hidden {
			n := queryColumn(a.query)
			cols = append(cols, column{title: n, name: n, unit: a.unit, limits: a.query.Thresholds})
		}
	}
	return cols
}

// lacks reports whether l has not all of the named labels.
func lacks(l sources.Labels, names []string) bool {
	for _, n := range names {
		if n != "" && l.Value(n) == "" {
			return true
		}
	}
	return false
}

// place puts v into the row of labels l, or into a new one.
func (d *tableData) place(index map[string][]int, labels []string, l sources.Labels, at int, v float64) {
	var key []byte
	for _, n := range labels {
		if n != "" {
			key = append(append(key, l.Value(n)...), 0xff)
		}
	}
	for _, i := range index[string(key)] {
		cell := at
		if cell < 0 {
			return // a query without a column adds nothing to a row there is
		}
		if r := &d.records[i]; r.values[cell].Text == "" {
			r.values[cell] = sources.Value{Text: "x", Number: v}
			return
		}
	}
	if len(d.records) >= maxRecords {
		d.total++
		return
	}
	r := record{key: string(key), values: make([]sources.Value, len(d.columns))}
	for i, n := range labels {
		r.values[i].Number = math.NaN()
		if n != "" {
			r.values[i].Text = l.Value(n)
		}
	}
	if at >= 0 {
		r.values[at] = sources.Value{Text: "x", Number: v}
	}
	index[string(key)] = append(index[string(key)], len(d.records))
	d.records = append(d.records, r)
}

// fill puts v into every row that agrees with the labels l has, and reports
// whether it found a place; a cell that is taken is none.
func (d *tableData) fill(labels []string, l sources.Labels, at int, v float64) bool {
	found := false
	for i := range d.records {
		agrees := true
		for j, n := range labels {
			if have := l.Value(n); n != "" && have != "" && have != d.records[i].values[j].Text {
				agrees = false
				break
			}
		}
		if !agrees {
			continue
		}
		switch {
		case at < 0:
			found = true
		case d.records[i].values[at].Text == "":
			found = true
			d.records[i].values[at] = sources.Value{Text: "x", Number: v}
		}
	}
	return found
}
