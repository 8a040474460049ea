package panels

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// bars shows one horizontal bar per series, in order of value or name. Where
// there are more series than lines they become a grid of small bars, as many
// columns as fit; where that is too little room they become strips with one
// upright bar a cell. What is still out of sight is counted and scrolled to.
//
// A bar's full length is the panel's max, or all of it (100 %), or the greatest
// value of the range among the series.
type bars struct {
	base
	rows rows
	sort string // "" (by value), "name" ... as boards.Panel.Sort
	kept int    // rows within Top
	high float64
	w, h int
	top  int
	pick pick // of the rows, where the panel links them
}

func newBars(p *boards.Panel) Panel { return &bars{base: newBase(p), sort: p.Sort} }

// Plot keeps the size for Caption; bars have no plot.
func (p *bars) Plot(w, h int) int {
	p.w, p.h = w, h
	return 0
}

// smallest bar in a grid.
const leastBar = 3

// grid is how the bars, or the strips' cells, are placed.
func (p *bars) grid() cellGrid {
	if g := p.barGrid(); g.rows <= g.height || !p.strips() {
		return g
	}
	cols := max(1, p.w-p.rows.names-1)
	return cellGrid{n: p.kept, cols: cols, rows: (p.kept + cols - 1) / cols, cell: 1, height: p.h}
}

// strips reports whether bars with names and values are too many for the body.
func (p *bars) strips() bool {
	g := p.barGrid()
	return p.h > 0 && g.rows > g.height && p.kept >= 8 && p.w >= p.rows.names+9
}

func (p *bars) barGrid() cellGrid {
	return flow(p.kept, p.w, p.h, p.markWidth()+p.rows.names+1+leastBar+1+p.rows.values, 2)
}

func (p *bars) markWidth() int {
	for i := range p.rows.all {
		if len(p.rows.all[i].limits) > 0 {
			return 3
		}
	}
	return 0
}

// Caption says how many of how many series are seen, and what was left out.
func (p *bars) Caption(c Context) string { return p.withNatives(p.summary(c)) }

func (p *bars) summary(c Context) string {
	p.refresh(c)
	var parts []string
	seen := p.grid().shown(min(p.top, p.grid().maxTop()))
	if all := len(p.rows.all); p.h <= 0 && all > 0 {
		parts = append(parts, p.rows.all[0].name+" "+p.rows.all[0].text)
	} else if p.strips() {
		parts = append(parts, p.peak())
	}
	if all := len(p.rows.all); p.h > 0 && seen < all {
		parts = append(parts, strconv.Itoa(seen)+" of "+strconv.Itoa(all))
	}
	if p.rows.ended > 0 {
		parts = append(parts, strconv.Itoa(p.rows.ended)+" ended")
	}
	if !c.Cursor.IsZero() {
		parts = append(parts, "at "+clockTime(c.Cursor, c))
	}
	return plainText(strings.Join(parts, ", "), c.ASCII)
}

// peak names the greatest bar, for where there is no room for values.
func (p *bars) peak() string {
	most := &p.rows.all[0]
	for i := range p.rows.all[:p.kept] {
		if v := &p.rows.all[i]; v.value > most.value || math.IsNaN(most.value) {
			most = v
		}
	}
	return "most " + most.name + ": " + most.text
}

// refresh brings rows, order and scale up to date.
func (p *bars) refresh(c Context) {
	if !p.rows.refresh(&p.base, c) {
		return
	}
	p.order()
	p.kept = len(p.rows.all)
	if p.spec.Top > 0 {
		p.kept = min(p.kept, p.spec.Top)
	}
	p.pick.find(p.kept, p.key)
	p.high = 0
	for i := range p.rows.all {
		v := &p.rows.all[i]
		if full, ok := units.Full(v.unit); ok {
			p.high = max(p.high, full)
			continue
		}
		for _, x := range []float64{v.max, math.Abs(v.value)} {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				p.high = max(p.high, x)
			}
		}
	}
	if p.spec.Max != nil {
		p.high = *p.spec.Max
	}
}

// order sorts the rows; series without a value are last, equal ones by name.
func (p *bars) order() {
	slices.SortStableFunc(p.rows.all, func(a, b row) int {
		if p.sort == "name" {
			return natural(a.name, b.name)
		}
		x, y := p.sortKey(&a), p.sortKey(&b)
		switch {
		case math.IsNaN(x) && math.IsNaN(y):
		case math.IsNaN(x):
			return 1
		case math.IsNaN(y):
			return -1
		case x != y:
			return cmp.Compare(y, x)
		}
		return natural(a.name, b.name)
	})
}

func (p *bars) sortKey(r *row) float64 {
	switch p.sort {
	case "max":
		return r.max
	case "min":
		return r.min
	case "avg":
		if r.series != nil {
			return average(r.series)
		}
	}
	return r.value
}

// Draw draws the bars.
func (p *bars) Draw(r screen.Region, c Context) {
	if p.sayNative(r, c) {
		return
	}
	p.w, p.h = r.Size()
	p.refresh(c)
	grid := p.grid()
	p.top = min(p.top, grid.maxTop())
	if p.strips() {
		p.drawStrips(r, c)
		return
	}
	if !c.Focused {
		p.pick = pick{} // nobody reads: the first row
	}
	for i := range p.kept {
		if x, y, ok := grid.at(i, p.top); ok {
			cell := r.Sub(x, y, grid.cell, 1)
			p.drawBar(cell, &p.rows.all[i], c)
			if c.Focused && i == p.pick.at && p.links() {
				cell.Restyle(func(s screen.Style) screen.Style { return s.Over(themes.Selection) })
			}
		}
	}
}

