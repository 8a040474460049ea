package files

import (
	"context"
	"math"
	"slices"
	"sync"

	"nightjar/sources"
)

const (
	// workers are how many goroutines read text for searches, and how many index.
	workers = 2
	// mostAhead is how many chunks a search is ahead of what it has given.
	mostAhead = 16
)

// A stretch is what one chunk has for a search: its entries that passed, in the order of the file.
type stretch struct {
	c    *chain
	l    look
	k    int
	b    *block
	hits *hits   // nil: all
	keys []int64 // if the source is merged
	gap  string  // it is a gap at the start of the part
	sum  int     // without b: how many passed
	err  error
	done chan struct{}
}

// has reports whether entry i passed.
func (t *stretch) has(i int) bool { return t.hits == nil || t.hits.has(i) }

// A walker goes through a log chunk by chunk, in either direction, with two
// goroutines ahead of it. It must be stopped.
type walker struct {
	ctx      context.Context
	cancel   context.CancelFunc
	s        *Source
	c        *chain
	f        *filter
	from, to int64 // Unix ms
	forward  bool
	limit    place // where to begin; zero: at the end that the direction begins at
	parts    []*part
	at       int // in parts
	l        look
	k        int
	open     bool // l is parts[at]
	ended    bool
	loose    bool // the order of records does not matter
	sums     bool // nor do the records: how many pass is enough
	cheap    bool // no compressed file is opened any more
	dear     bool // one was not, for that
	ahead    int
	queue    []*stretch
	work     sync.WaitGroup
	done     int64 // bytes gone through
	notes    []string
}

// walk begins to go through a chain for a query.
func (s *Source) walk(ctx context.Context, c *chain, q *sources.LogQuery, f *filter) *walker {
	w := &walker{s: s, c: c, f: f, forward: q.Forward, parts: c.history(), ahead: 1}
	if f != nil {
		s.shift.begin()
	}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.from, w.to = math.MinInt64, math.MaxInt64
	if !q.Start.IsZero() {
		w.from = floorMilli(q.Start.UnixNano())
	}
	if !q.End.IsZero() {
		w.to = floorMilli(q.End.UnixNano())
	}
	w.limit = placeOf(q.Before, s.merged)
	if q.Forward {
		w.limit = placeOf(q.After, s.merged)
	} else {
		slices.Reverse(w.parts)
	}
	return w
}

// stop ends the goroutines.
func (w *walker) stop() {
	w.cancel()
	w.work.Wait()
	if w.f != nil {
		w.s.shift.end()
	}
}

// next is the next chunk that may have something, nil at the end.
func (w *walker) next() (*stretch, error) {
	for {
		// Another file is opened when all of this one has been given: that may take long.
		for len(w.queue) < w.ahead && !w.ended && (w.open || len(w.queue) == 0) {
			t, err := w.advance()
			if err != nil {
				return nil, err
			}
			if t != nil {
				w.queue = append(w.queue, t)
			}
		}
		if len(w.queue) == 0 {
			return nil, w.ctx.Err()
		}
		t := w.queue[0]
		w.queue = w.queue[1:]
		select {
		case <-t.done:
		case <-w.ctx.Done():
			return nil, w.ctx.Err()
		}
		w.done += chunkSize
		if t.err != nil {
			if w.ctx.Err() != nil {
				return nil, w.ctx.Err()
			}
			w.note(t.err.Error()) // the rest can be read all the same
			continue
		}
		if t.gap != "" || t.sum > 0 || t.b != nil && (t.hits == nil && len(t.b.entries) > 0 || t.hits != nil && t.hits.count > 0) {
			return t, nil
		}
		w.ahead = min(2*w.ahead, mostAhead)
	}
}

func (w *walker) note(text string) {
	if !slices.Contains(w.notes, text) {
		w.notes = append(w.notes, text)
	}
}

