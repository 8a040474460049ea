package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nightjar/sources"
	"nightjar/sources/merge"
	"nightjar/ui"
	"nightjar/ui/boards"
)

// A deck is what a dashboard stands on: its options for the screen.
type deck struct {
	options ui.Options
	begin   func() // asks what is pending; nil: nothing is
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
// openWorking all is found out before it returns, and a source that does not answer
// is an error. Else nothing is asked of a server yet: the deck's begin does that,
// beside the screen.
func (s *session) openDeck(ctx context.Context, n need) (*deck, error) {
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
		Clock: s.env.Now, Logger: s.log, SaveLogs: s.saveLogs,
		Merge: func(parts []sources.Source) sources.Source {
			return merge.New(merge.Options{Clock: s.env.Now}, parts...)
		},
	}}
	switch {
	case s.logsOnly():
	case n == openWorking:
		err = s.openWhole(ctx, d, list)
	default:
		err = s.openBeside(ctx, d, list)
	}
	if err == nil {
		err = s.addLogs(ctx, d)
	}
	if err != nil {
		return nil, err
	}
	switch s.ownKind() {
	case "local":
		d.options.Host = hostName()
	case "":
		d.options.Host = d.options.Default
		if n := len(d.options.Sources); n > 1 && s.logsOnly() {
			d.options.Host = strconv.Itoa(n) + " logs"
		}
	}
	d.options.Poller = s.newPoller()
	d.options.Feed = s.newFeed()
	return d, nil
}

// openWhole opens the sources and waits until their boards are known.
func (s *session) openWhole(ctx context.Context, d *deck, list []*boards.Board) (err error) {
	if d.options.Sources, err = s.openSources(ctx, openWorking); err != nil {
		return err
	}
	d.options.Default = d.options.Sources[0].Name()
	d.options.Boards = s.screens(ctx, list, d.options.Sources)
	if !s.remoteBoards() {
		return nil
	}
	if err := s.checkBoard(d.options.Boards, s.set.board); err != nil {
		return err
	}
	return s.checkVars(d.options.Boards)
}

// A ticker is a source that collects by itself, in rounds.
type ticker interface {
	collector
	Rounds() int
}

// rounds tell the screen of each new round of samples of the sources that collect.
type rounds struct {
	ctx  context.Context
	out  chan string // the name of the source
	open sync.WaitGroup
}

// newRounds ends with the session.
func (s *session) newRounds(ctx context.Context) *rounds {
	r := &rounds{out: make(chan string, 1)}
	var stop context.CancelFunc
	r.ctx, stop = context.WithCancel(context.WithoutCancel(ctx))
	s.closer = append(s.closer, func() error {
		stop()
		r.open.Wait()
		close(r.out)
		return nil
	})
	return r
}

// watch adds a source. One that does not collect is left alone.
func (r *rounds) watch(src sources.Source) {
	t, ok := src.(ticker)
	if !ok {
		return
	}
	r.open.Go(func() {
		for t.WaitFor(r.ctx, t.Rounds()+1) == nil {
			select {
			case r.out <- src.Name():
			case <-r.ctx.Done():
				return
			}
		}
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
