package ui

import (
	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// drawFooter draws the keys that matter where we are, the most useful first;
// what does not fit is behind ?.
func (m *Model) drawFooter(r screen.Region) {
	bar := func(t themes.Token) screen.Style { return screen.On(t).Over(themes.Bar) }
	r.Fill(' ', bar(themes.Text))
	w, _ := r.Size()
	right := m.placeText()
	room := w - screen.Width(right) - 2
	x := 1
	for _, h := range m.hints() {
		need := screen.Width(h.Key) + 1 + screen.Width(h.Text)
		if x+need > room {
			continue
		}
		x += r.Text(x, 0, h.Key, bar(themes.Key))
		x += r.Text(x, 0, " "+h.Text, bar(themes.Muted)) + 2
	}
	r.Text(max(x, w-screen.Width(right)-1), 0, right, bar(themes.Muted))
}

// placeText says how much of the board is out of sight.
func (m *Model) placeText() string {
	_, h := m.bodySize()
	if n := m.view().below(h); n > 0 {
		return itoa(n) + " of " + itoa(len(m.view().plan.Places)) + " panels off screen, pgdn"
	}
	return ""
}

// hints are the keys of where we are.
func (m *Model) hints() []panels.KeyHelp {
	hint := func(action, text string) panels.KeyHelp { return panels.KeyHelp{Key: m.keys.Label(action), Text: text} }
	hints := []panels.KeyHelp{hint("help", "help")}
	v := m.view()
	p := v.focused()
	switch {
	case v.full != "":
		hints = append(hints, hint("back", "back"))
	case p != nil && m.board(p.spec.Link) != nil:
		hints = append(hints, hint("enter", p.spec.Link))
	case p != nil:
		hints = append(hints, hint("enter", "full screen"))
	}
	if len(m.trail) > 1 && v.full == "" {
		hints = append(hints, hint("back", "back"))
	}
	if p != nil {
		if _, ok := p.panel.(panels.Snapper); ok {
			hints = append(hints, panels.KeyHelp{Key: m.keys.Label("left") + "/" + m.keys.Label("right"), Text: "cursor"})
		}
		if _, ok := p.panel.(panels.Filterer); ok {
			hints = append(hints, hint("filter", "filter"))
		}
	}
	if !m.line.Live {
		hints = append(hints, hint("live", "back to live"))
	}
	return append(hints, hint("next-panel", "next"), hint("palette", "command"), hint("range", "range"),
		hint("pause", "pause"), panels.KeyHelp{Key: "1-" + itoa(min(9, len(m.opts.Boards))), Text: "screens"}, hint("quit", "quit"))
}
