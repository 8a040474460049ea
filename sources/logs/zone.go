package logs

import (
	"math"
	"sync/atomic"
	"time"
)

const day = 24 * 60 * 60 // seconds

// A zone turns local times into instants. It remembers the stretch between two
// changes of the clocks that it met last. It is safe for concurrent use.
type zone struct {
	loc  *time.Location
	last atomic.Pointer[stretch]
}

// A stretch is a run of local seconds in which one offset alone is right: a day
// away from either change of the clocks.
type stretch struct {
	from, to, offset int64
	name             string
}

// unix gives the Unix second of a local second: of the two of an hour that the
// clocks repeat, the one that time.Date takes.
func (z *zone) unix(local int64) int64 {
	if z.loc == time.UTC {
		return local
	}
	if s := z.last.Load(); s != nil && local >= s.from && local < s.to {
		return local - s.offset
	}
	t, s := z.at(local)
	if local >= s.from && local < s.to {
		z.last.Store(&s)
	}
	return t.Unix()
}

// at gives the instant of a local second, and the stretch around it, which is
// empty or elsewhere when it is near a change of the clocks.
func (z *zone) at(local int64) (time.Time, stretch) {
	u := time.Unix(local, 0).UTC()
	t := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), 0, z.loc)
	name, offset := t.Zone()
	s := stretch{from: math.MinInt64, to: math.MaxInt64, offset: int64(offset), name: name}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		s.from = from.Unix() + s.offset + day
	}
	if !to.IsZero() {
		s.to = to.Unix() + s.offset - day
	}
	return t, s
}

// offsetOf is the offset in seconds that a zone's abbreviation means at a local
// second: what the own zone calls so, then, else the usual meaning.
func (z *zone) offsetOf(abbreviation string, local int64) (int64, bool) {
	switch abbreviation {
	case "UTC", "GMT", "UCT":
		return 0, true
	}
	if s := z.last.Load(); s != nil && s.name == abbreviation && local >= s.from && local < s.to {
		return s.offset, true
	}
	hours, usual := usualOffset(abbreviation)
	if !usual {
		// Most capitals after a time are a level; ask the own zone only about what it may know.
		switch len(abbreviation) {
		case 3, 4:
		default:
			return 0, false
		}
		if levelWord(abbreviation) != 0 {
			return 0, false
		}
	}
	t, _ := z.at(local)
	from, to := t.ZoneBounds()
	for _, n := range [...]time.Time{t, from.Add(-1), to} { // the repeated hour has two names
		if name, offset := n.In(z.loc).Zone(); name == abbreviation {
			return int64(offset), true
		}
	}
	return int64(hours * 60 * 60), usual
}

func usualOffset(abbreviation string) (hours float64, ok bool) {
	switch abbreviation {
	case "WET":
		return 0, true
	case "CET", "WEST", "BST", "MEZ":
		return 1, true
	case "CEST", "EET", "SAST", "MESZ":
		return 2, true
	case "EEST", "MSK":
		return 3, true
	case "IST":
		return 5.5, true
	case "HKT", "SGT", "AWST":
		return 8, true
	case "JST", "KST":
		return 9, true
	case "AEST":
		return 10, true
	case "AEDT":
		return 11, true
	case "NZST":
		return 12, true
	case "NZDT":
		return 13, true
	case "BRT", "ADT":
		return -3, true
	case "EDT", "AST":
		return -4, true
	case "EST", "CDT":
		return -5, true
	case "CST", "MDT":
		return -6, true
	case "MST", "PDT":
		return -7, true
	case "PST", "AKDT":
		return -8, true
	case "AKST":
		return -9, true
	case "HST":
		return -10, true
	}
	return 0, false
}
