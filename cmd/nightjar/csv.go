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
// occurs, then one sample a record. Times are RFC 3339 with milliseconds. A
// label called time or value gets the prefix "label_".
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
	for _, name := range slices.Sorted(maps.Keys(names)) {
		names[name] = len(header)
		if name == "time" || name == "value" {
			name = "label_" + name
		}
		header = append(header, name)
	}
	_ = c.Write(header) // the error is kept for Flush
	record := make([]string, len(header))
	points(f, func(s *sources.Series, t int64, v float64) {
		clear(record)
		record[0] = time.UnixMilli(t).In(zone).Format("2006-01-02T15:04:05.000Z07:00")
		record[1] = number(v)
		for _, l := range s.Labels {
			record[names[l.Name]] = l.Value
		}
		_ = c.Write(record)
	})
	c.Flush()
	return c.Error() //nolint:wrapcheck // said by Run
}
