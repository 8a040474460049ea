// Package poll is the one scheduler of all reading: it says what is asked when.
//
// It guarantees: equal queries are one request; a window that moves forward is
// asked only for the steps it lacks plus a small overlap, and the merged frame
// equals a full re-read; every request has a deadline; a source is never asked
// more than its cap in parallel; errors that the adapter calls retryable are
// retried with jittered exponential backoff; the last good data is kept. Where
// a reader is slower than the data, the newest result of each job wins and the
// loss is counted.
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
// Alerts the one that the job asked for is set, once there is data.
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
	Version  uint64        // grows with every change of the job
	Replaced uint64        // results of this job that a newer one replaced unread
}
