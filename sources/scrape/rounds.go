package scrape

import (
	"context"
	"time"

	"nightjar/sources"
)

// grace is how long a round waits for the targets that have not answered.
const grace = 200 * time.Millisecond

// follow counts rounds until the source is closed.
func (s *Source) follow() {
	defer close(s.done)
	late := time.NewTimer(time.Hour)
	late.Stop()
	defer late.Stop()
	waiting := false
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.came:
			if !waiting {
				waiting = true
				late.Reset(grace)
			}
			if s.tallies.waveHas(s.pool.active()) {
				late.Stop()
				waiting = false
				s.endRound()
			}
		case <-late.C:
			waiting = false
			s.endRound()
		}
	}
}

func (s *Source) endRound() {
	active := s.pool.active()
	s.tallies.endWave(active)
	notes := s.remarks(active)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rounds++
	s.notes = notes
	close(s.changed)
	s.changed = make(chan struct{})
}

// arrived tells that samples are in; it never blocks.
func (s *Source) arrived() {
	select {
	case s.came <- struct{}{}:
	default:
	}
}

// Rounds is how many rounds of scrapes are in.
func (s *Source) Rounds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rounds
}

// WaitFor returns when n rounds of scrapes are in. The first comes at once, the
// second an interval later. It gives ctx's error, or one of kind unavailable
// when the source is closed.
func (s *Source) WaitFor(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		rounds, changed := s.rounds, s.changed
		s.mu.Unlock()
		if rounds >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return sources.Errorf(s.o.Name, "scrape", sources.KindTimeout, "%d of %d rounds are in: %w", rounds, n, ctx.Err())
		case <-s.done:
			return sources.Errorf(s.o.Name, "scrape", sources.KindUnavailable, "the source is closed")
		}
	}
}
