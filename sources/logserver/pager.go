package logserver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A Stretch is a part of time, in Unix nanoseconds, that is asked for: From <= t < To.
type Stretch struct {
	From, To int64
	Limit    int
	Forward  bool // the oldest lines of it, else the newest
}

// Fetched is what a server gave of a stretch, in any order.
type Fetched struct {
	Lines []sources.LogLine
	// More reports that the limit left lines out. Then all lines nearer than Edge
	// are given, and perhaps some at Edge and beyond.
	More  bool
	Edge  int64 // Unix nanoseconds
	Bytes int
}

// Cut says how far the lines reach of what was asked for: all of it, unless they
// are as many as the limit.
func (f *Fetched) Cut(t Stretch) {
	if f.More = len(f.Lines) >= t.Limit; !f.More {
		return
	}
	f.Edge = f.Lines[0].Pos.Major
	for _, l := range f.Lines {
		if t.Forward {
			f.Edge = max(f.Edge, l.Pos.Major)
		} else {
			f.Edge = min(f.Edge, l.Pos.Major)
		}
	}
}

// A Reader reads the text of lines; it recognises their format from the first that come.
type Reader struct {
	*logs.Reader
	once sync.Once
}

// NewReader makes one that knows no format yet.
func NewReader(o logs.Options) *Reader { return &Reader{Reader: logs.NewReader(o)} }

// LearnFrom recognises the format of lines, once there are any.
func (r *Reader) LearnFrom(lines []sources.LogLine) {
	if len(lines) == 0 {
		return
	}
	r.once.Do(func() {
		var sample strings.Builder
		for i := range lines[:min(len(lines), 200)] {
			sample.WriteString(lines[i].Raw)
			sample.WriteByte('\n')
		}
		r.Learn([]byte(sample.String()))
	})
}

// A Pager reads the lines of a server that pages by time, where many lines may
// have one time:
//
//	       <------ backward
//	older  . . . . |T T T T T T t t t t t s s s|  newer
//	               ^ Edge: there may be more T than came. What is nearer is
//	                 taken, and all of T is asked for with what comes next; where
//	                 nothing is nearer, T is asked for alone.
type Pager struct {
	Name  string
	Fetch func(ctx context.Context, s Stretch) (Fetched, error)
	// Repeats says that the server keeps lines that are the same in all, so that
	// such are lines of their own; else they are one line that came more than once.
	Repeats  bool
	MaxBatch int           // lines that one answer can have
	Back     time.Duration // how far back is read at most; 0: as far as there are lines
	// Oldest is the time of the oldest line in Unix nanoseconds, 0 if there is none.
	Oldest func(ctx context.Context) (int64, error)
	Clock  func() time.Time
}

const (
	// firstSpan is how much time is asked for first; it grows while lines are few,
	// so that a server need not sort a month for a page of it.
	firstSpan  = int64(5 * time.Minute)
	spanGrowth = 6
	// ahead is how far in the future lines may be: clocks differ.
	ahead        = 10 * time.Minute
	defaultLimit = 1000
	smallBatch   = 500
	// maxTested bounds the lines of one search that the server gave and that did not pass here.
	maxTested = 200_000
)

// A walk is a way through stored lines in one direction.
type walk struct {
	from, to int64 // what is left
	forward  bool
	span     int64
	batch    int
	exact    bool
	bytes    int
	tested   int
	until    time.Time // when to stop though there is more; zero: with the context
}

// Search reads a page of lines that pass m. exact says that the server has tested
// all of q's terms itself. What a bound leaves untested is a gap at the end of
// the page, from which the search can go on.
func (p *Pager) Search(ctx context.Context, q sources.LogQuery, m *logs.Matcher, exact bool) (*sources.LogPage, error) {
	page := &sources.LogPage{Source: p.Name}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	w, err := p.begin(ctx, &q, exact, limit+1)
	if err != nil {
		return nil, err
	}
	for w.from < w.to {
		if w.tested >= maxTested || !w.until.IsZero() && time.Now().After(w.until) {
			page.More = true
			page.Lines = append(page.Lines, w.gap())
			break
		}
		lines, err := p.step(ctx, &w)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			l := &lines[i]
			if l.Lost == 0 && (!q.Within(l) || !m.Match(l)) {
				continue
			}
			if len(page.Lines) == limit {
				page.More = true
				page.Bytes = w.bytes
				return page, nil
			}
			page.Lines = append(page.Lines, *l)
		}
	}
	page.Bytes = w.bytes
	return page, nil
}

// Count counts lines that pass m by reading them, at most max of them. rest is the time from
// which on nothing was counted, zero if all was.
func (p *Pager) Count(ctx context.Context, q sources.LogQuery, m *logs.Matcher, most int, add func(*sources.LogLine)) (rest time.Time, err error) {
	q.Forward = true
	w, err := p.begin(ctx, &q, false, most)
	if err != nil {
		return time.Time{}, err
	}
	for w.from < w.to {
		if w.tested >= most || !w.until.IsZero() && time.Now().After(w.until) {
			return time.Unix(0, w.from), nil
		}
		lines, err := p.step(ctx, &w)
		if err != nil {
			return time.Time{}, err
		}
		for i := range lines {
			if l := &lines[i]; l.Lost == 0 && q.Within(l) && m.Match(l) {
				add(l)
			}
		}
	}
	return time.Time{}, nil
}

