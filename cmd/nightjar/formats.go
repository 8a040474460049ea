package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/ui/screen"
)

// queryFormats are the forms an answer can be printed in.
func queryFormats() []string { return []string{"table", "json", "csv", "chart"} }

// print writes the answer in the form asked for. On a terminal, text from a
// source is made harmless first; in a pipe it stays as it is.
func (s *session) print(q *queryRequest, f *sources.Frame, at time.Time) error {
	switch q.format {
	case "json":
		text := encodeJSON(f, at)
		if _, ok := terminal(s.env.Stdout); ok {
			text = screen.Clean(text)
		}
		_, err := io.WriteString(s.out, text+"\n")
		return err //nolint:wrapcheck // said by Run
	case "csv":
		return s.printCSV(f)
	case "chart":
		return s.chart(q, f, at)
	default:
		return writeTable(s.out, f, s.zone())
	}
}

func (s *session) printCSV(f *sources.Frame) error {
	if _, ok := terminal(s.env.Stdout); !ok {
		return writeCSV(s.out, f, s.zone())
	}
	var b strings.Builder
	if err := writeCSV(&b, f, s.zone()); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(s.out, screen.Clean(strings.TrimRight(line, "\r\n")))
	}
	return nil
}

// A point is a sample: a number, or a native histogram.
type point struct {
	t         int64 // Unix milliseconds
	value     float64
	histogram *sources.Histogram // nil: a number
}

// points goes through the samples of an answer, leaving out steps without one.
func points(f *sources.Frame, each func(*sources.Series, point)) {
	for i := range f.Series {
		s := &f.Series[i]
		for j, v := range s.Values {
			if p := (point{s.Times[j], v, s.Histogram(j)}); p.histogram != nil || !sources.IsGap(v) {
				each(s, p)
			}
		}
	}
}

// text is the value in a table.
func (p point) text() string {
	if p.histogram != nil {
		return summary(p.histogram)
	}
	return number(p.value)
}

// number writes a value as Prometheus does.
func number(v float64) string {
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// writeTable writes time, value and series, one sample a line, values
// right-aligned; a native histogram is a summary of it. The series comes last, for
// it can be long.
func writeTable(w io.Writer, f *sources.Frame, zone *time.Location) error {
	if f.Kind == sources.String {
		_, err := fmt.Fprintln(w, screen.Clean(f.Text))
		return err //nolint:wrapcheck // said by Run
	}
	layout, wide := "2006-01-02 15:04:05", len("VALUE")
	points(f, func(_ *sources.Series, p point) {
		wide = max(wide, len(p.text()))
		if p.t%1000 != 0 {
			layout = "2006-01-02 15:04:05.000"
		}
	})
	head := "TIME"
	if zone == time.UTC {
		head = "TIME (UTC)"
	}
	var b strings.Builder
	written := false
	points(f, func(s *sources.Series, p point) {
		if !written {
			fmt.Fprintf(&b, "%-*s  %*s  SERIES\n", len(layout), head, wide, "VALUE")
			written = true
		}
		name := ""
		if f.Kind != sources.Scalar {
			name = "  " + screen.Clean(s.Labels.String())
		}
		fmt.Fprintf(&b, "%s  %*s%s\n", time.UnixMilli(p.t).In(zone).Format(layout), wide, p.text(), name)
	})
	_, err := io.WriteString(w, b.String())
	return err //nolint:wrapcheck // said by Run
}
