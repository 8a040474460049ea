// Package logs is what every adapter of logs shares: it reads lines of the formats
// that programs write into times, severities, fields and messages, tests lines
// against filters, and keeps streams in bounded memory. It does no I/O. Nothing it
// is given is trusted: lines may be of any length and hold any bytes.
package logs

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"nightjar/sources"
)

// Options are what a Reader cannot see in the lines.
type Options struct {
	Zone    *time.Location // of times that name none; nil: UTC
	Formats []*Format      // the user's own, tried first
}

// A Reader reads the lines of one source. It is safe for concurrent use; what it
// learnt alone decides how a line is read, never the lines read before, so that
// lines can be read in any order.
type Reader struct {
	zone    zone
	formats []*Format
	learnt  atomic.Pointer[habits]
}

// A Head is what an index needs to know of a line.
type Head struct {
	Time      int64 // Unix nanoseconds
	HasTime   bool
	Severity  sources.Severity
	Continues bool // the line belongs to the record before it
}

// NewReader makes a Reader that knows every format and expects none.
func NewReader(o Options) *Reader {
	r := &Reader{formats: o.Formats}
	r.zone.loc = o.Zone
	if o.Zone == nil {
		r.zone.loc = time.UTC
	}
	r.learnt.Store(&habits{order: everyGrammar, joins: true})
	return r
}

// Format names how lines are read, for the screen: a format, several joined by
// " + ", the most frequent first, or "text".
func (r *Reader) Format() string {
	if name := r.learnt.Load().name; name != "" {
		return name
	}
	return shapeNames[shapeText]
}

// Head reads what an index needs of a line, with or without its line end, and
// allocates nothing but for formats of the user's. ref is a time in Unix
// nanoseconds that no line is later than by more than a day, such as when the
// file was written last: a time without a year is the last such before it. With
// a ref of 0 such times are unknown.
func (r *Reader) Head(line []byte, ref int64) Head {
	s := trimEnd(view(line[:min(len(line), maxScan)]))
	if strings.IndexByte(s, 0x1b) < 0 {
		return r.head(s, ref)
	}
	b := scratch.Get().(*[]byte)
	*b = appendPlain((*b)[:0], s)
	h := r.head(view(*b), ref)
	scratch.Put(b)
	return h
}

func (r *Reader) head(s string, ref int64) Head {
	rec := record{clock: clock{&r.zone, ref}}
	continues := r.read(s, &rec)
	if !rec.hasTime { // what was tried first may have found one
		rec.time = 0
	}
	return Head{Time: rec.time, HasTime: rec.hasTime, Severity: rec.severity, Continues: continues}
}

// records are room for Parse.
var records = sync.Pool{New: func() any { return new(record) }}

// Parse reads one record, of one line or of several that were joined, into l: Time,
// Severity, Fields, Body and Raw; the rest of l stays as it is. The first line
// says all but the body. What is behind the first 64 KiB of it is in Raw and
// Body alone. Strings share raw's memory where they can. ref is as for Head.
func (r *Reader) Parse(raw string, ref int64, l *sources.LogLine) {
	raw = trimEnd(raw)
	first, rest := raw, ""
	if i := strings.IndexByte(raw, '\n'); i >= 0 {
		first, rest = raw[:i], raw[i:]
	}
	s := trimEnd(first[:min(len(first), maxScan)])
	whole := s
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = string(appendPlain(nil, s))
	}
	rec := records.Get().(*record)
	rec.clock, rec.full = clock{&r.zone, ref}, true
	rec.reset()
	r.read(s, rec)

	l.Raw, l.Severity, l.Time, l.Fields = raw, rec.severity, time.Time{}, nil
	if rec.hasTime {
		l.Time = time.Unix(0, rec.time).In(r.zone.loc)
	}
	if len(rec.fields) > 0 {
		l.Fields = append(make([]sources.Label, 0, len(rec.fields)), rec.fields...)
	}
	switch {
	case len(s) == len(whole) && rec.tail && (rest == "" || rec.envelope == shapeText): // the body goes on to the end of the record
		l.Body = raw[len(s)-len(rec.body):]
	case rest == "":
		l.Body = rec.body
	case rec.envelope != shapeText:
		l.Body = r.unwrapped(rec.body, rest)
	default:
		l.Body = rec.body + rest
	}
	clear(rec.fields) // the pool shall hold no lines
	rec.body, rec.object = "", object{}
	records.Put(rec)
}

// read reads a line without its end and reports whether it belongs to the record before it.
func (r *Reader) read(s string, rec *record) (continues bool) {
	h := r.learnt.Load()
	if s != "" && (s[0] == 0 || s[0] == 0xef) { // a hole where a file was cut, a byte order mark
		s = strings.TrimPrefix(strings.TrimLeft(s, "\x00"), "\ufeff")
	}
	for _, f := range r.formats {
		if rec.user(f, s) {
			return false
		}
	}
	if s == "" || h.joins && (s[0] == ' ' || s[0] == '\t') {
		rec.say(s, true)
		return h.joins
	}
	may := begins[s[0]]
	for _, g := range h.order {
		// A time behind a word begins a record only where that is the custom.
		if may>>g&1 == 0 || g == asPrefixed && h.timed && !h.learnt[g] || !rec.read(g, s) {
			continue
		}
		if stands := !h.timed || rec.hasTime || g != asLogfmt && g != asLevelled || g == asLogfmt && h.learnt[g]; stands {
			return rec.joins && h.joins
		}
		rec.reset()
		break
	}
	rec.say(s, true)
	rec.pairs(s)
	return h.joins && (h.timed || goesOn(s))
}

// view is b as a string without a copy, for as long as b is not written to.
func view(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // what is read out of it does not outlive it
}

// trimEnd takes one line end off.
func trimEnd(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}

// appendPlain appends s without its escape sequences to b.
func appendPlain(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		s = s[i:]
		s = s[sequence(s):]
	}
}

// sequence is the length of the escape sequence that s begins with: CSI to its
// final byte, OSC to BEL or ST, else the escape and one byte.
func sequence(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		i := 2
		for i < len(s) && s[i] >= 0x20 && s[i] < 0x40 {
			i++
		}
		return min(i+1, len(s))
	case ']':
		for i := 2; i < len(s); i++ {
			if s[i] == 7 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	}
	return 2
}
