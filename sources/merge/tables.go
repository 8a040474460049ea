package merge

import (
	"context"
	"math"
	"slices"

	"nightjar/sources"
)

// Tables names the tables that any part has, in the order of the parts.
func (s *Source) Tables() []string {
	var out []string
	for _, p := range s.parts {
		l, ok := p.src.(sources.Lister)
		if !ok {
			continue
		}
		for _, name := range l.Tables() {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// List gives the rows of all parts that have the table, with a first column
// source. Columns of one name and type are one; a row has no value in those that
// its part lacks. The time is that of the oldest snapshot.
func (s *Source) List(ctx context.Context, table string) (*sources.Table, error) {
	op := "list " + table
	answers, err := ask(ctx, s, op, func(ctx context.Context, src sources.Source) (*sources.Table, error) {
		l, ok := src.(sources.Lister)
		if !ok || !slices.Contains(l.Tables(), table) {
			return nil, errCannot
		}
		return l.List(ctx, table)
	})
	if err != nil {
		return nil, err
	}
	for i := range answers {
		if a := &answers[i]; a.err == nil && a.value == nil {
			a.err = sources.Errorf(a.part.name, op, sources.KindProtocol, "neither an answer nor an error")
		}
	}
	if err := settle(s, op, answers); err != nil {
		return nil, err
	}
	out := &sources.Table{
		Source: s.o.Name, Name: table, Notes: warnings(answers),
		Columns: []sources.Column{{Name: sourceLabel, Text: true, Key: true, Help: "The source that the row is of."}},
	}
	places := make([][]int, len(answers)) // of a part's columns among all
	for i := range answers {
		if answers[i].err == nil {
			places[i] = place(out, answers[i].value.Columns)
		}
	}
	for i := range answers {
		a := &answers[i]
		if a.err != nil {
			continue
		}
		t := a.value
		if out.Time.IsZero() || t.Time.Before(out.Time) {
			out.Time = t.Time
		}
		out.Total += t.Total
		for _, n := range t.Notes {
			out.Notes = append(out.Notes, a.part.name+": "+n)
		}
		for _, from := range t.Rows {
			row := make([]sources.Value, len(out.Columns))
			for j := range row {
				row[j].Number = math.NaN()
			}
			row[0].Text = a.part.name
			for j, v := range from {
				row[places[i][j]] = v
			}
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

// place finds each column among those of out, and adds those that are not there.
func place(out *sources.Table, columns []sources.Column) []int {
	places := make([]int, len(columns))
	for j, c := range columns {
		if c.Name == sourceLabel {
			c.Name = exported + sourceLabel
		}
		k := slices.IndexFunc(out.Columns, func(o sources.Column) bool { return o.Name == c.Name && o.Text == c.Text })
		if k < 0 {
			k = len(out.Columns)
			out.Columns = append(out.Columns, c)
		}
		places[j] = k
	}
	return places
}
