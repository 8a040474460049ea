package logserver

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A Stream gives new lines as a server sends them.
type Stream interface {
	// Next gives the next lines, in any order, positions without an ordinal. It ends with ctx.
	Next(ctx context.Context) ([]sources.LogLine, error)
	Close()
}

// A Follower follows new lines over connections that may be lost. What came
// while there was none is read from the store when there is one again.
type Follower struct {
	Name string
	Open func(ctx context.Context) (Stream, error)
	// Search reads stored lines, as LogSearcher.
	Search func(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error)
	// Held counts the stored lines with from <= time < to, Unix nanoseconds, that
	// the stream should have sent; nil: the stream leaves none out.
	Held    func(ctx context.Context, from, to int64) (int, error)
	Repeats bool // as in Pager
	Clock   func() time.Time
	// Pause waits; nil: by the clock of the machine.
	Pause func(ctx context.Context, d time.Duration) error
}

const (
	firstPause = 250 * time.Millisecond
	lastPause  = 8 * time.Second
	maxTries   = 7 // after a connection was lost, within about 20 s
	// checkEvery is how often what was sent is held against what is stored.
	checkEvery = 10 * time.Second
	// overlap is how far behind the last line a search begins: lines come late.
	overlap    = 20 * time.Second
	pageLines  = 1000
	maxCatchUp = 50 // pages
)

// A chase is one run of a Follower.
type chase struct {
	*Follower
	q     sources.LogQuery
	match *logs.Matcher
	out   chan<- sources.LogBatch
	known recent
	began int64 // Unix nanoseconds
	last  int64 // of the newest line that came
}

// Follow sends lines that come from now on and pass m, each once, until ctx is
// done, the server refuses, or it does not come back. The first connection is not tried again.
func (f *Follower) Follow(ctx context.Context, q sources.LogQuery, m *logs.Matcher, out chan<- sources.LogBatch) error {
	if f.Pause == nil {
		f.Pause = pause
	}
	now := f.Clock().UnixNano()
	c := &chase{Follower: f, q: q, match: m, out: out, began: now, last: now}
	opened := false
	for try := 0; ; try++ {
		again := opened
		began := f.Clock()
		came, err := c.run(ctx, again, &opened)
		if ctx.Err() != nil {
			return sources.Errorf(f.Name, "tail logs", sources.KindCancelled, "%w", ctx.Err())
		}
		retry, after := sources.Retryable(err)
		if !retry || !opened || try >= maxTries {
			return err
		}
		if came || f.Clock().Sub(began) > lastPause {
			try = 0
		}
		wait := min(firstPause<<try, lastPause)
		wait = max(wait/2+rand.N(wait/2), after) //nolint:gosec // jitter need not be unpredictable
		if err := f.Pause(ctx, wait); err != nil {
			return sources.Errorf(f.Name, "tail logs", sources.KindCancelled, "%w", err)
		}
	}
}

// run follows over one connection, and sets opened when there is one; came reports that lines came.
func (c *chase) run(ctx context.Context, again bool, opened *bool) (came bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := c.Open(ctx)
	if err != nil {
		return false, err
	}
	*opened = true
	type part struct {
		lines []sources.LogLine
		err   error
	}
	parts := make(chan part)
	ended := make(chan struct{})
	defer func() { cancel(); s.Close(); <-ended }()
	go func() {
		defer close(ended)
		for {
			lines, err := s.Next(ctx)
			select {
			case parts <- part{lines, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	c.known.same = nil
	if again {
		if err := c.catchUp(ctx, c.last-int64(overlap)); err != nil {
			return false, err
		}
	}
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	for {
		select {
		case p := <-parts:
			if len(p.lines) > 0 {
				came = true
				if err := c.send(ctx, p.lines, true); err != nil {
					return came, err
				}
			}
			if p.err != nil {
				return came, p.err
			}
		case <-check.C:
			if err := c.check(ctx); err != nil {
				return came, err
			}
		case <-ctx.Done():
			return came, ctx.Err()
		}
	}
}

// check reads what the stream left out, if it did.
func (c *chase) check(ctx context.Context) error {
	if c.Held == nil {
		return nil
	}
	to := c.Clock().UnixNano() - int64(overlap)/4
	from := max(to-int64(2*overlap), c.began)
	if from >= to {
		return nil
	}
	n, err := c.Held(ctx, from, to)
	switch kind := sources.KindOf(err); {
	case kind == sources.KindUnavailable, kind == sources.KindTimeout:
		return err // then the stream is dead as well, and may not say so
	case err != nil:
		return nil //nolint:nilerr // such as too many questions: the next check will see
	case n <= c.known.within(from, to):
		return nil
	}
	return c.catchUp(ctx, from)
}

// catchUp sends stored lines from a time on that did not come.
func (c *chase) catchUp(ctx context.Context, from int64) error {
	q := sources.LogQuery{Select: c.q.Select, Terms: c.q.Terms, Forward: true, Limit: pageLines}
	q.Start = time.Unix(0, max(from, c.began))
	for range maxCatchUp {
		page, err := c.Search(ctx, q)
		if err != nil {
			return err
		}
		if err := c.send(ctx, page.Lines, false); err != nil {
			return err
		}
		if !page.More || len(page.Lines) == 0 {
			return nil
		}
		q.After = page.Lines[len(page.Lines)-1].Pos
	}
	return c.send(ctx, []sources.LogLine{Gap(q.After.Major, true, -1, "more lines came while there was no connection than are read again")}, false)
}

// send sends what is new of lines and passes.
func (c *chase) send(ctx context.Context, lines []sources.LogLine, streamed bool) error {
	batch := make([]sources.LogLine, 0, len(lines))
	for i := range lines {
		l := lines[i]
		if streamed && c.Repeats && l.Lost == 0 {
			l.Pos = c.known.number(l.Pos)
		}
		if !c.known.add(l.Pos) {
			continue
		}
		c.last = max(c.last, min(l.Pos.Major, c.Clock().UnixNano()))
		if c.match.Match(&l) {
			batch = append(batch, l)
		}
	}
	if len(batch) == 0 {
		return nil
	}
	slices.SortStableFunc(batch, func(a, b sources.LogLine) int { return a.Pos.Compare(b.Pos) })
	select {
	case c.out <- sources.LogBatch{Lines: batch}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if !logs.Pause(ctx, d) {
		return ctx.Err()
	}
	return nil
}
