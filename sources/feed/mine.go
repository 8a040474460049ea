package feed

import (
	"context"
	"time"

	"nightjar/sources"
)

const (
	// mineLines and mineFar bound the lines that are mined of a window, of sources
	// that hold theirs here and of others.
	mineLines = 200_000
	mineFar   = 20_000
	// remine and remineFar are the least times between two minings that nobody asked for.
	remine    = 10 * time.Second
	remineFar = time.Minute
	// remineShare is how many times as long as the last mining took there is none.
	remineShare = 20
	// showPages is after how many pages what was mined so far is shown.
	showPages = 20
)

// A Mining asks for all lines of a window, and of as long before it, to be given to
// a miner, which finds what they have in common.
type Mining struct {
	Window sources.Window
	// New makes a miner of the lines of window and before, of a log that began then
	// (zero: not known). Nil: nothing is mined.
	New func(window, before sources.Window, began time.Time) Miner
}

// A Miner takes lines apart. One goroutine has it at a time.
type Miner interface {
	Add(l *sources.LogLine)
	// Find is what was found of both windows; lines that are added later do not change it.
	Find(window, before sources.Window) any
}

// A Mined is what a miner found. Only the newest lines count where there are too
// many: then Window begins later than was asked for, or Before does.
type Mined struct {
	Window, Before sources.Window // whose lines were read
	Asked          sources.Window
	Lines          int   // read so far
	Cut            int   // bound of lines that was reached in a window; 0: none was
	Whole          bool  // all of them were; else Found is of some
	Busy           bool  // they are being read, for the first time or anew
	Found          any   // of Miner.Find
	Err            error // of a part, which is left out
}

// A digger reads the lines of one request for its miner, newest first.
type digger struct {
	req   *Request
	parts []*part
	total int // lines that are read of a window,
	bound int // and of a part in it
	now   time.Time
	show  func(Mined)
	miner Miner
	mined Mined
	pages int
}

// mine gives all lines of both windows to a miner and shows what it finds.
func mine(ctx context.Context, parts []*part, req *Request, now time.Time, show func(Mined)) {
	d := &digger{req: req, parts: parts, now: now, show: show, bound: mineLines}
	for _, p := range req.Parts {
		if _, near := p.Source.(sources.LogAwaiter); !near {
			d.bound = mineFar
		}
	}
	d.total = d.bound
	d.bound = max(1, d.total/max(1, len(parts)))
	began := Span(ctx, req.Parts).Start
	window := req.Mining.Window
	for again := true; again && ctx.Err() == nil; {
		before := sources.Window{Start: window.Start.Add(-window.End.Sub(window.Start)), End: window.Start}
		d.miner = req.Mining.New(window, before, began)
		d.mined = Mined{Window: window, Before: before, Asked: req.Mining.Window, Cut: d.mined.Cut, Busy: true, Err: d.mined.Err}
		again = false
		for _, p := range parts {
			if from, cut := d.dig(ctx, p); cut { // rates would be of lines that were not read
				window.Start, again = from, true
				break
			}
		}
	}
	if ctx.Err() == nil {
		d.mined.Busy, d.mined.Whole = false, true
		d.tell()
	}
}

// dig reads the lines of a part, of the window and then of the one before. cut
// reports that the window has more lines than are read, and from when on they are.
func (d *digger) dig(ctx context.Context, p *part) (from time.Time, cut bool) {
	if p.waits(d.now) {
		return from, false
	}
	m := &d.mined
	q := sources.LogQuery{Window: sources.Window{Start: m.Before.Start, End: m.Window.End}, Terms: d.req.Terms, Limit: pageLines}
	counted := [2]int{} // in the window, and before
	for more := true; more && ctx.Err() == nil; {
		lines, rest, err := p.search(ctx, q, false, d.now)
		if err != nil {
			if m.Err == nil {
				m.Err = err
			}
			return from, false
		}
		for i := range lines {
			l := &lines[i]
			l.Source = p.name
			at := 0
			if !l.Time.IsZero() && l.Time.Before(m.Window.Start) {
				at = 1
			}
			if counted[at]++; counted[at] > d.bound {
				m.Cut = d.total
				return d.stop(l, at == 0)
			}
			d.miner.Add(l)
			m.Lines++
		}
		more = rest && len(lines) > 0
		if more {
			q.Before = lines[len(lines)-1].Pos
		}
		if d.pages++; d.pages%showPages == 0 {
			d.tell()
		}
	}
	return from, false
}

// stop is what happens at the first line that is one too many: the window before
// begins after it, or the window does, and all is read again.
func (d *digger) stop(l *sources.LogLine, within bool) (from time.Time, cut bool) {
	m := &d.mined
	from = l.Time.Add(1)
	switch {
	case !within && from.After(m.Before.Start):
		m.Before.Start = from
	case within && !l.Time.IsZero() && m.Window.End.Sub(from) > time.Second: // else nothing would be left of it
		return from, true
	}
	return from, false
}

// tell shows what was found so far.
func (d *digger) tell() {
	d.mined.Found = d.miner.Find(d.mined.Window, d.mined.Before)
	d.show(d.mined)
}

// minesNow has lines taken apart at once, and says so. p.mu is held.
func (p *pane) minesNow() {
	p.again = true
	if p.page.Mined != nil {
		m := *p.page.Mined
		m.Busy = true
		p.page.Mined = &m
		p.publish()
	}
	p.mine.now()
}

// minesMore has lines taken apart again that may be more by now, unless the window
// ended before they came. p.mu is held.
func (p *pane) minesMore() {
	if p.req.Mining.New == nil || p.hub.o.Clock().Sub(p.req.Mining.Window.End) > remineFar {
		return
	}
	p.again = true
	p.mine.soon(max(p.minePace, remine))
}

// mineOnce takes apart what is asked for.
func (p *pane) mineOnce(ctx context.Context) {
	p.mu.Lock()
	req, parts, wanted := p.req, p.parts, p.again
	p.again = false
	p.mu.Unlock()
	if req.ID == "" || !wanted || req.Mining.New == nil {
		return
	}
	began := time.Now()
	mine(ctx, parts, &req, p.hub.o.Clock(), func(m Mined) {
		p.mu.Lock()
		defer p.mu.Unlock()
		old := p.page.Mined
		if ctx.Err() != nil || !p.req.sameLines(&req) || old != nil && old.Whole && !m.Whole {
			return // some of what is being read anew is less than all that was read
		}
		p.page.Mined = &m
		p.publish()
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		p.again = true
		return
	}
	p.minePace = max(remineShare*time.Since(began), remine)
	for _, part := range req.Parts {
		if _, near := part.Source.(sources.LogAwaiter); !near {
			p.minePace = max(p.minePace, remineFar)
		}
	}
}
