package ui

import (
	"slices"
	"strings"

	"nightjar/ui/boards"
	"nightjar/ui/panels"
)

// open shows a board on top of where we are.
func (m *Model) open(b *boards.Board) {
	m.give(b)
	v := m.views[b.Name]
	if v == nil {
		v = &boardView{board: b, vars: m.newVariables(b)}
		m.views[b.Name] = v
	}
	// A board that is on the trail already is gone back to, not stacked twice.
	if i := slices.Index(m.trail, v); i >= 0 {
		m.leave(i + 1)
	} else {
		m.trail = append(m.trail, v)
	}
	m.arrive()
}

// arrive makes the board that is now the last of the trail be of the range and of
// what is chosen.
func (m *Model) arrive() {
	v := m.view()
	for _, x := range v.vars {
		if _, ok := m.picks[x.spec.Name]; !ok { // a link had chosen it when the board was opened
			m.reset(x, nil)
		}
	}
	if !m.chosen && m.line.Live && !m.line.Paused { // nobody chose a range: the board's own
		m.line = m.line.WithSpan(spanOf(v.board, m.opts.Span))
	}
	m.followRange()
	m.applyVariables()
}

// jump shows a board as a screen of its own: the trail starts anew.
func (m *Model) jump(b *boards.Board) {
	m.leave(0)
	m.open(b)
}

// drill goes into the focused panel: to the board it links to, of the selected
// row if the link says so, or full screen.
func (m *Model) drill() {
	v := m.view()
	p := v.focused()
	if p == nil {
		return
	}
	b := m.board(p.spec.Link)
	if b != nil && m.follow(b, p) {
		return
	}
	if b != nil && b != v.board && v.full == "" {
		m.open(b)
		return
	}
	if v.full == "" {
		m.toggleFull()
	}
}

// follow goes to a board of the row that is selected in p, if there is one and it
// is not where we are. The board is a view of its own: where we came from stays
// as it is, to go back to.
func (m *Model) follow(b *boards.Board, p *panelView) bool {
	set := map[string]string{}
	rows, ok := p.panel.(panels.Rower)
	for _, s := range p.spec.LinkSet {
		known := slices.ContainsFunc(b.Variables, func(v boards.Variable) bool { return v.Name == s.Variable })
		if !ok || !known {
			continue
		}
		value, there := "", false
		p.guard(func() { value, there = rows.Selected(s.Label) })
		here := b == m.view().board && m.isPick(s.Variable, value)
		if there && !here {
			set[s.Variable] = value
		}
	}
	if len(set) == 0 {
		return false
	}
	v := &boardView{board: b, set: set, before: map[string]*pick{}}
	m.give(b)
	for name, value := range set {
		v.before[name] = nil
		if old, ok := m.picks[name]; ok {
			v.before[name] = &old
		}
		m.picks[name] = pick{values: []string{value}, given: true}
	}
	v.vars = m.newVariables(b)
	m.trail = append(m.trail, v)
	m.arrive()
	return true
}

// isPick reports whether a value is all that is chosen of a variable.
func (m *Model) isPick(name, value string) bool {
	p := m.picks[name]
	return !p.all && len(p.values) == 1 && p.values[0] == value
}

// leave goes back to the first n boards of the trail. What links chose on the way
// is chosen no more.
func (m *Model) leave(n int) {
	for len(m.trail) > n {
		last := m.trail[len(m.trail)-1]
		for name, p := range last.before {
			delete(m.picks, name)
			if p != nil {
				m.picks[name] = *p
			}
		}
		m.trail = m.trail[:len(m.trail)-1]
	}
}

// crumb is what the i-th board of the trail is called there: its title, or the row
// that it is of.
func (m *Model) crumb(i int) string {
	v := m.trail[i]
	if !m.ofRow(i) {
		return v.board.Title
	}
	var of []string
	for _, x := range v.vars { // in the order of the board
		if value, ok := v.set[x.spec.Name]; ok {
			of = append(of, value)
		}
	}
	return strings.Join(of, " ")
}

// ofRow reports whether the i-th board of the trail is the one before, of a row of
// that, and nothing else was chosen since.
func (m *Model) ofRow(i int) bool {
	v := m.trail[i]
	if i == 0 || v.board != m.trail[i-1].board || len(v.set) == 0 {
		return false
	}
	for name, value := range v.set {
		if v == m.view() && !m.isPick(name, value) {
			return false
		}
	}
	return true
}
