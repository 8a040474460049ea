package screen

import "nightjar/themes"

// ANSI is the grid as rows of text with SGR sequences, each ended by a reset and a newline.
func (g *Grid) ANSI(p *themes.Palette) string {
	e := encoder{pal: p}
	for y := range g.h {
		e.unknown()
		e.x, e.y = 0, y
		for x := 0; x < g.w; {
			x = e.cell(g.cells[y*g.w:(y+1)*g.w], x)
		}
		e.buf = append(e.buf, "\x1b[m\n"...)
	}
	return string(e.buf)
}

// ASCII is replaced.
func (g *Grid) ASCII() {}

// SVG is replaced.
func (g *Grid) SVG(*themes.Palette) string { return "" }
