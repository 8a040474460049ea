package panels

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/plot"
)

// A split draws a small graph for each value of a label, all on one value
// scale, those with the greatest values first.
type split struct {
	base
	label  string
	parts  map[string]*splitPart
	order  []*splitPart // greatest first
	view   []*splitPart // of order, those the filter leaves
	sorted bool
	filter string
	scroll int // first row of the grid
	grid   splitGrid
	clickX int // column of the body where the graph clicked last begins
	scaled splitScale
}

// A splitPart is the graph of one value.
type splitPart struct {
	value string
	graph *graph
	max   float64 // greatest value of all its series, NaN: none
}

// A splitScale is what the common scale of stacks was computed for.
type splitScale struct {
	drawn graphDrawn
	valid bool
}

// newSplit makes the live form of a graph that is split by a label.
func newSplit(p *boards.Panel) Panel {
	return &split{base: newBase(p), label: p.Graph.Split, parts: map[string]*splitPart{}}
}

// SetResult gives each part its series of the newest answer of query i.
func (s *split) SetResult(i int, r *poll.Result) {
	s.base.SetResult(i, r)
	if i < 0 || i >= len(s.results) {
		return
	}
	if r == nil || r.Frame == nil {
		return // how many graphs there are decides what is asked for: they stay until it is there
	}
	values := s.values(s.results[i])
	for v := range values {
		if s.parts[v] == nil {
			s.parts[v] = s.add(v)
		}
	}
	for v, part := range s.parts {
		part.graph.SetResult(i, only(s.results[i], values[v]))
	}
	s.settle()
}

// values are the series of an answer, by the value of the label.
func (s *split) values(r *poll.Result) map[string][]sources.Series {
	if r == nil || r.Frame == nil {
		return nil
	}
	out := make(map[string][]sources.Series)
	for k := range r.Frame.Series {
		v := r.Frame.Series[k].Labels.Value(s.label)
		out[v] = append(out[v], r.Frame.Series[k])
	}
	return out
}

// only is r with some of its series, in a frame of its own.
func only(r *poll.Result, series []sources.Series) *poll.Result {
	if r == nil || r.Frame == nil {
		return r
	}
	f, out := *r.Frame, *r
	f.Series, f.Cut = series, 0
	out.Frame = &f
	return &out
}

// add makes the part of a value; it catches up with the queries answered before.
func (s *split) add(v string) *splitPart {
	spec := *s.spec
	spec.Title, spec.Graph.Split = v, ""
	part := &splitPart{value: v, graph: newGraph(&spec).(*graph)}
	part.graph.shared = &graphExtent{}
	for j, r := range s.results {
		part.graph.SetResult(j, only(r, s.values(r)[v]))
	}
	s.sorted = false
	s.order = append(s.order, part)
	return part
}

// settle drops the parts that have no series any more and finds the common scale.
func (s *split) settle() {
	s.scaled.valid = false
	all := graphExtent{lo: math.Inf(1), hi: math.Inf(-1), least: math.Inf(1)}
	kept := s.order[:0]
	for _, part := range s.order {
		g := part.graph
		if len(g.lines) == 0 {
			delete(s.parts, part.value)
			s.sorted = false
			continue
		}
		kept = append(kept, part)
		if g.spec.Legend = "none"; len(g.lines) > 1 {
			g.spec.Legend = "bottom" // which line is which
		}
		part.max = math.NaN()
		for _, l := range g.lines {
			if l.any {
				all.lo, all.hi = min(all.lo, l.lo), max(all.hi, l.hi)
			}
			if l.least > 0 {
				all.least = min(all.least, l.least)
			}
			if !(part.max >= l.max) && l.max == l.max {
				part.max = l.max
			}
		}
	}
	s.order = kept
	s.share(all)
	s.look()
}

// share gives all parts one scale.
func (s *split) share(e graphExtent) {
	for _, part := range s.order {
		*part.graph.shared = e
	}
}

// look chooses what the filter leaves.
func (s *split) look() {
	s.view = s.view[:0]
	for _, part := range s.order {
		if s.filter == "" || strings.Contains(strings.ToLower(part.value), s.filter) {
			s.view = append(s.view, part)
		}
	}
}

