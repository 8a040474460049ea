package ui

import (
	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// rangePicker chooses the range: a preset, or free text.
type rangePicker struct {
	in      input
	presets []timeline.Preset
	menu    menu
	typed   bool  // the text field was edited: enter takes it, not the preset
	err     error // of the text as it stands
	top     int
	rows    int
}

func newRangePicker(m *Model) *rangePicker {
	p := &rangePicker{in: newInput(""), presets: timeline.Presets()}
	for i, s := range p.presets {
		if s.Span == m.line.Span {
			p.menu.selected = i
		}
	}
	return p
}

func (p *rangePicker) draw(m *Model, body screen.Region) {
	r, at := box(body, 64, len(p.presets)+7, "Range, now "+m.line.Label(m.opts.Zone), "enter take   esc close   up/down presets", m.opts.ASCII)
	w, h := r.Size()
	base := screen.On(themes.Text).Over(themes.Overlay)
	r.Text(0, 0, "range", base.As(themes.Key))
	p.in.draw(r, 6, 0, w-6, base.As(themes.Strong))
	switch {
	case p.err != nil:
		r.Fit(0, 1, w, p.err.Error(), base.As(themes.Critical))
	default:
		r.Fit(0, 1, w, "2h   last 90m   03:00..04:00   2026-11-24 03:00..04:00   -2h..-1h", base.As(themes.Muted))
	}
	p.rows, p.top = max(h-3, 1), at.Y+3
	first := p.menu.window(len(p.presets), p.rows)
	for row := range min(p.rows, len(p.presets)-first) {
		s := base
		if first+row == p.menu.selected && !p.typed {
			s = s.Over(themes.Selection)
			r.Sub(0, row+3, w, 1).Fill(' ', s)
			r.Text(0, row+3, ">", s.As(themes.Focus))
		}
		r.Text(2, row+3, p.presets[first+row].Label, s)
	}
}

func (p *rangePicker) key(m *Model, k tea.KeyPressMsg) bool {
	switch {
	case p.menu.key(k, len(p.presets), p.rows):
		p.typed = false
	case k.String() == "esc":
		return true
	case k.String() == "enter":
		return p.take(m)
	default:
		p.in.key(k)
		p.typed, p.err = p.in.value() != "", nil
	}
	return false
}

// take sets the range; text that is no range stays, with what is wrong with it.
func (p *rangePicker) take(m *Model) bool {
	if !p.typed {
		m.setLine(m.line.WithSpan(p.presets[p.menu.selected].Span))
		return true
	}
	line, err := timeline.Parse(p.in.value(), m.now(), m.opts.Zone)
	if err != nil {
		p.err = err
		return false
	}
	m.setLine(line)
	return true
}

func (p *rangePicker) paste(_ *Model, text string) {
	p.in.paste(text)
	p.typed, p.err = true, nil
}

func (p *rangePicker) click(m *Model, _, y int) bool {
	if row := y - p.top; row >= 0 && row < p.rows && p.menu.top+row < len(p.presets) {
		p.menu.selected, p.typed = p.menu.top+row, false
		return p.take(m)
	}
	return true
}
