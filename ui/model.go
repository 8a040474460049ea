// Package ui is the screen: a root model that routes messages to panels and
// overlays, holds the timeline, and draws frames of cells. It does no I/O: data
// comes from the poller through a re-armed command, frames go to a Terminal
// that never blocks. Update and drawing are bounded work, so a slow source
// never delays a key.
package ui

import (
	"fmt"
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/layout"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// A Model is the whole dashboard; it implements tea.Model. Its View is
// constant: the picture goes to Options.Terminal as cells.
type Model struct {
	opts Options
	log  *slog.Logger
	keys keys.Map

	width, height int
	grid          *screen.Grid
	footer        *screen.Grid // as last painted, for footerFor
	footerFor     footerKey
	dirty         bool
	lastDraw      time.Time
	drawDue       bool // a draw message is on its way

	views  map[string]*boardView // every board opened so far, by name
	trail  []*boardView          // where we came by; the last is shown
	line   timeline.Timeline
	picks  map[string]pick // what is chosen of each variable, by name
	over   overlay
	notice string // one line in the header until the next key
	typed  logHistory
	cost   cost

	chips    []chip                            // scratch of the header
	statuses map[sources.Source]sources.Status // as of the message under way
	all      sources.Source                    // of allParts, see together
	allParts []sources.Source
	later    tea.Cmd // of an action that an overlay ran

	grown  time.Duration // range of the default source's charts when last asked
	chosen bool          // the range is the user's: boards do not change it

	themes []themes.Theme
	theme  string // name chosen; empty: by background
	dark   bool
}

// cost is bytes a second both ways, measured between two ticks.
type cost struct {
	at                time.Time
	sent              uint64
	terminal, sources float64
}

type (
	resultsMsg struct{}
	pagesMsg   struct{}
	tickMsg    time.Time
	drawMsg    struct{}
	samplesMsg string
)

// minFrame is the least time between two frames: faster ones are drawn together.
const minFrame = 16 * time.Millisecond

// New makes the model; it asks for nothing until it knows its size.
func New(o Options) (*Model, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	m := &Model{
		opts: o, log: o.Logger, keys: o.Keys, grid: screen.NewGrid(0, 0), footer: screen.NewGrid(0, 0),
		views: map[string]*boardView{}, statuses: map[sources.Source]sources.Status{}, picks: map[string]pick{}, dark: o.Dark, theme: o.Theme,
		themes: append(append([]themes.Theme(nil), o.Themes...), themes.Builtin()...),
	}
	first := o.Board
	if first == "" {
		first = o.Boards[0].Name
	}
	b := m.board(first)
	if b == nil {
		return nil, fmt.Errorf("no board is called %q; there are: %s", first, boardNames(o.Boards))
	}
	m.line = timeline.Timeline{Live: true, Span: spanOf(b, o.Span)}
	if o.Range != "" {
		line, err := timeline.Parse(o.Range, o.Clock(), o.Zone)
		if err != nil {
			return nil, err
		}
		m.line, m.chosen = line, true
	}
	m.open(b)
	return m, nil
}

// spanOf is the range a board opens with, unless one was asked for.
func spanOf(b *boards.Board, asked time.Duration) time.Duration {
	switch {
	case asked > 0:
		return asked
	case b.Range > 0:
		return b.Range
	}
	return 15 * time.Minute
}

func boardNames(bs []*boards.Board) string {
	s := ""
	for i, b := range bs {
		if i > 0 {
			s += ", "
		}
		s += b.Name
	}
	return s
}

func (m *Model) now() time.Time { return m.opts.Clock() }

// view is the board shown.
func (m *Model) view() *boardView { return m.trail[len(m.trail)-1] }

// board finds a board by name; nil if there is none.
func (m *Model) board(name string) *boards.Board {
	for _, b := range m.opts.Boards {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// Init asks the terminal what it is and arms the commands that wait.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.waitResults(), tickAfter(time.Second)}
	if m.opts.Samples != nil {
		cmds = append(cmds, m.waitSamples())
	}
	if m.opts.Feed != nil {
		cmds = append(cmds, m.waitPages())
	}
	if m.opts.Terminal != nil {
		// Asked here and not through the program, whose renderer ticks slowly:
		// the background colour, and synchronized output.
		cmds = append(cmds, func() tea.Msg {
			m.opts.Terminal.Send("\x1b]11;?\x1b\\\x1b[?2026$p")
			return nil
		})
	}
	return tea.Batch(append(cmds, m.askCommands()...)...)
}

// waitResults is re-armed after each delivery. The short wait gathers answers
// that come together into one frame.
func (m *Model) waitResults() tea.Cmd {
	changed := m.opts.Poller.Changed()
	return func() tea.Msg {
		if _, ok := <-changed; !ok {
			return nil
		}
		time.Sleep(minFrame)
		return resultsMsg{}
	}
}

func (m *Model) waitSamples() tea.Cmd {
	return func() tea.Msg {
		name, ok := <-m.opts.Samples
		if !ok {
			return nil
		}
		return samplesMsg(name)
	}
}

func tickAfter(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(t time.Time) tea.Msg { return tickMsg(t) })
}

// View is constant: what is seen is sent as cells beside the program. It is a
// blank, not empty: an empty one would clear the screen at every tick.
func (m *Model) View() tea.View {
	v := tea.NewView(" ")
	v.AltScreen = true
	if m.opts.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// Update routes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.route(msg)
	return m, tea.Batch(append(m.askCommands(), cmd, m.drawSoon())...)
}

func (m *Model) route(msg tea.Msg) tea.Cmd {
	clear(m.statuses)
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.Resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		return m.pressed(msg)
	case tea.PasteMsg:
		if m.over != nil {
			m.over.paste(m, msg.Content)
			m.dirty = true
		}
	case tea.MouseClickMsg:
		m.clicked(msg.Mouse())
	case tea.MouseWheelMsg:
		m.wheeled(msg.Mouse())
	case resultsMsg:
		m.deliver(m.opts.Poller.Take())
		m.dirty = true
		return m.waitResults()
	case pagesMsg:
		m.deliverPages(m.opts.Feed.Take())
		m.dirty = true
		return m.waitPages()
	case samplesMsg:
		if !m.line.Paused { // what comes meanwhile is asked for when it goes on
			m.opts.Poller.Nudge(string(msg))
		}
		return m.waitSamples()
	case tickMsg:
		m.measure()
		m.grow()
		m.wantLogs() // histograms move with the time
		m.dirty = true
		if m.line.Paused { // nothing is new but ages, which go by tens of seconds
			return tickAfter(10 * time.Second)
		}
		return tickAfter(time.Second)
	case valuesMsg:
		m.gotValues(msg)
	case drawMsg:
		m.drawDue = false
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.applyTheme()
		if t := m.currentTheme(); t.Dark != m.dark && t.Name != "mono" {
			m.notice = m.themeNotice() // it was asked for, and will be hard to read
		}
	case tea.ColorProfileMsg:
		if m.opts.Profile > msg.Profile || m.opts.Terminal == nil {
			break
		}
		m.opts.Profile = msg.Profile
		m.applyTheme()
	case tea.ModeReportMsg:
		m.modeReport(msg)
	case tea.ResumeMsg:
		if m.opts.Terminal != nil {
			m.opts.Terminal.Enter()
		}
		m.opts.Poller.Refresh()
		m.dirty = true
	case savedMsg:
		m.notice = msg.text
		m.dirty = true
	}
	return nil
}

