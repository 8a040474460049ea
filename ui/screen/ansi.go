package screen

import "nightjar/themes"

// ANSI is the grid as rows of text with SGR sequences, for a file or a pager:
// each row ends with a reset and a newline, blanks at its end are left out.
func (g *Grid) ANSI(p *themes.Palette) string {
	e := encoder{pal: p}
	for y := range g.h {
		row := g.cells[y*g.w : (y+1)*g.w]
		end := len(row)
		for end > 0 && e.blank(row[end-1]) {
			end--
		}
		e.style, e.known = 0, true // every row starts from a reset
		for x := 0; x < end; {
			x = e.cell(row, x)
		}
		if e.style != 0 {
			e.buf = append(e.buf, "\x1b[m"...)
		}
		e.buf = append(e.buf, '\n')
	}
	return string(e.buf)
}
