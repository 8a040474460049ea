package panels

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/ui/boards"
)

// nativeSeries is a native histogram over the steps of f; count gives how many
// observations bucket b of 2^(b/2) to 2^((b+1)/2) has at step i.
func nativeSeries(f *sources.Frame, n int, labels sources.Labels, count func(i, b int) float64) {
	edges := []float64{0.125, 0.17677669529663687, 0.25, 0.3535533905932738, 0.5, 0.7071067811865476, 1, 1.4142135623730951, 2}
	s := sources.Series{Labels: labels}
	for i := range n {
		h := &sources.Histogram{}
		for b := range len(edges) - 1 {
			if v := count(i, b); v != 0 {
				h.Buckets = append(h.Buckets, sources.Bucket{Lower: edges[b], Upper: edges[b+1], Count: v})
				h.Count += v
			}
		}
		s.Times = append(s.Times, f.Start+int64(i)*f.Step)
		s.Values = append(s.Values, sources.Gap())
		s.Histograms = append(s.Histograms, h)
	}
	f.Series = append(f.Series, s)
}

// Panels that draw numbers say what a native histogram needs, and never break on one.
func TestNumberPanelsSayWhatANativeHistogramNeeds(t *testing.T) {
	for _, kind := range []boards.Kind{boards.KindGraph, boards.KindStat, boards.KindGauge, boards.KindBars, boards.KindTable, boards.KindLimits} {
		alone := lines(nil)
		nativeSeries(alone, 120, lbl("job", "api"), func(i, b int) float64 { return float64(b) })
		spec := func() *boards.Panel {
			return &boards.Panel{Kind: kind, Title: "Latency", Max: number1(), Queries: []boards.Query{{Expr: "h", Reduce: "last", Thresholds: warnCrit(1, 2)}}}
		}
		p := New(spec())
		p.SetResult(0, okResult(alone))
		text := strings.Join(strings.Fields(plain(t, shoot(p, 60, 8))), " ")
		if !strings.Contains(text, "native histogram") || !strings.Contains(text, "histogram_quantile(0.95, ...)") {
			t.Errorf("%s: %s", kind, text)
		}
		for _, size := range [][2]int{{34, 5}, {30, 2}, {14, 3}} { // the whole hint does not fit
			p = New(spec())
			p.SetResult(0, okResult(alone))
			text = strings.Join(strings.Fields(plain(t, shoot(p, size[0], size[1]))), " ")
			if !strings.HasPrefix(text, "A native histogram:") || !strings.Contains(text, "heatmap") {
				t.Errorf("%s of %v: %s", kind, size, text)
			}
		}
		mixed := lines([]sources.Labels{lbl("job", "db")}, constant(0.5))
		mixed.Series = append(mixed.Series, alone.Series...)
		p = New(spec())
		p.SetResult(0, okResult(mixed))
		text = plain(t, shoot(p, 60, 8))
		if c := p.Caption(over(p, 60, 8)); strings.Contains(text, "native") || !strings.Contains(c, "1 native not drawn") {
			t.Errorf("%s: caption %q of\n%s", kind, c, text)
		}
		if len(mixed.Series) != 2 || mixed.Series[1].Histograms == nil {
			t.Error("the shared frame was changed")
		}
		torture(t, spec(), okResult(alone))
		torture(t, spec(), okResult(mixed))
	}
}

// A histogram of custom buckets is drawn as the classic one it was made of.
func TestHeatmapOfCustomBuckets(t *testing.T) {
	rates := []float64{60, 30, 9, 1} // in each bucket
	bounds := []float64{0.1, 0.5, 2, math.Inf(1)}
	classic, custom := lines(nil), lines(nil)
	s := sources.Series{Labels: lbl("job", "api")}
	for i := range 120 {
		s.Times = append(s.Times, custom.Start+int64(i)*custom.Step)
		s.Values = append(s.Values, sources.Gap())
		h := &sources.Histogram{Count: 100, Buckets: []sources.Bucket{{Lower: math.Inf(-1), Upper: 0.1, Count: 60, Bounds: 3}}}
		for b := 1; b < len(bounds); b++ {
			h.Buckets = append(h.Buckets, sources.Bucket{Lower: bounds[b-1], Upper: bounds[b], Count: rates[b]})
		}
		s.Histograms = append(s.Histograms, h)
	}
	custom.Series = append(custom.Series, s)
	total := 0.0
	for b, le := range bounds {
		total += rates[b]
		c := sources.Series{Labels: lbl("job", "api", "le", strconv.FormatFloat(le, 'f', -1, 64)), Times: s.Times}
		for range s.Times {
			c.Values = append(c.Values, total)
		}
		classic.Series = append(classic.Series, c)
	}
	spec := boards.Panel{Unit: "s", Queries: []boards.Query{{Expr: "rate(h[1m])"}}}
	want, got := heatOf(spec, classic), heatOf(spec, custom)
	a, b := plain(t, shoot(want, 80, 14)), plain(t, shoot(got, 80, 14))
	if a != b || !strings.Contains(b, "p50 ~") {
		t.Errorf("classic\n%s\ncustom\n%s", a, b)
	}
}
