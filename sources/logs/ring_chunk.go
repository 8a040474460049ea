package logs

import (
	"cmp"
	"math"
	"slices"
	"time"
	"unsafe"

	"nightjar/sources"
)

const (
	// mostChunks is about how many chunks a full ring has: what goes at once is one of them.
	mostChunks = 128
	// largestChunk bounds the text of a chunk, but for one record that is larger.
	largestChunk = 256 << 10
)

// A chunk is a stretch of a stream: the text of its records, each with a \n at
// its end, and where they begin. Both only grow, so that who has a copy of the
// slices can read on without a lock.
type chunk struct {
	first   uint64 // number of the first record
	text    []byte
	entries []entry
	from    int64 // the earliest time
	to      int64 // the latest
	gaps    int
}

// An entry is a record.
type entry struct {
	stamp    int64  // when it arrived, Unix ns; ascending
	time     int64  // of the record, Unix ns
	off      uint32 // of its text
	lost     int32  // as LogLine.Lost: the text says why
	labels   uint16
	severity sources.Severity
}

const entrySize = int(unsafe.Sizeof(entry{}))

func (c *chunk) size() int { return len(c.text) + entrySize*len(c.entries) }

// last is the newest record, zero if there is none. r.mu is held.
func (r *Ring) last() entry {
	if len(r.chunks) == 0 {
		return entry{}
	}
	c := r.chunks[len(r.chunks)-1]
	return c.entries[len(c.entries)-1]
}

// push adds a record. r.mu is held.
func (r *Ring) push(text []byte, e entry) {
	var c *chunk
	if n := len(r.chunks); n > 0 {
		c = r.chunks[n-1]
	}
	size, lines := min(max(r.o.Bytes/mostChunks, 1), largestChunk), max(r.o.Lines/mostChunks, 1)
	if c == nil || len(c.entries) >= lines || c.size() >= size || len(c.text)+len(text) >= math.MaxUint32 {
		r.bound() // a batch may be larger than the ring
		c = &chunk{first: r.seq, from: math.MaxInt64, to: math.MinInt64}
		r.chunks = append(r.chunks, c)
	}
	e.off = uint32(len(c.text)) //nolint:gosec // bounded above
	c.text = append(append(c.text, text...), '\n')
	c.entries = append(c.entries, e)
	c.from, c.to = min(c.from, e.time), max(c.to, e.time)
	if e.lost != 0 {
		c.gaps++
	}
	r.bytes += len(text) + 1 + entrySize
	r.held++
	r.seq++
}

// join adds a line to the last record; it reports false if that has grown too large. r.mu is held.
func (r *Ring) join(text []byte) bool {
	c := r.chunks[len(r.chunks)-1]
	begin := int(c.entries[len(c.entries)-1].off)
	if len(c.text)-begin+len(text) > maxRecord {
		return false
	}
	c.text = append(append(c.text, text...), '\n')
	r.bytes += len(text) + 1
	return true
}

// record is the text of a record, with its last \n.
func (c *chunk) record(i int) []byte {
	end := len(c.text)
	if i+1 < len(c.entries) {
		end = int(c.entries[i+1].off)
	}
	return c.text[c.entries[i].off:end:end]
}

// holding is the entry that the byte at off belongs to.
func (c *chunk) holding(off int) int {
	i, found := slices.BinarySearchFunc(c.entries, off, func(e entry, off int) int { return cmp.Compare(int(e.off), off) })
	if !found {
		i--
	}
	return i
}

// A snapshot is what a ring held at a moment.
type snapshot struct {
	r       *Ring
	chunks  []chunk
	labels  []sources.Labels
	held    int
	dropped uint64
	newest  entry // let go
	first   uint64
	broken  int
}

// snapshot is what is held and whole now.
func (r *Ring) snapshot() *snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := &snapshot{
		r: r, chunks: make([]chunk, len(r.chunks)), labels: r.labels[:len(r.labels):len(r.labels)],
		held: r.held, dropped: r.dropped, newest: r.newest, first: r.seq, broken: r.broken,
	}
	for i, c := range r.chunks {
		v.chunks[i] = *c
	}
	if n := len(v.chunks); n > 0 {
		v.first = v.chunks[0].first
		if r.open {
			c := &v.chunks[n-1]
			last := len(c.entries) - 1
			c.text = c.text[:c.entries[last].off]
			c.entries = c.entries[:last]
			v.held--
		}
	}
	return v
}

// pos is the position of a record.
func (v *snapshot) pos(stamp int64, seq uint64) sources.LogPos {
	return sources.LogPos{Major: stamp, Minor: uint64(v.r.o.ID)<<48 | seq&(1<<48-1)}
}

// line reads a record.
func (v *snapshot) line(c *chunk, i int) sources.LogLine {
	e := &c.entries[i]
	text := trimEnd(view(c.record(i))) // what a chunk holds is never written again
	var l sources.LogLine
	if e.lost != 0 {
		l = sources.LogLine{Lost: int(e.lost), Body: text, Raw: text}
	} else {
		v.r.o.Reader.Parse(text, e.stamp, &l)
		l.Severity = e.severity
	}
	l.Pos = v.pos(e.stamp, c.first+uint64(i)) //nolint:gosec // an index
	l.Time = time.Unix(0, e.time).In(v.r.o.Reader.zone.loc)
	l.Labels = v.labels[e.labels]
	return l
}
