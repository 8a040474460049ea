package logs

import (
	"strings"

	"nightjar/sources"
)

// What a byte means to the search for a level.
const (
	plain byte = iota
	capital
	blank  // between words
	opener // what may stand before a level in small letters
)

var levelClass = func() (t [256]byte) {
	for b := byte('A'); b <= 'Z'; b++ {
		t[b] = capital
	}
	t[' '], t['\t'] = blank, blank
	for _, b := range []byte("[<(|:=") {
		t[b] = opener
	}
	return t
}()

// headerWords is how many words may stand before the level of a line.
const headerWords = 8

// findLevel finds the level among the first words of a message: in capitals, in
// brackets, or as the first word of all, and gives where the word ends. It stops
// where the message has begun for sure: at the third word in small letters.
func findLevel(s string, words int) (sources.Severity, int) {
	const window = 72
	s = s[:min(len(s), window)]
	if len(s) > 3 {
		first := 0
		if !letter(s[0]) {
			first = 1
		}
		if end := levelEnd(s, first); end < len(s) && (s[end] == ':' || s[end] == '\t' || s[end] == '|') {
			if level := levelWord(s[first:end]); level != 0 {
				return level, end
			}
		}
	}
	small, prose := false, 0
	for i := 0; i < len(s); i++ {
		start := i
		switch levelClass[s[i]] {
		case plain:
			continue
		case blank:
			if small {
				prose++
			}
			if words--; words == 0 || prose == 3 {
				return 0, 0
			}
			small = i+1 < len(s) && s[i+1] >= 'a'
			continue
		case capital:
			small = false
			if i+1 == len(s) || levelClass[s[i+1]] != capital || i > 0 && (wordByte(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' || s[i-1] == '/') {
				continue
			}
		case opener:
			small = false
			start++
		}
		end := levelEnd(s, start)
		if end == start || end == window {
			continue
		}
		var after byte
		if end < len(s) {
			after = s[end]
		}
		if !surrounded(s, i, after) {
			continue
		}
		if level := levelWord(s[start:end]); level != 0 {
			return level, end
		}
	}
	return 0, 0
}

// surrounded reports whether what stands at s[i] and after a word makes a level of it.
func surrounded(s string, i int, after byte) bool {
	switch s[i] {
	case '[', ':':
		return after == ']'
	case '<':
		return after == '>'
	case '(':
		return after == ')'
	case '|':
		return after == '|'
	case '=':
		return strings.HasSuffix(s[:i], "level")
	}
	return after != '-' && after != '=' && after != '.' && after != '_'
}

// levelEnd is where the word at s[i] ends, which names of levels could be.
func levelEnd(s string, i int) int {
	for i < len(s) && (letter(s[i]) || s[i]-'0' <= 9) {
		i++
	}
	return i
}

// text reads a line that begins with a time: what log4j, logback,
// Spring, Python, nginx, PostgreSQL and most programs of their own write.
func (r *record) text(s string) bool {
	ns, n := r.scan(s)
	if n == 0 {
		if role := redisRole(s); role > 0 {
			if ns, n = r.scan(s[role:]); n > 0 {
				n += role
			}
		}
	}
	if n == 0 {
		return false
	}
	r.at(ns)
	r.shape = shapeText
	i := space(s, n)
	if i+1 < len(s) && (s[i] == ':' || s[i] == '|' || s[i] == ';' || s[i] == ',') {
		i = space(s, i+1)
	}
	rest := s[i:]
	r.severity, _ = findLevel(rest, headerWords)
	if r.severity == 0 && postgresDetail(rest) {
		r.joins = true
	}
	if r.full {
		r.say(rest, true)
		r.header(rest)
		r.pairs(r.body)
	}
	return true
}

// prefixed reads a line whose time stands behind the name of a program, as
// update-alternatives and stern write it.
func (r *record) prefixed(s string) bool {
	const longest = 64
	i := strings.IndexByte(s[:min(len(s), longest)], ' ') + 1
	if i < 2 || i+19 > len(s) || s[i]-'0' > 9 || s[i+4] != '-' || s[i+13] != ':' {
		return false
	}
	r.add("app", strings.TrimSuffix(s[:i-1], ":"))
	return r.text(s[i:])
}

// redisRole is the length of the "pid:role " that Redis writes before the time.
func redisRole(s string) int {
	n := digitsIn(s[:min(len(s), 8)])
	if n == 0 || n+3 > len(s) || s[n] != ':' || s[n+2] != ' ' {
		return 0
	}
	return n + 3
}

// levelled reads a line without a time whose level comes first, as Python's
// logging and logrus on a terminal write it.
func (r *record) levelled(s string) bool {
	if s == "" {
		return false
	}
	level, end := findLevel(s, 2)
	if level == 0 || end > 16 {
		return false
	}
	r.severity, r.shape = level, shapeText
	if !r.full {
		return true
	}
	r.say(s, true)
	rest := s[end:]
	if strings.HasPrefix(rest, ":") && !strings.HasPrefix(rest, ": ") && s[0] >= 'A' && s[0] <= 'Z' { // LEVEL:name:message
		if name, body, ok := strings.Cut(rest[1:], ":"); ok && !strings.ContainsAny(name, " \t") {
			r.shape = shapePython
			r.add("logger", name)
			r.say(body, true)
		}
	} else {
		if n := digitsIn(rest[min(1, len(rest)):]); n > 0 && strings.HasPrefix(rest[1+n:], "] ") { // logrus's seconds: WARN[0012]
			rest = rest[1+n:]
		}
		rest = strings.TrimLeft(rest, "]>):| \t")
		if rest != "" {
			r.say(rest, true)
		}
	}
	r.pairs(r.body)
	return true
}

// postgresDetail reports a line of PostgreSQL's that goes on with the one before;
// a server writes the lines of a report at once.
func postgresDetail(s string) bool {
	if len(s) < 4 || s[0] != '[' || s[1]-'0' > 9 {
		return false
	}
	i := strings.Index(s[:min(len(s), 160)], ":  ")
	if i < 0 {
		return false
	}
	switch s[strings.LastIndexByte(s[:i], ' ')+1 : i] {
	case "DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION":
		return true
	}
	return false
}
