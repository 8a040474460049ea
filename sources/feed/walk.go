package feed

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// pageLines is how many lines a walk reads of a part at once.
const pageLines = 2000

// A Walker reads the lines of several sources from one end to the other, merged
// by time, and then those that come. It is not safe for concurrent use.
type Walker struct {
	// Bare says that only what LogQuery.Bare names is wanted of the lines.
	Bare  bool
	parts []*step
	terms []sources.LogTerm
}

// A step is how far a walker is in one part.
type step struct {
	Part
	src   sources.LogSearcher
	lines []sources.LogLine // read and not yet given, oldest first
	after sources.LogPos    // of the last line read
	more  bool              // there may be lines after it
}

// NewWalker makes a walker over parts, which must all be LogSearchers.
func NewWalker(parts []Part, terms []sources.LogTerm) (*Walker, error) {
	w := &Walker{terms: terms}
	for _, p := range parts {
		src, ok := p.Source.(sources.LogSearcher)
		if !ok {
			return nil, sources.Errorf(p.Source.Name(), "search logs", sources.KindUnsupported, "it has no logs")
		}
		w.parts = append(w.parts, &step{Part: p, src: src, more: true})
	}
	return w, nil
}

// Walk gives every line of the window, oldest first, until yield fails or all is read.
func (w *Walker) Walk(ctx context.Context, window sources.Window, yield func(*sources.LogLine) error) error {
	for {
		for _, s := range w.parts {
			for len(s.lines) == 0 && s.more {
				if err := s.read(ctx, w.query(window)); err != nil {
					return err
				}
			}
		}
		next := earliest(w.parts)
		if next == nil {
			return nil
		}
		if err := next.give(yield); err != nil {
			return err
		}
	}
}

// Last gives the last n lines of the window, oldest first.
func (w *Walker) Last(ctx context.Context, n int, window sources.Window, yield func(*sources.LogLine) error) error {
	total := 0
	for _, s := range w.parts {
		page, err := s.src.SearchLogs(ctx, sources.LogQuery{Window: window, Select: s.Select, Terms: w.terms, Bare: w.Bare, Limit: max(n, 1)})
		if err != nil {
			return err //nolint:wrapcheck // a *sources.Error says it all
		}
		s.lines, s.more = page.Lines, false
		slices.Reverse(s.lines)
		if len(s.lines) > 0 {
			s.after = s.lines[len(s.lines)-1].Pos
		}
		total += len(s.lines)
	}
	for ; total > 0; total-- {
		next := earliest(w.parts)
		if total > n {
			next.lines = next.lines[1:]
			continue
		}
		if err := next.give(yield); err != nil {
			return err
		}
	}
	return nil
}

// Follow gives lines as they come, each source's in its order, until yield fails,
// ctx is done, or all sources have ended (AwaitLogs gives io.EOF, TailLogs none). A source that fails for now is tried
// again; trouble, if not nil, is told of it. flush, if not nil, is called after lines that came together.
func (w *Walker) Follow(ctx context.Context, yield func(*sources.LogLine) error, flush func() error, trouble func(source string, err error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan sources.LogBatch)
	ended := make(chan struct{})
	for _, s := range w.parts {
		go func() {
			s.follow(ctx, w.query(sources.Window{}), batches, trouble)
			select {
			case ended <- struct{}{}:
			case <-ctx.Done():
			}
		}()
	}
	for left := len(w.parts); left > 0; {
		select {
		case b := <-batches:
			for i := range b.Lines {
				if err := yield(&b.Lines[i]); err != nil {
					return err
				}
			}
			if flush == nil {
				break
			}
			if err := flush(); err != nil {
				return err
			}
		case <-ended:
			left--
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller ended it
		}
	}
	return nil
}

// query asks for a page of a window, oldest first.
func (w *Walker) query(window sources.Window) sources.LogQuery {
	return sources.LogQuery{Window: window, Terms: w.terms, Bare: w.Bare, Limit: pageLines, Forward: true}
}

// read reads the next page of a part.
func (s *step) read(ctx context.Context, q sources.LogQuery) error {
	q.Select, q.After = s.Select, s.after
	page, err := s.src.SearchLogs(ctx, q)
	if err != nil {
		return err //nolint:wrapcheck // a *sources.Error says it all
	}
	s.lines, s.more = page.Lines, page.More && len(page.Lines) > 0
	if n := len(s.lines); n > 0 {
		s.after = s.lines[n-1].Pos
	}
	return nil
}

func (s *step) give(yield func(*sources.LogLine) error) error {
	l := &s.lines[0]
	l.Source = s.Source.Name()
	s.lines = s.lines[1:]
	return yield(l)
}

