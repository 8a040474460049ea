package themes

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// A floor is the least WCAG contrast of tokens on every background that the
// theme may meet.
type floor struct {
	papers                          []uint32
	text, strong, muted, faint      float64
	state, series, stale, onBack    float64
	apart, statesApart, seriesWrong float64 // least OKLab distances
}

// floors states what each theme guarantees; WCAG asks 4.5 of text (AA), 7 (AAA),
// 3 of graphics. Night is dim on purpose.
func floors() map[string]floor {
	dark, light := []uint32{0x000000, 0x101216, 0x1e1e1e}, []uint32{0xffffff, 0xfafafa, 0xf6f0e0}
	return map[string]floor{
		"dark":             {dark, 7, 10, 4.5, 1.8, 4.5, 4.3, 3.5, 4, .12, .10, .06},
		"light":            {light, 7, 12, 4.5, 1.7, 4.5, 3.7, 3.3, 4, .12, .08, .05},
		"night":            {[]uint32{0x000000, 0x0c0c0c}, 4.2, 5.5, 3.2, 1.4, 4.5, 2.7, 2.5, 2.6, .06, .06, .02},
		"contrast":         {dark, 12, 14, 7, 4.5, 7, 7, 7, 6, .12, .08, .05},
		"contrast-light":   {light, 12, 14, 7, 3.9, 7, 6.5, 6, 6, .12, .05, .05},
		"colorblind":       {dark, 7, 10, 4.5, 1.8, 4.5, 3.2, 3.5, 4, .10, .08, 0},
		"colorblind-light": {light, 7, 12, 4.5, 1.7, 4.5, 2.8, 3.3, 4, .10, .05, 0},
	}
}

func TestContrastFloors(t *testing.T) {
	seen := 0
	for _, th := range Builtin() {
		fl, ok := floors()[th.Name]
		if !ok {
			continue // ansi16 and mono use the terminal's own colours
		}
		seen++
		hold := func(what string, tok Token, on Color, least float64) {
			t.Helper()
			if got := Contrast(th.Looks[tok].Color, on); got < least {
				t.Errorf("%s: %s %s is %.2f on %06x, floor %.1f", th.Name, what, tok, got, on&0xffffff, least)
			}
		}
		for _, p := range fl.papers {
			hold("text", Text, Hex(p), fl.text)
			hold("text", Title, Hex(p), fl.text)
			hold("strong", Strong, Hex(p), fl.strong)
			hold("muted", Muted, Hex(p), fl.muted)
			hold("faint", Faint, Hex(p), fl.faint)
			hold("faint", Rule, Hex(p), fl.faint)
			hold("stale", Stale, Hex(p), fl.stale)
			for _, tok := range []Token{OK, Info, Warning, Critical, Focus, Key, Accent, Link, Cursor} {
				hold("state", tok, Hex(p), fl.state)
			}
			for i := range NumSeries {
				hold("series", Series(i), Hex(p), fl.series)
			}
		}
		for _, back := range []Token{Bar, Selection, Overlay} {
			for _, tok := range []Token{Text, Strong, Title, Key, Warning, Critical, OK} {
				hold("on "+back.String(), tok, th.Looks[back].Color, fl.onBack)
			}
			hold("on "+back.String(), Muted, th.Looks[back].Color, fl.onBack*.7)
		}
		hold("hit", Hit, th.Looks[HitBack].Color, 4.5)
		hold("on span", Text, th.Looks[Span].Color, fl.onBack*.8)
	}
	if seen != len(floors()) {
		t.Errorf("%d themes have a floor, %d were seen", len(floors()), seen)
	}
}

func TestColoursAreTold(t *testing.T) {
	for _, th := range Builtin() {
		fl, ok := floors()[th.Name]
		if !ok {
			continue
		}
		views := map[string]func(Color) Color{"full sight": func(c Color) Color { return c }}
		if th.Name == "colorblind" || th.Name == "colorblind-light" {
			views["protanopia"], views["deuteranopia"] = protanopia, deuteranopia
		}
		for view, see := range views {
			apart := func(a, b Token, least float64) {
				t.Helper()
				if d := distance(see(th.Looks[a].Color), see(th.Looks[b].Color)); d < least {
					t.Errorf("%s, %s: %s and %s are %.3f apart, floor %.2f", th.Name, view, a, b, d, least)
				}
			}
			for i := range NumSeries {
				for j := range i {
					apart(Series(i), Series(j), fl.apart)
				}
				apart(Series(i), Warning, fl.seriesWrong)
				apart(Series(i), Critical, fl.seriesWrong)
			}
			for _, pair := range [][2]Token{{OK, Warning}, {OK, Critical}, {Warning, Critical}, {Text, Critical}, {Text, Warning}} {
				apart(pair[0], pair[1], fl.statesApart)
			}
		}
		for i := range NumHeat - 1 { // a ramp only climbs
			a, b := luminance(th.Looks[int(heat0)+i].Color), luminance(th.Looks[int(heat0)+i+1].Color)
			if (b > a) != th.Dark {
				t.Errorf("%s: heat %d and %d: luminance %.3f and %.3f", th.Name, i, i+1, a, b)
			}
		}
	}
}

