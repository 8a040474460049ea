package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// An Opening is what is known of the sources and boards while targets are still
// being found out: each takes the place of the one before.
type Opening struct {
	Sources []sources.Source
	Boards  []*boards.Board // screens 1 to 9 and the palette, in this order
	Pending []Pending
	// Err ends the program, for Failure to give: there is nothing to show.
	Err error
}

// A Pending is a target that is not open yet, or of which it is not known yet
// what boards are for it.
type Pending struct {
	Name    string // that its source has, or will have
	Doing   string // "asking what it is"
	Since   time.Time
	Err     error     // of the newest try; nil: none failed yet
	NextTry time.Time // zero: a try is under way
	Final   bool      // it is not tried again
}

type openingMsg struct {
	now  Opening
	more bool
}

// slowAfter is how long a target may be asked before the header says that it does not answer.
const slowAfter = 2 * time.Second

// placeholder is the board that is shown while none is known.
func placeholder() *boardView {
	return &boardView{board: &boards.Board{Title: "opening"}}
}

// waitOpening is re-armed after each delivery.
func (m *Model) waitOpening() tea.Cmd {
	return func() tea.Msg {
		now, more := <-m.opts.Opening
		return openingMsg{now, more}
	}
}

// opened takes in what became known of the targets. The board shown stays; the
// placeholder gives way to the first board there is, or the one asked for.
func (m *Model) opened(msg openingMsg) tea.Cmd {
	if !msg.more {
		return nil
	}
	if m.failure = msg.now.Err; m.failure != nil {
		return tea.Quit
	}
	m.opts.Sources, m.opts.Boards, m.opts.Pending = msg.now.Sources, msg.now.Boards, msg.now.Pending
	clear(m.statuses)
	for _, v := range m.views {
		m.giveSources(v.vars)
	}
	if b := m.firstBoard(); b != nil && m.view().board.Name == "" {
		m.jump(b)
	} else {
		m.applyVariables()
	}
	return m.waitOpening()
}

// Failure is why the program ended by itself; nil if the user ended it.
func (m *Model) Failure() error { return m.failure }

// firstBoard is the board to begin with; nil while it is not known.
func (m *Model) firstBoard() *boards.Board {
	switch {
	case m.opts.Board != "":
		return m.board(m.opts.Board)
	case len(m.opts.Boards) > 0:
		return m.opts.Boards[0]
	}
	return nil
}

// pendingOf is the target that a source of this name is to come from, nil if it
// is there or there is none. The empty name is the default source.
func (m *Model) pendingOf(name string) *Pending {
	if name == "" {
		name = m.opts.Default
	}
	if m.source(name) != nil {
		return nil
	}
	for i := range m.opts.Pending {
		if p := &m.opts.Pending[i]; p.Name == name || name == sources.All {
			return p
		}
	}
	return nil
}

// giveSources gives the variables whose values are the sources those that there are now.
func (m *Model) giveSources(vars []*variable) {
	for _, x := range vars {
		if x.spec.Kind != boards.VarSource {
			continue
		}
		x.values = x.spec.Choices(m.nameable())
		if len(m.chosenOf(x)) == 0 {
			m.reset(x, nil)
		}
	}
}

// sourceNames are the sources that there are, in order.
func (m *Model) sourceNames() []string {
	names := make([]string, len(m.opts.Sources))
	for i, s := range m.opts.Sources {
		names[i] = s.Name()
	}
	return names
}

// result is what a panel shows whose source is not there yet; nil: it loads.
func (p *Pending) result() *poll.Result {
	if p.Err == nil {
		return nil
	}
	return &poll.Result{Source: p.Name, State: poll.Failed, Err: p.Err, ErrSince: p.Since, NextTry: p.NextTry}
}

// word is how the target does, in a word, and how bad that is.
func (p *Pending) word(now time.Time) (string, themes.Token) {
	switch {
	case p.Final:
		return "not opened", themes.Critical
	case p.Err != nil:
		return poll.Failed.String() + " " + age(p.Since, now), themes.Critical
	case now.Sub(p.Since) >= slowAfter:
		return "no answer " + age(p.Since, now), themes.Warning
	}
	return "asking", themes.Muted
}

// next is what happens with the target next.
func (p *Pending) next(now time.Time) string {
	switch {
	case p.Final:
		return "not asked again; correct it and start anew"
	case p.Err == nil:
		return p.Doing
	case p.NextTry.After(now):
		return "asked again in " + age(now, p.NextTry)
	}
	return "asked again now"
}

// age is the time from one to another in whole seconds.
func age(from, to time.Time) string { return units.Age(max(to.Sub(from), 0).Truncate(time.Second)) }

// pendingChips are the targets that no lane of the poller tells of.
func (m *Model) pendingChips(out []chip, bar func(themes.Token) screen.Style) []chip {
	for i := range m.opts.Pending {
		p := &m.opts.Pending[i]
		if m.source(p.Name) != nil {
			continue
		}
		word, token := p.word(m.now())
		out = append(out, chip{" " + p.Name + " ", bar(themes.Muted), keepChip}, chip{word, bar(token), keepChip}, chip{" ", bar(themes.Text), keepChip})
	}
	return out
}

// drawOpening says what is being found out, where no board is known yet:
//
//	Opening
//
//	prod:9090  error 12s
//	  connection refused
//	  since 03:12:09, asked again in 4s
func (m *Model) drawOpening(body screen.Region) {
	w, _ := body.Size()
	now := m.now()
	body.Text(1, 0, "Opening", screen.On(themes.Strong))
	y := 2
	for i := range m.opts.Pending {
		p := &m.opts.Pending[i]
		word, token := p.word(now)
		n := body.Text(1, y, p.Name, screen.On(themes.Text))
		body.Text(n+3, y, word, screen.On(token))
		y++
		if p.Err != nil {
			for _, line := range panels.Wrap(sources.Reason(p.Err), w-6) {
				body.Text(3, y, line, screen.On(themes.Text))
				y++
			}
		}
		body.Text(3, y, "since "+p.Since.In(m.opts.Zone).Format("15:04:05")+", "+p.next(now), screen.On(themes.Muted))
		y += 2
	}
	const what = "The boards come with the first answer; without it, look at the address, the network and the server."
	for i, line := range panels.Wrap(what, w-2) {
		body.Text(1, y+i, line, screen.On(themes.Muted))
	}
}