// earliest is the part whose next line is the oldest, nil if there is none.
func earliest(parts []*step) *step {
	var best *step
	for _, s := range parts {
		if len(s.lines) > 0 && (best == nil || s.lines[0].Time.Before(best.lines[0].Time)) {
			best = s
		}
	}
	return best
}

// follow sends what comes after the last line read, until ctx is done or the source has ended.
func (s *step) follow(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch, trouble func(string, error)) {
	wait := firstRetry
	for seen := uint64(0); ctx.Err() == nil; {
		var err error
		if a, ok := s.Source.(sources.LogAwaiter); ok {
			if seen, err = a.AwaitLogs(ctx, seen); err == nil {
				err = s.catchUp(ctx, q, out)
			}
		} else if t, ok := s.Source.(sources.LogTailer); ok {
			if err = s.tail(ctx, t, q, out); err == nil {
				return
			}
		} else {
			err = s.catchUp(ctx, q, out)
			if err == nil && !logs.Pause(ctx, far) {
				return
			}
		}
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			wait = firstRetry
			continue
		case errors.Is(err, io.EOF):
			if err := s.catchUp(ctx, q, out); err != nil && trouble != nil && ctx.Err() == nil {
				trouble(s.Source.Name(), err)
			}
			return
		}
		if trouble != nil {
			trouble(s.Source.Name(), err)
		}
		if !logs.Pause(ctx, wait) {
			return
		}
		wait = min(2*wait, lastRetry)
	}
}

// tail sends what a tail brings. What was said between the last line read and
// the beginning of the tail is searched once the tail runs, so that nothing is missing.
func (s *step) tail(ctx context.Context, t sources.LogTailer, q sources.LogQuery, out chan<- sources.LogBatch) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches, done := make(chan sources.LogBatch, 64), make(chan error, 1)
	go func() {
		done <- t.TailLogs(ctx, sources.LogQuery{Select: s.Select, Terms: q.Terms}, batches)
	}()
	known := map[sources.LogPos]bool{s.after: true}
	if s.after != (sources.LogPos{}) {
		caught := make(chan sources.LogBatch)
		searched := make(chan error, 1)
		go func() { searched <- s.catchUp(ctx, q, caught) }()
		for open := true; open; {
			select {
			case b := <-caught:
				for i := range b.Lines {
					known[b.Lines[i].Pos] = true
				}
				if err := send(ctx, out, b); err != nil {
					return err
				}
			case err := <-searched:
				if err != nil {
					return err
				}
				open = false
			}
		}
	}
	pass := func(b sources.LogBatch) error {
		fresh := make([]sources.LogLine, 0, len(b.Lines))
		for _, l := range b.Lines {
			if l.Lost == 0 && known[l.Pos] {
				continue
			}
			l.Source = s.Source.Name()
			if l.Lost == 0 && l.Pos.Compare(s.after) > 0 {
				s.after = l.Pos
			}
			fresh = append(fresh, l)
		}
		return send(ctx, out, sources.LogBatch{Lines: fresh})
	}
	for {
		select {
		case b := <-batches:
			if err := pass(b); err != nil {
				return err
			}
		case err := <-done:
			for len(batches) > 0 { // it sent them before it ended
				if lost := pass(<-batches); lost != nil {
					return lost
				}
			}
			return err
		}
	}
}

func send(ctx context.Context, out chan<- sources.LogBatch, b sources.LogBatch) error {
	select {
	case out <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller ended it
	}
}

// catchUp sends the lines after the last one read.
func (s *step) catchUp(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	for s.more = true; s.more; {
		if err := s.read(ctx, q); err != nil {
			return err
		}
		if len(s.lines) == 0 {
			break
		}
		for i := range s.lines {
			s.lines[i].Source = s.Source.Name()
		}
		if err := send(ctx, out, sources.LogBatch{Lines: s.lines}); err != nil {
			return err
		}
		s.lines = nil
	}
	if p, ok := s.Source.(pacer); ok {
		p.Given()
	}
	return nil
}

// A pacer waits with reading until what it has read is taken.
type pacer interface {
	Given()
}

// Span is the window that the lines of all parts fill, as far as they know.
func Span(ctx context.Context, parts []Part) sources.Window {
	var all sources.Window
	for _, p := range parts {
		s, ok := p.Source.(sources.LogSpanner)
		if !ok {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, time.Second)
		w, err := s.LogSpan(limited)
		cancel()
		if err != nil || w.End.IsZero() {
			continue
		}
		if all.Start.IsZero() || w.Start.Before(all.Start) {
			all.Start = w.Start
		}
		if w.End.After(all.End) {
			all.End = w.End
		}
	}
	return all
}
