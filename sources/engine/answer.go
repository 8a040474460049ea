package engine

import (
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"nightjar/sources"
)

// maxRemarks bounds the warnings, and the infos, of one answer.
const maxRemarks = 10

// onGrid spreads m over the steps of f. Values of all series are one
// allocation, and so are labels: this runs some 25 times every 2 seconds.
func onGrid(f *sources.Frame, m promql.Matrix, limit int) {
	m, names := cut(f, m, limit, func(s *promql.Series) labels.Labels { return s.Metric })
	if len(m) == 0 {
		return
	}
	n := int((f.End-f.Start)/f.Step) + 1
	times := make([]int64, n)
	for i := range times {
		times[i] = f.Start + int64(i)*f.Step
	}
	values := make([]float64, n*len(m))
	gap := sources.Gap()
	for i := range values {
		values[i] = gap
	}
	pool := make(sources.Labels, 0, names)
	f.Series = make([]sources.Series, len(m))
	for i := range m {
		row := values[i*n : (i+1)*n : (i+1)*n]
		for _, p := range m[i].Floats {
			row[(p.T-f.Start)/f.Step] = p.F
		}
		f.Series[i] = sources.Series{Times: times, Values: row}
		if len(m[i].Histograms) > 0 {
			f.Series[i].Histograms = make([]*sources.Histogram, n)
			for _, p := range m[i].Histograms {
				f.Series[i].Histograms[(p.T-f.Start)/f.Step] = native(p.H)
			}
		}
		f.Series[i].Labels, pool = carve(pool, m[i].Metric)
	}
}

func ofVector(f *sources.Frame, v promql.Vector, limit int) {
	f.Kind = sources.Vector
	v, names := cut(f, v, limit, func(s *promql.Sample) labels.Labels { return s.Metric })
	if len(v) == 0 {
		return
	}
	values, times := make([]float64, len(v)), make([]int64, len(v))
	pool := make(sources.Labels, 0, names)
	f.Series = make([]sources.Series, len(v))
	for i := range v {
		values[i], times[i] = v[i].F, v[i].T
		f.Series[i] = sources.Series{Times: times[i : i+1 : i+1], Values: values[i : i+1 : i+1]}
		if v[i].H != nil {
			values[i] = sources.Gap()
			f.Series[i].Histograms = []*sources.Histogram{native(v[i].H)}
		}
		f.Series[i].Labels, pool = carve(pool, v[i].Metric)
	}
}

func ofMatrix(f *sources.Frame, m promql.Matrix, limit int) {
	f.Kind = sources.Matrix
	m, names := cut(f, m, limit, func(s *promql.Series) labels.Labels { return s.Metric })
	pool := make(sources.Labels, 0, names)
	f.Series = make([]sources.Series, len(m))
	for i := range m {
		s := &f.Series[i]
		raw(s, m[i].Floats, m[i].Histograms)
		s.Labels, pool = carve(pool, m[i].Metric)
	}
}

// raw gives s the samples of both kinds, in the order of their times.
func raw(s *sources.Series, floats []promql.FPoint, histograms []promql.HPoint) {
	n := len(floats) + len(histograms)
	s.Times, s.Values = make([]int64, 0, n), make([]float64, 0, n)
	if len(histograms) > 0 {
		s.Histograms = make([]*sources.Histogram, n)
	}
	for len(s.Times) < n {
		if len(histograms) == 0 || len(floats) > 0 && floats[0].T < histograms[0].T {
			s.Times, s.Values = append(s.Times, floats[0].T), append(s.Values, floats[0].F)
			floats = floats[1:]
			continue
		}
		s.Histograms[len(s.Times)] = native(histograms[0].H)
		s.Times, s.Values = append(s.Times, histograms[0].T), append(s.Values, sources.Gap())
		histograms = histograms[1:]
	}
}

// cut leaves out the series past the limit. It gives what is left and how many
// labels that has.
func cut[S ~[]E, E any](f *sources.Frame, s S, limit int, look func(*E) labels.Labels) (kept S, names int) {
	kept = s
	if limit > 0 && len(s) > limit {
		f.Cut += len(s) - limit
		kept = s[:limit:limit]
	}
	for i := range kept {
		names += look(&kept[i]).Len()
	}
	return kept, names
}

// native copies a native histogram: the engine uses the memory of its own again.
// Buckets without observations are left out, as Prometheus's API does.
func native(h *histogram.FloatHistogram) *sources.Histogram {
	n := 0
	for it := h.AllBucketIterator(); it.Next(); {
		if it.At().Count != 0 {
			n++
		}
	}
	out := &sources.Histogram{Count: h.Count, Sum: h.Sum, Buckets: make([]sources.Bucket, 0, n)}
	for it := h.AllBucketIterator(); it.Next(); {
		if b := it.At(); b.Count != 0 {
			out.Buckets = append(out.Buckets, sources.Bucket{
				Lower: b.Lower, Upper: b.Upper, Count: b.Count, Bounds: bounds(b.LowerInclusive, b.UpperInclusive),
			})
		}
	}
	return out
}

// bounds is the code of Prometheus's API for which ends belong to a bucket.
func bounds(lower, upper bool) uint8 {
	switch {
	case lower && upper:
		return 3
	case lower:
		return 1
	case upper:
		return 0
	}
	return 2
}

// carve appends lset to pool and gives the part that is it. Strings are shared
// with the head, which never changes them.
func carve(pool sources.Labels, lset labels.Labels) (part, rest sources.Labels) {
	from := len(pool)
	lset.Range(func(l labels.Label) { pool = append(pool, sources.Label{Name: l.Name, Value: l.Value}) })
	return pool[from:len(pool):len(pool)], pool
}

func remark(f *sources.Frame, res *promql.Result, expr string) {
	if len(res.Warnings) == 0 {
		return
	}
	f.Warnings, f.Infos = res.Warnings.AsStrings(expr, maxRemarks, maxRemarks)
	// Annotations are a map: without this a frame would differ from the one before.
	slices.Sort(f.Warnings)
	slices.Sort(f.Infos)
}

func sorted(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
