package panels

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/screen"
)

// header is how many lines the header takes.
func (p *table) header() int {
	if p.h >= 2 {
		return 1
	}
	return 0
}

// room is how many rows there is room for.
func (p *table) room() int { return max(0, p.h-p.header()) }

// Caption says which rows of how many are seen, by what they are sorted, and
// what is hidden.
func (p *table) Caption(c Context) string { return p.withNatives(p.summary(c)) }

func (p *table) summary(c Context) string {
	p.prepare(c)
	n, total := len(p.view), max(p.data.total, len(p.data.records))
	var parts []string
	switch seen := min(p.room(), n); {
	case p.filter != "":
		parts = append(parts, strconv.Itoa(p.matched)+" of "+strconv.Itoa(total)+" match")
	case seen < total && p.top > 0 && seen > 0:
		top := min(p.top, n-seen)
		parts = append(parts, strconv.Itoa(top+1)+"-"+strconv.Itoa(top+seen)+" of "+strconv.Itoa(total))
	case seen < total:
		parts = append(parts, strconv.Itoa(seen)+" of "+strconv.Itoa(total))
	case total > 1: // one row is seen to be one
		parts = append(parts, strconv.Itoa(total))
	}
	if j := p.column(p.sortBy); j >= 0 && p.header() == 0 {
		parts = append(parts, "by "+p.data.columns[j].title)
	}
	if p.held() && c.Focused {
		parts = append(parts, "order held")
	}
	switch {
	case p.fit.more == 1:
		parts = append(parts, "+1 column")
	case p.fit.more > 1:
		parts = append(parts, "+"+strconv.Itoa(p.fit.more)+" columns")
	}
	return plainText(strings.Join(parts, ", "), c.ASCII)
}

// held reports whether the order stands still for a reader.
func (p *table) held() bool { return p.moved && p.column(p.sortBy) >= 0 }

// Draw draws header and rows.
func (p *table) Draw(r screen.Region, c Context) {
	if p.sayNative(r, c) {
		return
	}
	p.Plot(r.Size())
	if !c.Focused && p.moved {
		p.moved, p.dirty = false, true // nobody reads: sort again
	}
	p.prepare(c)
	if len(p.data.columns) == 0 || p.w <= 0 {
		return
	}
	n := p.room()
	if p.data.without > 0 && len(p.data.records) == 0 {
		all := strconv.Itoa(p.data.without)
		fitName(r, 1, 0, p.w-1, all+" of "+all+" without "+p.spec.Table.Only, screen.On(themes.Muted), c.ASCII)
		return
	}
	if p.header() > 0 {
		p.drawHeader(r, c)
	}
	for y := range min(n, len(p.view)-p.top) {
		p.drawRecord(r.Sub(0, p.header()+y, p.w, 1), p.view[p.top+y], c)
		if c.Focused && p.top+y == p.at {
			r.Sub(0, p.header()+y, p.w, 1).Restyle(func(s screen.Style) screen.Style { return s.Over(themes.Selection) })
		}
	}
	p.drawNotes(r, c)
	if len(p.view) == 0 && p.filter != "" && n > 0 {
		text := "no row contains " + strconv.QuoteToASCII(p.filter) + ": esc shows all " + strconv.Itoa(len(p.data.records))
		fitName(r, 0, p.header(), p.w, text, screen.On(themes.Muted), c.ASCII)
	}
}

// prepare brings data, place and columns up to date for the size there is.
func (p *table) prepare(c Context) {
	p.refresh(c)
	n := p.room()
	p.scrollTo(n)
	for y := range min(n, len(p.view)-p.top) { // writing fits the columns to what is seen
		for j := range p.data.columns {
			p.written(p.view[p.top+y], j, c)
		}
	}
	p.left = min(p.left, max(0, len(p.data.columns)-2))
	p.fit.fit(p.data.columns, p.w, p.left)
}

// scrollTo keeps the selected row among n shown ones.
func (p *table) scrollTo(n int) {
	if p.moved {
		p.top = min(p.top, p.at)
		p.top = max(p.top, p.at-n+1)
	}
	p.top = max(0, min(p.top, len(p.view)-n))
}

// drawNotes says below the last row what could not be read, where there is room.
func (p *table) drawNotes(r screen.Region, c Context) {
	y := p.header() + len(p.view) - p.top + 1
	for _, note := range p.data.notes {
		for _, line := range Wrap(plainText(note, c.ASCII), p.w) {
			if y >= p.h {
				return
			}
			r.Text(0, y, line, screen.On(themes.Muted))
			y++
		}
	}
}

// drawHeader draws the titles, the sorted one with its direction.
func (p *table) drawHeader(r screen.Region, c Context) {
	x := 0
	sorted := p.column(p.sortBy)
	for k, j := range p.fit.columns {
		col, w := &p.data.columns[j], p.fit.widths[k]
		style, title := screen.On(themes.Muted), col.title
		if j == sorted {
			style = screen.On(themes.Text)
			title = p.arrow(c) + title
		}
		if col.text {
			fitName(r, x, 0, w, title, style, c.ASCII)
		} else {
			if col.barFits(w) {
				w -= barCells + 1
			}
			title = plainText(title, c.ASCII)
			if w = min(w, p.w-x); screen.Width(title) > w {
				fitName(r, x, 0, w, title, style, c.ASCII)
			} else {
				r.Right(x, 0, w, title, style)
			}
		}
		x += p.fit.widths[k] + gutter
	}
}

