package logs

import (
	"bytes"
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// A dfa runs an automaton over bytes, one load a byte, making its states as they
// are come to (RE2's way: https://swtch.com/~rsc/regexp/regexp3.html). A state is the set of
// insts that could be next, with the assertions that wait for the character that
// follows; its row holds the state after each class of characters:
//
//	          class:  a-z   0-9   \n  other   end  line end  ...
//	{digit, start}     s0    s1    s0   s0     no     s0            s0 is the row at 0
//	{digit2, start}    s0   match  s0   s0     no     s0
//
// Over a block of lines, the column for line ends both asks whether the line
// matches as if the text ended here and begins a new text. A match whose text
// spans lines is found where it ends. Unlike the automaton it is for one goroutine.
type dfa struct {
	*automaton
	rows    []uint32 // columns a state: the row that is next, or one of the marks
	states  []dfaState
	known   map[string]uint32 // row by the state's key
	first   uint32            // the row, or mark, of the beginning of a text; markUnknown: not made yet
	spent   int               // bytes run since rows was emptied
	emptied int               // how often that was
	// Scratch of one step.
	seen  []uint32 // by inst: the turn in which it was added last
	turn  uint32
	stack []uint32
	set   []uint32
	next  []uint32
	key   []byte
}

type dfaState struct {
	insts   []uint32
	flags   syntax.EmptyOp // of what is before: EmptyBeginText, EmptyBeginLine
	word    bool           // what is before is part of a word
	pending bool           // some insts are assertions
}

// Marks in rows, told from rows by their high bit.
const (
	markUnknown = 1<<31 + iota // not computed yet
	markMatch                  // it matches, whatever comes
	markStop                   // the column needs a look at the bytes
	markDead                   // nothing can match up to the next line
	isMark      = 1 << 31
)

const (
	maxRows = 1 << 20 // entries: 4 MiB
	// leastSpent is how many bytes a state must be good for; when making states
	// takes more than that, regexp is faster.
	leastSpent = 8
)

func newDFA(a *automaton) *dfa {
	return &dfa{automaton: a, known: map[string]uint32{}, first: markUnknown, seen: make([]uint32, len(a.insts))}
}

// begin is the row, or mark, for the beginning of a text.
func (d *dfa) begin() uint32 {
	if d.first == markUnknown {
		d.next = append(d.next[:0], d.start)
		d.first = d.state(syntax.EmptyBeginText|syntax.EmptyBeginLine, false)
	}
	return d.first
}

// add follows pc through what takes no character, as far as the assertions in
// flags hold; those that wait for what comes next are kept unless all is known.
func (d *dfa) add(pc uint32, flags syntax.EmptyOp, all bool) {
	d.stack = append(d.stack[:0], pc)
	for len(d.stack) > 0 {
		pc := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		if d.seen[pc] == d.turn {
			continue
		}
		d.seen[pc] = d.turn
		switch in := &d.insts[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			d.stack = append(d.stack, in.Arg, in.Out)
		case syntax.InstCapture, syntax.InstNop:
			d.stack = append(d.stack, in.Out)
		case syntax.InstEmptyWidth:
			missing := syntax.EmptyOp(in.Arg) &^ flags //nolint:gosec // that is what Arg is here
			switch {
			case missing == 0:
				d.stack = append(d.stack, in.Out)
			case !all && missing&(syntax.EmptyBeginLine|syntax.EmptyBeginText) == 0:
				d.set = append(d.set, pc)
			}
		case syntax.InstFail:
		default:
			d.set = append(d.set, pc)
		}
	}
}

func (d *dfa) begun() {
	d.turn++
	d.set = d.set[:0]
}

// state is the row of the state in which d.next are to follow.
func (d *dfa) state(flags syntax.EmptyOp, word bool) uint32 {
	d.begun()
	for _, pc := range d.next {
		d.add(pc, flags, false)
	}
	s := dfaState{word: word && d.words}
	for _, pc := range d.set {
		switch d.insts[pc].Op {
		case syntax.InstMatch:
			return markMatch
		case syntax.InstEmptyWidth:
			s.pending = true
		}
	}
	if len(d.set) == 0 {
		return markDead
	}
	slices.Sort(d.set)
	d.key = append(d.key[:0], flag(s.word))
	if s.pending {
		s.flags = flags
		d.key[0] |= byte(flags) << 1
	}
	for _, pc := range d.set {
		d.key = binary.LittleEndian.AppendUint16(d.key, uint16(pc)) //nolint:gosec // at most maxInsts
	}
	row, ok := d.known[string(d.key)]
	if !ok {
		row = uint32(len(d.rows)) //nolint:gosec // at most maxRows
		d.known[string(d.key)] = row
		s.insts = slices.Clone(d.set)
		d.states = append(d.states, s)
		for range d.columns {
			d.rows = append(d.rows, markUnknown)
		}
		d.rows[int(row)+d.classes+columnCR] = markStop
		d.rows[int(row)+d.classes+columnWide] = markStop
	}
	return row
}

// step computes what follows a row in a column.
func (d *dfa) step(row uint32, column int) uint32 {
	s := &d.states[int(row)/d.columns]
	class := column
	flags, word := syntax.EmptyOp(0), false
	switch column {
	case d.classes + columnEnd:
		flags, class = syntax.EmptyEndText|syntax.EmptyEndLine, -1
	case d.classes + columnLineEnd:
		if d.step(row, d.classes+columnEnd) == markMatch {
			return markMatch
		}
		flags, class = syntax.EmptyEndLine, d.newline
	case d.newline:
		flags = syntax.EmptyEndLine
	default:
		word = d.word[class]
	}
	if s.word != word {
		flags |= syntax.EmptyWordBoundary
	} else {
		flags |= syntax.EmptyNoWordBoundary
	}
	insts := s.insts
	if s.pending {
		d.begun()
		for _, pc := range s.insts {
			d.add(pc, flags|s.flags, true)
		}
		insts = d.set
	}
	d.next = d.next[:0]
	for _, pc := range insts {
		switch {
		case d.insts[pc].Op == syntax.InstMatch:
			return markMatch
		case class >= 0 && d.matches[pc][class/64]&(1<<(class%64)) != 0:
			d.next = append(d.next, d.insts[pc].Out)
		}
	}
	before := syntax.EmptyOp(0)
	switch column {
	case d.classes + columnEnd:
		return markDead
	case d.classes + columnLineEnd:
		before = syntax.EmptyBeginText | syntax.EmptyBeginLine
	case d.newline:
		before = syntax.EmptyBeginLine
	}
	d.next = append(d.next, d.start)
	return d.state(before, word)
}

// after is what follows a row in a column, computed at most once. ok is false
// when states do not pay.
func (d *dfa) after(row uint32, column int) (next uint32, ok bool) {
	if next = d.rows[int(row)+column]; next != markUnknown {
		return next, true
	}
	if len(d.rows)+d.columns > maxRows {
		if d.spent < leastSpent*len(d.states) {
			return 0, false
		}
		next = d.step(row, column) // may take the rows over the bound by one
		var s dfaState
		if next&isMark == 0 {
			s = d.states[int(next)/d.columns]
		}
		d.rows, d.states, d.spent, d.first = d.rows[:0], d.states[:0], 0, markUnknown
		d.emptied++
		clear(d.known)
		if next&isMark == 0 {
			d.next = append(d.next[:0], s.insts...)
			next = d.state(s.flags, s.word)
		}
		return next, true
	}
	next = d.step(row, column)
	d.rows[int(row)+column] = next
	return next, true
}

// run runs over one text, or with the automaton's columns for lines over lines that
// are each a text, and says at which byte it knew that it, or one of them,
// matches; -1 if none does. ok is false when it gave up.
func (d *dfa) run(text []byte, columns *[256]uint8) (at int, ok bool) {
	return d.resume(text, columns, 0, d.begin())
}

// resume is run from byte i on, in a row.
func (d *dfa) resume(text []byte, columns *[256]uint8, i int, row uint32) (at int, ok bool) {
	for {
		switch row {
		case markMatch:
			return min(i, len(text)), true
		case markDead:
			return -1, true
		}
		rows, from := d.rows, i
		for ; i < len(text); i++ { // the loop that all is about
			next := rows[int(row)+int(columns[text[i]])]
			if next&isMark != 0 {
				break
			}
			row = next
		}
		d.spent += i - from
		if i >= len(text) {
			if columns == &d.line && len(text) > 0 && text[len(text)-1] == '\n' {
				return -1, true // no line begins here
			}
			row, ok = d.after(row, d.classes+columnEnd)
			if row == markMatch {
				return len(text), ok
			}
			return -1, ok
		}
		if row, i, ok = d.stop(text, columns, i, row); !ok {
			return 0, false
		}
	}
}

// stop reads a character at i for which the row has a mark. It gives the row behind it
// and the byte to read next, or of a match the byte at which it is known.
func (d *dfa) stop(text []byte, columns *[256]uint8, i int, row uint32) (next uint32, at int, ok bool) {
	column, n := int(columns[text[i]]), 1
	if d.rows[int(row)+column] == markStop {
		if text[i] == '\r' {
			column = int(d.text['\r'])
			if i+1 < len(text) && text[i+1] == '\n' {
				if next, ok = d.after(row, d.classes+columnEnd); !ok || next == markMatch {
					return next, i, ok
				}
			}
		} else {
			var r rune
			r, n = utf8.DecodeRune(text[i:])
			column = int(d.classOf(r))
		}
	}
	next, ok = d.after(row, column)
	for at = i + n; next == markDead; {
		line := bytes.IndexByte(text[at:], '\n')
		if line < 0 {
			break
		}
		at += line + 1
		if columns == &d.line {
			next = d.begin()
		} else {
			d.next = append(d.next[:0], d.start)
			next = d.state(syntax.EmptyBeginLine, false)
		}
	}
	if next == markMatch {
		at = i
	}
	return next, at, ok
}
