package panels

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

func splitSpec() boards.Panel {
	return boards.Panel{
		Kind: boards.KindGraph, Title: "Requests", Unit: "reqps", Queries: []boards.Query{{Expr: "x"}},
		Graph: boards.GraphOptions{Split: "svc"},
	}
}

func splitOf(spec boards.Panel, frames ...*sources.Frame) *split {
	for len(spec.Queries) < len(frames) {
		spec.Queries = append(spec.Queries, boards.Query{Expr: "x"})
	}
	s := New(&spec).(*split)
	for i, f := range frames {
		s.SetResult(i, okResult(f))
	}
	return s
}

// services is n services, the i-th with values up to 10 i.
func services(n int) *sources.Frame {
	var l []sources.Labels
	var v []func(int) float64
	for i := range n {
		l = append(l, lbl("svc", fmt.Sprintf("svc%02d", i)))
		v = append(v, wave(float64(i), 10*float64(i)))
	}
	return lines(l, v...)
}

func shootSplit(s *split, w, h int) (c Context) {
	c = over(s, w, h)
	picture(s, w, h, c)
	return c
}

func TestSplitGoldens(t *testing.T) {
	for _, size := range [][2]int{{30, 6}, {80, 20}, {120, 30}} {
		golden(t, fmt.Sprintf("graph/split-%dx%d", size[0], size[1]), shoot(splitOf(splitSpec(), services(9)), size[0], size[1]))
	}
	s := splitOf(splitSpec(), services(3))
	c := over(s, 80, 14)
	c.ASCII, c.Cursor = true, noon().Truncate(30*time.Second).Add(-20*time.Minute)
	g := picture(s, 80, 14, c)
	assertASCII(t, g)
	golden(t, "graph/split-ascii-80x14", g)
}

func TestSplitHasOneScaleAndTheGreatestFirst(t *testing.T) {
	s := splitOf(splitSpec(), services(9))
	c := shootSplit(s, 80, 20)
	for i, part := range s.view {
		if want := fmt.Sprintf("svc%02d", 8-i); part.value != want {
			t.Errorf("graph %d is of %s, want %s", i, part.value, want)
		}
	}
	for _, part := range s.view[:4] {
		if a := part.graph.axis; a.Lo != 0 || a.Hi < 79 {
			t.Errorf("%s: axis %v to %v", part.value, a.Lo, a.Hi)
		}
	}
	if got := s.Caption(c); got != "6 of 9 by svc" {
		t.Errorf("caption %q", got)
	}
	c.Focused = true
	for row := 1; s.Wheel(3, c); row++ {
		if s.scroll != row || row > 2 {
			t.Fatalf("scrolled to row %d, want %d of 2", s.scroll, row)
		}
	}
	if got := s.Caption(c); s.scroll != 2 || got != "5 of 9 by svc" {
		t.Errorf("row %d, caption %q", s.scroll, got)
	}
	if n, all := s.Filter("SVC07"); n != 1 || all != 9 {
		t.Errorf("%d of %d", n, all)
	}
	if s.Filter(""); len(s.view) != 9 {
		t.Error("the filter stays")
	}
	// While somebody reads nothing changes places.
	f := services(9)
	for i := range f.Series[0].Values {
		f.Series[0].Values[i] = 1000
	}
	s.SetResult(0, okResult(f))
	picture(s, 80, 20, c)
	if s.view[0].value != "svc08" || s.view[0].graph.axis.Hi < 1000 {
		t.Errorf("first is %s on a scale to %v", s.view[0].value, s.view[0].graph.axis.Hi)
	}
	c.Focused = false
	if picture(s, 80, 20, c); s.view[0].value != "svc00" {
		t.Errorf("first is %s", s.view[0].value)
	}
	s.SetResult(0, okResult(services(2)))
	if picture(s, 80, 20, c); len(s.view) != 2 {
		t.Errorf("%d graphs of 2 values", len(s.view))
	}
}

