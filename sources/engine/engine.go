// Package engine is Prometheus as a library: its TSDB head in memory, filled
// by an adapter through storage.Appender, and its PromQL engine answering in
// sources' own frames.
//
// It guarantees:
//   - Samples live in memory only. There is no write-ahead log and no block;
//     the one thing on a file system is an empty run-time directory that the
//     head insists on, see Options.Dirs. Close removes it, and Open removes what
//     a crashed predecessor of the same user left behind.
//   - Memory is bounded in time: samples older than Options.Window are dropped
//     as new ones come. The number of series is the adapter's to bound.
//   - The engine has no goroutines. Truncation happens in the goroutine that
//     commits.
//   - A clock that is set back does not wedge it. Prometheus refuses samples
//     older than those it has, so the screen would stay silent until the clock
//     caught up. When Options.Clock goes back by more than a few seconds, the
//     samples that are now in the future are dropped, the older ones are kept,
//     and Rewinds counts it.
//   - Errors are *sources.Error.
//
// All methods are safe for concurrent use.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

const (
	defaultWindow     = 2 * time.Hour
	defaultLookback   = 5 * time.Minute // Prometheus's own
	defaultTimeout    = 10 * time.Second
	defaultMaxSamples = 20_000_000 // 320 MB in flight at worst; one query of the whole default window needs 2 million
	// setBack is how far the clock may go back before samples are dropped for
	// it. Less than this the adapter's next samples are refused for that long.
	setBack = 3 * time.Second
)

// Options say how an Engine works. The zero value is good.
type Options struct {
	Name   string        // of the source in frames and errors; "engine" if empty
	Window time.Duration // how much is kept; 0: 2 h
	// Dirs are candidates for the place of the run-time directory; the first in
	// which a directory can be made is taken. nil: $XDG_RUNTIME_DIR, /dev/shm,
	// /run (for root), os.TempDir().
	Dirs  []string
	Clock func() time.Time // nil: time.Now
	// Lookback is how old the newest sample of a series may be to still count
	// as its value; 0: Prometheus's 5 min.
	Lookback   time.Duration
	Timeout    time.Duration // of one query; 0: 10 s
	MaxSamples int           // that one query may hold; 0: 20 million
	Logger     *slog.Logger  // nil: discard
}

// An Engine is one embedded Prometheus.
type Engine struct {
	o     Options
	dir   *runDir
	promq *promql.Engine
	parse parser.Parser

	mu        sync.Mutex
	store     *store // nil once closed
	epoch     uint64 // of store; grows with every rewind
	highest   time.Time
	truncated time.Time // when the head was truncated last
	rewinds   int

	closing context.Context // done once Close is called
	stop    context.CancelFunc
}

var errClosed = errors.New("the engine is closed")

// Open makes an empty engine. It fails only when no candidate for the run-time
// directory works, and then names them all.
func Open(o Options) (*Engine, error) {
	if o.Name == "" {
		o.Name = "engine"
	}
	if o.Window <= 0 {
		o.Window = defaultWindow
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Lookback <= 0 {
		o.Lookback = defaultLookback
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxSamples <= 0 {
		o.MaxSamples = defaultMaxSamples
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Dirs == nil {
		o.Dirs = defaultDirs()
	}
	dir, err := openRunDir(o.Dirs, o.Logger)
	if err != nil {
		return nil, openError(o.Name, err)
	}
	s, err := openStore(dir.path, o.Window, o.Logger)
	if err != nil {
		return nil, openError(o.Name, errors.Join(err, dir.remove()))
	}
	p := newCachingParser(parser.NewParser(parser.Options{}))
	e := &Engine{
		o: o, dir: dir, store: s, parse: p, highest: o.Clock(), truncated: o.Clock(),
		promq: promql.NewEngine(promql.EngineOpts{
			Logger:                   o.Logger,
			MaxSamples:               o.MaxSamples,
			Timeout:                  o.Timeout,
			LookbackDelta:            o.Lookback,
			EnableAtModifier:         true,
			EnableNegativeOffset:     true,
			NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
			Parser:                   p,
		}),
	}
	e.closing, e.stop = context.WithCancel(context.Background())
	return e, nil
}

// Name is the name of the source in frames and errors.
func (e *Engine) Name() string { return e.o.Name }

// Dir is the run-time directory.
func (e *Engine) Dir() string { return e.dir.path }

// Queryable gives Prometheus's own view of the samples. A querier made after
// Close gives an error.
func (e *Engine) Queryable() storage.Queryable { return storage.QueryableFunc(e.querier) }

func (e *Engine) querier(mint, maxt int64) (storage.Querier, error) {
	e.mu.Lock()
	s := e.store
	if s == nil {
		e.mu.Unlock()
		return nil, errClosed
	}
	s.acquire()
	// Truncation leaves alone what is younger than the window by a margin, so a
	// reader that keeps to the window never meets it.
	oldest := e.highest.Add(-e.o.Window).UnixMilli()
	e.mu.Unlock()
	mint = max(mint, oldest)
	q, err := s.querier(mint, maxt)
	if err != nil {
		return nil, errors.Join(err, s.release())
	}
	return &querier{Querier: q, mint: mint, store: s}, nil
}

// Series is the number of series held.
func (e *Engine) Series() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.store == nil {
		return 0
	}
	return int(e.store.head.NumSeries()) //nolint:gosec // a count of things in memory fits an int
}

// Oldest is the time of the oldest sample that a query can see, zero if there is none.
func (e *Engine) Oldest() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.store == nil {
		return time.Time{}
	}
	mint, _, ok := e.store.bounds()
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(max(mint, e.highest.Add(-e.o.Window).UnixMilli()))
}

// Rewinds is how often the clock was set back and samples were dropped for it.
func (e *Engine) Rewinds() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rewinds
}

// Close cancels running queries, forgets all samples and removes the run-time
// directory. It may be called more than once.
func (e *Engine) Close() error {
	e.mu.Lock()
	s := e.store
	e.store = nil
	e.mu.Unlock()
	if s == nil {
		return nil
	}
	e.stop()
	return errors.Join(s.release(), e.dir.remove())
}
