package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// varPicker chooses the values of the board's variables: those on the left, the
// values of one of them, found by a few letters, on the right.
type varPicker struct {
	vars  []*variable // that are not hidden
	at    int         // which of them
	in    input
	hits  []string // values that match what is typed
	menu  menu
	first int // variable on the first row
	rows  int // of values, on the last frame
	top   int // screen row of the first one
	left  int // columns of the variables
	x     int // screen column of the inside
}

// openVariables opens the picker, if there is something to choose.
func (m *Model) openVariables() {
	p := &varPicker{in: newInput("")}
	for _, x := range m.view().vars {
		if !x.spec.Hidden {
			p.vars = append(p.vars, x)
		}
	}
	if !m.choosable() {
		m.notice = "this board has no variables"
		return
	}
	m.followRange()
	m.over = p
	p.turn(m, 0)
}

// choosable reports whether the board has a variable that can be chosen.
func (m *Model) choosable() bool {
	return slices.ContainsFunc(m.view().vars, func(x *variable) bool { return !x.spec.Hidden })
}

// turn shows another variable.
func (p *varPicker) turn(m *Model, by int) {
	p.at = (p.at + by + len(p.vars)) % len(p.vars)
	p.in, p.menu = newInput(""), menu{}
	if p.typed() {
		p.in = newInput(strings.Join(m.chosenOf(p.of()), ","))
	}
	p.find()
	if chosen := m.chosenOf(p.of()); len(chosen) > 0 && !m.allOf(p.of()) {
		p.menu.selected = max(slices.Index(p.hits, chosen[0]), 0)
	}
}

// of is the variable whose values are shown.
func (p *varPicker) of() *variable { return p.vars[p.at] }

// typed reports whether the value is what is typed, and not one of a list.
func (p *varPicker) typed() bool { return p.of().spec.Kind == boards.VarText }

// find lists the values that match, All first.
func (p *varPicker) find() {
	x := p.of()
	p.hits = p.hits[:0]
	if p.typed() {
		return
	}
	all := x.values
	if x.spec.All {
		all = append([]string{boards.All}, all...)
	}
	if p.in.value() == "" {
		p.hits = append(p.hits, all...)
		return
	}
	for _, hit := range fuzzy.Find(p.in.value(), all) {
		p.hits = append(p.hits, all[hit.Index])
	}
}

// chosen reports whether a value is.
func (p *varPicker) chosen(m *Model, value string) bool {
	x := p.of()
	if m.allOf(x) {
		return value == boards.All
	}
	return slices.Contains(m.chosenOf(x), value)
}

func (p *varPicker) draw(m *Model, body screen.Region) {
	_, bh := body.Size()
	p.find() // values may have come since
	hint := "enter take   tab next variable   esc close"
	if p.of().spec.Multi {
		hint = "space choose   enter take   tab next variable   esc close"
	}
	high := 0
	for _, x := range p.vars {
		high = max(high, len(x.values)+1)
	}
	r, at := box(body, 72, min(bh-2, max(10, max(high, len(p.vars))+5)), "Variables", hint, m.opts.ASCII)
	w, h := r.Size()
	base := screen.On(themes.Text).Over(themes.Overlay)
	p.left, p.x = min(w*2/5, 26), at.X
	p.first = max(0, p.at-h+1)
	for i, x := range p.vars[p.first:min(len(p.vars), p.first+h)] {
		s, mark := base, " "
		if p.first+i == p.at {
			s, mark = base.As(themes.Strong), ">"
		}
		text, token := m.chosenText(x)
		r.Text(0, i, mark, base.As(themes.Focus))
		name := screen.Clean(x.spec.Label)
		n := r.Fit(2, i, min(screen.Width(name), p.left-4), name, s)
		r.Fit(3+n, i, max(p.left-4-n, 0), text, base.As(token))
	}
	p.drawValues(m, r.Sub(p.left, 0, w-p.left, h), at.Y)
}

// drawValues draws the right half: what is typed, how many values there are,
// and those that match.
func (p *varPicker) drawValues(m *Model, r screen.Region, y int) {
	w, h := r.Size()
	base := screen.On(themes.Text).Over(themes.Overlay)
	sign := "/"
	if p.typed() {
		sign = "="
	}
	r.Text(0, 0, sign, base.As(themes.Key))
	p.in.draw(r, 2, 0, w-2, base.As(themes.Strong))
	note, token := p.note()
	r.Fit(0, 1, w, note, base.As(token))
	p.rows, p.top = max(h-2, 1), y+2
	first := p.menu.window(len(p.hits), p.rows)
	for row := range min(p.rows, len(p.hits)-first) {
		value, s := p.hits[first+row], base
		if first+row == p.menu.selected {
			s = s.Over(themes.Selection)
			r.Sub(0, row+2, w, 1).Fill(' ', s)
			r.Text(0, row+2, ">", s.As(themes.Focus))
		}
		mark := "   "
		switch chosen := p.chosen(m, value); {
		case p.of().spec.Multi && chosen:
			mark = "[x]"
		case p.of().spec.Multi:
			mark = "[ ]"
		case chosen:
			mark = " * "
		}
		r.Text(2, row+2, mark, s.As(themes.Key))
		r.Fit(6, row+2, w-6, value, s)
	}
}

