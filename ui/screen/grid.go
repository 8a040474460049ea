// Package screen is the picture as cells: a grid that panels draw into through
// clipped regions, and a terminal that sends only the cells that changed.
//
// It guarantees to everyone who draws: nothing outside a region is touched;
// text reaches a cell only through Clean, so no control character, escape
// sequence or direction override from data can reach the terminal; a wide
// character never straddles a region's edge.
//
// A Grid belongs to one goroutine at a time. A Terminal is safe for concurrent
// use.
package screen

import "strings"

// A cell is one column of one row: what it shows and in which style. The
// right half of a wide character has ch == continuation.
type cell struct {
	ch    uint32 // a rune, or clusterBase + index into the cluster table
	style Style
}

const (
	clusterBase  = 0x110000   // first value that is no rune
	continuation = 0xffffffff // the right half of the wide cell to the left
	wideBit      = 1 << 31    // set in style's top bit: this cell is two columns wide
)

// A Grid is a width x height picture. The zero Grid is empty and usable.
type Grid struct {
	w, h  int
	cells []cell
}

// MaxWidth and MaxHeight bound a grid; a terminal that claims more is cut.
const (
	MaxWidth  = 1000
	MaxHeight = 500
)

// NewGrid is a blank grid of w x h cells, each bound to 0..MaxWidth/MaxHeight.
func NewGrid(w, h int) *Grid {
	g := &Grid{}
	g.Resize(w, h)
	return g
}

// Resize makes the grid w x h and blank.
func (g *Grid) Resize(w, h int) {
	w, h = min(max(w, 0), MaxWidth), min(max(h, 0), MaxHeight)
	if n := w * h; cap(g.cells) < n {
		g.cells = make([]cell, n)
	} else {
		g.cells = g.cells[:n]
	}
	g.w, g.h = w, h
	g.Clear()
}

// Clear makes every cell a blank in the default style.
func (g *Grid) Clear() {
	for i := range g.cells {
		g.cells[i] = cell{ch: ' '}
	}
}

// Size is the grid's width and height in cells.
func (g *Grid) Size() (w, h int) { return g.w, g.h }

// CopyFrom makes g equal to o, size and all.
func (g *Grid) CopyFrom(o *Grid) {
	if g.w != o.w || g.h != o.h {
		g.Resize(o.w, o.h)
	}
	copy(g.cells, o.cells)
}

// All is the region of the whole grid.
func (g *Grid) All() Region { return Region{g: g, w: g.w, h: g.h} }

// String is the grid as plain text, rows ending in a newline, trailing blanks kept.
func (g *Grid) String() string {
	var b strings.Builder
	b.Grow((g.w + 1) * g.h)
	for y := range g.h {
		for x := range g.w {
			g.writeCell(&b, x, y)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (g *Grid) writeCell(b *strings.Builder, x, y int) {
	switch c := g.cells[y*g.w+x]; {
	case c.ch == continuation:
	case c.ch >= clusterBase:
		b.WriteString(clusters.text(c.ch))
	default:
		b.WriteRune(rune(c.ch))
	}
}
