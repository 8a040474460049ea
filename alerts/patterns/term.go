package patterns

import (
	"regexp"
	"strings"

	"nightjar/sources"
)

// A place is where the messages of a pattern stand in their lines: what is so for all of them.
type place struct {
	loose     uint64 // the tokens that white space other than one blank was before
	scattered bool   // some were not in their lines as they are, but with escapes or colours
	start     bool   // nothing but white space is before any
	before    string // what is before all, when it is marks or the key of a field
	end       bool   // nothing but white space follows on the line
	quote     bool   // a quote follows
}

// see takes a line into account.
func (p *place) see(s *scanner, l *sources.LogLine, fresh bool) {
	p.loose |= s.loose
	if p.scattered {
		return
	}
	at := -1
	if strings.HasSuffix(l.Raw, l.Body) {
		at = len(l.Raw) - len(l.Body)
	}
	var i int
	if at >= 0 {
		i = strings.Index(l.Raw[at:], s.text)
	} else {
		at, i = 0, strings.Index(l.Raw, s.text)
	}
	if i < 0 {
		p.scattered = true
		return
	}
	before, after := l.Raw[:at+i], l.Raw[at+i+len(s.text):]
	start := strings.TrimLeft(before, " \t\n\f\r") == ""
	after = strings.TrimLeft(after, " \t\f\r")
	end := after == "" || after[0] == '\n'
	quote := after != "" && after[0] == '"'
	if fresh {
		p.start, p.end, p.quote, p.before = start, end, quote, strings.Clone(lead(before))
		return
	}
	p.start, p.end, p.quote = p.start && start, p.end && end, p.quote && quote
	if !strings.HasSuffix(before, p.before) {
		p.before = common(before, p.before)
	}
}

func (p *place) merge(o *place) {
	p.loose |= o.loose
	p.scattered = p.scattered || o.scattered
	p.start, p.end, p.quote = p.start && o.start, p.end && o.end, p.quote && o.quote
	p.before = common(p.before, o.before)
}

// common is what both end with.
func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return b[len(b)-n:]
}

// lead is the end of what is before a message that is likely to be before others
// of its pattern: marks such as "]: ", and the key in `"msg":"` and `msg=`.
func lead(before string) string {
	i := len(before)
	for i > 0 && len(before)-i < 8 && kind[before[i-1]] != isDigit && kind[before[i-1]] != isLetter && kind[before[i-1]] != isHigh {
		i--
	}
	marks := before[i:]
	if strings.HasPrefix(marks, "=") || strings.HasPrefix(marks, `":`) {
		for i > 0 && len(before)-i < 24 && kind[before[i-1]] == isLetter {
			i--
		}
		if i > 0 && marks[0] == '"' && before[i-1] == '"' {
			i--
		}
	}
	return before[i:]
}

// A selector is what the expression of a pattern is made of.
type selector struct {
	shape  shape
	tokens []token
	place  place
}

// Terms are the tests that select the pattern's lines: one regular expression on
// the whole line. Every line that was added to the pattern until the Snapshot
// passes, if the words of its body are in Raw in their order; other lines do
// where they have the same words in the same places, and, where bodies are written
// with escapes in Raw, where they have them in the same order.
func (p *Pattern) Terms() []sources.LogTerm {
	return []sources.LogTerm{{Op: sources.LogMatches, Value: p.sel.expression()}}
}

func (s *selector) expression() string {
	if s.place.scattered {
		return s.words()
	}
	var b strings.Builder
	switch {
	case s.place.start:
		b.WriteString(`^\s*`)
	default:
		b.WriteString(regexp.QuoteMeta(s.place.before))
	}
	for i, t := range s.tokens {
		switch bit := uint64(1) << i; {
		case i == 0 || s.shape.glue&bit != 0:
		case s.place.loose&bit != 0 || !t.plain() || !s.tokens[i-1].plain():
			b.WriteString(`\s+`)
		default:
			b.WriteByte(' ')
		}
		t.write(&b)
	}
	switch {
	case s.shape.cut:
	case s.place.end:
		b.WriteString(`[ \t\f\r]*(?m:$)`)
	case s.place.quote:
		b.WriteString(`[ \t\f\r]*"`)
	}
	return b.String()
}

// write appends the expression of a token.
func (t token) write(b *strings.Builder) {
	switch {
	case t.wide:
		b.WriteString(`.+?`)
		return
	case t.text == "":
		b.WriteString(`\S+`)
		return
	}
	eachPart(t.text, func(text string, mask byte) {
		b.WriteString(regexp.QuoteMeta(text))
		switch mask {
		case masked:
			b.WriteString(`\S+`)
		case quoted:
			b.WriteString(`.*?`)
		}
	})
}

// eachPart calls f with each stretch of text and the mask that follows it, 0 at the end.
func eachPart(text string, f func(text string, mask byte)) {
	start := 0
	for i := range len(text) {
		if c := text[i]; c == masked || c == quoted {
			f(text[start:i], c)
			start = i + 1
		}
	}
	f(text[start:], 0)
}

// words is the expression for text that is written with escapes or colours: what
// of its words cannot be either, in order.
func (s *selector) words() string {
	var b strings.Builder
	b.WriteString(`(?s)`)
	gap := false
	for _, t := range s.tokens {
		gap = true
		for i := range len(t.text) {
			c := t.text[i]
			switch kind[c] {
			case isLetter, isDigit, isJoint, isSign:
				if c == '/' || c == '+' {
					gap = true
					continue
				}
				if gap && b.Len() > len(`(?s)`) {
					b.WriteString(`.*?`)
				}
				gap = false
				b.WriteString(regexp.QuoteMeta(t.text[i : i+1]))
			default:
				gap = true
			}
		}
	}
	return b.String()
}
