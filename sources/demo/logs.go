package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
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

// SearchLogs gives the lines of the window that contain the filter's text, newest first.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	page := &sources.LogPage{Source: s.Name()}
	limit := q.Limit
	if limit <= 0 {
		limit = 1000
	}
	end := q.End
	if now := s.o.Clock(); end.After(now) {
		end = now
	}
	for t := end.Truncate(time.Second); !t.Before(q.Start); t = t.Add(-time.Second) {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(s.Name(), "search logs", sources.KindCancelled, "%w", err)
		}
		lines := s.second(t)
		slices.Reverse(lines)
		for _, l := range lines {
			if q.Filter != "" && !strings.Contains(l.Body, q.Filter) {
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

// TailLogs sends lines as their time comes, until ctx is done.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogLine) error {
	next := s.o.Clock().Truncate(time.Second)
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		for now := s.o.Clock(); !next.After(now); next = next.Add(time.Second) {
			for _, l := range s.second(next) {
				if q.Filter != "" && !strings.Contains(l.Body, q.Filter) {
					continue
				}
				select {
				case out <- l:
				case <-ctx.Done():
					return ctx.Err()
				}
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
		out = append(out, sources.LogLine{
			Time: t.Add(time.Duration(dice * float64(time.Second))), Severity: p.severity,
			Labels: sources.NewLabels("svc", p.svc, "host", p.host), Body: fmt.Sprintf(p.format, n),
		})
	}
	slices.SortStableFunc(out, func(a, b sources.LogLine) int { return a.Time.Compare(b.Time) })
	return out
}
