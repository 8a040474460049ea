package screen

import "nightjar/themes"

// A Style is how a cell looks, by meaning: a foreground token, a background
// token and attributes, packed. It becomes colours only when a frame is
// written, so changing the theme changes no cell.
type Style uint32

// On is text of foreground token fg on the terminal's own background.
func On(fg themes.Token) Style { return Style(fg) }

// Over puts the style on background token bg.
func (s Style) Over(bg themes.Token) Style { return s&^(0xff<<8) | Style(bg)<<8 }

// With adds attributes.
func (s Style) With(a themes.Attr) Style { return s | Style(a)<<16 }

// As changes the foreground token and keeps the rest.
func (s Style) As(fg themes.Token) Style { return s&^0xff | Style(fg) }

// Foreground is the style's foreground token.
func (s Style) Foreground() themes.Token { return themes.Token(s & 0xff) }

// Background is the style's background token; Default is none.
func (s Style) Background() themes.Token { return themes.Token(s >> 8 & 0xff) }

// Attr is the style's own attributes, beside those its tokens bring.
func (s Style) Attr() themes.Attr { return themes.Attr(s >> 16 & 0xff) }
