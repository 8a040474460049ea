package poll

import (
	"math"
	"slices"

	"nightjar/sources"
)

// keepFactor bounds what panning piles up: steps held for each step wanted.
const keepFactor = 4

// replace makes h the whole answer a.
func (h *held) replace(a *answer) {
	h.span, h.empty, h.suspect, h.single = a.span, false, false, nil
	h.infos = a.frame.Infos
	h.times, h.columns = nil, nil
	h.settled = h.span.from - h.step
	if a.single {
		h.single = a.frame
		return
	}
	n := a.span.steps(h.step)
	h.times = timeline(a.span.from, h.step, n, n)
	h.columns = a.columns // the source's own memory; no spare capacity, so never written
}

// completes reports whether what is held makes up for what is missing in a: it is
// kept rather than replaced.
func (h *held) completes(a *answer) bool {
	return a.frame.Incomplete && !a.single && !h.empty && h.single == nil && h.span.touches(a.span, h.step)
}

// settle marks steps up to limit as final, where the answer that was read up to
// read says nothing against it: one with warnings may lack parts.
func (h *held) settle(a *answer, limit int64) {
	if len(a.frame.Warnings) > 0 {
		if a.span.to < h.span.to {
			h.suspect = true
		}
		return
	}
	if s := min(floor(limit, h.step), a.span.to); a.span.from <= h.settled+h.step || a.span.from == h.span.from {
		h.settled = max(h.settled, s)
	}
}

// merge writes the answer over what is held and extends it. keep is the first
// step that anybody wants: older ones go when memory is moved. It reports
// whether the values that were thought final were read again the same.
func (h *held) merge(a *answer, keep int64) (agrees bool) {
	before := h.span
	fresh := h.reserve(a.span, min(keep, a.span.from))
	old := len(h.times)
	lo := int((a.span.from - h.span.from) / h.step)
	hi := int((a.span.to-h.span.from)/h.step) + 1
	// The values at first..final were thought final.
	first := int((max(before.from, h.span.from) - h.span.from) / h.step)
	final := int((h.settled - h.span.from) / h.step)
	if hi > old {
		h.times = h.times[:hi]
		for i := old; i < hi; i++ {
			h.times[i] = h.span.from + int64(i)*h.step
		}
		h.span.to = a.span.to
	}
	n := len(h.times)
	agrees = true
	write := func(c *column, at int, v float64, own *bool) {
		if math.Float64bits(c.values[at]) == math.Float64bits(v) {
			return
		}
		agrees = agrees && (at < first || at > final)
		if !*own {
			moved := make([]float64, n, cap(h.times))
			copy(moved, c.values)
			c.values, *own = moved, true
		}
		c.values[at] = v
	}
	extend := func(c *column, read []float64) {
		own := fresh
		known := min(hi, old)
		c.values = c.values[:n]
		if hi > old {
			if read == nil {
				gaps(c.values[old:hi])
			} else {
				copy(c.values[old:hi], read[old-lo:])
			}
		}
		if read == nil && a.frame.Incomplete {
			return // it may be there all the same
		}
		for i := lo; i < known; i++ {
			v := sources.Gap()
			if read != nil {
				v = read[i-lo]
			}
			write(c, i, v, &own)
		}
	}
	var added []column
	j := 0
	for _, c := range a.columns {
		same := j < len(h.columns) && h.columns[j].labels.Equal(c.labels)
		for !same && j < len(h.columns) && h.columns[j].labels.Compare(c.labels) < 0 {
			extend(&h.columns[j], nil)
			j++
			same = j < len(h.columns) && h.columns[j].labels.Equal(c.labels)
		}
		if same {
			extend(&h.columns[j], c.values)
			j++
			continue
		}
		if blank(c.values) {
			continue
		}
		v := make([]float64, n, cap(h.times))
		gaps(v)
		copy(v[lo:hi], c.values)
		if k := min(final+1, old, hi); k > max(first, lo) && !blank(v[max(first, lo):k]) {
			agrees = false // it has a past that we did not know of
		}
		added = append(added, column{c.labels, v})
	}
	for ; j < len(h.columns); j++ {
		extend(&h.columns[j], nil)
	}
	if len(added) > 0 {
		h.columns = append(h.columns, added...)
		slices.SortFunc(h.columns, func(x, y column) int { return x.labels.Compare(y.labels) })
	}
	h.infos = union(h.infos, a.frame.Infos)
	return agrees
}

// reserve makes room for s, which touches what is held: in place where the
// spare capacity allows it, else in new memory, that starts at keep if older
// steps are held. It reports whether all memory is new, so that no frame sees it.
func (h *held) reserve(s span, keep int64) (fresh bool) {
	need := int((s.to-h.span.from)/h.step) + 1
	if s.from >= h.span.from && need <= cap(h.times) {
		return false
	}
	from := min(s.from, max(h.span.from, keep))
	to := h.span.to
	if n := s.steps(h.step); s.from < h.span.from && (to-from)/h.step > int64(keepFactor*n+1024) {
		// Far to the left of what was held: let go of the right end.
		to = max(s.to, from+int64(keepFactor*n+1024)*h.step)
		h.settled = min(h.settled, to)
	}
	old := h.span
	h.span = span{from, to}
	n := h.span.steps(h.step)
	room := max(n, int((s.to-from)/h.step)+1)
	room += max(16, room/4)
	h.times = timeline(from, h.step, n, room)
	i := int((max(from, old.from) - old.from) / h.step) // first kept value, old place
	at := int((max(from, old.from) - from) / h.step)    // and its new one
	kept := make([]column, 0, len(h.columns)+4)
	slab := make([]float64, len(h.columns)*room)
	for _, c := range h.columns {
		c.values = c.values[i : i+n-at]
		if blank(c.values) {
			continue
		}
		v := slab[:n:room]
		slab = slab[room:]
		gaps(v[:at])
		copy(v[at:], c.values)
		kept = append(kept, column{c.labels, v})
	}
	h.columns = kept
	return true
}

// timeline is n steps from from, with room for more.
func timeline(from, step int64, n, room int) []int64 {
	t := make([]int64, n, room)
	for i := range t {
		t[i] = from + int64(i)*step
	}
	return t
}

func union(a, b []string) []string {
	if slices.Equal(a, b) {
		return a
	}
	u := slices.Concat(a, b)
	slices.Sort(u)
	return slices.Compact(u)
}
