package ui

import (
	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A footerKey is all that the footer depends on.
type footerKey struct {
	view         *boardView
	panel        *panelView
	full         string
	width, below int
	depth        int
	screens      int
	live, ascii  bool
	filters      bool
	patterns     bool
}

// drawFooter draws the footer, or the picture of it that still holds.
func (m *Model) drawFooter(r screen.Region) {
	w, _ := r.Size()
	_, h := m.bodySize()
	v := m.view()
	key := footerKey{
		view: v, panel: v.focused(), full: v.full, width: w, below: v.below(h),
		depth: len(m.trail), screens: len(m.opts.Boards), live: m.line.Live, ascii: m.opts.ASCII,
	}
	if key.panel != nil {
		_, key.filters = panels.FilterOf(key.panel.panel)
		logs := m.logPanel(key.panel)
		key.patterns = logs != nil && logs.Patterns()
	}
	if key != m.footerFor {
		m.footerFor = key
		m.footer.Resize(w, 1)
		m.paintFooter(m.footer.All())
	}
	r.Blit(0, 0, m.footer)
}

// paintFooter draws the keys that matter where we are, the most useful first;
// what does not fit is behind ?.
func (m *Model) paintFooter(r screen.Region) {
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
	logs := m.logPanel(p)
	patterns := logs != nil && logs.Patterns()
	switch {
	case patterns:
		hints = append(hints, hint("enter", "its lines"), hint("series-hide", "hide"), hint("back", "lines"))
	case v.full != "":
		hints = append(hints, hint("back", "back"))
	case logs != nil:
		hints = append(hints, hint("enter", "open line"))
	case p != nil && m.board(p.spec.Link) != nil && len(p.spec.LinkSet) > 0:
		hints = append(hints, hint("enter", "open row"))
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
		_, rows := panels.FilterOf(p.panel)
		switch {
		case rows:
			hints = append(hints, hint("filter", "filter"))
		case patterns:
			hints = append(hints, hint("log-filter", "filter"), hint("top", "worst first"), hint("full", "full screen"))
		case logs != nil:
			hints = append(hints, hint("filter", "search"), hint("log-filter", "filter"), hint("patterns", "patterns"),
				panels.KeyHelp{Key: m.keys.Label("next-error") + "/" + m.keys.Label("prev-error"), Text: "errors"},
				hint("bottom", "newest"), hint("full", "full screen"))
		}
	}
	if m.choosable() {
		hints = append(hints, hint("variables", "variables"))
	}
	if !m.line.Live {
		hints = append(hints, hint("live", "back to live"))
	}
	if p != nil {
		hints = append(hints, hint("next-panel", "next"))
	}
	hints = append(hints, hint("palette", "command"), hint("range", "range"), hint("pause", "pause"))
	if n := min(9, len(m.opts.Boards)); n > 0 {
		hints = append(hints, panels.KeyHelp{Key: "1-" + itoa(n), Text: "screens"})
	}
	return append(hints, hint("quit", "quit"))
}
