package layout

import "slices"

// A line is items that share their Y and height.
type line struct {
	items    []Item
	title    string // shown above it
	height   int    // decided by grow, shrink or fold; at first what it wants
	wanted   int    // what it wanted, while rows are shared out
	least    int
	priority int // of its most urgent item
	grows    bool
}

func newLine(items []Item, bodyHeight int) line {
	l := line{items: items, priority: items[0].Priority}
	for _, it := range items {
		l.least = max(l.least, it.MinHeight)
		l.height = max(l.height, it.Height)
		l.priority = min(l.priority, it.Priority)
		l.grows = l.grows || it.Grow
	}
	// A line higher than the body could never be seen at once.
	l.least = min(max(l.least, MinPlaceHeight), bodyHeight)
	l.height = min(max(l.height, l.least), max(bodyHeight, l.least))
	return l
}

func (l line) titleRows() int {
	if l.title != "" {
		return 1
	}
	return 0
}

func (l line) wants() int { return l.height + l.titleRows() }
func (l line) needs() int { return l.least + l.titleRows() }

func total(lines []line, rows func(line) int) int {
	n := 0
	for _, l := range lines {
		n += rows(l)
	}
	return n
}

// inOrder breaks every row into lines, in the order of the input.
func inOrder(in Input) []line {
	var out []line
	for _, r := range in.Rows {
		title := ""
		if in.RowTitles {
			title = r.Title
		}
		for _, items := range wrap(r.Items, in.Width) {
			l := newLine(items, in.Height)
			l.title, title = title, ""
			out = append(out, l)
		}
	}
	return out
}

// byPriority packs the items of all rows into lines of one priority each, most
// urgent first and otherwise in the order of the input. Row titles are left
// out: the rows are no longer together.
func byPriority(in Input) []line {
	var out []line
	for _, p := range priorities(in.Rows) {
		var open []Item // the rest of a row, which the next row may join
		for _, r := range in.Rows {
			var items []Item
			for _, it := range r.Items {
				if it.Priority == p {
					items = append(items, it)
				}
			}
			if len(items) == 0 {
				continue
			}
			if both := slices.Concat(open, items); len(open) > 0 && alike(open, items) && fits(both, in.Width) {
				open = both
				continue
			}
			out = flush(out, open, in)
			open = items
		}
		out = flush(out, open, in)
	}
	return out
}

func flush(out []line, items []Item, in Input) []line {
	for _, w := range wrap(items, in.Width) {
		out = append(out, newLine(w, in.Height))
	}
	return out
}

func priorities(rows []Row) []int {
	var ps []int
	for _, r := range rows {
		for _, it := range r.Items {
			ps = append(ps, it.Priority)
		}
	}
	slices.Sort(ps)
	return slices.Compact(ps)
}

// alike reports whether items of two rows may share a line without one of them
// standing in a mostly empty place.
func alike(a, b []Item) bool {
	least := func(items []Item) int {
		n := MinPlaceHeight
		for _, it := range items {
			n = max(n, it.MinHeight)
		}
		return n
	}
	x, y := least(a), least(b)
	return x <= 2*y && y <= 2*x
}
