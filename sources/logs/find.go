package logs

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"nightjar/sources"
)

// A textTest looks for text: a literal or a regexp. It is safe for concurrent use.
type textTest struct {
	set   []*literal // at least one is in all that matches; nil: none is known
	exact bool       // and all that has one matches
	lead  []*literal // of set what fits into one line
	share float64    // a guess how often one of set occurs, per byte of a log

	re     *regexp.Regexp // nil: set alone decides
	auto   *automaton     // nil: too large, or not needed
	dfas   sync.Pool      // of *dfa
	slow   atomic.Bool    // the automaton has too many states to be of use
	inLine bool           // a match never goes on over the end of a line
	free   bool           // nor does it depend on what is around it
}

func newTextTest(op sources.LogOp, value string) (*textTest, error) {
	if op != sources.LogMatches {
		return newPlainTest(strand{text: value, fold: op == sources.LogFolded}), nil
	}
	re, err := regexp.Compile(value)
	if err != nil {
		return nil, err
	}
	t := &textTest{re: re}
	tree, err := syntax.Parse(value, syntax.Perl)
	if err != nil {
		return nil, err
	}
	tree = tree.Simplify()
	set, exact := required(tree)
	if set != nil {
		t.set, t.share = literals(set), share(set)
		t.lead = t.set
	}
	if exact {
		t.exact, t.inLine, t.free = true, true, true
		return t, nil
	}
	if t.auto = newAutomaton(tree); t.auto != nil {
		t.inLine = !t.auto.spansLines()
		t.free = t.inLine && !t.auto.asserts
	}
	return t, nil
}

// newPlainTest is for text that is not a regexp.
func newPlainTest(s strand) *textTest {
	t := &textTest{exact: true, inLine: true, free: true}
	if s.text == "" {
		return t
	}
	t.set = literals([]strand{s})
	t.lead, t.share = t.set, share([]strand{s})
	if strings.Contains(s.text, "\n") {
		t.inLine, t.free, t.lead, t.share = false, false, nil, 1
		for piece := range strings.SplitSeq(s.text, "\n") {
			one := []strand{{text: piece, fold: s.fold}}
			if piece != "" && share(one) < t.share {
				t.lead, t.share = literals(one), share(one)
			}
		}
	}
	return t
}

func (t *textTest) match(text string) bool { return t.matchBytes(bytesOf(text)) }

func (t *textTest) matchBytes(text []byte) bool {
	if t.set != nil && (t.exact || t.share < worthLiteral) {
		if found := indexAny(t.set, text) >= 0; t.exact || !found {
			return found
		}
	}
	if t.re == nil {
		return true
	}
	if at, ok := t.run(text, false); ok {
		return at >= 0
	}
	return t.re.Match(text)
}

// run has the automaton look at one text, or at lines each a text of its own. ok is
// false where there is none that is of use.
func (t *textTest) run(text []byte, lines bool) (at int, ok bool) {
	if t.auto == nil || t.slow.Load() {
		return 0, false
	}
	d, _ := t.dfas.Get().(*dfa)
	if d == nil {
		d = newDFA(t.auto)
	}
	if lines {
		at, ok = d.scan(text)
	} else {
		at, ok = d.run(text, &t.auto.text)
	}
	if !ok {
		t.slow.Store(true)
	}
	t.dfas.Put(d)
	return at, ok
}

// spans adds all matches in text.
func (t *textTest) spans(spans [][2]int, text string) [][2]int {
	if t.re != nil {
		for _, s := range t.re.FindAllStringIndex(text, -1) {
			spans = append(spans, [2]int{s[0], s[1]})
		}
		return spans
	}
	for at := 0; t.set != nil; {
		start, end := t.set[0].index(bytesOf(text[at:]))
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
