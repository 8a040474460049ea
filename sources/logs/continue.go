package logs

import (
	"strings"
)

// goesOn reports whether a line by its own looks belongs to the one before: it is
// indented or blank, or part of a stack trace of Java, Python or Go, or the end of
// a pretty-printed value.
func goesOn(s string) bool {
	if s == "" {
		return true
	}
	switch s[0] {
	case ' ', '\t':
		return true
	case '}', ']', ')':
		return strings.Trim(s, "}]),; \t\r") == ""
	case '.':
		return strings.HasPrefix(s, "... ") && strings.HasSuffix(s, " more")
	case '[':
		return strings.HasPrefix(s, "[signal ")
	case 'g':
		if strings.HasPrefix(s, "goroutine ") && digitsIn(s[10:]) > 0 {
			return true
		}
	case 'c':
		if strings.HasPrefix(s, "created by ") {
			return true
		}
	case 'a':
		if strings.HasPrefix(s, "at ") && strings.HasSuffix(s, ")") {
			return true
		}
	case 'e':
		if strings.HasPrefix(s, "exit status ") {
			return true
		}
	case 'C':
		if strings.HasPrefix(s, "Caused by: ") {
			return true
		}
	case 'S':
		if strings.HasPrefix(s, "Suppressed: ") {
			return true
		}
	case 'D':
		if strings.HasPrefix(s, "During handling of the above exception") {
			return true
		}
	case 'T':
		if strings.HasPrefix(s, "The above exception was the direct cause") {
			return true
		}
	}
	return thrown(s) || goFrame(s)
}

// thrown reports the line that names what was thrown, as Java's
// "java.lang.IllegalStateException: why" and Python's "ValueError: why".
func thrown(s string) bool {
	i := 0
	for i < len(s) && (wordByte(s[i]) || s[i] == '.' || s[i] == '$') {
		i++
	}
	if i < len(s) && s[i] != ':' || i == 0 || !letter(s[0]) {
		return false
	}
	name := s[:i]
	for _, end := range [...]string{"Exception", "Error", "Interrupt"} {
		if last := strings.TrimSuffix(name, end); len(last) < len(name) && last != "" {
			b := last[len(last)-1]
			return b >= 'a' && b <= 'z' || b-'0' <= 9 || b >= 'A' && b <= 'Z'
		}
	}
	return false
}

// goFrame reports a function's line in a trace of Go: "main.(*shop).sell(0xc000, ...)".
func goFrame(s string) bool {
	if s[len(s)-1] != ')' || !letter(s[0]) {
		return false
	}
	open, dot := strings.LastIndexByte(s, '('), false
	for i := range max(open, 0) {
		switch b := s[i]; {
		case b == '.':
			dot = true
		case wordByte(b) || strings.IndexByte("/-(*)[]", b) >= 0:
		default:
			return false
		}
	}
	return dot && open > 0
}
