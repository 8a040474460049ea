package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui/screen"
)

// A logPrinter writes log lines in one of logFormats.
type logPrinter struct {
	w      *bufio.Writer
	json   bool
	source bool            // lines begin with the name of their source
	dated  map[string]bool // sources whose text has no times: lines begin with theirs
	zone   *time.Location
	clean  bool // stdout is a terminal: nothing but text may reach it
	buf    []byte

	count   bool // lines are counted, not written
	counted int64
}

// newLogPrinter prints lines of parts; the times of those that have none in their text are in zone.
func newLogPrinter(w io.Writer, format string, parts []feed.Part, zone *time.Location) *logPrinter {
	p := &logPrinter{w: bufio.NewWriterSize(w, 64<<10), json: format == "json", source: len(parts) > 1, zone: zone, dated: map[string]bool{}}
	for _, part := range parts {
		if r, ok := part.Source.(sources.StatusReporter); ok {
			switch r.Status().Kind {
			case "journal", "docker", "podman", "loki", "victorialogs":
				p.dated[part.Source.Name()] = true
			}
		}
	}
	return p
}

// print writes a line, or counts it if it is one.
func (p *logPrinter) print(l *sources.LogLine) error {
	if p.count {
		if l.Lost == 0 {
			p.counted++
		}
		return nil
	}
	p.buf = p.buf[:0]
	switch {
	case p.json:
		p.buf = appendRecord(p.buf, l)
	case l.Lost != 0:
		p.buf = p.appendText(p.buf, fmt.Sprintf("--- %s: %s%s", l.Source, lostText(l.Lost), wordsAfter(": ", l.Body)))
	default:
		if p.source {
			p.buf = append(append(p.buf, l.Source...), ": "...)
		}
		if p.dated[l.Source] && !l.Time.IsZero() {
			p.buf = append(l.Time.In(p.zone).AppendFormat(p.buf, "2006-01-02T15:04:05.000Z07:00"), ' ')
		}
		p.buf = p.appendText(p.buf, l.Raw)
	}
	_, err := p.w.Write(append(p.buf, '\n'))
	return err //nolint:wrapcheck // that of stdout
}

// total writes how many lines were counted, if that is what is asked for.
func (p *logPrinter) total() error {
	if !p.count {
		return nil
	}
	_, err := fmt.Fprintln(p.w, p.counted)
	return err //nolint:wrapcheck // that of stdout
}

// appendText writes text, made harmless line by line where a terminal reads it.
func (p *logPrinter) appendText(b []byte, text string) []byte {
	if !p.clean {
		return append(b, text...)
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, screen.Clean(ansi.Strip(line))...)
	}
	return b
}

func (p *logPrinter) flush() error { return p.w.Flush() } //nolint:wrapcheck // that of stdout

// lostText says how many lines a gap stands for.
func lostText(n int) string {
	if n < 0 {
		return "lines may be missing"
	}
	return strconv.Itoa(n) + " lines missing"
}

func wordsAfter(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// appendRecord writes a line as OpenTelemetry's LogRecord in the JSON encoding
// of OTLP, with its resource beside it: where it came from.
func appendRecord(b []byte, l *sources.LogLine) []byte {
	b = append(b, '{')
	if !l.Time.IsZero() {
		b = append(b, `"timeUnixNano":"`...)
		b = strconv.AppendInt(b, l.Time.UnixNano(), 10)
		b = append(b, `",`...)
	}
	if l.Severity != sources.SeverityUnknown {
		b = append(b, `"severityNumber":`...)
		b = strconv.AppendUint(b, uint64(l.Severity), 10)
		b = append(b, `,"severityText":`...)
		b = appendEscaped(b, severityText(l.Severity))
		b = append(b, ',')
	}
	b = append(b, `"body":{"stringValue":`...)
	b = appendEscaped(b, l.Body)
	b = append(b, '}')
	if l.Lost != 0 {
		b = append(b, `,"droppedLines":`...)
		b = strconv.AppendInt(b, int64(l.Lost), 10)
	}
	if len(l.Fields) > 0 {
		b = append(b, `,"attributes":`...)
		b = appendAttributes(b, l.Fields)
	}
	b = append(b, `,"resource":{"attributes":`...)
	b = appendAttributes(b, append([]sources.Label{{Name: "nightjar.source", Value: l.Source}}, l.Labels...))
	return append(b, "}}"...)
}

// severityText is OpenTelemetry's short name, such as ERROR or WARN2.
func severityText(s sources.Severity) string {
	name := [...]string{"", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}[s.Class()]
	if n := (int(s) - 1) % 4; s > 0 && n > 0 {
		name += strconv.Itoa(n + 1)
	}
	return name
}

func appendAttributes(b []byte, list []sources.Label) []byte {
	b = append(b, '[')
	for i, f := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"key":`...)
		b = appendEscaped(b, f.Name)
		b = append(b, `,"value":{"stringValue":`...)
		b = appendEscaped(b, f.Value)
		b = append(b, "}}"...)
	}
	return append(b, ']')
}
