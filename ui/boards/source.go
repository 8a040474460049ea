package boards

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// A source is the text of a file, to find places within its values.
type source struct{ lines []string }

func newSource(data string) source { return source{strings.SplitAfter(data, "\n")} }

// locate finds where the byte at offset of a scalar's value stands in the file,
// which starts at from. It reads the value along the file's text: line breaks,
// indentation and escapes of the file have no counterpart in the value, and
// where the two no longer agree the answer is the last place where they did.
func (s source) locate(n ast.Node, from at, value string, offset int) at {
	line, col := from.line-1, from.col-1
	if _, ok := n.(*ast.LiteralNode); ok {
		line, col = line+1, 0
	}
	if line < 0 || line >= len(s.lines) {
		return from
	}
	// What is left of the first line, in characters, then the lines below.
	rest := skipRunes(s.lines[line], col)
	value = value[:min(max(offset, 0), len(value))]
	if trimmed := strings.TrimLeft(rest, `"'`); rest != trimmed && !strings.HasPrefix(value, rest[:1]) {
		rest, col = rest[1:], col+1
	}
	last := at{line + 1, col + 1}
	blank := func(c rune) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
	advance := func() (rune, bool) {
		for rest == "" {
			if line+1 >= len(s.lines) {
				return 0, false
			}
			line, col = line+1, 0
			rest = s.lines[line]
		}
		c, size := utf8.DecodeRuneInString(rest)
		rest, col = rest[size:], col+1
		return c, true
	}
	peek := func() rune {
		c, _ := utf8.DecodeRuneInString(rest)
		return c
	}
	inBlank := true // indentation before the first character is skipped
	for _, want := range value {
		if blank(want) {
			inBlank = true
			continue
		}
		got, ok := advance()
		for ok && (inBlank && blank(got) || got == '\\' && want != '\\') {
			got, ok = advance()
		}
		if !ok || got != want {
			return last
		}
		if want == '\\' && peek() == '\\' && strings.HasPrefix(rest, `\`) && quotedAt(n) {
			advance()
		}
		inBlank = false
		last = at{line + 1, col + 1}
	}
	if inBlank { // the place itself is after the blanks
		for rest == "" || blank(peek()) {
			if _, ok := advance(); !ok {
				return last
			}
		}
		last = at{line + 1, col + 1}
	}
	return last
}

// quotedAt reports whether a scalar is written in double quotes, where \\ is one backslash.
func quotedAt(n ast.Node) bool {
	t := n.GetToken()
	return t != nil && strings.HasPrefix(strings.TrimSpace(t.Origin), `"`)
}

// skipRunes is s without its first n characters.
func skipRunes(s string, n int) string {
	for ; n > 0 && s != ""; n-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}
