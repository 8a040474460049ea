package logs

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// A strand is text that a regexp matches or must have, its case folded or not.
type strand struct {
	text  string
	fold  bool
	loose bool // folded because a part of it is: it stands for more than the regexp takes
}

// Bounds of a set of strands: more are not looked for one by one.
const (
	maxStrands = 6
	maxClass   = 4 // characters of a class taken for so many strands
)

// required finds strands of which every match of re has at least one. all says
// that whatever has one of them matches too. It is nil if there is no such set.
func required(re *syntax.Regexp) (set []strand, all bool) {
	exact, best := analyse(re)
	if usable(exact) && !slices.ContainsFunc(exact, func(s strand) bool { return s.loose }) {
		return exact, true
	}
	if best = better(best, exact); usable(best) {
		return best, false
	}
	return nil, false
}

// analyse gives all that re matches, if that is a small set of strands, else nil,
// and the best set that it requires, else nil.
func analyse(re *syntax.Regexp) (exact, best []strand) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []strand{{}}, nil
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return nil, nil
	case syntax.OpLiteral:
		exact = []strand{{text: string(re.Rune), fold: re.Flags&syntax.FoldCase != 0}}
		return exact, exact
	case syntax.OpCharClass:
		exact = fromClass(re.Rune)
		return exact, exact
	case syntax.OpCapture:
		return analyse(re.Sub[0])
	case syntax.OpPlus:
		_, best = analyse(re.Sub[0])
		return nil, best
	case syntax.OpQuest:
		if exact, _ = analyse(re.Sub[0]); exact != nil {
			exact = bounded(append(slices.Clone(exact), strand{}))
		}
		return exact, nil
	case syntax.OpConcat:
		return concat(re.Sub)
	case syntax.OpAlternate:
		return alternate(re.Sub)
	}
	return nil, nil
}

// fromClass gives a strand for each character of a small class.
func fromClass(ranges []rune) (set []strand) {
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if r == unicode.ReplacementChar {
				return nil // stands for bytes that are no UTF-8 too
			}
			if set = append(set, strand{text: string(r)}); len(set) > maxClass {
				return nil
			}
		}
	}
	return set
}

func concat(subs []*syntax.Regexp) (exact, best []strand) {
	run, whole := []strand{{}}, true
	for _, sub := range subs {
		e, b := analyse(sub)
		if zeroWidth(sub) {
			whole = false
			continue
		}
		if crossed := cross(run, e); crossed != nil {
			run = crossed
			continue
		}
		best = better(better(best, run), b)
		whole = false
		if run = e; run == nil {
			run = []strand{{}}
		}
	}
	best = better(best, run)
	if whole {
		exact = run
	}
	return exact, best
}

func zeroWidth(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return false
}

// cross is each of a followed by each of b; nil if there are too many.
func cross(a, b []strand) (set []strand) {
	for _, x := range a {
		for _, y := range b {
			mixed := x.fold != y.fold && x.text != "" && y.text != ""
			set = append(set, strand{x.text + y.text, x.fold || y.fold, x.loose || y.loose || mixed})
		}
	}
	return bounded(set)
}

func bounded(set []strand) []strand {
	if len(set) > maxStrands {
		return nil
	}
	return set
}

func alternate(subs []*syntax.Regexp) (exact, best []strand) {
	exact, best = []strand{}, []strand{}
	for _, sub := range subs {
		e, b := analyse(sub)
		if e == nil {
			exact = nil
		}
		if exact != nil {
			exact = append(exact, e...)
		}
		if !usable(b) {
			best = nil
		}
		if best != nil {
			best = append(best, b...)
		}
	}
	return bounded(exact), bounded(best)
}

// usable says whether a set says anything of the text it is required in.
func usable(set []strand) bool {
	return len(set) > 0 && !slices.ContainsFunc(set, func(s strand) bool {
		return s.text == "" || strings.Contains(s.text, "\n") || strings.ContainsRune(s.text, unicode.ReplacementChar)
	})
}

// better is the set that fewer lines have one of, as far as can be guessed.
func better(a, b []strand) []strand {
	switch {
	case !usable(b):
		return a
	case !usable(a) || share(b) < share(a):
		return b
	}
	return a
}

// share guesses how often one of a set occurs, per byte of a log.
func share(set []strand) (sum float64) {
	for _, s := range set {
		p := 1.0
		for i := range len(s.text) {
			// What comes before makes a byte some times likelier.
			b := s.text[i]
			here := byteShare[b]
			if other := b ^ 0x20; s.fold && 'a' <= other|0x20 && other|0x20 <= 'z' {
				here += byteShare[other]
			}
			p *= min(1, 5*here)
		}
		sum += p
	}
	return sum
}

// literals makes the set ready to be looked for.
func literals(set []strand) (made []*literal) {
	for _, s := range set {
		made = append(made, newLiteral(s.text, s.fold))
	}
	return made
}
