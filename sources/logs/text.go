package logs

import (
	"strings"

	"nightjar/sources"
)

// findLevel finds the level among the first words of a message: in capitals, in
// brackets, or as the first word of all, and gives where the word ends.
func findLevel(s string) (sources.Severity, int) {
	const window = 72
	s = s[:min(len(s), window)]
	for i := 0; i < len(s); {
		b := s[i]
		if !letter(b) {
			i++
			continue
		}
		start := i
		for i < len(s) && (wordByte(s[i]) || s[i] == '.') {
			i++
		}
		if !levelStart[b] || i-start > 13 || i == window {
			continue
		}
		level := levelWord(s[start:i])
		if level == 0 {
			continue
		}
		capitals := s[start] < 'a' && s[start+1] < 'a'
		var before, after byte
		if start > 0 {
			before = s[start-1]
		}
		if i < len(s) {
			after = s[i]
		}
		switch {
		case (before == '[' || before == ':') && after == ']', before == '<' && after == '>', before == '(' && after == ')', before == '|' && after == '|',
			capitals && before != '.' && before != '-' && after != '-' && after != '=' && before != '/',
			start <= 1 && (after == ':' || after == '\t' || after == '|'),
			before == '=' && start >= 6 && strings.HasSuffix(s[:start-1], "level"):
			return level, i
		}
	}
	return 0, 0
}

// levelStart holds the letters that names of levels begin with.
var levelStart = func() (t [256]bool) {
	for _, b := range []byte("tvsfdcinlwepa") {
		t[b], t[b&^0x20] = true, true
	}
	return t
}()

// text reads a line that begins with a time or a level: what log4j, logback,
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
	rest := s[n:]
	if n == 0 {
		if rest == "" || !letter(rest[0]) && rest[0] != '[' && rest[0] != '<' {
			return false
		}
		level, end := findLevel(rest)
		if level == 0 || end > 16 {
			return false
		}
		r.severity = level
		if r.full {
			r.levelled(s, end)
		}
		return true
	}
	r.at(ns)
	rest = strings.TrimLeft(rest, " \t")
	if len(rest) > 1 && strings.IndexByte(":|;,", rest[0]) >= 0 {
		rest = strings.TrimLeft(rest[1:], " \t")
	}
	r.severity, _ = findLevel(rest)
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

// levelled reads a line whose level comes first and ends at s[end].
func (r *record) levelled(s string, end int) {
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
