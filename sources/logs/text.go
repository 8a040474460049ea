package logs

import (
	"strings"

	"nightjar/sources"
)

// What a byte is in a word.
const (
	noWord byte = iota
	inWord
	capital
)

var wordClass = func() (t [256]byte) {
	for i := range t {
		switch b := byte(i); {
		case b >= 'A' && b <= 'Z':
			t[i] = capital
		case wordByte(b) || b == '.':
			t[i] = inWord
		}
	}
	return t
}()

// headerWords is how many words before a message can be a logger's, a thread's
// name such as http-nio-8080-exec-1 counting as five.
const headerWords = 12

// findLevel finds the level among the first words of a message: in capitals, in
// brackets, or as the first word of all, and gives where the word ends.
func findLevel(s string, words int) (sources.Severity, int) {
	const window = 72
	s = s[:min(len(s), window)]
	prose := 0
	for i := 0; i < len(s) && words > 0; i++ {
		if wordClass[s[i]] == noWord {
			continue
		}
		words--
		start := i
		for i < len(s) && wordClass[s[i]] != noWord {
			i++
		}
		var before, after byte
		if start > 0 {
			before = s[start-1]
		}
		if i < len(s) {
			after = s[i]
		}
		if before == ' ' && after == ' ' && wordClass[s[start]] == inWord {
			if prose++; prose == 3 { // a message has begun
				break
			}
		}
		if n := i - start; n < 3 || n > 13 || i == window {
			continue
		}
		var likely bool
		switch {
		case wordClass[s[start]] == capital && wordClass[s[start+1]] == capital:
			likely = before != '-' && before != '/' && after != '-' && after != '='
		case start <= 1 && (after == ':' || after == '\t' || after == '|'):
			likely = true
		case before == '[' || before == ':':
			likely = after == ']'
		case before == '<':
			likely = after == '>'
		case before == '(':
			likely = after == ')'
		case before == '|':
			likely = after == '|'
		case before == '=':
			likely = start >= 6 && s[start-6:start-1] == "level"
		}
		if !likely {
			continue
		}
		if level := levelWord(s[start:i]); level != 0 {
			return level, i
		}
	}
	return 0, 0
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
