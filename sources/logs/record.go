package logs

import (
	"nightjar/sources"
)

// Bounds of what is read out of one line, whatever it holds.
const (
	maxScan   = 64 << 10 // bytes of a line that are looked at
	maxFields = 256
	maxValue  = 8 << 10 // bytes of a field's value
	maxName   = 256     // bytes of a field's name
	maxDepth  = 8       // objects within objects; what is deeper is kept as text
)

// A shape is a format of lines as the screen names it.
type shape uint8

const (
	shapeText shape = iota
	shapeUser
	shapeJSON
	shapeLogfmt
	shapeSlog
	shapeSyslog
	shapeSyslog5424
	shapeSystemd
	shapeAccess
	shapeCombined
	shapeGlog
	shapeLog4j
	shapePython
	shapeNginx
	shapePostgres
	shapeCRI
	shapeDocker
)

var shapeNames = [...]string{
	"text", "", "JSON", "logfmt", "slog", "syslog", "syslog (RFC 5424)", "systemd", "access log", "combined", "glog",
	"log4j", "Python", "nginx error", "PostgreSQL", "CRI", "Docker",
}

// A grammar is a way to read a line; shapes that differ in name alone share one.
type grammar uint8

const (
	asJSON grammar = iota
	asSyslog
	asCRI
	asAccess
	asGlog
	asLogfmt
	asText
	asPrefixed
	asLevelled
	grammars
)

// begins says which grammars a line with that first byte may be of, a bit each.
var begins = func() (t [256]uint16) {
	for i := range t {
		b := byte(i)
		digit, word := b-'0' <= 9, letter(b)
		upper := b >= 'A' && b <= 'Z'
		for g, may := range [grammars]bool{
			asJSON:     b == '{',
			asSyslog:   b == '<' || digit || upper,
			asCRI:      digit,
			asAccess:   digit || word || b == ':' || b == '-' || b == '_' || b == '[',
			asGlog:     upper,
			asLogfmt:   word || b == '_' || b == '@',
			asText:     digit || upper || b == '[',
			asPrefixed: word,
			asLevelled: word || b == '[' || b == '<' || b == '(' || b == '|',
		} {
			if may {
				t[i] |= 1 << g
			}
		}
	}
	return t
}()

// A record is what is read out of a line. Head reads time and severity alone,
// and both read with the same functions, so that they agree.
type record struct {
	clock
	full bool // fields, body and shape are wanted

	time     int64 // Unix nanoseconds
	hasTime  bool
	severity sources.Severity
	joins    bool // what an envelope holds goes on with the record before

	object
	shape, envelope shape
	fields          []sources.Label
	body            string
	tail            bool // body runs to the end of the line
	container       bool // the envelope is of a container: any format may be in it
}

// read reads a line with one grammar; it reports false, with nothing kept, if the line is none of it.
func (r *record) read(g grammar, s string) bool {
	ok := false
	switch g {
	case asJSON:
		ok = r.json(s)
	case asSyslog:
		ok = r.syslog(s)
	case asCRI:
		ok = r.cri(s)
	case asAccess:
		ok = r.access(s)
	case asGlog:
		ok = r.glog(s)
	case asLogfmt:
		ok = r.logfmt(s)
	case asText:
		ok = r.text(s)
	case asPrefixed:
		ok = r.prefixed(s)
	case asLevelled:
		ok = r.levelled(s)
	}
	if !ok {
		r.reset()
	}
	return ok
}

func (r *record) reset() {
	r.hasTime, r.severity, r.joins, r.container, r.tail = false, 0, false, false, false
	r.shape, r.envelope, r.fields = shapeText, shapeText, r.fields[:0]
}

// at sets the time unless an envelope has.
func (r *record) at(ns int64) {
	if !r.hasTime && ns != noTime {
		r.time, r.hasTime = ns, true
	}
}

// say sets the body, which runs to the end of the line if tail is set.
func (r *record) say(body string, tail bool) {
	r.body, r.tail = body, tail
}

// add adds a field.
func (r *record) add(name, value string) {
	if !r.full || len(r.fields) >= maxFields || name == "" || len(name) > maxName {
		return
	}
	if len(value) > maxValue {
		value = value[:maxValue]
	}
	r.fields = append(r.fields, sources.Label{Name: name, Value: value})
}

// message reads what an envelope (syslog, CRI, Docker) holds: often a line of a format of its own.
func (r *record) message(s string, tail bool) {
	r.say(s, tail)
	if s == "" {
		return
	}
	outer, fields := r.severity, len(r.fields)
	r.severity = 0
	switch {
	case s[0] == '{' && r.json(s), r.glog(s), r.logfmt(s), r.container && (r.access(s) || r.text(s) || r.levelled(s)):
		r.tail = r.tail && tail
	default:
		r.fields, r.shape = r.fields[:fields], shapeText
		r.say(s, tail)
		r.severity, _ = findLevel(s, 3)
		r.pairs(s)
	}
	if r.severity == 0 {
		r.severity = outer
	}
}
