package logs

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// An automaton is what all searches with one regexp share: its program, and the
// classes of characters that the program does not tell apart.
type automaton struct {
	insts []syntax.Inst
	start uint32
	// What it asserts.
	asserts bool // anything
	words   bool // \b or \B
	ends    bool // what comes next: the end of a line or a text, or whether it is part of a word

	classes int        // columns of classes of characters come first
	word    []bool     // by class
	newline int        // the class of \n alone
	matches [][]uint64 // by inst: a bit per class it takes
	bounds  []rune     // where ranges of characters begin, ascending from 0
	class   []uint8    // by range
	text    [256]uint8 // column by byte in a text: of ASCII its class, else wide
	line    [256]uint8 // the same where each line is a text
	columns int
}

// The columns after those of the classes.
const (
	columnEnd     = iota // the end of the text
	columnLineEnd        // \n where each line is a text
	columnCR             // \r where each line is a text and its end matters: stops the loop
	columnWide           // a byte of a character that is not ASCII: stops the loop
	extraColumns
)

// Bounds of what is worth an automaton; past them regexp does the work.
const (
	maxInsts   = 4000
	maxTable   = 2_000_000 // insts times ranges, for the time it takes to compile
	maxClasses = 256 - extraColumns
)

// newAutomaton is nil for a regexp that is too large.
func newAutomaton(re *syntax.Regexp) *automaton {
	prog, err := syntax.Compile(re)
	if err != nil || len(prog.Inst) > maxInsts {
		return nil
	}
	a := &automaton{insts: prog.Inst, start: uint32(prog.Start)} //nolint:gosec // at most maxInsts
	bounds := []rune{0, '\n', '\n' + 1, '\r', '\r' + 1, utf8.RuneSelf}
	cut := func(lo, hi rune) { bounds = append(bounds, lo, hi+1) }
	for i := range a.insts {
		switch in := &a.insts[i]; in.Op {
		case syntax.InstEmptyWidth:
			op := syntax.EmptyOp(in.Arg) //nolint:gosec // that is what Arg is here
			a.asserts = true
			a.words = a.words || op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			a.ends = a.ends || op&^(syntax.EmptyBeginLine|syntax.EmptyBeginText) != 0
		case syntax.InstRune, syntax.InstRune1:
			if len(in.Rune) != 1 {
				for r := 0; r < len(in.Rune); r += 2 {
					cut(in.Rune[r], in.Rune[r+1])
				}
				continue
			}
			cut(in.Rune[0], in.Rune[0])
			if syntax.Flags(in.Arg)&syntax.FoldCase != 0 { //nolint:gosec // as MatchRune has it
				for f := unicode.SimpleFold(in.Rune[0]); f != in.Rune[0]; f = unicode.SimpleFold(f) {
					cut(f, f)
				}
			}
		}
	}
	if a.words {
		cut('0', '9')
		cut('A', 'Z')
		cut('_', '_')
		cut('a', 'z')
	}
	slices.Sort(bounds)
	a.bounds = slices.Compact(bounds)
	if len(a.bounds)*len(a.insts) > maxTable || !a.classify() {
		return nil
	}
	return a
}

// classify gives ranges that every inst treats alike one class.
func (a *automaton) classify() bool {
	known := map[string]uint8{}
	var first []rune // of each class
	for _, r := range a.bounds {
		key := []byte{flag(r == '\n') | flag(r == '\r')<<1 | flag(syntax.IsWordChar(r))<<2}
		var bits uint64
		for i := range a.insts {
			if takes(&a.insts[i], r) {
				bits |= 1 << (i % 64)
			}
			if i%64 == 63 || i == len(a.insts)-1 {
				key = binary.LittleEndian.AppendUint64(key, bits)
				bits = 0
			}
		}
		c, ok := known[string(key)]
		if !ok {
			if len(first) == maxClasses {
				return false
			}
			c = uint8(len(first)) //nolint:gosec // less than maxClasses
			known[string(key)] = c
			first = append(first, r)
			a.word = append(a.word, syntax.IsWordChar(r))
		}
		a.class = append(a.class, c)
	}
	a.classes = len(first)
	a.columns = a.classes + extraColumns
	a.matches = make([][]uint64, len(a.insts))
	for i := range a.insts {
		a.matches[i] = make([]uint64, (a.classes+63)/64)
		for c, r := range first {
			if takes(&a.insts[i], r) {
				a.matches[i][c/64] |= 1 << (c % 64)
			}
		}
	}
	for b := range a.text {
		a.text[b] = uint8(a.classes + columnWide) //nolint:gosec // less than 256 by maxClasses
		if b < utf8.RuneSelf {
			a.text[b] = a.classOf(rune(b))
		}
	}
	a.newline = int(a.text['\n'])
	a.line = a.text
	a.line['\n'] = uint8(a.classes + columnLineEnd) //nolint:gosec // as above
	if a.ends {
		a.line['\r'] = uint8(a.classes + columnCR) //nolint:gosec // as above
	}
	return true
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

// takes says whether an inst consumes a character.
func takes(in *syntax.Inst, r rune) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return in.MatchRune(r)
	}
	return false
}

// classOf is the class of any character; what is no UTF-8 is U+FFFD, as regexp has it.
func (a *automaton) classOf(r rune) uint8 {
	i := sort.Search(len(a.bounds), func(i int) bool { return a.bounds[i] > r })
	return a.class[i-1]
}

// spansLines says whether a match can go on over the end of a line.
func (a *automaton) spansLines() bool {
	for _, bits := range a.matches {
		if bits[a.newline/64]&(1<<(a.newline%64)) != 0 {
			return true
		}
	}
	return false
}
