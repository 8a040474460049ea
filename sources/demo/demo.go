// Package demo is a source without a system: a small shop of services and
// hosts, with metrics, logs, alerts, processes and one incident that unfolds.
//
// It guarantees: what it shows depends only on the seed, the time it was opened
// at and the time asked for, so that two runs under the same clock are equal to
// the last digit. Nothing is read from this machine and nothing is sent
// anywhere. All methods are safe for concurrent use.
//
// The story: four minutes before the source is opened, version 2.4.1 of
// payments is rolled out. It does not give connections back, so the pool of
// db-1 runs dry, checkout waits and then fails, and payments' host fills its
// memory. Half an hour later the roll-out is taken back.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/engine"
)

// Options say which demo it is. The zero value is good.
type Options struct {
	Seed     uint64
	Clock    func() time.Time // nil: time.Now
	Interval time.Duration    // between samples; 0: 2 s
	History  time.Duration    // made up before the opening; 0: 40 min
	Logger   *slog.Logger
	Dirs     []string // see engine.Options
}

// onset is how long before the opening the incident began.
const onset = 4 * time.Minute

// A Source is the shop.
type Source struct {
	o Options
	*engine.Engine
	shop *shop

	mu   sync.Mutex // guards shop and next
	next time.Time  // of the sample not yet made

	rounds  int           // of samples made; guarded by mu
	changed chan struct{} // closed and replaced with every round; guarded by mu
	stop    context.CancelFunc
	done    chan struct{}
}

// Open makes the shop and its history, and starts its clockwork.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Interval <= 0 {
		o.Interval = 2 * time.Second
	}
	if o.History <= 0 {
		o.History = 40 * time.Minute
	}
	eng, err := engine.Open(engine.Options{Name: "demo", Clock: o.Clock, Dirs: o.Dirs, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	now := o.Clock().Truncate(o.Interval)
	s := &Source{
		o: o, Engine: eng, shop: newShop(o.Seed, now.Add(-onset), o.Interval),
		next: now.Add(-o.History), rounds: 1, changed: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.advance(ctx, now); err != nil {
		return nil, fmt.Errorf("demo: history: %w", err)
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	go s.run(ctx)
	return s, nil
}

// Rounds is how many rounds of samples there are; the history counts as two.
func (s *Source) Rounds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rounds
}

// WaitFor returns when there are n rounds of samples, or with ctx's error.
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
			return ctx.Err()
		}
	}
}

// Close stops the clockwork and forgets everything.
func (s *Source) Close() error {
	s.stop()
	<-s.done
	return s.Engine.Close()
}

// Status says what the source is.
func (s *Source) Status() sources.Status {
	return sources.Status{
		Kind: "demo", Interval: s.o.Interval, Series: s.Series(), Since: s.Oldest(),
		Notes: []string{"made up: a shop with an incident that began " + s.shop.onset.Format("15:04:05")},
	}
}

func (s *Source) run(ctx context.Context) {
	defer close(s.done)
	t := time.NewTicker(s.o.Interval)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := s.advance(ctx, s.o.Clock()); err != nil && s.o.Logger != nil {
			s.o.Logger.Error("demo: append", "err", err)
		}
	}
}

// advance makes all samples up to now. After a long sleep of the machine it
// skips to the last of them, as a scraper would.
func (s *Source) advance(ctx context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if late := now.Sub(s.next); late > s.o.History+time.Minute {
		s.next = now.Truncate(s.o.Interval)
	}
	app := s.Appender(ctx)
	n := 0
	for ; !s.next.After(now); s.next = s.next.Add(s.o.Interval) {
		if err := s.shop.sample(app, s.next); err != nil {
			_ = app.Rollback()
			return err
		}
		if n++; n%200 == 0 { // keep one commit small
			if err := app.Commit(); err != nil {
				return err
			}
			app = s.Appender(ctx)
		}
	}
	if err := app.Commit(); err != nil || n == 0 {
		return err
	}
	s.rounds++
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}
