package boards

import "strings"

// A reference is a macro or variable in an expression.
type reference struct {
	start, end int    // bytes of the expression that it takes
	name       string // without $ and brackets
	format     string // of ${name:format}
	brackets   bool   // written as [[name]]
	quote      byte   // of the string it stands in; 0: none
	regex      bool   // that string is matched with =~ or !~
	alone      bool   // it is all of that string
}

// references finds the macros and variables of an expression, in order.
// Comments have none.
func references(expr string) []reference {
	var out []reference
	var quote byte
	var opened int   // where the string's text starts
	var matcher bool // the string follows =~ or !~
	for i := 0; i < len(expr); {
		c := expr[i]
		if ref, ok := referenceAt(expr, i); ok {
			ref.quote, ref.regex = quote, quote != 0 && matcher
			ref.alone = quote != 0 && ref.start == opened && ref.end < len(expr) && expr[ref.end] == quote
			out = append(out, ref)
			i = ref.end
			continue
		}
		switch {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'' || c == '`':
			before := strings.TrimRight(expr[:i], " \t\r\n")
			quote, opened = c, i+1
			matcher = strings.HasSuffix(before, "=~") || strings.HasSuffix(before, "!~")
		case c == '#':
			n := strings.IndexByte(expr[i:], '\n')
			if n < 0 {
				return out
			}
			i += n
		}
		i++
	}
	return out
}

// referenceAt reads the reference that starts at offset i, if one does.
func referenceAt(expr string, i int) (reference, bool) {
	rest := expr[i:]
	switch {
	case strings.HasPrefix(rest, "${"):
		const longest = 200 // keeps a file of "${a" linear
		n := nameLen(rest[2:])
		end := strings.IndexByte(rest[:min(longest, len(rest))], '}')
		if n == 0 || end < 0 {
			return reference{}, false
		}
		ref := reference{start: i, end: i + end + 1, name: rest[2 : 2+n]}
		after := rest[2+n : end]
		if after == "" {
			return ref, true
		}
		ref.format = after[1:]
		return ref, after[0] == ':' && nameLen(ref.format) == len(ref.format) && ref.format != ""
	case strings.HasPrefix(rest, "[["):
		n := nameLen(rest[2:])
		if n == 0 || !strings.HasPrefix(rest[2+n:], "]]") {
			return reference{}, false
		}
		return reference{start: i, end: i + n + 4, name: rest[2 : 2+n], brackets: true}, true
	case rest[0] == '$':
		n := nameLen(rest[1:])
		return reference{start: i, end: i + 1 + n, name: rest[1 : 1+n]}, n > 0
	}
	return reference{}, false
}

// nameLen is the length of the name that s starts with; 0: none. $1 is no name,
// but what label_replace puts in.
func nameLen(s string) int {
	n := 0
	for n < len(s) {
		c := s[n]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (n == 0 || c < '0' || c > '9') {
			break
		}
		n++
	}
	return n
}
