package poll

import (
	"cmp"
	"slices"
	"time"
)

// publish makes r the newest result of e. One that nobody took is lost, and counted.
func (p *Poller) publish(e *entry, r Result) {
	p.version++
	r.Key, r.Source, r.Version, r.Every = e.key, e.lane.name, p.version, e.period()
	if e.result != nil {
		r.Replaced = e.result.Replaced
	}
	if e.changed {
		r.Replaced++
	}
	e.result, e.changed = &r, true
	if p.closed {
		return
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// admit makes the entry of a job that is newly wanted, with what is held of it.
func (p *Poller) admit(k Key, j Job, now time.Duration) *entry {
	name := j.Source.Name()
	l := p.lanes[name]
	if l == nil {
		l = &lane{name: name, parallel: p.parallel(j.Source)}
		p.lanes[name] = l
	}
	e := &entry{job: j, key: k, lane: l, good: now}
	p.version++
	e.result = &Result{Key: k, Source: name, State: Loading, Version: p.version}
	p.entries[k] = e
	if j.What == Range {
		e.windowed = p.windowed(j.Expr)
	}
	e.at(now)
	if j.What == Range && !e.windowed {
		p.recall(e, now)
	} else if r := p.shelf.unretire(k); r != nil {
		p.restore(e, *r)
	}
	return e
}

// recall shows what is held of a window; one that is all there is not asked for.
func (p *Poller) recall(e *entry, now time.Duration) {
	wall := p.o.Clock.Now()
	shift := e.lane.shift(e.job.step())
	want := e.job.window(wall).plus(shift)
	h := p.shelf.find(e.heldKey(), want)
	if h == nil {
		return
	}
	f := h.cut(want)
	if f == nil || h.over(f) {
		return
	}
	e.seg, e.good = h, h.good
	r := Result{Frame: moved(f, -shift), At: h.at}
	switch parts, _ := h.plan(want); {
	case len(parts) == 0:
		r.State = content(&r)
		e.answered, e.to, e.shift = true, want.to-shift, shift
		if !e.repeats(wall) {
			e.scheduled = false
		}
	case f.Start > want.from || f.End < want.to:
		r.State = Partial
	default:
		r.State = content(&r)
	}
	if e.repeats(wall) && now > e.staleAt() {
		r.State = Stale
	}
	p.publish(e, r)
}

// restore shows the last result of a job that is wanted again.
func (p *Poller) restore(e *entry, r Result) {
	wall := p.o.Clock.Now()
	r.Err, r.ErrSince, r.NextTry, r.Replaced = nil, time.Time{}, time.Time{}, 0
	r.State = content(&r)
	if !e.repeats(wall) {
		e.scheduled = false // its time is over: the answer stands
	} else if wall.Sub(r.At) > staleAfter*e.period() {
		r.State = Stale
	}
	p.publish(e, r)
}

// retire cancels a job that is not wanted any more and keeps its data.
func (p *Poller) retire(e *entry) {
	delete(p.entries, e.key)
	if e.req != nil {
		p.abandon(e.req)
	}
	if (e.job.What != Range || e.windowed) && hasData(e.result) {
		p.shelf.retire(e.result)
	}
}

// trim bounds what is kept of jobs that are not wanted.
func (p *Poller) trim() {
	used := make(map[*held]bool, len(p.entries))
	for _, e := range p.entries {
		used[e.seg] = true
	}
	p.shelf.trim(func(h *held) bool { return used[h] })
}

// maxDepends bounds the memory of what expressions depend on.
const maxDepends = 4096

func (p *Poller) windowed(expr string) bool {
	w, ok := p.depends[expr]
	if !ok {
		if len(p.depends) >= maxDepends {
			clear(p.depends)
		}
		w = windowed(expr)
		p.depends[expr] = w
	}
	return w
}

// SourceStates says how each source is doing that was ever asked, by name.
func (p *Poller) SourceStates() []SourceState {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, wall := p.o.Clock.Elapsed(), p.o.Clock.Now()
	states := make([]SourceState, 0, len(p.lanes))
	for _, l := range p.lanes {
		s := SourceState{
			Name: l.name, Kind: l.kind, LastGood: l.lastGood, InFlight: l.running - l.hanging, Hanging: l.hanging,
			Interval: l.interval, ReceivedPerSecond: l.meter.rate(now),
		}
		good, old := 0, 0
		next := time.Duration(-1)
		for _, e := range p.entries {
			if e.lane != l {
				continue
			}
			r := e.result
			switch {
			case r.Err != nil && ofSource(r.Err):
				if s.Err == nil || r.ErrSince.Before(s.ErrSince) {
					s.Err, s.ErrSince = r.Err, r.ErrSince
				}
			case r.State == Stale:
				old++
			case !hasData(r):
			default:
				good++
			}
			if e.scheduled && e.req == nil && (next < 0 || e.due < next) {
				next = e.due
			}
		}
		if next >= 0 && !p.paused {
			s.NextTry = wall.Add(max(next, l.notBefore) - now)
		}
		// What was good before the failures began, and was not due since, says nothing of now.
		works := good > 0 && (s.Err == nil || l.lastGood.After(s.ErrSince))
		s.State = l.state(s.Err != nil || old > 0, works)
		states = append(states, s)
	}
	slices.SortFunc(states, func(a, b SourceState) int { return cmp.Compare(a.Name, b.Name) })
	return states
}
