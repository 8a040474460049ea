package screen

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"nightjar/themes"
)

// An encoder turns the difference of two grids into terminal output. It keeps
// where the cursor is and which style is set, and is reset by unknown.
type encoder struct {
	pal   *themes.Palette
	buf   []byte
	x, y  int // where the terminal's cursor is; x < 0: not known
	style Style
	known bool // style is what the terminal has
}

// gap is how many unchanged cells are sent again rather than jumped over: a
// jump costs four to eight bytes.
const gap = 4

// diff appends what brings a terminal that shows old to show now. With
// old == nil nothing is known about the terminal and every row is written.
func (e *encoder) diff(old, now *Grid) {
	for y := range now.h {
		row := now.cells[y*now.w : (y+1)*now.w]
		if old == nil {
			e.row(nil, row, y)
			continue
		}
		e.row(old.cells[y*now.w:(y+1)*now.w], row, y)
	}
}

func (e *encoder) row(old, now []cell, y int) {
	if old != nil && slices.Equal(old, now) {
		return // most rows of most frames
	}
	end := len(now) // after end the row is blank in the default style
	for end > 0 && e.blank(now[end-1]) {
		end--
	}
	x := 0
	for x < end {
		if old != nil && same(old[x], now[x]) {
			x++
			continue
		}
		if now[x].ch == continuation && x > 0 {
			x-- // the right half changed: send the whole character
		}
		x = e.run(old, now, x, end, y)
	}
	if end < len(now) && (old == nil || !e.allBlank(old[end:])) {
		e.move(end, y)
		e.setStyle(0)
		e.buf = append(e.buf, "\x1b[K"...)
	}
}

// run sends cells from x on until a stretch of unchanged cells is worth a jump.
func (e *encoder) run(old, now []cell, x, end, y int) int {
	e.move(x, y)
	same0 := 0
	for x < end {
		if old != nil && same(old[x], now[x]) {
			same0 = 1
			for same0 <= gap && x+same0 < end && same(old[x+same0], now[x+same0]) {
				same0++
			}
			if same0 > gap || x+same0 >= end {
				return x + same0
			}
		}
		x = e.cell(now, x)
		if e.x < 0 && x < end {
			e.move(x, y)
		}
	}
	return x
}

// cell sends the character at x and returns the column after it.
func (e *encoder) cell(now []cell, x int) int {
	c := now[x]
	if c.ch == continuation { // an orphan; cannot be made by a Region
		c = cell{ch: ' ', style: c.style &^ wideBit}
	}
	e.setStyleFor(c)
	w := 1
	if c.style&wideBit != 0 {
		w = 2
	}
	if c.ch >= clusterBase {
		e.buf = append(e.buf, clusters.text(c.ch)...)
	} else {
		e.buf = utf8.AppendRune(e.buf, rune(c.ch))
	}
	x += w
	// Terminals disagree on the width of everything but these; after such a
	// character, and at the right edge, the cursor is placed anew.
	if plain := c.ch < 0x300 || c.ch >= 0x2500 && c.ch < 0x2900; plain && x < len(now) {
		e.x += w
	} else {
		e.x = -1
	}
	return x
}

// move places the cursor at x, y by the shortest sequence.
func (e *encoder) move(x, y int) {
	if e.x == x && e.y == y {
		return
	}
	switch {
	case e.x >= 0 && e.y == y && x > e.x:
		e.buf = append(e.buf, "\x1b["...)
		if x-e.x > 1 {
			e.buf = strconv.AppendInt(e.buf, int64(x-e.x), 10)
		}
		e.buf = append(e.buf, 'C')
	case e.x >= 0 && e.y+1 == y && x == 0:
		e.buf = append(e.buf, '\r', '\n')
	default:
		e.buf = append(e.buf, "\x1b["...)
		e.buf = strconv.AppendInt(e.buf, int64(y+1), 10)
		if x > 0 {
			e.buf = append(e.buf, ';')
			e.buf = strconv.AppendInt(e.buf, int64(x+1), 10)
		}
		e.buf = append(e.buf, 'H')
	}
	e.x, e.y = x, y
}

// setStyleFor sets the style a cell needs; a blank needs no foreground.
func (e *encoder) setStyleFor(c cell) {
	s := c.style &^ wideBit
	if c.ch == ' ' && e.known && s.Background() == e.style.Background() &&
		e.marks(s) == 0 && e.marks(e.style) == 0 {
		return
	}
	e.setStyle(s)
}

// marks are the attributes of s that show on a blank.
func (e *encoder) marks(s Style) themes.Attr {
	return e.attr(s) & (themes.Underline | themes.Reverse)
}

// attr is every attribute of s: its own and those of its tokens.
func (e *encoder) attr(s Style) themes.Attr {
	return e.pal.Attrs(s.Foreground(), s.Background(), s.Attr())
}

var attrParams = [...]struct {
	attr  themes.Attr
	param string
}{{themes.Bold, ";1"}, {themes.Dim, ";2"}, {themes.Italic, ";3"}, {themes.Underline, ";4"}, {themes.Reverse, ";7"}}

func (e *encoder) setStyle(s Style) {
	if e.known && s == e.style {
		return
	}
	fg, bg := e.pal.Foreground[s.Foreground()], ""
	if s.Background() != themes.Default {
		bg = e.pal.Background[s.Background()]
	}
	attr := e.attr(s)
	defer func() { e.style, e.known = s, true }()
	if e.known && attr == e.attr(e.style) {
		// Same attributes: only the colours that differ, where both are set.
		oldFg, oldBg := e.pal.Foreground[e.style.Foreground()], ""
		if e.style.Background() != themes.Default {
			oldBg = e.pal.Background[e.style.Background()]
		}
		if fg == oldFg && bg == oldBg {
			return
		}
		if (fg != "" || oldFg == "") && (bg != "" || oldBg == "") {
			e.buf = append(e.buf, "\x1b["...)
			if fg != oldFg {
				e.buf = append(e.buf, fg...)
			}
			if bg != oldBg {
				if fg != oldFg {
					e.buf = append(e.buf, ';')
				}
				e.buf = append(e.buf, bg...)
			}
			e.buf = append(e.buf, 'm')
			return
		}
	}
	e.buf = append(e.buf, "\x1b["...) // an empty first parameter is a reset
	for _, p := range attrParams {
		if attr&p.attr != 0 {
			e.buf = append(e.buf, p.param...)
		}
	}
	if fg != "" {
		e.buf = append(append(e.buf, ';'), fg...)
	}
	if bg != "" {
		e.buf = append(append(e.buf, ';'), bg...)
	}
	e.buf = append(e.buf, 'm')
}

// unknown forgets cursor and style.
func (e *encoder) unknown() { e.x, e.known = -1, false }

func same(a, b cell) bool { return a == b }

// blank reports whether c looks like an erased cell.
func (e *encoder) blank(c cell) bool {
	return c.ch == ' ' && c.style.Background() == themes.Default && e.marks(c.style&^wideBit) == 0
}

func (e *encoder) allBlank(cells []cell) bool {
	for _, c := range cells {
		if !e.blank(c) {
			return false
		}
	}
	return true
}
