package plot

import (
	"math"
	"testing"

	"github.com/NimbleMarkets/ntcharts/v2/canvas"
	"github.com/NimbleMarkets/ntcharts/v2/canvas/graph"
	"github.com/NimbleMarkets/ntcharts/v2/canvas/runes"
	"pgregory.net/rapid"

	"nightjar/themes"
	"nightjar/ui/screen"
)

var ink = screen.On(themes.Series(0))

// set is every dot of c, as x, y.
func set(c *Canvas) map[[2]int]bool {
	dots := map[[2]int]bool{}
	w, h := c.Size()
	for y := range h {
		for x := range w {
			if c.Dots(x/DotsX, y/DotsY)&dotBits[y%DotsY][x%DotsX] != 0 {
				dots[[2]int{x, y}] = true
			}
		}
	}
	return dots
}

// Every dot is where ntcharts' grid puts it.
func TestDotsAreThoseOfNtcharts(t *testing.T) {
	for y := range DotsY {
		for x := range DotsX {
			g := runes.NewPatternDotsGrid(DotsX, DotsY)
			g.Set(x, y)
			var c Canvas
			c.Resize(1, 1)
			c.Dot(x, y, ink)
			if want, got := g.BraillePatterns()[0][0], runes.BrailleBlockOffset+rune(c.Dots(0, 0)); got != want {
				t.Errorf("dot %d, %d is %c, want %c", x, y, got, want)
			}
		}
	}
}

// A line is as long as ntcharts', joins its ends without a hole, and is nowhere
// further than a dot from it (ties are broken in either way).
func TestLineIsThatOfNtcharts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const w, h = 12, 9
		at := rapid.IntRange(0, 23)
		x0, y0, x1, y1 := at.Draw(t, "x0"), at.Draw(t, "y0"), at.Draw(t, "x1"), at.Draw(t, "y1")
		var c Canvas
		c.Resize(w, h)
		c.Line(x0, y0, x1, y1, ink)
		got := set(&c)
		want := graph.GetLinePoints(canvas.Point{X: x0, Y: y0}, canvas.Point{X: x1, Y: y1})
		if len(got) != len(want) {
			t.Fatalf("%d dots, want %d", len(got), len(want))
		}
		for _, p := range want {
			near := false
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					near = near || got[[2]int{p.X + dx, p.Y + dy}]
				}
			}
			if !near {
				t.Fatalf("nothing near %v: %v", p, got)
			}
		}
		if !got[[2]int{x0, y0}] || !got[[2]int{x1, y1}] {
			t.Fatalf("an end is missing: %v", got)
		}
		connected(t, got)
	})
}

// connected fails if the dots are not one piece.
func connected(t *rapid.T, dots map[[2]int]bool) {
	var todo [][2]int
	for p := range dots {
		todo = append(todo, p)
		break
	}
	seen := map[[2]int]bool{}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p] || !dots[p] {
			continue
		}
		seen[p] = true
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				todo = append(todo, [2]int{p[0] + dx, p[1] + dy})
			}
		}
	}
	if len(seen) != len(dots) {
		t.Fatalf("%d of %d dots are joined: %v", len(seen), len(dots), dots)
	}
}

func TestScale(t *testing.T) {
	f := func(s Scale, v float64, want int) {
		t.Helper()
		if got := s.Row(v); got != want {
			t.Errorf("%v: row of %g is %d, want %d", s, v, got, want)
		}
	}
	s := Scale{0, 100, 41, false}
	f(s, 0, 40)
	f(s, 100, 0)
	f(s, 50, 20)
	f(s, math.Inf(1), -164)
	f(s, math.Inf(-1), 204)
	f(s, 1e300, -164)
	f(Scale{0, 1e-300, 41, false}, 5e-301, 20)
	f(Scale{-8e307, 8e307, 41, false}, 0, 20)
	f(Scale{0, 1e300, 41, false}, 1e300, 0)
	f(Scale{-100, -50, 41, false}, -75, 20)
	log := Scale{0.01, 100, 41, true}
	f(log, 100, 0)
	f(log, 1, 20)
	f(log, 0.01, 40)
	f(log, 1e300, -164)
	f(log, 5e-324, 204)
	if log.Has(0) || log.Has(-1) || log.Has(math.NaN()) || !log.Has(1e-9) || !s.Has(0) || s.Has(math.NaN()) {
		t.Error("a logarithmic scale has what is above zero, and only that")
	}
	if v := log.Value(20); math.Abs(v-1) > 1e-9 {
		t.Errorf("the middle is %v", v)
	}
	if got := s.Value(20); got != 50 {
		t.Errorf("value of row 20 is %g", got)
	}
}

func TestTimeScaleMovesByWholeCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := TimeScale{Start: 1_000_000, Cell: rapid.Int64Range(1, 5000).Draw(t, "cell"), Cells: 50}
		at := s.Start + rapid.Int64Range(-300_000, 300_000).Draw(t, "at")
		x := s.Dot(at)
		if b := s.begin(x); b > at || s.begin(x+1) <= at {
			t.Fatalf("%d is in %d, which is %d to %d", at, x, b, s.begin(x+1))
		}
		moved := s
		moved.Start += s.Cell
		if got := moved.Dot(at); got != x-DotsX {
			t.Fatalf("%d moved from %d to %d", at, x, got)
		}
	})
}

func traced(values []float64, gap int64) map[[2]int]bool {
	times := make([]int64, len(values))
	for i := range times {
		times[i] = int64(i) * 1000
	}
	var c Canvas
	c.Resize(len(values)/2, 2)
	c.Trace(Line{Times: times, Values: values, Gap: gap}, TimeScale{0, 2000, len(values) / 2}, Scale{0, 7, 8, false}, ink)
	return set(&c)
}

func TestGapsStayGaps(t *testing.T) {
	nan := math.NaN()
	dots := traced([]float64{1, 1, nan, 1, nan, nan, 1, 1}, 1500)
	for x, want := range []bool{true, true, false, true, false, false, true, true} {
		if got := dots[[2]int{x, 6}]; got != want {
			t.Errorf("column %d: %v, want %v", x, got, want)
		}
	}
	if len(dots) != 5 {
		t.Errorf("%d dots: %v", len(dots), dots)
	}
	var c Canvas
	c.Resize(5, 1)
	l := Line{Times: []int64{0, 1000, 7000, 8000}, Values: []float64{0, 0, 0, 0}, Gap: 1500}
	c.Trace(l, TimeScale{0, 2000, 5}, Scale{0, 1, 4, false}, ink)
	if c.Dots(2, 0) != 0 {
		t.Error("a line is drawn over missing times")
	}
	l.Gap = 0
	c.Trace(l, TimeScale{0, 2000, 5}, Scale{0, 1, 4, false}, ink)
	if c.Dots(2, 0) == 0 {
		t.Error("no line is drawn where no distance is a gap")
	}
}

func TestManySamplesOfAColumnShowTheirExtremes(t *testing.T) {
	n := 1000
	l := Line{Times: make([]int64, n), Values: make([]float64, n)}
	for i := range n {
		l.Times[i] = int64(i)
	}
	l.Values[500], l.Values[501] = 7, -7
	var c Canvas
	c.Resize(5, 3)
	c.Trace(l, TimeScale{0, 200, 5}, Scale{-7, 7, 12, false}, ink)
	dots := set(&c)
	if !dots[[2]int{5, 0}] || !dots[[2]int{5, 11}] {
		t.Errorf("a spike is lost: %v", dots)
	}
}

func TestColumnsJoinSamplesAndKeepGaps(t *testing.T) {
	nan := math.NaN()
	l := Line{Times: []int64{-1000, 1000, 3000, 5000, 9000, 9400}, Values: []float64{0, 2, nan, 5, 1, 3}, Gap: 2500, Negate: true}
	dst := make([]float64, 10)
	l.Columns(dst, TimeScale{0, 2000, 5})
	want := []float64{-1, -2, nan, nan, nan, -5, nan, nan, nan, -2}
	for i := range want {
		if dst[i] != want[i] && !(dst[i] != dst[i] && want[i] != want[i]) {
			t.Errorf("column %d is %g, want %g", i, dst[i], want[i])
		}
	}
}

