package main

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"time"

	"nightjar/sources"
)

// writeCSV writes RFC 4180: a header of time, value and every label name that
// occurs, then one sample a record. Times are RFC 3339 with milliseconds.
//
// Where there are native histograms a column histogram follows value, and each
// of them is several records, which it tells apart: count, sum, and the interval
// of each bucket with observations, such as "(0.5,1]"; it is empty for a number.
//
// A label that is called as one of these columns gets the prefix "label_".
func writeCSV(w io.Writer, f *sources.Frame, zone *time.Location) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if f.Kind == sources.String {
		_ = c.Write([]string{"value"}) // the error is kept for Flush
		_ = c.Write([]string{f.Text})
		c.Flush()
		return c.Error() //nolint:wrapcheck // said by Run
	}
	names := map[string]int{}
	for _, s := range f.Series {
		for _, l := range s.Labels {
			names[l.Name] = 0
		}
	}
	header := []string{"time", "value"}
	if _, native := census(f); native > 0 {
		header = append(header, "histogram")
	}
	own := len(header)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		names[name] = len(header)
		if slices.Contains(header[:own], name) {
			name = "label_" + name
		}
		header = append(header, name)
	}
	_ = c.Write(header) // the error is kept for Flush
	record := make([]string, len(header))
	points(f, func(s *sources.Series, p point) {
		clear(record)
		record[0] = time.UnixMilli(p.t).In(zone).Format("2006-01-02T15:04:05.000Z07:00")
		for _, l := range s.Labels {
			record[names[l.Name]] = l.Value
		}
		write := func(v float64) {
			record[1] = number(v)
			_ = c.Write(record)
		}
		if p.histogram == nil {
			write(p.value)
			return
		}
		record[2] = "count"
		write(p.histogram.Count)
		record[2] = "sum"
		write(p.histogram.Sum)
		for _, b := range p.histogram.Buckets {
			record[2] = interval(b, number)
			write(b.Count)
		}
	})
	c.Flush()
	return c.Error() //nolint:wrapcheck // said by Run
}
