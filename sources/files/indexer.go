package files

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// index indexes what is followed, from the end towards the start, and then waits for more.
func (s *Source) index() {
	defer s.work.Done()
	if !s.isWanted() || !s.holdsOn() {
		return
	}
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		for _, c := range s.logs() {
			if p := c.current(); p != nil {
				s.indexPart(p)
			}
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			return
		}
	}
}

// grace is how long the index waits for what comes first: the end of the file on the screen.
const grace = 100 * time.Millisecond

// holdsOn waits for that, and reports whether the source is still open.
func (s *Source) holdsOn() bool {
	select {
	case <-time.After(grace):
		return true
	case <-s.ctx.Done():
		return false
	}
}

// indexPart builds the blocks of a part that are missing, with two goroutines
// that rest while there are searches, which index what they need.
func (s *Source) indexPart(p *part) {
	if !p.hollow() {
		return
	}
	l, err := p.look(s.ctx)
	if err != nil {
		return // it is said where it is searched
	}
	var next atomic.Int64
	next.Store(int64(l.last) - 1)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for s.shift.wait(s.ctx) == nil {
				k := next.Add(-1) + 1
				if k < 0 {
					return
				}
				if _, err := p.block(s.ctx, int(k)); err != nil {
					return
				}
				runtime.Gosched() // whoever answers a key does not wait for the end of a time slice
			}
		})
	}
	wg.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried = true
}

// hollow reports whether blocks may be missing.
func (p *part) hollow() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return !p.tried
}

// A shift says whether somebody is served. The zero shift is ready.
type shift struct {
	mu   sync.Mutex
	n    int
	over chan struct{} // closed when nobody is; good while n > 0
}

func (s *shift) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n++; s.n == 1 {
		s.over = make(chan struct{})
	}
}

func (s *shift) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n--; s.n == 0 {
		close(s.over)
	}
}

// wait returns when nobody is served, or ctx is done.
func (s *shift) wait(ctx context.Context) error {
	s.mu.Lock()
	n, over := s.n, s.over
	s.mu.Unlock()
	if n > 0 {
		select {
		case <-over:
		case <-ctx.Done():
		}
	}
	return ctx.Err() //nolint:wrapcheck // the caller ended it
}
