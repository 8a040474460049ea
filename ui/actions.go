package ui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// do carries out an action of the key map. Unknown ones do nothing.
func (m *Model) do(action string) tea.Cmd {
	v := m.view()
	switch action {
	case "quit":
		return tea.Quit
	case "suspend":
		return tea.Suspend
	case "help":
		m.over = newHelp(m)
	case "palette":
		m.over = newPalette(m)
	case "range":
		m.over = newRangePicker(m)
	case "variables":
		m.openVariables()
	case "filter":
		if p := v.focused(); p != nil {
			_, rows := panels.FilterOf(p.panel)
			_, logs := p.panel.(panels.LogViewer)
			switch {
			case rows:
				m.over = newFilter(m, p)
			case logs:
				m.over = newLogPrompt(m, p, true)
			default:
				m.notice = "this panel has no rows to filter"
			}
		}
	case "log-filter":
		m.withLogs(func(p *panelView) { m.over = newLogPrompt(m, p, false) })
	case "log-columns":
		m.withLogs(func(p *panelView) { m.over = newColumnPrompt(p) })
	case "save":
		m.withLogs(func(p *panelView) { m.over = newSavePrompt(m, p) })
	case "next-panel":
		m.cycle(1)
	case "prev-panel":
		m.cycle(-1)
	case "enter":
		m.drill()
	case "back":
		m.back()
	case "full":
		m.toggleFull()
	case "pause":
		m.setLine(m.line.TogglePause(m.now()))
	case "live":
		m.setLine(m.line.ToLive())
	case "pan-left":
		m.setLine(m.line.Pan(-1, m.now()))
	case "pan-right":
		m.setLine(m.line.Pan(1, m.now()))
	case "zoom-in":
		m.setLine(m.line.Zoom(0.5, m.now()))
	case "zoom-out":
		m.setLine(m.line.Zoom(2, m.now()))
	case "refresh":
		for _, p := range v.panels {
			p.broke, p.logged = nil, false
		}
		m.opts.Poller.Refresh()
		if m.opts.Feed != nil {
			m.opts.Feed.Refresh()
		}
		m.refreshVariables()
		m.notice = "asked again"
	case "copy":
		m.copyPanel()
	case "theme":
		m.nextTheme()
	case "zone":
		m.toggleZone()
	case "redraw":
		if m.opts.Terminal != nil {
			m.opts.Terminal.Repaint()
		}
	default:
		if n, ok := screenNumber(action); ok && n <= len(m.opts.Boards) {
			m.jump(m.opts.Boards[n-1])
		}
	}
	return nil
}

// screenNumber reads "screen-3".
func screenNumber(action string) (int, bool) {
	const prefix = "screen-"
	if len(action) <= len(prefix) || action[:len(prefix)] != prefix {
		return 0, false
	}
	n, err := strconv.Atoi(action[len(prefix):])
	return n, err == nil && n >= 1
}

// back takes away the focused panel's filter, else leaves the full screen panel,
// else the cursor, else the board.
func (m *Model) back() {
	v := m.view()
	p := v.focused()
	switch {
	case p != nil && p.filter != "":
		p.unfilter()
	case v.full != "":
		m.toggleFull()
	case !m.line.Cursor.IsZero():
		m.setLine(m.line.WithCursor(time.Time{}))
	case len(m.trail) > 1:
		m.leave(len(m.trail) - 1)
		m.applyVariables()
	}
}

func (m *Model) toggleFull() {
	v := m.view()
	if v.full != "" {
		v.full = ""
	} else {
		v.full = v.focus
	}
	m.relayout()
	_, h := m.bodySize()
	v.reveal(h)
	m.want()
}

// cycle moves the focus to the next panel in reading order.
func (m *Model) cycle(by int) {
	v := m.view()
	n := len(v.plan.Places)
	if n == 0 || v.full != "" {
		return
	}
	at := 0
	for i, pl := range v.plan.Places {
		if pl.ID == v.focus {
			at = i
		}
	}
	m.setFocus(v.plan.Places[(at+by+n)%n].ID)
}

func (m *Model) setFocus(id string) {
	v := m.view()
	if id == "" || v.byID[id] == nil {
		return
	}
	v.focus = id
	if v.full != "" {
		v.full = id
		m.relayout()
	}
	_, h := m.bodySize()
	before := v.scroll
	v.reveal(h)
	if v.scroll != before {
		m.want()
	}
}

// setLine changes the timeline for all panels at once.
func (m *Model) setLine(l timeline.Timeline) {
	if l == m.line {
		return
	}
	m.chosen = m.chosen || l.Span != m.line.Span || !l.Live
	m.line = l
	m.opts.Poller.Pause(l.Paused)
	for _, src := range m.opts.Sources {
		if r, ok := src.(sources.Rester); ok {
			r.Rest(l.Paused)
		}
	}
	m.followRange()
	m.want()
}

// moveCursor moves the shared cursor by samples of the focused chart.
func (m *Model) moveCursor(p *panelView, dir int) {
	s, ok := p.panel.(panels.Snapper)
	if !ok {
		return
	}
	from := m.line.Cursor
	if from.IsZero() {
		_, from = m.line.Range(m.now())
		dir = min(dir, 0)
	}
	if at, ok := s.Snap(from, dir); ok {
		m.setLine(m.line.WithCursor(at))
	}
}

// copyPanel puts the focused panel's text on the clipboard by OSC 52; of logs the line one stands on.
func (m *Model) copyPanel() {
	p := m.view().focused()
	if p == nil || m.opts.Terminal == nil {
		return
	}
	if l := m.logPanel(p); l != nil {
		if line := l.Selected(); line != nil {
			m.opts.Terminal.Send(clipboard(line.Raw))
			m.notice = "copied the line"
		}
		return
	}
	m.opts.Terminal.Send(clipboard(p.grid.String()))
	m.notice = "copied " + screen.Clean(p.spec.Title)
}

func (m *Model) toggleZone() {
	if m.opts.Zone == time.UTC {
		m.opts.Zone = time.Local
	} else {
		m.opts.Zone = time.UTC
	}
}

// nextTheme goes through the themes by name.
func (m *Model) nextTheme() {
	cur := m.currentTheme().Name
	for i, t := range m.themes {
		if t.Name == cur {
			m.theme = m.themes[(i+1)%len(m.themes)].Name
			break
		}
	}
	m.applyTheme()
	m.notice = m.themeNotice()
}

// themeNotice names the theme, and says when it is made for the other background:
// the terminal keeps its own.
func (m *Model) themeNotice() string {
	t := m.currentTheme()
	s := "theme " + t.Name
	switch {
	case t.Dark == m.dark || m.opts.Profile <= colorprofile.ASCII:
	case t.Dark:
		s += ", made for a dark background"
	default:
		s += ", made for a light background"
	}
	return s
}

// currentTheme is the theme in force: the one chosen, or by the background.
func (m *Model) currentTheme() themes.Theme {
	for _, t := range m.themes {
		if t.Name == m.theme {
			return t
		}
	}
	t, err := themes.Pick(m.theme, m.dark)
	if err != nil {
		t, _ = themes.Pick("", m.dark)
	}
	return t
}

// Palette is the theme in force made ready for the terminal.
func (m *Model) Palette() *themes.Palette {
	return themes.NewPalette(m.currentTheme(), m.opts.Profile)
}

func (m *Model) applyTheme() {
	if m.opts.Terminal != nil {
		m.opts.Terminal.SetPalette(m.Palette())
	}
	m.dirty = true
}
