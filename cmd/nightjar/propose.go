package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/scrape"
	"nightjar/ui/boards"
)

const (
	// proposeTimeout is how long a source may take to say which metrics it has;
	// one that takes longer gets the boards that need none.
	proposeTimeout = 3 * time.Second
	// firstRound is how long a source that collects may take for what it collects first.
	firstRound = 1500 * time.Millisecond
	// lastResort is the board of a source that has none of the metrics of another.
	lastResort = "metrics"
	// recently is how old a metric may be to be there.
	recently = 10 * time.Minute
)

// screens are the boards for the sources there are, in the order of the
// screens: all that the user named, this machine's own, and of the built-in
// ones those that a source has the metrics for.
func (s *session) screens(ctx context.Context, list []*boards.Board, all []sources.Source) []*boards.Board {
	remote := all
	if s.ownKind() != "" {
		remote = all[1:]
	}
	if len(remote) == 0 {
		return s.arranged(list, nil, all)
	}
	// The sources are asked at once, each one request.
	proposed := make([][]*boards.Board, len(remote))
	offer := newOffer(list)
	var asking sync.WaitGroup
	for i, src := range remote {
		asking.Go(func() { proposed[i], _ = offer.proposal(ctx, s.env.Now(), src) })
	}
	asking.Wait()
	var own []*boards.Board
	for i, src := range remote {
		own = append(own, boardsFor(proposed[i], src.Name(), len(all) > 1)...)
	}
	return s.arranged(list, own, all)
}

// arranged are the boards in the order of the screens: those that were asked for
// or are this machine's, those that were proposed, and the built-in one named,
// alone or with one of the sources, whatever that has.
func (s *session) arranged(list, proposed []*boards.Board, all []sources.Source) []*boards.Board {
	mine := s.builtinBoards()
	own := s.ownKind() != ""
	var out []*boards.Board
	for _, b := range list {
		if own || !slices.Contains(mine, b) {
			out = append(out, b)
		}
	}
	if boards.ByName(out, logsBoard) == nil && slices.ContainsFunc(all, hasLogs) {
		out = append(out, boards.BuiltinNamed(logsBoard)...)
	}
	out = append(out, proposed...)
	if boards.ByName(out, s.set.board) != nil {
		return out
	}
	name, source, of := strings.Cut(s.set.board, "@")
	known := slices.ContainsFunc(all, func(src sources.Source) bool { return src.Name() == source })
	switch asked := boards.BuiltinNamed(name); {
	case !of:
		out = append(out, asked...)
	case known && len(all) > 1:
		out = append(out, boardsFor(asked, source, true)...)
	}
	return out
}

// logsBoard is the board of sources that have logs.
const logsBoard = "logs"

func hasLogs(src sources.Source) bool {
	_, ok := src.(sources.LogSearcher)
	return ok
}

// An offer is the built-in boards that may be proposed, with the metrics they need.
type offer struct {
	boards []*boards.Board
	names  []string
}

// newOffer leaves out this machine's boards, and those in whose place there is one in list.
func newOffer(list []*boards.Board) *offer {
	o := &offer{}
	for _, b := range boards.Builtin() {
		if !b.Local && boards.ByName(list, b.Name) == nil {
			o.boards = append(o.boards, b)
		}
	}
	o.names = boards.Needs(o.boards)
	return o
}

// proposal are the boards that a source has the metrics for. One that fails to
// say gets those that need none, and why it failed.
func (o *offer) proposal(ctx context.Context, now time.Time, src sources.Source) ([]*boards.Board, error) {
	if _, ok := src.(sources.RangeQuerier); !ok {
		return nil, nil // it has logs and no metrics
	}
	ctx, cancel := context.WithTimeout(ctx, proposeTimeout)
	defer cancel()
	has, err := metricsOf(ctx, now, src, o.names)
	proposed := boards.Proposed(o.boards, func(metric string) bool { return has[metric] })
	if b := boards.ByName(o.boards, lastResort); len(proposed) == 0 && b != nil {
		proposed = append(proposed, b)
	}
	if _, pages := src.(*scrape.Source); pages {
		proposed = contentFirst(proposed)
	}
	return proposed, err
}

// contentFirst puts what pages of metrics are about before how they are scraped.
func contentFirst(list []*boards.Board) []*boards.Board {
	slices.SortStableFunc(list, func(a, b *boards.Board) int {
		return about(a) - about(b)
	})
	return list
}

// about is 1 for the boards of any source.
func about(b *boards.Board) int {
	if b.Name == "targets" || b.Name == lastResort {
		return 1
	}
	return 0
}

// metricsOf asks a source which of names it has.
func metricsOf(ctx context.Context, now time.Time, src sources.Source, names []string) (map[string]bool, error) {
	has := map[string]bool{}
	d, ok := src.(sources.LabelDiscoverer)
	if !ok || len(names) == 0 {
		return has, nil
	}
	if c, ok := src.(collector); ok {
		limited, cancel := context.WithTimeout(ctx, firstRound)
		_ = c.WaitFor(limited, 1) // what is there then will do
		cancel()
	}
	found, err := d.LabelValues(ctx, sources.Window{Start: now.Add(-recently), End: now.Add(time.Minute)}, "__name__",
		`{__name__=~"`+strings.Join(names, "|")+`"}`)
	if err != nil {
		return has, err //nolint:wrapcheck // the adapter's says it all
	}
	for _, n := range found {
		has[n] = true
	}
	return has, nil
}

// boardsFor are the boards of one source: where there are several sources, each
// has boards of its own.
func boardsFor(list []*boards.Board, source string, several bool) []*boards.Board {
	if !several {
		return list
	}
	out := make([]*boards.Board, len(list))
	for i, b := range list {
		out[i] = boardFor(b, source)
	}
	return out
}

// boardFor is a board whose panels and variables ask a source of this name, unless
// they say themselves whom they ask.
func boardFor(b *boards.Board, source string) *boards.Board {
	c := *b
	c.Name, c.Title = b.Name+"@"+source, b.Title+" "+source
	c.Variables = slices.Clone(b.Variables)
	for i := range c.Variables {
		if v := &c.Variables[i]; v.Asks() && v.Source == "" {
			v.Source = source
		}
	}
	c.Rows = slices.Clone(b.Rows)
	for r := range c.Rows {
		c.Rows[r].Panels = slices.Clone(c.Rows[r].Panels)
		for i := range c.Rows[r].Panels {
			p := &c.Rows[r].Panels[i]
			if p.Source == "" {
				p.Source = source
			}
			if p.Link != "" {
				p.Link += "@" + source
			}
		}
	}
	return &c
}