// drawStrips draws lines of upright bars after the name of the first, as high
// and as wide as the body allows.
func (p *bars) drawStrips(r screen.Region, c Context) {
	levels, track := &eighthsUp, '·'
	if c.ASCII {
		levels, track = &asciiUp, '.'
	}
	g := p.grid()
	high, wide := max(1, p.h/max(g.rows, 1)), 1
	if g.rows == 1 {
		wide = max(1, g.cols/p.kept)
	}
	body := max(1, wide-1) // a gap between wide bars
	for i := range p.kept {
		v := &p.rows.all[i]
		col, line := i%g.cols, i/g.cols-p.top
		bottom := (line+1)*high - 1
		if col == 0 {
			fitName(r, 0, bottom, p.rows.names, v.name, screen.On(themes.Muted), c.ASCII)
		}
		n := 0
		if f := math.Abs(v.value) / p.high; f > 0 { // also leaves NaN out
			n = 1 + int(min(f, 1)*(float64(8*high)-0.01))
		}
		x := p.rows.names + 1 + col*wide
		if n == 0 {
			r.HLine(x, bottom, body, track, screen.On(themes.Faint))
		}
		for y := bottom; n > 0 && y > bottom-high; y-- {
			r.HLine(x, y, body, levels[min(n, 8)], screen.On(token(v.level, themes.Text)))
			n -= 8
		}
	}
}

func (p *bars) drawBar(r screen.Region, v *row, c Context) {
	w, _ := r.Size()
	x := 0
	if m := p.markWidth(); m > 0 {
		r.Text(0, 0, mark(v.level), screen.On(token(v.level, themes.Muted)))
		x = m
	}
	valueW := min(p.rows.values, max(0, w-x))
	nameW := min(p.rows.names, max(0, w-x-valueW-1))
	if x+nameW+valueW+leastBar+2 > w { // the name gives way to the bar
		nameW = max(min(nameW, w-x-valueW-leastBar-2), min(nameW, 4))
	}
	if nameW > 0 {
		fitName(r, x, 0, nameW, v.name, screen.On(themes.Text), c.ASCII)
		x += nameW + 1
	}
	low := 0.0
	if p.spec.Min != nil {
		low = *p.spec.Min
	}
	if barW := w - x - valueW - 1; barW > 0 && p.high > low {
		drawBar(r, x, 0, barW, (math.Abs(v.value)-low)/(p.high-low), token(v.level, themes.Text), c.ASCII)
		drawTicks(r, x, 0, barW, low, p.high, v.limits, c.ASCII)
	}
	if w > valueW {
		drawValue(r, w-valueW, 0, valueW, v, screen.On(token(v.level, themes.Text)), c)
	}
}

// Key sorts and scrolls.
func (p *bars) Key(k tea.KeyPressMsg, c Context) bool {
	switch k.String() {
	case "o":
		if p.sort == "name" {
			p.sort = p.spec.Sort
			if p.sort == "name" {
				p.sort = ""
			}
		} else {
			p.sort = "name"
		}
		p.dirty = true
		return p.changed()
	}
	n, ok := scrollKey(k, p.h, p.kept)
	switch {
	case !ok:
		return false
	case !p.links():
		return p.Wheel(n, c)
	}
	if g := p.grid(); g.rows > g.height { // along the lines: the next one below is a line on
		n *= g.cols
	}
	return p.choose(p.pick.at + n)
}

// links reports whether rows can be selected, to go where they lead.
func (p *bars) links() bool { return len(p.spec.LinkSet) > 0 && !p.strips() }

// key is what tells a bar from the others.
func (p *bars) key(i int) string {
	r := &p.rows.all[i]
	if r.series == nil {
		return r.name
	}
	return strconv.Itoa(r.query) + r.series.Labels.Key()
}

// choose selects a bar and keeps it in sight.
func (p *bars) choose(i int) bool {
	if !p.pick.choose(i, p.kept, p.key) {
		return false
	}
	if g := p.grid(); g.rows > g.height {
		line := p.pick.at / g.cols
		p.top = max(min(p.top, line), line-g.height+1)
	}
	return p.changed()
}

// Click selects the bar, where bars lead somewhere.
func (p *bars) Click(x, y int, _ Context) bool {
	g := p.grid()
	for i := range p.kept {
		if left, line, ok := g.at(i, p.top); ok && line == y && x >= left && x < left+g.cell {
			return p.links() && p.choose(i)
		}
	}
	return false
}

// Selected is the label of the selected bar's series.
func (p *bars) Selected(label string) (string, bool) {
	if !p.links() || p.pick.at >= p.kept {
		return "", false
	}
	return p.rows.all[p.pick.at].label(label)
}

var _ Rower = (*bars)(nil)

// Wheel scrolls rows that did not fit.
func (p *bars) Wheel(n int, _ Context) bool { return scrollGrid(&p.base, &p.top, n, p.grid()) }

// Help lists the keys.
func (p *bars) Help() []KeyHelp {
	h := []KeyHelp{{"o", "order by value or name"}}
	if p.links() {
		h = append(h, KeyHelp{"up/down", "select a bar"})
	} else if p.grid().maxTop() > 0 {
		h = append(h, KeyHelp{"up/down", "scroll"})
	}
	return h
}

// natural compares text with the numbers in it by value: cpu2 before cpu10.
func natural(a, b string) int {
	for a != "" && b != "" {
		if digit(a[0]) && digit(b[0]) {
			x, restA := leadingNumber(a)
			y, restB := leadingNumber(b)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// leadingNumber cuts the digits off s, without leading zeros.
func leadingNumber(s string) (number, rest string) {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}