// arrow is the direction of the sort.
func (p *table) arrow(c Context) string {
	switch {
	case c.ASCII && p.reverse:
		return "v"
	case c.ASCII:
		return "^"
	case p.reverse:
		return "▼"
	}
	return "▲"
}

// drawRecord draws one row.
func (p *table) drawRecord(r screen.Region, i int, c Context) {
	x := 0
	for k, j := range p.fit.columns {
		col, w := &p.data.columns[j], p.fit.widths[k]
		v, text := p.data.records[i].values[j], p.written(i, j, c)
		if col.text {
			style := screen.On(themes.Text)
			fitName(r, x, 0, w, text, style, c.ASCII)
			x += w + gutter
			continue
		}
		level := levelOf(v.Number, col.limits)
		cell := r.Sub(x, 0, w, 1)
		if col.barFits(w) {
			frac := 0.0
			if col.high > 0 {
				frac = v.Number / col.high
			}
			drawBar(cell, w-barCells, 0, barCells, frac, token(level, themes.Text), c.ASCII)
			w -= barCells + 1
		}
		if len(col.limits) > 0 {
			at := max(0, w-col.content-3) // beside the number, however wide the title is
			cell.Text(at, 0, mark(level), screen.On(token(level, themes.Muted)))
			cell, w = cell.Sub(at+2, 0, w-at-2, 1), w-at-2
		}
		drawNumber(cell, 0, 0, w, text, v.Number, col.unit, screen.On(token(level, themes.Text)), c)
		x += p.fit.widths[k] + gutter
	}
}

// Key selects, scrolls and sorts.
func (p *table) Key(k tea.KeyPressMsg, _ Context) bool {
	switch k.String() {
	case "o":
		return p.cycleSort()
	case "O":
		if p.column(p.sortBy) < 0 {
			return false
		}
		p.reverse = !p.reverse
		return p.resort()
	case "left", "h":
		return p.sideways(-1)
	case "right", "l":
		return p.sideways(1)
	}
	n, ok := scrollKey(k, p.room(), len(p.view))
	if !ok || len(p.view) == 0 {
		return false
	}
	to := min(max(p.at+n, 0), len(p.view)-1)
	if !p.moved && n > 0 && p.top > p.at { // start where the reader is
		to = min(p.top, len(p.view)-1)
	}
	return p.choose(to)
}

// choose selects row i of the view; the first row lets the order go again.
func (p *table) choose(i int) bool {
	if i == p.at && p.moved == (i > 0) {
		return false
	}
	p.at, p.moved = i, i > 0
	p.remember()
	if !p.moved {
		p.top = 0
		p.arrange()
	}
	return p.changed()
}

// cycleSort goes to the next column: numbers greatest first, text from A.
func (p *table) cycleSort() bool {
	if len(p.data.columns) == 0 {
		return false
	}
	j := (p.column(p.sortBy) + 1) % len(p.data.columns)
	p.sortBy = p.data.columns[j].name
	p.reverse = !p.data.columns[j].text
	return p.resort()
}

func (p *table) resort() bool {
	held := p.moved
	p.moved = false // a new order is what was asked for
	key := p.selected
	p.arrange()
	if held { // the selection follows its row
		for i, at := range p.view {
			if p.data.records[at].key == key {
				p.at, p.moved, p.selected = i, i > 0, key
			}
		}
	}
	return p.changed()
}

func (p *table) sideways(n int) bool {
	to := min(max(p.left+n, 0), max(0, len(p.data.columns)-2))
	if n > 0 && p.fit.more == 0 || n > 0 && p.left > 0 && p.lastSeen() {
		return false
	}
	if to == p.left {
		return false
	}
	p.left = to
	return p.changed()
}

// lastSeen reports whether the last column is shown.
func (p *table) lastSeen() bool {
	n := len(p.fit.columns)
	return n > 0 && p.fit.columns[n-1] == len(p.data.columns)-1
}

// Click sorts by the column whose title is clicked, or selects the row.
func (p *table) Click(x, y int, _ Context) bool {
	if x < 0 || y < 0 {
		return false
	}
	if y < p.header() {
		for k, j := range p.fit.columns {
			if x -= p.fit.widths[k] + gutter; x < 0 {
				if name := p.data.columns[j].name; name == p.sortBy {
					p.reverse = !p.reverse
				} else {
					p.sortBy, p.reverse = name, !p.data.columns[j].text
				}
				return p.resort()
			}
		}
		return false
	}
	if i := p.top + y - p.header(); i < len(p.view) {
		return p.choose(i)
	}
	return false
}

// Wheel scrolls; the selection stays in sight.
func (p *table) Wheel(n int, _ Context) bool {
	to := max(0, min(p.top+n, len(p.view)-p.room()))
	if to == p.top {
		return false
	}
	p.top = to
	if p.moved {
		p.at = min(max(p.at, p.top), p.top+p.room()-1, len(p.view)-1)
		p.remember()
	}
	return p.changed()
}

// Help lists the keys.
func (p *table) Help() []KeyHelp {
	return []KeyHelp{
		{"up/down", "select a row; its order is held"},
		{"home", "first row; sort again"},
		{"o", "order by the next column"},
		{"O", "turn the order round"},
		{"left/right", "scroll columns"},
	}
}
