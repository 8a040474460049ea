package prometheus

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
)

// maxSteps is Prometheus's own bound on the points of a series.
const maxSteps = 11_000

// truncated is what Prometheus says of an answer that its limit parameter cut.
const truncated = "results truncated due to limit"

// QueryRange evaluates q; see sources.RangeQuerier. All series of the frame
// share one slice of times and are in label order.
func (s *Source) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	const op = "query_range"
	step := q.Step.Milliseconds()
	start, end := q.Start.UnixMilli(), q.End.UnixMilli()
	switch {
	case step < 1:
		return nil, s.c.errorf(op, sources.KindQuery, "the step of %v is less than 1 ms", q.Step)
	case end < start:
		return nil, s.c.errorf(op, sources.KindQuery, "the range ends (%v) before it starts (%v)", q.End, q.Start)
	case (end-start)/step >= maxSteps:
		return nil, s.c.errorf(op, sources.KindTooLarge, "%d steps asked for, at most %d are answered: use a longer step", (end-start)/step+1, maxSteps)
	}
	f := &sources.Frame{Source: s.o.Name, Kind: sources.Matrix, Start: start, End: end, Step: step}
	last := end - (end-start)%step
	form := url.Values{"query": {q.Expr}, "start": {seconds(start)}, "end": {seconds(last)}, "step": {seconds(step)}}
	if start%step != 0 {
		form.Set("nocache", "1") // else VictoriaMetrics moves the steps to multiples of the step; others do not know it
	}
	return s.query(ctx, call{op: op, path: "/api/v1/query_range", form: form, post: true, must: true}, f, q.Limit)
}

// QueryInstant evaluates q at q.Time, by the server's clock; if that is zero, at
// the server's own now. See sources.InstantQuerier. Series are in the server's order, which sort and
// topk decide. A range selector gives a Matrix of the raw samples.
func (s *Source) QueryInstant(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	form := url.Values{"query": {q.Expr}}
	if !q.Time.IsZero() {
		form.Set("time", seconds(q.Time.UnixMilli()))
	}
	return s.query(ctx, call{op: "query", path: "/api/v1/query", form: form, post: true, must: true}, &sources.Frame{Source: s.o.Name}, q.Limit)
}

func (s *Source) query(ctx context.Context, q call, f *sources.Frame, limit int) (*sources.Frame, error) {
	if limit <= 0 || limit > s.o.MaxSeries {
		limit = s.o.MaxSeries
	}
	// One more than wanted tells an answer that was cut from one that just fits.
	q.form.Set("limit", strconv.Itoa(limit+1))
	deadline(ctx, q.form)
	empty := *f
	a, err := s.do(ctx, q, func(r io.Reader) error {
		*f = empty // the request may be the second one
		return decode(r, f, limits{series: limit, values: int(s.o.MaxBytes / 8)})
	})
	if err != nil {
		return nil, err
	}
	f.Bytes = a.bytes
	if i := slices.Index(f.Warnings, truncated); i >= 0 {
		f.Cut = max(f.Cut, 1)
		f.Warnings[i] = fmt.Sprintf("more than %d series: how many more, the server does not say", limit)
	}
	return f, nil
}

// seconds writes milliseconds as the API wants them.
func seconds(ms int64) string {
	text := strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// window adds the ends of w, which are by our clock, to a form; a zero end is not sent.
func (c *client) window(form url.Values, w sources.Window) {
	for name, t := range map[string]time.Time{"start": w.Start, "end": w.End} {
		if !t.IsZero() {
			form.Set(name, seconds(t.Add(c.ahead()).UnixMilli()))
		}
	}
}
