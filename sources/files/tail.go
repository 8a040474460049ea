package files

import (
	"context"

	"nightjar/sources"
)

// batchLines is how many lines a tail sends at once.
const batchLines = 1000

// TailLogs sends what is written from now on, in the order of each file,
// complete lines only. A line joined to one that was sent is sent by itself.
// It ends with ctx or with the source.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	f, err := s.filter("tail", q.Terms)
	if err != nil {
		return err
	}
	t := tail{s: s, f: f, out: out, sent: map[*part]int64{}}
	version := uint64(0)
	for first := true; ; first = false {
		if version, err = s.AwaitLogs(ctx, version); err != nil {
			return err
		}
		if err := t.send(ctx, first); err != nil {
			return err
		}
	}
}

// A tail knows how much of each part was sent.
type tail struct {
	s    *Source
	f    *filter
	out  chan<- sources.LogBatch
	sent map[*part]int64 // offsets
}

// send sends what is new; if skip, it only notes what there is.
func (t *tail) send(ctx context.Context, skip bool) error {
	for _, c := range t.s.logs() {
		parts := c.history()
		for _, p := range parts {
			_, known := t.sent[p]
			if skip {
				t.sent[p] = p.bytes()
			}
			if skip && p != parts[len(parts)-1] {
				continue
			}
			l, err := p.look(ctx)
			if err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				continue // it is in Status, and may be readable later
			}
			if skip {
				t.sent[p] = l.complete()
				continue
			}
			if !known && p.gap != "" {
				if err := t.batch(ctx, []sources.LogLine{gapLine(p.gap, -1, place{id: p.id, gap: true}.pos(t.s.merged), p, p.gapAt)}); err != nil {
					return err
				}
			}
			if err := t.part(ctx, c, l); err != nil {
				return err
			}
		}
	}
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
