package files

import (
	"math"
	"slices"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A file is divided into chunks at multiples of chunkSize. A record belongs to
// the chunk that its first byte lies in and reaches to the next record, however
// far that is, so a chunk can be indexed knowing nothing of any other:
//
//	 chunk 0             chunk 1               chunk 2
//	|a a a b b b b c c c|c c d d d e e e e e e|e e e e f f g g g ...
//	 ^     ^       ^         ^     ^                   ^   ^
//	 entries of 0            entries of 1              entries of 2
const (
	chunkBits = 20
	chunkSize = 1 << chunkBits
	// headSize is as much of a line as is looked at for its time and severity.
	headSize = 64 << 10
	// maxRecord is as much of a record as is searched and shown; the rest is counted.
	maxRecord = 1 << 20
	// maxJoined is how many lines can be joined to one record. What follows is the next record.
	maxJoined = 5000
)

// An entry is a record in the index, 8 bytes: its offset in the chunk, the class
// of its severity, whether its time is its own, and its time in units of the
// block, from the block's base; 0: none known.
type entry uint64

const (
	timeBits  = 64 - chunkBits - 3 - 1
	maxDelta  = 1<<timeBits - 1
	timedBit  = 1 << timeBits
	classBits = timeBits + 1
	offBits   = classBits + 3
)

func (e entry) off() int64  { return int64(e >> offBits) }
func (e entry) class() int  { return int(e>>classBits) & 7 }
func (e entry) timed() bool { return e&timedBit != 0 }
func (e entry) delta() int64 {
	return int64(e & maxDelta)
}

// noTime is the time of what has none.
const noTime = math.MinInt64

// A block is the index of a chunk. It does not change once it is built.
type block struct {
	start    int64   // offset of the chunk
	entries  []entry // ascending by offset
	base     int64   // Unix ms
	unit     int64   // ms: 1, or 1000 where the times of a chunk are decades apart
	min, max int64   // Unix ms of the entries that have times or inherit one; min > max: none
	timed    int     // entries that have times of their own
	classes  [sources.Severities]uint32
	lines    int64 // line ends
	ref      int64 // Unix ns that its lines were read against
}

func newBlock(start, ref int64) block {
	return block{start: start, ref: ref, unit: 1, min: math.MaxInt64, max: math.MinInt64}
}

// time is Unix ms of an entry, its own or that of the one before it; noTime.
func (b *block) time(e entry) int64 {
	if d := e.delta(); d > 0 {
		return b.base + d*b.unit
	}
	return noTime
}

// at is the offset of the i-th entry in the file.
func (b *block) at(i int) int64 { return b.start + b.entries[i].off() }

// find is the index of the entry that holds the offset, -1 if it lies before them all.
func (b *block) find(off int64) int {
	off -= b.start
	i, ok := slices.BinarySearchFunc(b.entries, off, func(e entry, off int64) int {
		return int(e.off() - off)
	})
	if !ok {
		i--
	}
	return i
}

// overlaps reports whether a line of the block may lie in [from, to], Unix ms.
func (b *block) overlaps(from, to int64) bool {
	return b.min <= to && b.max >= from || len(b.entries) > 0 && b.entries[0].delta() == 0
}

// A builder makes the block of a chunk from its lines.
type builder struct {
	reader *logs.Reader
	b      block
	last   int64 // time of the entry before, Unix ms; noTime
	joined int   // lines since the last entry
	bytes  int64 // since the last entry
	lead   int   // lines before the first entry: they belong to a record of an earlier chunk
	leadAt int64 // the first of them
	first  bool  // nothing comes before this chunk
}

func newBuilder(r *logs.Reader, start, ref int64) *builder {
	return &builder{reader: r, b: newBlock(start, ref), last: noTime, leadAt: -1, first: start == 0}
}

// add takes the line at an offset of the file, without its line end. inherited
// is the time of a line that has none and follows none that has; noTime.
func (w *builder) add(off int64, line []byte, inherited int64) {
	w.b.lines++
	if len(line) > headSize {
		line = line[:headSize]
	}
	h := w.reader.Head(line, w.b.ref)
	size := int64(len(line)) + 1
	if h.Continues && !w.forced(off, size) {
		w.joined++
		w.bytes += size
		return
	}
	w.joined, w.bytes = 1, size
	t, timed := w.last, false
	switch {
	case h.HasTime && !h.Continues:
		t, timed = floorMilli(h.Time), true
	case inherited != noTime:
		t = max(t, inherited)
	}
	w.last = t
	w.push(off, t, timed, h.Severity)
}

// forced reports whether a line that continues a record begins one all the same.
func (w *builder) forced(off, size int64) bool {
	if len(w.b.entries) == 0 {
		if w.lead++; w.lead == 1 {
			w.leadAt = off
		}
		if w.first {
			return true
		}
		if w.lead > maxJoined { // the record that it belongs to is long enough
			w.push(w.leadAt, noTime, false, sources.SeverityUnknown)
			return true
		}
		return false
	}
	return w.joined >= maxJoined || w.bytes+size > maxRecord
}

// push appends an entry.
func (w *builder) push(off, t int64, timed bool, s sources.Severity) {
	b := &w.b
	e := entry(off-b.start)<<offBits | entry(s.Class())<<classBits //nolint:gosec // both are small and not negative
	if t != noTime {
		if b.base == 0 {
			b.base = t - maxDelta/2*b.unit
		}
		d := (t - b.base) / b.unit
		if d <= 0 || d > maxDelta {
			w.widen()
			d = min(max((t-b.base)/b.unit, 1), maxDelta)
		}
		e |= entry(d)
		b.min, b.max = min(b.min, t), max(b.max, t)
	}
	if timed {
		e |= timedBit
		b.timed++
	}
	b.classes[s.Class()]++
	b.entries = append(b.entries, e)
}

// widen makes the unit of the times a second: 40 bits of ms are 34 years only.
// What was handed out before is not changed.
func (w *builder) widen() {
	b := &w.b
	if b.unit != 1 {
		return
	}
	wide := make([]entry, len(b.entries), len(b.entries)+64)
	middle := b.base + maxDelta/2
	for i, e := range b.entries {
		wide[i] = e &^ maxDelta
		if d := e.delta(); d > 0 {
			wide[i] |= entry((b.base+d-middle)/1000 + maxDelta/2) //nolint:gosec // within 34 years of the middle
		}
	}
	b.entries, b.unit, b.base = wide, 1000, middle-maxDelta/2*1000
}

// block ends the chunk. A chunk in which no line begins a record begins one with
// its first line, so that no record is longer than a few chunks.
func (w *builder) block() *block {
	if len(w.b.entries) == 0 && w.lead > 0 {
		w.push(w.leadAt, noTime, false, sources.SeverityUnknown)
	}
	b := w.b
	b.entries = slices.Clone(b.entries)
	return &b
}

// floorMilli is Unix ms of Unix ns, rounded down.
func floorMilli(ns int64) int64 {
	ms := ns / 1e6
	if ns%1e6 < 0 {
		ms--
	}
	return ms
}
