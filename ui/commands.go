package ui

import (
	"nightjar/sources/poll"
)

// commands lists all that the palette can do here.
func (m *Model) commands() commands {
	var out commands
	for i, b := range m.opts.Boards {
		hint := ""
		if i < 9 {
			hint = m.keys.Label("screen-" + itoa(i+1))
		}
		out = append(out, command{"board", b.Title, b.Description, hint, func(m *Model) { m.jump(b) }})
	}
	for _, p := range m.view().panels {
		if p.spec.Title == "" {
			continue
		}
		out = append(out, command{"panel", p.spec.Title, "", string(p.spec.Kind), func(m *Model) { m.setFocus(p.spec.ID) }})
	}
	for _, s := range m.opts.Poller.SourceStates() {
		out = append(out, command{"source", s.Name, sourceLine(s), "", func(m *Model) { m.over = newSourceCard(m, s.Name) }})
	}
	for i := range m.opts.Pending {
		p := &m.opts.Pending[i]
		if m.source(p.Name) == nil {
			word, _ := p.word(m.now())
			out = append(out, command{"source", p.Name, word, "", func(m *Model) { m.over = newSourceCard(m, p.Name) }})
		}
	}
	for _, g := range m.keys.Groups() {
		for _, b := range g.Bindings {
			if !m.doable(b.Action) {
				continue
			}
			out = append(out, command{"action", b.Help().Desc, "", b.Help().Key, func(m *Model) { m.later = m.do(b.Action) }})
		}
	}
	for _, t := range m.themes {
		out = append(out, command{"theme", t.Name, "", "", func(m *Model) {
			m.theme = t.Name
			m.applyTheme()
		}})
	}
	return out
}

// doable says whether an action makes sense from the palette.
func (m *Model) doable(action string) bool {
	switch action {
	case "palette", "up", "down", "left", "right", "page-up", "page-down", "top", "bottom", "next-match", "prev-match":
		return false
	}
	_, isScreen := screenNumber(action)
	return !isScreen
}

// sourceLine is a source in a few words.
func sourceLine(s poll.SourceState) string {
	line := s.State.String()
	if s.Err != nil {
		line += ": " + s.Err.Error()
	}
	return line
}
