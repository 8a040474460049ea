package victorialogs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
	"nightjar/sources/wire"
)

// The server's own fields.
const (
	fieldMessage  = "_msg"
	fieldTime     = "_time"
	fieldStream   = "_stream"
	fieldStreamID = "_stream_id"
)

// A value is the value of a field: text, or what else JSON has as it is written.
type value string

func (v *value) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(v))
	}
	*v = value(b)
	return nil
}

// lines reads JSON lines to their end.
func (s *Source) lines(r *bufio.Reader, each func(sources.LogLine)) error {
	var buf []byte
	d := decoder{s: s}
	for {
		line, err := logserver.Line(r, &buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		l, err := d.line(line)
		if err != nil {
			return err
		}
		each(l)
	}
}

// A decoder has room for one line after the other.
type decoder struct {
	s     *Source
	names []string
	hash  logserver.Hash
}

// line makes a line of a JSON object of the server's.
func (d *decoder) line(b []byte) (sources.LogLine, error) {
	var l sources.LogLine
	var fields map[string]value
	if err := json.Unmarshal(b, &fields); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Offset >= int64(len(b)) {
			return l, io.ErrUnexpectedEOF
		}
		return l, fmt.Errorf("no line but %q", wire.Excerpt(b)) // the server reports late failures so
	}
	at, err := time.Parse(time.RFC3339Nano, string(fields[fieldTime]))
	if err != nil {
		return l, fmt.Errorf("a line without a time: %q", wire.Excerpt(b))
	}
	d.names = d.names[:0]
	for name := range fields {
		if name != fieldTime {
			d.names = append(d.names, name)
		}
	}
	slices.Sort(d.names)
	d.hash.Reset()
	for _, name := range d.names {
		d.hash.Add(name)
		d.hash.Add(string(fields[name]))
	}
	d.s.reader.Parse(string(fields[fieldMessage]), at.UnixNano(), &l)
	l.Pos = d.hash.Pos(at.UnixNano())
	l.Time = time.Unix(0, at.UnixNano())
	l.Labels = d.s.streamLabels(string(fields[fieldStream]))
	for _, name := range levelFields {
		if v, ok := fields[name]; ok && v != "" {
			if level := logs.Level(string(v)); level != 0 {
				l.Severity = level
			}
			break
		}
	}
	parsed := l.Fields
	l.Fields = make([]sources.Label, 0, len(d.names)+len(parsed))
	for _, name := range d.names {
		if !strings.HasPrefix(name, "_") && l.Labels.Value(name) == "" {
			l.Fields = append(l.Fields, sources.Label{Name: name, Value: string(fields[name])})
		}
	}
	for _, f := range parsed { // what the server knows by that name counts
		if v := fields[f.Name]; v == "" {
			l.Fields = append(l.Fields, f)
		}
	}
	return l, nil
}

// maxStreams bounds the streams whose labels are held.
const maxStreams = 10_000

// streamLabels are the labels of a stream, which lines of it share.
func (s *Source) streamLabels(stream string) sources.Labels {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.labels[stream]; ok {
		return l
	}
	if len(s.labels) >= maxStreams {
		clear(s.labels)
	}
	l := parseStream(stream)
	s.labels[stream] = l
	return l
}

// parseStream reads {name="value",...}; what it cannot read it leaves out.
func parseStream(stream string) sources.Labels {
	var pairs []string
	rest := strings.TrimSuffix(strings.TrimPrefix(stream, "{"), "}")
	for rest != "" {
		name, quoted, ok := strings.Cut(rest, "=")
		if strings.HasPrefix(rest, `"`) { // a name may be quoted as well
			if q, err := strconv.QuotedPrefix(rest); err == nil {
				name, _ = strconv.Unquote(q)
				quoted, ok = strings.CutPrefix(rest[len(q):], "=")
			}
		}
		q, err := strconv.QuotedPrefix(quoted)
		if !ok || err != nil {
			break
		}
		text, _ := strconv.Unquote(q)
		pairs = append(pairs, name, text)
		rest = strings.TrimPrefix(quoted[len(q):], ",")
	}
	return sources.NewLabels(pairs...)
}
