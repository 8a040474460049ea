package ui

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/screen"
)

// wall is a board of n graphs, four in a row.
func wall(n int) *boards.Board {
	b := &boards.Board{Name: "wall", Title: "wall"}
	for i := range n {
		if i%4 == 0 {
			b.Rows = append(b.Rows, boards.Row{})
		}
		row := &b.Rows[len(b.Rows)-1]
		row.Panels = append(row.Panels, boards.Panel{
			ID: fmt.Sprint(i), Title: fmt.Sprint("Panel ", i), Kind: boards.KindGraph, Unit: "percent",
			Span: 3, MinWidth: 20, Height: 14, MinHeight: 5, Priority: 1,
			Queries: []boards.Query{{Expr: fmt.Sprint("m", i), Legend: "{{s}}"}},
		})
	}
	return b
}

// waves is a result of n series over the window of m's charts, shifted by phase.
func waves(m *Model, p *panelView, n, phase int, version uint64) *poll.Result {
	w := m.window(p, p.panel.Plot(p.place.W, p.place.H-1))
	f := &sources.Frame{Source: "fake", Start: w.Start.UnixMilli(), End: w.End.UnixMilli(), Step: w.Step.Milliseconds()}
	var times []int64
	for t := f.Start; t <= f.End; t += f.Step {
		times = append(times, t)
	}
	for s := range n {
		v := make([]float64, len(times))
		for i := range v {
			v[i] = 50 + 40*math.Sin(float64(i+phase+s*9)/11)*math.Cos(float64(s))
		}
		f.Series = append(f.Series, sources.Series{Labels: sources.NewLabels("s", fmt.Sprint("series-", s)), Times: times, Values: v})
	}
	return &poll.Result{Source: "fake", State: poll.OK, Frame: f, At: m.now(), Version: version}
}

func benchModel(tb testing.TB, panels int) *Model {
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	p := poll.New(poll.Options{Clock: poll.WallClock(func() time.Time { return now })})
	tb.Cleanup(p.Close)
	src := &fakeSource{hang: true, block: make(chan struct{})} // the benchmark delivers
	tb.Cleanup(func() { close(src.block) })
	m, err := New(Options{
		Sources: []sources.Source{src}, Poller: p, Boards: []*boards.Board{wall(panels)}, Keys: keys.Default(),
		Zone: time.UTC, Clock: func() time.Time { return now }, Profile: colorprofile.TrueColor, Dark: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// The budget: 16 panels of 5 series at 240x60, all new, drawn and encoded as a
// difference: 2 ms and 50 allocations.
func BenchmarkScreen(b *testing.B) {
	m := benchModel(b, 16)
	m.Resize(240, 60)
	g := screen.NewGrid(240, 60)
	m.Frame(g)
	var results [8][]*poll.Result
	for k := range results {
		for _, p := range m.view().panels {
			results[k] = append(results[k], waves(m, p, 5, k, uint64(k)))
		}
	}
	rec := screen.NewRecorder(themes.NewPalette(themes.DarkTheme(), colorprofile.TrueColor))
	sent := 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		for k, p := range m.view().panels {
			p.set(0, results[i%len(results)][k])
		}
		m.Frame(g)
		sent += len(rec.Next(g))
	}
	b.ReportMetric(float64(sent)/float64(b.N), "bytes/frame")
}

// A key with 500 series of 720 points in one graph: drawn anew within 50 ms.
func BenchmarkBigGraph(b *testing.B) {
	m := benchModel(b, 1)
	m.Resize(240, 60)
	g := screen.NewGrid(240, 60)
	m.Frame(g)
	p := m.view().panels[0]
	r := waves(m, p, 500, 0, 1)
	f := *r.Frame
	f.Step = (f.End - f.Start) / 719
	times := make([]int64, 720)
	for i := range times {
		times[i] = f.Start + int64(i)*f.Step
	}
	for s := range f.Series {
		v := make([]float64, 720)
		for i := range v {
			v[i] = float64(s) + 40*math.Sin(float64(i+s*9)/31)
		}
		f.Series[s].Times, f.Series[s].Values = times, v
	}
	r.Frame = &f
	p.set(0, r)
	b.ReportAllocs()
	for b.Loop() {
		p.drawn = drawKey{}
		before := p.panel.Version()
		p.panel.Key(keyOf("n"), m.contextOf(p)) // highlight the next series; the poller of this model has no data to keep
		if p.panel.Version() == before {
			b.Fatal("the key changes nothing")
		}
		m.Frame(g)
	}
}

// Nothing changed: what an idle second costs.
func BenchmarkIdleFrame(b *testing.B) {
	m := benchModel(b, 16)
	m.Resize(240, 60)
	g := screen.NewGrid(240, 60)
	m.Frame(g)
	rec := screen.NewRecorder(themes.NewPalette(themes.DarkTheme(), colorprofile.TrueColor))
	rec.Next(g)
	b.ReportAllocs()
	for b.Loop() {
		m.Frame(g)
		rec.Next(g)
	}
}
