package ui

import (
	"encoding/base64"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"nightjar/ui/layout"
	"nightjar/ui/panels"
)

// pressed routes a key: to the overlay, to the focused panel, to the actions.
func (m *Model) pressed(k tea.KeyPressMsg) tea.Cmd {
	m.notice, m.dirty = "", true
	if m.tooSmall() { // nothing else is on the screen: no key goes to what is not seen
		if k.String() == "ctrl+c" || k.String() == "q" || m.keys.Action(k) == "quit" {
			return tea.Quit
		}
		return nil
	}
	if m.over != nil {
		if k.String() == "ctrl+c" {
			return tea.Quit
		}
		if over := m.over; over.key(m, k) && m.over == over {
			m.over = nil
		}
		cmd := m.later
		m.later = nil
		return cmd
	}
	action := m.keys.Action(k)
	p := m.view().focused()
	own, ok := panelKey(action)
	if p != nil && action == "enter" && m.logPanel(p) != nil {
		own, ok = tea.KeyPressMsg{Code: tea.KeyEnter}, true
	}
	if ok && p != nil {
		handled := false
		p.guard(func() { handled = p.panel.Key(own, m.contextOf(p)) })
		if handled {
			m.followLogs(p)
			m.want() // a key may change what it wants
			return nil
		}
	}
	switch action {
	case "left", "right", "up", "down":
		m.arrow(p, action)
		return nil
	case "page-up", "page-down", "top", "bottom":
		m.scrollBy(action)
		return nil
	}
	return m.do(action)
}

// arrow moves the cursor in a focused chart, else the focus.
func (m *Model) arrow(p *panelView, dir string) {
	if p == nil {
		return
	}
	if _, ok := p.panel.(panels.Snapper); ok && (dir == "left" || dir == "right") {
		step := 1
		if dir == "left" {
			step = -1
		}
		m.moveCursor(p, step)
		return
	}
	if m.view().full == "" {
		m.setFocus(layout.Neighbor(m.view().plan, m.view().focus, dir))
	}
}

// scrollBy scrolls the board.
func (m *Model) scrollBy(action string) {
	v := m.view()
	_, h := m.bodySize()
	switch action {
	case "page-up":
		v.scroll -= h - 1
	case "page-down":
		v.scroll += h - 1
	case "top":
		v.scroll = 0
	case "bottom":
		v.scroll = v.plan.ContentHeight
	}
	m.clampScroll()
	m.want()
}

func (m *Model) clampScroll() {
	v := m.view()
	_, h := m.bodySize()
	v.scroll = max(0, min(v.scroll, v.plan.ContentHeight-h))
}

// contextOf is the context that the panel was last drawn in.
func (m *Model) contextOf(p *panelView) panels.Context {
	ctx := p.drawn.ctx
	ctx.Now = m.now()
	return ctx
}

// clicked focuses the panel under the pointer and lets it handle the click.
func (m *Model) clicked(e tea.Mouse) {
	if e.Button != tea.MouseLeft {
		return
	}
	m.dirty = true
	x, y := e.X, e.Y-1
	if m.over != nil {
		if over := m.over; over.click(m, x, y) && m.over == over {
			m.over = nil
		}
		return
	}
	m.at(x, y, func(p *panelView, at layout.Rect) {
		m.setFocus(p.spec.ID)
		inX, inY := x-at.X, y-at.Y-1
		if inY < 0 {
			return
		}
		handled := false
		p.guard(func() { handled = p.panel.Click(inX, inY, m.contextOf(p)) })
		if handled {
			m.followLogs(p)
			return
		}
		s, ok := p.panel.(plotter)
		if !ok {
			return
		}
		if col := inX - s.PlotX(at.W, at.H-1); col >= 0 && col < p.panel.Plot(at.W, at.H-1) {
			if t, ok := s.Snap(p.drawn.ctx.Window.Time(col), 0); ok {
				m.setLine(m.line.WithCursor(t))
			}
		}
	})
}

// A plotter is a panel with a plot that starts at column PlotX of a body w x h.
type plotter interface {
	panels.Snapper
	PlotX(w, h int) int
}

// wheeled scrolls the panel under the pointer, or the board.
func (m *Model) wheeled(e tea.Mouse) {
	n := 3
	if e.Button == tea.MouseWheelUp {
		n = -3
	} else if e.Button != tea.MouseWheelDown {
		return
	}
	m.dirty = true
	if m.over != nil {
		code := tea.KeyDown
		if n < 0 {
			code = tea.KeyUp
		}
		m.over.key(m, tea.KeyPressMsg{Code: code})
		return
	}
	moved := false
	m.at(e.X, e.Y-1, func(p *panelView, _ layout.Rect) {
		p.guard(func() { moved = p.panel.Wheel(n, m.contextOf(p)) })
		m.followLogs(p)
	})
	if !moved {
		m.view().scroll += n
		m.clampScroll()
		m.want()
	}
}

// at calls f for the panel at x, y of the body.
func (m *Model) at(x, y int, f func(*panelView, layout.Rect)) {
	_, h := m.bodySize()
	m.view().visible(h, func(p *panelView, at layout.Rect) {
		if x >= at.X && x < at.X+at.W && y >= at.Y && y < at.Y+at.H {
			f(p, at)
		}
	})
}

// modeReport learns whether the terminal has synchronized output.
func (m *Model) modeReport(msg tea.ModeReportMsg) {
	if msg.Mode == ansi.ModeSynchronizedOutput && m.opts.Terminal != nil {
		m.opts.Terminal.SetSync(msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet)
	}
}

// clipboard is the OSC 52 sequence that sets the clipboard to text.
func clipboard(text string) string {
	return "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x1b\\"
}
