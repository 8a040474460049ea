package panels

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// graphOf is a graph with the answers of its queries.
func graphOf(spec boards.Panel, frames ...*sources.Frame) *graph {
	spec.Kind = boards.KindGraph
	for len(spec.Queries) < len(frames) {
		spec.Queries = append(spec.Queries, boards.Query{Expr: "x"})
	}
	g := newGraph(&spec).(*graph)
	for i, f := range frames {
		g.SetResult(i, okResult(f))
	}
	return g
}

// over is at3 with the window of p in a body of w x h.
func over(p Panel, w, h int) Context {
	c := at3()
	c.Window = timeline.Timeline{Live: true, Span: time.Hour}.Fit(noon(), p.Plot(w, h), 30*time.Second)
	return c
}

func shoot(p Panel, w, h int) *screen.Grid { return picture(p, w, h, over(p, w, h)) }

func graphKeys(p Panel, c Context, keys ...string) {
	for _, k := range keys {
		m := tea.KeyPressMsg{Code: rune(k[0]), Text: k}
		switch k {
		case "esc":
			m = tea.KeyPressMsg{Code: tea.KeyEscape}
		case "down":
			m = tea.KeyPressMsg{Code: tea.KeyDown}
		}
		p.Key(m, c)
	}
}

// modes is five series of percent that cross each other calmly.
func modes() *sources.Frame {
	var l []sources.Labels
	for _, m := range []string{"user", "system", "iowait", "softirq", "steal"} {
		l = append(l, lbl("mode", m))
	}
	return lines(l, wave(0.2, 0.5), wave(0.1, 0.2), func(i int) float64 { return 0.05 + 0.04*math.Cos(float64(i)/5) },
		constant(0.02), constant(0))
}

// percents is n series, the i-th at i percent.
func percents(n int) *sources.Frame {
	var l []sources.Labels
	var v []func(int) float64
	for i := range n {
		l = append(l, lbl("cpu", fmt.Sprintf("%02d", i)))
		v = append(v, constant(float64(i)))
	}
	return lines(l, v...)
}

func number1() *float64 { v := 1.0; return &v }
func number0() *float64 { v := 0.0; return &v }

func TestGraphGoldens(t *testing.T) {
	cpu := boards.Panel{Title: "CPU", Unit: "percentunit", Min: number0(), Max: number1()}
	for _, size := range [][2]int{{20, 5}, {30, 8}, {58, 14}, {58, 24}, {100, 20}, {60, 1}, {40, 1}, {12, 1}, {40, 3}, {16, 4}} {
		golden(t, fmt.Sprintf("graph/modes-%dx%d", size[0], size[1]), shoot(graphOf(cpu, modes()), size[0], size[1]))
	}
	stacked := cpu
	stacked.Graph = boards.GraphOptions{Style: "area", Stack: true}
	golden(t, "graph/stack-58x14", shoot(graphOf(stacked, modes()), 58, 14))
	limits := boards.Panel{Unit: "short", Thresholds: []boards.Threshold{{At: 8, Level: boards.LevelWarning}, {At: 10, Level: boards.LevelCritical, Area: true}}}
	load := lines([]sources.Labels{lbl()}, wave(2, 9))
	golden(t, "graph/thresholds-58x12", shoot(graphOf(limits, load), 58, 12))
	low := boards.Panel{Unit: "percent", Thresholds: []boards.Threshold{{At: 30, Below: true, Level: boards.LevelWarning, Area: true}}}
	golden(t, "graph/area-below-58x12", shoot(graphOf(low, lines([]sources.Labels{lbl()}, wave(20, 90))), 58, 12))
	net := boards.Panel{Unit: "Bps", Queries: []boards.Query{{Legend: "{{dev}} sent"}, {Legend: "{{dev}} received", Invert: true}}, Graph: boards.GraphOptions{Style: "area"}}
	dev := []sources.Labels{lbl("dev", "eth0")}
	golden(t, "graph/inverted-58x14", shoot(graphOf(net, lines(dev, wave(1e6, 2e7)), lines(dev, wave(3e6, 5e6))), 58, 14))
	for _, style := range []string{"bars", "points"} {
		spec := boards.Panel{Title: "Read", Unit: "bytes", Graph: boards.GraphOptions{Style: style}}
		golden(t, "graph/"+style+"-58x10", shoot(graphOf(spec, lines(dev, wave(1e9, 3e9))), 58, 10))
	}
	golden(t, "graph/top-100x12", shoot(graphOf(boards.Panel{Unit: "percent"}, percents(34)), 100, 12))
	golden(t, "graph/top-58x12", shoot(graphOf(boards.Panel{Unit: "percent", Top: 4}, percents(34)), 58, 12))
	g := graphOf(boards.Panel{Unit: "percent"}, percents(5))
	graphKeys(g, at3(), "n", "n", "x", "n")
	c := over(g, 58, 18)
	c.Cursor = noon().Add(-20 * time.Minute).Truncate(30 * time.Second)
	golden(t, "graph/cursor-58x18", picture(g, 58, 18, c))
	golden(t, "graph/empty-58x10", shoot(graphOf(boards.Panel{}, &sources.Frame{}), 58, 10))
}