// Resize tells the model the size of the screen.
func (m *Model) Resize(w, h int) {
	clear(m.statuses)
	m.width, m.height = min(max(w, 0), screen.MaxWidth), min(max(h, 0), screen.MaxHeight)
	m.relayout()
	m.dirty = true
}

// ShowLayout draws the board at a size before anything is asked, so that it is on
// the screen while the first answers are made. Resize follows it.
func (m *Model) ShowLayout(w, h int) {
	m.width, m.height = min(max(w, 0), screen.MaxWidth), min(max(h, 0), screen.MaxHeight)
	m.view().arrange(m.bodySize())
	m.Draw()
}

// relayout places the panels anew and asks for what is now seen.
func (m *Model) relayout() {
	w, h := m.bodySize()
	m.view().arrange(w, h)
	m.want()
}

// bodySize is the room between header and footer.
func (m *Model) bodySize() (w, h int) { return m.width, max(m.height-2, 0) }

// drawSoon draws now, or, if the last frame is too young, a little later.
func (m *Model) drawSoon() tea.Cmd {
	if !m.dirty || m.opts.Terminal == nil || m.drawDue {
		return nil
	}
	if wait := minFrame - time.Since(m.lastDraw); wait > 0 && !m.lastDraw.IsZero() {
		m.drawDue = true
		return tea.Tick(wait, func(time.Time) tea.Msg { return drawMsg{} })
	}
	m.Draw()
	return nil
}

// Draw draws a frame and presents it.
func (m *Model) Draw() {
	m.grid.Resize(m.width, m.height)
	m.Frame(m.grid)
	m.opts.Terminal.Present(m.grid)
	m.lastDraw, m.dirty = time.Now(), false
}

// measure works out what both ways cost, between the last tick and this one.
func (m *Model) measure() {
	now := m.now()
	var sent uint64
	if m.opts.Terminal != nil {
		sent, _, _ = m.opts.Terminal.Stats()
	}
	m.cost.sources = 0
	for _, s := range m.opts.Poller.SourceStates() {
		if s.Name == sources.All { // what its parts received, whoever asked
			m.cost.sources = s.ReceivedPerSecond
			break
		}
		m.cost.sources += s.ReceivedPerSecond
	}
	if dt := now.Sub(m.cost.at).Seconds(); !m.cost.at.IsZero() && dt > 0.1 {
		// Smoothed over about ten seconds, so that it stands still beside a refresh every few.
		const keep = 0.9
		m.cost.terminal = keep*m.cost.terminal + (1-keep)*float64(sent-m.cost.sent)/dt
	}
	m.cost.at, m.cost.sent = now, sent
}

// Settled reports whether the variables have their values and every query of
// the panels on the screen has an answer.
func (m *Model) Settled() bool {
	settled := !m.pending()
	_, h := m.bodySize()
	m.view().visible(h, func(p *panelView, _ layout.Rect) {
		for i, k := range p.keys {
			if k != "" && (p.got[i] == nil || p.got[i].State == poll.Loading) {
				settled = false
			}
		}
		settled = settled && m.logsSettled(p)
	})
	return settled
}

// Take hands the poller's newest results to the panels; for callers that run without a program.
func (m *Model) Take() {
	m.deliver(m.opts.Poller.Take())
	if m.opts.Feed != nil {
		m.deliverPages(m.opts.Feed.Take())
	}
}
