package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A phrase is a kind of line that a service says, with how often.
type phrase struct {
	svc, host string
	severity  sources.Severity
	every     time.Duration // on a quiet day; 0: only in the incident
	heated    time.Duration // at the incident's worst; 0: as on a quiet day
	format    string        // one %d, a number that varies
}

var phrases = []phrase{
	{"web", "web-1", sources.SeverityInfo, 2 * time.Second, 0, "GET /products/%d 200"},
	{"checkout", "app-1", sources.SeverityInfo, 5 * time.Second, 9 * time.Second, "order %d placed"},
	{"checkout", "app-1", sources.SeverityError, 0, 2 * time.Second, "payments answered 500 after %d ms"},
	{"payments", "pay-1", sources.SeverityWarn, 0, 4 * time.Second, "waiting for a connection of pool orders since %d ms"},
	{"payments", "pay-1", sources.SeverityError, 90 * time.Second, time.Second, "pool exhausted after %d ms"},
	{"payments", "pay-1", sources.SeverityInfo, 6 * time.Second, 12 * time.Second, "charge %d accepted"},
	{"db", "db-1", sources.SeverityWarn, 0, 11 * time.Second, "connection %d idle in transaction for over a minute"},
}

// backlog is how far back there are lines.
const backlog = 6 * time.Hour

// SearchLogs gives the lines of the window that match, newest first unless
// q.Forward.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, sources.Errorf(s.Name(), "search logs", sources.KindQuery, "%w", err)
	}
	page := &sources.LogPage{Source: s.Name()}
	limit := q.Limit
	if limit <= 0 {
		limit = 1000
	}
	now := s.o.Clock()
	start, end := q.Start, q.End
	if q.After.Major > 0 {
		start = time.Unix(0, q.After.Major)
	}
	if q.Before.Major > 0 {
		end = time.Unix(0, q.Before.Major)
	}
	if end.IsZero() || end.After(now) {
		end = now
	}
	if oldest := end.Add(-backlog); start.Before(oldest) {
		start = oldest
	}
	step, t := -time.Second, end.Truncate(time.Second)
	if q.Forward {
		step, t = time.Second, start.Truncate(time.Second)
	}
	for ; !t.Before(start.Truncate(time.Second)) && !t.After(end); t = t.Add(step) {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(s.Name(), "search logs", sources.KindCancelled, "%w", err)
		}
		lines := s.second(t)
		if !q.Forward {
			slices.Reverse(lines)
		}
		for _, l := range lines {
			if l.Time.After(now) || !q.Within(&l) || !m.Match(&l) {
				continue
			}
			if len(page.Lines) == limit {
				page.More = true
				return page, nil
			}
			page.Lines = append(page.Lines, l)
		}
	}
	return page, nil
}

// CountLogs counts what was said over time.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, _ func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, sources.Errorf(s.Name(), "count logs", sources.KindQuery, "%w", err)
	}
	h, err := logs.NewHistogram(q.Window, step)
	if err != nil {
		return nil, sources.Errorf(s.Name(), "count logs", sources.KindQuery, "%w", err)
	}
	now := s.o.Clock()
	for t := q.Start.Truncate(time.Second); t.Before(q.End) && !t.After(now); t = t.Add(time.Second) {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(s.Name(), "count logs", sources.KindCancelled, "%w", err)
		}
		for _, l := range s.second(t) {
			if !l.Time.After(now) && m.Match(&l) {
				h.Line(l.Time, l.Severity)
			}
		}
	}
	return h.Frame(s.Name()), nil
}

// TailLogs sends lines as their time comes, until ctx is done.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return sources.Errorf(s.Name(), "tail logs", sources.KindQuery, "%w", err)
	}
	next := s.o.Clock().Truncate(time.Second)
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		var batch sources.LogBatch
		for now := s.o.Clock(); !next.After(now); next = next.Add(time.Second) {
			for _, l := range s.second(next) {
				if m.Match(&l) {
					batch.Lines = append(batch.Lines, l)
				}
			}
		}
		if len(batch.Lines) > 0 {
			select {
			case out <- batch:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// second is what is said in the second that starts at t, in order.
func (s *Source) second(t time.Time) []sources.LogLine {
	s.mu.Lock()
	m := s.shop.moment(t)
	s.mu.Unlock()
	var out []sources.LogLine
	for i, p := range phrases {
		every := p.every
		if p.heated > 0 && m.heat > 0.2 {
			every = max(p.heated, time.Duration(float64(p.heated)/m.heat))
		}
		if every == 0 {
			continue
		}
		dice := lattice(m.seed, uint64(i)+31, t.Unix())
		if dice >= min(time.Second.Seconds()/every.Seconds(), 1) {
			continue
		}
		n := int(1000*lattice(m.seed, uint64(i)+77, t.Unix())) + 200
		at := t.Add(time.Duration(dice * float64(time.Second)))
		body := fmt.Sprintf(p.format, n)
		out = append(out, sources.LogLine{
			Pos: sources.LogPos{Major: at.UnixNano(), Minor: uint64(i)}, Time: at, Severity: p.severity,
			Labels: sources.NewLabels("svc", p.svc, "host", p.host), Body: body, Raw: body,
		})
	}
	slices.SortStableFunc(out, func(a, b sources.LogLine) int { return a.Pos.Compare(b.Pos) })
	return out
}
