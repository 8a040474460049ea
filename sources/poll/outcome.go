package poll

import (
	"time"

	"nightjar/sources"
)

// succeed takes in a good answer.
func (p *Poller) succeed(r *request, res Result, now time.Duration, wall time.Time) {
	e, l := r.entry, r.entry.lane
	e.failures, e.logged = 0, ""
	e.good, e.took = now, now-r.started
	e.answered, e.to, e.shift = true, r.want.to-r.shift, r.shift
	l.lastGood = wall
	p.recover(l, now)
	res.At, res.Took = wall, e.took
	res.State = content(&res)
	e.found(res.State)
	p.plan(e, now, wall)
	res.NextTry = p.nextTry(e, now, wall)
	p.publish(e, res)
}

// fail takes in an error: the last good data stays, and it is asked again after
// a while if the adapter says that this makes sense.
func (p *Poller) fail(e *entry, err error, now time.Duration, wall time.Time) {
	e.failures++
	l := e.lane
	retry, after := sources.Retryable(err)
	if sources.KindOf(err) == sources.KindUnavailable {
		l.refusals++
	}
	if after > 0 {
		l.notBefore = max(l.notBefore, now+min(after, maxRetryAfter))
	}
	switch {
	case e.again && e.whole: // Refresh was called meanwhile
		e.again = false
		e.at(now)
	case retry:
		e.again = false
		e.at(now + backoff(e.failures, p.o.Rand.Float64(), after))
	default:
		e.scheduled, e.halted, e.again = false, true, false
	}
	res := *e.result
	if res.Err == nil {
		res.ErrSince = wall
	}
	res.Err, res.Took = err, now-e.asked
	res.State = Failed
	if hasData(&res) {
		res.State = Stale
	}
	res.NextTry = p.nextTry(e, now, wall)
	if msg := err.Error(); msg != e.logged {
		e.logged = msg
		p.o.Logger.Warn("query failed", "source", l.name, "op", e.job.What.op(), "expr", e.job.Expr, "err", err, "retry", retry)
	}
	p.publish(e, res)
}

// recover lets the jobs of a source that could not be reached try soon, now
// that one of them got an answer. A source that refuses only some is not meant.
func (p *Poller) recover(l *lane, now time.Duration) {
	was := l.refusals
	l.refusals = 0
	waiting := 0
	for _, e := range p.entries {
		if e.lane == l && e.failures > 0 && e.scheduled {
			waiting++
		}
	}
	if was < max(2, waiting) {
		return
	}
	for _, e := range p.entries {
		if e.lane == l && e.failures > 0 && e.scheduled && sources.KindOf(e.result.Err) == sources.KindUnavailable {
			e.at(min(e.due, now+time.Duration(p.o.Rand.Float64()*float64(firstBackoff))))
		}
	}
}
