package panels

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// Key chooses among the series: which is in focus, hidden, alone, in which order.
func (g *graph) Key(k tea.KeyPressMsg, c Context) bool {
	switch k.String() {
	case "n":
		return g.move(1)
	case "N", "shift+n":
		return g.move(-1)
	case "down", "j":
		return c.Full && g.move(1)
	case "up", "k":
		return c.Full && g.move(-1)
	case "x":
		return g.toggle()
	case "i":
		return g.alone()
	case "o":
		i := slices.Index(graphSorts[:], g.sort)
		g.sort = graphSorts[(i+1)%len(graphSorts)]
		g.scroll = 0
		g.arrange()
		return g.changed()
	case "L", "shift+l":
		g.bare = !g.bare
		return g.changed()
	case "esc":
		if g.focus == "" && g.solo == "" && len(g.hidden) == 0 {
			return false
		}
		g.focus, g.solo = "", ""
		clear(g.hidden)
		g.arrange()
		return g.changed()
	}
	return false
}

// Help lists the keys.
func (g *graph) Help() []KeyHelp {
	if len(g.lines) == 0 {
		return nil
	}
	by := g.sort
	if by == "" {
		by = "appearance"
	}
	h := []KeyHelp{
		{"n/N", "highlight the next or previous series"},
		{"x", "hide or show the highlighted series"},
		{"i", "the highlighted series alone, or all again"},
		{"o", "order the legend: now by " + by},
	}
	if g.bare {
		h = append(h, KeyHelp{"L", "show the legend"})
	} else {
		h = append(h, KeyHelp{"L", "hide the legend"})
	}
	if g.focus != "" || g.solo != "" || len(g.hidden) > 0 {
		h = append(h, KeyHelp{"esc", "no highlight, all series"})
	}
	return h
}

// move puts the focus n rows down the legend; past either end there is none.
func (g *graph) move(n int) bool {
	if len(g.order) == 0 {
		return false
	}
	i := slices.IndexFunc(g.order, func(l *graphLine) bool { return l.key == g.focus })
	switch {
	case i < 0 && n < 0:
		i = len(g.order) - 1
	case i < 0:
		i = 0
	default:
		i += n
	}
	if i < 0 || i >= len(g.order) {
		g.focus = ""
	} else {
		g.focus = g.order[i].key
		if g.solo != "" {
			g.solo = g.focus // the one alone follows
		}
		g.reveal(i)
	}
	g.arrange()
	return g.changed()
}

// reveal scrolls the legend so that row i is among those drawn last time.
func (g *graph) reveal(i int) {
	rows := max(len(g.hits), 1)
	g.scroll = min(max(g.scroll, i-rows+1), i)
}

// toggle hides or shows the series in focus, or shows all when there is none.
func (g *graph) toggle() bool {
	switch {
	case g.focused() != nil && g.hidden[g.focus]:
		delete(g.hidden, g.focus)
	case g.focused() != nil:
		g.hidden[g.focus] = true
	case len(g.hidden) > 0:
		clear(g.hidden)
	default:
		return g.move(1) // there is nothing to hide yet: show where one is chosen
	}
	g.arrange()
	return g.changed()
}

// alone shows only the series in focus (the first if there is none), or all again.
func (g *graph) alone() bool {
	switch {
	case g.solo != "":
		g.solo = ""
	case g.focused() != nil:
		g.solo = g.focus
	case len(g.order) > 0:
		g.focus = g.order[0].key
		g.solo = g.focus
	default:
		return false
	}
	delete(g.hidden, g.solo)
	g.arrange()
	return g.changed()
}

// Click puts the focus on the series whose row of the legend is at x, y, or takes it away.
func (g *graph) Click(x, y int, _ Context) bool {
	for _, hit := range g.hits {
		if hit.y != y || x < hit.from || x >= hit.to {
			continue
		}
		if g.focus == hit.key {
			g.focus = ""
		} else {
			g.focus = hit.key
		}
		g.arrange()
		return g.changed()
	}
	return false
}

// Wheel scrolls the legend of a graph that has the focus.
func (g *graph) Wheel(n int, c Context) bool {
	if !c.Focused && !c.Full || len(g.hits) >= len(g.order) || len(g.hits) == 0 {
		return false
	}
	to := min(max(g.scroll+n, 0), len(g.order)-len(g.hits))
	if to == g.scroll {
		return false
	}
	g.scroll = to
	return g.changed()
}