// advance begins to look at the next chunk; nil if it went on to another part.
func (w *walker) advance() (*stretch, error) {
	if !w.open {
		return nil, w.enter()
	}
	if w.k < 0 || w.k > w.l.last {
		return w.leave()
	}
	t := &stretch{c: w.c, l: w.l, k: w.k, done: make(chan struct{})}
	if w.forward {
		w.k++
	} else {
		w.k--
	}
	w.work.Add(1)
	go func() {
		defer w.work.Done()
		defer close(t.done)
		select {
		case w.s.search <- struct{}{}:
			defer func() { <-w.s.search }()
			t.err = w.examine(t)
		case <-w.ctx.Done():
			t.err = w.ctx.Err()
		}
	}()
	return t, nil
}

// enter opens the next part that may have lines of the window.
func (w *walker) enter() error {
	if w.at >= len(w.parts) {
		w.ended = true
		return nil
	}
	p := w.parts[w.at]
	if z := w.limit; !z.zero() && !w.s.merged && (w.forward && p.id < z.id || !w.forward && p.id > z.id) {
		w.at++
		return nil
	}
	if w.outside(p) {
		w.at++
		return nil
	}
	if _, is := p.content().(*packed); is && w.cheap && !p.indexed() {
		w.ended, w.dear = true, true
		return nil
	}
	l, err := p.look(w.ctx)
	if err == nil && w.s.merged && !w.loose {
		err = w.c.clamp(w.ctx, p)
	}
	if err != nil {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.note(err.Error())
		w.at++
		return nil
	}
	w.l, w.open = l, true
	if w.forward {
		w.k = 0
	} else {
		w.k = l.last
	}
	if z := w.limit; z.id == p.id && !w.s.merged {
		w.k = min(int(z.off>>chunkBits), l.last)
	}
	if w.forward && p.gap != "" && w.k == 0 {
		w.queue = append(w.queue, w.gap(p))
	}
	return nil
}

// outside reports whether no line of the part can lie in the window, as the
// times tell that the parts begin with.
func (w *walker) outside(p *part) bool {
	i := w.at - 1 // the newer one
	if w.forward {
		i = w.at + 1
	}
	if w.from != math.MinInt64 && i >= 0 && i < len(w.parts) {
		if t := w.parts[i].begins(w.ctx); t != noTime && t < w.from {
			return true
		}
	}
	t := int64(noTime)
	if w.to != math.MaxInt64 && len(w.parts) > 1 {
		t = p.begins(w.ctx)
	}
	return t > w.to
}

// leave goes on to the next part.
func (w *walker) leave() (*stretch, error) {
	p := w.parts[w.at]
	w.open = false
	w.at++
	if !w.forward && p.gap != "" {
		return w.gap(p), nil
	}
	return nil, nil
}

// gap is the gap before the first line of a part.
func (w *walker) gap(p *part) *stretch {
	t := &stretch{c: w.c, l: w.l, gap: p.gap, done: make(chan struct{}), b: w.l.tail}
	if w.s.merged {
		t.keys = []int64{p.clampKey(p.gapAt)}
	}
	close(t.done)
	return t
}

// examine indexes a chunk and finds what passes.
func (w *walker) examine(t *stretch) (err error) {
	if w.sums && w.f.plain() && t.l.bare(t.k) {
		sum, ok, err := t.l.p.tally(w.ctx, t.k, w.f.rest)
		if t.sum = sum; ok || err != nil {
			return err
		}
		t.sum = 0 // only the index can tell
	}
	b, err := t.l.block(w.ctx, t.k)
	if err != nil || len(b.entries) == 0 || !b.overlaps(w.from, w.to) {
		return err
	}
	if w.s.merged && !w.loose {
		if t.keys, err = t.l.keys(w.ctx, b, t.k); err != nil {
			return err
		}
		if z := w.limit; !z.zero() && (w.forward && t.keys[len(t.keys)-1] < z.key || !w.forward && t.keys[0] > z.key) {
			return nil
		}
	}
	if w.f != nil {
		if t.hits, err = w.s.match(w.ctx, w.c, t.l, b, t.k, w.f); err != nil {
			return err
		}
	}
	t.b = b
	return nil
}
