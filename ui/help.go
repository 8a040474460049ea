package ui

import (
	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/screen"
)

// A helpLine is a heading (no keys) or keys and what they do.
type helpLine struct{ keys, text string }

// help shows the keys of where you are, made from the key map itself.
type help struct {
	title string
	lines []helpLine
	top   int
	rows  int
}

func newHelp(m *Model) *help {
	h := &help{title: "Keys"}
	if p := m.view().focused(); p != nil {
		h.title = "Keys, with " + screen.Clean(p.spec.Title) + " in focus"
		if own := p.panel.Help(); len(own) > 0 {
			h.lines = append(h.lines, helpLine{"", "This panel"})
			for _, k := range own {
				h.lines = append(h.lines, helpLine{m.ownKeys(k.Key), k.Text})
			}
		}
		if d := p.spec.Description; d != "" {
			h.lines = append(h.lines, helpLine{"", "What it shows"}, helpLine{" ", d})
		}
	}
	for _, g := range m.keys.Groups() {
		h.lines = append(h.lines, helpLine{"", g.Name})
		for _, b := range g.Bindings {
			h.lines = append(h.lines, helpLine{b.Help().Key, b.Help().Desc})
		}
	}
	return h
}

func (h *help) draw(m *Model, body screen.Region) {
	_, bh := body.Size()
	r, _ := box(body, 76, min(bh-2, len(h.lines)+2), h.title, "up/down scroll   esc close", m.opts.ASCII)
	w, rows := r.Size()
	h.rows = rows
	h.top = max(0, min(h.top, len(h.lines)-rows))
	base := screen.On(themes.Text).Over(themes.Overlay)
	for i := range min(rows, len(h.lines)-h.top) {
		l := h.lines[h.top+i]
		if l.keys == "" {
			r.Fit(0, i, w, l.text, base.As(themes.Strong))
			continue
		}
		r.Fit(2, i, 18, l.keys, base.As(themes.Key))
		r.Fit(21, i, w-21, l.text, base)
	}
	if more := len(h.lines) - h.top - rows; more > 0 {
		r.Right(w-12, rows-1, 12, itoa(more)+" more", base.As(themes.Muted))
	}
}

func (h *help) key(_ *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "up", "k":
		h.top--
	case "down", "j":
		h.top++
	case "pgup":
		h.top -= h.rows
	case "pgdown", "space":
		h.top += h.rows
	case "home":
		h.top = 0
	case "end":
		h.top = len(h.lines)
	case "esc", "q", "?", "enter":
		return true
	}
	h.top = max(h.top, 0)
	return false
}

func (h *help) paste(*Model, string) {}

func (h *help) click(*Model, int, int) bool { return true }
