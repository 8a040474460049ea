package loki

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

// decode reads one JSON value.
func decode(r *bufio.Reader, into any) error {
	err := json.NewDecoder(r).Decode(into)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err //nolint:wrapcheck // the client says where
}

// A stream is lines that have their labels in common, as query_range and tail give them.
type stream struct {
	Stream map[string]string
	Values []entry
}

// An entry is [time, line] or [time, line, metadata]. metadata is {"structuredMetadata":
// {...}, "parsed": {...}} where the answer's labels are by category, as asked for;
// older servers put all into the labels of the stream.
type entry struct {
	at       int64
	line     string
	metadata struct {
		StructuredMetadata, Parsed map[string]string
	}
}

func (e *entry) UnmarshalJSON(b []byte) error {
	var at string
	parts := []any{&at, &e.line, &e.metadata}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) < 2 {
		return fmt.Errorf("an entry of %d parts", len(parts))
	}
	var err error
	e.at, err = strconv.ParseInt(at, 10, 64)
	return err
}

// lines are the lines of streams, in the streams' order.
func (s *Source) lines(streams []stream) []sources.LogLine {
	n := 0
	for i := range streams {
		n += len(streams[i].Values)
	}
	all := make([]sources.LogLine, 0, n)
	var hash logserver.Hash
	for i := range streams {
		labels := labelsOf(streams[i].Stream)
		for j := range streams[i].Values {
			all = append(all, s.line(&streams[i].Values[j], labels, &hash))
		}
	}
	return all
}

func (s *Source) line(e *entry, labels sources.Labels, hash *logserver.Hash) sources.LogLine {
	l := sources.LogLine{Labels: labels}
	s.reader.Parse(e.line, e.at, &l)
	l.Time = time.Unix(0, e.at)
	metadata := labelsOf(e.metadata.StructuredMetadata)
	// All labels, whether the server tells them apart or not, so that the line stays the same line.
	identity := slices.Concat(labels, metadata)
	slices.SortFunc(identity, func(a, b sources.Label) int {
		return slices.Compare([]string{a.Name, a.Value}, []string{b.Name, b.Value})
	})
	hash.Reset()
	for _, label := range identity {
		hash.Add(label.Name)
		hash.Add(label.Value)
	}
	hash.Add(e.line)
	l.Pos = hash.Pos(e.at)
	fields := slices.Clone([]sources.Label(metadata))
	for _, f := range slices.Concat([]sources.Label(labelsOf(e.metadata.Parsed)), l.Fields) {
		if !slices.ContainsFunc(fields, func(known sources.Label) bool { return known.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	l.Fields = fields
	for _, name := range []string{labelDetected, labelLevel} {
		value := metadata.Value(name)
		if value == "" {
			value = labels.Value(name)
		}
		if level := logs.Level(value); level != 0 {
			l.Severity = level
			break
		}
	}
	return l
}

func labelsOf(m map[string]string) sources.Labels {
	if len(m) == 0 {
		return nil
	}
	pairs := make([]string, 0, 2*len(m))
	for name, value := range m {
		pairs = append(pairs, name, value)
	}
	return sources.NewLabels(pairs...)
}
