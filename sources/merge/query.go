package merge

import (
	"context"

	"nightjar/sources"
)

// QueryRange evaluates q in every part; see sources.RangeQuerier. All series of
// the frame share one slice of times, the steps of q.
func (s *Source) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	const op = "query_range"
	step, start, end := q.Step.Milliseconds(), q.Start.UnixMilli(), q.End.UnixMilli()
	switch {
	case step < 1:
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "the step of %v is less than 1 ms", q.Step)
	case end < start:
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "the range ends (%v) before it starts (%v)", q.End, q.Start)
	}
	answers, err := ask(ctx, s, op, func(ctx context.Context, src sources.Source) (*sources.Frame, error) {
		r, ok := src.(sources.RangeQuerier)
		if !ok {
			return nil, errCannot
		}
		return r.QueryRange(ctx, q)
	})
	if err != nil {
		return nil, err
	}
	g := &grid{start: start, step: step, n: int((end-start)/step) + 1}
	for i := range answers {
		a := &answers[i]
		if a.err == nil {
			a.value, a.err = g.fit(a.part.name, op, a.value)
		}
	}
	f := &sources.Frame{Source: s.o.Name, Kind: sources.Matrix, Start: start, End: end, Step: step}
	return s.merged(op, f, answers, q.Limit)
}

// QueryInstant evaluates q in every part; see sources.InstantQuerier. A scalar
// becomes a Vector.
func (s *Source) QueryInstant(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	const op = "query"
	if q.Time.IsZero() {
		q.Time = s.o.Clock() // one time for all parts
	}
	answers, err := ask(ctx, s, op, func(ctx context.Context, src sources.Source) (*sources.Frame, error) {
		i, ok := src.(sources.InstantQuerier)
		if !ok {
			return nil, errCannot
		}
		return i.QueryInstant(ctx, q)
	})
	if err != nil {
		return nil, err
	}
	f := &sources.Frame{Source: s.o.Name, Kind: sources.Vector}
	first := true
	for i := range answers {
		a := &answers[i]
		if a.err != nil {
			continue
		}
		kind := sources.Vector
		switch {
		case a.value == nil:
			a.err = sources.Errorf(a.part.name, op, sources.KindProtocol, "neither an answer nor an error")
			continue
		case a.value.Kind == sources.String:
			a.err = sources.Errorf(a.part.name, op, sources.KindUnsupported, "answers with a string, which cannot be merged: ask one source")
			continue
		case a.value.Kind == sources.Matrix:
			kind = sources.Matrix
		}
		if first {
			f.Kind, first = kind, false
		}
		if kind != f.Kind {
			a.err = sources.Errorf(a.part.name, op, sources.KindProtocol, "answers with a %s where others give a %s", a.value.Kind, f.Kind)
		}
	}
	return s.merged(op, f, answers, q.Limit)
}

// merged fills f with what the parts answered.
func (s *Source) merged(op string, f *sources.Frame, answers []answer[*sources.Frame], limit int) (*sources.Frame, error) {
	if err := settle(s, op, answers); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > s.o.MaxSeries {
		limit = s.o.MaxSeries
	}
	have := make([]int, len(answers))
	for i := range answers {
		if answers[i].err == nil {
			have[i] = len(answers[i].value.Series)
		}
	}
	share := shares(have, limit)
	series, names := 0, 0
	for i, n := range share {
		series += n
		for j := range n {
			names += len(answers[i].value.Series[j].Labels) + 1
		}
	}
	if series > 0 {
		f.Series = make([]sources.Series, 0, series)
	}
	pool := make(sources.Labels, 0, names)
	f.Warnings = warnings(answers)
	f.Incomplete = len(f.Warnings) > 0
	for i := range answers {
		a := &answers[i]
		if a.err != nil {
			continue
		}
		for _, one := range a.value.Series[:share[i]] {
			one.Labels, pool = label(pool, one.Labels, a.part.name)
			f.Series = append(f.Series, one)
		}
		f.Cut += a.value.Cut + have[i] - share[i]
		f.Bytes += a.value.Bytes
		for _, w := range a.value.Warnings {
			f.Warnings = append(f.Warnings, a.part.name+": "+w)
		}
		for _, w := range a.value.Infos {
			f.Infos = append(f.Infos, a.part.name+": "+w)
		}
	}
	return f, nil
}

// shares divides limit among parts that have so many: equally, and what one does
// not need goes to the others.
func shares(have []int, limit int) []int {
	out := make([]int, len(have))
	for left := limit; left > 0; {
		open := 0
		for i := range have {
			if out[i] < have[i] {
				open++
			}
		}
		if open == 0 {
			break
		}
		each := max(left/open, 1)
		for i := range have {
			n := min(each, have[i]-out[i], left)
			out[i] += n
			left -= n
		}
	}
	return out
}

// A grid is the steps of a range query: n of them.
type grid struct {
	start, step int64
	n           int
	times       []int64 // made when the first series wants them
}

// fit brings a part's frame onto the steps asked for. Frames that are on them
// stay what they are, but for the times, which all series share.
func (g *grid) fit(name, op string, f *sources.Frame) (*sources.Frame, error) {
	wrong := func(format string, args ...any) error {
		return sources.Errorf(name, op, sources.KindProtocol, format, args...)
	}
	switch {
	case f == nil:
		return nil, wrong("neither an answer nor an error")
	case f.Kind != sources.Matrix:
		return nil, wrong("answers a query over a range with a %s", f.Kind)
	case len(f.Series) == 0:
		return f, nil
	}
	if g.times == nil {
		g.times = make([]int64, g.n)
		for i := range g.times {
			g.times[i] = g.start + int64(i)*g.step
		}
	}
	out := *f
	out.Series = make([]sources.Series, len(f.Series))
	for i, one := range f.Series {
		if len(one.Values) != len(one.Times) || one.Histograms != nil && len(one.Histograms) != len(one.Times) {
			return nil, wrong("series %d has %d times, %d values and %d histograms", i, len(one.Times), len(one.Values), len(one.Histograms))
		}
		if len(one.Times) != g.n || one.Times[0] != g.start || one.Times[g.n-1] != g.times[g.n-1] {
			var ok bool
			if one, ok = g.spread(one); !ok {
				return nil, wrong("series %d has samples outside the steps asked for", i)
			}
		}
		one.Times = g.times
		out.Series[i] = one
	}
	return &out, nil
}

// spread puts the samples of a series on the steps, with gaps between.
func (g *grid) spread(s sources.Series) (sources.Series, bool) {
	values := make([]float64, g.n)
	for i := range values {
		values[i] = sources.Gap()
	}
	var native []*sources.Histogram
	if s.Histograms != nil {
		native = make([]*sources.Histogram, g.n)
	}
	for i, t := range s.Times {
		k := (t - g.start) / g.step
		if t < g.start || (t-g.start)%g.step != 0 || k >= int64(g.n) {
			return s, false
		}
		values[k] = s.Values[i]
		if native != nil {
			native[k] = s.Histograms[i]
		}
	}
	s.Values, s.Histograms = values, native
	return s, true
}
