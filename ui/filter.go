package ui

import (
	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// filter narrows the focused panel's rows as one types. It takes the last line
// of the body, so that the rows stay in sight.
type filter struct {
	in           input
	panel        *panelView
	rows         panels.Filterer
	before       string
	shown, total int
}

func newFilter(m *Model, p *panelView) *filter {
	f := &filter{in: newInput(p.filter), panel: p, before: p.filter}
	f.rows, _ = p.panel.(panels.Filterer)
	f.apply(m)
	return f
}

func (f *filter) apply(*Model) {
	f.panel.filter = f.in.value()
	f.shown, f.total = f.rows.Filter(f.panel.filter)
}

func (f *filter) draw(_ *Model, body screen.Region) {
	w, _ := body.Size()
	note := " " + itoa(f.shown) + " of " + itoa(f.total) + " rows   enter keep   esc undo "
	promptLine(body, "/ ", &f.in, note, w, themes.Muted)
}

func (f *filter) key(m *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "enter":
		return true
	case "esc":
		f.panel.filter = f.before
		f.rows.Filter(f.before)
		return true
	case "up", "down", "pgup", "pgdown":
		f.panel.guard(func() { f.panel.panel.Key(k, m.contextOf(f.panel)) })
		return false
	}
	f.in.key(k)
	f.apply(m)
	return false
}

func (f *filter) paste(m *Model, text string) {
	f.in.paste(text)
	f.apply(m)
}

func (f *filter) click(*Model, int, int) bool { return true }

// unfilter shows all rows again.
func (p *panelView) unfilter() {
	p.filter = ""
	if f, ok := p.panel.(panels.Filterer); ok {
		p.guard(func() { f.Filter("") })
	}
}
