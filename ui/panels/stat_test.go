package panels

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// loadPanel is a stat of three queries, the second past its warning.
func loadPanel() Panel {
	p := New(&boards.Panel{
		Kind: boards.KindStat, Unit: "short", Thresholds: warnCrit(4, 8),
		Queries: []boards.Query{{Expr: "node_load1", Name: "load 1m"}, {Expr: "node_load5", Name: "load 5m"}, {Expr: "node_load15", Name: "load 15m"}},
	})
	p.SetResult(0, okResult(lines([]sources.Labels{lbl("__name__", "node_load1")}, wave(0.2, 9.3))))
	p.SetResult(1, okResult(lines([]sources.Labels{lbl("__name__", "node_load5")}, constant(5.25))))
	p.SetResult(2, okResult(lines([]sources.Labels{lbl("__name__", "node_load15")}, wave(0.9, 2.5))))
	return p
}

func TestStat(t *testing.T) {
	for _, size := range [][2]int{{40, 1}, {40, 3}, {80, 1}, {80, 3}, {26, 3}, {120, 4}} {
		for _, ascii := range []bool{false, true} {
			c := at3()
			c.ASCII = ascii
			name := fmt.Sprintf("stat/load-%dx%d", size[0], size[1])
			if ascii {
				name += "-ascii"
			}
			g := picture(loadPanel(), size[0], size[1], c)
			golden(t, name, g)
			if ascii {
				assertASCII(t, g)
			}
		}
	}
}

func TestStatOfOneSeriesUsesTheRoomBelow(t *testing.T) {
	p := New(&boards.Panel{Kind: boards.KindStat, Unit: "percent", Queries: []boards.Query{{Expr: "x"}}})
	p.SetResult(0, okResult(lines([]sources.Labels{nil}, wave(2, 31))))
	golden(t, "stat/one-40x1", picture(p, 40, 1, at3()))
	golden(t, "stat/one-40x4", picture(p, 40, 4, at3()))
}

func TestStatShowsTheValueAtTheCursor(t *testing.T) {
	p := New(&boards.Panel{Kind: boards.KindStat, Queries: []boards.Query{{Expr: "x", Name: "steps"}}})
	p.SetResult(0, okResult(lines([]sources.Labels{nil}, func(i int) float64 { return float64(i) })))
	c := at3()
	c.Cursor = time.UnixMilli(lines(nil).Start).Add(7*30*time.Second + 3*time.Second)
	golden(t, "stat/cursor-30x1", picture(p, 30, 1, c))
	if got := p.Caption(c); got != "at 02:16:03" {
		t.Errorf("caption = %q", got)
	}
	p.Plot(30, 0)
	if got := p.Caption(at3()); got != "119" {
		t.Errorf("caption without a body = %q", got)
	}
}

func TestStatWithoutValues(t *testing.T) {
	p := New(&boards.Panel{Kind: boards.KindStat, Queries: []boards.Query{{Expr: "x", Name: "temp"}, {Expr: "y", Name: "text"}}})
	p.SetResult(0, okResult(lines([]sources.Labels{lbl("a", "1"), lbl("a", "2")}, constant(sources.Gap()))))
	p.SetResult(1, okResult(&sources.Frame{Kind: sources.String, Text: "6.12.1-amd64"}))
	golden(t, "stat/novalue-30x2", picture(p, 30, 2, at3()))
}

func TestAValueThatTicksMovesNothing(t *testing.T) {
	p := New(&boards.Panel{Kind: boards.KindStat, Unit: "percent", Queries: []boards.Query{{Name: "a"}, {Name: "b"}}})
	p.SetResult(1, okResult(vector(lbl(), 12.0)))
	set := func(v float64) string {
		p.SetResult(0, okResult(vector(lbl(), v)))
		return plain(t, picture(p, 40, 2, at3()))
	}
	set(100)
	a, b := set(99.5), set(3.1)
	for i := range a {
		fixed := func(c byte) bool { return (c < '0' || c > '9') && c != '.' && c != ' ' }
		if a[i] != b[i] && (fixed(a[i]) || fixed(b[i])) {
			t.Fatalf("a ticking value moved others:\n%s%s", a, b)
		}
	}
}

// A number that does not fit is written shorter or as "#"; a cut one would be a wrong one.
func TestNumbersAreNeverCut(t *testing.T) {
	for _, kind := range []boards.Kind{boards.KindStat, boards.KindGauge, boards.KindBars} {
		for w := 1; w < 14; w++ {
			p := New(&boards.Panel{Kind: kind, Unit: "none", Queries: []boards.Query{{Name: "n"}}})
			p.SetResult(0, okResult(vector(lbl(), 7654321.0)))
			s := strings.Fields(plain(t, picture(p, w, 1, at3())))
			for _, word := range s {
				if strings.ContainsAny(word, "765432") && word != "7654321" {
					t.Errorf("%s %d wide shows %q", kind, w, word)
				}
			}
		}
	}
}

