package themes

import (
	"image/color"
	"math"

	"github.com/charmbracelet/x/ansi"
)

// nearest256 brings a colour down to the 256 by x/ansi's perceptual conversion.
func nearest256(r, g, b uint8) int {
	return int(ansi.Convert256(color.RGBA{R: r, G: g, B: b, A: 255}))
}

// xterm16 is what the 16 ANSI colours are taken to be where one must guess:
// xterm's own.
func xterm16(n uint8) Color {
	r, g, b, _ := ansi.BasicColor(n & 15).RGBA()
	return RGB(uint8(r>>8), uint8(g>>8), uint8(b>>8)) //nolint:gosec // 16-bit parts
}

// basicLooks is a theme for a terminal with 16 colours. Hue is what survives:
// each colour becomes the nearest of the 16 that shows on such a background.
// Greys, backgrounds and marks would collapse into one another, so they are
// those of the ansi16 theme; series take different colours while there are any.
func basicLooks(t Theme) [NumTokens]Look {
	basic := ANSI16Theme()
	if !t.Dark {
		basic = ANSI16LightTheme()
	}
	out := t.Looks
	var taken [16]bool
	for i := range out {
		tok := Token(i)
		if _, _, _, rgb := out[i].Color.IsRGB(); !rgb {
			continue
		}
		attr := out[i].Attr
		out[i] = basic.Looks[tok]
		switch tok {
		case OK, Info, Warning, Critical, Focus, Key, Accent, Link:
			out[i] = Look{ANSI(nearest16(t.Looks[i].Color, t.Dark, [16]bool{})), attr}
		}
		if tok >= series0 && tok < heat0 {
			n := nearest16(t.Looks[i].Color, t.Dark, taken)
			taken[n] = true
			out[i] = Look{ANSI(n), attr}
		}
	}
	if out[Warning].Color == out[Critical].Color { // told apart at least by how bright
		out[Warning].Color, out[Critical].Color = basic.Looks[Warning].Color, basic.Looks[Critical].Color
	}
	return out
}

// nearest16 is the nearest of the chromatic ANSI colours that is not taken.
// Bright yellow, green and cyan do not show on a light background, nor does
// blue on a dark one.
func nearest16(c Color, dark bool, taken [16]bool) uint8 {
	best, at := uint8(0), -1.0
	for _, n := range []uint8{1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14} {
		if taken[n] || dark && n == 4 || !dark && (n == 10 || n == 11 || n == 14) {
			continue
		}
		if d := hueDistance(c, xterm16(n)); at < 0 || d < at {
			best, at = n, d
		}
	}
	if at < 0 { // all taken
		return nearest16(c, dark, [16]bool{})
	}
	return best
}

// hueDistance is the angle between hues first, lightness second: a muted blue
// is blue, not grey.
func hueDistance(a, b Color) float64 {
	x, y := oklab(a), oklab(b)
	angle := math.Abs(math.Remainder(math.Atan2(x[2], x[1])-math.Atan2(y[2], y[1]), 2*math.Pi))
	return angle + 0.5*math.Abs(x[0]-y[0])
}
