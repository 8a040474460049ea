package themes

import "fmt"

// Attr is a set of text attributes.
type Attr uint8

// The attributes every terminal of the last thirty years can show.
const (
	Bold Attr = 1 << iota
	Dim
	Italic
	Underline
	Reverse
)

// A Color is none, one of the 16 ANSI colours, or 24-bit RGB.
type Color uint32

const (
	ansiFlag Color = 1 << 25
	rgbFlag  Color = 1 << 24

	// NoColor leaves the terminal's own colour.
	NoColor Color = 0
)

// ANSI is one of the terminal's own 16 colours, 0 to 15.
func ANSI(n uint8) Color { return ansiFlag | Color(n&15) }

// RGB is a 24-bit colour.
func RGB(r, g, b uint8) Color { return rgbFlag | Color(r)<<16 | Color(g)<<8 | Color(b) }

// Hex is the colour of 0xRRGGBB.
func Hex(v uint32) Color { return rgbFlag | Color(v&0xffffff) }

// IsRGB reports whether c is a 24-bit colour and gives its parts.
func (c Color) IsRGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c&rgbFlag != 0 //nolint:gosec // truncation is the point
}

// IsANSI reports whether c is one of the 16 and gives its number.
func (c Color) IsANSI() (n uint8, ok bool) { return uint8(c & 15), c&ansiFlag != 0 }

// A Look is how one token is drawn: its colour and its attributes. For
// background tokens (Bar, Selection, Overlay, Span, HitBack) Color is the
// background; Attr (such as Reverse) stands in where there is no colour.
type Look struct {
	Color Color
	Attr  Attr
}

// A Theme gives every token a look. Themes are values; copy to change one.
type Theme struct {
	Name  string
	Dark  bool  // made for a dark background
	Paper Color // the background it is made for; pictures are drawn on it, terminals keep their own
	Looks [NumTokens]Look
}

// Ground is the background that pictures in t are drawn on, as 24-bit RGB.
func (t Theme) Ground() Color {
	switch {
	case t.Paper != NoColor:
		return t.Paper.rgb()
	case t.Dark:
		return Hex(0x101216)
	}
	return Hex(0xfafafa)
}

// Ink is what stands for the terminal's own text colour in pictures, as 24-bit RGB.
func (t Theme) Ink() Color {
	switch {
	case t.Looks[Text].Color != NoColor:
		return t.Looks[Text].Color.rgb()
	case t.Dark:
		return Hex(0xc8ccd4)
	}
	return Hex(0x24282f)
}

// rgb is c as 24-bit RGB; the 16 ANSI colours are taken to be xterm's.
func (c Color) rgb() Color {
	if n, ok := c.IsANSI(); ok {
		return xterm16(n)
	}
	return c
}

// CSS is c as #rrggbb, empty for NoColor; the 16 ANSI colours are taken to be xterm's.
func (c Color) CSS() string {
	if c == NoColor {
		return ""
	}
	return fmt.Sprintf("#%06x", uint32(c.rgb())&0xffffff)
}
