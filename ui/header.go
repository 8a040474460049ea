package ui

import (
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
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

	m.chips = m.trailChips(m.chips[:0], bar)
	n := len(m.chips)
	m.chips = m.costChips(m.sourceChips(m.rangeChips(m.chips, bar), bar), bar)
	left, right := m.chips[:n:n], m.chips[n:]

	// A blank before what is on the left, and one between both.
	variables, more := variableChips(left), ""
	for chipsWidth(left)+screen.Width(more)+chipsWidth(right)+2 > w {
		drop := max(worstDrop(left), worstDrop(right))
		if drop == keepChip {
			break
		}
		left, right = dropChips(left, drop), dropChips(right, drop)
		if n := variables - variableChips(left); n > 0 && n < variables {
			more = "  +" + itoa(n) + " more" // not to be taken for values
		} else {
			more = "" // none is in sight: V has them all
		}
	}
	left = append(left, chip{more, bar(themes.Muted), keepChip})
	room := w - chipsWidth(right)
	drawChips(r.Sub(0, 0, max(room-1, 0), 1), 1, left)
	drawChips(r, room, right)
}

// trailChips is the breadcrumb trail: product, board, full-screen panel.
func (m *Model) trailChips(out []chip, bar func(themes.Token) screen.Style) []chip {
	sep := " › "
	if m.opts.ASCII {
		sep = " > "
	}
	out = append(out, chip{"nightjar", bar(themes.Accent), dropBrand})
	if m.opts.Host != "" {
		out = append(out, chip{" ", bar(themes.Text), dropBrand}, chip{m.opts.Host, bar(themes.Strong), dropHost})
	}
	for i, v := range m.trail {
		style, drop := bar(themes.Muted), dropTrail
		if i == len(m.trail)-1 {
			style, drop = bar(themes.Strong), keepChip
		}
		before := drop
		if i == 0 {
			before = max(drop, dropHost) // nothing is left of it then
			if m.opts.Host == "" {
				before = dropBrand
			}
		}
		out = append(out, chip{sep, bar(themes.Faint), before}, chip{v.board.Title, style, drop})
		if i == len(m.trail)-1 && v.sole != "" {
			out = append(out, chip{" · " + v.sole, bar(themes.Muted), drop})
		}
	}
	for i, x := range m.view().vars {
		if !x.spec.Hidden {
			text, token := m.chosenText(x)
			drop := min(dropVariable+i, dropTrail-1) // the last one first
			if x.err != nil {
				drop = keepChip
			}
			out = append(out, chip{"  " + screen.Clean(x.spec.Label) + " ", bar(themes.Muted), drop}, chip{text, bar(token), drop})
		}
	}
	if v := m.view(); v.full != "" {
		out = append(out, chip{sep, bar(themes.Faint), keepChip}, chip{v.byID[v.full].spec.Title, bar(themes.Strong), 0})
	}
	if m.notice != "" {
		out = append(out, chip{"   " + m.notice, bar(themes.Info), keepChip})
	}
	return out
}

func (m *Model) rangeChips(out []chip, bar func(themes.Token) screen.Style) []chip {
	if span := m.span(m.source("")); span < m.line.Span { // all there is
		out = append(out, chip{"last " + timeline.FormatSpan(span), bar(themes.Text), keepChip},
			chip{" of " + timeline.FormatSpan(m.line.Span), bar(themes.Muted), dropWhole})
	} else {
		out = append(out, chip{m.line.Label(m.opts.Zone), bar(themes.Text), keepChip})
	}
	out = append(out, chip{"  ", bar(themes.Text), keepChip})
	switch {
	case m.line.Paused:
		out = append(out, chip{"paused", bar(themes.Warning), keepChip}, chip{" at " + m.clock("15:04:05"), bar(themes.Warning), dropClock})
	case m.line.Live:
		out = append(out, chip{"live " + units.Age(m.every(m.source(""))), bar(themes.OK), keepChip})
	default:
		out = append(out, chip{"past", bar(themes.Warning), keepChip})
	}
	if !m.line.Paused {
		out = append(out, chip{"  " + m.clock("15:04 MST"), bar(themes.Muted), dropClock})
	}
	if !m.line.Cursor.IsZero() {
		out = append(out, chip{"  at " + m.line.Cursor.In(m.opts.Zone).Format("15:04:05"), bar(themes.Cursor), keepChip})
	}
	return append(out, chip{"  ", bar(themes.Text), keepChip})
}

// clock is the time of day that the screen is of: now, or when it was paused.
func (m *Model) clock(layout string) string {
	_, end := m.line.Range(m.now())
	if !m.line.Paused {
		end = m.now()
	}
	return end.In(m.opts.Zone).Format(layout)
}

// sourceChips is each source with its state in a word and the age of its data.
func (m *Model) sourceChips(out []chip, bar func(themes.Token) screen.Style) []chip {
	for _, s := range m.opts.Poller.SourceStates() {
		if s.Name == sources.All && s.State == poll.OK && m.incomplete() {
			s.State = poll.Partial
		}
		token, word, drop := themes.Muted, s.State.String(), dropSource
		switch s.State {
		case poll.Failed:
			token, drop = themes.Critical, keepChip
		case poll.Stale, poll.Partial:
			token, drop = themes.Warning, keepChip
		default:
		}
		age := ""
		if !s.LastGood.IsZero() && m.source(s.Name) != nil {
			// Shown in steps of the interval: a fresh source stands still.
			step := max(m.every(m.source(s.Name)), time.Second)
			old := (m.now().Sub(s.LastGood) + step - 1) / step * step
			age = " " + units.Age(max(old, step))
		}
		out = append(out, chip{" " + s.Name + " ", bar(themes.Muted), drop}, chip{word + age, bar(token), drop}, chip{" ", bar(themes.Text), drop})
	}
	return out
}

// costChips is what the picture costs: bytes a second to the terminal, and
// from sources where there are any on a wire.
func (m *Model) costChips(out []chip, bar func(themes.Token) screen.Style) []chip {
	out = append(out, chip{" tty " + units.FormatWidth(m.cost.terminal, "Bps", 8), bar(themes.Muted), dropCost})
	if m.cost.sources > 0 {
		out = append(out, chip{" net " + units.FormatWidth(m.cost.sources, "Bps", 8), bar(themes.Muted), dropCost})
	}
	return append(out, chip{" ", bar(themes.Text), keepChip})
}

// variableChips is how many variables are among chips, which have two each.
func variableChips(cs []chip) int {
	n := 0
	for _, c := range cs {
		if c.drop >= dropVariable && c.drop < dropTrail {
			n++
		}
	}
	return n / 2
}

func chipsWidth(cs []chip) int {
	n := 0
	for _, c := range cs {
		n += screen.Width(c.text)
	}
	return n
}

// What goes first where room is short, the highest first.
const (
	keepChip     = iota
	dropVariable // and more, for one variable after the other
	dropTrail    = iota + 1000
	dropHost
	dropBrand
	dropSource
	dropClock
	dropWhole
	dropCost
)

// worstDrop is the highest drop level among chips.
func worstDrop(cs []chip) int {
	worst := keepChip
	for _, c := range cs {
		worst = max(worst, c.drop)
	}
	return worst
}

// dropChips removes the chips of a drop level.
func dropChips(cs []chip, level int) []chip {
	kept := cs[:0]
	for _, c := range cs {
		if c.drop != level {
			kept = append(kept, c)
		}
	}
	return kept
}

func drawChips(r screen.Region, x int, cs []chip) {
	x = max(x, 0)
	for _, c := range cs {
		x += r.Text(x, 0, c.text, c.style)
	}
}
