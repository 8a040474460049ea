package poll

import (
	"time"

	"nightjar/sources"
)

// A lane is all that is asked of one source.
type lane struct {
	name      string
	kind      string // as Status says
	interval  time.Duration
	parallel  int           // requests at a time
	ahead     time.Duration // of its clock before ours
	mute      bool          // its Status panicked
	received  uint64        // as Status says, when last asked
	counts    bool          // Status says what it received, so frames need not be counted
	meter     meter
	asked     uint64        // requests so far
	running   int           // requests, those that hang included
	hanging   int           // requests that were given up and have not come back
	notBefore time.Duration // the source asked to be left alone until then
	nudged    time.Duration // when it last said that it has new samples
	nudges    bool          // it does so
	lastGood  time.Time
	refusals  int // times in a row that it could not be reached
}

// parallel is how many requests a source gets at a time.
func (p *Poller) parallel(s sources.Source) int {
	if q, ok := s.(sources.Paralleler); ok {
		return max(q.Parallel(), 1)
	}
	return p.o.Parallel
}

// local reports whether the source is in this process.
func (l *lane) local() bool { return l.kind == "local" || l.kind == "demo" }

// tell takes in what the source says of itself.
func (l *lane) tell(s sources.Status, now time.Duration) {
	l.kind, l.interval = s.Kind, s.Interval
	if s.Received > 0 {
		if l.counts && s.Received > l.received {
			l.meter.add(now, s.Received-l.received)
		} else if !l.counts {
			l.meter.add(now, s.Received)
		}
		l.counts, l.received = true, s.Received
	}
}

// A SourceState is how a source is doing, for the status bar.
type SourceState struct {
	Name string
	Kind string // "local", "prometheus" ...; empty if it did not say
	// State is OK, Loading before the first answer, Failed if there never was a
	// good one, Stale if there was and now all it is asked fails, Partial if some
	// of it does.
	State    State
	LastGood time.Time // of the last good answer; zero: never
	Err      error     // of a job that fails, not counting queries that are wrong; nil if none does
	ErrSince time.Time
	InFlight int
	Hanging  int           // requests that did not end when they were told to
	Interval time.Duration // of its samples; 0: not known
	// ReceivedPerSecond is bytes per second over the last ten seconds.
	ReceivedPerSecond float64
	NextTry           time.Time // zero: nothing is scheduled
}

// ofSource reports whether an error says something about the source rather than the query.
func ofSource(err error) bool {
	switch sources.KindOf(err) {
	case sources.KindQuery, sources.KindUnsupported, sources.KindTooLarge, sources.KindCancelled:
		return false
	}
	return true
}

func (l *lane) state(fails, works bool) State {
	switch {
	case fails && works:
		return Partial
	case fails && l.lastGood.IsZero():
		return Failed
	case fails:
		return Stale
	case l.lastGood.IsZero():
		return Loading
	}
	return OK
}
