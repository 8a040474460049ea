package poll

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"nightjar/sources"
)

// rereadEvery is how often at most a frame is read whole because it disagreed
// with what was thought final: two replicas behind one address always do.
const rereadEvery = time.Minute

// A request is one run of a job: one query, or a few for the parts of a window.
type request struct {
	entry *entry
	job   Job // as it was when it began
	ctx   context.Context
	stop  context.CancelFunc

	// Of ranges, by the source's clock, which is shift ms ahead in whole steps.
	want  span
	parts []span
	shift int64
	whole bool
	held  *held // nil: windowed

	wall     time.Time // when its newest query began
	started  time.Duration
	deadline time.Duration // of its newest query
	bytes    int
	first    bool // of its source
	dead     bool // nobody waits for it any more
	hung     bool // dead, and it has not returned for too long
	answered bool
}

// start sends r off. p.mu is held, as in all below that do not say otherwise.
func (p *Poller) start(r *request, now time.Duration) {
	e := r.entry
	r.job = e.job
	r.ctx, r.stop = context.WithCancel(p.ctx)
	r.started, r.deadline = now, now+e.job.timeout(p.o.Timeout)
	e.req, e.asked = r, now
	e.scheduled, e.again, e.whole = false, false, false
	r.first = e.lane.asked == 0
	e.lane.asked++
	e.lane.running++
	p.running++
	p.reqs[r] = struct{}{}
	p.dispatch(r)
}

// run does the request, in its own goroutine, p.mu not held.
func (p *Poller) run(r *request) {
	defer p.returned(r)
	job := r.job
	var res Result
	if r.first {
		p.listen(r) // what is final depends on the interval
	}
	err := p.guard(job, func() error {
		var err error
		if job.What == Range {
			res.Frame, err = p.readRange(r)
			res.Frame = moved(res.Frame, -r.shift)
		} else {
			err = p.ask(r, func(ctx context.Context) error { return read(ctx, job, r.wall, p.ahead(r), &res) })
		}
		return err
	})
	p.listen(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	now, wall := p.o.Clock.Elapsed(), p.o.Clock.Now()
	l := r.entry.lane
	if !l.counts && res.Frame != nil {
		l.meter.add(now, uint64(max(r.bytes, res.Frame.Bytes, 0)))
	}
	r.answered = true
	if r.dead {
		return
	}
	p.release(r)
	if err != nil {
		p.fail(r.entry, err, now, wall)
		return
	}
	p.succeed(r, res, now, wall)
}

// listen hears what the source says of itself, p.mu not held. One that panics
// at that is not listened to again; its answers still count.
func (p *Poller) listen(r *request) {
	s, ok := r.job.Source.(sources.StatusReporter)
	if !ok {
		return
	}
	l := r.entry.lane
	p.mu.Lock()
	mute := l.mute
	p.mu.Unlock()
	if mute {
		return
	}
	var status sources.Status
	err := p.guard(r.job, func() error { status = s.Status(); return nil })
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		l.mute = true
		return
	}
	now := p.o.Clock.Elapsed()
	l.tell(status, now)
	p.follow(l, status.Ahead, now)
}

// read asks for what is not a range. The source's clock is that far ahead of ours.
func read(ctx context.Context, job Job, now time.Time, ahead time.Duration, res *Result) (err error) {
	unable := func(what string) error { return sourceError(job, sources.KindUnsupported, "it has no %s", what) }
	switch job.What {
	case Instant:
		q, ok := job.Source.(sources.InstantQuerier)
		if !ok {
			return unable("instant queries")
		}
		at := job.End
		if job.Live {
			at = now
		}
		res.Frame, err = q.QueryInstant(ctx, sources.InstantQuery{Expr: job.Expr, Time: at.Add(ahead), Limit: job.Limit})
		res.Frame = moved(res.Frame, -ahead.Milliseconds())
		if err == nil && res.Frame == nil {
			err = sourceError(job, sources.KindProtocol, "neither an answer nor an error")
		}
	case List:
		q, ok := job.Source.(sources.Lister)
		if !ok {
			return unable("tables")
		}
		res.Table, err = q.List(ctx, job.Expr)
		if err == nil && res.Table == nil {
			err = sourceError(job, sources.KindProtocol, "neither an answer nor an error")
		}
	case Alerts:
		q, ok := job.Source.(sources.AlertLister)
		if !ok {
			return unable("alerts")
		}
		res.Alerts, err = q.Alerts(ctx)
	default:
		return unable(fmt.Sprintf("answers of kind %d", job.What))
	}
	return err
}

// ask runs one query under its own deadline, p.mu not held.
func (p *Poller) ask(r *request, query func(context.Context) error) error {
	timeout := r.job.timeout(p.o.Timeout)
	p.mu.Lock()
	if r.dead {
		p.mu.Unlock()
		return context.Canceled
	}
	r.wall, r.deadline = p.o.Clock.Now(), p.o.Clock.Elapsed()+timeout
	p.mu.Unlock()
	ctx, stop := context.WithTimeout(r.ctx, timeout)
	defer stop()
	err := query(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return sourceError(r.job, sources.KindTimeout, "no answer within %v", timeout)
	}
	if ctx.Err() == nil && (errors.Is(err, context.Canceled) || sources.KindOf(err) == sources.KindCancelled) {
		return sourceError(r.job, sources.KindUnavailable, "the source gave up: %v", err) // we did not
	}
	return err
}

// guard turns a panic of an adapter into an error, p.mu not held.
func (p *Poller) guard(job Job, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			p.o.Logger.Error("a source panicked", "source", job.Source.Name(), "op", job.What.op(), "panic", v, "stack", string(debug.Stack()))
			e := sourceError(job, sources.KindInternal, "panic: %v", v)
			e.Retryable = true // with backoff: it may well be one bad moment
			err = e
		}
	}()
	return f()
}

// returned is the end of the request's goroutine, p.mu not held.
func (p *Poller) returned(r *request) {
	r.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !r.answered && !r.dead {
		p.release(r)
		p.fail(r.entry, sourceError(r.entry.job, sources.KindInternal, "the source ended the request's goroutine"), p.o.Clock.Elapsed(), p.o.Clock.Now())
	}
	delete(p.reqs, r)
	p.running--
	r.entry.lane.running--
	if r.hung {
		r.entry.lane.hanging--
	}
	if p.closed && p.running == 0 {
		close(p.drained)
	}
	p.wake()
}

// release frees what r holds, but not its place in the lane.
func (p *Poller) release(r *request) {
	if r.entry.req == r {
		r.entry.req = nil
	}
	if r.held != nil {
		r.held.busy = false
	}
}

// abandon cancels a request; what it still answers is ignored.
func (p *Poller) abandon(r *request) {
	r.stop()
	r.dead = true
	r.deadline = min(r.deadline, p.o.Clock.Elapsed())
	p.release(r)
}

// giveUp is for a request that did not return when its context ended.
func (p *Poller) giveUp(r *request, now time.Duration, wall time.Time) {
	r.hung = true
	r.entry.lane.hanging++
	p.o.Logger.Warn("a request ignores its deadline", "source", r.entry.lane.name, "op", r.entry.job.What.op(), "hanging", r.entry.lane.hanging)
	if r.dead {
		return
	}
	p.abandon(r)
	p.fail(r.entry, hangError(r.entry.job, r.entry.lane.hanging), now, wall)
}

func hangError(j Job, hanging int) error {
	return sourceError(j, sources.KindTimeout, "%d requests do not end", hanging)
}
