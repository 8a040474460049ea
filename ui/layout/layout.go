// Package layout says where everything on the screen is. It is arithmetic on
// plain structs: the same input gives the same plan, whatever the data.
//
// Every plan of Arrange guarantees, for any input: places do not overlap, lie
// within the width and within ContentHeight, are at least MinPlaceHeight high,
// and every item has exactly one (with Full: only that one).
package layout

// A Rect is a rectangle of cells; X and Y count from the top left.
type Rect struct {
	X, Y, W, H int
}

// Contains reports whether the cell at x, y is in r.
func (r Rect) Contains(x, y int) bool {
	return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H
}

// Columns is the number of columns that spans count in; Gutter the blank cells
// between neighbours; MinPlaceHeight a title and one row.
const (
	Columns        = 12
	Gutter         = 1
	MinPlaceHeight = 2
)

// Input is all that an arrangement depends on.
type Input struct {
	Width, Height int // of the body, in cells
	Rows          []Row
	Full          string // ID of the item that takes the whole body; empty or unknown: none
	RowTitles     bool   // rows that have a title get a line above them for it
}

// A Row is items side by side, in their order.
type Row struct {
	Title string
	Items []Item
}

// An Item is what gets a place. Heights include its title row.
type Item struct {
	ID        string // unique
	Span      int    // of Columns; out of bounds: clamped
	MinWidth  int
	Height    int  // wanted
	MinHeight int  // what it can be shrunk to before things go below the fold
	Priority  int  // 1 is seen first on a small screen
	Grow      bool // makes use of more rows than Height
}

// A Plan is where each item is. Places are in reading order.
type Plan struct {
	Places        []Place
	Titles        []Title
	ContentHeight int // rows in all; more than the input's Height: the rest is reached by scrolling
}

// A Place is where one item is, its title row included.
type Place struct {
	ID         string
	X, Y, W, H int
}

// Rect is the place's rectangle.
func (p Place) Rect() Rect { return Rect{p.X, p.Y, p.W, p.H} }

// A Title is where the title of a row is, one row high.
type Title struct {
	Text    string
	X, Y, W int
}

// Arrange lays out the rows of in.
//
// The items of a row are side by side, as wide as their spans say, and fill the
// width; where spans or least widths do not fit, the row wraps into as few lines
// as possible, filled evenly. A line is as high as its highest item wants.
//
//   - Room to spare goes to lines with an item that grows, in proportion.
//   - Room short is taken from the lines of the lowest priority first, down to
//     their least heights. The order of the rows stays.
//   - Room shorter still: the items are packed anew by priority, most urgent
//     first, and what does not fit is below the fold at the height it wants.
func Arrange(in Input) Plan {
	if in.Width < 1 {
		return Plan{}
	}
	in.Height = max(in.Height, MinPlaceHeight)
	if in.Full != "" {
		for _, r := range in.Rows {
			for _, it := range r.Items {
				if it.ID == in.Full {
					return Plan{Places: []Place{{ID: it.ID, W: in.Width, H: in.Height}}, ContentHeight: in.Height}
				}
			}
		}
	}
	lines := inOrder(in)
	switch want, least := total(lines, line.wants), total(lines, line.needs); {
	case want <= in.Height:
		grow(lines, in.Height-want)
	case least <= in.Height:
		shrink(lines, want-in.Height)
	default:
		lines = byPriority(in)
		fold(lines, in.Height)
	}
	return place(lines, in.Width)
}

// place turns lines of known heights into a plan.
func place(lines []line, width int) Plan {
	var p Plan
	y := 0
	for i := range lines {
		l := &lines[i]
		if l.title != "" {
			p.Titles = append(p.Titles, Title{Text: l.title, Y: y, W: width})
			y++
		}
		x := 0
		for j, w := range widths(l.items, width) {
			p.Places = append(p.Places, Place{ID: l.items[j].ID, X: x, Y: y, W: w, H: l.height})
			x += w + Gutter
		}
		y += l.height
	}
	p.ContentHeight = y
	return p
}
