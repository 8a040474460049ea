package layout

func (it Item) span() int  { return min(max(it.Span, 1), Columns) }
func (it Item) least() int { return max(it.MinWidth, 1) }

func spans(items []Item) int {
	n := 0
	for _, it := range items {
		n += it.span()
	}
	return n
}

// fits reports whether items can be one line. A single item always can.
func fits(items []Item, width int) bool {
	if len(items) <= 1 {
		return true
	}
	need := (len(items) - 1) * Gutter
	for _, it := range items {
		need += it.least()
	}
	return need <= width && spans(items) <= Columns
}

// wrap breaks a row into as few lines as fit, and makes those even: the widest
// line, counted in spans, is as narrow as it can be.
func wrap(items []Item, width int) [][]Item {
	best := fill(items, width, Columns)
	if len(best) <= 1 {
		return best
	}
	for limit := 1; limit < Columns; limit++ {
		if lines := fill(items, width, limit); len(lines) == len(best) {
			return lines
		}
	}
	return best
}

// fill puts items into lines greedily, at most limit spans in each.
func fill(items []Item, width, limit int) [][]Item {
	var lines [][]Item
	from := 0
	for i := 1; i <= len(items); i++ {
		if i < len(items) && fits(items[from:i+1], width) && spans(items[from:i+1]) <= limit {
			continue
		}
		lines = append(lines, items[from:i])
		from = i
	}
	return lines
}

// widths shares width among the items of a line by their spans. Edges fall on
// the same fractions of the width in every line, so that panels align across
// lines, except where a least width pushes them.
func widths(items []Item, width int) []int {
	out := make([]int, len(items))
	short := make([]bool, len(items)) // gets its least width, whatever its share
	for {
		room, sum := width-(len(items)-1)*Gutter, 0
		for i, it := range items {
			if short[i] {
				room -= out[i]
			} else {
				sum += it.span()
			}
		}
		share(items, short, out, room, sum)
		again := false
		for i, it := range items {
			if !short[i] && out[i] < it.least() && len(items) > 1 {
				short[i], out[i], again = true, it.least(), true
			}
		}
		if !again {
			return out
		}
	}
}

// share gives the items that are not short their part of room. A gutter is
// counted to the item on its left, so that edges round alike in all lines.
func share(items []Item, short []bool, out []int, room, sum int) {
	n := 0
	for i := range items {
		if !short[i] {
			n++
		}
	}
	whole := room + n*Gutter
	at, edge := 0, 0
	for i, it := range items {
		if short[i] {
			continue
		}
		at += it.span()
		next := (whole*at + sum/2) / sum
		out[i] = next - edge - Gutter
		edge = next
	}
}