// arrange puts the greatest first, but not while somebody reads.
func (s *split) arrange(c Context) {
	if s.sorted && c.Focused || len(s.order) == 0 {
		return
	}
	s.sorted = !slices.ContainsFunc(s.results, func(r *poll.Result) bool { return r == nil || r.Frame == nil })
	slices.SortStableFunc(s.order, func(a, b *splitPart) int {
		if a.max != a.max || b.max != b.max {
			return cmp.Or(cmp.Compare(nanLast(a.max), nanLast(b.max)), natural(a.value, b.value))
		}
		return cmp.Or(cmp.Compare(b.max, a.max), natural(a.value, b.value))
	})
	s.look()
}

// Plot is the width of the plot of each graph.
func (s *split) Plot(w, h int) int {
	g := layoutSplit(w, h, len(s.view))
	return max(layoutGraph(g.w, g.h-1, "none", 1).plot.w, 1)
}

// PlotX is the first column of the plot that was clicked last.
func (s *split) PlotX(w, h int) int {
	g := layoutSplit(w, h, len(s.view))
	return s.clickX + layoutGraph(g.w, g.h-1, "none", 1).plot.x
}

// Click notes which graph is meant; the time is found by PlotX.
func (s *split) Click(x, _ int, _ Context) bool {
	s.clickX = 0
	if s.grid.w > 0 {
		s.clickX = min(x/(s.grid.w+1), s.grid.columns-1) * (s.grid.w + 1)
	}
	return false
}

// Caption says how many of the graphs are seen, and what their axes leave out.
func (s *split) Caption(c Context) string {
	if len(s.order) == 0 {
		return s.withNatives("")
	}
	n := strconv.Itoa(len(s.view)) + " by " + s.label
	if seen := s.grid.seen(len(s.view), s.scroll); seen > 0 && seen < len(s.view) {
		n = strconv.Itoa(seen) + " of " + n
	}
	if len(s.view) < len(s.order) {
		n += ", " + strconv.Itoa(len(s.order)) + " in all"
	}
	cut, nought := 0, 0
	for _, r := range s.results {
		if r != nil {
			cut += cutOf(r)
		}
	}
	for _, part := range s.order {
		nought += part.graph.noughts()
	}
	if s.spec.Graph.Log {
		n = addNote(n, leftOut(nought))
	}
	if cut > 0 {
		n = addNote(n, strconv.Itoa(cut)+" left out by the source")
	}
	return plainText(s.withNatives(n), c.ASCII)
}

// Filter keeps the graphs whose value holds text.
func (s *split) Filter(text string) (shown, total int) {
	s.filter, s.scroll = strings.ToLower(text), 0
	s.look()
	s.changed()
	return len(s.view), len(s.order)
}

// Snap finds the sample next to t of all graphs.
func (s *split) Snap(t time.Time, dir int) (at time.Time, ok bool) {
	for _, part := range s.view {
		got, found := part.graph.Snap(t, dir)
		if found && (!ok || distance(got.UnixMilli(), t.UnixMilli()) < distance(at.UnixMilli(), t.UnixMilli())) {
			at, ok = got, true
		}
	}
	return at, ok
}

var (
	_ Snapper  = (*split)(nil)
	_ Filterer = (*split)(nil)
)

// Key scrolls the rows of graphs.
func (s *split) Key(k tea.KeyPressMsg, _ Context) bool {
	switch k.String() {
	case "n":
		return s.move(1)
	case "N", "shift+n":
		return s.move(-1)
	}
	return false
}

// Wheel scrolls too.
func (s *split) Wheel(n int, c Context) bool {
	return (c.Focused || c.Full) && s.move(max(-1, min(n, 1)))
}

func (s *split) move(n int) bool {
	to := min(max(s.scroll+n, 0), s.grid.last(len(s.view)))
	if to == s.scroll {
		return false
	}
	s.scroll = to
	return s.changed()
}

// Help lists the keys.
func (s *split) Help() []KeyHelp {
	if s.grid.last(len(s.view)) == 0 {
		return nil
	}
	return []KeyHelp{{"n/N", "the next or previous row of graphs"}}
}

// scale finds the common scale of stacks, which depends on the columns they are drawn in.
func (s *split) scale(c Context, body graphBox) {
	now := graphDrawn{version: s.version, w: body.w, h: body.h, window: c.Window}
	if !s.spec.Graph.Stack || s.scaled.valid && s.scaled.drawn == now {
		return
	}
	s.scaled.valid, s.scaled.drawn = true, now
	all := graphExtent{lo: math.Inf(1), hi: math.Inf(-1)}
	t := timeScale(c, body.w)
	for _, part := range s.order {
		_, lo, hi := part.graph.stack(t, body.w*plot.DotsX)
		all.lo, all.hi = min(all.lo, lo), max(all.hi, hi)
	}
	s.share(all)
}
