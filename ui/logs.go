package ui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui/layout"
	"nightjar/ui/panels"
)

// logPanel is the panel as one that shows logs, nil if it does not.
func (m *Model) logPanel(p *panelView) panels.LogViewer {
	if p == nil {
		return nil
	}
	l, _ := p.panel.(panels.LogViewer)
	return l
}

// withLogs does something with the focused panel if it shows logs, and else says so.
func (m *Model) withLogs(do func(*panelView)) {
	p := m.view().focused()
	if m.logPanel(p) == nil {
		m.notice = "this panel shows no logs"
		return
	}
	do(p)
}

// waitPages is re-armed after each delivery.
func (m *Model) waitPages() tea.Cmd {
	changed := m.opts.Feed.Changed()
	return func() tea.Msg {
		if _, ok := <-changed; !ok {
			return nil
		}
		time.Sleep(minFrame)
		return pagesMsg{}
	}
}

// ShowLines draws the lines of logs that come within a moment, most at the
// longest, so that they are on the screen before the program runs. It follows Resize.
func (m *Model) ShowLines(most time.Duration) {
	asked := false
	_, h := m.bodySize()
	m.view().visible(h, func(p *panelView, _ layout.Rect) {
		l := m.logPanel(p)
		asked = asked || l != nil && len(m.logParts(p)) > 0 && !l.Current()
	})
	if !asked || m.opts.Feed == nil {
		return
	}
	select {
	case <-m.opts.Feed.Changed():
		m.deliverPages(m.opts.Feed.Take())
		m.Draw()
	case <-time.After(most):
	}
}

// wantLogs tells the feed which lines are on the screen.
func (m *Model) wantLogs() {
	if m.opts.Feed == nil || m.width == 0 {
		return
	}
	var all []feed.Request
	_, body := m.bodySize()
	m.view().visible(body, func(p *panelView, at layout.Rect) {
		l := m.logPanel(p)
		if l == nil {
			return
		}
		ctx, _ := m.contextAt(p, at)
		p.guard(func() {
			r := l.Ask(at.W, at.H-1, ctx)
			r.ID = m.logID(p)
			r.Parts = m.logParts(p)
			if l.SetNowhere(len(r.Parts) == 0); len(r.Parts) > 0 {
				all = append(all, r)
			}
		})
	})
	m.opts.Feed.Want(all)
}

// logID names a panel of logs among those of all boards.
func (m *Model) logID(p *panelView) string { return m.view().board.Name + "/" + p.spec.ID }

// logParts are the sources of a panel of logs: the one it names, else all that have logs.
func (m *Model) logParts(p *panelView) []feed.Part {
	var parts []feed.Part
	for _, src := range slices.Concat(m.opts.Sources, m.opts.Logs) {
		if _, ok := src.(sources.LogSearcher); !ok || !asksFor(p.spec.Source, src.Name()) {
			continue
		}
		parts = append(parts, feed.Part{Source: src, Select: p.spec.Logs.Select})
	}
	return parts
}

// deliverPages hands new pages to the panels that asked for them.
func (m *Model) deliverPages(pages []*feed.Page) {
	again := false
	for _, page := range pages {
		for _, p := range m.view().panels {
			if l := m.logPanel(p); l != nil && page.Request.ID == m.logID(p) {
				p.guard(func() { l.SetPage(page) })
				again = m.followLogs(p) || again
			}
		}
	}
	if again {
		m.wantLogs()
	}
}

// logsSettled reports whether a panel of logs has its lines and its histogram.
func (m *Model) logsSettled(p *panelView) bool {
	l := m.logPanel(p)
	return l == nil || m.opts.Feed == nil || len(m.logParts(p)) == 0 || l.Settled()
}

// followLogs puts the shared cursor where the reader of a panel of logs went,
// and moves the range so that it is in it.
func (m *Model) followLogs(p *panelView) bool {
	l := m.logPanel(p)
	if l == nil {
		return false
	}
	to, moved := l.Moved()
	if !moved {
		return false
	}
	line := m.line
	switch {
	case to.IsZero() && !line.Live:
		line = line.ToLive()
	case to.IsZero():
		line = line.WithCursor(to)
	default:
		line = line.Around(to, m.now())
	}
	m.setLine(line)
	return true
}

// ownTerm is a filter as a person typed it: plain text in lower case finds any case.
func ownTerm(t sources.LogTerm) sources.LogTerm {
	if t.Op == sources.LogContains && t.Field == "" && t.Value == strings.ToLower(t.Value) {
		t.Op = sources.LogFolded
	}
	return t
}
