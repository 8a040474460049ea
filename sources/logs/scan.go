package logs

import (
	"bytes"
	"slices"

	"nightjar/sources"
)

// worthLiteral is how often, per byte, a literal may occur for looking for it to
// pay before a regexp runs.
const worthLiteral = 0.008

// derived are fields whose values the formats make up from what is written otherwise.
var derived = []string{sources.FieldLevel, sources.FieldTime, "facility", "logtag"}

// needed is what is in the text of every line with a field that passes a term: the
// value, unless it is written with escapes. nil: nothing is known, as of numbers
// that are compared.
func needed(t sources.LogTerm) *textTest {
	if t.Value == "" || slices.Contains(derived, t.Field) || t.Field == "" {
		return nil
	}
	if t.Op != sources.LogEqual && t.Op != sources.LogContains && t.Op != sources.LogFolded {
		return nil
	}
	set := []strand{{text: t.Value, fold: t.Op == sources.LogFolded}, {text: `\`}, {text: "\x1b"}}
	if !usable(set) {
		return nil
	}
	need := &textTest{set: literals(set), exact: true, inLine: true, share: share(set)}
	need.lead = need.set
	return need
}

// lead chooses what Next looks for: of all that must be in a record the rarest
// literal, else a regexp.
func lead(terms []test) (best *textTest, without []*textTest) {
	for i := range terms {
		t := terms[i].text
		switch {
		case terms[i].need != nil:
			t = terms[i].need
		case terms[i].term.Field != "":
			continue
		case terms[i].term.Not:
			if t.free && (t.exact || t.auto != nil) {
				without = append(without, t)
			}
			continue
		}
		if t.leads() < best.leads() {
			best = t
		}
	}
	return best, without
}

// leads ranks what could lead Next: below 1 a literal, less the rarer it is.
func (t *textTest) leads() float64 {
	const regexpLeads, nothingLeads = 1, 2
	switch {
	case t == nil:
		return nothingLeads
	case t.lead != nil && (t.share < worthLiteral || t.auto == nil):
		return t.share
	case t.auto != nil:
		return regexpLeads
	}
	return nothingLeads
}

// Next is where the first line begins, in a buffer of whole lines, that may
// belong to a record that matches; -1 if there is none. Every record that matches
// has such a line, not always its first.
func (m *Matcher) Next(buf []byte) int {
	for at := 0; at < len(buf); {
		line := 0
		if m.lead != nil {
			line = m.lead.nextLine(buf[at:])
		}
		if line < 0 {
			return -1
		}
		line += at
		at = lineEnd(buf, line)
		if !slices.ContainsFunc(m.without, func(t *textTest) bool { return t.matchBytes(trimLineEnd(buf[line:at])) }) {
			return line
		}
	}
	return -1
}

// nextLine is where the first line of buf begins that may match, or in which a
// match that spans lines may end; -1 if there is none.
func (t *textTest) nextLine(buf []byte) int {
	if t.leads() >= 1 {
		hit, ok := t.run(buf, true)
		switch {
		case !ok:
			return 0
		case hit < 0:
			return -1
		}
		return lineStart(buf, hit)
	}
	for at := 0; at < len(buf); {
		hit := indexAny(t.lead, buf[at:])
		if hit < 0 {
			break
		}
		line := lineStart(buf, at+hit)
		if t.exact || !t.inLine {
			return line
		}
		at = lineEnd(buf, at+hit)
		if hit, ok := t.run(buf[line:at], true); !ok || hit >= 0 {
			return line
		}
	}
	return -1
}

// lineStart is where the line begins that byte at is in; a line has its \n.
func lineStart(buf []byte, at int) int {
	return bytes.LastIndexByte(buf[:min(at, len(buf))], '\n') + 1
}

// lineEnd is behind the line that byte at is in.
func lineEnd(buf []byte, at int) int {
	if n := bytes.IndexByte(buf[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(buf)
}
