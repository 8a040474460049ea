package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"time"

	"nightjar/sources"
)

const (
	// ringLimit is how many lines a page has whose query names no limit.
	ringLimit = 1000
	// tailLines is how many lines a tail sends at once.
	tailLines = 1000
)

// SearchLogs gives lines of the window in the order of their arrival, newest first unless q.Forward.
func (r *Ring) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	const op = "search logs"
	v := r.snapshot()
	m, err := v.matcher(op, &q)
	if err != nil {
		return nil, err
	}
	page := &sources.LogPage{Source: r.o.Source, Format: r.o.Reader.Format(), Total: int64(v.held), Notes: v.notes()}
	limit := q.Limit
	if limit <= 0 {
		limit = ringLimit
	}
	add := func(l sources.LogLine) bool {
		if page.More = len(page.Lines) == limit; page.More {
			return false
		}
		page.Lines = append(page.Lines, l)
		return true
	}
	gap, lost := v.gap(&q)
	if lost && q.Forward {
		add(gap)
	}
	err = v.scan(ctx, &q, m, func(c *chunk, i int) bool {
		l := v.line(c, i)
		return m != nil && !m.Match(&l) || add(l)
	})
	if err != nil {
		return nil, sources.Errorf(r.o.Source, op, sources.KindCancelled, "%w", err)
	}
	if lost && !q.Forward && !page.More {
		add(gap)
	}
	return page, nil
}

// CountLogs counts lines over time by severity.
func (r *Ring) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	const op = "count logs"
	h, err := NewHistogram(q.Window, step)
	if err != nil {
		return nil, sources.Errorf(r.o.Source, op, sources.KindQuery, "%w", err)
	}
	v := r.snapshot()
	m, err := v.matcher(op, &q)
	if err != nil {
		return nil, err
	}
	q.Before, q.After, q.Forward = sources.LogPos{}, sources.LogPos{}, false
	var at sources.LogProgress
	for i := range v.chunks {
		at.Total += int64(len(v.chunks[i].text))
	}
	var in *chunk
	err = v.scan(ctx, &q, m, func(c *chunk, i int) bool {
		if in != c {
			if in != nil {
				at.Done += int64(len(in.text))
				if progress != nil && at.Matched > 0 {
					progress(at, h.Frame(r.o.Source))
				}
			}
			in = c
		}
		e := &c.entries[i]
		if e.lost != 0 {
			return true
		}
		if m != nil && !m.Raw() {
			if l := v.line(c, i); !m.Match(&l) {
				return true
			}
		}
		at.Matched++
		if t := e.time / int64(time.Millisecond); h.Holds(t) {
			h.Add(t, e.severity.Class())
		}
		return true
	})
	if err != nil {
		return nil, sources.Errorf(r.o.Source, op, sources.KindCancelled, "%w", err)
	}
	return h.Frame(r.o.Source), nil
}

// AwaitLogs returns when lines have come or gone since version seen; with io.EOF
// when none will come any more.
func (r *Ring) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	return r.signal.Await(ctx, seen)
}

// LogSpan is from the earliest to the latest time held.
func (r *Ring) LogSpan(context.Context) (sources.Window, error) {
	from, to := int64(math.MaxInt64), int64(math.MinInt64)
	for _, c := range r.snapshot().chunks {
		if len(c.entries) > 0 {
			from, to = min(from, c.from), max(to, c.to)
		}
	}
	if from > to {
		return sources.Window{}, nil
	}
	return sources.Window{Start: time.Unix(0, from), End: time.Unix(0, to)}, nil
}

