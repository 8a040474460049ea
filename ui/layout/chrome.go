package layout

// The smallest terminal that a board is drawn on.
const (
	MinWidth  = 40
	MinHeight = 10
)

// Chrome is the fixed parts of the screen.
type Chrome struct {
	TooSmall bool // only Message is to be drawn
	Header   Rect // one row
	Body     Rect
	Footer   Rect // one row
	Message  Rect // where a terminal that is too small is told so
}

// Frame divides a screen of width x height.
func Frame(width, height int) Chrome {
	width, height = max(width, 0), max(height, 0)
	if width < MinWidth || height < MinHeight {
		return Chrome{TooSmall: true, Message: Rect{W: width, H: height}}
	}
	return Chrome{
		Header: Rect{W: width, H: 1},
		Body:   Rect{Y: 1, W: width, H: height - 2},
		Footer: Rect{Y: height - 1, W: width, H: 1},
	}
}

// Center is the box of w x h in the middle of a body of width x height, clamped to it.
func Center(width, height, w, h int) Rect {
	w, h = min(max(w, 0), max(width, 0)), min(max(h, 0), max(height, 0))
	return Rect{X: (max(width, 0) - w) / 2, Y: (max(height, 0) - h) / 2, W: w, H: h}
}

// Below is the box of w x h whose top left is at x, y, moved as little as
// needed to be inside a body of width x height, and clamped to it.
func Below(width, height, x, y, w, h int) Rect {
	w, h = min(max(w, 0), max(width, 0)), min(max(h, 0), max(height, 0))
	return Rect{X: min(max(x, 0), max(width, 0)-w), Y: min(max(y, 0), max(height, 0)-h), W: w, H: h}
}
