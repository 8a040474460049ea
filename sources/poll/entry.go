package poll

import (
	"reflect"
	"time"

	"nightjar/sources"
)

const (
	minEvery     = time.Second
	minAsked     = 100 * time.Millisecond
	defaultEvery = 5 * time.Second // of a source that does not say
	staleAfter   = 3               // intervals
)

// An entry is a job that is wanted, and how it is doing.
type entry struct {
	job   Job
	key   Key
	order int // in Want
	lane  *lane

	result  *Result
	changed bool // since the last Take

	windowed bool  // frames cannot be merged
	seg      *held // that the newest frame was cut out of
	req      *request

	scheduled bool
	due       time.Duration // elapsed
	again     bool          // asked for while a request was under way
	whole     bool          // read all of the window next
	halted    bool          // it makes no sense to ask again
	failures  int
	logged    string // the error that was logged last

	asked    time.Duration // when it was last asked
	good     time.Duration // when the data was read, or polling resumed
	took     time.Duration
	empties  int   // answers without a series in a row
	answered bool  // there is an answer for the window that ends at to
	to       int64 // last step of the newest answer, by our clock
	shift    int64 // of the source's clock, that it was asked with
}

// every is the time from one request to the next. A job that is asked seldom and
// has no series yet is asked as often as the source samples, then half as often
// each time: a source that has just begun does not leave its panel empty for long.
func (e *entry) every() time.Duration {
	usual := defaultEvery
	if e.lane.interval > 0 {
		usual = max(e.lane.interval, minEvery)
	}
	switch every := max(e.job.Every, minAsked); {
	case e.job.Every <= 0:
		return usual
	case e.empties > 0 && e.empties < 16 && usual < every:
		return min(usual<<(e.empties-1), every)
	default:
		return every
	}
}

// found counts the answers without a series.
func (e *entry) found(s State) {
	if s == Empty {
		e.empties++
	} else {
		e.empties = 0
	}
}

// period is the time from one change of the data to the next.
func (e *entry) period() time.Duration {
	if e.job.What == Range {
		return max(e.every(), e.job.Step)
	}
	return e.every()
}

// repeats reports whether it is asked again after a good answer: all but
// windows and times that are over.
func (e *entry) repeats(now time.Time) bool {
	switch e.job.What {
	case Range:
		return e.job.Live || now.Before(e.job.End) || e.answered && e.to < floor(e.job.End.UnixMilli(), e.job.step())
	case Instant:
		return e.job.Live
	}
	return true
}

// live reports whether it is about now, and so not asked while paused.
func (e *entry) live() bool { return e.job.Live || e.job.What == List || e.job.What == Alerts }

func (e *entry) heldKey() heldKey {
	return heldKey{e.job.Source.Name(), e.job.Expr, e.job.step(), e.job.Limit}
}

func (e *entry) at(due time.Duration) {
	e.scheduled, e.due = true, due
}

// staleAt is when its data becomes too old. A source that takes long is given that long.
func (e *entry) staleAt() time.Duration {
	return e.good + staleAfter*e.period() + e.took
}

// content is the state that good data has.
func content(r *Result) State {
	switch {
	case r.Frame != nil:
		switch f := r.Frame; {
		case f.Cut > 0 || len(f.Warnings) > 0:
			return Partial
		case len(f.Series) == 0 && f.Text == "":
			return Empty
		}
	case r.Table != nil:
		switch t := r.Table; {
		case t.Total > len(t.Rows):
			return Partial
		case len(t.Rows) == 0:
			return Empty
		}
	case len(r.Alerts) == 0:
		return Empty
	}
	return OK
}

// hasData reports whether there is an answer, even an empty one.
func hasData(r *Result) bool { return !r.At.IsZero() }

func (j Job) timeout(usual time.Duration) time.Duration {
	if j.Timeout > 0 {
		return j.Timeout
	}
	return usual
}

// sameSource reports whether both are one source; values that cannot be compared are, if they are of one type.
func sameSource(a, b sources.Source) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && (!reflect.ValueOf(a).Comparable() || a == b)
}

func sourceError(j Job, kind sources.ErrorKind, format string, args ...any) *sources.Error {
	return sources.Errorf(j.Source.Name(), j.What.op(), kind, format, args...)
}

// op is the operation as errors name it.
func (w What) op() string {
	switch w {
	case Range:
		return "query_range"
	case Instant:
		return "query"
	case List:
		return "list"
	}
	return "alerts"
}
