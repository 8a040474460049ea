package panels

// A cellGrid places n equal cells into a body, down the columns first, so
// that a name is found as in a directory listing; a grid that must be scrolled
// goes along the lines, so that what is seen is a stretch without holes.
type cellGrid struct {
	n, cols, rows int // rows in all, of which height are seen
	cell, gutter  int
	height        int
}

// flow places n cells, each at least least columns wide, into w x h with a
// gutter: one column as long as that is enough, else as many as are needed and fit.
func flow(n, w, h, least, gutter int) cellGrid {
	g := cellGrid{n: n, cols: 1, gutter: gutter, height: max(h, 0)}
	if n > h && h > 0 {
		fit := max(1, (w+gutter)/(max(least, 1)+gutter))
		g.cols = min((n+h-1)/h, fit)
	}
	g.rows = (n + g.cols - 1) / g.cols
	g.cell = max(0, (w-gutter*(g.cols-1))/g.cols)
	return g
}

// at is where cell i is when the first top rows are scrolled off; ok is false off the body.
func (g cellGrid) at(i, top int) (x, y int, ok bool) {
	if g.rows == 0 {
		return 0, 0, false
	}
	col, line := i/g.rows, i%g.rows
	if g.rows > g.height {
		col, line = i%g.cols, i/g.cols
	}
	x, y = col*(g.cell+g.gutter), line-top
	return x, y, y >= 0 && y < g.height
}

// maxTop is the most rows that can be scrolled off.
func (g cellGrid) maxTop() int { return max(0, g.rows-g.height) }

// shown is how many cells are on the body.
func (g cellGrid) shown(top int) int {
	n := 0
	for i := range g.n {
		if _, _, ok := g.at(i, top); ok {
			n++
		}
	}
	return n
}

// scrollGrid moves *top by n rows within g and reports whether it moved.
func scrollGrid(b *base, top *int, n int, g cellGrid) bool {
	to := min(max(*top+n, 0), g.maxTop())
	if to == *top {
		return false
	}
	*top = to
	return b.changed()
}