func TestGraphASCIIHasSevenBits(t *testing.T) {
	for _, style := range []boards.GraphOptions{{}, {Style: "area"}, {Style: "bars"}, {Style: "area", Stack: true}, {Style: "points"}} {
		for _, unit := range []string{"s", "celsius", "bytes"} {
			f := modes()
			f.Series[0].Labels = lbl("mode", "日本\u202eé\x1b[31m"+strings.Repeat("x", 300))
			f.Series[1].Values[7] = math.Inf(1)
			g := graphOf(boards.Panel{Unit: unit, Graph: style, Thresholds: warnCrit(0.1, 0.4)}, f)
			g.spec.Thresholds[1].Area = true
			for _, size := range [][2]int{{120, 20}, {58, 14}, {58, 20}, {20, 5}, {60, 1}} {
				c := over(g, size[0], size[1])
				c.ASCII, c.Cursor = true, noon().Add(-10*time.Minute)
				assertASCII(t, picture(g, size[0], size[1], c))
			}
		}
	}
	g := graphOf(boards.Panel{Unit: "percentunit", Graph: boards.GraphOptions{Style: "area", Stack: true}}, modes())
	c := over(g, 58, 14)
	c.ASCII = true
	golden(t, "graph/stack-ascii-58x14", picture(g, 58, 14, c))
}

func TestGraphNeutralisesHostileNames(t *testing.T) {
	for _, name := range []string{
		"\x1b]0;owned\x07\x1b[2J", "日本語日本語日本語日本語日本語", "שלום \u202eevil\u2066", strings.Repeat("long ", 2000),
		"e\u0301\u0301\u0301", "\r\n\t\x00", "\u200b\u200b", "👩‍👩‍👧‍👦",
	} {
		g := graphOf(boards.Panel{Unit: "bytes"}, lines([]sources.Labels{lbl("a", name), lbl("a", "b"), lbl("a", name+"2")}, wave(1, 9)))
		for _, size := range [][2]int{{58, 14}, {120, 20}, {58, 20}, {40, 7}, {60, 1}} {
			text := plain(t, shoot(g, size[0], size[1])) // asserts widths
			if strings.ContainsAny(text, "\x1b\x07\x00\r\t\u202e\u2066\u200b") {
				t.Errorf("%q reaches the screen: %q", name, text)
			}
		}
	}
}

func TestGraphDrawsAnyDataInAnySize(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := &sources.Frame{Step: 30_000, Series: []sources.Series{{Times: []int64{noon().UnixMilli() - 60_000}, Values: []float64{5}}}}
	twice := modes()
	twice.Series = append(twice.Series, twice.Series...)
	short := modes()
	short.Series[0].Values = short.Series[0].Values[:3]
	frames := map[string]*sources.Frame{
		"none": {}, "no samples": {Series: []sources.Series{{}}}, "one point": one, "duplicates": twice, "short": short,
		"all NaN":  lines([]sources.Labels{lbl()}, constant(nan)),
		"gaps":     lines([]sources.Labels{lbl()}, constant(sources.Gap())),
		"inf":      lines([]sources.Labels{lbl("a", "1"), lbl("a", "2")}, constant(inf), constant(-inf)),
		"zero":     lines([]sources.Labels{lbl()}, constant(0)),
		"constant": lines([]sources.Labels{lbl()}, constant(-16e9)),
		"huge":     lines([]sources.Labels{lbl("a", "1"), lbl("a", "2")}, constant(1e300), constant(-math.MaxFloat64)),
		"tiny":     lines([]sources.Labels{lbl()}, wave(0, 1e-300)),
		"denormal": lines([]sources.Labels{lbl()}, constant(5e-324)),
		"many":     percents(300),
	}
	for name, f := range frames {
		for _, o := range []boards.GraphOptions{{}, {Auto: true}, {Style: "area"}, {Style: "area", Stack: true}, {Style: "bars"}, {Style: "points"}} {
			g := graphOf(boards.Panel{Unit: "short", Graph: o, Thresholds: warnCrit(nan, inf)}, f)
			for _, size := range [][2]int{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {2, 2}, {9, 3}, {19, 4}, {20, 5}, {29, 6}, {58, 14}, {120, 30}, {500, 200}} {
				grid := screen.NewGrid(size[0], size[1])
				c := over(g, size[0], size[1])
				c.Cursor = noon()
				g.Draw(grid.All(), c)
				g.Draw(grid.All(), Context{}) // a zero window
				if size[0] > 0 && size[1] > 0 {
					plain(t, grid)
				}
			}
			if g.Caption(at3()) == "" && len(f.Series) > 10 {
				t.Errorf("%s: what is left out is not counted", name)
			}
		}
	}
}

