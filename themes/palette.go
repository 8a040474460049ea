package themes

import (
	"strconv"

	"github.com/charmbracelet/colorprofile"
)

// A Palette is a theme made ready for one terminal: for every token the SGR
// parameters of its foreground and background (without ESC [ and m), empty
// where the terminal has no colour, and its attributes. Immutable.
type Palette struct {
	Theme      Theme
	Profile    colorprofile.Profile
	Foreground [NumTokens]string
	Background [NumTokens]string
	Attr       [NumTokens]Attr
}

// NewPalette resolves t for a terminal with colour profile p. Colours are
// brought down to what the terminal has. With no colours at all (NO_COLOR, a
// dumb terminal) the attributes are those of the mono theme, since those of a
// colour theme would not tell its levels apart.
func NewPalette(t Theme, p colorprofile.Profile) *Palette {
	looks := t.Looks
	switch {
	case p <= colorprofile.ASCII:
		looks = MonoTheme().Looks
	case p == colorprofile.ANSI:
		looks = basicLooks(t)
	}
	pal := &Palette{Theme: t, Profile: p}
	for i, look := range looks {
		pal.Foreground[i] = sgr(look.Color, p, 30)
		pal.Background[i] = sgr(look.Color, p, 40)
		pal.Attr[i] = look.Attr
		if isBackground(Token(i)) && pal.Background[i] != "" {
			pal.Attr[i] = 0 // it only stands in for a missing colour
		}
	}
	return pal
}

// Attrs is every attribute of a cell that is drawn with foreground token fg
// on background token bg and attributes own. What is reversed stands out of what is
// reversed already by not being so: a critical word in the selected row.
func (p *Palette) Attrs(fg, bg Token, own Attr) Attr {
	front, back := p.Attr[fg], p.Attr[bg]
	if bg == Default {
		back = 0
	}
	return (own|front|back)&^Reverse | (own^front^back)&Reverse
}

// sgr gives the SGR parameters of c; base is 30 for foregrounds, 40 for backgrounds.
func sgr(c Color, p colorprofile.Profile, base int) string {
	if p <= colorprofile.ASCII {
		return ""
	}
	if n, ok := c.IsANSI(); ok {
		return ansiParam(int(n), base)
	}
	r, g, b, ok := c.IsRGB()
	if !ok {
		return ""
	}
	switch p {
	case colorprofile.TrueColor:
		return strconv.Itoa(base+8) + ";2;" + strconv.Itoa(int(r)) + ";" + strconv.Itoa(int(g)) + ";" + strconv.Itoa(int(b))
	case colorprofile.ANSI256:
		return strconv.Itoa(base+8) + ";5;" + strconv.Itoa(nearest256(r, g, b))
	default: // RGB never gets here: basicLooks has replaced it
		return ""
	}
}

func ansiParam(n, base int) string {
	if n < 8 {
		return strconv.Itoa(base + n)
	}
	return strconv.Itoa(base + 60 + n - 8)
}
