package poll

import "time"

const (
	// leapForward is by how much the wall clock must run ahead of the monotonic one
	// to say that the machine was suspended, or the clock was set.
	leapForward = 5 * time.Second
	leapBack    = 2 * time.Second
	// leapSpacing is the least time between two asks that a jump of the clock causes.
	leapSpacing = time.Second
)

// jumps compares the two clocks from one pass to the next.
type jumps struct {
	elapsed time.Duration
	wall    time.Time
}

// note takes the time and says by how much the wall clock has jumped since the last.
func (j *jumps) note(c Clock) (drift time.Duration) {
	now, wall := c.Elapsed(), c.Now().Round(0)
	if !j.wall.IsZero() {
		drift = wall.Sub(j.wall) - (now - j.elapsed)
	}
	j.elapsed, j.wall = now, wall
	return drift
}

// leap deals with a wall clock that jumped. Either way live jobs are asked soon,
// but each at most once a second for it, so that a clock that jumps all the
// time makes no storm. Forward: data is that much older, and requests that were
// under way while the machine slept are given up. Back: what was held to be
// final may lie in the future, and is read again.
func (p *Poller) leap(now time.Duration, wall time.Time) {
	since := p.jumps.elapsed
	drift := p.jumps.note(p.o.Clock)
	forward, back := drift >= leapForward, drift <= -leapBack
	if !forward && !back {
		return
	}
	p.o.Logger.Info("the clock jumped", "by", drift)
	if back {
		for _, pieces := range p.shelf.held {
			for _, h := range pieces {
				theirs := wall
				if l := p.lanes[h.key.source]; l != nil {
					theirs = wall.Add(l.ahead)
				}
				h.suspect = h.suspect || h.settled > theirs.UnixMilli()
			}
		}
	}
	for _, e := range p.entries {
		if !e.live() || e.halted {
			continue
		}
		if forward {
			e.good -= drift
		}
		if r := e.req; r != nil {
			if !forward || drift < r.job.timeout(p.o.Timeout) || r.started >= since {
				continue
			}
			p.abandon(r)
			e.at(now)
		}
		soon := max(now, e.asked+leapSpacing)
		if !e.lane.local() {
			soon += time.Duration(p.o.Rand.Float64() * float64(leapSpacing))
		}
		if forward && e.failures > 0 || e.due > soon {
			e.at(min(e.due, soon))
		}
	}
}
