package logs

import (
	"context"
	"sync"
	"time"
)

// A Signal says that there is something new, to any number of waiters, and
// counts how often. The rings of one source may share one. The zero Signal is ready
// and at version 1. It is safe for concurrent use.
type Signal struct {
	mu      sync.Mutex
	bumps   uint64
	changed chan struct{} // nil: nobody waits
	over    error
}

// Bump makes a new version.
func (s *Signal) Bump() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bumps++
	s.wake()
}

// End makes a new version, the last: who has seen it gets err. Only the first End counts.
func (s *Signal) End(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == nil {
		s.bumps++
		s.over = err
		s.wake()
	}
}

// wake lets all waiters look. s.mu is held.
func (s *Signal) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// Await returns when the version is not seen, or with the error of End when there will
// be none any more. Version 0 was never seen.
func (s *Signal) Await(ctx context.Context, seen uint64) (uint64, error) {
	for {
		s.mu.Lock()
		version := s.bumps + 1
		if version != seen || s.over != nil {
			err := s.over
			s.mu.Unlock()
			if version != seen {
				err = nil
			}
			return version, err
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, ctx.Err()
		}
	}
}

// Pause waits, and reports whether ctx still goes on.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
