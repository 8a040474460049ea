package feed

import (
	"context"
	"slices"
	"sync"
	"time"

	"nightjar/sources"
)

const (
	// gather is the least time between two pages that nobody asked for: lines that
	// come meanwhile come together.
	gather = 100 * time.Millisecond
	// grace is the least time from a pane to its first histogram: its lines are drawn first.
	grace = 50 * time.Millisecond
	// recount and recountFar are the least times between two histograms that
	// nobody asked for, of sources that say when there is more, and of others.
	recount    = time.Second
	recountFar = 5 * time.Second
)

// A pane is what one request is served with.
type pane struct {
	hub   *Hub
	lines *lane // reads pages and finds
	count *lane // makes histograms
	mine  *lane // takes lines apart

	mu       sync.Mutex
	req      Request
	parts    []*part
	stop     context.CancelFunc // of the watchers of parts; nil: resting
	page     Page
	taken    uint64
	stale    bool // the lines of the page are not those of the request, or not the newest
	recount  bool // the same of the histogram
	again    bool // and of what is taken apart
	minePace time.Duration
	answered int // Find.Seq that was answered
}

func newPane(h *Hub) *pane {
	p := &pane{hub: h}
	p.lines = newLane(h, gather, p.readOnce)
	p.count = newLane(h, recount, p.countOnce)
	p.mine = newLane(h, remine, p.mineOnce)
	return p
}

// ask takes a new request and begins what it needs.
func (p *pane) ask(r Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.req
	p.req = r
	same := old.ID != "" && r.sameLines(&old)
	if !same {
		p.parts = make([]*part, len(r.Parts))
		for i, part := range r.Parts {
			p.parts[i] = newPart(part, r.Terms)
		}
		p.page.Ready, p.page.Counts, p.page.Found, p.page.Mined = false, nil, nil, nil
		p.halt()
	}
	if p.stop == nil || old.Paused != r.Paused {
		p.halt()
		p.watch()
	}
	if !same || !r.samePlace(&old) || old.Paused && !r.Paused {
		p.stale, p.page.Loading = true, true
		p.lines.now()
	}
	if r.Find.Seq != 0 && !r.sameFind(&old) {
		p.lines.now()
	}
	if r.Step > 0 && (!same || !r.sameCount(&old)) {
		p.recount, p.page.Busy = true, true
		if p.page.Ready || !p.near() { // else when the lines are there: they come first
			p.count.now()
		}
	}
	switch {
	case r.Mining.New == nil:
		p.mine.drop()
	case !same || !r.sameMining(&old) && !r.movesOn(&old):
		p.minesNow()
	case !r.sameMining(&old):
		p.minesMore()
	}
}

// halt ends the watchers. p.mu is held.
func (p *pane) halt() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// watch starts the watchers of all parts. p.mu is held.
func (p *pane) watch() {
	ctx, stop := context.WithCancel(p.hub.ctx)
	p.stop = stop
	if p.req.Paused {
		return
	}
	for _, part := range p.parts {
		p.hub.start(func() { part.watch(ctx, p.more) })
	}
}

// rest stops all work until the pane is asked for again.
func (p *pane) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halt()
	p.lines.drop()
	p.count.drop()
	p.mine.drop()
	p.req.ID = "" // whatever is asked next is new
}

// more is called by a watcher whose part has more lines.
func (p *pane) more() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.page.Last || !p.page.Ready || p.req.Anchor == (Anchor{}) {
		p.stale = true
		p.lines.soon(gather)
	}
	if p.req.Step > 0 {
		p.recount = true
		p.count.soon(p.pace())
	}
	p.minesMore()
}

// pace is the least time between two histograms. p.mu is held.
func (p *pane) pace() time.Duration {
	if p.near() {
		return recount
	}
	return recountFar
}

// near reports whether all parts hold their lines where they are found at once. p.mu is held.
func (p *pane) near() bool {
	return !slices.ContainsFunc(p.req.Parts, func(part Part) bool {
		_, near := part.Source.(sources.LogAwaiter)
		return !near
	})
}

func (p *pane) refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		return
	}
	for _, part := range p.parts {
		part.forget()
	}
	p.halt()
	p.watch()
	p.stale, p.recount = true, true
	p.lines.now()
	p.count.now()
	if p.req.Mining.New != nil {
		p.minesNow()
	}
}

// take gives the newest page, nil if it was taken.
func (p *pane) take() *Page {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.page.Version == p.taken {
		return nil
	}
	p.taken = p.page.Version
	page := p.page
	return &page
}

// publish makes a new page of the present one. p.mu is held.
func (p *pane) publish() {
	p.page.Version++
	p.hub.notify()
}

// readOnce answers what is asked of the lines: the page first, then the find.
func (p *pane) readOnce(ctx context.Context) {
	p.mu.Lock()
	req, parts := p.req, p.parts
	stale := p.stale
	finding := req.Find.Seq != 0 && req.Find.Seq != p.answered
	p.stale = false
	p.mu.Unlock()
	if req.ID == "" {
		return
	}
	if finding {
		found := find(ctx, parts, &req, p.hub.o.Clock())
		if ctx.Err() != nil {
			return
		}
		p.mu.Lock()
		if p.req.sameFind(&req) && p.req.sameLines(&req) {
			p.answered = req.Find.Seq
			p.page.Found = found
			p.publish()
		}
		p.mu.Unlock()
	}
	if !stale {
		return
	}
	page := read(ctx, parts, &req, p.hub.o.Clock())
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil || !p.req.samePlace(&req) {
		p.stale = true // another one is under way
		return
	}
	keep := p.page
	p.page = *page
	p.page.Request, p.page.Version = req, keep.Version
	p.page.Counts, p.page.Counted, p.page.Busy, p.page.Found, p.page.Mined = keep.Counts, keep.Counted, keep.Busy, keep.Found, keep.Mined
	p.page.Ready, p.page.Loading = true, false
	if !keep.Ready && p.recount {
		p.count.soon(grace)
	}
	if wait := retryIn(page.Parts, p.hub.o.Clock()); wait > 0 {
		p.stale = true
		p.lines.soon(wait)
	}
	p.publish()
}

// retryIn is how long to wait for the first part that is tried again; 0: none.
func retryIn(parts []State, now time.Time) time.Duration {
	wait := time.Duration(0)
	for _, s := range parts {
		if s.Err == nil || s.Retry.IsZero() {
			continue
		}
		if d := max(s.Retry.Sub(now), gather); wait == 0 || d < wait {
			wait = d
		}
	}
	return wait
}

// countOnce makes the histogram that is asked for.
func (p *pane) countOnce(ctx context.Context) {
	p.mu.Lock()
	req, parts, wanted := p.req, p.parts, p.recount
	p.recount = false
	p.mu.Unlock()
	if req.ID == "" || !wanted || req.Step <= 0 {
		return
	}
	show := func(f *sources.Frame, at sources.LogProgress, busy bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if ctx.Err() != nil || !p.req.sameCount(&req) {
			return
		}
		p.page.Counts, p.page.Counted, p.page.Busy = f, at, busy
		p.publish()
	}
	count(ctx, parts, &req, show)
	if ctx.Err() != nil {
		p.mu.Lock()
		p.recount = true
		p.mu.Unlock()
	}
}
