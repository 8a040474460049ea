package panels

import (
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
		mixed := lines([]sources.Labels{lbl("job", "db")}, constant(0.5))
		mixed.Series = append(mixed.Series, alone.Series...)
		p = New(spec())
		p.SetResult(0, okResult(mixed))
		text = plain(t, shoot(p, 60, 8))
		if c := p.Caption(over(p, 60, 8)); strings.Contains(text, "native") || !strings.Contains(c, "1 native histogram not drawn") {
			t.Errorf("%s: caption %q of\n%s", kind, c, text)
		}
		if len(mixed.Series) != 2 || mixed.Series[1].Histograms == nil {
			t.Error("the shared frame was changed")
		}
		torture(t, spec(), okResult(alone))
		torture(t, spec(), okResult(mixed))
	}
}
