package logs

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
)

// A Matcher tests lines against terms that must all hold. It is safe for
// concurrent use.
type Matcher struct {
	terms []test
	raw   bool
	// What Next looks for: at least one line of each record that matches passes lead,
	// and each of its lines fails every one of without.
	lead    *textTest
	without []*textTest
}

// A test is one compiled term.
type test struct {
	term  sources.LogTerm
	text  *textTest // for the operators of text
	need  *textTest // what the text of a line has if a field of it passes; nil: not known
	order func(value string) bool
	band  levelBand
	when  time.Time
}

// Compile makes a Matcher of terms. labels are the names of labels that lines
// have beside what their text says: MatchRaw and Next take no account of terms on these.
func Compile(terms []sources.LogTerm, labels ...string) (*Matcher, error) {
	m := &Matcher{raw: true}
	for _, t := range terms {
		c, err := compile(t)
		if err != nil {
			return nil, fmt.Errorf("filter %s: %w", FormatTerm(t), err)
		}
		if !t.Not && !slices.Contains(labels, t.Field) {
			c.need = needed(t)
		}
		m.terms = append(m.terms, c)
		m.raw = m.raw && t.Field == ""
	}
	m.lead, m.without = lead(m.terms)
	return m, nil
}

func compile(t sources.LogTerm) (test, error) {
	c := test{term: t}
	var err error
	switch t.Op {
	case sources.LogContains, sources.LogFolded, sources.LogMatches:
		if t.Field == sources.FieldTime {
			return c, fmt.Errorf("time takes = != < <= > >= only")
		}
		c.text, err = newTextTest(t.Op, t.Value)
		return c, err
	}
	if t.Field == "" {
		return c, fmt.Errorf("it names no field to compare")
	}
	if t.Op == sources.LogHas {
		return c, nil
	}
	switch t.Field {
	case sources.FieldLevel:
		band, ok := parseLevel(t.Value)
		if !ok {
			return c, fmt.Errorf("level: %q is no severity", t.Value)
		}
		c.band = band
	case sources.FieldTime:
		if c.when, err = time.Parse(time.RFC3339Nano, t.Value); err != nil {
			return c, fmt.Errorf("time: %q is not as RFC 3339 has it", t.Value)
		}
	default:
		c.order = comparison(t.Op, t.Value)
	}
	return c, nil
}

// comparison is the test of a field's value: by quantity if want is one, else by bytes.
func comparison(op sources.LogOp, want string) func(string) bool {
	if op == sources.LogEqual {
		return func(value string) bool { return value == want }
	}
	if q, ok := parseQuantity(want); ok {
		return func(value string) bool {
			order, ok := q.compare(value)
			return ok && holds(op, order)
		}
	}
	return func(value string) bool { return holds(op, strings.Compare(value, want)) }
}

// holds says whether an operator holds for the order of what is there to what is asked for.
func holds(op sources.LogOp, order int) bool {
	switch op {
	case sources.LogLess:
		return order < 0
	case sources.LogLessEqual:
		return order <= 0
	case sources.LogGreater:
		return order > 0
	case sources.LogGreaterEqual:
		return order >= 0
	}
	return order == 0
}

// Match reports whether a line passes; a gap does always.
func (m *Matcher) Match(l *sources.LogLine) bool {
	if l.Lost != 0 {
		return true
	}
	for i := range m.terms {
		if t := &m.terms[i]; t.holds(l) == t.term.Not {
			return false
		}
	}
	return true
}

// holds is the term without its Not.
func (t *test) holds(l *sources.LogLine) bool {
	switch t.term.Field {
	case "":
		return t.text.match(l.Raw)
	case sources.FieldLevel:
		switch {
		case t.term.Op == sources.LogHas:
			return l.Severity != sources.SeverityUnknown
		case t.text != nil:
			return t.text.match(l.Severity.String())
		}
		return t.band.test(t.term.Op, l.Severity)
	case sources.FieldTime:
		if l.Time.IsZero() || t.term.Op == sources.LogHas {
			return !l.Time.IsZero()
		}
		return holds(t.term.Op, l.Time.Compare(t.when))
	}
	value, ok := l.Field(t.term.Field)
	switch {
	case !ok || t.term.Op == sources.LogHas:
		return ok
	case t.text != nil:
		return t.text.match(value)
	}
	return t.order(value)
}

// Raw reports whether every term is about the whole line alone: MatchRaw then decides.
func (m *Matcher) Raw() bool { return m.raw }

// MatchRaw tests a record as it was written, with or without its last line end.
// It decides if Raw; else what it refuses Match refuses too.
func (m *Matcher) MatchRaw(record []byte) bool {
	record = trimLineEnd(record)
	for i := range m.terms {
		t := &m.terms[i]
		if t.term.Field == "" && t.text.matchBytes(record) == t.term.Not || t.need != nil && !t.need.matchBytes(record) {
			return false
		}
	}
	return true
}

// trimLineEnd takes away one \n or \r\n.
func trimLineEnd(record []byte) []byte {
	if n := len(record) - 1; n >= 0 && record[n] == '\n' {
		record = record[:n]
		record = bytes.TrimSuffix(record, []byte{'\r'})
	}
	return record
}

// Spans are the bytes of a text to highlight: all that the terms that are about
// the whole line and not negated match, in order, merged where they touch.
func (m *Matcher) Spans(text string) [][2]int {
	var spans [][2]int
	for i := range m.terms {
		if t := &m.terms[i]; t.term.Field == "" && !t.term.Not {
			spans = t.text.spans(spans, text)
		}
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s[0] <= merged[last][1] {
			merged[last][1] = max(merged[last][1], s[1])
		} else if s[0] < s[1] {
			merged = append(merged, s)
		}
	}
	return merged
}
