package logserver

import (
	"hash/maphash"
	"math"
	"slices"
	"time"

	"nightjar/sources"
)

// Where a line stands: its time, then a hash of all that it says, then, where a
// server keeps lines that are the same in all, which of these it is.
//
//	Minor  0hhhhhhh hhhhhhhh hhhhhhhh hhhhhhhh hhhhhhhh hhhhhhhh nnnnnnnn nnnnnnnn
//
// No line is first or last of its time: 0 and lastMinor are for gaps and bounds.
const (
	ordinalBits = 16
	lastMinor   = math.MaxInt64
)

// A Hash tells lines of one time apart. The zero Hash is ready.
type Hash struct{ h maphash.Hash }

// seed is one for all, so that the same line always has the same position.
var seed = maphash.MakeSeed()

// Reset begins a line.
func (h *Hash) Reset() {
	h.h.SetSeed(seed)
}

// Add adds a part of the line; parts do not run into each other.
func (h *Hash) Add(part string) {
	_, _ = h.h.WriteString(part)
	_ = h.h.WriteByte(0xff) // in no UTF-8
}

// Pos is the position of a line of a time in Unix nanoseconds.
func (h *Hash) Pos(ns int64) sources.LogPos {
	sum := h.h.Sum64() >> 1 >> ordinalBits << ordinalBits
	return sources.LogPos{Major: ns, Minor: min(max(sum, 1<<ordinalBits), (lastMinor>>ordinalBits-1)<<ordinalBits)}
}

// settle puts lines in order, and drops or numbers those that are the same.
func settle(lines []sources.LogLine, repeats bool) []sources.LogLine {
	slices.SortStableFunc(lines, func(a, b sources.LogLine) int { return a.Pos.Compare(b.Pos) })
	kept := lines[:0]
	same := uint64(0)
	for i := range lines {
		l := lines[i]
		if n := len(kept); n > 0 && l.Lost == 0 && kept[n-1].Lost == 0 && kept[n-1].Pos.Major == l.Pos.Major && kept[n-1].Pos.Minor>>ordinalBits == l.Pos.Minor>>ordinalBits {
			if !repeats {
				continue
			}
			same = min(same+1, 1<<ordinalBits-1)
			l.Pos.Minor |= same
		} else {
			same = 0
		}
		kept = append(kept, l)
	}
	return kept
}

// Gap is a gap in a source at a time in Unix nanoseconds: before all lines of
// that time, or after them.
func Gap(ns int64, after bool, lost int, why string) sources.LogLine {
	l := sources.LogLine{Pos: sources.LogPos{Major: ns, Minor: 1}, Time: time.Unix(0, ns), Lost: lost, Body: why}
	if after {
		l.Pos.Minor = lastMinor
	}
	return l
}

// A recent is a bounded set of the positions that came last.
type recent struct {
	known map[sources.LogPos]struct{}
	ring  []sources.LogPos
	next  int
	same  map[sources.LogPos]uint64 // how many of each came over one connection
}

// maxRecent is how many lines are recognised when they come again.
const maxRecent = 1 << 17

// add reports whether a position is new.
func (r *recent) add(p sources.LogPos) bool {
	if _, ok := r.known[p]; ok {
		return false
	}
	if r.known == nil {
		r.known = map[sources.LogPos]struct{}{}
	}
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, p)
	} else {
		delete(r.known, r.ring[r.next])
		r.ring[r.next] = p
		r.next = (r.next + 1) % maxRecent
	}
	r.known[p] = struct{}{}
	return true
}

// number gives a line that came over a connection its place among those that are the same.
func (r *recent) number(p sources.LogPos) sources.LogPos {
	if len(r.same) >= maxRecent || r.same == nil {
		r.same = map[sources.LogPos]uint64{}
	}
	n := r.same[p]
	r.same[p] = n + 1
	p.Minor |= min(n, 1<<ordinalBits-1)
	return p
}

// within counts positions with from <= time < to.
func (r *recent) within(from, to int64) (n int) {
	for _, p := range r.ring {
		if from <= p.Major && p.Major < to {
			n++
		}
	}
	return n
}
