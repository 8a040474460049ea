package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"

	"nightjar/sources"
)

const (
	subqueryStep = 15 * time.Second // of [5m:], as there is no global evaluation interval
	// maxSteps is Prometheus's own bound on the points of a series.
	maxSteps = 11_000
)

// QueryRange evaluates q; see sources.RangeQuerier. All series of the frame
// share one slice of times, in label order; of more than q.Limit the last are
// left out and counted in Cut.
func (e *Engine) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	const op = "query_range"
	step := q.Step.Milliseconds()
	start, end := q.Start.UnixMilli(), q.End.UnixMilli()
	switch {
	case step < 1:
		return nil, sources.Errorf(e.o.Name, op, sources.KindQuery, "the step of %v is less than 1 ms", q.Step)
	case end < start:
		return nil, sources.Errorf(e.o.Name, op, sources.KindQuery, "the range ends (%v) before it starts (%v)", q.End, q.Start)
	case (end-start)/step >= maxSteps:
		return nil, sources.Errorf(e.o.Name, op, sources.KindTooLarge, "%d steps asked for, at most %d are answered: use a longer step", (end-start)/step+1, maxSteps)
	}
	ctx, cancel := e.bound(ctx)
	defer cancel()
	query, err := e.promq.NewRangeQuery(ctx, e.Queryable(), nil, q.Expr, time.UnixMilli(start), time.UnixMilli(end), time.Duration(step)*time.Millisecond)
	if err != nil {
		return nil, e.queryError(op, err)
	}
	defer query.Close()
	res := query.Exec(ctx)
	if res.Err != nil {
		return nil, e.queryError(op, res.Err)
	}
	m, err := res.Matrix()
	if err != nil {
		return nil, e.queryError(op, err)
	}
	f := &sources.Frame{Source: e.o.Name, Kind: sources.Matrix, Start: start, End: end, Step: step}
	remark(f, res, q.Expr)
	onGrid(f, m, q.Limit)
	return f, nil
}

// QueryInstant evaluates q at q.Time, now if that is zero; see
// sources.InstantQuerier. A range selector gives a Matrix of the raw samples.
// Of more than q.Limit series the last are left out and counted in Cut.
func (e *Engine) QueryInstant(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	const op = "query"
	if q.Time.IsZero() {
		q.Time = e.o.Clock()
	}
	ctx, cancel := e.bound(ctx)
	defer cancel()
	query, err := e.promq.NewInstantQuery(ctx, e.Queryable(), nil, q.Expr, q.Time)
	if err != nil {
		return nil, e.queryError(op, err)
	}
	defer query.Close()
	res := query.Exec(ctx)
	if res.Err != nil {
		return nil, e.queryError(op, res.Err)
	}
	f := &sources.Frame{Source: e.o.Name}
	remark(f, res, q.Expr)
	switch v := res.Value.(type) {
	case promql.Vector:
		ofVector(f, v, q.Limit)
	case promql.Scalar:
		f.Kind = sources.Scalar
		f.Series = []sources.Series{{Times: []int64{v.T}, Values: []float64{v.V}}}
	case promql.String:
		f.Kind, f.Text = sources.String, v.V
	case promql.Matrix:
		ofMatrix(f, v, q.Limit)
	default:
		return nil, e.queryError(op, fmt.Errorf("unexpected answer %T", v))
	}
	return f, nil
}

// LabelNames lists label names; see sources.LabelDiscoverer.
func (e *Engine) LabelNames(ctx context.Context, w sources.Window, match ...string) ([]string, error) {
	return e.discover(ctx, "label_names", w, match, func(ctx context.Context, q storage.Querier, ms []*labels.Matcher) ([]string, error) {
		names, _, err := q.LabelNames(ctx, nil, ms...)
		return names, err
	})
}

// LabelValues lists the values of a label; see sources.LabelDiscoverer.
func (e *Engine) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	return e.discover(ctx, "label_values", w, match, func(ctx context.Context, q storage.Querier, ms []*labels.Matcher) ([]string, error) {
		values, _, err := q.LabelValues(ctx, label, nil, ms...)
		return values, err
	})
}

type lookup func(context.Context, storage.Querier, []*labels.Matcher) ([]string, error)

// discover asks once per selector and merges, as Prometheus's API does.
func (e *Engine) discover(ctx context.Context, op string, w sources.Window, match []string, ask lookup) ([]string, error) {
	selectors := [][]*labels.Matcher{nil}
	if len(match) > 0 {
		var err error
		if selectors, err = e.parse.ParseMetricSelectors(match); err != nil {
			return nil, e.queryError(op, err)
		}
	}
	if w.End.IsZero() {
		w.End = e.o.Clock()
	}
	ctx, cancel := e.bound(ctx)
	defer cancel()
	q, err := e.querier(w.Start.UnixMilli(), w.End.UnixMilli())
	if err != nil {
		return nil, e.queryError(op, err)
	}
	defer func() { _ = q.Close() }() // a reader's Close only frees memory
	var all []string
	for _, ms := range selectors {
		if err := ctx.Err(); err != nil {
			return nil, e.queryError(op, err)
		}
		names, err := ask(ctx, q, ms)
		if err != nil {
			return nil, e.queryError(op, err)
		}
		all = append(all, names...)
	}
	return sorted(all), nil
}

// bound ends with the query's deadline, and with Close.
func (e *Engine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(e.closing, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

func openError(name string, err error) error {
	return sources.Errorf(name, "open", sources.KindUnavailable, "%w", err)
}

func (e *Engine) queryError(op string, err error) error {
	kind := sources.KindQuery
	var (
		timeout   promql.ErrQueryTimeout
		cancelled promql.ErrQueryCanceled
		samples   promql.ErrTooManySamples
		stored    promql.ErrStorage
	)
	switch {
	case errors.Is(err, errClosed) || e.closing.Err() != nil:
		kind, err = sources.KindUnavailable, errClosed
	case errors.As(err, &timeout):
		kind = sources.KindTimeout
	case errors.As(err, &cancelled):
		kind = sources.KindCancelled
	case errors.As(err, &samples):
		kind = sources.KindTooLarge
	case errors.As(err, &stored):
		kind = sources.KindInternal
	}
	return sources.Errorf(e.o.Name, op, kind, "%w", err)
}
