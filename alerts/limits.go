// Package alerts judges: what is past a limit, what is near one, and how bad it
// is. Rank is a pure function of its arguments; it asks nothing and keeps nothing.
package alerts

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Check is one value held against its limits.
type Check struct {
	ID    string // unique among the checks, and the same from one ranking to the next
	Value float64
	// Warn and Crit are the values from which on it is a warning or critical; NaN: no such limit.
	Warn, Crit float64
	Below      bool // the limits are floors: values at or below them are past
}

// A Level says how bad it is, mildest first.
type Level uint8

// The levels. LevelUnknown is a value that is not a number: it was not measured.
const (
	LevelUnknown  Level = iota
	LevelOK             // far from its limits
	LevelNear           // over NearAt of the way to the first limit
	LevelWarning        // at or past Warn
	LevelCritical       // at or past Crit
)

var levelNames = [...]string{"unknown", "ok", "near", "warning", "critical"}

// String is the level's word on the screen.
func (l Level) String() string { return levelNames[l] }

// The edges of Near: a check becomes near at NearAt of the way to its limit and,
// once near, stays so until it is under NearUntil (Settle).
const (
	NearAt    = 0.80
	NearUntil = 0.77
	// swapAt is the least difference in score for which Settle lets two checks of a level change places.
	swapAt = 0.05
)

// A Near is a check with its rank.
type Near struct {
	Check
	Index int // of the check in what was given to Rank
	Level Level
	Score float64 // 0 to 3, see Rank
	// Limit is the limit it is held against: the worst one that is passed, else the first one on the way.
	Limit float64
	Way   float64 // to Limit, 0 to 1; 1 at and past it
}

// Passed reports whether a limit is reached.
func (n *Near) Passed() bool { return n.Level >= LevelWarning }

// Rank orders checks by how close to, or how far past, their limits they are,
// worst first; checks that were not measured are last. Checks without a limit
// are left out: there is nothing to be near to.
//
// The score has a whole part for what was passed and a fraction for the way on:
//
//	0 + way(first limit)      nothing passed: 0 far away, 1 at the limit
//	1 + way(Warn -> Crit)     a warning; without Crit: 1 + x/(1+x)
//	2 + x/(1+x)               critical
//
// The way to a ceiling is value/limit (50 of 80 is 0.625), to a floor
// limit/value, so that twice the floor is half the way; from Warn to Crit it is
// linear. x is the excess past the limit in multiples of the limit. Levels
// follow the limits exactly and at once; ties go by ID.
func Rank(checks []Check) []Near {
	near := make([]Near, 0, len(checks))
	for i, c := range checks {
		if math.IsNaN(c.Warn) && math.IsNaN(c.Crit) {
			continue
		}
		n := judge(c)
		n.Index = i
		near = append(near, n)
	}
	slices.SortStableFunc(near, func(a, b Near) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
	})
	return near
}

// judge gives a check its level, score and limit.
func judge(c Check) Near {
	n := Near{Check: c, Level: LevelOK}
	first := c.Warn
	if math.IsNaN(first) || !math.IsNaN(c.Crit) && past(c.Warn, c.Crit, c.Below) {
		first = c.Crit // there is no warning before it is critical
	}
	switch {
	case math.IsNaN(c.Value):
		n.Level, n.Limit = LevelUnknown, first
	case !math.IsNaN(c.Crit) && past(c.Value, c.Crit, c.Below):
		n.Level, n.Limit = LevelCritical, c.Crit
		n.Score = 2 + excess(c.Value, c.Crit)
	case past(c.Value, first, c.Below):
		n.Level, n.Limit = LevelWarning, c.Warn
		if math.IsNaN(c.Crit) {
			n.Score = 1 + excess(c.Value, c.Warn)
		} else {
			n.Score = 1 + fraction((c.Value-c.Warn)/(c.Crit-c.Warn))
		}
	default:
		n.Limit = first
		n.Score = way(c.Value, first, c.Below)
		if n.Score >= NearAt {
			n.Level = LevelNear
		}
	}
	switch {
	case n.Level == LevelUnknown:
	case n.Passed():
		n.Way = 1
	default:
		n.Way = way(c.Value, n.Limit, c.Below)
	}
	return n
}

// past reports whether v is at or past limit.
func past(v, limit float64, below bool) bool {
	if below {
		return v <= limit
	}
	return v >= limit
}

// way is how much of the way to a limit that is not passed v has gone, 0 to 1.
func way(v, limit float64, below bool) float64 {
	if below != (limit < 0) { // floors, and ceilings below zero
		v, limit = limit, v
	}
	return fraction(v / limit)
}

// excess is how far past limit v is, 0 at the limit and towards 1.
func excess(v, limit float64) float64 {
	x := math.Abs(v-limit) / math.Abs(limit)
	switch {
	case math.IsNaN(x): // nothing past zero
		return 0
	case math.IsInf(x, 0):
		return 1
	}
	return x / (1 + x)
}

// fraction bounds f to 0 to 1; NaN is 0.
func fraction(f float64) float64 {
	if !(f > 0) {
		return 0
	}
	return min(f, 1)
}

// Settle keeps a new ranking from jumping while someone reads it. It gives now
// in an order that differs from before's only where it must: another level, or
// a score higher by more than 0.05 than the one above it. A check that was Near
// stays so until its score is under NearUntil. Warning and Critical are never
// held: they come and go with their limits.
func Settle(before, now []Near) []Near {
	old := make(map[string]int, len(before))
	for i, n := range before {
		old[n.ID] = i
	}
	out := slices.Clone(now)
	for i := range out {
		n := &out[i]
		at, known := old[n.ID]
		if known && n.Level == LevelOK && n.Score >= NearUntil && before[at].Level == LevelNear {
			n.Level = LevelNear
		}
	}
	// The order of before, new checks where their score puts them among it.
	slices.SortStableFunc(out, func(a, b Near) int {
		if c := cmp.Compare(b.Level, a.Level); c != 0 {
			return c
		}
		i, knowA := old[a.ID]
		j, knowB := old[b.ID]
		switch {
		case knowA && knowB:
			return cmp.Compare(i, j)
		case knowA:
			return -1
		case knowB:
			return 1
		}
		return cmp.Compare(b.Score, a.Score)
	})
	// Each one climbs past those that it beats by enough. Every exchange puts a
	// pair into the order of their scores, so this ends.
	for i := 1; i < len(out); i++ {
		_, known := old[out[i].ID]
		least := swapAt
		if !known {
			least = 0
		}
		for j := i; j > 0 && out[j].Level == out[j-1].Level && out[j].Score > out[j-1].Score+least; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}
