package victorialogs

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

// maxRead bounds the lines that are read to be counted here.
const maxRead = 50_000

// hits is the answer of /select/logsql/hits.
type hits struct {
	Hits []struct {
		Fields     map[string]string
		Timestamps []time.Time
		Values     []float64
	}
}

// CountLogs counts matching lines over time. The server counts all lines of which
// it can tell that they match, by the level that a field of theirs names; only
// lines of which it cannot tell are read, up to a bound that is a warning.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	const op = "count logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	c, err := logs.NewHistogram(q.Window, step)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	of := tests(q.Terms)
	certain, ok := sure(of)
	matched := 0.0
	if ok {
		if matched, err = s.hits(ctx, op, s.all(q.Select)+certain, q.Window, step, c); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(sources.LogProgress{Matched: int64(matched)}, c.Frame(s.c.Name))
		}
	}
	possible, exact := maybe(of)
	if exact {
		return c.Frame(s.c.Name), nil
	}
	if ok {
		possible += " !(" + certain + ")"
	}
	rest, err := s.pager(op, s.all(q.Select)+possible).Count(ctx, q, m, maxRead, func(l *sources.LogLine) { c.Line(l.Time, l.Severity) })
	if err != nil {
		return nil, err
	}
	f := c.Frame(s.c.Name)
	if !rest.IsZero() {
		f.Incomplete = true
		f.Warnings = append(f.Warnings, fmt.Sprintf("%d lines that only show what they say when they are read were; those from %s on are not counted", maxRead, rest.UTC().Format(time.RFC3339)))
	}
	return f, nil
}

// hits lets the server count the lines of a filter.
func (s *Source) hits(ctx context.Context, op, filter string, w sources.Window, step time.Duration, c *logs.Histogram) (total float64, err error) {
	from := w.Start.UnixNano()
	v := form(
		"query", between(from, w.End.UnixNano())+" "+filter,
		"step", strconv.FormatInt(int64(step), 10)+"ns", "offset", strconv.FormatInt(-(from%int64(step)), 10)+"ns", // buckets begin with the window
	)
	v["field"] = levelFields
	var said hits
	if _, err := s.c.Do(ctx, logserver.Call{Op: op, Path: "/select/logsql/hits", Form: v}, func(r *bufio.Reader) error { return decode(r, &said) }); err != nil {
		return 0, err
	}
	for _, h := range said.Hits {
		severity := sources.SeverityUnknown
		for _, f := range levelFields {
			if name := h.Fields[f]; name != "" {
				severity = logs.Level(name)
				break
			}
		}
		for i, at := range h.Timestamps[:min(len(h.Timestamps), len(h.Values))] {
			// A bucket may begin a moment before the window by rounding, never a step.
			c.Lines(time.Unix(0, max(at.UnixNano(), from)), severity, int(h.Values[i]))
			total += h.Values[i]
		}
	}
	return total, nil
}
