package themes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// A scheme is a base16 or base24 palette (tinted-theming's styling guide):
// 00 to 07 go from background to brightest text, 08 to 0F are red, orange,
// yellow, green, cyan, blue, magenta, brown; base24 adds darker backgrounds (10,
// 11) and bright colours (12 to 17: red, yellow, green, cyan, blue, magenta).
type scheme [24]Color

// slot is the index of a key such as base0A.
func slot(key string) (int, bool) {
	hex, ok := strings.CutPrefix(key, "base")
	if !ok || len(hex) != 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(hex, 16, 8)
	return int(n), err == nil && n < 24
}

func isScheme(top []entry) bool {
	return slices.ContainsFunc(top, func(e entry) bool {
		_, ok := slot(e.key)
		return ok || e.key == "system" || e.key == "palette" || e.key == "scheme"
	})
}

// scheme reads a base16 or base24 file.
func (r *report) scheme(top []entry) Theme {
	var s scheme
	var have [24]bool
	var name, slug, variant string
	flat := append([]entry(nil), top...)
	for _, e := range top {
		if e.key == "palette" {
			flat = append(flat, r.mapping(e.value, "palette")...)
		}
	}
	for i, e := range flat {
		if n, ok := slot(e.key); ok {
			if have[n] {
				r.at(e.token, "%s is given twice", e.key)
			}
			s[n], have[n] = r.slotColor(e), true
			continue
		}
		if i >= len(top) {
			r.at(e.token, "unknown colour %q in a palette; there are base00 to base0F, and to base17 in base24", e.key)
			continue
		}
		switch e.key {
		case "palette":
		case "scheme", "name":
			name = r.name(e)
		case "slug":
			slug = r.name(e)
		case "variant":
			v, tk, ok := r.scalar(e)
			if ok && v != "dark" && v != "light" {
				r.at(tk, "variant is dark or light, not %q", v)
			}
			variant = v
		case "system":
			if v, tk, ok := r.scalar(e); ok && v != "base16" && v != "base24" {
				r.at(tk, "system is base16 or base24, not %q", v)
			}
		case "author", "description":
		default:
			r.at(e.token, "unknown key %q in a base16 scheme", e.key)
		}
	}
	if slug != "" {
		name = slug
	}
	r.complete(have, name, top)
	if len(r.problems) > 0 {
		return Theme{}
	}
	dark := luminance(s[0]) < luminance(s[5])
	if variant != "" {
		dark = variant == "dark"
	}
	return s.theme(name, dark, have)
}

// complete says what a scheme lacks.
func (r *report) complete(have [24]bool, name string, top []entry) {
	var at *token.Token
	if len(top) > 0 {
		at = top[0].token
	}
	if name == "" {
		r.at(at, "the scheme has no name")
	}
	var missing []string
	extra := slices.Contains(have[16:], true)
	for i, ok := range have {
		if !ok && (i < 16 || extra) {
			missing = append(missing, fmt.Sprintf("base%02X", i))
		}
	}
	if len(missing) > 0 {
		r.at(at, "the scheme lacks %s", strings.Join(missing, ", "))
	}
}

// slotColor reads 181818 or #181818.
func (r *report) slotColor(e entry) Color {
	v, tk, ok := r.scalar(e)
	if !ok {
		return 0
	}
	hex := strings.TrimPrefix(v, "#")
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		r.at(tk, "%s is no colour: %q", e.key, v)
		return 0
	}
	return Hex(uint32(n))
}

// theme maps a scheme to tokens. Schemes are made for code, where a comment
// may be faint; here every text must be read, so what has too little contrast
// with the background is moved towards the text.
func (s scheme) theme(name string, dark bool, have [24]bool) Theme {
	paper := s[0]
	strong := s[5]
	for _, c := range []Color{s[6], s[7]} {
		if Contrast(c, paper) > Contrast(strong, paper) {
			strong = c
		}
	}
	bright := func(normal, bright int) Color {
		if dark && have[bright] {
			return s[bright]
		}
		return s[normal]
	}
	t := Theme{Name: name, Dark: dark, Paper: paper}
	set := func(tok Token, c Color, floor float64, a Attr) {
		t.Looks[tok] = Look{readable(c, paper, strong, floor), a}
	}
	set(Text, s[5], 4.5, 0)
	set(Strong, strong, 4.5, Bold)
	set(Title, s[5], 4.5, 0)
	set(Muted, s[4], 3.5, 0)
	set(Faint, s[3], 1.5, 0)
	set(Rule, s[3], 1.5, 0)
	set(Stale, s[3], 2.5, 0)
	set(Focus, bright(13, 22), 3, Bold)
	set(Key, s[13], 3, 0)
	set(OK, s[11], 3, 0)
	set(Info, s[12], 3, 0)
	set(Warning, bright(10, 19), 3, Bold)
	set(Critical, bright(8, 18), 3, Bold)
	set(Accent, s[14], 3, Bold)
	set(Link, s[13], 3, Underline)
	set(Cursor, strong, 4.5, 0)
	t.Looks[Bar] = Look{Color: s[1]}
	t.Looks[Selection] = Look{s[2], Reverse}
	t.Looks[Overlay] = Look{Color: s[1]}
	t.Looks[Span] = Look{mix(paper, s[8], 0.2), Underline}
	t.Looks[HitBack] = Look{s[10], Reverse}
	t.Looks[Hit] = Look{paper, Bold}
	// Red and yellow are left to what is wrong; the second half is paler.
	series := []Color{s[13], s[9], s[11], s[14], s[12], s[15]}
	for i := range NumSeries {
		c := series[i%len(series)]
		if i >= len(series) {
			c = mix(c, strong, 0.45)
		}
		set(Series(i), c, 2.5, 0)
	}
	ramp := []Color{mix(paper, s[13], 0.15), s[13], s[11], s[10]}
	if !dark {
		ramp = []Color{mix(paper, s[10], 0.4), s[11], s[13], s[5]}
	}
	for i := range NumHeat {
		at := float64(i) * float64(len(ramp)-1) / (NumHeat - 1)
		lo := min(int(at), len(ramp)-2)
		t.Looks[int(heat0)+i].Color = mix(ramp[lo], ramp[lo+1], at-float64(lo))
	}
	return t
}
