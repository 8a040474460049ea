package panels

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// Key moves the reader, opens lines and changes what is shown of them.
func (p *logView) Key(k tea.KeyPressMsg, c Context) bool {
	p.notice = ""
	if p.pats.shown {
		return p.patternKey(k)
	}
	switch k.String() {
	case "up":
		return p.move(-1, c)
	case "down":
		return p.move(1, c)
	case "pgup":
		return p.move(-max(1, p.list-1), c)
	case "pgdown":
		return p.move(max(1, p.list-1), c)
	case "home":
		p.anchor, p.sel, p.row = feed.Anchor{First: true}, feed.Anchor{First: true}, 0
		return p.changed()
	case "end":
		return p.toEnd()
	case "left", "right":
		return p.scroll(k.String())
	case "enter":
		return p.open()
	case "W":
		p.wrap, p.left = !p.wrap, 0
		return p.changed()
	case "d":
		p.times = (p.times + 1) % timeForms
		return p.changed()
	case "b":
		return p.bookmark()
	case "B":
		return p.nextBookmark()
	case "z":
		return p.around()
	case "n", "N":
		if p.query == nil {
			p.notice = "nothing is searched for: / searches"
			return p.changed()
		}
		p.Seek(k.String() == "N", *p.query)
		return true
	case "e", "E":
		p.Seek(k.String() == "E", sources.LogTerm{Field: sources.FieldLevel, Op: sources.LogGreaterEqual, Value: "error"})
		return true
	case "p":
		return p.togglePatterns()
	case "backspace":
		return p.dropTerm()
	case "esc":
		return p.retreat()
	}
	return false
}

// move goes n lines on, or rows where a line takes more of them than there are.
func (p *logView) move(n int, c Context) bool {
	if p.page == nil || len(p.page.Lines) == 0 {
		return n < 0 // not yet; the focus stays
	}
	at := p.index()
	cols := p.fit(p.w, c)
	if p.within(n, at, p.rows(at, cols, p.w, c)) {
		return p.changed()
	}
	to := at + n
	last := len(p.page.Lines) - 1
	if to > last && p.page.Last {
		if p.following() {
			return false
		}
		return p.toEnd()
	}
	to = max(0, min(to, last))
	for to > 0 && to < last && p.page.Lines[to].Lost != 0 { // nobody stands on a gap
		if n < 0 {
			to--
		} else {
			to++
		}
	}
	if p.following() {
		p.row = p.list - p.rows(at, cols, p.w, c)
	}
	for i := min(at, to); i < max(at, to); i++ {
		if n < 0 {
			p.row -= p.rows(i, cols, p.w, c)
		} else {
			p.row += p.rows(i, cols, p.w, c)
		}
	}
	p.row = max(0, min(p.row, p.list-1))
	if n < 0 && to != at { // the end of a long one is next to where the reader was
		p.row = min(p.row, p.list-p.rows(to, cols, p.w, c))
	}
	p.stand(to)
	p.tell()
	if margin := p.list; to < margin && !p.page.First || last-to < margin && !p.page.Last {
		p.anchor = p.sel
	}
	if p.anchor == (feed.Anchor{}) { // held: what comes in does not move it
		p.anchor = p.sel
	}
	return p.changed()
}

// within moves by up to n rows inside the reader's line, line at, if it takes more
// rows than the list has and not all of those that way have been seen.
func (p *logView) within(n, at, rows int) bool {
	hidden := rows - p.list
	if hidden <= 0 || p.list <= 0 || p.page.Lines[at].Lost != 0 {
		return false
	}
	row := p.row
	if p.following() {
		row = -hidden
	}
	row = max(-hidden, min(row, 0))
	to := max(-hidden, min(row-n, 0))
	if to == row {
		return false
	}
	if p.following() {
		p.stand(at)
		p.tell()
		p.anchor = p.sel
	}
	p.row = to
	return true
}

// toEnd follows the newest line again.
func (p *logView) toEnd() bool {
	p.anchor, p.sel = feed.Anchor{}, feed.Anchor{}
	p.tell()
	return p.changed()
}

// scroll moves long lines sideways; lines that are wrapped have no side.
func (p *logView) scroll(dir string) bool {
	if p.wrap {
		return true
	}
	step := max(8, p.w/3)
	if dir == "left" {
		if p.left == 0 {
			return false
		}
		step = -step
	}
	p.left = max(0, min(p.left+step, maxShown))
	return p.changed()
}

// open shows the fields of the reader's line, or closes them again.
func (p *logView) open() bool {
	i := p.index()
	if i < 0 || p.page.Lines[i].Lost != 0 {
		return false
	}
	if p.following() {
		p.row = p.list - 1
		p.stand(i)
		p.tell()
		p.anchor = p.sel
	}
	at := feed.At(&p.page.Lines[i])
	if p.expanded[at] {
		delete(p.expanded, at)
	} else {
		p.expanded[at] = true
	}
	return p.changed()
}

func (p *logView) isMarked(a feed.Anchor) bool { return slices.Contains(p.marked, a) }

// bookmark marks the reader's line, or takes the mark away.
func (p *logView) bookmark() bool {
	i := p.index()
	if i < 0 || p.page.Lines[i].Lost != 0 {
		return false
	}
	a := feed.At(&p.page.Lines[i])
	if k := slices.Index(p.marked, a); k >= 0 {
		p.marked = slices.Delete(p.marked, k, k+1)
	} else {
		p.marked = append(p.marked, a)
	}
	return p.changed()
}

