package poll

import (
	"cmp"
	"slices"
	"time"

	"nightjar/sources"
)

const (
	// heartbeat bounds how long the scheduler sleeps while live jobs are asked, and
	// so how late it sees that the clock jumped or the machine was suspended.
	heartbeat = 5 * time.Second
	// remoteJitter spreads the jobs of a remote source, as a part of their interval.
	remoteJitter = 0.1
)

// schedule is the poller's one goroutine besides the requests.
func (p *Poller) schedule() {
	defer close(p.stopped)
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return
		}
		wait := p.pass()
		p.mu.Unlock()
		stop := func() bool { return true }
		if wait >= 0 {
			stop = p.o.Clock.AfterFunc(wait, p.wake)
		}
		<-p.kick
		stop()
	}
}

// pass does all that is due and gives the time to the next pass, -1 if there is nothing to wait for.
func (p *Poller) pass() time.Duration {
	now, wall := p.o.Clock.Elapsed(), p.o.Clock.Now()
	p.leap(now, wall)
	for r := range p.reqs {
		if !r.hung && now >= r.deadline+hangGrace {
			p.giveUp(r, now, wall)
		}
	}
	var due []*entry
	for _, e := range p.entries {
		if e.scheduled && e.req == nil && e.due <= now && p.mayAsk(e) {
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.order, b.order))
	})
	for _, e := range due {
		p.begin(e, now, wall)
	}
	return p.rest(now, wall)
}

// mayAsk reports whether pausing leaves e alone: what Refresh asked for, and
// windows that are not live and have no answer yet.
func (p *Poller) mayAsk(e *entry) bool {
	return !p.paused || e.whole || !e.live() && !e.answered
}

// begin asks for e if its source has room.
func (p *Poller) begin(e *entry, now time.Duration, wall time.Time) {
	switch l := e.lane; {
	case now < l.notBefore:
		e.due = l.notBefore
	case l.hanging >= l.parallel:
		e.asked = now
		p.fail(e, hangError(e.job, l.hanging), now, wall)
	case l.running >= l.parallel:
		// The next request that ends makes room.
	case e.job.What == Range:
		p.beginRange(e, now, wall)
	default:
		p.start(&request{entry: e, wall: wall}, now)
	}
}

// beginRange finds out what of its window e lacks, and asks for that.
func (p *Poller) beginRange(e *entry, now time.Duration, wall time.Time) {
	step := e.job.step()
	w, shift := e.job.window(wall), e.lane.shift(step)
	r := &request{entry: e, wall: wall, want: w.plus(shift), shift: shift}
	if e.job.Step < time.Millisecond || w.to < w.from {
		e.asked = now
		p.fail(e, sourceError(e.job, sources.KindQuery, "no steps of %v from %v to %v", e.job.Step, e.job.Start, e.job.End), now, wall)
		return
	}
	r.parts, r.whole = []span{r.want}, true
	if !e.whole && e.answered && e.failures == 0 && e.to == w.to && e.shift == shift {
		e.good = now // no new step has begun: it is as new as can be
		p.plan(e, now, wall)
		return
	}
	if e.windowed {
		p.start(r, now)
		return
	}
	k := e.heldKey()
	h := p.shelf.find(k, r.want)
	switch {
	case h == nil:
		h = &held{key: k, step: step, span: r.want, settled: r.want.from - step, empty: true}
		p.shelf.add(h)
	case h.busy:
		return // its request makes us look again
	case !e.whole:
		r.parts, r.whole = h.plan(r.want)
		if len(r.parts) == 0 || !r.whole && h.fresh(r.want, now, e.period()/2) {
			if f := h.cut(r.want); !h.over(f) {
				e.shift = shift
				p.serve(e, h, moved(f, -shift), w, now, wall)
				return
			}
			r.parts, r.whole = []span{r.want}, true
		}
	}
	r.held, h.busy, e.seg = h, true, h
	if h.empty {
		p.trim() // what it takes the place of may be idle now
	}
	p.start(r, now)
}

// serve answers e out of h, without a request: another job has just read it. f
// and want are by our clock.
func (p *Poller) serve(e *entry, h *held, f *sources.Frame, want span, now time.Duration, wall time.Time) {
	e.asked, e.seg = now, h
	e.answered, e.to = true, want.to
	e.whole, e.again = false, false
	res := Result{Frame: f, At: h.at}
	res.State = content(&res)
	e.found(res.State)
	e.good, e.failures = h.good, 0
	p.plan(e, now, wall)
	res.NextTry = p.nextTry(e, now, wall)
	p.publish(e, res)
}

// plan schedules e after a good answer: an interval after it was asked, and not
// before a new step begins.
func (p *Poller) plan(e *entry, now time.Duration, wall time.Time) {
	if !e.repeats(wall) {
		e.scheduled = false
		return
	}
	if e.again {
		e.again = false
		e.at(now)
		return
	}
	l, every := e.lane, e.every()
	d := every
	nudged := l.nudges && now-l.nudged < 3*every
	switch {
	case nudged:
		d += every / 2 // the source says when; this is only in case it stops
	case !l.local():
		d += time.Duration(remoteJitter * (p.o.Rand.Float64() - 0.5) * float64(every))
	}
	due := e.asked + d
	if due <= now {
		due += ((now-due)/every + 1) * every // what was missed is skipped
	}
	if e.job.What == Range {
		begins := time.UnixMilli(e.to + e.job.step()).Sub(wall)
		if nudged {
			begins += every
		} else if !l.local() {
			begins += time.Duration(remoteJitter / 2 * p.o.Rand.Float64() * float64(every))
		}
		due = max(due, now+min(max(begins, 0), e.job.Step+every))
	}
	e.at(due)
}

// nextTry is when e is asked next, zero if it is not.
func (p *Poller) nextTry(e *entry, now time.Duration, wall time.Time) time.Time {
	if !e.scheduled {
		return time.Time{}
	}
	return wall.Add(max(e.due-now, 0))
}

// rest marks what became stale and finds when to look again.
func (p *Poller) rest(now time.Duration, wall time.Time) time.Duration {
	next := time.Duration(-1)
	at := func(t time.Duration) {
		if d := max(t-now, 0); next < 0 || d < next {
			next = d
		}
	}
	for _, e := range p.entries {
		if p.paused || !e.repeats(wall) {
			if e.scheduled && e.due > now && p.mayAsk(e) {
				at(e.due)
			}
			continue
		}
		at(now + heartbeat)
		if e.scheduled && e.due > now {
			at(e.due)
		}
		if s := e.result.State; hasData(e.result) && s != Stale {
			if t := e.staleAt(); t > now {
				at(t)
				continue
			}
			r := *e.result
			r.State = Stale
			p.publish(e, r)
		}
	}
	for r := range p.reqs {
		if !r.hung {
			at(r.deadline + hangGrace)
		}
	}
	return next
}
