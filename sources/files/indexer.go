package files

import (
	"sync"
	"sync/atomic"
)

// index indexes what is followed, from the end towards the start, and then waits for more.
func (s *Source) index() {
	defer s.work.Done()
	if !s.isWanted() {
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

// indexPart builds the blocks of a part that are missing, with two goroutines.
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
			for s.ctx.Err() == nil {
				k := next.Add(-1) + 1
				if k < 0 {
					return
				}
				if _, err := p.block(s.ctx, int(k)); err != nil {
					return
				}
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