// Red, orange and yellow are spent on what is wrong. The exceptions: night has
// nothing else, and Okabe and Ito's own colours come last.
func TestSeriesAreNotAlarms(t *testing.T) {
	calm := map[string]int{"night": 0, "colorblind": 7, "colorblind-light": 7}
	for _, th := range Builtin() {
		if _, graded := floors()[th.Name]; !graded {
			continue
		}
		n, ok := calm[th.Name]
		if !ok {
			n = NumSeries
		}
		for i := range n {
			l := oklab(th.Looks[Series(i)].Color)
			chroma, hue := math.Hypot(l[1], l[2]), math.Atan2(l[2], l[1])*180/math.Pi
			if chroma > .06 && hue > 0 && hue < 118 {
				t.Errorf("%s: series %d, %06x, has the hue of an alarm (%.0f)", th.Name, i, th.Looks[Series(i)].Color&0xffffff, hue)
			}
		}
	}
}

// The night theme gives off little light, and of that little blue.
func TestNightIsDim(t *testing.T) {
	th := NightTheme()
	for i, l := range th.Looks {
		tok := Token(i)
		if tok == Default {
			continue
		}
		_, _, b, _ := l.Color.IsRGB()
		r, _, _, _ := l.Color.IsRGB()
		if lum := luminance(l.Color); lum > .36 {
			t.Errorf("%s has luminance %.2f", tok, lum)
		}
		if float64(b) > .7*float64(r)+2 {
			t.Errorf("%s is blue: %06x", tok, l.Color&0xffffff)
		}
	}
}

func TestEveryTokenHasALookAndAName(t *testing.T) {
	seen := map[string]bool{}
	for _, th := range Builtin() {
		if th.Name == "" || seen[th.Name] {
			t.Errorf("theme %q is there twice or has no name", th.Name)
		}
		seen[th.Name] = true
		if _, _, _, ok := th.Paper.IsRGB(); !ok {
			t.Errorf("%s has no paper", th.Name)
		}
		for i := range NumTokens {
			if _, graded := floors()[th.Name]; graded && i > 0 && th.Looks[i].Color == NoColor {
				t.Errorf("%s: %s has no colour", th.Name, Token(i))
			}
		}
	}
	for i := range NumTokens {
		n := Token(i).String()
		if n == "" || seen[n] {
			t.Errorf("token %d is called %q", i, n)
		}
		seen[n] = true
	}
}

func TestPick(t *testing.T) {
	f := func(name string, dark bool, want string) {
		t.Helper()
		got, err := Pick(name, dark)
		if err != nil || got.Name != want {
			t.Errorf("Pick(%q, %v) = %q, %v; want %q", name, dark, got.Name, err, want)
		}
	}
	f("", true, "dark")
	f("auto", false, "light")
	f("dark", false, "dark")
	f("colorblind", true, "colorblind")
	f("colorblind", false, "colorblind-light")
	f("colorblind-light", true, "colorblind-light")
	f("contrast", false, "contrast-light")
	f("ansi16", false, "ansi16-light")
	f("night", false, "night")
	f("mono", false, "mono")
	if _, err := Pick("drak", true); err == nil {
		t.Error("an unknown theme is found")
	}
}

// Without colours the levels are told by attributes, at rest and selected.
func TestNoColourKeepsLevels(t *testing.T) {
	for _, th := range Builtin() {
		for _, profile := range []colorprofile.Profile{colorprofile.Unknown, colorprofile.NoTTY, colorprofile.ASCII} {
			p := NewPalette(th, profile)
			for i := range NumTokens {
				if p.Foreground[i] != "" || p.Background[i] != "" {
					t.Fatalf("%s: %s has a colour without colours", th.Name, Token(i))
				}
			}
			for _, back := range []Token{Default, Bar, Selection, Overlay} {
				levels := []Attr{p.Attrs(Text, back, 0), p.Attrs(Strong, back, 0), p.Attrs(Warning, back, 0), p.Attrs(Critical, back, 0)}
				for i, a := range levels {
					if slices.Contains(levels[:i], a) {
						t.Errorf("%s on %s: two levels look alike: %v", th.Name, back, levels)
					}
				}
			}
			if p.Attrs(Text, Selection, 0) == p.Attrs(Text, Default, 0) {
				t.Errorf("%s: the selection does not show", th.Name)
			}
		}
	}
}