// nextBookmark goes to the bookmark set after the one the reader stands on.
func (p *logView) nextBookmark() bool {
	if len(p.marked) == 0 {
		p.notice = "no bookmarks: b sets one"
		return p.changed()
	}
	k := (slices.Index(p.marked, p.sel) + 1) % len(p.marked)
	p.anchor, p.sel = p.marked[k], p.marked[k]
	p.row = p.list / 2
	p.tell()
	return p.changed()
}

// around shows what was said around the reader's line whatever the filters, and
// goes back to them.
func (p *logView) around() bool {
	if len(p.terms) == 0 {
		p.notice = "all lines are shown already"
		return p.changed()
	}
	if i := p.index(); i >= 0 && p.following() {
		p.row = p.list - 1
		p.stand(i)
		p.tell()
	}
	p.bare = !p.bare
	p.reseat()
	return p.changed()
}

// dropTerm takes the last filter away.
func (p *logView) dropTerm() bool {
	if len(p.terms) == 0 {
		return false
	}
	p.SetTerms(slices.Clone(p.terms[:len(p.terms)-1]))
	return true
}

// retreat is esc: it ends what was added last, if anything was.
func (p *logView) retreat() bool {
	switch {
	case p.sought != "":
		p.sought = ""
		p.find = feed.Find{Seq: p.find.Seq + 1} // another question ends the one under way
	case p.bare:
		return p.around()
	case p.query != nil:
		p.Search(nil, false)
	case len(p.expanded) > 0:
		clear(p.expanded)
	case p.left > 0:
		p.left = 0
	default:
		return p.dropTerm()
	}
	return p.changed()
}

// Wheel moves by lines.
func (p *logView) Wheel(n int, c Context) bool {
	if p.pats.shown {
		return p.pats.move(n) && p.changed()
	}
	return p.move(n, c)
}

// Click stands on the line that was clicked, or at the time of the bar; a second
// click on a line opens it.
func (p *logView) Click(x, y int, c Context) bool {
	l := p.layout(p.w, p.h)
	row := y - l.chips - l.bars - l.axis
	if row < 0 && y >= l.chips && x >= l.gutter {
		p.sel = feed.Anchor{Time: c.Window.Time(x - l.gutter)}
		p.anchor, p.row = p.sel, l.list/2
		p.tell()
		return p.changed()
	}
	if p.pats.shown {
		return p.clickPattern(row)
	}
	if row < 0 || p.page == nil || len(p.page.Lines) == 0 {
		return false
	}
	cols := p.fit(p.w, c)
	at := p.index()
	from := p.row
	if p.following() {
		from = l.list - p.rows(at, cols, p.w, c)
	}
	for ; at > 0 && from > row; at-- {
		from -= p.rows(at-1, cols, p.w, c)
	}
	for at < len(p.page.Lines)-1 && from+p.rows(at, cols, p.w, c) <= row {
		from += p.rows(at, cols, p.w, c)
		at++
	}
	if p.page.Lines[at].Lost != 0 {
		return true
	}
	if !p.following() && feed.At(&p.page.Lines[at]) == p.sel {
		return p.open()
	}
	p.stand(at)
	p.tell()
	p.anchor, p.row = p.sel, max(from, 0)
	return p.changed()
}

// Caption says whether the end is followed, how lines were read and how many there are.
func (p *logView) Caption(c Context) string {
	if p.page == nil {
		return ""
	}
	if p.pats.shown {
		return p.patternCaption(c)
	}
	var parts []string
	if p.notice != "" {
		parts = append(parts, p.notice)
	}
	switch {
	case p.sought != "":
		parts = append(parts, "looking for "+p.sought+"…, esc stops")
	case p.bare:
		parts = append(parts, "around the line, filters off")
	case p.following() && !c.Paused:
		parts = append(parts, "following")
	case !p.following():
		parts = append(parts, "held")
	}
	if len(p.page.Parts) == 1 {
		parts = append(parts, p.page.Parts[0].Source)
	}
	if rate := p.rates(); rate != "" {
		parts = append(parts, rate)
	}
	if p.page.Format != "" {
		parts = append(parts, p.page.Format)
	}
	if p.page.Total > 0 {
		parts = append(parts, units.Format(float64(p.page.Total), "short")+" lines")
	}
	if n := p.page.Counted; p.page.Busy && n.Total > 0 && n.Done < n.Total {
		parts = append(parts, "counted "+strconv.Itoa(int(100*n.Done/n.Total))+" %")
	}
	parts = append(parts, p.page.Notes...)
	for len(parts) > 1 && screen.Width(strings.Join(parts, "  "))+screen.Width(p.spec.Title)+8 > p.w {
		parts = parts[:len(parts)-1] // the least important is last
	}
	return plainText(strings.Join(parts, "  "), c.ASCII)
}

// Help lists the keys.
func (p *logView) Help() []KeyHelp {
	if p.pats.shown {
		return []KeyHelp{
			{"up/down", "pattern before or after; rows stay where they are until home"},
			{"enter", "the lines of the pattern"},
			{"x", "hide the pattern: its lines are filtered out"},
			{"home", "order anew, what changed first"},
			{"backspace", "take the last filter away"},
			{"p/esc", "back to the lines"},
		}
	}
	return []KeyHelp{
		{"up/down", "line before or after, row by row in one that is longer than the panel; past the last one the end is followed"},
		{"enter", "open the line: its fields; again closes it"},
		{"n/N", "next or previous hit of the search"},
		{"e/E", "next or previous error"},
		{"left/right", "scroll long lines sideways"},
		{"W", "wrap long lines or cut them"},
		{"d", "times: absolute, relative to now, since the line before"},
		{"b/B", "set a bookmark here; go to the next one"},
		{"z", "the lines around this one, whatever the filters"},
		{"p", "patterns: what the lines of the range have in common, and what changed of it"},
		{"backspace", "take the last filter away"},
	}
}
