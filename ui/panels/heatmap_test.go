package panels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// heatOf is a heatmap with the answers of its queries.
func heatOf(spec boards.Panel, frames ...*sources.Frame) *heatmap {
	spec.Kind = boards.KindHeatmap
	for len(spec.Queries) < len(frames) {
		spec.Queries = append(spec.Queries, boards.Query{Expr: "sum by (le) (rate(x_bucket[5m]))"})
	}
	m := newHeatmap(&spec).(*heatmap)
	for i, f := range frames {
		m.SetResult(i, okResult(f))
	}
	return m
}

// latency is a classic histogram of bounds le whose middle wanders; counts are per second.
func latency(le ...string) *sources.Frame {
	var labels []sources.Labels
	var value []func(int) float64
	for k, l := range le {
		labels = append(labels, lbl("le", l))
		value = append(value, func(i int) float64 {
			if i >= 60 && i < 66 {
				return sources.Gap()
			}
			middle := float64(len(le))/2 + 1.5*math.Sin(float64(i)/15)
			return 40 / (1 + math.Exp(-1.6*(float64(k)+0.5-middle)))
		})
	}
	return lines(labels, value...)
}

func defaultBounds() []string {
	return []string{"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"}
}

func TestHeatmapGoldens(t *testing.T) {
	spec := boards.Panel{Title: "Latency", Unit: "s"}
	for _, size := range [][2]int{{20, 3}, {20, 5}, {40, 9}, {80, 14}, {120, 30}, {60, 1}} {
		golden(t, fmt.Sprintf("heatmap/classic-%dx%d", size[0], size[1]), shoot(heatOf(spec, latency(defaultBounds()...)), size[0], size[1]))
	}
	m := heatOf(spec, latency(defaultBounds()...))
	c := over(m, 80, 16)
	c.Cursor = noon().Add(-20 * time.Minute).Truncate(30 * time.Second)
	golden(t, "heatmap/cursor-80x16", picture(m, 80, 16, c))
	c.ASCII = true
	g := picture(m, 80, 16, c)
	assertASCII(t, g)
	golden(t, "heatmap/ascii-80x16", g)
	f := lines(nil)
	nativeSeries(f, 120, lbl(), func(i, b int) float64 {
		return math.Round(30 * math.Exp(-math.Pow(float64(b)-3.5-2*math.Sin(float64(i)/12), 2)))
	})
	golden(t, "heatmap/native-80x14", shoot(heatOf(spec, f), 80, 14))
	golden(t, "heatmap/series-80x10", shoot(heatOf(boards.Panel{Unit: "percentunit", Queries: []boards.Query{{Legend: "{{mode}}"}}}, modes()), 80, 10))
	golden(t, "heatmap/empty-58x10", shoot(heatOf(boards.Panel{}, &sources.Frame{}), 58, 10))
	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprint(i + 1)
	}
	golden(t, "heatmap/buckets200-80x14", shoot(heatOf(spec, latency(many...)), 80, 14))
}

// values are those of the data at time i, from the top row down.
func (d *heatData) column(i int) string {
	var s []string
	for r := range d.rows {
		s = append(s, fmt.Sprintf("%v..%v %.4g", d.rows[r].lo, d.rows[r].hi, d.rows[r].values[i]))
	}
	return strings.Join(s, ", ")
}

func TestHeatmapMakesDifferencesOfCumulativeBuckets(t *testing.T) {
	// By text "10" comes before "2.5"; the bucket of 2.5 was scraped before one of its observations.
	f := lines([]sources.Labels{lbl("le", "+Inf"), lbl("le", "10"), lbl("le", "2.5"), lbl("le", "0.5")},
		constant(9), constant(7), constant(3), constant(4))
	m := heatOf(boards.Panel{Unit: "s"}, f)
	if got, want := m.data.column(0), "10..+Inf 2, 2.5..10 3, 0.5..2.5 0, 0..0.5 4"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if m.data.clamped != 120 || !strings.Contains(m.Caption(over(m, 80, 20)), "120 negative counts taken as 0") {
		t.Errorf("%d clamped, caption %q", m.data.clamped, m.Caption(over(m, 80, 20)))
	}
	f = lines([]sources.Labels{lbl("le", "1", "svc", "a"), lbl("le", "2", "svc", "a"), lbl("le", "1", "svc", "b"), lbl("le", "2", "svc", "b")},
		constant(1), constant(3), constant(10), constant(10+1e-12))
	m = heatOf(boards.Panel{}, f)
	if got, want := m.data.column(5), "1..2 2, 0..1 11"; got != want || m.data.clamped != 0 || !m.data.open {
		t.Errorf("two histograms: got %s, want %s; %+v", got, want, m.notes)
	}
}