// note says how many values there are and what is wrong with them.
func (p *varPicker) note() (string, themes.Token) {
	x := p.of()
	n := itoa(len(x.values)) + " values"
	if len(x.values) == 1 {
		n = "1 value"
	}
	switch {
	case p.typed():
		return "any text; enter takes it", themes.Muted
	case x.asking || x.due:
		return n + ", reading", themes.Muted
	case x.err != nil:
		return "!! " + sources.Redact(screen.Clean(x.err.Error())), themes.Critical
	case x.left > 0:
		return n + ", " + itoa(x.left) + " more not listed", themes.Warning
	case len(x.values) == 0:
		return "no values in the range", themes.Warning
	case p.in.value() != "":
		n = itoa(len(p.hits)) + " of " + n
		if x.spec.All && slices.Contains(p.hits, boards.All) { // which is none of them
			n = itoa(len(p.hits)-1) + " of " + itoa(len(x.values)) + " values"
		}
	}
	return n, themes.Muted
}

func (p *varPicker) key(m *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "esc":
		return true
	case "tab":
		p.turn(m, 1)
		return false
	case "shift+tab":
		p.turn(m, -1)
		return false
	case "enter":
		return p.take(m)
	case "space":
		if p.of().spec.Multi {
			p.toggle(m)
			return false
		}
	}
	if p.menu.key(k, len(p.hits), p.rows) {
		return false
	}
	before := p.in.value()
	p.in.key(k)
	if p.in.value() != before {
		p.menu = menu{}
		p.find()
	}
	return false
}

// take chooses what is typed or selected, alone; of a variable with several
// values only what was found by typing, as the others are chosen with space.
func (p *varPicker) take(m *Model) bool {
	x := p.of()
	switch {
	case p.typed():
		m.pickValues(x, pick{values: []string{p.in.value()}})
	case p.menu.selected >= len(p.hits):
		return false
	case x.spec.Multi && p.chosen(m, p.hits[p.menu.selected]): // stays, with the others
	default:
		m.pickValues(x, pickOf(x.spec, []string{p.hits[p.menu.selected]}))
	}
	return true
}

// toggle adds the selected value to those chosen or takes it away; the last one stays.
func (p *varPicker) toggle(m *Model) {
	x := p.of()
	if p.menu.selected >= len(p.hits) {
		return
	}
	value := p.hits[p.menu.selected]
	var values []string
	if !m.allOf(x) && (value != boards.All || !x.spec.All) {
		values = slices.Clone(m.chosenOf(x))
	}
	if i := slices.Index(values, value); i >= 0 {
		values = slices.Delete(values, i, i+1)
	} else {
		values = append(values, value)
	}
	if len(values) > 0 {
		m.pickValues(x, pickOf(x.spec, inOrder(values, x.values)))
	}
}

// inOrder sorts chosen values as they are listed; others come first.
func inOrder(values, listed []string) []string {
	slices.SortStableFunc(values, func(a, b string) int { return slices.Index(listed, a) - slices.Index(listed, b) })
	return values
}

func (p *varPicker) paste(_ *Model, text string) {
	p.in.paste(text)
	p.menu = menu{}
	p.find()
}

func (p *varPicker) click(m *Model, x, y int) bool {
	switch row := y - p.top; {
	case x < p.x+p.left && row+2 >= 0 && p.first+row+2 < len(p.vars):
		p.turn(m, p.first+row+2-p.at)
	case row >= 0 && row < p.rows && p.menu.top+row < len(p.hits):
		p.menu.selected = p.menu.top + row
		if !p.of().spec.Multi {
			return p.take(m)
		}
		p.toggle(m)
	default:
		return true
	}
	return false
}

// chosenText is what is chosen of a variable in a few words, and how well that is known.
func (m *Model) chosenText(x *variable) (string, themes.Token) {
	const most = 24 // columns of one value
	token := themes.Text
	values := m.chosenOf(x)
	text := ""
	switch {
	case m.allOf(x):
		text = boards.All
		if x.left > 0 && x.allText().Text == "" {
			text += " " + itoa(len(x.values)) + " of " + itoa(len(x.values)+x.left)
		}
	case len(values) == 0 && x.spec.Asks():
		text = "-"
	default:
		for i, v := range values[:min(len(values), 2)] {
			if i > 0 {
				text += ", "
			}
			text += cutText(screen.Clean(v), most, m.opts.ASCII)
		}
		if n := len(values) - 2; n > 0 {
			text += " +" + itoa(n)
		}
	}
	if x.err != nil {
		text, token = text+" !", themes.Warning
	}
	return text, token
}

// cutText is s in n columns at most.
func cutText(s string, n int, ascii bool) string {
	if screen.Width(s) <= n {
		return s
	}
	end := "…"
	if ascii {
		end = "~"
	}
	rs := []rune(s)
	for len(rs) > 0 && screen.Width(string(rs))+1 > n {
		rs = rs[:len(rs)-1]
	}
	return string(rs) + end
}
