package panels

import (
	"math"
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/ui/boards"
)

func logGraph(frames ...*sources.Frame) *graph {
	return graphOf(boards.Panel{Title: "Latency", Unit: "s", Graph: boards.GraphOptions{Log: true}}, frames...)
}

func TestGraphLogGoldens(t *testing.T) {
	f := lines([]sources.Labels{lbl("q", "p50"), lbl("q", "p99")},
		func(i int) float64 { return 0.004 * math.Exp(float64(i%60)/30) },
		func(i int) float64 { return 0.05 * math.Exp(float64(i)/25) })
	golden(t, "graph/log-58x14", shoot(logGraph(f), 58, 14))
	golden(t, "graph/log-40x6", shoot(logGraph(f), 40, 6))
	few := lines([]sources.Labels{lbl()}, wave(3, 40))
	golden(t, "graph/log125-58x12", shoot(logGraph(few), 58, 12))
	g := logGraph(f)
	low, high := 0.01, 1.0
	g.spec.Min, g.spec.Max = &low, &high
	golden(t, "graph/log-limits-58x12", shoot(g, 58, 12))
}

func TestGraphLogSaysWhatItLeavesOut(t *testing.T) {
	f := lines([]sources.Labels{lbl("a", "1"), lbl("a", "2")}, func(i int) float64 { return float64(i - 10) }, constant(5))
	g := logGraph(f)
	if c := g.Caption(over(g, 58, 12)); !strings.Contains(c, "log, 11 values of 0 or less left out") {
		t.Errorf("caption %q", c)
	}
	shoot(g, 58, 12)
	if g.axis.Lo != 1 || g.axis.Hi < 109 {
		t.Errorf("axis %v to %v", g.axis.Lo, g.axis.Hi)
	}
	g = logGraph(lines([]sources.Labels{lbl()}, constant(5)))
	if c := g.Caption(over(g, 58, 12)); c != "5.00 s, log" {
		t.Errorf("caption %q", c)
	}
}

func TestGraphLogSurvivesAnything(t *testing.T) {
	for _, f := range nastyFrames() {
		for _, style := range []string{"line", "area", "bars", "points"} {
			torture(t, &boards.Panel{
				Kind: boards.KindGraph, Title: "x", Queries: []boards.Query{{Expr: "x"}}, Thresholds: warnCrit(-1, 4),
				Graph: boards.GraphOptions{Log: true, Style: style},
			}, okResult(f))
		}
	}
	torture(t, &boards.Panel{Kind: boards.KindGraph, Queries: []boards.Query{{Expr: "x"}}, Graph: boards.GraphOptions{Log: true}},
		okResult(lines([]sources.Labels{lbl()}, constant(-1))))
}