// On 16 colours the levels, the selection and nearly all series stay apart.
func TestSixteenColours(t *testing.T) {
	for _, th := range Builtin() {
		p := NewPalette(th, colorprofile.ANSI)
		shown := func(tok Token) string { return fmt.Sprint(p.Foreground[tok], p.Attr[tok]) }
		levels := []string{shown(Text), shown(Strong), shown(OK), shown(Warning), shown(Critical)}
		slices.Sort(levels)
		if th.Name != "mono" && len(slices.Compact(levels)) != 5 {
			t.Errorf("%s: levels look alike: %q", th.Name, levels)
		}
		if p.Attr[Selection] != Reverse && p.Background[Selection] == "" {
			t.Errorf("%s: the selection does not show", th.Name)
		}
		if th.Name != "mono" && p.Foreground[Hit] == p.Background[HitBack] {
			t.Errorf("%s: a hit does not show", th.Name)
		}
		series := map[string]bool{}
		for i := range NumSeries {
			series[shown(Series(i))] = true
			invisible := p.Foreground[Series(i)] == "30" || !th.Dark && p.Foreground[Series(i)] == "97"
			if invisible {
				t.Errorf("%s: series %d is %s", th.Name, i, p.Foreground[Series(i)])
			}
		}
		if th.Name != "mono" && len(series) < NumSeries-1 { // nine of the 16 show on light
			t.Errorf("%s: %d series colours left of %d", th.Name, len(series), NumSeries)
		}
	}
	p := NewPalette(DarkTheme(), colorprofile.ANSI)
	if p.Foreground[Critical] != "91" && p.Foreground[Critical] != "31" {
		t.Errorf("critical is %s, not red", p.Foreground[Critical])
	}
}

// On 256 colours nothing collapses into its background.
func Test256Colours(t *testing.T) {
	for _, th := range Builtin() {
		if _, ok := floors()[th.Name]; !ok {
			continue
		}
		p := NewPalette(th, colorprofile.ANSI256)
		for _, tok := range []Token{Selection, Overlay, Bar, Span, HitBack} {
			r, g, b, _ := th.Paper.IsRGB()
			if p.Background[tok] == fmt.Sprintf("48;5;%d", nearest256(r, g, b)) && th.Name != "night" && tok != Overlay {
				t.Errorf("%s: %s is the paper", th.Name, tok)
			}
			if p.Attr[tok] != 0 {
				t.Errorf("%s: %s has a colour and is reversed too", th.Name, tok)
			}
		}
		seen := map[string]int{}
		for i := range NumSeries {
			seen[p.Foreground[Series(i)]]++
		}
		least := NumSeries - 1
		if th.Name == "night" { // the cube has few browns
			least = 6
		}
		if len(seen) < least {
			t.Errorf("%s: %d series colours left: %v", th.Name, len(seen), seen)
		}
	}
}

func TestDefaultIsNeverStyled(t *testing.T) {
	for _, th := range Builtin() {
		for p := colorprofile.NoTTY; p <= colorprofile.TrueColor; p++ {
			pal := NewPalette(th, p)
			if pal.Foreground[Default] != "" || pal.Attr[Default] != 0 {
				t.Errorf("%s at %s: default is %q", th.Name, p, pal.Foreground[Default])
			}
		}
	}
}

// What dichromats see of a colour: Machado, Oliveira and Fernandes (2009), severity 1.
func protanopia(c Color) Color {
	return through(c, [9]float64{.152286, 1.052583, -.204868, .114503, .786281, .099216, -.003882, -.048116, 1.051998})
}

func deuteranopia(c Color) Color {
	return through(c, [9]float64{.367322, .860646, -.227968, .280085, .672501, .047413, -.011820, .042940, .968881})
}

func through(c Color, m [9]float64) Color {
	r, g, b := linear(c)
	return fromLinear(m[0]*r+m[1]*g+m[2]*b, m[3]*r+m[4]*g+m[5]*b, m[6]*r+m[7]*g+m[8]*b)
}

func TestColourArithmetic(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > .01 {
			t.Errorf("%s is %.3f, want %.3f", what, got, want)
		}
	}
	near("black on white", Contrast(Hex(0), Hex(0xffffff)), 21)
	near("#767676 on white", Contrast(Hex(0x767676), Hex(0xffffff)), 4.54) // WCAG's own example of AA
	near("white to black", distance(Hex(0), Hex(0xffffff)), 1)
	if c := mix(Hex(0x123456), Hex(0xffffff), 0); c != Hex(0x123456) {
		t.Errorf("mixing nothing in changes the colour: %06x", c)
	}
	if Contrast(ANSI(1), Hex(0)) != 0 {
		t.Error("the contrast of an unknown colour is known")
	}
}
