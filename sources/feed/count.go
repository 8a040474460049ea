package feed

import (
	"context"
	"sync"

	"nightjar/sources"
)

// count asks all parts for their histograms at once and shows the sum as it grows.
func count(ctx context.Context, parts []*part, req *Request, show func(*sources.Frame, sources.LogProgress, bool)) {
	var mu sync.Mutex
	frames := make([]*sources.Frame, len(parts))
	progress := make([]sources.LogProgress, len(parts))
	left := len(parts)
	tell := func() {
		var at sources.LogProgress
		for _, p := range progress {
			at.Done, at.Total, at.Matched = at.Done+p.Done, at.Total+p.Total, at.Matched+p.Matched
		}
		show(sum(frames), at, left > 0)
	}
	var wg sync.WaitGroup
	for i, p := range parts {
		c, ok := p.Source.(sources.LogCounter)
		if !ok {
			mu.Lock()
			left--
			mu.Unlock()
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			q := sources.LogQuery{Window: req.Count, Select: p.Select, Terms: req.Terms}
			f, err := c.CountLogs(ctx, q, req.Step, func(at sources.LogProgress, f *sources.Frame) {
				mu.Lock()
				defer mu.Unlock()
				frames[i], progress[i] = f, at
				tell()
			})
			mu.Lock()
			defer mu.Unlock()
			left--
			if err == nil {
				frames[i] = f
				progress[i].Done = progress[i].Total
			}
			if ctx.Err() == nil {
				tell()
			}
		}()
	}
	wg.Wait()
}

// sum adds frames of one window, series by level.
func sum(frames []*sources.Frame) *sources.Frame {
	var out *sources.Frame
	for _, f := range frames {
		switch {
		case f == nil:
		case out == nil:
			c := *f
			c.Series = nil
			out = &c
			fallthrough
		default:
			for i := range f.Series {
				addSeries(out, &f.Series[i])
			}
		}
	}
	return out
}

func addSeries(out *sources.Frame, s *sources.Series) {
	level := s.Labels.Value(sources.FieldLevel)
	for i := range out.Series {
		o := &out.Series[i]
		if o.Labels.Value(sources.FieldLevel) != level || len(o.Values) != len(s.Values) {
			continue
		}
		for j, v := range s.Values {
			switch {
			case sources.IsGap(o.Values[j]):
				o.Values[j] = v
			case !sources.IsGap(v):
				o.Values[j] += v
			}
		}
		return
	}
	out.Series = append(out.Series, sources.Series{
		Labels: sources.NewLabels(sources.FieldLevel, level), Times: s.Times, Values: append([]float64(nil), s.Values...),
	})
}