func TestHeatmapOfNativeHistograms(t *testing.T) {
	f := lines(nil)
	h := &sources.Histogram{Buckets: []sources.Bucket{
		{Lower: -2, Upper: -1, Count: 1, Bounds: 1},
		{Lower: -0.001, Upper: 0.001, Count: 2, Bounds: 3},
		{Lower: 0.5, Upper: math.Sqrt2 / 2, Count: 3},
		{Lower: 1, Upper: math.Sqrt2, Count: 4},
	}}
	coarse := &sources.Histogram{Buckets: []sources.Bucket{{Lower: 1, Upper: 2, Count: 5}}}
	f.Series = []sources.Series{{Times: []int64{f.Start, f.Start + f.Step}, Values: []float64{sources.Gap(), sources.Gap()}, Histograms: []*sources.Histogram{h, coarse}}}
	m := heatOf(boards.Panel{}, f)
	// The coarsest schema, 0, is that of all rows.
	if got, want := m.data.column(0), "1..2 4, 0.5..1 3, -1..0.5 2, -2..-1 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := m.data.column(1), "1..2 5, 0.5..1 0, -1..0.5 0, -2..-1 0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !m.data.rows[2].zero {
		t.Error("the zero bucket has no row of its own")
	}
	custom := &sources.Histogram{Buckets: []sources.Bucket{{Lower: math.Inf(-1), Upper: 0.1, Count: 1}, {Lower: 0.3, Upper: 7, Count: 2}, {Lower: 7, Upper: math.Inf(1), Count: 3}}}
	f.Series[0].Histograms = []*sources.Histogram{custom, nil}
	m = heatOf(boards.Panel{}, f)
	if got, want := m.data.column(0), "7..+Inf 3, 0.3..7 2, 0.1..0.3 0, 0..0.1 1"; got != want {
		t.Errorf("custom: got %s, want %s", got, want)
	}
	if v := m.data.rows[0].values[1]; !math.IsNaN(v) {
		t.Errorf("a step without a histogram is %v, want a gap", v)
	}
}

func TestHeatmapQuantiles(t *testing.T) {
	f := lines([]sources.Labels{lbl("le", "1"), lbl("le", "2"), lbl("le", "+Inf")}, constant(10), constant(20), constant(20))
	d := &heatOf(boards.Panel{}, f).data
	q := func(q, want float64, bound int) {
		t.Helper()
		if v, b := d.quantile(q, 0); math.Abs(v-want) > 1e-9 || b != bound {
			t.Errorf("%v: %v, %d, want %v, %d", q, v, b, want, bound)
		}
	}
	q(0.25, 0.5, 0)
	q(0.5, 1, 0)
	q(0.95, 1.9, 0)
	q(1, 2, 0)
	f = lines([]sources.Labels{lbl("le", "1"), lbl("le", "+Inf")}, constant(1), constant(9))
	d = &heatOf(boards.Panel{}, f).data
	q(0.95, 1, 1)
}

func TestHeatmapScales(t *testing.T) {
	f := lines([]sources.Labels{lbl("le", "1"), lbl("le", "2"), lbl("le", "3")}, constant(1), constant(11), constant(111))
	m := heatOf(boards.Panel{}, f)
	tokens := func(m *heatmap) string {
		shoot(m, 60, 12)
		var s []string
		for b := range m.pic.bands {
			s = append(s, fmt.Sprint(m.pic.levels[b*m.pic.w+m.pic.w/2]))
		}
		return strings.Join(s, " ")
	}
	if got := tokens(m); got != "11 7 2" {
		t.Errorf("log: %s", got)
	}
	if !m.Key(press("o"), at3()) || m.Spec().Heatmap.Scale != "linear" {
		t.Error("o does not switch the scale")
	}
	if got := tokens(m); got != "11 3 2" {
		t.Errorf("linear: %s", got)
	}
	if heatToken(2) != themes.Heat(0) || heatToken(11) != themes.Heat(1) {
		t.Error("the ends of the ramp are not those of the theme")
	}
	seen := map[rune]bool{}
	for l := uint8(0); l <= heatTop; l++ {
		if seen[heatRune(l, true)] {
			t.Errorf("level %d has no character of its own", l)
		}
		seen[heatRune(l, true)] = true
	}
}

