package loki

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// maxRead bounds the lines that are read to be counted here.
const maxRead = 50_000

// CountLogs counts matching lines over time. The server counts all lines of which
// it can tell that they match, by the level that their labels name; only lines of
// which it cannot tell are read, up to a bound that is a warning.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	const op = "count logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	selectors, err := s.selectors(ctx, q.Select)
	if err != nil {
		return nil, err
	}
	c, err := logs.NewHistogram(q.Window, step)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	of := stagesOf(q.Terms)
	rest := of.text + of.maybe
	if of.known {
		for _, sel := range selectors {
			if err := s.count(ctx, op, sel+of.text+of.sure, q.Window, step, c); err != nil {
				return nil, err
			}
		}
		rest = of.text + unknownLevel()
		if progress != nil {
			progress(sources.LogProgress{}, c.Frame(s.c.Name))
		}
	}
	if of.exact {
		return c.Frame(s.c.Name), nil
	}
	var notes []string
	from, err := s.pager(op, selectors, rest, &notes).Count(ctx, q, m, maxRead, func(l *sources.LogLine) { c.Line(l.Time, l.Severity) })
	if err != nil {
		return nil, err
	}
	f := c.Frame(s.c.Name)
	f.Warnings = notes
	if !from.IsZero() {
		f.Incomplete = true
		f.Warnings = append(f.Warnings, fmt.Sprintf("%d lines that only show what they say when they are read were; those from %s on are not counted", maxRead, from.UTC().Format(time.RFC3339)))
	}
	return f, nil
}

// A sample is [Unix seconds, "value"].
type sample struct {
	at, value float64
}

func (p *sample) UnmarshalJSON(b []byte) error {
	var text string
	parts := []any{&p.at, &text}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	var err error
	p.value, err = strconv.ParseFloat(text, 64)
	return err
}

// count lets the server count. count_over_time at t counts what is in (t-step, t];
// so a bucket [a, a+step) is asked for at its last nanosecond, and the answer, which
// is in milliseconds and which some servers align to the step, is put where it ends.
func (s *Source) count(ctx context.Context, op, query string, w sources.Window, step time.Duration, c *logs.Histogram) error {
	v := url.Values{
		"query": {fmt.Sprintf("sum by (%s, %s) (count_over_time(%s [%dms]))", labelDetected, labelLevel, query, step.Milliseconds())},
		"start": {strconv.FormatInt(w.Start.Add(step-1).UnixNano(), 10)},
		"end":   {strconv.FormatInt(w.End.Add(step-1).UnixNano(), 10)},
		"step":  {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	}
	var said answer[struct {
		ResultType string
		Result     []struct {
			Metric map[string]string
			Values []sample
		}
	}]
	if _, err := s.ask(ctx, op, "/loki/api/v1/query_range", v, false, &said); err != nil {
		return err
	}
	if said.Data.ResultType != "matrix" {
		return s.c.Errorf(op, sources.KindProtocol, "%s: a count gives a %.20q", s.c.Place(""), said.Data.ResultType)
	}
	for _, r := range said.Data.Result {
		severity := logs.Level(r.Metric[labelDetected])
		if severity == sources.SeverityUnknown {
			severity = logs.Level(r.Metric[labelLevel])
		}
		for _, p := range r.Values {
			at := time.UnixMilli(int64(p.at*1000 + 0.5)).Add(-min(time.Millisecond, step/2))
			c.Lines(at, severity, int(p.value))
		}
	}
	return nil
}
