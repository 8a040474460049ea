package poll

import (
	"slices"
	"time"

	"nightjar/sources"
)

// A heldKey names what frames may be merged with each other. The window is not part of it.
type heldKey struct {
	source, expr string
	step         int64
	limit        int
}

// A column is one series of a held frame: a value per step.
type column struct {
	labels sources.Labels
	values []float64
}

// A held frame is a contiguous stretch of steps that is known, from which the
// frames of jobs are cut:
//
//	      from            settled   to
//	        |=================|......|      known; final up to settled, so the next
//	|---------------------|                 read begins there: a frame cut out of it
//	                      new read [=|======]
//
// Frames that were cut out share its memory. It is never written where a frame
// can see: new steps are appended behind the end of every frame, and a value
// that changes has its column copied first.
type held struct {
	key  heldKey
	span span
	step int64
	// times and every column's values have one entry per step of span, and the same spare capacity.
	times   []int64
	columns []column // in label order
	// warnings are of the newest answer, infos of all since it was read whole.
	warnings, infos []string
	// settled is the last step whose value is final; before span.from: none is.
	settled int64
	// single: the last answer cannot be merged with (a limit cut it, it is no matrix ...).
	single *sources.Frame
	// suspect: something held may be wrong, read all of it again.
	suspect bool
	empty   bool          // nothing is known yet; span is what is being read
	busy    bool          // a request is reading for it
	read    time.Duration // when its newest part was read
	good    time.Duration // when what a job took for the newest was read: after read where the clock was set back
	at      time.Time     // the same, wall clock
	reread  time.Duration // when it was last read whole because it disagreed
	used    uint64        // for the shelf
}

// cost is the number of values it keeps.
func (h *held) cost() int {
	n := cap(h.times)
	for i := range h.columns {
		n += cap(h.columns[i].values)
	}
	if h.single != nil {
		n += frameCost(h.single)
	}
	return n
}

// plan says what must be read so that want can be cut out: nothing, parts to
// merge, or all of want. Each part reaches one step into what is settled, as a
// check of it.
func (h *held) plan(want span) (parts []span, whole bool) {
	all := []span{want}
	switch {
	case want.to < want.from:
		return nil, false
	case h.empty || h.suspect || h.single != nil || h.settled < h.span.from || !h.span.touches(want, h.step):
		return all, true
	}
	n := 0
	if want.from < h.span.from {
		parts = append(parts, span{want.from, h.span.from})
	}
	if want.to > h.settled {
		parts = append(parts, span{h.settled, want.to})
	}
	for _, p := range parts {
		n += p.steps(h.step)
	}
	if n >= want.steps(h.step) && want.contains(h.span) {
		return all, true
	}
	return parts, false
}

// fresh reports whether all of want was read no longer than d ago.
func (h *held) fresh(want span, now, d time.Duration) bool {
	return h.span.contains(want) && want.to == h.span.to && now-h.read < d
}

// over reports whether f has more series than the limit that a source would have kept to.
func (h *held) over(f *sources.Frame) bool { return h.key.limit > 0 && len(f.Series) > h.key.limit }

// cut is the known part of want as a frame, without the series that have no
// sample in it. It is nil if nothing of want is known.
func (h *held) cut(want span) *sources.Frame {
	if h.empty || h.single != nil {
		if h.empty || h.span != want {
			return nil
		}
		return h.single
	}
	w := h.span.clip(want)
	if w.to < w.from {
		return nil
	}
	i, j := int((w.from-h.span.from)/h.step), int((w.to-h.span.from)/h.step)+1
	f := &sources.Frame{Source: h.key.source, Kind: sources.Matrix, Start: w.from, End: w.to, Step: h.step, Warnings: h.warnings, Infos: h.infos}
	times := h.times[i:j:j]
	n := 0
	for k := range h.columns {
		if !blank(h.columns[k].values[i:j]) {
			n++
		}
	}
	if n == 0 {
		return f
	}
	f.Series = make([]sources.Series, 0, n)
	for k := range h.columns {
		if v := h.columns[k].values[i:j:j]; !blank(v) {
			f.Series = append(f.Series, sources.Series{Labels: h.columns[k].labels, Times: times, Values: v})
		}
	}
	return f
}

// blank reports whether v has no sample. The newest are looked at first: most
// series have one there.
func blank(v []float64) bool {
	for _, x := range slices.Backward(v) {
		if !sources.IsGap(x) {
			return false
		}
	}
	return true
}
