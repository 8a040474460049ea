package screen

import (
	"fmt"
	"strings"

	"nightjar/themes"
)

// isShape reports whether the SVG picture draws ch as a shape.
func isShape(ch uint32) bool {
	return ch >= 0x2500 && ch < 0x25a0 || ch >= 0x2800 && ch < 0x2900
}

// shape draws r into the cell whose corner is x, y (tenths of a pixel), and
// reports whether it is one that is drawn as a shape.
func (s *svg) shape(r rune, ink themes.Color, x, y int) bool {
	if !isShape(uint32(r)) { //nolint:gosec // a rune
		return false
	}
	sh := s.in(ink)
	switch {
	case r >= 0x2800:
		sh.dots(byte(r), x, y) //nolint:gosec // the low byte is the dots
	case r >= 0x2580:
		sh.block(r, x, y)
	case r >= 0x256d && r <= 0x2570:
		sh.arc(r, x, y)
	case r >= 0x2571 && r <= 0x2573:
		if r != '╲' {
			line(&sh.line, x, y+cellH, x+cellW, y)
		}
		if r != '╱' {
			line(&sh.line, x, y, x+cellW, y+cellH)
		}
	default:
		sh.arms(r, x, y)
	}
	return true
}

// dots draws a braille pattern:
//
//	1 4
//	2 5
//	3 6
//	7 8
func (sh *shapes) dots(bits byte, x, y int) {
	const size = 22
	at := [8][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	for i, p := range at {
		if bits&(1<<i) != 0 {
			box(&sh.fill, x+cellW/4+p[0]*cellW/2-size/2, y+cellH/8+p[1]*cellH/4-size/2, size, size)
		}
	}
}

// block draws U+2580 to U+259F. Shades are a checkered part of the cell.
func (sh *shapes) block(r rune, x, y int) {
	const hw, hh = cellW / 2, cellH / 2
	switch {
	case r == 0x2580:
		box(&sh.fill, x, y, cellW, hh)
	case r <= 0x2588: // eighths from below
		h := cellH * int(r-0x2580) / 8
		box(&sh.fill, x, y+cellH-h, cellW, h)
	case r <= 0x258f: // eighths from the left, seven to one
		box(&sh.fill, x, y, cellW*int(0x2590-r)/8, cellH)
	case r == 0x2590:
		box(&sh.fill, x+hw, y, hw, cellH)
	case r <= 0x2593:
		sh.shade(int(r-0x2590), x, y)
	case r == 0x2594:
		box(&sh.fill, x, y, cellW, cellH/8)
	case r == 0x2595:
		box(&sh.fill, x+cellW*7/8, y, cellW/8, cellH)
	default: // quadrants: 1 upper left, 2 upper right, 4 lower left, 8 lower right
		q := [...]byte{4, 8, 1, 13, 9, 7, 11, 2, 6, 14}[r-0x2596]
		for i := range 4 {
			if q&(1<<i) != 0 {
				box(&sh.fill, x+i%2*hw, y+i/2*hh, hw, hh)
			}
		}
	}
}

// shade covers one, two or three quarters of the cell with small squares.
func (sh *shapes) shade(quarters, x, y int) {
	const nx, ny = 4, 8
	w, h := cellW/nx, cellH/ny
	for i := range nx {
		for j := range ny {
			if order := [4]int{0, 2, 3, 1}[i%2+j%2*2]; order < quarters {
				box(&sh.fill, x+i*w, y+j*h, w, h)
			}
		}
	}
}

// arms draws straight box lines from the cell's middle to its edges.
func (sh *shapes) arms(r rune, x, y int) {
	left, right, up, down, _ := armsOf(r)
	cx, cy := x+cellW/2, y+cellH/2
	for _, off := range []int{0, 18, -18} { // a double line is two, beside the middle
		double := off != 0
		thick := func(weight byte) int {
			switch {
			case weight == 0, double != (weight == 3):
				return 0
			case weight == 2:
				return 28
			}
			return 12
		}
		if t := thick(left); t > 0 {
			box(&sh.fill, x, cy+off-t/2, cellW/2+t/2, t)
		}
		if t := thick(right); t > 0 {
			box(&sh.fill, cx-t/2, cy+off-t/2, cellW/2+t/2, t)
		}
		if t := thick(up); t > 0 {
			box(&sh.fill, cx+off-t/2, y, t, cellH/2+t/2)
		}
		if t := thick(down); t > 0 {
			box(&sh.fill, cx+off-t/2, cy-t/2, t, cellH/2+t/2)
		}
	}
}

// arc draws the rounded corners ╭ ╮ ╯ ╰.
func (sh *shapes) arc(r rune, x, y int) {
	cx, cy := x+cellW/2, y+cellH/2
	endX, endY := x+cellW, y+cellH
	if r == '╮' || r == '╯' {
		endX = x
	}
	if r == '╯' || r == '╰' {
		endY = y
	}
	bend := cellW / 2
	if endY < cy {
		bend = -bend
	}
	fmt.Fprintf(&sh.line, "M%s %sV%sQ%s %s %s %s", px(cx), px(endY), px(cy+bend), px(cx), px(cy), px(endX), px(cy))
}

func box(b *strings.Builder, x, y, w, h int) {
	fmt.Fprintf(b, "M%s %sh%sv%sh-%sz", px(x), px(y), px(w), px(h), px(w))
}

func line(b *strings.Builder, x1, y1, x2, y2 int) {
	fmt.Fprintf(b, "M%s %sL%s %s", px(x1), px(y1), px(x2), px(y2))
}
