package ui

import (
	"strconv"
	"time"

	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A chip is a piece of the header or footer: text in a style, dropped by
// priority when room is short (higher goes first).
type chip struct {
	text  string
	style screen.Style
	drop  int
}

// drawHeader draws where we are on the left and, on the right, the range, the
// sources with their state and age, and what both ways cost.
func (m *Model) drawHeader(r screen.Region) {
	bar := func(t themes.Token) screen.Style { return screen.On(t).Over(themes.Bar) }
	r.Fill(' ', bar(themes.Text))
	w, _ := r.Size()

	right := m.rangeChips(bar)
	right = append(right, m.sourceChips(bar)...)
	right = append(right, m.costChips(bar)...)
	left := m.trailChips(bar)

	// A blank before what is on the left, and one between both.
	for chipsWidth(left)+chipsWidth(right)+2 > w {
		if !dropOne(&right) && !dropOne(&left) {
			break
		}
	}
	room := w - chipsWidth(right)
	drawChips(r.Sub(0, 0, max(room-1, 0), 1), 1, left)
	drawChips(r, room, right)
}

// trailChips is the breadcrumb trail: product, board, full-screen panel.
func (m *Model) trailChips(bar func(themes.Token) screen.Style) []chip {
	sep := " › "
	if m.opts.ASCII {
		sep = " > "
	}
	out := []chip{{"nightjar", bar(themes.Accent), 0}}
	for i, v := range m.trail {
		style, drop := bar(themes.Muted), 1
		if i == len(m.trail)-1 {
			style, drop = bar(themes.Strong), 0
		}
		out = append(out, chip{sep, bar(themes.Faint), drop}, chip{v.board.Title, style, drop})
	}
	for _, x := range m.view().board.Variables {
		label := x.Label
		if label == "" {
			label = x.Name
		}
		out = append(out, chip{"  " + label + " ", bar(themes.Muted), 2}, chip{m.vars[x.Name], bar(themes.Text), 2})
	}
	if v := m.view(); v.full != "" {
		out = append(out, chip{sep, bar(themes.Faint), 0}, chip{v.byID[v.full].spec.Title, bar(themes.Strong), 0})
	}
	if m.notice != "" {
		out = append(out, chip{"   " + m.notice, bar(themes.Info), 0})
	}
	return out
}

func (m *Model) rangeChips(bar func(themes.Token) screen.Style) []chip {
	label := m.line.Label(m.opts.Zone)
	if span := m.span(m.source("")); span < m.line.Span {
		label = "last " + units.Age(span) + " of " + units.Age(m.line.Span) // all there is
	}
	out := []chip{{label, bar(themes.Text), 0}, {"  ", bar(themes.Text), 0}}
	switch {
	case m.line.Paused:
		out = append(out, chip{"paused", bar(themes.Warning), 0})
	case m.line.Live:
		out = append(out, chip{"live " + units.Age(m.every(m.source(""))), bar(themes.OK), 0})
	default:
		out = append(out, chip{"past", bar(themes.Warning), 0})
	}
	if m.opts.Zone == time.UTC {
		out = append(out, chip{" UTC", bar(themes.Muted), 2})
	}
	if !m.line.Cursor.IsZero() {
		out = append(out, chip{"  at " + m.line.Cursor.In(m.opts.Zone).Format("15:04:05"), bar(themes.Cursor), 0})
	}
	return append(out, chip{"  ", bar(themes.Text), 0})
}

// sourceChips is each source with its state in a word and the age of its data.
func (m *Model) sourceChips(bar func(themes.Token) screen.Style) []chip {
	var out []chip
	for _, s := range m.opts.Poller.SourceStates() {
		token, word := themes.Muted, s.State.String()
		switch s.State {
		case poll.Failed:
			token = themes.Critical
		case poll.Stale, poll.Partial:
			token = themes.Warning
		default:
		}
		age := ""
		if !s.LastGood.IsZero() && m.source(s.Name) != nil {
			// Shown in steps of the interval: a fresh source stands still.
			step := max(m.every(m.source(s.Name)), time.Second)
			old := (m.now().Sub(s.LastGood) + step - 1) / step * step
			age = " " + units.Age(max(old, step))
		}
		out = append(out, chip{" " + s.Name + " ", bar(themes.Muted), 3}, chip{word + age, bar(token), 3}, chip{" ", bar(themes.Text), 3})
	}
	return out
}

// costChips is what the picture costs: bytes a second to the terminal, and
// from sources where there are any on a wire.
func (m *Model) costChips(bar func(themes.Token) screen.Style) []chip {
	out := []chip{{" " + units.FormatWidth(m.cost.terminal, "Bps", 8) + " out", bar(themes.Faint).As(themes.Muted), 4}}
	if m.cost.sources > 0 {
		out = append(out, chip{" " + units.FormatWidth(m.cost.sources, "Bps", 8) + " in", bar(themes.Muted), 4})
	}
	return append(out, chip{" ", bar(themes.Text), 0})
}

func chipsWidth(cs []chip) int {
	n := 0
	for _, c := range cs {
		n += screen.Width(c.text)
	}
	return n
}

// dropOne removes the chips of the highest drop level, if any may go.
func dropOne(cs *[]chip) bool {
	worst := 0
	for _, c := range *cs {
		worst = max(worst, c.drop)
	}
	if worst == 0 {
		return false
	}
	kept := (*cs)[:0]
	for _, c := range *cs {
		if c.drop != worst {
			kept = append(kept, c)
		}
	}
	*cs = kept
	return true
}

func drawChips(r screen.Region, x int, cs []chip) {
	x = max(x, 0)
	for _, c := range cs {
		x += r.Text(x, 0, c.text, c.style)
	}
}
