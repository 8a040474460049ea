package engine

import (
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"nightjar/sources"
)

// maxRemarks bounds the warnings, and the infos, of one answer.
const maxRemarks = 10

// onGrid spreads m over the steps of f. Values of all series are one
// allocation, and so are labels: this runs some 25 times every 2 seconds.
func onGrid(f *sources.Frame, m promql.Matrix, limit int) {
	m, names, histograms := cut(f, m, limit, func(s *promql.Series) (labels.Labels, int, int) {
		return s.Metric, len(s.Floats), len(s.Histograms)
	})
	warnHistograms(f, histograms)
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
		f.Series[i].Labels, pool = carve(pool, m[i].Metric)
	}
}

func ofVector(f *sources.Frame, v promql.Vector, limit int) {
	f.Kind = sources.Vector
	v, names, histograms := cut(f, v, limit, func(s *promql.Sample) (labels.Labels, int, int) {
		if s.H != nil {
			return s.Metric, 0, 1
		}
		return s.Metric, 1, 0
	})
	warnHistograms(f, histograms)
	if len(v) == 0 {
		return
	}
	values, times := make([]float64, len(v)), make([]int64, len(v))
	pool := make(sources.Labels, 0, names)
	f.Series = make([]sources.Series, len(v))
	for i := range v {
		values[i], times[i] = v[i].F, v[i].T
		f.Series[i] = sources.Series{Times: times[i : i+1 : i+1], Values: values[i : i+1 : i+1]}
		f.Series[i].Labels, pool = carve(pool, v[i].Metric)
	}
}

func ofMatrix(f *sources.Frame, m promql.Matrix, limit int) {
	f.Kind = sources.Matrix
	m, names, histograms := cut(f, m, limit, func(s *promql.Series) (labels.Labels, int, int) {
		return s.Metric, len(s.Floats), len(s.Histograms)
	})
	warnHistograms(f, histograms)
	pool := make(sources.Labels, 0, names)
	f.Series = make([]sources.Series, len(m))
	for i := range m {
		s := &f.Series[i]
		s.Times, s.Values = make([]int64, len(m[i].Floats)), make([]float64, len(m[i].Floats))
		for j, p := range m[i].Floats {
			s.Times[j], s.Values[j] = p.T, p.F
		}
		s.Labels, pool = carve(pool, m[i].Metric)
	}
}

// cut leaves out series without a float sample, then those past the limit.
// It gives what is left, how many labels that has, and how many histogram
// samples were met. It never moves a series within s: the engine gives the
// points of s back to a pool, and must do so once each.
func cut[S ~[]E, E any](f *sources.Frame, s S, limit int, look func(*E) (labels.Labels, int, int)) (kept S, names, histograms int) {
	kept = s[:0:0]
	run := true // kept is still the beginning of s
	for i := range s {
		lset, floats, hists := look(&s[i])
		histograms += hists
		if floats == 0 && hists > 0 {
			run = false
			continue
		}
		if limit > 0 && len(kept) >= limit {
			f.Cut++
			run = false
			continue
		}
		names += lset.Len()
		if run {
			kept = s[: i+1 : i+1]
		} else {
			kept = append(kept, s[i])
		}
	}
	return kept, names, histograms
}

func warnHistograms(f *sources.Frame, n int) {
	if n > 0 {
		f.Warnings = append(f.Warnings, fmt.Sprintf("%d native histogram samples are not drawn: use histogram_quantile, histogram_sum or histogram_count", n))
	}
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
