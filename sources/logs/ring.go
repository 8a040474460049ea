package logs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"nightjar/sources"
)

const (
	// DefaultRingLines and DefaultRingBytes bound a Ring that is given no bounds.
	DefaultRingLines = 1_000_000
	DefaultRingBytes = 256 << 20
	// ringPage is how many lines a page has unless the query says.
	ringPage = 1000
	// chunkLines is how many lines are let go at once.
	chunkLines = 1024
	// lineCost is what a line costs beside its text: the LogLine itself.
	lineCost = 160
	// maxSteps bounds a histogram.
	maxSteps = 100_000
)

var errClosed = errors.New("the source is closed")

// RingOptions bound a Ring.
type RingOptions struct {
	Name  string // of the source
	Lines int    // most lines held; 0: DefaultRingLines
	Bytes int64  // most bytes held, about; 0: DefaultRingBytes
	// Reader parses lines when they are given out, if it is set; else lines are
	// given as they were put.
	Reader *Reader
}

// A Ring holds the newest lines of a stream in memory, in the order they came.
// When a bound is reached the oldest are let go; that is counted, and a gap says
// it where they were. It has the methods of LogSearcher, LogAwaiter, LogCounter,
// LogSpanner and LogTailer, to be embedded. It is safe for concurrent use.
type Ring struct {
	o RingOptions

	mu      sync.Mutex
	chunks  []*ringChunk // oldest first
	lines   int
	bytes   int64
	gone    int64 // lines let go
	next    int64 // position of the next line
	version uint64
	changed chan struct{} // closed and replaced with every version
	closed  bool
}

// A ringChunk is lines that are let go together. What is in lines does not change.
type ringChunk struct {
	first int64 // position of lines[0]
	lines []sources.LogLine
	bytes int64
}

// NewRing makes an empty Ring.
func NewRing(o RingOptions) *Ring {
	if o.Lines <= 0 {
		o.Lines = DefaultRingLines
	}
	if o.Bytes <= 0 {
		o.Bytes = DefaultRingBytes
	}
	return &Ring{o: o, next: 1, version: 1, changed: make(chan struct{})}
}

// Name is the name of the source.
func (r *Ring) Name() string { return r.o.Name }

// Put adds lines at the end. Their positions are set. They are the Ring's from now on.
func (r *Ring) Put(lines ...sources.LogLine) {
	if len(lines) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range lines {
		n := len(r.chunks)
		if n == 0 || len(r.chunks[n-1].lines) == chunkLines {
			r.chunks = append(r.chunks, &ringChunk{first: r.next})
			n++
		}
		c := r.chunks[n-1]
		l.Pos = sources.LogPos{Major: r.next, Minor: 1}
		r.next++
		c.lines = append(c.lines, l)
		cost := costOf(&l)
		c.bytes += cost
		r.bytes += cost
		r.lines++
	}
	for len(r.chunks) > 1 && (r.lines > r.o.Lines || r.bytes > r.o.Bytes) {
		c := r.chunks[0]
		r.chunks[0] = nil
		r.chunks = r.chunks[1:]
		r.lines -= len(c.lines)
		r.bytes -= c.bytes
		r.gone += int64(len(c.lines))
	}
	r.version++
	close(r.changed)
	r.changed = make(chan struct{})
}

// costOf is about what a line takes.
func costOf(l *sources.LogLine) int64 {
	n := lineCost + len(l.Raw)
	for _, f := range l.Fields {
		n += 32 + len(f.Name) + len(f.Value)
	}
	return int64(n)
}

// Held is how many lines are held, their bytes, about, and how many were let go.
func (r *Ring) Held() (lines int, bytes, gone int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines, r.bytes, r.gone
}

// Notes say that a bound was reached, for Status.
func (r *Ring) Notes() []string {
	if lines, _, gone := r.Held(); gone > 0 {
		return []string{fmt.Sprintf("the newest %d lines are held; %d older ones were let go", lines, gone)}
	}
	return nil
}

// Close wakes those that wait. What is held can still be searched.
func (r *Ring) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		close(r.changed)
	}
	return nil
}

// AwaitLogs returns when lines came since version seen; at once for 0.
func (r *Ring) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	for {
		r.mu.Lock()
		version, changed, closed := r.version, r.changed, r.closed
		r.mu.Unlock()
		if version != seen {
			return version, nil
		}
		if closed {
			return seen, sources.Errorf(r.o.Name, "follow", sources.KindCancelled, "%w", errClosed)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, ctx.Err()
		}
	}
}

// view is what is held now. Its chunks do not change.
func (r *Ring) view() (chunks []ringChunk, gone int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	chunks = make([]ringChunk, len(r.chunks))
	for i, c := range r.chunks {
		chunks[i] = *c
	}
	return chunks, r.gone
}

