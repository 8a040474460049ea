package boards

import (
	"cmp"
	"fmt"
	"slices"
)

// A Problem is something wrong in a file of the user's.
type Problem struct {
	File      string
	Line, Col int // from 1, Col in characters
	Message   string
}

// String is file:line:col: message, as editors understand it.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Message)
}

// Error makes a Problem an error.
func (p Problem) Error() string { return p.String() }

// inOrder sorts problems as the file has them, and leaves out repetitions (an
// alias shows the same lines again).
func inOrder(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return slices.Compact(ps)
}

// didYouMean names the one of known that word was probably meant to be, or
// lists them all.
func didYouMean(word string, known []string) string {
	if s := nearest(word, known); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return "known are " + list(known)
}

// nearest is the one of known that word was probably meant to be; empty if none is near.
func nearest(word string, known []string) string {
	const furthest = 3
	best, bestDistance := "", min(1+len(word)/3, furthest)
	for _, k := range known {
		if d := distance(word, k); d <= bestDistance && (best == "" || d < bestDistance) {
			best, bestDistance = k, d
		}
	}
	return best
}

// clip cuts hostile text to what a message can bear.
func clip(s string) string {
	const longest = 60 // characters
	n := 0
	for i := range s {
		if n++; n > longest {
			return s[:i] + "..."
		}
	}
	return s
}

func list(words []string) string {
	s := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			s += " and "
		default:
			s += ", "
		}
		s += w
	}
	return s
}

// distance is the number of single-letter edits, swaps of neighbours included,
// from a to b (optimal string alignment).
func distance(a, b string) int {
	const longest = 64 // hostile keys are not compared letter by letter
	if len(a) > longest || len(b) > longest {
		return longest
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	next := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
