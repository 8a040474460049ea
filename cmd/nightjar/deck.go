package main

import (
	"context"
	"os"
	"strings"

	"nightjar/ui"
)

// A deck is what a dashboard stands on: its options for the screen, and when
// its source has something to show.
type deck struct {
	options ui.Options
	// ready returns once the source has enough samples for a rate.
	ready func(context.Context) error
}

// openDeck opens the source, the poller and the boards of a session.
func (s *session) openDeck(ctx context.Context) (*deck, error) {
	list, first, err := s.boards()
	if err != nil {
		return nil, s.whole(err)
	}
	userThemes, err := s.themes()
	if err != nil {
		return nil, s.whole(err)
	}
	keyMap, err := s.keyMap()
	if err != nil {
		return nil, s.whole(err)
	}
	d := &deck{options: ui.Options{
		Boards: list, Board: first, Vars: s.set.vars, Keys: keyMap, Themes: userThemes, Theme: s.set.theme,
		Range: s.set.span, Refresh: s.set.refresh, Zone: s.zone(), ASCII: s.set.ascii,
		Clock: s.env.Now, Logger: s.log,
	}}
	if d.options.Sources, err = s.openSources(ctx); err != nil {
		return nil, err
	}
	if !s.set.demo {
		d.options.Host = hostName()
	}
	s.watchRounds(ctx, d)
	d.options.Poller = s.newPoller()
	return d, nil
}

// A ticker is a source that collects by itself, in rounds.
type ticker interface {
	collector
	Rounds() int
}

// watchRounds tells the screen of each new round of samples.
func (s *session) watchRounds(ctx context.Context, d *deck) {
	src, ok := d.options.Sources[0].(ticker)
	if !ok {
		d.ready = func(context.Context) error { return nil }
		return
	}
	const enough = 2 // a rate needs two samples
	d.ready = func(ctx context.Context) error { return src.WaitFor(ctx, enough) }
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.closer = append(s.closer, func() error { stop(); return nil })
	d.options.Samples = sampling(ctx, d.options.Sources[0].Name(), func(ctx context.Context) error {
		return src.WaitFor(ctx, src.Rounds()+1)
	})
}

// maxHost is the most columns of a host's name in the header.
const maxHost = 24

// hostName is the short name of this machine.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	short, _, _ := strings.Cut(name, ".")
	if len(short) > maxHost {
		short = short[:maxHost]
	}
	return short
}
