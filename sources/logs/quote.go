package logs

import (
	"errors"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quote writes text as Go does, so that any bytes come back from unquote.
func quote(text string) string { return strconv.Quote(text) }

// unquote reads the quoted string that text begins with and says how many bytes
// it takes. bad is the byte where it is wrong, len(text) for a missing quote, else -1.
func unquote(text string) (value string, n, bad int) {
	var b strings.Builder
	bad = -1
	for i := 1; i < len(text); {
		switch text[i] {
		case '"':
			return b.String(), i + 1, bad
		case '\\':
			r, multi, rest, err := strconv.UnquoteChar(text[i:], '"')
			if err != nil {
				if bad < 0 {
					bad = i
				}
				i += 2
				continue
			}
			if multi {
				b.WriteRune(r)
			} else {
				b.WriteByte(byte(r)) //nolint:gosec // one byte, says UnquoteChar
			}
			i = len(text) - len(rest)
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return "", len(text), len(text)
}

// patternFault says in which byte of a pattern its fault is, and what it is.
func patternFault(pattern string, err error) (offset int, what string) {
	var fault *syntax.Error
	if !errors.As(err, &fault) {
		return 0, err.Error()
	}
	what = fault.Code.String()
	switch fault.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return unbalanced(pattern), what
	case syntax.ErrTrailingBackslash:
		return len(pattern) - 1, what
	case syntax.ErrMissingBracket:
		return len(pattern) - len(fault.Expr), what
	case syntax.ErrInvalidUTF8:
		for i, r := range pattern {
			if _, n := utf8.DecodeRuneInString(pattern[i:]); r == utf8.RuneError && n == 1 {
				return i, what
			}
		}
	}
	if fault.Expr != "" {
		what += " " + fault.Expr
	}
	// The fault ends where the shortest beginning that has it ends.
	for end := len(fault.Expr); end <= min(len(pattern), longPattern); end++ {
		var early *syntax.Error
		if _, err := syntax.Parse(pattern[:end], syntax.Perl); errors.As(err, &early) && *early == *fault {
			return end - len(fault.Expr), what
		}
	}
	return max(0, strings.Index(pattern, fault.Expr)), what
}

// longPattern is where looking for the fault of a pattern beginning by beginning would take too long.
const longPattern = 1000

// unbalanced is the last bracket that nothing closes, else the first that closes nothing.
func unbalanced(pattern string) int {
	var open []int
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			if strings.HasPrefix(pattern[i:], `\Q`) {
				_, rest, _ := strings.Cut(pattern[i:], `\E`)
				i = len(pattern) - len(rest) - 1
			} else {
				i++
			}
		case '[':
			i += classLen(pattern[i:]) - 1
		case '(':
			open = append(open, i)
		case ')':
			if len(open) == 0 {
				return i
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}

// classLen is how many bytes the character class takes that text begins with.
func classLen(text string) int {
	i := 1
	if strings.HasPrefix(text[i:], "^") {
		i++
	}
	for first := true; i < len(text); first = false {
		switch {
		case text[i] == ']' && !first:
			return i + 1
		case text[i] == '\\':
			i += 2
		case strings.HasPrefix(text[i:], "[:") && strings.Contains(text[i:], ":]"):
			i += strings.Index(text[i:], ":]") + 2
		default:
			i++
		}
	}
	return len(text)
}
