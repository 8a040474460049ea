package panels

import (
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// okResult is a good answer.
func okResult(f *sources.Frame) *poll.Result {
	return &poll.Result{Source: "local", State: poll.OK, Frame: f, At: noon()}
}

// lines is a matrix of an hour in 30 s steps; each function gives a series' value at step i of 120.
func lines(labels []sources.Labels, value ...func(i int) float64) *sources.Frame {
	end := noon().Truncate(30 * time.Second).UnixMilli()
	f := &sources.Frame{Source: "local", Kind: sources.Matrix, Step: 30_000, End: end, Start: end - 119*30_000}
	times := make([]int64, 120)
	for i := range times {
		times[i] = f.Start + int64(i)*f.Step
	}
	for j, l := range labels {
		s := sources.Series{Labels: l, Times: times, Values: make([]float64, len(times))}
		for i := range s.Values {
			s.Values[i] = value[j%len(value)](i)
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// vector is an instant answer: labels and value in turn.
func vector(pairs ...any) *sources.Frame {
	f := &sources.Frame{Source: "local", Kind: sources.Vector}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Series = append(f.Series, sources.Series{
			Labels: pairs[i].(sources.Labels), Times: []int64{noon().UnixMilli()}, Values: []float64{pairs[i+1].(float64)},
		})
	}
	return f
}

func constant(v float64) func(int) float64 { return func(int) float64 { return v } }

// wave is a calm sine between low and high.
func wave(low, high float64) func(int) float64 {
	return func(i int) float64 { return low + (high-low)*(1+math.Sin(float64(i)/9))/2 }
}

func lbl(pairs ...string) sources.Labels { return sources.NewLabels(pairs...) }

func warnCrit(warn, crit float64) []boards.Threshold {
	return []boards.Threshold{{At: warn, Level: boards.LevelWarning}, {At: crit, Level: boards.LevelCritical}}
}

// press makes a key press of what KeyPressMsg.String gives.
func press(s string) tea.KeyPressMsg {
	codes := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp,
		"pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
	}
	if c, ok := codes[s]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	r := []rune(s)[0]
	return tea.KeyPressMsg{Code: r, Text: s}
}

// nasty are labels and texts that a hostile source could send.
func nasty() []string {
	return []string{
		"\x1b[31mred\x1b[0m", "two\nlines", "\x1b]0;title\a", "日本語のラベル", "e\u0301\u0301\u0301", "\u202egnp.exe", "\u200b\u200b",
		strings.Repeat("x", 10_000), strings.Repeat("界", 4000), "\xff\xfe\x80", "", "\t", "\r\n", strings.Repeat("\u0301", 900),
	}
}

// oddValues are the values that break arithmetic.
func oddValues() []float64 {
	return []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e300, -1e300, 1e-300, math.MaxFloat64, -math.MaxFloat64, sources.Gap()}
}

// nastyFrames are answers of every shape with hostile labels and odd values.
func nastyFrames() []*sources.Frame {
	var labels []sources.Labels
	for _, s := range nasty() {
		labels = append(labels, lbl("__name__", s, "x", s))
	}
	odd := oddValues()
	matrix := lines(labels, func(i int) float64 { return odd[i%len(odd)] }, func(i int) float64 { return odd[0] }, wave(0, 1))
	v := &sources.Frame{Kind: sources.Vector}
	for i, l := range labels {
		v.Series = append(v.Series, sources.Series{Labels: l, Times: []int64{noon().UnixMilli()}, Values: []float64{odd[i%len(odd)]}})
	}
	return []*sources.Frame{
		matrix, v,
		{Kind: sources.Matrix},
		{Kind: sources.Vector, Series: []sources.Series{{}}},
		{Kind: sources.Scalar, Series: []sources.Series{{Times: []int64{1}, Values: []float64{math.NaN()}}}},
		{Kind: sources.String, Text: nasty()[0] + nasty()[7]},
	}
}

// sizes are the bodies that every panel must survive.
func sizes() [][2]int {
	return [][2]int{{0, 0}, {1, 1}, {0, 5}, {5, 0}, {1, 9}, {2, 2}, {3, 1}, {7, 3}, {12, 1}, {26, 4}, {39, 9}, {80, 12}, {500, 40}}
}

// torture draws a panel at every size with hostile data, presses every key, and
// asserts that each row is as wide as it should be and that ASCII stays ASCII.
func torture(t *testing.T, spec *boards.Panel, results ...*poll.Result) {
	t.Helper()
	p := New(spec)
	keys := []string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "o", "O", "n", "N", "i", "L", "j", "k", "g", "G", "h", "l", "enter", "x", "o"}
	for n, size := range sizes() {
		for _, ascii := range []bool{false, true} {
			c := at3()
			c.ASCII, c.Focused = ascii, n%2 == 0
			if n%3 == 0 {
				c.Cursor = noon().Add(-10 * time.Minute)
			}
			for i, r := range results {
				p.SetResult(i, r)
			}
			p.Plot(size[0], size[1])
			_ = p.Caption(c)
			g := picture(p, size[0], size[1], c)
			plain(t, g)
			if ascii {
				assertASCII(t, g)
				for _, r := range p.Caption(c) {
					if r > 0x7e {
						t.Errorf("caption %q", p.Caption(c))
						break
					}
				}
			}
			for _, k := range keys {
				if size[0] > 39 {
					break // once is enough for the large ones
				}
				p.Key(press(k), c)
				p.Wheel(n-3, c)
				p.Click(n, n%4, c)
				picture(p, size[0], size[1], c)
			}
			_ = p.Help()
		}
	}
	p.SetResult(0, nil)
	p.SetResult(-1, nil)
	p.SetResult(99, nil)
	plain(t, picture(p, 40, 5, at3()))
}
