package themes

import "math"

// Contrast is the WCAG 2.1 contrast ratio of two 24-bit colours, 1 to 21. It
// is 0 if one of them is not RGB: what the terminal's own colours are is not known.
func Contrast(a, b Color) float64 {
	if a&rgbFlag == 0 || b&rgbFlag == 0 {
		return 0
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance, 0 to 1.
func luminance(c Color) float64 {
	r, g, b := linear(c)
	return 0.2126*r + 0.7152*g + 0.0722*b
}

// linear gives the parts of c as linear light, 0 to 1 (sRGB, IEC 61966-2-1).
func linear(c Color) (r, g, b float64) {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	x, y, z, _ := c.IsRGB()
	return f(x), f(y), f(z)
}

// fromLinear is the inverse of linear; parts outside 0 to 1 are clamped.
func fromLinear(r, g, b float64) Color {
	f := func(v float64) uint8 {
		v = min(max(v, 0), 1)
		if v <= 0.0031308 {
			return uint8(math.Round(v * 12.92 * 255))
		}
		return uint8(math.Round((1.055*math.Pow(v, 1/2.4) - 0.055) * 255))
	}
	return RGB(f(r), f(g), f(b))
}

// distance is how different two colours look: Euclidean in OKLab (Ottosson
// 2020), where 0.02 is just visible side by side and black to white is 1.
func distance(a, b Color) float64 {
	x, y := oklab(a), oklab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

func oklab(c Color) [3]float64 {
	r, g, b := linear(c)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// mix is a with the share t (0 to 1) of b, in linear light.
func mix(a, b Color, t float64) Color {
	ar, ag, ab := linear(a)
	br, bg, bb := linear(b)
	return fromLinear(ar+(br-ar)*t, ag+(bg-ag)*t, ab+(bb-ab)*t)
}

// readable moves c towards ink until its contrast on paper is at least floor,
// or c is ink.
func readable(c, paper, ink Color, floor float64) Color {
	for i := 0; i <= 10; i++ {
		if m := mix(c, ink, float64(i)/10); Contrast(m, paper) >= floor {
			return m
		}
	}
	return ink
}
