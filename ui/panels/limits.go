package panels

import (
	"math"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"nightjar/alerts"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// limits is the list of what is near or past its limit, worst first: mark,
// level, name, value, bar towards the limit, the limit, and what to do. While
// nothing is near it says so in one calm line, with the nearest; rows below it
// show the next ones, muted. The order is that of alerts.Rank, kept still by
// alerts.Settle.
type limits struct {
	base
	rows   rows
	checks []alerts.Check
	of     []int         // row of each check
	near   []alerts.Near // one for each row that has a limit, worst first
	texts  []string      // limit of each of near, as written
	listed int           // of near: near, warning or critical
	blind  int           // of near: not measured

	hintW  int // widest of what to do, of those listed
	limitW int // widest limit; grows only
	names  int // widest name seen; grows only
	w, h   int
	top    int
	pick   pick // of near, where the panel links rows
}

func newLimits(p *boards.Panel) Panel { return &limits{base: newBase(p)} }

// Plot keeps the size for Caption; the list has no plot.
func (p *limits) Plot(w, h int) int {
	if w != p.w {
		p.names = 0 // a new width is a fresh start
	}
	p.w, p.h = w, h
	return 0
}

// Caption counts what is near, or what was checked, and what was not measured.
func (p *limits) Caption(c Context) string { return p.withNatives(p.summary(c)) }

func (p *limits) summary(c Context) string {
	p.refresh(c)
	n := len(p.near)
	s := strconv.Itoa(n) + " checked"
	if p.listed > 0 {
		s = p.counts() + " of " + strconv.Itoa(n)
		switch {
		case p.h <= 0:
			s = p.sentence(0)
		case p.listed > p.h:
			s += ", " + strconv.Itoa(p.h) + " shown"
		}
	}
	if p.blind > 0 {
		s += ", " + strconv.Itoa(p.blind) + " not measured"
	}
	if !c.Cursor.IsZero() {
		s += ", at " + clockTime(c.Cursor, c)
	}
	return plainText(s, c.ASCII)
}

// counts says how many checks are at each level: "2 critical, 1 near".
func (p *limits) counts() string {
	var at [alerts.LevelCritical + 1]int
	for i := range p.near {
		at[p.near[i].Level]++
	}
	s := ""
	for l := alerts.LevelCritical; l >= alerts.LevelNear; l-- {
		if at[l] > 0 {
			s = addNote(s, strconv.Itoa(at[l])+" "+l.String())
		}
	}
	return s
}

// refresh ranks anew when values changed.
func (p *limits) refresh(c Context) {
	if !p.rows.refresh(&p.base, c) {
		return
	}
	p.checks, p.of = p.checks[:0], p.of[:0]
	for i := range p.rows.all {
		for _, below := range []bool{false, true} {
			if check, ok := checkOf(&p.rows.all[i], below); ok {
				p.checks, p.of = append(p.checks, check), append(p.of, i)
			}
		}
	}
	ranked := alerts.Rank(p.checks)
	kept := ranked[:0]
	seen := make([]bool, len(p.rows.all))
	for _, n := range ranked { // of a row's ceiling and floor the worse one counts
		if at := p.of[n.Index]; !seen[at] {
			seen[at] = true
			kept = append(kept, n)
		}
	}
	p.near = alerts.Settle(p.near, kept)
	p.pick.find(len(p.near), p.key)
	p.listed, p.blind, p.texts, p.hintW = 0, 0, p.texts[:0], 0
	for _, n := range p.near {
		v := p.row(n)
		switch {
		case n.Level >= alerts.LevelNear:
			p.listed++
			p.hintW = max(p.hintW, screen.Width(queryOf(p.spec, v.query).Hint))
		case n.Level == alerts.LevelUnknown:
			p.blind++
		}
		text := limitWord(&n, c.ASCII) + " " + limitNumber(n.Limit, v.unit, c)
		p.limitW = max(p.limitW, screen.Width(text))
		p.texts = append(p.texts, text)
	}
}

// limitWord says on which side of its limit a check is.
func limitWord(n *alerts.Near, ascii bool) string {
	switch {
	case n.Passed() && n.Below && ascii:
		return "<="
	case n.Passed() && n.Below:
		return "≤"
	case n.Passed() && ascii:
		return ">="
	case n.Passed():
		return "≥"
	case n.Below:
		return "min"
	}
	return "of"
}

// row is the row that a ranked check is of.
func (p *limits) row(n alerts.Near) *row { return &p.rows.all[p.of[n.Index]] }

// checkOf holds a row against its ceilings, or its floors.
func checkOf(v *row, below bool) (alerts.Check, bool) {
	c := alerts.Check{Value: v.value, Warn: math.NaN(), Crit: math.NaN(), Below: below}
	for _, t := range v.limits {
		at := &c.Warn
		switch {
		case t.Below != below || math.IsNaN(t.At):
			continue
		case t.Level == boards.LevelCritical:
			at = &c.Crit
		case t.Level != boards.LevelWarning:
			continue
		}
		if math.IsNaN(*at) || below && t.At > *at || !below && t.At < *at {
			*at = t.At
		}
	}
	c.ID = strconv.Itoa(v.query) + strconv.FormatBool(below)
	if v.series != nil {
		c.ID += v.series.Labels.Key()
	}
	return c, !math.IsNaN(c.Warn) || !math.IsNaN(c.Crit)
}

// sentence is a ranked check in words: "/ 71.2 % of 85 %".
func (p *limits) sentence(i int) string {
	v := p.row(p.near[i])
	return v.name + " " + v.text + " " + p.texts[i]
}

// calm is what is said while nothing is near.
func (p *limits) calm(c Context) string {
	n := len(p.near)
	if c.Young {
		return "collecting: nothing near a limit so far, " + strconv.Itoa(n) + " checked"
	}
	switch n {
	case 0:
		return "nothing to check: no query here has a value and a threshold"
	case p.blind:
		return "nothing measured: " + strconv.Itoa(n) + " checked, none has a value"
	}
	s := "nothing near a limit: " + strconv.Itoa(n) + " checked"
	if long := s + "; nearest: " + p.sentence(0); screen.Width(long) <= p.w {
		return long
	}
	return s
}

// Draw draws the list.
func (p *limits) Draw(r screen.Region, c Context) {
	if p.sayNative(r, c) {
		return
	}
	p.Plot(r.Size())
	p.refresh(c)
	y := 0
	if p.listed == 0 {
		fitName(r, 0, 0, p.w, p.calm(c), screen.On(themes.Muted), c.ASCII)
		y = 1
	}
	if !c.Focused {
		p.pick = pick{} // nobody reads: the first row
	}
	p.top = min(p.top, p.maxTop())
	for i := p.top; i < min(len(p.near), p.top+p.h-y); i++ {
		p.names = max(p.names, min(max(maxRowName, p.w/3), screen.Width(p.row(p.near[i]).name)))
	}
	for i := p.top; i < len(p.near) && y < p.h; i++ {
		line := r.Sub(0, y, p.w, 1)
		p.drawLine(line, i, c)
		if c.Focused && i == p.pick.at && len(p.spec.LinkSet) > 0 {
			line.Restyle(func(s screen.Style) screen.Style { return s.Over(themes.Selection) })
		}
		y++
	}
}

func (p *limits) maxTop() int {
	room := p.h
	if p.listed == 0 {
		room--
	}
	return max(0, len(p.near)-max(0, room))
}

// wordW is the room of a level in words, with its gutter.
const wordW = 9

// nearMark is the sign of a level, two columns wide.
func nearMark(l alerts.Level) (string, themes.Token) {
	switch l {
	case alerts.LevelCritical:
		return mark(boards.LevelCritical), themes.Critical
	case alerts.LevelWarning:
		return mark(boards.LevelWarning), themes.Warning
	case alerts.LevelNear:
		return "~ ", themes.Info
	case alerts.LevelUnknown:
		return "? ", themes.Muted
	}
	return "  ", themes.Muted
}

// drawLine draws one check. Where room is short the bar goes first, then the hint,
// then the level's word, then the name is cut.
func (p *limits) drawLine(r screen.Region, i int, c Context) {
	n := &p.near[i]
	v := p.row(*n)
	w, _ := r.Size()
	sign, tok := nearMark(n.Level)
	loud, quiet := screen.On(tok), screen.On(themes.Text)
	if n.Level < alerts.LevelNear {
		quiet = screen.On(themes.Muted)
	}
	r.Text(0, 0, sign, loud)
	x, room := 3, w-3
	fixed := p.rows.values + 1 + p.limitW
	nameW := min(p.names, max(6, room-fixed-1))
	if short := room - fixed - 1 - wordW; nameW > 20 && short < nameW { // a level in words before the tail of a name
		nameW = min(nameW, max(20, short))
	}
	barW := 0
	if rest := room - nameW - fixed - 2; rest >= wordW {
		r.Fit(x, 0, wordW-1, n.Level.String(), loud)
		x, room, rest = x+wordW, room-wordW, rest-wordW
		if p.hintW > 0 {
			rest -= p.hintW + 2 // what to do before how far
		}
		if rest >= 5 {
			barW = min(rest-1, 8+max(0, rest-30)/3)
		}
	}
	fitName(r, x, 0, min(nameW, room), v.name, quiet, c.ASCII)
	x += nameW + 1
	value := loud
	if n.Level == alerts.LevelNear {
		value = quiet // the mark is enough for what is not wrong yet
	}
	drawValue(r, x, 0, min(p.rows.values, max(0, w-x)), v, value, c)
	x += p.rows.values + 1
	if barW > 0 {
		drawBar(r, x, 0, barW, n.Way, tok, c.ASCII)
		x += barW + 1
	}
	if x+screen.Width(p.texts[i]) <= w {
		r.Text(x, 0, p.texts[i], screen.On(themes.Muted))
	}
	x += p.limitW + 2
	if q := queryOf(p.spec, v.query); n.Level >= alerts.LevelNear && q.Hint != "" && w-x >= 12 {
		fitName(r, x, 0, w-x, q.Hint, screen.On(themes.Text), c.ASCII)
	}
}

// key is what tells a ranked check from the others.
func (p *limits) key(i int) string { return p.near[i].ID }

// Key scrolls, or selects a row where rows lead somewhere.
func (p *limits) Key(k tea.KeyPressMsg, c Context) bool {
	n, ok := scrollKey(k, p.h, len(p.near))
	switch {
	case !ok:
		return false
	case len(p.spec.LinkSet) == 0:
		return p.Wheel(n, c)
	}
	return p.choose(p.pick.at + n)
}

// choose selects a row and keeps it in sight.
func (p *limits) choose(i int) bool {
	if !p.pick.choose(i, len(p.near), p.key) {
		return false
	}
	room := max(1, len(p.near)-p.maxTop())
	p.top = max(min(p.top, p.pick.at), p.pick.at-room+1)
	return p.changed()
}

// Click selects the row, where rows lead somewhere.
func (p *limits) Click(_, y int, _ Context) bool {
	if p.listed == 0 {
		y--
	}
	return len(p.spec.LinkSet) > 0 && y >= 0 && p.top+y < len(p.near) && p.choose(p.top+y)
}

// Selected is the label of the selected check's series.
func (p *limits) Selected(label string) (string, bool) {
	if p.pick.at >= len(p.near) {
		return "", false
	}
	return p.row(p.near[p.pick.at]).label(label)
}

var _ Rower = (*limits)(nil)

// Wheel scrolls rows that did not fit.
func (p *limits) Wheel(n int, _ Context) bool {
	to := min(max(p.top+n, 0), p.maxTop())
	if to == p.top {
		return false
	}
	p.top = to
	return p.changed()
}

// Help lists the keys.
func (p *limits) Help() []KeyHelp {
	switch {
	case len(p.spec.LinkSet) > 0:
		return []KeyHelp{{"up/down", "select a row"}}
	case p.maxTop() == 0:
		return nil
	}
	return []KeyHelp{{"up/down", "scroll"}}
}

// scrollKey is by how many lines a key scrolls in a body of h lines with n in all.
func scrollKey(k tea.KeyPressMsg, h, n int) (lines int, ok bool) {
	switch k.String() {
	case "down", "j":
		return 1, true
	case "up", "k":
		return -1, true
	case "pgdown", "ctrl+d":
		return max(1, h-1), true
	case "pgup", "ctrl+u":
		return -max(1, h-1), true
	case "home", "g":
		return -n, true
	case "end", "G":
		return n, true
	}
	return 0, false
}
