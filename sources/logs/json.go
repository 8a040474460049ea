package logs

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"nightjar/sources"
)

// json reads a line that is a JSON object, as zap, zerolog, logrus, slog, pino,
// bunyan, GELF, Elastic Common Schema and Docker's json-file write it. There is no
// tree: keys of nested objects become a.b, arrays stay text. It takes what it
// can get of an object that is cut or broken.
func (r *record) json(s string) bool {
	i := space(s, 1)
	if s == "" || s[0] != '{' || i >= len(s) || s[i] != '"' {
		return false
	}
	r.object = object{}
	if !r.members(s, i, "", 0) {
		return false
	}
	r.shape = shapeJSON
	if r.isDocker() {
		r.docker()
		return true
	}
	if r.severity == 0 && r.status >= 400 {
		r.severity = statusSeverity(r.status)
	}
	if !r.full {
		return true
	}
	switch {
	case r.said:
	case r.remark != "":
		r.say(unescape(r.remark), false)
	default:
		r.say(s, true)
	}
	return true
}

// An object is what is known of the JSON object being read beside its fields.
type object struct {
	said   bool
	remark string // a message if there is no better one, as it was written
	log    string // the text of the member log, as it was written
	stream string
	status int
}

// done reports that the rest cannot change time and severity, which is all that is wanted.
func (r *record) done() bool { return !r.full && r.hasTime && r.severity != 0 }

// members reads the members of the object whose first key is at s[i]; it reports
// whether there is one.
func (r *record) members(s string, i int, prefix string, depth int) bool {
	for first := i; i < len(s) && s[i] == '"'; {
		end := i + 1
		for end < len(s) && s[end] != '"' && s[end] != '\\' { // keys are short
			end++
		}
		escaped := end < len(s) && s[end] == '\\'
		if escaped {
			end = stringEnd(s, i+1)
		}
		colon := space(s, end+1)
		if colon >= len(s) || s[colon] != ':' {
			return i > first
		}
		key := s[i+1 : end]
		i = colon
		i = space(s, i+1)
		if i >= len(s) {
			return true
		}
		m := meansNothing
		switch {
		case escaped && r.full:
			key = unescape(key)
		case escaped:
		case depth == 0:
			m = meaningOf(key)
		case depth == 1:
			m = nestedMeaning(prefix, key)
		}
		if m == meansNothing && !r.full {
			i = valueEnd(s, i)
		} else {
			i = r.member(s, i, prefix, key, m, depth)
		}
		if r.done() {
			return true
		}
		if i < len(s) && s[i] != ',' {
			i = space(s, i)
		}
		if i >= len(s) || s[i] != ',' {
			return true
		}
		i = space(s, i+1)
	}
	return true
}

// nestedMeaning is that of the few members of nested objects that say when or how bad.
func nestedMeaning(prefix, key string) meaning {
	switch {
	case prefix == "log" && key == "level":
		return meansLevel
	case prefix == "t" && key == "$date":
		return meansTime
	}
	return meansNothing
}

// member reads the value at s[i] and gives where it ends.
func (r *record) member(s string, i int, prefix, key string, m meaning, depth int) int {
	switch s[i] {
	case '"':
		end := stringEnd(s, i+1)
		r.quoted(m, prefix, key, s[i+1:end])
		return min(end+1, len(s))
	case '{':
		first := space(s, i+1)
		if depth < maxDepth && first < len(s) && s[first] == '"' && (r.full || m == meansLog || m == meansMongoTime) {
			if prefix != "" && r.full {
				key = prefix + "." + key
			}
			end := skipNested(s, i) // where Head finds the end of what it does not read, be it broken
			r.members(s[:end], first, key, depth+1)
			return end
		}
		fallthrough
	case '[':
		end := skipNested(s, i)
		r.scalar(meansNothing, prefix, key, s[i:end])
		return end
	}
	end := valueEnd(s, i)
	r.scalar(m, prefix, key, s[i:end])
	return end
}

