package poll

import (
	"fmt"
	"time"

	"nightjar/sources"
)

// What a job asks for.
type What uint8

// The things a job can ask for.
const (
	Range   What = iota // a RangeQuerier
	Instant             // an InstantQuerier
	List                // a Lister
	Alerts              // an AlertLister
)

// A Job is something wanted from a source for as long as it is in the set given to Want.
type Job struct {
	Source sources.Source
	What   What
	Expr   string // Range, Instant: the query; List: the table
	Step   time.Duration
	// Live jobs have a window that ends now and moves: Span long, in whole steps.
	// Others (paused, panned, in the past) have Start and End, whole steps too; for
	// Instant End is the time. List and Alerts have no window and are always live.
	Live       bool
	Span       time.Duration
	Start, End time.Time
	// Every is how often a live job is asked; 0: as often as the source has new samples, at least 1 s.
	Every time.Duration
	// Timeout of one request; 0: the poller's.
	Timeout time.Duration
	Limit   int
}

// Key is equal for jobs that one request can serve.
func (j Job) Key() Key {
	k := fmt.Sprintf("%s\x00%d\x00%s\x00%d\x00%d", j.Source.Name(), j.What, j.Expr, j.Step.Milliseconds(), j.Limit)
	switch {
	case j.What != Range && j.What != Instant:
	case j.Live:
		k += fmt.Sprintf("\x00live %d", j.Span.Milliseconds())
	default:
		k += fmt.Sprintf("\x00%d %d", j.Start.UnixMilli(), j.End.UnixMilli())
	}
	return Key(k)
}
