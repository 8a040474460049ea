package poll

import (
	"fmt"
	"slices"
	"time"

	"nightjar/sources"
)

// An answer is a frame that was read, brought into the shape of a held one.
type answer struct {
	span    span
	columns []column // in label order, each label set once
	frame   *sources.Frame
	single  bool // it cannot be merged
	began   time.Time
}

// shape checks that f is what sources.RangeQuerier promises for s and sorts it
// by labels, so that a merged frame and one read whole have the same order. A
// frame whose samples lie on the steps but are incomplete is filled up.
func shape(f *sources.Frame, s span, step int64) (*answer, error) {
	if f == nil {
		return nil, fmt.Errorf("neither an answer nor an error")
	}
	a := &answer{span: s, frame: f, single: f.Cut > 0 || f.Kind != sources.Matrix}
	for i := range f.Series {
		a.single = a.single || f.Series[i].Histograms != nil // columns are of numbers
	}
	n := s.steps(step)
	a.columns = make([]column, len(f.Series))
	for i := range f.Series {
		r := &f.Series[i]
		if len(r.Times) != len(r.Values) {
			return nil, fmt.Errorf("series %d has %d times and %d values", i, len(r.Times), len(r.Values))
		}
		if r.Histograms != nil && len(r.Histograms) != len(r.Times) {
			return nil, fmt.Errorf("series %d has %d times and %d histograms", i, len(r.Times), len(r.Histograms))
		}
		v := r.Values[:len(r.Values):len(r.Values)]
		if !a.single && (len(v) != n || r.Times[0] != s.from || r.Times[n-1] != s.to) {
			if v = fill(r, s, step, n); v == nil {
				return nil, fmt.Errorf("series %d has samples outside the steps asked for", i)
			}
		}
		a.columns[i] = column{r.Labels, v}
	}
	if a.single {
		return a, nil
	}
	byLabels := func(x, y column) int { return x.labels.Compare(y.labels) }
	if !slices.IsSortedFunc(a.columns, byLabels) {
		slices.SortStableFunc(a.columns, byLabels)
	}
	for i := 1; i < len(a.columns); i++ {
		if a.columns[i].labels.Equal(a.columns[i-1].labels) {
			a.single = true // two series cannot be told apart
		}
	}
	return a, nil
}

func fill(r *sources.Series, s span, step int64, n int) []float64 {
	v := make([]float64, n)
	gaps(v)
	for i, t := range r.Times {
		if t < s.from || t > s.to || (t-s.from)%step != 0 {
			return nil
		}
		v[(t-s.from)/step] = r.Values[i]
	}
	return v
}

func gaps(v []float64) {
	g := sources.Gap()
	for i := range v {
		v[i] = g
	}
}