// SearchLogs gives up to q.Limit lines, newest first unless q.Forward, and a gap
// where lines were let go.
func (r *Ring) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	m, err := r.compile("search", q.Terms)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = ringPage
	}
	chunks, gone := r.view()
	page := &sources.LogPage{Source: r.o.Name, Total: count(chunks), Notes: r.Notes()}
	if r.o.Reader != nil {
		page.Format = r.o.Reader.Format()
	}
	add := func(l sources.LogLine) (more bool) {
		if page.More = len(page.Lines) == limit; page.More {
			return false
		}
		page.Lines = append(page.Lines, l)
		return true
	}
	gap := func() bool {
		if gone == 0 || len(chunks) == 0 {
			return true
		}
		l := sources.LogLine{Pos: sources.LogPos{Major: chunks[0].first}, Lost: int(gone), Body: "let go: the bound on memory was reached"}
		l.Raw, l.Time = l.Body, chunks[0].lines[0].Time
		return !q.Within(&l) || add(l)
	}
	if q.Forward && !gap() {
		return page, nil
	}
	for i := range chunks {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(r.o.Name, "search", sources.KindCancelled, "%w", err)
		}
		c := chunks[i]
		if !q.Forward {
			c = chunks[len(chunks)-1-i]
		}
		for j := range c.lines {
			l := c.lines[j]
			if !q.Forward {
				l = c.lines[len(c.lines)-1-j]
			}
			if q.Within(&l) && r.passes(m, &l) && !add(l) {
				return page, nil
			}
		}
	}
	if !q.Forward {
		gap()
	}
	return page, nil
}

// count is how many lines chunks hold.
func count(chunks []ringChunk) (n int64) {
	for _, c := range chunks {
		n += int64(len(c.lines))
	}
	return n
}

func (r *Ring) compile(op string, terms []sources.LogTerm) (*Matcher, error) {
	m, err := Compile(terms)
	if err != nil {
		return nil, sources.Errorf(r.o.Name, op, sources.KindQuery, "%w", err)
	}
	return m, nil
}

// passes tests a line and parses it if it passes.
func (r *Ring) passes(m *Matcher, l *sources.LogLine) bool {
	if r.o.Reader == nil || l.Lost != 0 {
		return m.Match(l)
	}
	if m.Raw() && !m.Match(l) {
		return false
	}
	at := l.Time
	r.o.Reader.Parse(l.Raw, at.UnixNano(), l)
	if l.Time.IsZero() {
		l.Time = at
	}
	return m.Raw() || m.Match(l)
}

// LogSpan is from the earliest to the latest time held.
func (r *Ring) LogSpan(context.Context) (w sources.Window, err error) {
	chunks, _ := r.view()
	for _, c := range chunks {
		for i := range c.lines {
			t := c.lines[i].Time
			if t.IsZero() {
				continue
			}
			if w.Start.IsZero() || t.Before(w.Start) {
				w.Start = t
			}
			if t.After(w.End) {
				w.End = t
			}
		}
	}
	return w, nil
}

// TailLogs sends lines that are put from now on. A reader that is so slow that
// lines are let go before it had them gets a gap.
func (r *Ring) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	if _, err := r.compile("tail", q.Terms); err != nil {
		return err
	}
	r.mu.Lock()
	last, seen := r.next-1, r.version
	r.mu.Unlock()
	for {
		version, err := r.AwaitLogs(ctx, seen)
		if err != nil {
			return err
		}
		seen = version
		for more := true; more; {
			page, err := r.SearchLogs(ctx, sources.LogQuery{Terms: q.Terms, Forward: true, After: sources.LogPos{Major: max(last, 0), Minor: 1}})
			if err != nil {
				return err
			}
			if more = page.More; len(page.Lines) == 0 {
				break
			}
			if l := page.Lines[0]; l.Lost > 0 { // of the gap, what this reader did not have
				page.Lines[0].Lost = int(l.Pos.Major - 1 - last)
			}
			last = page.Lines[len(page.Lines)-1].Pos.Major
			select {
			case out <- sources.LogBatch{Lines: page.Lines}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// CountLogs counts lines over time, by severity.
func (r *Ring) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, _ func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	m, err := r.compile("count", q.Terms)
	if err != nil {
		return nil, err
	}
	h, err := NewHistogram(q.Window, step)
	if err != nil {
		return nil, sources.Errorf(r.o.Name, "count", sources.KindQuery, "%w", err)
	}
	chunks, _ := r.view()
	for _, c := range chunks {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(r.o.Name, "count", sources.KindCancelled, "%w", err)
		}
		for _, l := range c.lines {
			if l.Lost == 0 && !l.Time.IsZero() && h.Holds(l.Time.UnixMilli()) && r.passes(m, &l) {
				h.Add(l.Time.UnixMilli(), l.Severity.Class())
			}
		}
	}
	return h.Frame(r.o.Name), nil
}
