package logs

import (
	"regexp"
	"unsafe"

	"nightjar/sources"
)

// A textTest looks for text: a literal or a regexp.
type textTest struct {
	literal *literal       // nil: none, or the empty one
	re      *regexp.Regexp // nil: literal
}

func newTextTest(op sources.LogOp, value string) (*textTest, error) {
	if op == sources.LogMatches {
		re, err := regexp.Compile(value)
		return &textTest{re: re}, err
	}
	if value == "" {
		return &textTest{}, nil
	}
	return &textTest{literal: newLiteral(value, op == sources.LogFolded)}, nil
}

func (t *textTest) match(text string) bool { return t.matchBytes(bytesOf(text)) }

func (t *textTest) matchBytes(text []byte) bool {
	switch {
	case t.re != nil:
		return t.re.Match(text)
	case t.literal != nil:
		start, _ := t.literal.index(text)
		return start >= 0
	}
	return true
}

// spans adds all matches in text.
func (t *textTest) spans(spans [][2]int, text string) [][2]int {
	if t.re != nil {
		for _, s := range t.re.FindAllStringIndex(text, -1) {
			spans = append(spans, [2]int{s[0], s[1]})
		}
		return spans
	}
	for at := 0; t.literal != nil; {
		start, end := t.literal.index(bytesOf(text[at:]))
		if start < 0 {
			break
		}
		spans = append(spans, [2]int{at + start, at + end})
		at += end
	}
	return spans
}

// bytesOf is text to read from, without a copy of it.
func bytesOf(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text)) //nolint:gosec // only ever read
}
