package panels

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

func limitsSpec() *boards.Panel {
	return &boards.Panel{Kind: boards.KindLimits, Queries: []boards.Query{
		{Expr: "fs", Name: "disk", Unit: "percentunit", Thresholds: warnCrit(0.85, 0.95), Hint: "delete or move something: du -xh / | sort -h"},
		{Expr: "mem", Name: "memory", Unit: "percentunit", Thresholds: warnCrit(0.9, 0.97), Hint: "see the processes by memory (2)"},
		{Expr: "full", Name: "time to full", Unit: "s", Thresholds: []boards.Threshold{{At: 86400, Below: true, Level: boards.LevelWarning}, {At: 14400, Below: true, Level: boards.LevelCritical}}},
		{Expr: "failed", Name: "failed units", Unit: "short", Thresholds: []boards.Threshold{{At: 1, Level: boards.LevelWarning}}, Hint: "systemctl --failed"},
	}}
}

func limitsPanel(disk, mem, left, failed float64) Panel {
	p := New(limitsSpec())
	p.SetResult(0, okResult(vector(lbl("mountpoint", "/", "fstype", "ext4"), disk, lbl("mountpoint", "/var", "fstype", "ext4"), 0.5)))
	p.SetResult(1, okResult(vector(lbl(), mem)))
	p.SetResult(2, okResult(vector(lbl("mountpoint", "/"), left)))
	p.SetResult(3, okResult(vector(lbl(), failed)))
	return p
}

func TestLimits(t *testing.T) {
	for _, size := range [][2]int{{40, 3}, {80, 4}, {120, 6}, {24, 2}, {80, 1}} {
		name := fmt.Sprintf("%dx%d", size[0], size[1])
		golden(t, "limits/trouble-"+name, picture(limitsPanel(0.96, 0.75, 40000, 0), size[0], size[1], at3()))
		golden(t, "limits/calm-"+name, picture(limitsPanel(0.603, 0.42, math.Inf(1), 0), size[0], size[1], at3()))
	}
	c := at3()
	c.ASCII = true
	g := picture(limitsPanel(0.96, 0.75, 40000, 2), 100, 5, c)
	golden(t, "limits/trouble-100x5-ascii", g)
	assertASCII(t, g)
}

func TestLimitsCaption(t *testing.T) {
	f := func(p Panel, h int, want string) {
		t.Helper()
		p.Plot(80, h)
		if got := p.Caption(at3()); got != want {
			t.Errorf("caption = %q, want %q", got, want)
		}
	}
	f(limitsPanel(0.5, 0.5, math.Inf(1), 0), 3, "5 checked")
	f(limitsPanel(0.96, 0.75, 40000, 0), 3, "1 critical, 1 warning, 1 near of 5")
	f(limitsPanel(0.96, 0.75, math.NaN(), 0), 3, "1 critical, 1 near of 5, 1 not measured")
	f(limitsPanel(0.96, 0.75, 40000, 0), 0, "disk / 96.0 % ≥ 95 %")
	f(New(limitsSpec()), 3, "0 checked")
}

func TestLimitsSayWhatIsMissing(t *testing.T) {
	golden(t, "limits/nothing-60x2", picture(New(limitsSpec()), 60, 2, at3()))
	nan := math.NaN()
	golden(t, "limits/unmeasured-60x6", picture(func() Panel {
		p := New(limitsSpec())
		p.SetResult(1, okResult(vector(lbl(), nan)))
		return p
	}(), 60, 6, at3()))
}

func TestLimitsDoNotJump(t *testing.T) {
	p := limitsPanel(0.75, 0.78, math.Inf(1), 0) // 0.882 and 0.867 of the way
	first := plain(t, picture(p, 80, 2, at3()))
	p.SetResult(1, okResult(vector(lbl(), 0.80))) // now 0.889: not enough to change places
	second := plain(t, picture(p, 80, 2, at3()))
	if !strings.HasPrefix(first, "~  near     disk /") || !strings.HasPrefix(second, "~  near     disk /") {
		t.Errorf("rows jumped:\n%s%s", first, second)
	}
	p.SetResult(1, okResult(vector(lbl(), 0.91))) // a limit passed does
	if third := plain(t, picture(p, 80, 2, at3())); !strings.HasPrefix(third, "!  warning  memory") {
		t.Errorf("a warning is not on top:\n%s", third)
	}
}

func TestLimitsSurviveHostileData(t *testing.T) {
	for _, f := range nastyFrames() {
		spec := limitsSpec()
		spec.Queries[0].Name, spec.Queries[1].Hint = nasty()[0]+nasty()[7], nasty()[5]
		spec.Queries[2].Thresholds = []boards.Threshold{{At: math.NaN(), Level: boards.LevelCritical}, {At: math.Inf(1), Level: boards.LevelWarning}, {At: 0, Below: true, Level: "x"}, {At: -1e300, Below: true, Level: boards.LevelWarning}}
		torture(t, spec, okResult(f), okResult(f), okResult(f), &poll.Result{State: poll.Failed})
	}
}

func BenchmarkLimits(b *testing.B) {
	p := New(limitsSpec())
	var frames [2]*sources.Frame
	for k := range frames {
		frames[k] = &sources.Frame{Kind: sources.Vector}
		for i := range 100 {
			frames[k].Series = append(frames[k].Series, sources.Series{Labels: lbl("mountpoint", fmt.Sprint("/mnt/", i)), Times: []int64{1}, Values: []float64{float64((i*37+k)%101) / 100}})
		}
	}
	benchmarkPanel(b, p, okResult(frames[0]), okResult(frames[1]))
}