// quoted takes a string value.
func (r *record) quoted(m meaning, prefix, key, v string) {
	switch m {
	case meansNothing:
	case meansMessage:
		if !r.said && v != "" {
			r.said = true
			if r.full {
				r.say(unescape(v), false)
			}
			return
		}
	case meansRemark:
		if r.remark == "" {
			r.remark = v
		}
	case meansLog:
		if r.log == "" {
			r.log = v
			if r.remark == "" {
				r.remark = v
			}
			return
		}
	case meansStream:
		r.stream = v
	default:
		if key != "s" || len(v) == 1 { // the s of MongoDB
			if r.lift(m, v) {
				return
			}
		}
	}
	if r.full {
		r.named(prefix, key, unescape(v))
	}
}

// scalar takes a value that is no string: a number, true, false, null, or the text of an array.
func (r *record) scalar(m meaning, prefix, key, v string) {
	switch m {
	case meansNothing:
	case meansStatus:
		if r.status == 0 {
			r.status = httpStatus(v)
		}
	case meansTime, meansMongoTime:
		if !r.hasTime {
			if ns, ok := epochNumber(v); ok {
				r.at(ns)
				return
			}
		}
	default:
		if r.lift(m, v) {
			return
		}
	}
	if r.full {
		r.named(prefix, key, v)
	}
}

func (r *record) named(prefix, key, v string) {
	if prefix != "" && len(r.fields) < maxFields {
		key = prefix + "." + key
	}
	r.add(key, v)
}

// levelOf is the severity that a value of a field with that meaning stands for.
func levelOf(m meaning, v string) sources.Severity {
	if m == meansLevel {
		return levelValue(v)
	}
	n, end := number(v, 0, 2)
	if end == 0 || end != len(v) {
		return levelValue(v)
	}
	switch {
	case m == meansSyslogLevel && n <= 7:
		return syslogSeverity(n)
	case m == meansOTelLevel && n <= 24:
		return sources.Severity(n) //nolint:gosec // 0 to 24
	case m == meansPythonLevel && n >= 10 && n <= 50:
		return pinoSeverity(n + 10)
	}
	return 0
}

// space is where what is no white space begins at or after s[i].
func space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// stringEnd is where the string whose content begins at s[i] has its closing
// quote, len(s) if it has none.
func stringEnd(s string, i int) int {
	for at := i; at < len(s); {
		q := strings.IndexByte(s[at:], '"')
		if q < 0 {
			break
		}
		q += at
		slashes := 0
		for slashes < q-i && s[q-1-slashes] == '\\' {
			slashes++
		}
		if slashes&1 == 0 {
			return q
		}
		at = q + 1
	}
	return len(s)
}

// valueEnd is where the value at s[i] ends.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return min(stringEnd(s, i+1)+1, len(s))
	case '{', '[':
		return skipNested(s, i)
	}
	for i < len(s) && s[i] > ' ' && s[i] != ',' && s[i] != '}' && s[i] != ']' {
		i++
	}
	return i
}

// skipNested is where the object or array at s[i] ends.
func skipNested(s string, i int) int {
	for depth := 0; i < len(s); {
		switch s[i] {
		case '"':
			i = stringEnd(s, i+1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}

// unescape undoes JSON's escapes; what is no escape stays as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return string(appendUnescaped(make([]byte, 0, len(s)), s))
}

func appendUnescaped(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 >= len(s) {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'u':
			r, n := hexRune(s)
			if n == 0 {
				b = append(b, '\\', 'u')
				continue
			}
			b = utf8.AppendRune(b, r)
			s = s[n:]
		case '"', '\\', '/':
			b = append(b, c)
		default:
			b = append(b, '\\', c)
		}
	}
}

// hexRune reads the digits behind \u, and the second half of a surrogate pair.
func hexRune(s string) (rune, int) {
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) && len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if low, ok := hex4(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 10
			}
		}
	}
	return r, 4 // AppendRune makes half a pair U+FFFD
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := range 4 {
		switch c := s[i]; {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