// Its plot is as wide as there are graphs beside each other; a window that is
// still being read must not change that, or it would never settle.
func TestSplitStaysWhileANewWindowIsRead(t *testing.T) {
	s := splitOf(splitSpec(), services(9))
	before := s.Plot(120, 30)
	s.SetResult(0, &poll.Result{State: poll.Loading})
	if got := s.Plot(120, 30); got != before || len(s.view) != 9 {
		t.Errorf("plot of %d columns and %d graphs, want %d and 9", got, len(s.view), before)
	}
	s.SetResult(0, okResult(&sources.Frame{}))
	if len(s.view) != 0 {
		t.Errorf("%d graphs of an empty answer", len(s.view))
	}
}

// A panel that has the focus from the start is in order too.
func TestSplitSortsOnceAllIsThere(t *testing.T) {
	spec := splitSpec()
	spec.Queries = []boards.Query{{Expr: "x"}, {Expr: "y"}}
	s := splitOf(spec, services(3))
	c := over(s, 120, 30)
	c.Focused = true
	picture(s, 120, 30, c)
	f := services(3)
	for i := range f.Series[0].Values {
		f.Series[0].Values[i] = 1000
	}
	s.SetResult(1, okResult(f))
	if picture(s, 120, 30, c); s.view[0].value != "svc00" {
		t.Errorf("first is %s", s.view[0].value)
	}
}

func TestSplitJoinsQueriesByTheLabel(t *testing.T) {
	spec := splitSpec()
	spec.Queries = []boards.Query{{Expr: "x", Legend: "p50"}, {Expr: "y", Legend: "p95"}}
	s := splitOf(spec, services(2), services(3))
	shootSplit(s, 80, 20)
	for _, part := range s.view {
		want := 2
		if part.value == "svc02" {
			want = 1
		}
		if len(part.graph.lines) != want {
			t.Errorf("%s has %d lines, want %d", part.value, len(part.graph.lines), want)
		}
	}
}

func TestSplitStacksHaveOneScale(t *testing.T) {
	spec := splitSpec()
	spec.Graph.Stack = true
	f := lines([]sources.Labels{lbl("svc", "a", "code", "200"), lbl("svc", "a", "code", "500"), lbl("svc", "b", "code", "200")},
		constant(60), constant(30), constant(5))
	s := splitOf(spec, f)
	shootSplit(s, 80, 20)
	for _, part := range s.view {
		if a := part.graph.axis; a.Hi < 90 || a.Hi > 120 {
			t.Errorf("%s: axis to %v", part.value, a.Hi)
		}
	}
}

func TestSplitSurvivesAnything(t *testing.T) {
	for _, f := range nastyFrames() {
		spec := splitSpec()
		spec.Graph.Split = "x"
		torture(t, &spec, okResult(f))
		spec.Graph.Log = true
		torture(t, &spec, okResult(f))
		spec.Graph.Log, spec.Graph.Stack = false, true
		torture(t, &spec, okResult(f))
	}
}

func FuzzSplitDraw(f *testing.F) {
	for i := range 30 {
		f.Add(uint64(i), uint16(i*7), uint16(i%37))
	}
	f.Fuzz(func(t *testing.T, seed uint64, w, h uint16) {
		r := rand.New(rand.NewPCG(seed, 1))
		spec := splitSpec()
		spec.Graph.Split = []string{"le", "a"}[r.IntN(2)]
		spec.Graph.Log = r.IntN(2) == 0
		s := splitOf(spec, randomFrame(r), randomFrame(r))
		c := over(s, int(w%300), int(h%80))
		_, _ = s.Caption(c), s.Help()
		inside(t, s, int(w%300), int(h%80), c)
	})
}

// A picture that does not change costs little.
func BenchmarkSplit(b *testing.B) {
	s := splitOf(splitSpec(), services(9))
	g := screen.NewGrid(120, 30)
	c := over(s, 120, 30)
	b.ReportAllocs()
	for b.Loop() {
		s.Draw(g.All(), c)
	}
}

func TestSplitWithoutTheLabelSaysSo(t *testing.T) {
	s := splitOf(splitSpec(), lines([]sources.Labels{lbl("job", "x")}, constant(1)))
	if text := plain(t, shoot(s, 60, 10)); !strings.Contains(text, "no svc") {
		t.Error(text)
	}
}