func TestGraphShowsExtremesRight(t *testing.T) {
	f := func(want string, v ...func(int) float64) {
		t.Helper()
		var l []sources.Labels
		for i := range v {
			l = append(l, lbl("i", fmt.Sprint(i)))
		}
		if got := plain(t, shoot(graphOf(boards.Panel{Title: "v", Unit: "short", Legend: "right"}, lines(l, v...)), 100, 10)); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	f("1e300", constant(1e300))
	f("1e-300", constant(1e-300))
	f("∞", func(i int) float64 { return math.Inf(i%2*2 - 1) })
	f("-5", constant(-5))
}

func TestGraphColoursStayWithTheirSeries(t *testing.T) {
	g := graphOf(boards.Panel{}, percents(5))
	letters := func() map[string]rune {
		m := map[string]rune{}
		for _, l := range g.order {
			m[l.name] = l.letter()
		}
		return m
	}
	before := letters()
	graphKeys(g, at3(), "o", "o", "n", "x")
	f := percents(5)
	f.Series = []sources.Series{f.Series[4], f.Series[2]} // others are gone, the order is another
	g.SetResult(0, okResult(f))
	f = percents(6)
	f.Series[0], f.Series[5] = f.Series[5], f.Series[0]
	g.SetResult(0, okResult(f))
	after := letters()
	for name, ch := range before {
		if after[name] != ch {
			t.Errorf("%s was %c and is %c", name, ch, after[name])
		}
	}
	if after["05"] == 0 || strings.ContainsRune("abcde", after["05"]) {
		t.Errorf("the new series has the letter of another: %c", after["05"])
	}
}

func TestGraphForgetsSeriesLongGone(t *testing.T) {
	g := graphOf(boards.Panel{}, percents(3))
	for i := range 2000 {
		g.SetResult(0, okResult(lines([]sources.Labels{lbl("pod", fmt.Sprint(i))}, constant(1))))
	}
	if len(g.known) > 300 {
		t.Errorf("%d series are remembered", len(g.known))
	}
}

func TestGraphTopNIsStatedAndAllAreReachable(t *testing.T) {
	f := percents(34)
	f.Cut = 7
	g := graphOf(boards.Panel{Unit: "percent", Top: 8}, f)
	if got := g.Caption(at3()); got != "top 8 of 34 by max, 7 left out by the source" {
		t.Errorf("caption %q", got)
	}
	if len(g.shown) != 8 || len(g.rest) != 26 || g.order[0].name != "33" {
		t.Errorf("%d shown, %d not, first %s", len(g.shown), len(g.rest), g.order[0].name)
	}
	for _, size := range [][2]int{{58, 9}, {58, 20}, {100, 12}} {
		graphKeys(g, at3(), "esc")
		seen := map[string]bool{}
		for range 34 {
			shoot(g, size[0], size[1])
			graphKeys(g, at3(), "n")
			grid := shoot(g, size[0], size[1])
			for _, line := range strings.Split(grid.String(), "\n") {
				if _, after, ok := strings.Cut(line, ">"); ok {
					seen[strings.Fields(after)[1]] = true
				}
			}
		}
		if len(seen) != 34 {
			t.Errorf("%v: %d of 34 could be reached: %v", size, len(seen), seen)
		}
	}
}

func TestGraphKeys(t *testing.T) {
	g := graphOf(boards.Panel{}, percents(5))
	f := func(want string, keys ...string) {
		t.Helper()
		before := g.Version()
		graphKeys(g, at3(), keys...)
		if g.Version() == before {
			t.Errorf("%v: no new version", keys)
		}
		var got []string
		for _, l := range g.shown {
			got = append(got, l.name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%v: %s, want %s", keys, s, want)
		}
	}
	f("01 02 03 04 00", "n") // the one in focus is drawn last
	f("01 02 03 04", "x")
	f("00 02 03 04 01"[3:], "n")
	f("01", "i")
	f("02", "n") // the one alone follows
	f("01 03 04 02", "i")
	f("00 01 02 03 04", "esc")
	if g.Key(tea.KeyPressMsg{Code: tea.KeyEscape}, at3()) {
		t.Error("esc is taken though there is nothing to undo")
	}
	if g.Key(tea.KeyPressMsg{Code: tea.KeyDown}, at3()) {
		t.Error("an arrow is taken outside full screen")
	}
	if !g.Key(tea.KeyPressMsg{Code: tea.KeyDown}, Context{Full: true}) {
		t.Error("an arrow is not taken in full screen")
	}
	if shown, total := g.Filter("3"); shown != 1 || total != 5 || len(g.shown) != 1 {
		t.Errorf("filter: %d of %d, %d drawn", shown, total, len(g.shown))
	}
	g.Filter("")
	graphKeys(g, at3(), "esc", "o", "o")
	if g.order[0].name != "04" || g.Help()[3].Text != "order the legend: now by max" {
		t.Errorf("sorted by max: %s first, %v", g.order[0].name, g.Help())
	}
	graphKeys(g, at3(), "L")
	if text := plain(t, shoot(g, 58, 14)); strings.Contains(text, "03  3.0 %") {
		t.Errorf("the legend is not hidden:\n%s", text)
	}
	graphKeys(g, at3(), "L")
	grid := shoot(g, 58, 14)
	for y, line := range strings.Split(grid.String(), "\n") {
		if i := strings.Index(line, " 03 "); i >= 0 && y > 10 {
			if !g.Click(i, y, at3()) || g.focused().name != "03" {
				t.Errorf("a click on %q did not highlight 03", line)
			}
		}
	}
	if g.focused() == nil {
		t.Error("nothing was clicked")
	}
}

func TestGraphFadesAllButTheOneInFocus(t *testing.T) {
	g := graphOf(boards.Panel{}, percents(3))
	graphKeys(g, at3(), "n")
	for _, l := range g.shown {
		want := screen.On(themes.Faint)
		if l.name == "00" {
			want = l.style().With(themes.Bold)
		}
		if g.styleOf(l) != want {
			t.Errorf("%s is drawn in %x", l.name, g.styleOf(l))
		}
	}
}

func TestGraphSnap(t *testing.T) {
	f := lines([]sources.Labels{lbl()}, func(i int) float64 {
		if i == 50 {
			return sources.Gap()
		}
		return 1
	})
	g := graphOf(boards.Panel{}, f)
	at := func(i int) time.Time { return time.UnixMilli(f.Start + int64(i)*f.Step) }
	check := func(t0 time.Time, dir int, want time.Time) {
		t.Helper()
		if got, ok := g.Snap(t0, dir); !ok || !got.Equal(want) {
			t.Errorf("%v %+d: %v, want %v", t0, dir, got, want)
		}
	}
	check(at(10), 0, at(10))
	check(at(10).Add(14*time.Second), 0, at(10))
	check(at(10).Add(16*time.Second), 0, at(11))
	check(at(10), 1, at(11))
	check(at(10), -1, at(9))
	check(at(49), 1, at(51)) // over the gap
	check(at(51), -1, at(49))
	check(at(500), 0, at(119))
	if _, ok := g.Snap(at(119), 1); ok {
		t.Error("there is a sample after the last")
	}
	if _, ok := graphOf(boards.Panel{}, &sources.Frame{}).Snap(at(0), 0); ok {
		t.Error("there is a sample without samples")
	}
}

func TestGraphCaptionIsTheValueAtTheCursor(t *testing.T) {
	g := graphOf(boards.Panel{Unit: "percent"}, lines([]sources.Labels{lbl()}, func(i int) float64 { return float64(i) }))
	c := over(g, 58, 14)
	if got := g.Caption(c); got != "119 %" {
		t.Errorf("got %q", got)
	}
	c.Cursor = time.UnixMilli(g.lines[0].line.Times[10])
	c.Zone = time.FixedZone("x", 5*3600+45*60)
	if got := g.Caption(c); got != "10.0 % at 08:02:30"[:len("10.0 % at ")]+c.Cursor.In(c.Zone).Format("15:04:05") {
		t.Errorf("got %q", got)
	}
}

func TestGraphPlotDoesNotChangeWithTheData(t *testing.T) {
	for w := range 200 {
		for h := range 40 {
			if a, b := graphOf(boards.Panel{}).Plot(w, h), graphOf(boards.Panel{}, percents(40)).Plot(w, h); a != b || a < 1 {
				t.Fatalf("%dx%d: %d columns without data, %d with", w, h, a, b)
			}
			l := layoutGraph(w, h, "", 40)
			if right := l.plot.x + l.plot.w; right > w || l.plot.y+l.plot.h > h || l.legend.x+l.legend.w > w || l.legend.y+l.legend.h > h {
				t.Fatalf("%dx%d: %+v", w, h, l)
			}
		}
	}
}

func TestGraphThatMovesRedrawsByWholeCells(t *testing.T) {
	g := graphOf(boards.Panel{Unit: "percentunit", Min: number0(), Max: number1()}, modes())
	c := over(g, 58, 10)
	before := picture(g, 58, 10, c)
	c.Window.Start, c.Window.End = c.Window.Start.Add(c.Window.Cell), c.Window.End.Add(c.Window.Cell)
	g.version++
	after := picture(g, 58, 10, c)
	a, b := strings.Split(before.String(), "\n"), strings.Split(after.String(), "\n")
	for y := range 7 { // the plot
		from, to := []rune(a[y])[graphGutter+1:], []rune(b[y])[graphGutter:]
		// The last column is new, the first may lose the line that led to it.
		if got, want := string(to[1:44]), string(from[1:44]); got != want {
			t.Errorf("row %d\n%s is not\n%s", y, got, want)
		}
	}
}

func TestGraphStackTakesGapsAsNothing(t *testing.T) {
	l := []sources.Labels{lbl("a", "1"), lbl("a", "2"), lbl("a", "3")}
	f := lines(l, constant(1), func(i int) float64 {
		if i >= 40 && i < 80 {
			return sources.Gap()
		}
		return 2
	}, constant(-4))
	g := graphOf(boards.Panel{Graph: boards.GraphOptions{Style: "area", Stack: true}}, f)
	c := over(g, 58, 14)
	shoot(g, 58, 14)
	at := func(i int) int { return timeScale(c, g.drawn.w).Dot(f.Start + int64(i)*f.Step) }
	check := func(k, i int, want float64) {
		t.Helper()
		if got := g.bands[k][at(i)]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("band %d at sample %d ends at %g, want %g", k, i, got, want)
		}
	}
	check(0, 20, 1)
	check(1, 20, 3) // on the first
	check(2, 20, -4)
	check(0, 60, 1)
	check(1, 60, math.NaN())
	check(2, 60, -4)
	if g.axis.Lo > -4 || g.axis.Hi < 3 {
		t.Errorf("the sums are not on the axis: %v", g.axis)
	}
}

func TestGraphDrawAllocatesNothing(t *testing.T) {
	for _, o := range []boards.GraphOptions{{}, {Style: "area", Stack: true}, {Style: "bars"}} {
		g := graphOf(boards.Panel{Unit: "percentunit", Graph: o, Thresholds: warnCrit(0.3, 0.45)}, modes())
		grid, c := screen.NewGrid(58, 14), over(g, 58, 14)
		g.Draw(grid.All(), c)
		c.Window.Start = c.Window.Start.Add(c.Window.Cell)
		g.Draw(grid.All(), c)
		if n := testing.AllocsPerRun(20, func() {
			g.version++
			g.Draw(grid.All(), c)
		}); n != 0 {
			t.Errorf("%+v: %v allocations", o, n)
		}
	}
}

func FuzzGraph(f *testing.F) {
	f.Add(1.0, math.NaN(), 1e300, "name", "bytes", 58, 14, uint8(0), uint8(3))
	f.Add(math.Inf(1), -1e-300, 0.0, "\x1b[2J", "日本", 120, 30, uint8(255), uint8(40))
	f.Fuzz(func(t *testing.T, a, b, d float64, name, unit string, w, h int, flags, n uint8) {
		w, h = min(max(w, 0), 200), min(max(h, 0), 60)
		o := boards.GraphOptions{Style: []string{"line", "area", "bars", "points"}[flags&3], Stack: flags&4 != 0, Auto: flags&8 != 0}
		spec := boards.Panel{Unit: unit, Graph: o, Queries: []boards.Query{{Invert: flags&16 != 0}}, Thresholds: warnCrit(a, b)}
		if flags&32 != 0 {
			spec.Min, spec.Max = &b, &d
		}
		spec.Thresholds[0].Area, spec.Thresholds[1].Below, spec.Thresholds[1].Area = true, true, true
		var l []sources.Labels
		for i := range n {
			l = append(l, lbl("l", name+fmt.Sprint(i)))
		}
		g := graphOf(spec, lines(l, func(i int) float64 { return []float64{a, b, d, a * float64(i)}[i%4] }, wave(a, b)))
		outer := screen.NewGrid(w+4, h+4)
		outer.All().Fill('#', 0)
		c := over(g, w, h)
		c.ASCII = flags&64 != 0
		if flags&128 != 0 {
			c.Cursor = noon().Add(-time.Minute)
			graphKeys(g, c, "n", "n", "x", "n", "i")
		}
		g.Draw(outer.All().Sub(2, 2, w, h), c)
		text := plain(t, outer)
		rows := strings.Split(text, "\n")
		for y, row := range rows[:h+4] {
			edge := y < 2 || y >= h+2
			if edge && strings.Trim(row, "#") != "" || !strings.HasPrefix(row, "##") || !strings.HasSuffix(row, "##") {
				t.Fatalf("row %d is drawn over: %q", y, row)
			}
		}
		g.Caption(c)
		g.Snap(noon(), int(flags%3)-1)
	})
}

func BenchmarkGraph(b *testing.B) {
	first, second := okResult(modes()), okResult(modes())
	g := graphOf(boards.Panel{Title: "CPU", Unit: "percentunit"}, modes())
	grid := screen.NewGrid(58, 14)
	c := over(g, 58, 14)
	b.Run("58x14x5x120/draw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			g.version++ // as if the data were new
			g.Draw(grid.All(), c)
		}
	})
	b.Run("58x14x5x120/cursor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Cursor = noon().Add(-time.Minute)
			g.Draw(grid.All(), c)
		}
	})
	b.Run("58x14x5x120/answer", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			first, second = second, first
			g.SetResult(0, first)
		}
	})
	big := &sources.Frame{Step: 5000}
	times := make([]int64, 720)
	for i := range times {
		times[i] = noon().UnixMilli() - int64(720-i)*5000
	}
	for k := range 500 {
		s := sources.Series{Labels: lbl("pod", fmt.Sprint(k)), Times: times, Values: make([]float64, 720)}
		for i := range s.Values {
			s.Values[i] = float64(k) + 50*math.Sin(float64(i*(k+1))/40)
		}
		big.Series = append(big.Series, s)
	}
	g = graphOf(boards.Panel{}, big)
	grid = screen.NewGrid(200, 58)
	c = over(g, 200, 58)
	res := okResult(big)
	b.Run("200x58x500x720/draw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			g.version++
			g.Draw(grid.All(), c)
		}
	})
	b.Run("200x58x500x720/answer", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			g.SetResult(0, res)
		}
	})
}

// Answers come in any order; the picture is that of the board's.
func TestOrderOfAnswersDecidesNothing(t *testing.T) {
	spec := boards.Panel{Kind: boards.KindGraph, Title: "load", Queries: []boards.Query{
		{Expr: "a", Legend: "one"}, {Expr: "b", Legend: "two"}, {Expr: "c", Legend: "three"},
	}}
	shot := func(order ...int) string {
		g := newGraph(&spec).(*graph)
		for _, i := range order {
			g.SetResult(i, okResult(lines([]sources.Labels{lbl("q", fmt.Sprint(i))}, constant(float64(i)))))
		}
		return shoot(g, 60, 12).String()
	}
	want := shot(0, 1, 2)
	for _, order := range [][]int{{2, 1, 0}, {1, 2, 0}, {2, 0, 1}} {
		if got := shot(order...); got != want {
			t.Errorf("order %v:\n%s\nwant\n%s", order, got, want)
		}
	}
}
