package screen

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"nightjar/themes"
)

// A cell of a picture in tenths of a pixel: 0.6 em by 1.3 em of 14 px, which is
// what monospaced fonts have in common. Whole tenths keep the text short and equal everywhere.
const (
	cellW, cellH = 84, 180
	baseline     = 136
	margin       = 100
)

// SVG is the grid as a picture: text in the reader's monospaced font, set word
// by word so that columns stay aligned in any font; lines, blocks and braille
// dots as shapes that join. The same grid and palette give the same bytes.
func (g *Grid) SVG(p *themes.Palette) string {
	s := &svg{pal: p, ground: p.Theme.Ground(), shapes: map[themes.Color]*shapes{}}
	w, h := g.w*cellW+2*margin, g.h*cellH+2*margin
	fmt.Fprintf(&s.out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" `+
		`font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`+"\n",
		px(w), px(h), px(w), px(h))
	fmt.Fprintf(&s.out, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", s.ground.CSS())
	for y := range g.h {
		s.backgrounds(g.cells[y*g.w:(y+1)*g.w], y)
	}
	for y := range g.h {
		s.row(g.cells[y*g.w:(y+1)*g.w], y)
	}
	for _, c := range s.order {
		sh := s.shapes[c]
		if sh.fill.Len() > 0 {
			fmt.Fprintf(&s.out, `<path fill="%s" d="%s"/>`+"\n", c.CSS(), sh.fill.String())
		}
		if sh.line.Len() > 0 {
			fmt.Fprintf(&s.out, `<path fill="none" stroke="%s" stroke-width="1.2" d="%s"/>`+"\n", c.CSS(), sh.line.String())
		}
	}
	s.out.WriteString("</svg>\n")
	return s.out.String()
}

// svg is a picture in the making. Shapes are gathered by colour, in the order
// in which colours appear.
type svg struct {
	pal    *themes.Palette
	ground themes.Color
	out    strings.Builder
	shapes map[themes.Color]*shapes
	order  []themes.Color
}

type shapes struct{ fill, line strings.Builder }

// colors are what a style looks like: ink, paper, and attributes but Reverse.
func (s *svg) colors(st Style) (ink, paper themes.Color, attr themes.Attr) {
	ink, paper = s.pal.Theme.Ink(), s.ground
	if fg := st.Foreground(); s.pal.Foreground[fg] != "" {
		ink = s.pal.Theme.Looks[fg].Color
	}
	if bg := st.Background(); bg != themes.Default && s.pal.Background[bg] != "" {
		paper = s.pal.Theme.Looks[bg].Color
	}
	attr = s.pal.Attrs(st.Foreground(), st.Background(), st.Attr())
	if attr&themes.Reverse != 0 {
		ink, paper = paper, ink
	}
	return ink, paper, attr &^ themes.Reverse
}

// backgrounds draws runs of cells that have a background.
func (s *svg) backgrounds(row []cell, y int) {
	for x := 0; x < len(row); {
		_, paper, _ := s.colors(row[x].style &^ wideBit)
		end := x + 1
		for end < len(row) {
			if _, next, _ := s.colors(row[end].style &^ wideBit); next != paper {
				break
			}
			end++
		}
		if paper.CSS() != s.ground.CSS() {
			fmt.Fprintf(&s.out, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n",
				px(margin+x*cellW), px(margin+y*cellH), px((end-x)*cellW), px(cellH), paper.CSS())
		}
		x = end
	}
}

// row draws the characters of a row: shapes at once, text a word at a time.
func (s *svg) row(row []cell, y int) {
	for x := 0; x < len(row); {
		c := row[x]
		ink, _, attr := s.colors(c.style &^ wideBit)
		if c.ch == ' ' && attr&themes.Underline == 0 || c.ch == continuation {
			x++
			continue
		}
		if c.ch < clusterBase && s.shape(rune(c.ch), ink, margin+x*cellW, margin+y*cellH) {
			x++
			continue
		}
		x = s.word(row, x, y)
	}
}

// word draws text from x to the next blank, shape or change of style.
func (s *svg) word(row []cell, x, y int) int {
	style := row[x].style &^ wideBit
	ink, _, attr := s.colors(style)
	var text strings.Builder
	start, plain := x, true
	for x < len(row) && (row[x].style&^wideBit) == style {
		c := row[x]
		if c.ch == continuation {
			x++
			continue
		}
		isWide := c.style&wideBit != 0 || c.ch >= 0x300
		if x > start && (isWide || !plain || c.ch == ' ' && attr&themes.Underline == 0 || isShape(c.ch)) {
			break
		}
		plain = !isWide
		if c.ch >= clusterBase {
			text.WriteString(clusters.text(c.ch))
		} else {
			text.WriteRune(rune(c.ch))
		}
		x++
	}
	fmt.Fprintf(&s.out, `<text x="%s" y="%s" fill="%s"`, px(margin+start*cellW), px(margin+y*cellH+baseline), ink.CSS())
	if plain && x > start+1 {
		fmt.Fprintf(&s.out, ` textLength="%s"`, px((x-start)*cellW))
	}
	for _, a := range [...]struct {
		attr themes.Attr
		text string
	}{
		{themes.Bold, ` font-weight="bold"`},
		{themes.Dim, ` fill-opacity="0.6"`},
		{themes.Italic, ` font-style="italic"`},
		{themes.Underline, ` text-decoration="underline"`},
	} {
		if attr&a.attr != 0 {
			s.out.WriteString(a.text)
		}
	}
	s.out.WriteByte('>')
	_ = xml.EscapeText(&s.out, []byte(text.String())) // a Builder does not fail
	s.out.WriteString("</text>\n")
	return x
}

// in gives the shapes of a colour.
func (s *svg) in(c themes.Color) *shapes {
	sh := s.shapes[c]
	if sh == nil {
		sh = &shapes{}
		s.shapes[c] = sh
		s.order = append(s.order, c)
	}
	return sh
}

// px writes tenths of a pixel.
func px(tenths int) string {
	if tenths%10 == 0 {
		return strconv.Itoa(tenths / 10)
	}
	return strconv.FormatFloat(float64(tenths)/10, 'f', 1, 64)
}
