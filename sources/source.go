// Package sources is the vocabulary of everything nightjar reads: frames,
// series, log lines, alerts and tables, the small interfaces that say what a
// source can do, and the errors it answers with. It imports nothing of ours.
//
// A Source is found to be capable by asserting an interface on it:
//
//	if q, ok := src.(sources.RangeQuerier); ok { ... }
//
// A Source is never wrapped: a wrapper would hide its capabilities. All
// implementations are safe for concurrent use and stop when ctx is done.
package sources

import (
	"context"
	"time"
)

// A Source is a named place that data comes from.
type Source interface {
	// Name is short and unique in this session; it is shown in the status bar.
	Name() string
	// Close ends all the source's own work and removes what it wrote.
	Close() error
}

// All is the name of the source that asks all others at once and merges what
// they answer. No other source has it.
const All = "all"

// A RangeQuerier answers a query at evenly spaced times.
type RangeQuerier interface {
	// QueryRange evaluates q at q.Start, q.Start+q.Step, ... up to q.End. Every
	// series of the frame has one value per step (NaN where there is none).
	QueryRange(ctx context.Context, q RangeQuery) (*Frame, error)
}

// An InstantQuerier answers a query at one time.
type InstantQuerier interface {
	// QueryInstant evaluates q at q.Time; every series of the frame has at most one sample.
	QueryInstant(ctx context.Context, q InstantQuery) (*Frame, error)
}

// A LabelDiscoverer lists what labels a source has.
type LabelDiscoverer interface {
	// LabelNames lists label names, sorted, of series that match (all if empty)
	// in the window.
	LabelNames(ctx context.Context, w Window, match ...string) ([]string, error)
	// LabelValues lists the values of one label, sorted.
	LabelValues(ctx context.Context, w Window, label string, match ...string) ([]string, error)
}

// An AlertLister lists the alerts that are pending or firing now.
type AlertLister interface {
	Alerts(ctx context.Context) ([]Alert, error)
}

// A Lister has tables, such as processes or sessions.
type Lister interface {
	// Tables names the tables it has.
	Tables() []string
	// List gives the newest snapshot of a table. The table is immutable.
	List(ctx context.Context, table string) (*Table, error)
}

// A Tracer finds traces.
type Tracer interface {
	Traces(ctx context.Context, q TraceQuery) ([]Trace, error)
}

// A Rester collects by itself and may do so less often while nobody looks.
type Rester interface {
	// Rest says whether nobody looks at what comes in now. It returns at once.
	Rest(on bool)
}

// A StatusReporter says how a source is doing, in the words of its status bar entry and its hints.
type StatusReporter interface {
	Status() Status
}

// Status is what a source says of itself.
type Status struct {
	Kind     string        // "local", "demo", "prometheus" ...
	Version  string        // of the server or agent, if known
	Interval time.Duration // how often it has new samples; 0: not known
	Series   int           // series it holds; 0: not known
	Since    time.Time     // oldest sample it has; zero: not known, or none
	Fresh    bool          // it collects by itself and began empty when it was opened
	Notes    []string      // what is missing and why, each said once
	Received uint64        // bytes read from elsewhere since the start
}

// A Window is a span of time, both ends included.
type Window struct {
	Start, End time.Time
}

// A RangeQuery asks for values at Start, Start+Step, ..., at most End.
type RangeQuery struct {
	Expr       string
	Start, End time.Time
	Step       time.Duration // at least 1 ms
	Limit      int           // most series wanted; 0: the source's own limit
}

// An InstantQuery asks for the value at Time.
type InstantQuery struct {
	Expr  string
	Time  time.Time
	Limit int
}
