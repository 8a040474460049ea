package layout

import "slices"

// The directions that Neighbor knows. The vi keys h, j, k, l mean left, down, up, right.
const (
	Left  = "left"
	Right = "right"
	Up    = "up"
	Down  = "down"
	Next  = "next"
	Prev  = "prev"
)

// Neighbor is the ID that the focus moves to from id in a direction; empty if
// there is nothing there. Next and Prev go round in reading order. An id that is
// not in the plan moves to the first place.
//
// Of the places in a direction the nearest wins, then the one that shares the
// longest edge, then the first in reading order.
func Neighbor(p Plan, id, dir string) string {
	at := slices.IndexFunc(p.Places, func(x Place) bool { return x.ID == id })
	n := len(p.Places)
	switch {
	case n == 0:
		return ""
	case at < 0:
		return p.Places[0].ID
	case dir == Next:
		return p.Places[(at+1)%n].ID
	case dir == Prev:
		return p.Places[(at+n-1)%n].ID
	}
	from, best, bestGap, bestEdge := p.Places[at], "", 0, 0
	for i, to := range p.Places {
		if i == at {
			continue
		}
		gap, edge := apart(from, to, dir)
		if gap < 0 || edge <= 0 {
			continue
		}
		if best == "" || gap < bestGap || gap == bestGap && edge > bestEdge {
			best, bestGap, bestEdge = to.ID, gap, edge
		}
	}
	return best
}

// apart is how far to is from from in a direction (negative: it is not there)
// and how many cells of edge they share.
func apart(from, to Place, dir string) (gap, edge int) {
	rows := min(from.Y+from.H, to.Y+to.H) - max(from.Y, to.Y)
	cols := min(from.X+from.W, to.X+to.W) - max(from.X, to.X)
	switch dir {
	case Left, "h":
		return from.X - (to.X + to.W), rows
	case Right, "l":
		return to.X - (from.X + from.W), rows
	case Up, "k":
		return from.Y - (to.Y + to.H), cols
	case Down, "j":
		return to.Y - (from.Y + from.H), cols
	}
	return -1, 0
}