// A window that is still being read must not change how wide the plot is.
func TestHeatmapStaysAsWideWhileANewWindowIsRead(t *testing.T) {
	f := lines([]sources.Labels{lbl("a", "a name of some length"), lbl("a", "b")}, constant(1))
	m := heatOf(boards.Panel{}, f)
	before := m.Plot(100, 20)
	m.SetResult(0, &poll.Result{State: poll.Loading})
	if got := m.Plot(100, 20); got != before || before > 100-21-heatCounts {
		t.Errorf("%d columns, then %d", before, got)
	}
}

// Where a row less at the foot is enough, buckets are not merged.
func TestHeatmapGivesUpARowOfTheFootForItsBuckets(t *testing.T) {
	m := heatOf(boards.Panel{Unit: "s"}, latency(defaultBounds()...))
	shoot(m, 80, 14)
	if m.pic.per != 1 || m.pic.bands != 12 {
		t.Errorf("%d bands of %d", m.pic.bands, m.pic.per)
	}
	shoot(m, 80, 13)
	if c := m.Caption(over(m, 80, 13)); m.pic.per != 2 || !strings.Contains(c, "2 buckets a row") {
		t.Errorf("%d bands of %d, caption %q", m.pic.bands, m.pic.per, c)
	}
}

func TestHeatmapScrollsSeries(t *testing.T) {
	m := heatOf(boards.Panel{Unit: "percent"}, percents(34))
	c := over(m, 80, 14)
	c.Focused = true
	picture(m, 80, 14, c)
	if got := m.Caption(c); got != "1-11 of 34 series" {
		t.Errorf("caption %q", got)
	}
	if !m.Wheel(100, c) || m.Wheel(1, c) {
		t.Error("it scrolls to the end")
	}
	picture(m, 80, 14, c)
	if got := m.Caption(c); got != "24-34 of 34 series" || m.labels[len(m.labels)-1] != "33" {
		t.Errorf("caption %q, rows %v", got, m.labels)
	}
}

func TestHeatmapGapsStayGaps(t *testing.T) {
	m := heatOf(boards.Panel{Unit: "s"}, latency(defaultBounds()...))
	c := over(m, 80, 16)
	shoot(m, 80, 16)
	x, ok := c.Window.Column(time.UnixMilli(m.data.times[63]))
	for b := range m.pic.bands {
		if l := m.pic.levels[b*m.pic.w+x]; !ok || l != heatGap {
			t.Errorf("band %d is %d in the gap", b, l)
		}
	}
	at, ok := m.Snap(time.UnixMilli(m.data.times[63]), 1)
	if !ok || at.UnixMilli() != m.data.times[66] {
		t.Errorf("snapped to %v", at)
	}
	if at, ok = m.Snap(time.UnixMilli(m.data.times[63]), -1); !ok || at.UnixMilli() != m.data.times[59] {
		t.Errorf("snapped to %v", at)
	}
}

func TestHeatmapSurvivesAnything(t *testing.T) {
	spec := func() *boards.Panel {
		return &boards.Panel{Kind: boards.KindHeatmap, Title: "x", Unit: "s", Queries: []boards.Query{{Expr: "x"}}}
	}
	for _, f := range nastyFrames() {
		torture(t, spec(), okResult(f))
	}
	one := latency("+Inf")
	torture(t, spec(), okResult(one))
	torture(t, spec(), okResult(latency("x", "", "NaN", "-Inf", "1", "1.0", "1e308", "-5")))
	torture(t, spec(), okResult(&sources.Frame{Series: []sources.Series{{Histograms: []*sources.Histogram{}}}}))
}

