package feed

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	// kept bounds the newest lines of a tail that are held.
	kept = 4096
	// far is how often a source that neither says when there is more nor sends it is asked.
	far = 5 * time.Second
	// firstRetry to lastRetry is how long a part that failed is left alone.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
	// deadline bounds one search of a part.
	deadline = 30 * time.Second
)

// A part is one source of a pane with what it is known of it.
type part struct {
	Part
	name  string
	terms []sources.LogTerm

	mu     sync.Mutex
	recent []sources.LogLine // the newest lines, oldest first; what a tail brings is added
	whole  bool              // nothing comes before recent
	tailed bool              // recent is kept up to date by a tail that runs
	state  State
	failed int // tries in a row
	format string
	total  int64
	notes  []string
}

func newPart(p Part, terms []sources.LogTerm) *part {
	return &part{Part: p, name: p.Source.Name(), terms: terms, state: State{Source: p.Source.Name()}}
}

// forget drops what is held, so that it is read anew, and tries again at once.
func (p *part) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recent, p.whole, p.tailed = nil, false, false
	p.state.Retry, p.failed = time.Time{}, 0
}

// watch calls more when the part has more lines, until ctx is done.
func (p *part) watch(ctx context.Context, more func()) {
	switch s := p.Source.(type) {
	case sources.LogAwaiter:
		p.await(ctx, s, more)
	case sources.LogTailer:
		p.tail(ctx, s, more)
	default:
		for logs.Pause(ctx, far) {
			more()
		}
	}
}

func (p *part) await(ctx context.Context, s sources.LogAwaiter, more func()) {
	seen, wait := uint64(0), firstRetry
	for ctx.Err() == nil {
		v, err := s.AwaitLogs(ctx, seen)
		switch {
		case err == nil:
			seen, wait = v, firstRetry
			more()
		case !logs.Pause(ctx, wait):
			return
		default:
			wait = min(2*wait, lastRetry)
			more() // the search says what is wrong
		}
	}
}

// tail keeps the newest lines up to date; when it ends they are read anew, so
// that nothing is missing between two tails.
func (p *part) tail(ctx context.Context, s sources.LogTailer, more func()) {
	wait := firstRetry
	for ctx.Err() == nil {
		batches := make(chan sources.LogBatch, 16)
		done := make(chan error, 1)
		go func() { done <- s.TailLogs(ctx, sources.LogQuery{Select: p.Select, Terms: p.terms}, batches) }()
		p.mu.Lock()
		p.tailed, p.recent = true, nil // read after the tail began: nothing is between them
		p.mu.Unlock()
		more()
		var err error
		for open := true; open; {
			select {
			case b := <-batches:
				p.add(b.Lines)
				wait = firstRetry
				more()
			case err = <-done:
				open = false
			}
		}
		p.mu.Lock()
		p.tailed = false
		p.mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err != nil && sources.KindOf(err) == sources.KindUnsupported {
			for logs.Pause(ctx, far) {
				more()
			}
			return
		}
		if !logs.Pause(ctx, wait) {
			return
		}
		wait = min(2*wait, lastRetry)
	}
}

// add takes lines of a tail; late ones go where they belong, known ones are left out.
func (p *part) add(lines []sources.LogLine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range lines {
		at, known := slices.BinarySearchFunc(p.recent, lines[i], func(a, b sources.LogLine) int { return a.Pos.Compare(b.Pos) })
		if known || at == 0 && len(p.recent) > 0 && !p.whole {
			continue // there may be others between it and the first
		}
		p.recent = slices.Insert(p.recent, at, lines[i])
	}
	if over := len(p.recent) - kept; over > 0 {
		p.recent = slices.Delete(p.recent, 0, over)
		p.whole = false
	}
}

// newest gives up to n newest lines, newest first, if they are held.
func (p *part) newest(n int) (lines []sources.LogLine, more, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.tailed || len(p.recent) == 0 || len(p.recent) < n && !p.whole {
		return nil, false, false
	}
	from := max(len(p.recent)-n, 0)
	lines = slices.Clone(p.recent[from:])
	slices.Reverse(lines)
	return lines, from > 0 || !p.whole, true
}

// search asks the source, and keeps how it is doing. newest says that the
// answer is the newest lines.
func (p *part) search(ctx context.Context, q sources.LogQuery, newest bool, now time.Time) ([]sources.LogLine, bool, error) {
	s, ok := p.Source.(sources.LogSearcher)
	if !ok {
		return nil, false, sources.Errorf(p.name, "search logs", sources.KindUnsupported, "it has no logs")
	}
	q.Select = p.Select
	limited, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	page, err := s.SearchLogs(limited, q)
	if err != nil && ctx.Err() != nil {
		return nil, false, err //nolint:wrapcheck // nobody waits for it
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.fail(err, now)
		return nil, false, err //nolint:wrapcheck // a *sources.Error says it all
	}
	p.state, p.failed = State{Source: p.name}, 0
	p.format, p.total, p.notes = page.Format, page.Total, page.Notes
	if newest && p.tailed {
		held := slices.Clone(page.Lines)
		slices.Reverse(held)
		later := p.recent // what the tail brought meanwhile
		p.recent, p.whole = held, !page.More
		for _, l := range later {
			if at, known := slices.BinarySearchFunc(p.recent, l, func(a, b sources.LogLine) int { return a.Pos.Compare(b.Pos) }); !known && at > 0 {
				p.recent = slices.Insert(p.recent, at, l)
			}
		}
	}
	return page.Lines, page.More, nil
}

// fail keeps a failure and when the next try is. p.mu is held.
func (p *part) fail(err error, now time.Time) {
	if p.state.Err == nil {
		p.state.Since = now
	}
	p.state.Err, p.state.Retry = err, time.Time{}
	var e *sources.Error
	if errors.As(err, &e) && e.Retryable {
		wait := max(min(firstRetry<<min(p.failed, 10), lastRetry), e.RetryAfter)
		p.state.Retry = now.Add(wait)
	}
	p.failed++
}

// waits reports whether the part failed and is left alone for now.
func (p *part) waits(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Err != nil && now.Before(p.state.Retry)
}
