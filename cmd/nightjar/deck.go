package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"

	"nightjar/sources"
	"nightjar/sources/merge"
	"nightjar/ui"
)

// A deck is what a dashboard stands on: its options for the screen.
type deck struct {
	options ui.Options
}

// collects reports whether a source of the deck collects by itself, and has
// nothing before it has.
func (d *deck) collects() bool {
	return slices.ContainsFunc(d.options.Sources, func(src sources.Source) bool {
		_, ok := src.(ticker)
		return ok
	})
}

// openDeck opens the sources, the poller and the boards of a session. With
// strict a source that cannot be reached is an error.
func (s *session) openDeck(ctx context.Context, strict bool) (*deck, error) {
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
		Merge: func(parts []sources.Source) sources.Source {
			return merge.New(merge.Options{Clock: s.env.Now}, parts...)
		},
	}}
	if d.options.Sources, err = s.openSources(ctx, strict); err != nil {
		return nil, err
	}
	d.options.Boards = s.screens(ctx, list, d.options.Sources)
	if s.remoteBoards() {
		if err := s.checkBoard(d.options.Boards, first); err != nil {
			return nil, err
		}
		if err := s.checkVars(d.options.Boards); err != nil {
			return nil, err
		}
	}
	switch s.ownKind() {
	case "local":
		d.options.Host = hostName()
	case "":
		d.options.Host = d.options.Sources[0].Name()
	}
	s.watchRounds(ctx, d)
	d.options.Poller = s.newPoller()
	d.options.Feed = s.newFeed()
	return d, nil
}

// A ticker is a source that collects by itself, in rounds.
type ticker interface {
	collector
	Rounds() int
}

// watchRounds tells the screen of each new round of samples.
func (s *session) watchRounds(ctx context.Context, d *deck) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.closer = append(s.closer, func() error { stop(); return nil })
	var rounds []<-chan string
	for _, src := range d.options.Sources {
		t, ok := src.(ticker)
		if !ok {
			continue
		}
		rounds = append(rounds, sampling(ctx, src.Name(), func(ctx context.Context) error {
			return t.WaitFor(ctx, t.Rounds()+1)
		}))
	}
	d.options.Samples = merged(ctx, rounds)
}

// merged is one channel of several, nil of none.
func merged(ctx context.Context, in []<-chan string) <-chan string {
	switch len(in) {
	case 0:
		return nil
	case 1:
		return in[0]
	}
	out := make(chan string)
	var open sync.WaitGroup
	for _, c := range in {
		open.Go(func() {
			for name := range c {
				select {
				case out <- name:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		open.Wait()
		close(out)
	}()
	return out
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
