package poll

import (
	"context"
	"time"

	"nightjar/sources"
)

// unknownInterval is taken for a source that does not say how often it has
// new samples: Prometheus's own default is once a minute, and most are at 15 s.
const unknownInterval = 15 * time.Second

// readRange reads the parts and merges them, or, where they cannot be merged,
// the whole window. p.mu is not held.
func (p *Poller) readRange(r *request) (*sources.Frame, error) {
	got := make([]*answer, 0, len(r.parts))
	for _, s := range r.parts {
		a, err := p.readPart(r, s)
		if err != nil {
			return nil, err
		}
		got = append(got, a)
	}
	if f, ok := p.merge(r, got); ok {
		return f, nil
	}
	a, err := p.readPart(r, r.want)
	if err != nil {
		return nil, err
	}
	r.whole = true
	f, _ := p.merge(r, []*answer{a})
	return f, nil
}

// readPart asks for the steps s, p.mu not held.
func (p *Poller) readPart(r *request, s span) (*answer, error) {
	job := r.job
	q, ok := job.Source.(sources.RangeQuerier)
	if !ok {
		return nil, sourceError(job, sources.KindUnsupported, "it has no range queries")
	}
	var f *sources.Frame
	err := p.ask(r, func(ctx context.Context) (err error) {
		f, err = q.QueryRange(ctx, sources.RangeQuery{
			Expr: job.Expr, Start: time.UnixMilli(s.from), End: time.UnixMilli(s.to),
			Step: time.Duration(job.step()) * time.Millisecond, Limit: job.Limit,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	a, err := shape(f, s, job.step())
	if err != nil {
		return nil, sourceError(job, sources.KindProtocol, "%w", err)
	}
	a.began = r.wall.Add(p.ahead(r))
	r.bytes += f.Bytes
	return a, nil
}

// merge brings what was read together with what is held and gives the frame of
// the window. It says no when the window must be read whole:
//   - the answer was cut by a limit, or the merged frame would have been;
//   - the answer is no matrix, has native histograms, or its series cannot be told apart;
//   - values that were thought final are not the same any more, or a series that
//     was not known has a past: history was changed, lost or came late. For this
//     a frame is read whole at most once a minute; in between the newer values stand.
func (p *Poller) merge(r *request, got []*answer) (*sources.Frame, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.dead {
		return nil, true
	}
	now, wall := p.o.Clock.Elapsed(), p.o.Clock.Now()
	e, h := r.entry, r.held
	if h == nil {
		h = &held{key: e.heldKey(), step: e.job.step(), empty: true}
	}
	h.warnings = nil
	for _, a := range got {
		ok := true
		switch {
		case r.whole && h.completes(a):
			h.merge(a, p.keep(h, r.want.from, wall))
			h.suspect = false
		case r.whole && (h.empty || h.suspect || h.single != nil || a.single || h.settled < h.span.from || !h.span.touches(a.span, h.step) || a.span.contains(h.span)):
			h.replace(a)
		case a.single:
			ok = false
		default:
			agrees := h.merge(a, p.keep(h, r.want.from, wall))
			if !agrees && !r.whole && (h.reread == 0 || now-h.reread >= rereadEvery) {
				h.reread = now
				ok = false
			}
		}
		if !ok {
			h.suspect = true
			return nil, false
		}
		h.settle(a, a.began.UnixMilli()-overlap(h.step, p.interval(e), p.o.Overlap))
		h.warnings = union(h.warnings, a.frame.Warnings)
	}
	newest := got[len(got)-1].span.to
	if newest == h.span.to { // the past alone makes it no newer
		h.read = now
	}
	// After the clock was set back more may be held than there is to read.
	if newest == h.span.to || e.repeats(wall) && newest >= r.want.to {
		h.good, h.at = now, wall
	}
	f := h.cut(r.want)
	if !r.whole && h.over(f) {
		h.suspect = true
		return nil, false
	}
	if f != h.single {
		f.Bytes = r.bytes
	}
	return f, true
}

// keep is the first step of h that a job wants.
func (p *Poller) keep(h *held, from int64, wall time.Time) int64 {
	for _, e := range p.entries {
		if e.seg == h {
			from = min(from, e.job.window(wall).from+e.lane.shift(h.step))
		}
	}
	return from
}

func (p *Poller) interval(e *entry) time.Duration {
	if e.lane.interval > 0 {
		return e.lane.interval
	}
	return unknownInterval
}
