package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// The size of a chart where there is no terminal to fill, and the most rows of
// one: the prompt and the command above stay in sight.
const (
	chartWidth  = 80
	chartHeight = 20
)

// chartSize is the size of a chart on stdout.
func (s *session) chartSize() (w, h int) {
	w, h = chartWidth, chartHeight
	if fd, ok := terminal(s.env.Stdout); ok {
		if cols, rows, err := term.GetSize(fd); err == nil && cols > 0 && rows > 0 {
			w, h = cols, min(h, max(rows-2, 4))
		}
	}
	return w, h
}

// chart draws the answer as the dashboard would: lines over time for a range,
// a heatmap if it is of native histograms alone, bars for values of one time.
// What has no such picture is written as the table does.
func (s *session) chart(q *queryRequest, f *sources.Frame, at time.Time) error {
	numbers, native := census(f)
	if f.Kind == sources.String || f.Kind == sources.Vector && numbers == 0 && native > 0 {
		return writeTable(s.out, f, s.zone())
	}
	if numbers > 0 && native > 0 {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: native histograms are not drawn beside numbers (series left out: %d); ask for them alone\n", native)
	}
	w, h := s.chartSize()
	spec := &boards.Panel{
		ID: "query", Kind: boards.KindBars, Legend: "bottom",
		Queries: []boards.Query{{Expr: q.expr}},
	}
	switch {
	case f.Kind != sources.Matrix:
		h = min(h, max(numbers, 1))
	case native > 0 && numbers == 0:
		spec.Kind = boards.KindHeatmap
	default:
		spec.Kind = boards.KindGraph
	}
	panel := panels.New(spec)
	state := poll.OK
	if len(f.Series) == 0 {
		state = poll.Empty
	}
	panel.SetResult(0, &poll.Result{Source: f.Source, State: state, Frame: f, At: at, Version: 1})
	span := q.span
	if span == 0 { // an instant query that gave a matrix: up[5m]
		span = max(at.Sub(earliest(f)), timeline.MinSpan)
	}
	line := timeline.Timeline{Span: span, End: at}
	context := panels.Context{
		Now: at, Zone: s.zone(), ASCII: s.set.ascii, Full: true,
		Window: line.Fit(at, panel.Plot(w, h), q.spacing()),
	}
	g := screen.NewGrid(w, h)
	panel.Draw(g.All(), context)
	if s.set.ascii {
		g.ASCII()
	}
	_, err := io.WriteString(s.out, s.picture(g))
	return err //nolint:wrapcheck // said by Run
}

// earliest is the time of the oldest sample of an answer.
func earliest(f *sources.Frame) time.Time {
	oldest := int64(1<<63 - 1)
	points(f, func(_ *sources.Series, p point) { oldest = min(oldest, p.t) })
	return time.UnixMilli(oldest)
}

// picture is a grid as text: in colour on a terminal that has them.
func (s *session) picture(g *screen.Grid) string {
	profile := colorprofile.Detect(s.env.Stdout, s.env.colours())
	if _, ok := terminal(s.env.Stdout); ok && profile > colorprofile.NoTTY {
		theme, err := themes.Pick(s.set.theme, true)
		if err != nil {
			theme = themes.DarkTheme()
		}
		return g.ANSI(themes.NewPalette(theme, profile))
	}
	var b strings.Builder
	for line := range strings.Lines(g.String()) {
		b.WriteString(strings.TrimRight(line, " \n"))
		b.WriteByte('\n')
	}
	return b.String()
}
