package plot

import "nightjar/ui/screen"

// Line draws from x0, y0 to x1, y1 (both included), in dots, by Bresenham's
// algorithm. What lies outside the canvas is cut off first, so a line to the
// end of the world costs no more than one across the canvas.
func (c *Canvas) Line(x0, y0, x1, y1 int, s screen.Style) {
	w, h := c.Size()
	if !clip(&x0, &y0, &x1, &y1, w-1, h-1) {
		return
	}
	dx, dy := x1-x0, y1-y0
	sx, sy := 1, 1
	if dx < 0 {
		dx, sx = -dx, -1
	}
	if dy < 0 {
		dy, sy = -dy, -1
	}
	switch dx {
	case 0:
		c.Column(x0, y0, y1, s)
		return
	case 1: // the common case: neighbours, one run in each column
		mid := y0 + sy*(dy/2)
		c.Column(x0, y0, mid, s)
		if dy > 0 && mid != y1 {
			mid += sy
		}
		c.Column(x1, mid, y1, s)
		return
	}
	err := dx - dy
	for {
		c.Dot(x0, y0, s)
		if x0 == x1 && y0 == y1 {
			return
		}
		e := 2 * err
		if e > -dy {
			err -= dy
			x0 += sx
		}
		if e < dx {
			err += dx
			y0 += sy
		}
	}
}

// clip cuts the line to 0..right, 0..bottom (Liang and Barsky) and reports
// whether anything is left. Ends inside stay as they are.
func clip(x0, y0, x1, y1 *int, right, bottom int) bool {
	if right < 0 || bottom < 0 {
		return false
	}
	if inside(*x0, right) && inside(*x1, right) && inside(*y0, bottom) && inside(*y1, bottom) {
		return true
	}
	fx, fy := float64(*x0), float64(*y0)
	dx, dy := float64(*x1)-fx, float64(*y1)-fy
	from, to := 0.0, 1.0
	cut := func(p, q float64) bool {
		switch {
		case p == 0:
			return q >= 0
		case p < 0:
			from = max(from, q/p)
		default:
			to = min(to, q/p)
		}
		return from <= to
	}
	if !cut(-dx, fx) || !cut(dx, float64(right)-fx) || !cut(-dy, fy) || !cut(dy, float64(bottom)-fy) {
		return false
	}
	if to < 1 {
		*x1, *y1 = near(fx+to*dx, right), near(fy+to*dy, bottom)
	}
	if from > 0 {
		*x0, *y0 = near(fx+from*dx, right), near(fy+from*dy, bottom)
	}
	return true
}

func inside(v, most int) bool { return v >= 0 && v <= most }

// near rounds v into 0..most.
func near(v float64, most int) int { return min(max(int(v+0.5), 0), most) }
