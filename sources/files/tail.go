package files

import (
	"context"
	"math"
	"time"

	"nightjar/sources"
)

// batchLines is how many lines a tail sends at once.
const batchLines = 1000

// retryAfter is when what could not be read is tried again.
const retryAfter = 200 * time.Millisecond

// TailLogs sends what is written from now on, in the order of each file,
// complete lines only. A line joined to one that was sent is sent by itself.
// It ends with ctx or with the source.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	s.want()
	f, err := s.filter("tail", q.Terms)
	if err != nil {
		return err
	}
	t := tail{s: s, f: f, out: out, sent: map[*part]int64{}}
	version := uint64(0)
	for first := true; ; first = false {
		wait, cancel := ctx, context.CancelFunc(func() {})
		if t.again {
			wait, cancel = context.WithTimeout(ctx, retryAfter)
		}
		v, err := s.AwaitLogs(wait, version)
		cancel()
		if err == nil {
			version = v
		} else if !t.again || ctx.Err() != nil || s.ctx.Err() != nil {
			return err
		}
		t.again = false
		if err := t.send(ctx, first); err != nil {
			return err
		}
		if err := t.dropped(ctx); err != nil {
			return err
		}
	}
}

// A tail knows how much of each part was sent.
type tail struct {
	s     *Source
	f     *filter
	out   chan<- sources.LogBatch
	sent  map[*part]int64 // offsets
	again bool            // something could not be read
}

// send sends what is new; if skip, it only notes what there is.
func (t *tail) send(ctx context.Context, skip bool) error {
	for _, c := range t.s.logs() {
		parts := c.history()
		for _, p := range parts {
			if skip && p != c.current() {
				t.sent[p] = p.bytes()
				if !p.indexed() {
					t.sent[p] = math.MaxInt64 // it was ended before
				}
				continue
			}
			l, err := p.look(ctx)
			if err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				continue // it is in Status, and may be readable later
			}
			_, known := t.sent[p]
			if skip {
				t.sent[p] = l.complete()
				continue
			}
			if !known && p.gap != "" {
				if err := t.batch(ctx, []sources.LogLine{gapLine(p.gap, -1, place{id: p.id, gap: true}.pos(t.s.merged), p, p.gapAt)}); err != nil {
					return err
				}
			}
			if _, ok := t.sent[p]; !ok {
				t.sent[p] = 0
			}
			err = t.part(ctx, c, l)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				t.again = true
				break // it was emptied: when that is noticed its copy is read, or a gap is sent
			}
		}
	}
	return nil
}

// dropped says which lines went before they were sent.
func (t *tail) dropped(ctx context.Context) error {
	held := map[*part]bool{}
	for _, c := range t.s.logs() {
		for _, p := range c.history() {
			held[p] = true
		}
	}
	for p, sent := range t.sent {
		if held[p] {
			continue
		}
		delete(t.sent, p)
		p.mu.RLock()
		l := p.now
		p.mu.RUnlock()
		if l.tail == nil || l.complete() <= sent {
			continue
		}
		gap := gapLine(p.name()+" went before it was read", -1, place{id: p.id, off: sent, gap: true}.pos(t.s.merged), p, noTime)
		if err := t.batch(ctx, []sources.LogLine{gap}); err != nil {
			return err
		}
	}
	return nil
}

// A segment is a record, or lines that came later to a record that was sent.
type segment struct {
	start, end int64
	b          *block
	i          int // its entry; -1: of an earlier chunk
}

// part sends what is new in a part.
func (t *tail) part(ctx context.Context, c *chain, l look) error {
	at, end := t.sent[l.p], l.complete()
	var batch []segment
	add := func(s segment) error {
		if len(batch) > 0 && (len(batch) >= batchLines || s.end-batch[0].start > maxRecord) {
			if err := t.read(ctx, c, l, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		batch = append(batch, s)
		return nil
	}
	open := segment{start: at, i: -1}
	for k := int(min(at>>chunkBits, int64(l.last)+1)); k <= l.last && at < end; k++ {
		b, err := l.block(ctx, k)
		if err != nil {
			return err
		}
		if open.b == nil {
			open.b, open.i = b, b.find(at)
		}
		for i := range b.entries {
			off := b.at(i)
			if off <= at || off >= end {
				continue
			}
			open.end = off
			if err := add(open); err != nil {
				return err
			}
			open = segment{start: off, b: b, i: i}
		}
	}
	if open.b != nil && open.start < end {
		open.end = end
		if err := add(open); err != nil {
			return err
		}
	}
	if len(batch) > 0 {
		if err := t.read(ctx, c, l, batch); err != nil {
			return err
		}
	}
	return nil
}

// read reads segments that follow each other and sends those that pass.
func (t *tail) read(ctx context.Context, c *chain, l look, batch []segment) error {
	first, last := batch[0], batch[len(batch)-1]
	held := texts.Get().(*[]byte)
	defer texts.Put(held)
	buf := (*held)[:min(last.end, last.start+maxRecord)-first.start]
	if _, err := l.p.readText(ctx, buf, first.start); err != nil {
		return err
	}
	lines := make([]sources.LogLine, 0, len(batch))
	for _, s := range batch {
		pos := place{id: l.p.id, off: s.start}
		if s.i >= 0 && t.s.merged {
			pos.key = max(s.b.time(s.b.entries[s.i]), 0)
		}
		begin, end := s.start-first.start, min(s.end, s.start+maxRecord)-first.start
		line := sources.LogLine{}
		l.p.read(s.b, s.i, cut(buf[begin:end], s.end-s.start-(end-begin)), &line)
		line.Pos, line.Labels = pos.pos(t.s.merged), c.labels
		if t.f == nil || t.f.all.Match(&line) {
			lines = append(lines, line)
		}
	}
	if err := t.batch(ctx, lines); err != nil {
		return err
	}
	t.sent[l.p] = last.end
	return nil
}

// complete is where the complete lines end.
func (l look) complete() int64 {
	l.p.mu.RLock()
	defer l.p.mu.RUnlock()
	if l.p.lineAt >= 0 && l.p.lineAt < l.end {
		return l.p.lineAt
	}
	return l.end
}

func (t *tail) batch(ctx context.Context, lines []sources.LogLine) error {
	if len(lines) == 0 {
		return nil
	}
	select {
	case t.out <- sources.LogBatch{Lines: lines}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
