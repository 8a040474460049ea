package panels

import (
	"strings"
	"unicode/utf8"

	"nightjar/ui/screen"
)

// maxWrapped bounds the lines that one text is wrapped into.
const maxWrapped = 2000

// Wrap breaks text into lines of at most w columns, at blanks where there are
// any. A word longer than a line is broken. Newlines are blanks.
func Wrap(text string, w int) []string {
	if w <= 0 {
		return nil
	}
	var lines []string
	var line strings.Builder
	used := 0
	flush := func() {
		if used > 0 && len(lines) < maxWrapped {
			lines = append(lines, line.String())
		}
		line.Reset()
		used = 0
	}
	for word := range strings.FieldsSeq(text) {
		n := screen.Width(word)
		for word != "" && len(lines) < maxWrapped {
			if used > 0 && used+1+n > w {
				flush()
			}
			head, rest, m := word, "", n
			if n > w {
				head, rest = splitAt(word, w)
				m = screen.Width(head)
			}
			if used > 0 {
				line.WriteByte(' ')
				used++
			}
			line.WriteString(head)
			used += max(m, 1)
			word, n = rest, n-m // not measured anew: a word may be 10 kB long
		}
	}
	flush()
	return lines
}

// splitAt cuts s after as many runes as fit w columns, at least one.
func splitAt(s string, w int) (head, rest string) {
	at, used := 0, 0
	for at < len(s) {
		_, size := utf8.DecodeRuneInString(s[at:])
		n := screen.Width(s[at : at+size])
		if at > 0 && used+n > w {
			break
		}
		used += n
		at += size
	}
	return s[:at], s[at:]
}
