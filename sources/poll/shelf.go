package poll

import (
	"cmp"
	"slices"

	"nightjar/sources"
)

// A shelf keeps what was read, so that it is there at once when it is wanted
// again: frames that can be merged with, and the last results of jobs that
// have none. What is not wanted now is bounded, counted in values; the least
// recently used goes first.
type shelf struct {
	max     int // values
	clock   uint64
	held    map[heldKey][]*held
	retired map[Key]*retired
}

// A retired result is the last one of a job that is not wanted any more.
type retired struct {
	result *Result
	used   uint64
	cost   int
}

// maxPieces bounds how many stretches of one query are kept apart.
const maxPieces = 4

func newShelf(maxValues int) *shelf {
	return &shelf{max: maxValues, held: map[heldKey][]*held{}, retired: map[Key]*retired{}}
}

// find is the held frame of k that has most of want, or one that touches it, or nil.
func (s *shelf) find(k heldKey, want span) *held {
	var best *held
	most := -1
	for _, h := range s.held[k] {
		if h.single != nil && h.span != want || !h.span.touches(want, h.step) {
			continue
		}
		if n := h.span.clip(want).steps(h.step); n > most {
			best, most = h, n
		}
	}
	if best != nil {
		s.clock++
		best.used = s.clock
	}
	return best
}

func (s *shelf) add(h *held) {
	s.clock++
	h.used = s.clock
	s.held[h.key] = append(s.held[h.key], h)
}

func (s *shelf) drop(h *held) {
	rest := slices.DeleteFunc(s.held[h.key], func(x *held) bool { return x == h })
	if len(rest) == 0 {
		delete(s.held, h.key)
		return
	}
	s.held[h.key] = rest
}

// retire keeps the last result of a job that is not wanted any more.
func (s *shelf) retire(r *Result) {
	s.clock++
	s.retired[r.Key] = &retired{r, s.clock, resultCost(r)}
}

// unretire takes it back, nil if it is not there.
func (s *shelf) unretire(k Key) *Result {
	r := s.retired[k]
	if r == nil {
		return nil
	}
	delete(s.retired, k)
	return r.result
}

// trim drops the least recently used until the rest fits. Frames that are
// wanted or being read for are neither dropped nor counted.
func (s *shelf) trim(wanted func(*held) bool) {
	type item struct {
		used uint64
		cost int
		drop func()
	}
	var idle []item
	total := 0
	for _, pieces := range s.held {
		n := 0
		for _, h := range slices.SortedFunc(slices.Values(pieces), func(a, b *held) int { return cmp.Compare(b.used, a.used) }) {
			if wanted(h) || h.busy {
				continue
			}
			if n++; n > maxPieces {
				s.drop(h)
				continue
			}
			c := h.cost()
			total += c
			idle = append(idle, item{h.used, c, func() { s.drop(h) }})
		}
	}
	for k, r := range s.retired {
		total += r.cost
		idle = append(idle, item{r.used, r.cost, func() { delete(s.retired, k) }})
	}
	slices.SortFunc(idle, func(a, b item) int { return cmp.Compare(a.used, b.used) })
	for _, i := range idle {
		if total <= s.max {
			return
		}
		i.drop()
		total -= i.cost
	}
}

func resultCost(r *Result) int {
	n := 16 + len(r.Alerts)*8
	if r.Frame != nil {
		n += frameCost(r.Frame)
	}
	if r.Table != nil {
		n += len(r.Table.Rows) * len(r.Table.Columns) * 3 // a cell is a text and a number
	}
	return n
}

func frameCost(f *sources.Frame) int {
	n := 0
	for i := range f.Series {
		n += 8 + len(f.Series[i].Values)
		for _, h := range f.Series[i].Histograms {
			if n++; h != nil {
				n += 4 + 4*len(h.Buckets)
			}
		}
	}
	return n
}