// TailLogs sends the lines that come from now on. It returns nil when the ring has ended.
func (r *Ring) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	const op = "tail logs"
	q = sources.LogQuery{Terms: q.Terms, Forward: true, Limit: tailLines}
	v := r.snapshot()
	if _, err := v.matcher(op, &q); err != nil {
		return err
	}
	q.After = v.end()
	for version := uint64(0); ; {
		next, err := r.AwaitLogs(ctx, version)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		version = next
		for more := true; more; {
			end := r.snapshot().end()
			page, err := r.SearchLogs(ctx, q)
			if err != nil {
				return err
			}
			if more = page.More; more {
				end = page.Lines[len(page.Lines)-1].Pos
			}
			if len(page.Lines) == 0 {
				q.After = end
				continue
			}
			if last := page.Lines[len(page.Lines)-1].Pos; last.Compare(end) > 0 {
				end = last
			}
			q.After = end
			select {
			case out <- sources.LogBatch{Lines: page.Lines}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// matcher compiles the terms of a query; nil if there are none.
func (v *snapshot) matcher(op string, q *sources.LogQuery) (*Matcher, error) {
	if q.Select != "" {
		return nil, sources.Errorf(v.r.o.Source, op, sources.KindQuery, "there is one stream only: nothing can be selected with %q", q.Select)
	}
	if len(q.Terms) == 0 {
		return nil, nil
	}
	var names []string
	for _, labels := range v.labels {
		for _, l := range labels {
			names = append(names, l.Name)
		}
	}
	m, err := Compile(q.Terms, names...)
	if err != nil {
		return nil, sources.Errorf(v.r.o.Source, op, sources.KindQuery, "%w", err)
	}
	return m, nil
}

// end is the position of the newest record, or of the last one that was let go.
func (v *snapshot) end() sources.LogPos {
	for n := len(v.chunks) - 1; n >= 0; n-- {
		c := &v.chunks[n]
		if i := len(c.entries) - 1; i >= 0 {
			return v.pos(c.entries[i].stamp, c.first+uint64(i))
		}
	}
	if v.dropped > 0 {
		return v.pos(v.newest.stamp, v.first-1)
	}
	return sources.LogPos{}
}

// gap stands for what was let go, if the query reaches back to it.
func (v *snapshot) gap(q *sources.LogQuery) (sources.LogLine, bool) {
	if v.dropped == 0 {
		return sources.LogLine{}, false
	}
	l := sources.LogLine{
		Pos: v.pos(v.newest.stamp, v.first-1), Time: time.Unix(0, v.newest.time).In(v.r.o.Reader.zone.loc),
		Lost: int(min(v.dropped, math.MaxInt32)), Body: "let go: at most " + v.bounds() + " are held",
	}
	if after := q.After; after != (sources.LogPos{}) { // only what came after it is missing
		l.Lost = -1
		if uint16(after.Minor>>48) == v.r.o.ID {
			l.Lost = int(v.first - 1 - after.Minor&(1<<48-1)) //nolint:gosec // records, checked by Within
		}
	}
	l.Raw = l.Body
	return l, q.Within(&l)
}

func (v *snapshot) bounds() string {
	size := fmt.Sprintf("%d bytes", v.r.o.Bytes)
	switch {
	case v.r.o.Bytes >= 1<<20:
		size = fmt.Sprintf("%d MiB", v.r.o.Bytes>>20)
	case v.r.o.Bytes >= 1<<10:
		size = fmt.Sprintf("%d KiB", v.r.o.Bytes>>10)
	}
	return fmt.Sprintf("%s and %d lines", size, v.r.o.Lines)
}

func (v *snapshot) notes() (notes []string) {
	if v.dropped > 0 {
		notes = append(notes, fmt.Sprintf("%d older lines were let go: at most %s are held", v.dropped, v.bounds()))
	}
	if v.broken > 0 {
		notes = append(notes, fmt.Sprintf("lines that were broken up: %d; one is kept up to %d KiB", v.broken, maxLine>>10))
	}
	return notes
}

// scan visits the records that lie within the query and may match, in its order,
// until visit returns false.
func (v *snapshot) scan(ctx context.Context, q *sources.LogQuery, m *Matcher, visit func(c *chunk, i int) bool) error {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.Start.IsZero() {
		from = q.Start.UnixNano()
	}
	if !q.End.IsZero() {
		to = q.End.UnixNano()
	}
	var may []int
	for n := range v.chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !q.Forward {
			n = len(v.chunks) - 1 - n
		}
		c := &v.chunks[n]
		if c.from > to || c.to < from {
			continue
		}
		low, high := v.between(c, q)
		if may = c.candidates(may[:0], m, low, high); !q.Forward {
			slices.Reverse(may)
		}
		for _, i := range may {
			if t := c.entries[i].time; t >= from && t <= to && !visit(c, i) {
				return nil
			}
		}
	}
	return nil
}

// between are the records of a chunk between the positions of a query: [low, high).
func (v *snapshot) between(c *chunk, q *sources.LogQuery) (low, high int) {
	n := len(c.entries)
	pos := func(i int) sources.LogPos { return v.pos(c.entries[i].stamp, c.first+uint64(i)) } //nolint:gosec // an index
	high = n
	if q.After != (sources.LogPos{}) {
		low = sort.Search(n, func(i int) bool { return pos(i).Compare(q.After) > 0 })
	}
	if q.Before != (sources.LogPos{}) {
		high = sort.Search(n, func(i int) bool { return pos(i).Compare(q.Before) >= 0 })
	}
	return low, max(low, high)
}

// candidates adds the records in [low, high) that may match, in order.
func (c *chunk) candidates(may []int, m *Matcher, low, high int) []int {
	for i := low; i < high; i++ {
		if m != nil && c.gaps == 0 {
			end := len(c.text)
			if high < len(c.entries) {
				end = int(c.entries[high].off)
			}
			off := int(c.entries[i].off)
			next := m.Next(c.text[off:end:end])
			if next < 0 {
				break
			}
			i = c.holding(off + next)
		}
		if m == nil || c.entries[i].lost != 0 || m.MatchRaw(c.record(i)) {
			may = append(may, i)
		}
	}
	return may
}
