//go:build e2e

package prometheus

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/api"
	apiv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"nightjar/sources"
)

// compareAll holds frames against what client_golang decodes of the same questions.
func compareAll(t *testing.T, s *Source, url string) {
	t.Helper()
	c, err := api.NewClient(api.Config{Address: url})
	if err != nil {
		t.Fatal(err)
	}
	client := apiv1.NewAPI(c)
	at := time.Now().Add(-time.Second).Truncate(time.Second)
	r := apiv1.Range{Start: at.Add(-20 * time.Second), End: at, Step: time.Second}
	for _, expr := range []string{
		"up", "vector(1)", "1", "1e300 * 1e300", "-1/0", "0/0", "vector(0/0)", "absent(up)", "nothing",
		"time()", "up or vector(NaN)", "sum by (job) (up)", "topk(2, process_resident_memory_bytes or up)", "sort_desc(up)",
		`{job="self"}`, "up[10s]", "rate(process_cpu_seconds_total[10s]) * 1e-9", "vector(time()) > 5e12",
		`prometheus_http_request_duration_seconds`, `rate(prometheus_http_request_duration_seconds[5s])`,
		`label_replace(up, "odd", "é\"\\\n", "", "")`, "vector(1.7976931348623157e308)", "vector(4.9e-324)", "vector(0.1) + 0.2",
	} {
		if v, _, _, err := client.Query(t.Context(), expr, at); err != nil {
			t.Logf("%s: client_golang: %v", expr, err)
		} else if f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr, Time: at}); err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got, want := show(f), show(frameOf(v, nil)); got != want {
			t.Errorf("%s\n got %s\nwant %s", expr, got, want)
		}
		if v, _, _, err := client.QueryRange(t.Context(), expr, r); err == nil {
			want := &sources.Frame{Start: r.Start.UnixMilli(), End: r.End.UnixMilli(), Step: r.Step.Milliseconds()}
			want = frameOf(v, want)
			f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: expr, Start: r.Start, End: r.End, Step: r.Step})
			if err != nil {
				t.Errorf("%s over a range: %v", expr, err)
			} else if diff := cmp.Diff(want.Series, f.Series, bits); diff != "" {
				t.Errorf("%s over a range: %s", expr, diff)
			}
		}
	}
}

// frameOf makes a frame of client_golang's value, on the steps of grid if there is one.
func frameOf(v model.Value, grid *sources.Frame) *sources.Frame {
	f := grid
	if f == nil {
		f = &sources.Frame{}
	}
	set := func(m model.Metric) (l sources.Labels) {
		for name, value := range m {
			l = append(l, sources.Label{Name: string(name), Value: string(value)})
		}
		return tidy(l)
	}
	switch v := v.(type) {
	case *model.Scalar:
		f.Kind = sources.Scalar
		f.Series = []sources.Series{{Times: []int64{int64(v.Timestamp)}, Values: []float64{float64(v.Value)}}}
	case *model.String:
		f.Kind, f.Text = sources.String, v.Value
	case model.Vector:
		f.Kind = sources.Vector
		for _, x := range v {
			s := sources.Series{Labels: set(x.Metric), Times: []int64{int64(x.Timestamp)}, Values: []float64{float64(x.Value)}}
			if x.Histogram != nil {
				s.Values[0], s.Histograms = sources.Gap(), []*sources.Histogram{histogramOf(x.Histogram)}
			}
			f.Series = append(f.Series, s)
		}
	case model.Matrix:
		f.Kind = sources.Matrix
		for _, x := range v {
			f.Series = append(f.Series, seriesOf(set(x.Metric), x, grid))
		}
		if grid != nil {
			slices.SortStableFunc(f.Series, func(a, b sources.Series) int { return a.Labels.Compare(b.Labels) })
		}
	}
	return f
}

func seriesOf(l sources.Labels, x *model.SampleStream, grid *sources.Frame) sources.Series {
	s := sources.Series{Labels: l}
	values, histograms := map[int64]float64{}, map[int64]*sources.Histogram{}
	for _, p := range x.Values {
		values[int64(p.Timestamp)] = float64(p.Value)
	}
	for _, p := range x.Histograms {
		values[int64(p.Timestamp)], histograms[int64(p.Timestamp)] = sources.Gap(), histogramOf(p.Histogram)
	}
	if grid != nil {
		for t := grid.Start; t <= grid.End; t += grid.Step {
			s.Times = append(s.Times, t)
		}
	} else {
		for t := range values {
			s.Times = append(s.Times, t)
		}
		slices.Sort(s.Times)
	}
	for _, t := range s.Times {
		v, ok := values[t]
		if !ok {
			v = sources.Gap()
		}
		if math.IsNaN(v) && !sources.IsGap(v) {
			v = math.NaN()
		}
		s.Values = append(s.Values, v)
		if len(histograms) > 0 {
			s.Histograms = append(s.Histograms, histograms[t])
		}
	}
	return s
}

func histogramOf(h *model.SampleHistogram) *sources.Histogram {
	out := &sources.Histogram{Count: float64(h.Count), Sum: float64(h.Sum)}
	for _, b := range h.Buckets {
		out.Buckets = append(out.Buckets, sources.Bucket{Lower: float64(b.Lower), Upper: float64(b.Upper), Count: float64(b.Count), Bounds: uint8(b.Boundaries)})
	}
	return out
}