// randomFrame is an answer of any shape with odd numbers.
func randomFrame(r *rand.Rand) *sources.Frame {
	odd := append(oddValues(), 1, 2, 3, 0.1)
	value := func() float64 {
		if r.IntN(3) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return math.Exp(r.NormFloat64() * 4)
	}
	f := lines(nil)
	for range r.IntN(12) {
		s := sources.Series{Labels: lbl("le", fmt.Sprint(value()))}
		if r.IntN(4) == 0 {
			s.Labels = lbl("a", fmt.Sprint(r.IntN(4)))
		}
		native := r.IntN(3) == 0
		for i := range r.IntN(120) {
			s.Times = append(s.Times, f.Start+int64(i)*f.Step/int64(1+r.IntN(2)))
			if !native {
				s.Values = append(s.Values, value())
				continue
			}
			s.Values = append(s.Values, sources.Gap())
			h := &sources.Histogram{}
			for range r.IntN(8) {
				h.Buckets = append(h.Buckets, sources.Bucket{Lower: value(), Upper: value(), Count: value()})
			}
			s.Histograms = append(s.Histograms, h)
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// Whatever the data and the size: no panic, and nothing outside of the region.
func FuzzHeatmapDraw(f *testing.F) {
	for i := range 60 {
		f.Add(uint64(i), uint16(i*3), uint16(i%37))
	}
	f.Fuzz(func(t *testing.T, seed uint64, w, h uint16) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := heatOf(boards.Panel{Unit: []string{"s", "bytes", "", "dateTimeAsIso"}[r.IntN(4)]}, randomFrame(r), randomFrame(r))
		c := over(m, int(w%300), int(h%80))
		if c.ASCII = r.IntN(2) == 0; r.IntN(2) == 0 {
			c.Cursor = noon().Add(-time.Duration(r.IntN(3600)) * time.Second)
		}
		_, _, _ = m.Caption(c), m.Help(), m.PlotX(int(w%300), int(h%80))
		inside(t, m, int(w%300), int(h%80), c)
	})
}

// inside draws p in the middle of a grid and fails if anything around it changed.
func inside(t *testing.T, p Panel, w, h int, c Context) {
	t.Helper()
	g := screen.NewGrid(w+4, h+4)
	g.All().Fill('~', screen.On(themes.Default))
	r := g.All().Sub(2, 2, w, h)
	r.Fill(' ', screen.On(themes.Default))
	p.Draw(r, c)
	for y, line := range strings.Split(strings.TrimSuffix(g.String(), "\n"), "\n") {
		edge := strings.HasPrefix(line, "~~") && strings.HasSuffix(line, "~~")
		if y < 2 || y >= h+2 {
			edge = line == strings.Repeat("~", w+4)
		}
		if n := screen.Width(line); !edge || n != w+4 {
			t.Fatalf("row %d, %d columns: %q", y, n, line)
		}
	}
}

func BenchmarkHeatmap(b *testing.B) {
	bounds := make([]string, 40)
	for i := range bounds {
		bounds[i] = fmt.Sprint(i + 1)
	}
	answers := []*sources.Frame{latency(bounds...), latency(bounds...)}
	m := heatOf(boards.Panel{Unit: "s"}, answers[0])
	g := screen.NewGrid(218, 43) // 40 rows of 200 columns
	c := over(m, 218, 43)
	b.Run("redraw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Draw(g.All(), c)
		}
	})
	b.Run("window", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Window.Start = c.Window.Start.Add(c.Window.Cell)
			c.Window.End = c.Window.End.Add(c.Window.Cell)
			if c.Window.Start.After(noon()) {
				c = over(m, 218, 43)
			}
			m.Draw(g.All(), c)
		}
	})
	b.Run("answer", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			m.SetResult(0, okResult(answers[i%2]))
			m.Draw(g.All(), c)
		}
	})
}

// A picture that stays costs the texts of its foot only.
func TestHeatmapRedrawAllocatesLittle(t *testing.T) {
	m := heatOf(boards.Panel{Unit: "s"}, latency(defaultBounds()...))
	g := screen.NewGrid(200, 40)
	c := over(m, 200, 40)
	m.Draw(g.All(), c)
	if n := testing.AllocsPerRun(20, func() { m.Draw(g.All(), c) }); n > 6 {
		t.Errorf("%v allocations, at most 6", n)
	}
}
