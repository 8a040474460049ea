package scrape

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/config"

	"nightjar/sources"
	"nightjar/sources/engine"
)

const (
	kind            = "scrape"
	defaultInterval = 5 * time.Second
	// defaultMaxSeries bounds memory: a series costs 1.3 kB and 4 bytes for every
	// sample, so at worst 370 MB at the default interval and window.
	defaultMaxSeries = 50_000
	// minLookback is Prometheus's own: series that vanish end by staleness markers.
	minLookback = 5 * time.Minute
)

// Options say what is scraped. Jobs are required.
type Options struct {
	Name string // of the source; "scrape" if empty
	// Jobs are what to scrape, see ParseConfigs and Target. They are not changed.
	Jobs      []*config.ScrapeConfig
	Interval  time.Duration    // of jobs that have none; 0: 5 s
	Window    time.Duration    // how much is kept; 0: 2 h
	MaxSeries int              // most series held; 0: 50000
	Dirs      []string         // candidates for the run-time directory, see engine.Options
	Clock     func() time.Time // of the engine and of ages; nil: time.Now
	Logger    *slog.Logger     // nil: discard
}

// A Source is what a set of targets exposes. It implements sources.Source,
// RangeQuerier, InstantQuerier, LabelDiscoverer, SeriesFinder, MetadataReader,
// Lister and StatusReporter.
type Source struct {
	*engine.Engine // the queries
	o              Options
	interval       time.Duration // the shortest of all jobs
	log            *journal
	pool           *pool
	received       atomic.Uint64 // bytes on the wire
	counted        bool          // received is counted

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	done   chan struct{} // closed when the loop has ended
	came   chan struct{} // a scrape has been written

	tallies   tallies
	admission sync.Mutex // of new series: scrapes run side by side

	mu      sync.Mutex
	rounds  int
	changed chan struct{} // closed and replaced with every round
	notes   []string
	closed  sync.Once
	failure error // of Close
}

// Open starts to scrape and returns at once, see WaitFor. ctx bounds the
// opening only; Close ends the source. It fails when a job cannot work: no
// target has to answer.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = kind
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	if o.MaxSeries <= 0 {
		o.MaxSeries = defaultMaxSeries
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	jobs, err := prepare(o)
	if err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindQuery, "%w", err)
	}
	shortest, longest := intervals(jobs)
	s := &Source{
		o: o, interval: shortest, log: newJournal(o.Logger),
		done: make(chan struct{}), came: make(chan struct{}, 1), changed: make(chan struct{}),
		tallies: tallies{of: map[target]*tally{}},
	}
	s.Engine, err = engine.Open(engine.Options{
		Name: o.Name, Window: o.Window, Dirs: o.Dirs, Clock: o.Clock, Logger: s.log.logger(),
		Lookback: max(minLookback, 3*longest),
	})
	if err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.pool, err = s.startPool(jobs, longest); err != nil {
		s.cancel()
		return nil, sources.Errorf(o.Name, "open", sources.KindInternal, "%w", errors.Join(err, s.Engine.Close()))
	}
	go s.follow()
	return s, nil
}

// Close ends all scraping, forgets all samples and removes the run-time
// directory. It may be called more than once.
func (s *Source) Close() error {
	s.closed.Do(func() {
		s.cancel() // breaks the connections of scrapes that are under way
		err := s.pool.stop()
		<-s.done
		s.failure = errors.Join(err, s.Engine.Close())
	})
	return s.failure
}

// Interval is the shortest time between two scrapes of a target.
func (s *Source) Interval() time.Duration { return s.interval }

// Status says how scraping goes. Notes name targets that are down, jobs
// without targets, and what a bound has left out. Received counts what
// was read from the network; it is 0 where a job scrapes Unix sockets.
func (s *Source) Status() sources.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sources.Status{
		Kind: kind, Interval: s.interval, Series: s.Engine.Series(), Since: s.Oldest(), Fresh: true,
		Notes: append([]string(nil), s.notes...), Received: s.received.Load(),
	}
}

var (
	_ sources.Source          = (*Source)(nil)
	_ sources.RangeQuerier    = (*Source)(nil)
	_ sources.InstantQuerier  = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.SeriesFinder    = (*Source)(nil)
	_ sources.MetadataReader  = (*Source)(nil)
	_ sources.Lister          = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)