// begin says where a walk goes.
func (p *Pager) begin(ctx context.Context, q *sources.LogQuery, exact bool, want int) (walk, error) {
	now := p.Clock()
	w := walk{from: 0, to: now.Add(ahead).UnixNano(), forward: q.Forward, span: firstSpan, exact: exact, batch: want}
	if p.Back > 0 {
		w.from = now.Add(-p.Back).UnixNano()
	}
	if !q.Start.IsZero() {
		w.from = q.Start.UnixNano()
	}
	if !q.End.IsZero() {
		w.to = q.End.UnixNano() + 1
	}
	narrow(q.Terms, &w)
	if q.After != (sources.LogPos{}) {
		w.from = max(w.from, q.After.Major)
	}
	if q.Before != (sources.LogPos{}) {
		w.to = min(w.to, q.Before.Major+1)
	}
	if w.forward && w.from == 0 && p.Oldest != nil {
		oldest, err := p.Oldest(ctx)
		if err != nil {
			return w, err
		}
		if oldest == 0 {
			w.to = 0 // there is nothing
		}
		w.from = oldest
	}
	if at, ok := ctx.Deadline(); ok && !exact {
		w.until = time.Now().Add(time.Until(at) / 2)
	}
	if !exact {
		w.batch = max(w.batch, smallBatch)
	}
	w.batch = min(max(w.batch, 2), p.MaxBatch)
	return w, nil
}

// narrow takes what terms say of the time as bounds.
func narrow(terms []sources.LogTerm, w *walk) {
	for _, t := range terms {
		at, err := time.Parse(time.RFC3339Nano, t.Value)
		if t.Field != sources.FieldTime || t.Not || err != nil {
			continue
		}
		if t.Op == sources.LogGreater || t.Op == sources.LogGreaterEqual || t.Op == sources.LogEqual {
			w.from = max(w.from, at.UnixNano())
		}
		if t.Op == sources.LogLess || t.Op == sources.LogLessEqual || t.Op == sources.LogEqual {
			w.to = min(w.to, at.UnixNano()+1)
		}
	}
}

// step reads the next lines of a walk, in its order, and goes on past them.
func (p *Pager) step(ctx context.Context, w *walk) ([]sources.LogLine, error) {
	s := Stretch{From: w.from, To: w.to, Limit: w.batch, Forward: w.forward}
	if w.forward {
		s.To = min(s.To, s.From+w.span)
	} else {
		s.From = max(s.From, s.To-w.span)
	}
	got, err := p.fetch(ctx, w, s)
	if err != nil {
		return nil, err
	}
	if !got.More {
		w.pass(s.From, s.To)
		if w.span < int64(365*24*time.Hour) {
			w.span *= spanGrowth
		}
		return p.ordered(got.Lines, w.forward), nil
	}
	near := slices.DeleteFunc(slices.Clone(got.Lines), func(l sources.LogLine) bool {
		return w.forward && l.Pos.Major >= got.Edge || !w.forward && l.Pos.Major <= got.Edge
	})
	if !w.exact {
		w.batch = min(2*w.batch, p.MaxBatch)
	}
	if len(near) > 0 {
		if w.forward {
			w.pass(s.From, got.Edge)
		} else {
			w.pass(got.Edge+1, s.To)
		}
		return p.ordered(near, w.forward), nil
	}
	// More lines of one time than a batch has.
	s = Stretch{From: got.Edge, To: got.Edge + 1, Limit: p.MaxBatch, Forward: w.forward}
	if got, err = p.fetch(ctx, w, s); err != nil {
		return nil, err
	}
	w.pass(s.From, s.To)
	lines := p.ordered(got.Lines, w.forward)
	if got.More {
		lines = append(lines, Gap(s.From, w.forward, -1, fmt.Sprintf("more than %d lines of one time: the server gives no more of them", len(lines))))
	}
	return lines, nil
}

// fetch asks for less at once where an answer is too large.
func (p *Pager) fetch(ctx context.Context, w *walk, s Stretch) (Fetched, error) {
	for {
		got, err := p.Fetch(ctx, s)
		w.bytes += got.Bytes
		if err == nil || sources.KindOf(err) != sources.KindTooLarge || s.Limit < 8 {
			w.tested += len(got.Lines)
			got.Lines = slices.DeleteFunc(got.Lines, func(l sources.LogLine) bool { return l.Pos.Major < s.From || l.Pos.Major >= s.To }) // not asked for
			return got, err
		}
		s.Limit /= 4
		w.batch = max(s.Limit, 2)
	}
}

// pass goes on past a stretch.
func (w *walk) pass(from, to int64) {
	if w.forward {
		w.from = to
	} else {
		w.to = from
	}
}

// gap says how far a walk came that was ended.
func (w *walk) gap() sources.LogLine {
	if w.forward {
		return Gap(w.from-1, true, -1, fmt.Sprintf("lines after this are not searched yet: %d were, go on from here", w.tested))
	}
	return Gap(w.to, false, -1, fmt.Sprintf("lines before this are not searched yet: %d were, go on from here", w.tested))
}

// ordered settles lines and turns them the way that was asked for.
func (p *Pager) ordered(lines []sources.LogLine, forward bool) []sources.LogLine {
	lines = settle(lines, p.Repeats)
	if !forward {
		slices.Reverse(lines)
	}
	return lines
}
