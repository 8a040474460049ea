package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"nightjar/sources"
	"nightjar/sources/prometheus"
	"nightjar/ui"
	"nightjar/ui/screen"
)

var sizeForm = regexp.MustCompile(`^([0-9]{1,4})x([0-9]{1,4})$`)

// frameCommand draws one frame of what the dashboard would show.
func frameCommand(s *session) *cobra.Command {
	var size, format string
	wait := 3 * time.Second
	cmd := &cobra.Command{
		Use:   "frame [flags] [TARGET...]",
		Short: "Draw one frame of the dashboard and exit",
		Long: `Draws one frame of what the dashboard would show and exits: for reports, mail
and tests. It collects for --wait first, so that rates have something to stand on.`,
		Example: `  nightjar frame --size 120x36 > report.txt
  nightjar frame --demo -o svg > picture.svg`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.resolve(cmd.Flags(), args); err != nil {
				return err
			}
			w, h, err := parseSize(size)
			if err != nil {
				return misused("--size: %w", err)
			}
			return s.frame(cmd.Context(), w, h, format, wait)
		},
	}
	s.addFlags(cmd, "config", "board", "range", "refresh", "interval", "theme", "var", "header", "demo", "ascii", "utc", "log-file")
	cmd.Flags().StringVar(&size, "size", "120x36", "`COLSxROWS` of the frame")
	cmd.Flags().Var(&durationValue{&wait, 0}, "wait", "`DURATION` to collect before the frame is drawn")
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text, ansi or svg")
	return cmd
}

func parseSize(text string) (w, h int, err error) {
	m := sizeForm.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, fmt.Errorf("%q is no size; write 120x36", text)
	}
	w, _ = strconv.Atoi(m[1])
	h, _ = strconv.Atoi(m[2])
	if w < 1 || h < 1 || w > screen.MaxWidth || h > screen.MaxHeight {
		return 0, 0, fmt.Errorf("%s is out of bounds: 1x1 to %dx%d", text, screen.MaxWidth, screen.MaxHeight)
	}
	return w, h, nil
}

// frame draws once wait is over and every panel has its answer.
func (s *session) frame(ctx context.Context, w, h int, format string, wait time.Duration) error {
	draw, err := painter(format)
	if err != nil {
		return err
	}
	d, err := s.openDeck(ctx, openWorking)
	if errors.Is(err, errInterrupted) {
		return failed(exitFailed, "frame: %w", err)
	}
	if err != nil {
		return err
	}
	d.options.Profile = colorprofile.TrueColor
	if format == "ansi" && s.env.noColour() { // an svg is no terminal
		d.options.Profile = colorprofile.ASCII
	}
	d.options.Dark = true
	model, err := ui.New(d.options)
	if err != nil {
		return failed(exitUsage, "%w", err)
	}
	collect, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if s.set.demo || !d.collects() {
		cancel() // the history is there
	}
	<-collect.Done()
	if ctx.Err() != nil {
		return failed(exitFailed, "frame: %w", errInterrupted)
	}
	awaitIntervals(ctx, d.options.Sources)
	model.Resize(w, h)
	settle(ctx, model, d, ending)
	if ctx.Err() != nil {
		return failed(exitFailed, "frame: %w", errInterrupted)
	}
	g := screen.NewGrid(w, h)
	model.Frame(g)
	if s.set.ascii {
		g.ASCII()
	}
	_, err = fmt.Fprint(s.out, draw(g, model))
	return err //nolint:wrapcheck // the output keeps it
}

// awaitIntervals waits a moment until servers have said how often they scrape: a
// frame is asked for in steps of that, and only once.
func awaitIntervals(ctx context.Context, all []sources.Source) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, src := range all {
		server, ok := src.(*prometheus.Source)
		for ok && server.Status().Interval == 0 {
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return
			}
		}
	}
}

// settle takes results until every panel has its answer, or for d at most.
func settle(ctx context.Context, m *ui.Model, d *deck, most time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	m.Discover(ctx)
	for !m.Settled() {
		select {
		case <-d.options.Poller.Changed():
			m.Take()
		case <-d.options.Feed.Changed():
			m.Take()
		case <-ctx.Done():
			return // what is missing says so in its place
		}
	}
}

// painter gives the way to write a grid in a format.
func painter(format string) (func(*screen.Grid, *ui.Model) string, error) {
	switch format {
	case "text":
		return func(g *screen.Grid, _ *ui.Model) string { return g.String() }, nil
	case "ansi":
		return func(g *screen.Grid, m *ui.Model) string { return g.ANSI(m.Palette()) }, nil
	case "svg":
		return func(g *screen.Grid, m *ui.Model) string { return g.SVG(m.Palette()) }, nil
	}
	return nil, misused("-o: %q is no format; there are text, ansi, svg", format)
}
