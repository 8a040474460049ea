package local

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
)

// A snapshot is what a reader of processes or sessions gives.
type snapshot interface {
	comparable
	Table(source string) *sources.Table
}

// The share of one core that reading may take: little for series that nobody
// may be looking at, more while somebody looks at the table.
const (
	unwatched = 400 // parts of time for one of reading: 0.25 %
	watched   = 20  // 5 %
	rarest    = 30 * time.Second
)

// A keeper keeps the newest snapshot of a reader that is not safe for
// concurrent use, and reads again no more often than it may. A reader that
// hangs is waited for by the callers that have nothing else to show.
type keeper[S snapshot] struct {
	read  func(now time.Time) (S, error)
	clock func() time.Time
	every time.Duration
	rests *atomic.Bool  // nobody looks; nil: never
	rest  time.Duration // between two readings then
	turn  chan struct{} // holds one token while a read is under way
	// sampled is the snapshot that series were made of last; whoever has the turn has it.
	sampled S

	mu    sync.Mutex // of what follows
	last  S
	table *sources.Table // of last; nil: not made yet
	at    time.Time
	took  time.Duration
	err   error
}

func newKeeper[S snapshot](every time.Duration, clock func() time.Time, read func(time.Time) (S, error)) *keeper[S] {
	return &keeper[S]{read: read, clock: clock, every: every, turn: make(chan struct{}, 1)}
}

// stale reports whether the newest snapshot may be replaced.
func (k *keeper[S]) stale(now time.Time, parts time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := now.Sub(k.at)
	// A tenth of leeway: rounds do not come to the millisecond.
	return k.at.IsZero() || age < 0 || age >= max(k.every, min(k.took*parts, rarest))*9/10
}

// age is how old the newest snapshot is.
func (k *keeper[S]) age() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clock().Sub(k.at)
}

// refresh reads again if that is due; the token of k.turn is held, and then
// what the reader gives with its snapshot may be used until it is let go.
func (k *keeper[S]) refresh(parts time.Duration) (s S, err error) {
	now := k.clock()
	if !k.stale(now, parts) {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.last, k.err
	}
	start := time.Now()
	s, err = k.guarded(now)
	took := time.Since(start)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at, k.took, k.err = now, took, err
	if err == nil {
		k.last, k.table = s, nil
	}
	return s, err
}

func (k *keeper[S]) guarded(now time.Time) (s S, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanic(p)
		}
	}()
	return k.read(now)
}

// sample is the reading of a probe: emit writes the series of a new snapshot.
// The token is held all along.
func (k *keeper[S]) sample(emit func(S, *sink)) read {
	return func(_ context.Context, to *sink) error {
		select {
		case k.turn <- struct{}{}:
			defer func() { <-k.turn }()
		default:
			return errNotDue // the table is being read; next time then
		}
		if k.rests != nil && k.rests.Load() && k.age() < k.rest*9/10 {
			return errNotDue
		}
		s, err := k.refresh(unwatched)
		if err != nil {
			return err
		}
		if s == k.sampled {
			return errNotDue
		}
		k.sampled = s
		emit(s, to)
		return nil
	}
}

// list is the newest snapshot as a table; it reads again if that is due.
func (k *keeper[S]) list(ctx context.Context) (*sources.Table, error) {
	if !k.stale(k.clock(), watched) {
		return k.newest()
	}
	select {
	case k.turn <- struct{}{}:
	default:
		if k.has() {
			return k.newest() // somebody reads already: what there is will do
		}
		select {
		case k.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	// Reading what a stuck process owns can hang in the kernel.
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { <-k.turn }()
		_, _ = k.refresh(watched) // the error is kept
	}()
	select {
	case <-done:
		return k.newest()
	case <-ctx.Done():
		return nil, fmt.Errorf("reading hangs: %w", ctx.Err())
	}
}

func (k *keeper[S]) has() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.at.IsZero()
}

func (k *keeper[S]) newest() (*sources.Table, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return nil, k.err
	}
	if k.table == nil {
		k.table = k.last.Table(Name)
	}
	return k.table, nil
}
