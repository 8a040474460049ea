package panels

import (
	"slices"

	"nightjar/ui/screen"
)

// Widths of a table's columns.
const (
	gutter     = 1
	easyText   = 24 // what a text column shrinks to before bars go
	readText   = 40 // what a text that matters has, where there is room, before columns of lower priority have theirs
	leastText  = 8  // what a text column shrinks to before a column goes
	leastValue = 6
	barCells   = 6 // of a bar beside its number
)

// fitted is which columns a table shows and how wide.
type fitted struct {
	columns []int // indices, in order
	widths  []int
	more    int // columns that have no room
}

// want is how wide a column wants to be.
func (c *column) want() int {
	w := max(c.content, min(screen.Width(c.title)+1, 16))
	if !c.text {
		w = max(w, leastValue, usualWidth(c.unit))
		if len(c.limits) > 0 {
			w += 3
		}
		if c.bar {
			w += barCells + 1
		}
	}
	return max(w, c.width)
}

// usualWidth is as wide as values of a unit come to be, so that a column does not
// grow as its first values do.
func usualWidth(unit string) int {
	switch unit {
	case "Bps", "binBps", "bps", "pps", "reqps", "ops":
		return len("999 kB/s") + 1
	case "bytes", "decbytes":
		return len("99.9 MiB")
	}
	return 0
}

// least is what it can be made to.
func (c *column) least() int {
	switch {
	case c.text:
		return min(c.want(), leastText)
	case c.bar:
		return c.want() - barCells - 1
	}
	return c.want()
}

// easy is what it should have before it costs columns of lower priority their
// place: a text that matters is worth reading.
func (c *column) easy(w int) int {
	if c.text && c.order == 1 {
		return min(c.want(), max(easyText, min(readText, w*2/5)))
	}
	return c.least()
}

// priority orders columns: the lowest goes last.
func (c *column) priority() int {
	if c.order <= 0 {
		return 2
	}
	return c.order
}

// barFits reports whether a bar has room beside the number in w columns.
func (c *column) barFits(w int) bool { return c.bar && w >= c.want() }

// fit chooses columns for w columns of the screen. Scrolled by left, the first
// column stays and those after it move; else columns go by priority, the last
// of the lowest first. What room is left over goes to the widest text column.
func (f *fitted) fit(cols []column, w, left int) {
	f.columns, f.widths = f.columns[:0], f.widths[:0]
	for i := range cols {
		if i == 0 || i > left {
			f.columns = append(f.columns, i)
		}
	}
	f.more = len(cols) - len(f.columns)
	for len(f.columns) > 1 && left == 0 && f.sum(cols, func(c *column) int { return c.easy(w) }) > w && f.spare(cols) {
		f.drop(cols, false)
	}
	for len(f.columns) > 1 && f.sum(cols, (*column).least) > w {
		f.drop(cols, left > 0)
	}
	used := f.sum(cols, (*column).want)
	for _, i := range f.columns {
		f.widths = append(f.widths, cols[i].want())
	}
	if used > w { // long texts give way, then bars, then all texts
		used = f.shrink(cols, used, w, easyText)
		for k := len(f.columns) - 1; k >= 0 && used > w; k-- {
			if cols[f.columns[k]].bar {
				f.widths[k] -= barCells + 1
				used -= barCells + 1
			}
		}
		f.shrink(cols, used, w, leastText)
	} else if at := f.widestText(cols, 0); at >= 0 {
		f.widths[at] += w - used
	}
}

func (f *fitted) sum(cols []column, width func(*column) int) int {
	n := gutter * (len(f.columns) - 1)
	for _, i := range f.columns {
		n += width(&cols[i])
	}
	return n
}

// spare reports whether there is a column of low priority to drop.
func (f *fitted) spare(cols []column) bool {
	return slices.ContainsFunc(f.columns, func(i int) bool { return cols[i].priority() > 1 })
}

// drop leaves one column out: the last, or the last of the lowest priority.
func (f *fitted) drop(cols []column, last bool) {
	at := len(f.columns) - 1
	if !last {
		for k := at; k >= 0; k-- {
			if cols[f.columns[k]].priority() > cols[f.columns[at]].priority() {
				at = k
			}
		}
	}
	f.columns = append(f.columns[:at], f.columns[at+1:]...)
	f.more++
}

// shrink takes columns off the widest texts, down to least, until w is enough.
func (f *fitted) shrink(cols []column, used, w, least int) int {
	for used > w {
		at := f.widestText(cols, least)
		if at < 0 {
			break
		}
		f.widths[at]--
		used--
	}
	return used
}

// widestText is the index in f of the widest text column wider than over, -1 if there is none.
func (f *fitted) widestText(cols []column, over int) int {
	at := -1
	for k, i := range f.columns {
		if cols[i].text && f.widths[k] > over && (at < 0 || f.widths[k] >= f.widths[at]) {
			at = k
		}
	}
	return at
}
