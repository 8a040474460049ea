package panels

import (
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/plot"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
	"nightjar/ui/units"
)

// A graph draws the range queries of a panel over time. Between two versions of
// its data and view state its picture is kept; a drawing allocates nothing
// once its buffers have their size.
type graph struct {
	base
	lines    []*graphLine // of all queries, in the order of the board and the answer
	byQuery  [][]*graphLine
	known    map[string]*graphIdentity
	cut      int  // series that a source's limit left out
	appeared int  // series ever seen
	complete bool // every query has had an answer

	// What the reader chose. Series go by their key.
	focus, solo string
	hidden      map[string]bool
	sort        string
	filter      string
	scroll      int  // first row of the legend
	bare        bool // no legend

	// Made from the above by arrange.
	order   []*graphLine // of the legend
	shown   []*graphLine // drawn in their colour, in the order of drawing
	rest    []*graphLine // drawn faint
	caption string
	left    string // what the axis leaves out, for the caption
	widest  int    // name of the legend, in columns
	values  int    // columns of its values

	// The picture.
	drawn   graphDrawn
	shared  *graphExtent // the scale of this graph and others; nil: its own
	canvas  plot.Canvas
	axis    units.Axis
	times   units.TimeAxis
	columns []float64   // scratch: a value for every column of dots
	bands   [][]float64 // of a stack, where each series ends
	buf     []byte
	hits    []graphHit // where the legend's rows are
	ends    []graphMark
}

// graphDrawn is what the canvas depends on.
type graphDrawn struct {
	version uint64
	w, h    int
	window  timeline.Window
	shared  graphExtent
}

// A graphExtent is the values that a scale must hold; least is the least above zero.
type graphExtent struct{ lo, hi, least float64 }

// newGraph makes the live form of a graph.
func newGraph(p *boards.Panel) Panel {
	if p.Graph.Split != "" {
		return newSplit(p)
	}
	return &graph{
		base: newBase(p), byQuery: make([][]*graphLine, len(p.Queries)),
		known: map[string]*graphIdentity{}, hidden: map[string]bool{}, sort: p.Sort,
	}
}

// Plot is the width of the plot, or of the sparkline in a body of one row.
func (g *graph) Plot(w, h int) int {
	return max(layoutGraph(w, h, g.place(), len(g.order)).plot.w, 1)
}

// PlotX is the first column of the plot in a body of w x h, where a click finds its time.
func (g *graph) PlotX(w, h int) int {
	return layoutGraph(w, h, g.place(), len(g.order)).plot.x
}

// place is where the legend goes.
func (g *graph) place() string {
	if g.bare {
		return "none"
	}
	return g.spec.Legend
}

// SetResult takes the newest answer of query i.
func (g *graph) SetResult(i int, r *poll.Result) {
	g.base.SetResult(i, r)
	if i < 0 || i >= len(g.byQuery) {
		return
	}
	g.byQuery[i] = g.load(i, g.results[i])
	g.lines, g.cut = g.lines[:0], 0
	for q, lines := range g.byQuery {
		g.lines = append(g.lines, lines...)
		if res := g.results[q]; res != nil && res.Frame != nil {
			g.cut += res.Frame.Cut
		}
	}
	g.forget()
	if !g.complete {
		g.complete = g.answered()
		for _, l := range g.lines {
			l.who.mark = -1 // who comes first is not settled yet
		}
	}
	g.arrange()
}

// answered reports whether every query has an answer, even a bad one.
func (g *graph) answered() bool {
	for _, r := range g.results {
		if r == nil || r.State == poll.Loading {
			return false
		}
	}
	return true
}

// unit is the unit of the value axis.
func (g *graph) unit() string {
	if g.spec.Unit == "" && len(g.spec.Queries) > 0 {
		return g.spec.Queries[0].Unit
	}
	return g.spec.Unit
}

// Caption is the newest value of a lone series, and what is left out of many.
func (g *graph) Caption(c Context) string {
	s := g.summary(c)
	if g.left != "" {
		s = addNote(s, g.left)
	}
	return g.withNatives(s)
}

func (g *graph) summary(c Context) string {
	if g.caption == "" && len(g.lines) == 1 {
		l := g.lines[0]
		if !c.Cursor.IsZero() {
			return l.written(l.at(c.Cursor, c.Window), c) + " at " + timeOfDay(c.Cursor, c)
		}
		return l.written(l.last, c)
	}
	return g.caption
}

// Filter keeps the series whose name holds text; empty shows all.
func (g *graph) Filter(text string) (shown, total int) {
	g.filter = strings.ToLower(text)
	g.scroll = 0
	g.arrange()
	g.changed()
	return len(g.order), len(g.lines)
}

// Snap finds the sample next to t of the series that are shown.
func (g *graph) Snap(t time.Time, dir int) (at time.Time, ok bool) {
	want := t.UnixMilli()
	best := int64(0)
	for _, l := range g.shown {
		got, found := l.snap(want, dir)
		if found && (!ok || distance(got, want) < distance(best, want)) {
			best, ok = got, true
		}
	}
	return time.UnixMilli(best), ok
}

func distance(a, b int64) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b) //nolint:gosec // the difference is right whatever wraps
}

// timeOfDay is the time of day in the zone of c.
func timeOfDay(t time.Time, c Context) string {
	if c.Zone != nil {
		return t.In(c.Zone).Format("15:04:05")
	}
	return t.UTC().Format("15:04:05")
}

// Draw draws the body.
func (g *graph) Draw(r screen.Region, c Context) {
	w, h := r.Size()
	g.hits = g.hits[:0]
	if w <= 0 || h <= 0 || g.sayNative(r, c) {
		return
	}
	l := layoutGraph(w, h, g.place(), len(g.order))
	if l.plot.w <= 0 || l.plot.h <= 0 {
		return
	}
	if l.sparking {
		g.drawSpark(r, l, c)
		return
	}
	g.paint(l, c)
	at := r.Sub(l.plot.x, l.plot.y, l.plot.w, l.plot.h)
	g.drawGrid(r, l, c)
	g.drawThresholds(at, c)
	g.canvas.Draw(at, c.ASCII)
	if c.ASCII && g.spec.Graph.Stack {
		g.drawLetters(at)
	}
	g.drawThresholdLabels(at, c)
	if l.gutter == 0 {
		g.drawScale(at, c)
	}
	if l.marks && len(g.shown) > 1 {
		g.drawMarks(r, l, c)
	}
	g.drawCursor(r, l, c)
	if l.legend.h > 0 {
		g.drawLegend(r.Sub(l.legend.x, l.legend.y, l.legend.w, l.legend.h), l, c)
	}
	if len(g.shown)+len(g.rest) == 0 {
		g.drawNothing(at)
	}
}

// drawNothing says why no line is to be seen.
func (g *graph) drawNothing(r screen.Region) {
	why := "no series in this range"
	switch {
	case len(g.lines) > 0 && g.filter != "":
		why = "no series has this in its name"
	case len(g.lines) > 0:
		why = "all series are hidden; x shows one"
	}
	w, h := r.Size()
	r.Text(max(0, (w-screen.Width(why))/2), h/2, why, screen.On(themes.Muted))
}

// graphKey tells a series from all others of the panel.
func graphKey(query int, l sources.Labels) string {
	return strconv.Itoa(query) + "\xff" + l.Key()
}
