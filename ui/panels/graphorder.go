package panels

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"nightjar/themes"
)

// graphSorts are the orders of a legend, as the key goes through them. The
// empty one is the order of appearance.
var graphSorts = [...]string{"", "last", "max", "min", "avg", "name"}

// rule is the order by which the top series are chosen.
func (g *graph) rule() string {
	if g.sort == "" {
		return "max"
	}
	return g.sort
}

// top is how many series are told apart.
func (g *graph) top() int {
	if g.spec.Top > 0 {
		return g.spec.Top
	}
	return themes.NumSeries
}

// arrange orders the series and decides which are drawn how.
func (g *graph) arrange() {
	g.order = g.order[:0]
	solo := g.solo
	if !slices.ContainsFunc(g.lines, func(l *graphLine) bool { return l.key == solo }) {
		solo = "" // it is gone, for now
	}
	for _, l := range g.lines {
		if g.filter == "" || strings.Contains(strings.ToLower(l.name), g.filter) {
			g.order = append(g.order, l)
		}
	}
	cut := len(g.order) > g.top()
	by := g.sort
	if cut {
		by = g.rule()
	}
	slices.SortStableFunc(g.order, func(a, b *graphLine) int {
		return cmp.Or(compareLines(a, b, by), a.who.before(b.who))
	})
	g.claim(solo)
	told := g.order[:min(g.top(), len(g.order))]
	slices.SortStableFunc(told, func(a, b *graphLine) int { // those that ended come after those that go on
		return cmp.Compare(nanLast(a.last), nanLast(b.last))
	})
	g.shown, g.rest = g.shown[:0], g.rest[:0]
	for i, l := range g.order {
		switch {
		case g.hidden[l.key], solo != "" && l.key != solo:
		case i < g.top(), l.key == g.focus, l.key == solo:
			g.shown = append(g.shown, l)
		default:
			g.rest = append(g.rest, l)
		}
	}
	// Drawing follows the order of appearance, so that lines do not change
	// places in a stack; the one in focus comes last, on top.
	slices.SortStableFunc(g.shown, func(a, b *graphLine) int {
		if !g.spec.Graph.Stack && (a.key == g.focus) != (b.key == g.focus) {
			if a.key == g.focus {
				return 1
			}
			return -1
		}
		return a.who.before(b.who)
	})
	g.caption = g.describe(cut, solo != "")
	g.left = g.omitted()
	g.measureLegend()
}

// claim gives colours and letters to those that are told apart. Who is new gets
// its own in the order of queries and of appearance, not by rank: ranks change.
func (g *graph) claim(solo string) {
	peers := g.order[:min(g.top(), len(g.order))]
	g.shown = append(g.shown[:0], peers...)
	for _, l := range g.order[len(peers):] {
		if l.key == g.focus || l.key == solo {
			g.shown = append(g.shown, l)
		}
	}
	slices.SortStableFunc(g.shown, func(a, b *graphLine) int { return a.who.before(b.who) })
	for _, l := range g.shown {
		l.who.claim(peers)
	}
}

// claim gives the series a colour that none of its peers has. It keeps the one
// it had if it can.
func (w *graphIdentity) claim(peers []*graphLine) {
	used := func(mark int) bool {
		return slices.ContainsFunc(peers, func(l *graphLine) bool { return l.who != w && l.who.mark == mark })
	}
	if w.mark >= 0 && !used(w.mark) {
		return
	}
	for w.mark = 0; used(w.mark); w.mark++ { //nolint:revive // the search is the loop
	}
}

// compareLines orders by a value, greatest first (least first for min), NaN last; or by name.
func compareLines(a, b *graphLine, by string) int {
	var x, y float64
	switch by {
	case "last":
		x, y = a.last, b.last
	case "max":
		x, y = a.max, b.max
	case "min":
		x, y = -a.min, -b.min
	case "avg":
		x, y = a.avg, b.avg
	case "name":
		return strings.Compare(a.name, b.name)
	default:
		return 0
	}
	if math.IsNaN(x) || math.IsNaN(y) {
		return cmp.Compare(nanLast(x), nanLast(y))
	}
	return cmp.Compare(y, x)
}

// nanLast is greater for NaN.
func nanLast(v float64) int {
	if math.IsNaN(v) {
		return 1
	}
	return 0
}

// describe says what is not told apart, and by which rule.
func (g *graph) describe(cut, alone bool) string {
	s := ""
	n := strconv.Itoa(len(g.order))
	switch {
	case alone:
		s = "1 of " + strconv.Itoa(len(g.lines)) + " shown alone"
	case cut:
		s = "top " + strconv.Itoa(g.top()) + " of " + n + " by " + g.rule()
	case len(g.order) < len(g.lines):
		s = n + " of " + strconv.Itoa(len(g.lines)) + " series"
	}
	hidden := 0
	for _, l := range g.order {
		if g.hidden[l.key] {
			hidden++
		}
	}
	if hidden > 0 && !alone {
		s = addNote(s, strconv.Itoa(hidden)+" hidden")
	}
	if g.cut > 0 {
		s = addNote(s, strconv.Itoa(g.cut)+" left out by the source")
	}
	return s
}

// omitted says which values a logarithmic axis has no place for.
func (g *graph) omitted() string {
	if !g.spec.Graph.Log {
		return ""
	}
	return leftOut(g.noughts())
}

// noughts counts the values of the series that are drawn that are not above zero.
func (g *graph) noughts() int {
	n := 0
	for _, lines := range [...][]*graphLine{g.shown, g.rest} {
		for _, l := range lines {
			n += l.nought
		}
	}
	return n
}

// leftOut says that n values have no place on a logarithmic axis.
func leftOut(n int) string {
	switch n {
	case 0:
		return "log"
	case 1:
		return "log, 1 value of 0 or less left out"
	}
	return "log, " + strconv.Itoa(n) + " values of 0 or less left out"
}

func addNote(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
