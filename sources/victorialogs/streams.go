package victorialogs

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/logserver"
)

// maxNames bounds lists of names and values.
const maxNames = 10_000

// decode reads one JSON value.
func decode(r *bufio.Reader, into any) error {
	err := json.NewDecoder(r).Decode(into)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err //nolint:wrapcheck // the client says where
}

// values asks for a list of values with how many lines have each.
func (s *Source) values(ctx context.Context, op, path, filter string, w sources.Window, limit int, more ...string) ([]string, error) {
	v := form(append([]string{"query", span(w) + filter, "limit", strconv.Itoa(limit)}, more...)...)
	var said struct {
		Values []struct {
			Value string
			Hits  float64
		}
	}
	if _, err := s.c.Do(ctx, logserver.Call{Op: op, Path: path, Form: v}, func(r *bufio.Reader) error { return decode(r, &said) }); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(said.Values))
	for _, v := range said.Values {
		names = append(names, v.Value)
	}
	return names, nil
}

// span is the filter of a window, both ends included; of an open one the last day.
func span(w sources.Window) string {
	if w.End.IsZero() {
		w.End = time.Now().Add(time.Hour)
	}
	if w.Start.IsZero() {
		w.Start = w.End.Add(-25 * time.Hour)
	}
	return between(w.Start.UnixNano(), w.End.UnixNano()+1) + " "
}

// LogStreams lists the server's streams, those with the most lines first.
func (s *Source) LogStreams(ctx context.Context, w sources.Window, limit int) ([]sources.LogStream, error) {
	names, err := s.values(ctx, "list streams", "/select/logsql/streams", s.all(""), w, limit)
	if err != nil {
		return nil, err
	}
	streams := make([]sources.LogStream, 0, min(len(names), limit))
	for _, name := range names {
		if len(streams) < limit {
			streams = append(streams, sources.LogStream{Select: name, Labels: s.streamLabels(name)})
		}
	}
	return streams, nil
}

// LabelNames lists the names of fields, sorted; match are LogsQL filters.
func (s *Source) LabelNames(ctx context.Context, w sources.Window, match ...string) ([]string, error) {
	return s.sorted(ctx, "list fields", "/select/logsql/field_names", w, match)
}

// LabelValues lists the values of a field, sorted; match are LogsQL filters.
func (s *Source) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	return s.sorted(ctx, "list values", "/select/logsql/field_values", w, match, "field", label)
}

func (s *Source) sorted(ctx context.Context, op, path string, w sources.Window, match []string, more ...string) ([]string, error) {
	if len(match) == 0 {
		match = []string{""}
	}
	var all []string
	for _, filter := range match {
		names, err := s.values(ctx, op, path, s.all(filter), w, maxNames, more...)
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// A Facet is a value that many lines have in a field.
type Facet struct {
	Field, Value string
	Lines        int
}

// Facets lists the most frequent values of every field of the lines that a LogsQL filter
// selects, at most limit a field, fields in the server's order.
func (s *Source) Facets(ctx context.Context, w sources.Window, filter string, limit int) ([]Facet, error) {
	v := form("query", span(w)+s.all(filter), "limit", strconv.Itoa(limit))
	var said struct {
		Facets []struct {
			Field string `json:"field_name"`
			// Values come with the most frequent first.
			Values []struct {
				Value string `json:"field_value"`
				Hits  float64
			}
		}
	}
	if _, err := s.c.Do(ctx, logserver.Call{Op: "facets", Path: "/select/logsql/facets", Form: v}, func(r *bufio.Reader) error { return decode(r, &said) }); err != nil {
		return nil, err
	}
	var all []Facet
	for _, f := range said.Facets {
		for _, v := range f.Values {
			all = append(all, Facet{f.Field, v.Value, int(v.Hits)})
		}
	}
	return all, nil
}
