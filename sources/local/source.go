package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/engine"
)

const (
	// Name is the name of the source.
	Name            = "local"
	defaultInterval = 2 * time.Second
	// minInterval: the kernel's own counters of CPU time tick every 10 ms.
	minInterval = 100 * time.Millisecond
	// lookback is how old the newest sample may be to count as the present
	// value: it must span two rounds of the slowest collectors, and be short
	// enough that a series that ends without a staleness marker ends soon.
	lookback = 90 * time.Second
	// patience is how long Close waits for collectors that still run.
	patience = 250 * time.Millisecond
)

// Options say how the machine is watched. The zero value is good.
type Options struct {
	Interval time.Duration    // between two rounds of the cheap collectors; 0: 2 s, at least 100 ms
	Window   time.Duration    // how much is kept; 0: 2 h
	Dirs     []string         // candidates for the run-time directory, see engine.Options
	Hostname string           // the instance label; empty: the machine's own
	Clock    func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: discard

	resting *atomic.Bool // see Rest
}

// A Source is this machine. It implements sources.Source, RangeQuerier,
// InstantQuerier, LabelDiscoverer, Lister and StatusReporter.
type Source struct {
	*engine.Engine // the queries
	o              Options
	tasks          []*task
	tables         tables

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	done    chan struct{}  // closed when the loop has ended
	running sync.WaitGroup // collectors
	results chan result

	mu      sync.Mutex
	rounds  int
	changed chan struct{} // closed and replaced with every round
	notes   []string
	closed  sync.Once
	failure error // of Close
}

// Open starts to watch and returns at once: the first samples come a few
// milliseconds later, see WaitFor. ctx bounds the opening only; Close ends the
// source. It fails only when the engine has no place for its run-time directory.
func Open(ctx context.Context, o Options) (*Source, error) {
	return open(ctx, o, machine)
}

// open takes what to read as an argument; it is called with the options in full.
func open(ctx context.Context, o Options, read func(Options) ([]probe, tables)) (*Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(Name, "open", sources.KindCancelled, "%w", err)
	}
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	o.Interval = max(o.Interval, minInterval).Truncate(time.Millisecond)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Hostname == "" {
		o.Hostname, _ = os.Hostname() // an empty instance is one that is not there
	}
	o.resting = new(atomic.Bool)
	e, err := engine.Open(engine.Options{
		Name: Name, Window: o.Window, Dirs: o.Dirs, Clock: o.Clock, Logger: o.Logger,
		Lookback: max(lookback, 5*o.Interval),
	})
	if err != nil {
		return nil, err
	}
	s := &Source{
		Engine: e, o: o,
		done: make(chan struct{}), changed: make(chan struct{}), results: make(chan result),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	var probes []probe
	probes, s.tables = read(o)
	for _, p := range probes {
		s.tasks = append(s.tasks, newTask(p, o.Hostname))
	}
	go newLoop(s).run()
	return s, nil
}

// Close ends all collecting, forgets all samples and removes the run-time
// directory. A collector that hangs in the kernel is left behind: it holds
// nothing but its own memory.
func (s *Source) Close() error {
	s.closed.Do(func() {
		s.cancel()
		<-s.done
		idle := make(chan struct{})
		go func() {
			s.running.Wait()
			close(idle)
		}()
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-idle:
		case <-timer.C:
		}
		s.failure = errors.Join(s.Engine.Close(), s.tables.close())
	})
	return s.failure
}

// Rest says whether nobody looks at what comes in, as while the screen is paused.
// Rounds are then half as frequent, which leaves rates whole, and processes are
// read every 10 s; see sources.Rester.
func (s *Source) Rest(on bool) { s.o.resting.Store(on) }

// Interval is the time between two rounds of the cheap collectors.
func (s *Source) Interval() time.Duration { return s.o.Interval }

// Rounds is how many rounds have been collected.
func (s *Source) Rounds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rounds
}

// WaitFor returns when n rounds have been collected: the first comes at once,
// the second a quarter of a second later, so that two are enough for a rate.
// It gives ctx's error, or one of kind unavailable when the source is closed.
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
			return sources.Errorf(Name, "collect", sources.KindTimeout, "%d of %d rounds are in: %w", rounds, n, ctx.Err())
		case <-s.done:
			return sources.Errorf(Name, "collect", sources.KindUnavailable, "the source is closed")
		}
	}
}

// Status says how collecting goes. Notes name each collector that fails or
// hangs, since when and why; what the machine merely does not have is not noted.
func (s *Source) Status() sources.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sources.Status{
		Kind: Name, Interval: s.o.Interval, Series: s.Series(), Since: s.Oldest(), Fresh: true,
		Notes: append([]string(nil), s.notes...),
	}
}

// collected tells of a round and of the notes as they are now.
func (s *Source) collected(notes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rounds++
	s.notes = notes
	close(s.changed)
	s.changed = make(chan struct{})
}

// Tables names the tables of this machine.
func (s *Source) Tables() []string { return s.tables.names() }

// List gives the newest snapshot of a table; see sources.Lister.
func (s *Source) List(ctx context.Context, table string) (*sources.Table, error) {
	t, err := s.tables.list(ctx, table)
	if err != nil {
		return nil, sources.Errorf(Name, fmt.Sprintf("list %s", table), kindOfList(err), "%w", err)
	}
	return t, nil
}

var (
	_ sources.Source          = (*Source)(nil)
	_ sources.RangeQuerier    = (*Source)(nil)
	_ sources.InstantQuerier  = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.Lister          = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)
