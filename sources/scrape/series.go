package scrape

import (
	"context"
	"errors"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"

	"nightjar/sources"
)

// Series finds series; see sources.SeriesFinder. There is at least one
// selector. The number of series held is that of Status.
func (s *Source) Series(ctx context.Context, w sources.Window, match ...string) (*sources.SeriesPage, error) {
	const op = "series"
	if len(match) == 0 {
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "no selector given")
	}
	selectors, err := parser.NewParser(parser.Options{}).ParseMetricSelectors(match)
	if err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "%w", err)
	}
	if w.End.IsZero() {
		w.End = s.o.Clock()
	}
	hints := &storage.SelectHints{Start: w.Start.UnixMilli(), End: w.End.UnixMilli(), Func: "series"}
	q, err := s.Queryable().Querier(hints.Start, hints.End)
	if err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindUnavailable, "%w", err)
	}
	page := &sources.SeriesPage{Source: s.o.Name}
	for _, ms := range selectors {
		set := q.Select(ctx, false, hints, ms...)
		for set.Next() {
			page.Series = append(page.Series, named(set.At().Labels()))
		}
		err = errors.Join(err, set.Err(), ctx.Err())
	}
	if err = errors.Join(err, q.Close()); err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindInternal, "%w", err)
	}
	slices.SortFunc(page.Series, sources.Labels.Compare)
	page.Series = slices.CompactFunc(page.Series, sources.Labels.Equal)
	return page, nil
}

// named are the labels in our form; they have the same order.
func named(l labels.Labels) sources.Labels {
	out := make(sources.Labels, 0, l.Len())
	l.Range(func(x labels.Label) { out = append(out, sources.Label{Name: x.Name, Value: x.Value}) })
	return out
}