func TestASCIIIsSevenBits(t *testing.T) {
	for d, ch := range asciiDots {
		if ch < 0x20 || ch > 0x7e || (ch == ' ') != (d == 0) {
			t.Errorf("pattern %x is %q", d, ch)
		}
	}
	f := func(want byte, dots ...[2]int) {
		t.Helper()
		var c Canvas
		c.Resize(1, 1)
		for _, p := range dots {
			c.Dot(p[0], p[1], ink)
		}
		if got := asciiDots[c.Dots(0, 0)]; got != want {
			t.Errorf("%v is %q, want %q", dots, got, want)
		}
	}
	f('.', [2]int{0, 3}, [2]int{1, 3})
	f('-', [2]int{0, 1}, [2]int{1, 1})
	f('\'', [2]int{0, 0}, [2]int{1, 0})
	f('/', [2]int{0, 2}, [2]int{1, 1})
	f('\\', [2]int{0, 1}, [2]int{1, 2})
	f('|', [2]int{0, 0}, [2]int{0, 1}, [2]int{0, 2})
}

func FuzzTrace(f *testing.F) {
	f.Add(int64(1000), int64(500), 1.0, math.NaN(), 1e300, 0.0, 1.0, 5, 3)
	f.Add(int64(1), int64(1<<40), math.Inf(1), -1e-300, 5e-324, -8e307, 8e307, 0, 0)
	f.Fuzz(func(t *testing.T, cell, step int64, a, b, d, lo, hi float64, w, h int) {
		w, h = min(max(w, 0), 100), min(max(h, 0), 100)
		cell = min(max(cell, 1), 1<<40)
		step = min(max(step, 0), 1<<40)
		if !(lo < hi) || math.IsInf(hi-lo, 0) {
			lo, hi = 0, 1
		}
		var c Canvas
		c.Resize(w, h)
		l := Line{Gap: step}
		for i, v := range []float64{a, b, a, d, d, b, a} {
			l.Times = append(l.Times, int64(i)*step)
			l.Values = append(l.Values, v)
		}
		ts, v := TimeScale{step, cell, w}, Scale{lo, hi, h * DotsY, false}
		c.Trace(l, ts, v, ink)
		c.Points(l, ts, v, ink)
		c.Bars(l, ts, v, step, ink)
		dst := make([]float64, w*DotsX)
		l.Columns(dst, ts)
		g := screen.NewGrid(w, h)
		c.Draw(g.All(), false)
		c.Draw(g.All(), true)
	})
}

// The figures for docs/performance.md: ntcharts' line against ours.
func BenchmarkLine(b *testing.B) {
	b.Run("ntcharts", func(b *testing.B) {
		b.ReportAllocs()
		g := runes.NewPatternDotsGrid(100, 40)
		for b.Loop() {
			for x := 0; x < 99; x++ {
				for _, p := range graph.GetLinePoints(canvas.Point{X: x, Y: x % 37}, canvas.Point{X: x + 1, Y: (x * 7) % 37}) {
					g.Set(p.X, p.Y)
				}
			}
			g.BraillePatterns()
		}
	})
	b.Run("canvas", func(b *testing.B) {
		b.ReportAllocs()
		var c Canvas
		for b.Loop() {
			c.Resize(50, 10)
			for x := 0; x < 99; x++ {
				c.Line(x, x%37, x+1, (x*7)%37, ink)
			}
		}
	})
}

func BenchmarkTrace(b *testing.B) {
	n := 720
	l := Line{Times: make([]int64, n), Values: make([]float64, n), Gap: 1500}
	for i := range n {
		l.Times[i], l.Values[i] = int64(i)*1000, math.Sin(float64(i)/10)+math.Sin(float64(i)*3)/4
	}
	var c Canvas
	c.Resize(100, 20)
	b.ReportAllocs()
	for b.Loop() {
		c.Trace(l, TimeScale{0, 7200, 100}, Scale{-2, 2, 80, false}, ink)
	}
}

// What a logarithmic scale has not is a gap, not a line to the bottom.
func TestTraceOnALogarithmicScaleLeavesGaps(t *testing.T) {
	var c Canvas
	c.Resize(5, 2)
	l := Line{Times: []int64{0, 100, 200, 300, 400}, Values: []float64{10, 10, 0, -3, 10}}
	c.Trace(l, TimeScale{0, 200, 5}, Scale{1, 10, 8, true}, 1)
	for x := range 5 {
		if c.Dots(x, 1) != 0 {
			t.Errorf("cell %d below the line has dots", x)
		}
	}
	if c.Dots(0, 0) == 0 || c.Dots(1, 0) != 0 || c.Dots(2, 0) == 0 {
		t.Errorf("dots %x %x %x", c.Dots(0, 0), c.Dots(1, 0), c.Dots(2, 0))
	}
}
