package ui

import (
	"errors"
	"time"

	"nightjar/themes"
	"nightjar/ui/layout"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// Smallest terminal that a board is drawn on.
const (
	minWidth  = 40
	minHeight = 10
)

// Frame draws the whole picture into g at g's size. It does no I/O.
func (m *Model) Frame(g *screen.Grid) {
	w, h := g.Size()
	all := g.All()
	g.Clear()
	if tooSmall(w, h) {
		m.drawTooSmall(all)
		return
	}
	m.view().sole = m.soleSource(m.view())
	m.drawHeader(all.Sub(0, 0, w, 1))
	body := all.Sub(0, 1, w, h-2)
	m.drawBoard(body)
	m.drawFooter(all.Sub(0, h-1, w, 1))
	if m.over != nil {
		m.over.draw(m, body)
	}
}

func tooSmall(w, h int) bool { return w < minWidth || h < minHeight }

// tooSmall reports whether the terminal shows nothing but that it is too small.
func (m *Model) tooSmall() bool { return m.width > 0 && tooSmall(m.width, m.height) }

func (m *Model) drawTooSmall(r screen.Region) {
	w, h := r.Size()
	r.Text(0, 0, "nightjar", screen.On(themes.Accent))
	if h > 1 {
		r.Text(0, 1, "needs 40x10, has "+itoa(w)+"x"+itoa(h), screen.On(themes.Text))
	}
	if h > 2 {
		r.Text(0, 2, "q quit", screen.On(themes.Muted))
	}
}

// drawBoard draws the panels that have a row on the body.
func (m *Model) drawBoard(body screen.Region) {
	_, h := body.Size()
	v := m.view()
	for _, t := range v.plan.Titles {
		body.Text(0, t.Y-v.scroll, t.Text, screen.On(themes.Strong))
	}
	v.visible(h, func(p *panelView, at layout.Rect) {
		p.place = at
		m.renderPanel(p, at)
		body.Blit(at.X, at.Y, p.grid)
	})
}

// contextAt is what a panel at a place draws in, and how wide its plot is.
func (m *Model) contextAt(p *panelView, at layout.Rect) (ctx panels.Context, plot int) {
	p.guard(func() { plot = p.panel.Plot(at.W, at.H-1) })
	ctx = panels.Context{
		Now: m.now().Truncate(time.Second), Zone: m.opts.Zone, ASCII: m.opts.ASCII,
		Focused: m.view().focused() == p && m.over == nil,
		Full:    m.view().full != "", Window: m.window(p, plot), Cursor: m.line.Cursor, Paused: m.line.Paused,
		Young: m.young(m.source(p.spec.Source)),
	}
	if !m.line.Live {
		ctx.End = m.line.End
	}
	return ctx, plot
}

// renderPanel makes the panel's picture anew if anything it depends on changed.
func (m *Model) renderPanel(p *panelView, at layout.Rect) {
	ctx, plot := m.contextAt(p, at)
	due := m.every(m.source(p.spec.Source))
	if plot > 0 {
		due = max(due, ctx.Window.Step) // a chart has nothing new before its next step
	}
	if ctx.Window.Step == 0 || m.line.Paused || !m.line.Live {
		due = 0 // nothing is due
	}
	state := panels.StateOf(p.got, ctx.Now, due)
	logs, isLogs := p.panel.(panels.LogViewer)
	if isLogs {
		p.guard(func() { state = logs.State(ctx) })
	}
	if p.spec.List != "" && state.Note == "" && (!m.line.Live || !m.line.Cursor.IsZero()) {
		state.Note, state.Short = "now, not then", "now" // a table has no past
	}
	title := m.titled(p)
	key := drawKey{version: p.panel.Version(), results: p.version(), w: at.W, h: at.H, ctx: ctx, title: title, state: state}
	if !isLogs || !logs.Ages() {
		key.ctx.Now = time.Time{} // the ages it is shown with are in the state
	}
	if p.broke == nil && key == p.drawn {
		return
	}
	p.drawn = key
	p.grid.Resize(at.W, at.H)
	r := p.grid.All()
	p.guard(func() {
		inner := panels.DrawFrame(r, title, p.panel.Caption(ctx), state, ctx)
		p.body = layout.Rect{X: at.X, Y: at.Y + 1, W: at.W, H: at.H - 1}
		if !isLogs && panels.DrawState(inner, p.got, ctx) {
			return
		}
		p.panel.Draw(inner, ctx)
		if state.Stale {
			inner.Dim(themes.Stale)
		}
	})
	if p.broke != nil {
		m.reportBroken(p, r)
	}
}

// reportBroken draws what went wrong in the panel's place and logs it once.
func (m *Model) reportBroken(p *panelView, r screen.Region) {
	var e *panelPanic
	if errors.As(p.broke, &e) && !p.logged {
		p.logged = true
		m.log.Error("panel failed", "board", m.view().board.Name, "panel", p.spec.ID, "panic", e.value, "stack", string(e.stack))
	}
	r.Fill(' ', screen.On(themes.Default))
	r.Text(0, 0, p.spec.Title, screen.On(themes.Title))
	r.Text(0, 1, p.broke.Error(), screen.On(themes.Critical))
	r.Text(0, 2, "the rest goes on; r tries it again, --log-file has the details", screen.On(themes.Muted))
}
