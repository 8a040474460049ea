package screen

import (
	"unicode/utf8"

	"nightjar/themes"
)

// A Region is a rectangle of a grid that clips all that is drawn to it. It is a
// small value: pass it by value. Coordinates are its own, from 0, 0.
type Region struct {
	g          *Grid
	x, y, w, h int
}

// Size is the region's width and height in cells.
func (r Region) Size() (w, h int) { return r.w, r.h }

// Empty reports whether nothing can be drawn.
func (r Region) Empty() bool { return r.w <= 0 || r.h <= 0 }

// Sub is the part of r at x, y that is w x h, clipped to r.
func (r Region) Sub(x, y, w, h int) Region {
	if x < 0 {
		w, x = w+x, 0
	}
	if y < 0 {
		h, y = h+y, 0
	}
	w, h = max(0, min(w, r.w-x)), max(0, min(h, r.h-y))
	return Region{g: r.g, x: r.x + x, y: r.y + y, w: w, h: h}
}

// Fill sets the whole region to rune ch, which must be one column wide.
func (r Region) Fill(ch rune, s Style) {
	for y := range r.h {
		for x := range r.w {
			r.Put(x, y, ch, s)
		}
	}
}

// Put draws one rune of ours (a line, a block, a braille pattern; one column
// wide) at x, y. Text from a source goes through Text.
func (r Region) Put(x, y int, ch rune, s Style) {
	if x < 0 || y < 0 || x >= r.w || y >= r.h {
		return
	}
	if ch < ' ' || ch >= 0x7f && (ch < 0x2500 || ch >= 0x2900) {
		// Not the frequent case: make sure that it is one printable column.
		if ch = visible(ch); runeWidth(ch) != 1 {
			ch = utf8.RuneError
		}
	}
	r.set(x, y, uint32(ch), s, 1)
}

// Text draws one line of text at x, y, made harmless, cut at the region's
// edge, and returns the columns it took. A wide character that would be cut is
// a blank.
func (r Region) Text(x, y int, text string, s Style) int {
	return r.text(x, y, r.w-x, text, s)
}

// Fit draws text into w columns at x, y: padded with blanks, or cut with an
// ellipsis. It returns w, clipped to the region.
func (r Region) Fit(x, y, w int, text string, s Style) int {
	w = min(w, r.w-x)
	if w <= 0 {
		return 0
	}
	if n := Width(text); n > w {
		n = r.text(x, y, w-1, text, s)
		r.Put(x+n, y, '…', s)
		r.Sub(x+n+1, y, w-n-1, 1).Fill(' ', s)
	} else {
		r.text(x, y, w, text, s)
		r.Sub(x+n, y, w-n, 1).Fill(' ', s)
	}
	return w
}

// Right draws text right-aligned in w columns at x, y; it is cut on the right
// with an ellipsis when it is longer. It returns w, clipped to the region.
func (r Region) Right(x, y, w int, text string, s Style) int {
	if w = min(w, r.w-x); w <= 0 {
		return 0
	}
	n := Width(text)
	if n >= w {
		return r.Fit(x, y, w, text, s)
	}
	r.Sub(x, y, w-n, 1).Fill(' ', s)
	r.text(x+w-n, y, n, text, s)
	return w
}

func (r Region) text(x, y, room int, text string, s Style) int {
	if y < 0 || y >= r.h || room <= 0 {
		return 0
	}
	used := 0
	graphemes(text, func(ch rune, cluster string, w int) bool {
		if used+w > room {
			if used < room {
				r.Put(x+used, y, ' ', s)
			}
			return false
		}
		switch at := x + used; {
		case at == -1 && w == 2: // cut by the left edge
			r.Put(0, y, ' ', s)
		case at >= 0 && at < r.w:
			switch {
			case w == 2 && at+1 >= r.w:
				r.Put(at, y, ' ', s)
			case cluster != "":
				id, ok := clusters.intern(cluster)
				if !ok { // what stands in is one column wide
					r.Sub(at, y, w, 1).Fill(' ', s)
					r.set(at, y, utf8.RuneError, s, 1)
					break
				}
				r.set(at, y, id, s, w)
			default:
				r.set(at, y, uint32(ch), s, w) //nolint:gosec // a rune
			}
		}
		used += w
		return used < room
	})
	return used
}

// set writes one cell (two for a wide character) and blanks the orphaned half
// of any wide character it overwrites. x, y must be inside.
func (r Region) set(x, y int, ch uint32, s Style, w int) {
	s &^= wideBit
	row := r.g.cells[(r.y+y)*r.g.w : (r.y+y+1)*r.g.w]
	col := r.x + x
	if (row[col].style|row[col+w-1].style)&wideBit != 0 {
		unpair(row, col)
		unpair(row, col+w)
	}
	if w == 2 {
		row[col] = cell{ch: ch, style: s | wideBit}
		row[col+1] = cell{ch: continuation, style: s | wideBit}
		return
	}
	row[col] = cell{ch: ch, style: s}
}

// unpair blanks a wide character that the border left of column x cuts in two.
func unpair(row []cell, x int) {
	if x > 0 && x < len(row) && row[x].ch == continuation {
		row[x-1] = cell{ch: ' ', style: row[x-1].style &^ wideBit}
		row[x] = cell{ch: ' ', style: row[x].style &^ wideBit}
	}
}

// mend blanks the cell at x if it is half of a wide character that has no other half.
func mend(row []cell, x int) {
	c := row[x]
	switch {
	case c.style&wideBit == 0:
	case c.ch == continuation && x > 0 && row[x-1].style&wideBit != 0 && row[x-1].ch != continuation:
	case c.ch != continuation && x+1 < len(row) && row[x+1].ch == continuation:
	default:
		row[x] = cell{ch: ' ', style: c.style &^ wideBit}
	}
}

// Restyle changes the style of what is already drawn: f gets each cell's style
// and returns the new one. It is how a cursor, a selection or staleness is laid
// over a picture.
func (r Region) Restyle(f func(Style) Style) {
	if r.Empty() {
		return
	}
	for y := range r.h {
		row := r.g.cells[(r.y+y)*r.g.w+r.x : (r.y+y)*r.g.w+r.x+r.w]
		for i := range row {
			wide := row[i].style & wideBit
			row[i].style = f(row[i].style&^wideBit)&^wideBit | wide
		}
	}
}

// Dim greys the region out to token fg, keeping backgrounds.
func (r Region) Dim(fg themes.Token) {
	r.Restyle(func(s Style) Style { return On(fg).Over(s.Background()) })
}

// HLine draws a horizontal line of rune ch from x over n columns.
func (r Region) HLine(x, y, n int, ch rune, s Style) {
	for i := range n {
		r.Put(x+i, y, ch, s)
	}
}

// Blit copies a whole grid into the region at x, y, clipped to the region. A
// wide character that loses a half, in what is copied or beside it, becomes a blank.
func (r Region) Blit(x, y int, o *Grid) {
	if o == nil {
		return
	}
	from, to := max(0, -x), min(o.w, r.w-x)
	if from >= to {
		return
	}
	for row := range o.h {
		dy := y + row
		if dy < 0 || dy >= r.h {
			continue
		}
		line := r.g.cells[(r.y+dy)*r.g.w : (r.y+dy+1)*r.g.w]
		left, right := r.x+x+from, r.x+x+to // columns of the grid
		unpair(line, left)
		unpair(line, right)
		copy(line[left:right], o.cells[row*o.w+from:row*o.w+to])
		mend(line, left)
		mend(line, right-1)
	}
}
