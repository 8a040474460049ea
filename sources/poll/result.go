// Package poll is the one scheduler of all reading: it says what is asked when.
//
// What it guarantees:
//   - Equal queries are one request. A source is never asked more than its cap in
//     parallel, and every query has a deadline.
//   - A window that moves is asked only for the steps it lacks, plus an overlap of
//     two steps or two intervals of the source, whichever is longer, for samples
//     that come late. The same holds for one that is panned, widened or wanted
//     again. The merged frame equals one that is read whole, bit for bit; the tests
//     hold it against Prometheus's own engine. Frames that a limit cut, queries
//     whose values depend on the window (@ start(), limitk ...) and expressions that
//     are not PromQL are read whole, always. With Job.Limit 0 a merged frame may
//     have more series than the source's own limit would give.
//   - Each read reaches one step into what was thought final. If a value there is
//     not bit for bit the same, or a series that was not known has a past, history
//     was changed, lost or came too late, and the window is read whole; for one frame
//     at most once a minute. A counter that resets needs no check: what is held are
//     results, and each is of the samples at its own step. Answers with warnings
//     are shown but not thought final, and what an incomplete one lacks stays held.
//   - What the source has already dropped stays held as long as its window shows it.
//   - Errors that the adapter calls retryable are retried with jittered exponential
//     backoff, 1 s to 60 s, and not before the source wants it; others wait for
//     Refresh or another set of jobs. An adapter that panics is an error of that job.
//   - The last good data is kept, with its age; its state turns stale by itself.
//   - Where a reader is slower than the data, the newest result of each job wins and
//     the loss is counted.
//   - Clock jumps and suspends cause at most one extra ask a second for each job.
//
// Close cancels everything and leaves no goroutine behind. A source that ignores
// its context cannot be stopped in Go: it keeps its place in the cap, its jobs
// are told, and Close waits two seconds for it.
package poll

import (
	"time"

	"nightjar/sources"
)

// A Key names a job: equal jobs have equal keys.
type Key string

// State is how the newest data of a job is to be read.
type State uint8

// The states of a job.
const (
	Loading State = iota // nothing yet
	OK
	Empty   // an answer without a series
	Failed  // no data, and an error
	Stale   // data from before an error, or too old
	Partial // data, with a part left out (Frame.Cut, warnings, table bounds)
)

var stateNames = [...]string{"loading", "ok", "empty", "error", "stale", "partial"}

// String is the state in a word, as the screen shows it.
func (s State) String() string { return stateNames[s] }

// A Result is the newest of one job. It is immutable. Of Frame, Table and
// Alerts the one that the job asked for is set, once there is data. The frame of
// a window of which only a part is known yet has that part, as Start and End say.
type Result struct {
	Key    Key
	Source string
	State  State
	Frame  *sources.Frame
	Table  *sources.Table
	Alerts []sources.Alert

	At       time.Time     // when the data was fetched; zero: never
	Took     time.Duration // of the last request
	Err      error         // of the last request; nil if it was good
	ErrSince time.Time     // since when requests fail
	NextTry  time.Time     // when it is asked again; zero: not scheduled
	Every    time.Duration // how often new data is due
	Version  uint64        // grows with every change of the job
	Replaced uint64        // results of this job that a newer one replaced unread
}
