package files

import (
	"context"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// tellEvery is how often progress is told.
const tellEvery = 100 * time.Millisecond

// CountLogs counts records over time, by severity. Without terms the index
// alone answers. What a filter matched is kept, so that another window or step of
// the same filter reads no text.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	const op = "count"
	s.want()
	f, err := s.filter(op, q.Terms)
	if err != nil {
		return nil, err
	}
	h, err := logs.NewHistogram(q.Window, step)
	if err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "%w", err)
	}
	told := time.Now()
	err = s.each(ctx, &q, f, false, func(t *stretch, done sources.LogProgress) {
		t.count(h)
		done.Matched = h.Matched
		if progress != nil && time.Since(told) > tellEvery {
			told = time.Now()
			progress(done, h.Frame(s.o.Name))
		}
	})
	if err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindUnavailable, "%w", err)
	}
	return h.Frame(s.o.Name), nil
}

// Count counts the records of the window that match, whether they have a time or
// not. Where no window and a filter of text alone are given it does not wait for the index.
func (s *Source) Count(ctx context.Context, q sources.LogQuery) (n int64, err error) {
	f, err := s.filter("count", q.Terms)
	if err != nil {
		return 0, err
	}
	open := q.Start.IsZero() && q.End.IsZero()
	err = s.each(ctx, &q, f, open, func(t *stretch, _ sources.LogProgress) {
		switch {
		case t.gap != "":
		case t.b == nil:
			n += int64(t.sum)
		case open && t.hits != nil:
			n += int64(t.hits.count)
		case open:
			n += int64(len(t.b.entries))
		default:
			w := walker{from: floorMilli(q.Start.UnixNano()), to: floorMilli(q.End.UnixNano())}
			if q.Start.IsZero() {
				w.from = noTime
			}
			if q.End.IsZero() {
				w.to = noCeil
			}
			for i := range t.b.entries {
				if t.has(i) && w.within(t.b, i) {
					n++
				}
			}
		}
	})
	if err != nil {
		return 0, sources.Errorf(s.o.Name, "count", sources.KindUnavailable, "%w", err)
	}
	return n, nil
}

// each goes through all chunks that may have records of the window, newest
// first. With sums, chunks may come without their records, only with how many pass.
func (s *Source) each(ctx context.Context, q *sources.LogQuery, f *filter, sums bool, see func(*stretch, sources.LogProgress)) error {
	var done sources.LogProgress
	for _, c := range s.logs() {
		for _, p := range c.history() {
			done.Total += p.bytes()
		}
	}
	before := int64(0)
	for _, c := range s.logs() {
		all := *q
		all.Before, all.After, all.Forward = sources.LogPos{}, sources.LogPos{}, false
		w := s.walk(ctx, c, &all, f)
		w.ahead, w.loose, w.sums = mostAhead, true, sums
		for {
			t, err := w.next()
			if err != nil {
				w.stop()
				return err
			}
			if t == nil {
				break
			}
			done.Done = min(before+w.done, done.Total)
			see(t, done)
		}
		before += w.done
		w.stop()
	}
	return nil
}

// bytes is how long the text of the part is, as far as it is known.
func (p *part) bytes() int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.scanned
}

// count adds the entries that passed to a histogram.
func (t *stretch) count(h *logs.Histogram) {
	if t.gap != "" {
		return
	}
	for i, e := range t.b.entries {
		if when := t.b.time(e); when != noTime && h.Holds(when) && t.has(i) {
			h.Add(when, e.class())
		}
	}
}

// LogSpan is from the first time in the oldest file to the last in the newest.
// It reads the ends of files, no more.
func (s *Source) LogSpan(ctx context.Context) (sources.Window, error) {
	first, last := int64(noCeil), int64(noTime)
	for _, c := range s.logs() {
		parts := c.history()
		for _, p := range parts {
			if t := p.begins(ctx); t != noTime {
				first = min(first, t)
				break
			}
		}
		for i := len(parts) - 1; i >= 0; i-- {
			l, err := parts[i].look(ctx)
			if err != nil {
				if ctx.Err() != nil {
					return sources.Window{}, sources.Errorf(s.o.Name, "span", sources.KindCancelled, "%w", ctx.Err())
				}
				continue // it is said in Status and where it is searched
			}
			t, err := l.lastTime(ctx)
			if err != nil {
				return sources.Window{}, sources.Errorf(s.o.Name, "span", sources.KindUnavailable, "%w", err)
			}
			if t != noTime {
				first, last = min(first, t), max(last, t)
				break
			}
		}
	}
	if last == noTime {
		return sources.Window{}, nil
	}
	zone := s.shared.zone()
	return sources.Window{Start: time.UnixMilli(first).In(zone), End: time.UnixMilli(last).In(zone)}, nil
}

// lastTime is the latest time in the last chunks of a part.
func (l look) lastTime(ctx context.Context) (int64, error) {
	for k := l.last; k >= max(0, l.last-8); k-- {
		b, err := l.block(ctx, k)
		if err != nil {
			return noTime, err
		}
		if b.min <= b.max {
			return b.max, nil
		}
	}
	return noTime, nil
}
