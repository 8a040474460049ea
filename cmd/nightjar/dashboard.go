package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"nightjar/sources/feed"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui"
	"nightjar/ui/screen"
)

// maxProcs bounds the cores we use: a tool that looks at a machine in trouble
// must not be part of it.
const maxProcs = 4

// gcPercent is how much may be allocated between two collections: the heap is
// small, and collecting half as often saves a twentieth of all CPU for 5 MB.
const gcPercent = 200

// ending is how long the program may take to end when it is told to.
const ending = 2 * time.Second

// firstLines is how long the program waits for the end of a log, which files give in a few milliseconds.
const firstLines = 15 * time.Millisecond

// canDraw says why the dashboard cannot be shown on stdout.
func (s *session) canDraw() error {
	const instead = `use "nightjar frame" for a picture or "nightjar query" for values`
	if _, ok := terminal(s.env.Stdout); !ok {
		return failed(exitUsage, "stdout is not a terminal: the dashboard needs one; %s", instead)
	}
	switch s.env.variable("TERM") {
	case "":
		return failed(exitUsage, "TERM is not set: nobody knows what this terminal can show; %s, or set it, such as TERM=xterm", instead)
	case "dumb":
		return failed(exitUsage, "TERM=dumb: this terminal cannot show the dashboard; %s", instead)
	}
	return nil
}

// openDashboard runs the dashboard on the terminal and returns the exit code.
func openDashboard(ctx context.Context, s *session) int {
	err := runDashboard(ctx, s)
	if err != nil {
		report(s.env.Stderr, err)
	}
	return exitCode(err)
}

func runDashboard(ctx context.Context, s *session) error {
	out, ok := s.env.Stdout.(*os.File)
	if !ok {
		return failed(exitUsage, "stdout is not a terminal")
	}
	runtime.GOMAXPROCS(min(maxProcs, runtime.GOMAXPROCS(0)))
	if s.env.variable("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	d, err := s.openDeck(ctx, openSensible)
	switch {
	case errors.Is(err, errInterrupted):
		return nil // as when it is told to end a moment later
	case err != nil:
		return err
	}
	opts := d.options
	opts.Profile = colorprofile.Detect(out, s.env.colours())
	opts.Mouse = !s.set.noMouse
	opts.Dark = true // until the terminal says

	terminal := screen.NewTerminal(out, themes.NewPalette(themes.DarkTheme(), opts.Profile))
	opts.Terminal = terminal
	model, err := ui.New(opts)
	if err != nil {
		_ = terminal.Close()
		return failed(exitUsage, "%w", err)
	}
	terminal.SetPalette(model.Palette())
	terminal.Enter()
	// The layout is on the screen before the program and the data are there.
	if w, h, err := term.GetSize(out.Fd()); err == nil && w > 0 && h > 0 {
		model.ShowLayout(w, h)
		model.Resize(w, h)
		model.ShowLines(firstLines)
	}
	if d.begin != nil {
		d.begin()
	}
	err = runProgram(ctx, s, model, terminal)
	return cmp.Or(errors.Join(err, closed(terminal)), model.Failure())
}

// runProgram runs the Bubble Tea program until it is told to end, or the terminal is gone.
func runProgram(ctx context.Context, s *session, model *ui.Model, terminal *screen.Terminal) error {
	options := []tea.ProgramOption{
		tea.WithOutput(terminal), tea.WithEnvironment(s.env.colours()),
		tea.WithFPS(1), // its view is constant; our frames do not wait for its ticker
		tea.WithoutSignalHandler(),
	}
	if in, ok := s.env.Stdin.(*os.File); ok && term.IsTerminal(in.Fd()) {
		options = append(options, tea.WithInput(in)) // else keys come from the controlling terminal
	}
	job := newJobControl()
	p := tea.NewProgram(model, append(options, tea.WithFilter(job.filter))...)
	ended := make(chan struct{})
	defer close(ended)
	go job.watch(p, int(terminal.Fd()), ended)
	go func() {
		select {
		case <-ended:
			return
		case <-terminal.Lost():
		case <-ctx.Done():
			go p.Quit() // blocks while the program is busy
			select {
			case <-ended:
				return
			case <-time.After(ending):
			}
		}
		p.Kill()
	}()
	_, err := p.Run()
	switch {
	case err == nil, ctx.Err() != nil, isClosed(terminal.Lost()):
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		s.log.Error("panic", "err", err)
		return failed(exitFailed, "a fault of ours ended the dashboard; the trace is above")
	case errors.Is(err, tea.ErrInterrupted):
		return nil
	default:
		s.log.Error("the program ended", "err", err)
		return failed(exitFailed, "the terminal: %w", err)
	}
}

// closed gives the terminal back. A link that is gone is no failure of ours.
func closed(t *screen.Terminal) error {
	if err := t.Close(); err != nil && !isClosed(t.Lost()) {
		return fmt.Errorf("terminal: %w", err)
	}
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// newPoller makes the session's poller.
func (s *session) newPoller() *poll.Poller {
	p := poll.New(poll.Options{Clock: poll.WallClock(s.env.Now), Logger: s.log})
	s.closer = append(s.closer, func() error { p.Close(); return nil })
	return p
}

// newFeed makes what brings log lines to the screen.
func (s *session) newFeed() *feed.Hub {
	h := feed.New(feed.Options{Clock: s.env.Now, Logger: s.log})
	s.closer = append(s.closer, func() error { h.Close(); return nil })
	return h
}
