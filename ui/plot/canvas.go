// Package plot is the geometry of charts: values and times to dots, dots to
// braille patterns, with a colour for each cell.
//
// It guarantees to those who draw: any value (NaN, infinite, huge, tiny) and
// any size are safe; nothing is written outside the canvas; once a Canvas has
// grown to its size, drawing allocates nothing. Braille patterns and blocks are
// those of ntcharts' canvas/runes; its line geometry (canvas/graph) is the
// oracle of this package's tests: its GetLinePoints allocates a slice for each
// segment and its PatternDotsGrid one for each row and frame, which at 16
// panels of 5 series comes to thousands of allocations a frame, so Line and
// Canvas are written here. See docs/performance.md.
//
// Nothing here is safe for concurrent use.
package plot

import (
	"github.com/NimbleMarkets/ntcharts/v2/canvas/runes"

	"nightjar/ui/screen"
)

// A braille cell is DotsX dots wide and DotsY dots high.
const (
	DotsX = 2
	DotsY = 4
)

// dotBits is the bit of each dot in a braille pattern, by row and column.
var dotBits = func() (bits [DotsY][DotsX]uint8) {
	for i, at := range [8][2]int{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}, {2, 1}, {3, 0}, {3, 1}} {
		var p runes.PatternDots
		// PatternDots counts as Unicode does: 1 2 3 down the left, 4 5 6 down the right, then 7 and 8.
		p[i] = true
		bits[at[0]][at[1]] = uint8(runes.BraillePatternFromPatternDots(p) - runes.BrailleBlockOffset)
	}
	return bits
}()

// runBits are the bits of dots a to b of one column of a cell.
var runBits = func() (bits [DotsX][DotsY][DotsY]uint8) {
	for x := range DotsX {
		for a := range DotsY {
			for b := a; b < DotsY; b++ {
				for y := a; y <= b; y++ {
					bits[x][a][b] |= dotBits[y][x]
				}
			}
		}
	}
	return bits
}()

// A Fill is how densely an area is filled.
type Fill uint8

// The fills. Sparse lets lines beneath and above be seen.
const (
	Solid  Fill = iota // every dot
	Sparse             // every fourth dot
)

// A Canvas is a picture of braille cells. A cell has one style: that of what
// was drawn into it last. Dots count from the top left corner. The zero Canvas
// is empty and usable.
type Canvas struct {
	w, h   int
	dots   []uint8 // by columns: lines run up and down more than along
	styles []screen.Style
}

// Resize makes the canvas w x h cells and blank.
func (c *Canvas) Resize(w, h int) {
	w, h = max(w, 0), max(h, 0)
	n := w * h
	if cap(c.dots) < n {
		c.dots, c.styles = make([]uint8, n), make([]screen.Style, n)
	}
	c.w, c.h = w, h
	c.dots, c.styles = c.dots[:n], c.styles[:n]
	clear(c.dots)
}

// Size is the canvas' width and height in dots.
func (c *Canvas) Size() (w, h int) { return c.w * DotsX, c.h * DotsY }

// Dots is the pattern of the cell at x, y (in cells), zero outside.
func (c *Canvas) Dots(x, y int) uint8 {
	if x < 0 || y < 0 || x >= c.w || y >= c.h {
		return 0
	}
	return c.dots[x*c.h+y]
}

// Style is the style of the cell at x, y (in cells), which must have a dot.
func (c *Canvas) Style(x, y int) screen.Style { return c.styles[x*c.h+y] }

// Dot sets one dot.
func (c *Canvas) Dot(x, y int, s screen.Style) {
	if x < 0 || y < 0 || x >= c.w*DotsX || y >= c.h*DotsY {
		return
	}
	i := x/DotsX*c.h + y/DotsY
	c.dots[i] |= dotBits[y%DotsY][x%DotsX]
	c.styles[i] = s
}

// Column sets the dots from y0 to y1 (in any order) of column x.
func (c *Canvas) Column(x, y0, y1 int, s screen.Style) {
	if y0 > y1 {
		y0, y1 = y1, y0
	}
	y0, y1 = max(y0, 0), min(y1, c.h*DotsY-1)
	if x < 0 || x >= c.w*DotsX || y0 > y1 {
		return
	}
	bits := &runBits[x%DotsX]
	from := x / DotsX * c.h
	first, last := from+y0/DotsY, from+y1/DotsY
	dots, styles := c.dots[first:last+1], c.styles[first:last+1]
	for i := range styles {
		styles[i] = s
	}
	if first == last {
		dots[0] |= bits[y0%DotsY][y1%DotsY]
		return
	}
	whole := bits[0][DotsY-1]
	for i := 1; i < len(dots)-1; i++ {
		dots[i] |= whole
	}
	dots[0] |= bits[y0%DotsY][DotsY-1]
	dots[len(dots)-1] |= bits[0][y1%DotsY]
}

// Area fills column x from y0 to y1 (in any order) as f says.
func (c *Canvas) Area(x, y0, y1 int, f Fill, s screen.Style) {
	if f == Solid {
		c.Column(x, y0, y1, s)
		return
	}
	if y0 > y1 {
		y0, y1 = y1, y0
	}
	y0, y1 = max(y0, 0), min(y1, c.h*DotsY-1)
	// One dot in four, in a pattern that stays where it is when the area grows.
	phase := x % DotsX * 2
	for y := y0 + ((phase-y0)%4+4)%4; y <= y1; y += 4 {
		c.Dot(x, y, s)
	}
}

// Draw puts every cell that has a dot into r, with 7-bit characters if ascii.
func (c *Canvas) Draw(r screen.Region, ascii bool) {
	for x := range c.w {
		for y, d := range c.dots[x*c.h : (x+1)*c.h] {
			if d == 0 {
				continue
			}
			ch := runes.BrailleBlockOffset + rune(d)
			if ascii {
				ch = rune(asciiDots[d])
			}
			r.Put(x, y, ch, c.styles[x*c.h+y])
		}
	}
}
