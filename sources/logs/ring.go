package logs

import (
	"io"
	"slices"
	"sync"
	"time"

	"nightjar/sources"
)

const (
	// DefaultRingBytes bounds a Ring, unless its options say otherwise.
	DefaultRingBytes = 64 << 20
	// DefaultRingLines does too.
	DefaultRingLines = 500_000
	// settling is how long a record may wait for lines that belong to it before it is shown.
	settling = 100 * time.Millisecond
	// maxRecord bounds what lines are joined to, in bytes: the next one begins a record of its own.
	maxRecord = 1 << 20
	// learnFirst to learnLast are the numbers of lines after which the Reader learns.
	learnFirst, learnLast = 8, sampleLines
)

// RingOptions say what a ring holds and how lines are read.
type RingOptions struct {
	Source string           // its name, in pages and errors
	Bytes  int              // most bytes of lines and their index; 0: DefaultRingBytes
	Lines  int              // most records; 0: DefaultRingLines
	Reader *Reader          // nil: one that knows every format; it learns from the first lines
	Clock  func() time.Time // nil: time.Now
	Signal *Signal          // nil: its own
	ID     uint16           // tells positions of several rings of one source apart
}

// A Ring keeps the newest lines of a stream in memory, within bounds of bytes and
// of records: the oldest go first, and are counted. A page that reaches back to
// what was let go begins with a gap that says how many lines that were, and has a note of it.
//
// A line without a time has that of its arrival, as far behind or ahead as the last line
// with a time of its own was. Lines that belong together are joined as long as
// they come at most 100 ms apart; a record is shown once it is whole, and never
// changes after that. The order is that of arrival.
//
// It implements LogSearcher, LogCounter, LogAwaiter, LogSpanner and LogTailer of
// package sources, and is safe for concurrent use. What it gives shares its memory.
type Ring struct {
	o      RingOptions
	signal *Signal

	mu      sync.Mutex
	chunks  []*chunk // oldest first
	bytes   int
	seq     uint64 // of the next record; the first is 1
	held    int    // records
	stamp   int64  // the newest
	lag     int64  // of a line's own time behind its arrival, when it was seen last
	labels  []sources.Labels
	open    bool        // lines may yet be joined to the last record
	settle  *time.Timer // ends open
	learn   int         // how many lines have come when the Reader learns next; 0: it does not
	broken  int         // lines that were too long to be kept whole
	dropped uint64      // records let go
	newest  entry       // of those
	ended   bool
}

// A RingLine is a line that a ring is given.
type RingLine struct {
	Text   []byte // without its line end; it is copied
	Labels sources.Labels
	// At is when it arrived; zero: now.
	At time.Time
	// Stamped says that At is the line's time, whatever its text says.
	Stamped bool
}

// NewRing makes an empty ring.
func NewRing(o RingOptions) *Ring {
	if o.Bytes <= 0 {
		o.Bytes = DefaultRingBytes
	}
	if o.Lines <= 0 {
		o.Lines = DefaultRingLines
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Reader == nil {
		o.Reader = NewReader(Options{Zone: time.Local})
	}
	r := &Ring{o: o, signal: o.Signal, seq: 1, learn: learnFirst, labels: []sources.Labels{nil}}
	if r.signal == nil {
		r.signal = new(Signal)
	}
	return r
}

// Append adds lines. They are dropped once the ring has ended.
func (r *Ring) Append(lines ...RingLine) {
	if len(lines) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	now := r.o.Clock()
	for i := range lines {
		r.add(&lines[i], now)
	}
	r.changed()
}

// Gap adds a gap: lost lines are missing here, -1 for an unknown number, and why.
func (r *Ring) Gap(lost int, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.stamp = max(r.stamp, r.o.Clock().UnixNano())
	r.push([]byte(why), entry{stamp: r.stamp, time: r.stamp, lost: int32(min(max(lost, -1), 1<<30))})
	r.open = false
	r.changed()
}

// End says that no more lines come: AwaitLogs gives io.EOF to who has seen all, and
// TailLogs returns. What is held stays. It may be called more than once.
func (r *Ring) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.ended, r.open = true, false
	if r.settle != nil {
		r.settle.Stop()
	}
	if r.o.Signal != nil {
		r.signal.Bump() // others go on
		return
	}
	r.signal.End(io.EOF)
}

// Ended reports whether End was called.
func (r *Ring) Ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// add adds one line. r.mu is held.
func (r *Ring) add(l *RingLine, now time.Time) {
	at := l.At
	if at.IsZero() {
		at = now
	}
	arrived := at.UnixNano()
	text := l.Text
	h := r.o.Reader.Head(text, arrived)
	label := r.intern(l.Labels)
	if last := r.last(); h.Continues && r.open && last.labels == label && r.join(text) {
		return
	}
	r.stamp = max(r.stamp, arrived)
	e := entry{stamp: r.stamp, time: arrived, labels: label, severity: h.Severity}
	switch {
	case l.Stamped:
	case h.HasTime:
		e.time, r.lag = h.Time, arrived-h.Time
	default:
		e.time = arrived - r.lag
	}
	r.push(text, e)
	r.open = r.o.Reader.learnt.Load().joins
	if r.learn > 0 && r.seq > uint64(r.learn) {
		r.study()
	}
}

// study lets the Reader learn from what is held, again when there is more of it. r.mu is held.
func (r *Ring) study() {
	last := r.chunks[len(r.chunks)-1]
	r.o.Reader.Learn(last.text)
	if r.learn *= 8; r.learn > learnLast {
		r.learn = 0
	}
}

// intern is the number of labels, which are few: those past the 65,535th are
// not kept. 0 is none. r.mu is held.
func (r *Ring) intern(l sources.Labels) uint16 {
	for i := len(r.labels) - 1; i >= 0; i-- {
		if r.labels[i].Equal(l) {
			return uint16(i) //nolint:gosec // bounded below
		}
	}
	if len(r.labels) == 1<<16 {
		return 0
	}
	r.labels = append(r.labels, l)
	return uint16(len(r.labels) - 1) //nolint:gosec // bounded above
}

// changed says so, and lets an open record settle. r.mu is held.
func (r *Ring) changed() {
	r.bound()
	r.signal.Bump()
	switch {
	case !r.open:
	case r.settle == nil:
		r.settle = time.AfterFunc(settling, r.settled)
	default:
		r.settle.Reset(settling)
	}
}

// settled shows the last record: nothing more is joined to it.
func (r *Ring) settled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open {
		r.open = false
		r.signal.Bump()
	}
}

// bound lets the oldest chunks go until the rest is within bounds. r.mu is held.
func (r *Ring) bound() {
	n := 0
	for ; n < len(r.chunks)-1 && (r.bytes > r.o.Bytes || r.held > r.o.Lines); n++ {
		c := r.chunks[n]
		r.bytes -= c.size()
		r.held -= len(c.entries)
		for i := range c.entries {
			n := c.entries[i].lost // a gap counts as what it says is missing
			if n == 0 {
				n = 1
			}
			r.dropped += uint64(max(n, 0))
		}
		r.newest = c.entries[len(c.entries)-1]
	}
	r.chunks = slices.Delete(r.chunks, 0, n)
}

// Broke counts a line that was too long to be kept whole, for the notes.
func (r *Ring) Broke() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken++
}

var (
	_ sources.LogSearcher = (*Ring)(nil)
	_ sources.LogCounter  = (*Ring)(nil)
	_ sources.LogAwaiter  = (*Ring)(nil)
	_ sources.LogSpanner  = (*Ring)(nil)
	_ sources.LogTailer   = (*Ring)(nil)
)
