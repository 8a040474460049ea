package poll

import (
	"time"

	"nightjar/sources"
)

// A source whose clock is off dates its samples by it. Its newest sample is then
// missed by a window that ends at our now, or lies in the middle of it:
//
//	                           our now
//	theirs, 10 min behind  ...........|..........|
//	                      newest sample          nothing
//
// So it is asked by its own clock, and what is held of it is by that clock. Jobs
// and results are by ours: a frame is moved by the difference, in whole steps.

// shift is how far l's clock is ahead of ours in ms, down to whole steps.
func (l *lane) shift(step int64) int64 { return floor(l.ahead.Milliseconds(), step) }

// follow takes in how far l's clock is ahead. Where that has changed, what is
// live is asked again at once: it was asked for another time than was meant.
// p.mu is held.
func (p *Poller) follow(l *lane, ahead, now time.Duration) {
	if l.ahead == ahead {
		return
	}
	p.o.Logger.Info("the source's clock is off", "source", l.name, "ahead", ahead)
	l.ahead = ahead
	for _, e := range p.entries {
		if e.lane != l || e.halted || e.failures > 0 || e.job.What != Range && e.job.What != Instant {
			continue
		}
		if e.req != nil {
			e.again = true
		}
		e.at(now)
	}
	p.wake()
}

// ahead is how far the clock of r's source is ahead of ours, p.mu not held.
func (p *Poller) ahead(r *request) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return r.entry.lane.ahead
}

// moved is f with its times ms later. Series that share their times share them still.
func moved(f *sources.Frame, ms int64) *sources.Frame {
	if f == nil || ms == 0 {
		return f
	}
	m := *f
	if m.Step > 0 {
		m.Start, m.End = f.Start+ms, f.End+ms
	}
	m.Series = make([]sources.Series, len(f.Series))
	var was, times []int64
	for i := range f.Series {
		s := f.Series[i]
		if len(s.Times) > 0 && (len(was) != len(s.Times) || &was[0] != &s.Times[0]) {
			was, times = s.Times, make([]int64, len(s.Times))
			for k, t := range was {
				times[k] = t + ms
			}
		}
		if len(s.Times) > 0 {
			s.Times = times
		}
		m.Series[i] = s
	}
	return &m
}