func TestGauge(t *testing.T) {
	full := 16.0 * (1 << 30)
	spec := &boards.Panel{Kind: boards.KindGauge, Unit: "percentunit", Queries: []boards.Query{
		{Expr: "disk", Legend: "{{mountpoint}}", Thresholds: warnCrit(0.85, 0.95)},
		{Expr: "mem", Name: "memory"},
		{Expr: "free", Name: "free", Unit: "bytes", Thresholds: []boards.Threshold{{At: 2 << 30, Below: true, Level: boards.LevelWarning}}},
	}}
	make3 := func() Panel {
		p := New(spec)
		p.SetResult(0, okResult(vector(lbl("mountpoint", "/"), 0.712, lbl("mountpoint", "/var/lib/postgresql"), 0.962, lbl("mountpoint", "/home"), 0.871)))
		p.SetResult(1, okResult(vector(lbl(), 0.433)))
		p.SetResult(2, okResult(vector(lbl(), full/10)))
		return p
	}
	for _, size := range [][2]int{{30, 2}, {40, 5}, {80, 5}, {120, 3}, {16, 5}} {
		golden(t, fmt.Sprintf("gauge/disks-%dx%d", size[0], size[1]), picture(make3(), size[0], size[1], at3()))
	}
	c := at3()
	c.ASCII = true
	g := picture(make3(), 60, 5, c)
	golden(t, "gauge/disks-60x5-ascii", g)
	assertASCII(t, g)
}

// cores is a frame of n cores, each a little busier than the one before.
func cores(n int) *sources.Frame {
	f := &sources.Frame{Kind: sources.Vector}
	for i := range n {
		f.Series = append(f.Series, sources.Series{
			Labels: lbl("cpu", fmt.Sprint(i)), Times: []int64{noon().UnixMilli()}, Values: []float64{float64((i*37)%101) / 100},
		})
	}
	return f
}

func TestBars(t *testing.T) {
	spec := &boards.Panel{Kind: boards.KindBars, Unit: "percentunit", Sort: "name", Queries: []boards.Query{{Expr: "c"}}}
	for _, k := range []struct{ n, w, h int }{{4, 40, 4}, {8, 40, 4}, {64, 80, 8}, {64, 40, 4}, {2, 12, 2}, {16, 26, 4}, {128, 200, 16}} {
		p := New(spec)
		p.SetResult(0, okResult(cores(k.n)))
		p.Plot(k.w, k.h)
		golden(t, fmt.Sprintf("bars/cores%d-%dx%d", k.n, k.w, k.h), picture(p, k.w, k.h, at3()))
		if k.n == 64 {
			if got, want := p.Caption(at3()), "most 30: 100 %"; got != want {
				t.Errorf("caption = %q, want %q", got, want)
			}
		}
	}
}

func TestBarsSortAndCount(t *testing.T) {
	spec := &boards.Panel{Kind: boards.KindBars, Unit: "Bps", Thresholds: warnCrit(5e6, 9e6), Queries: []boards.Query{{Expr: "c", Legend: "{{device}}"}}}
	p := New(spec)
	p.SetResult(0, okResult(vector(lbl("device", "eth0"), 4.2e6, lbl("device", "eth1"), 9.4e6, lbl("device", "eth10"), 0.0, lbl("device", "lo"), 1.2e3, lbl("device", "wlan0"), 5.5e6)))
	p.Plot(50, 5)
	golden(t, "bars/devices-50x5", picture(p, 50, 5, at3()))
	if got := p.Caption(at3()); got != "" {
		t.Errorf("all seen: caption = %q", got)
	}
	p.Plot(30, 2)
	if got := p.Caption(at3()); got != "2 of 5" {
		t.Errorf("caption = %q", got)
	}
	v := p.Version()
	if !p.Key(press("end"), at3()) || p.Version() == v {
		t.Error("end did not scroll")
	}
	golden(t, "bars/devices-30x2-end", picture(p, 30, 2, at3()))
	p.Key(press("o"), at3())
	golden(t, "bars/devices-50x5-name", picture(p, 50, 5, at3()))
	c := at3()
	c.ASCII = true
	golden(t, "bars/devices-50x5-ascii", picture(p, 50, 5, c))
}

func TestBarsLeaveEndedSeriesOut(t *testing.T) {
	spec := &boards.Panel{Kind: boards.KindBars, Queries: []boards.Query{{Expr: "c", Legend: "{{p}}"}}}
	p := New(spec)
	ends := func(i int) float64 {
		if i > 100 {
			return sources.Gap()
		}
		return 5
	}
	p.SetResult(0, okResult(lines([]sources.Labels{lbl("p", "gone"), lbl("p", "here")}, ends, constant(3))))
	p.Plot(30, 3)
	if got := p.Caption(at3()); got != "1 ended" {
		t.Errorf("caption = %q", got)
	}
	golden(t, "bars/ended-30x2", picture(p, 30, 2, at3()))
}

func TestSmallPanelsSurviveHostileData(t *testing.T) {
	for _, kind := range []boards.Kind{boards.KindStat, boards.KindGauge, boards.KindBars, "no such kind\x1b[2J"} {
		units := []string{"", "x\x1b[31m", "bytes", "dateTimeAsIso", "percentunit", "s"}
		for i, f := range nastyFrames() {
			for _, unit := range []string{units[i], units[(i+1)%len(units)]} {
				spec := &boards.Panel{Kind: kind, Unit: unit, Thresholds: warnCrit(0.5, 1), Queries: []boards.Query{{Expr: "a"}, {Expr: "b", Name: nasty()[2], Legend: "{{x}}"}}}
				torture(t, spec, okResult(f), &poll.Result{State: poll.Failed})
			}
		}
	}
}

func TestNatural(t *testing.T) {
	for _, p := range [][2]string{{"cpu2", "cpu10"}, {"a", "b"}, {"a", "a1"}, {"1", "02"}, {"", "a"}} {
		if natural(p[0], p[1]) >= 0 || natural(p[1], p[0]) <= 0 {
			t.Errorf("natural(%q, %q) is wrong", p[0], p[1])
		}
	}
}
