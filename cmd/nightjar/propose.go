package main

import (
	"context"
	"slices"
	"strings"
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
// ones those that a source has the metrics for. Where there are several
// sources, each has boards of its own.
func (s *session) screens(ctx context.Context, list []*boards.Board, all []sources.Source) []*boards.Board {
	own := s.ownKind()
	var out, offered []*boards.Board
	mine := s.builtinBoards()
	for _, b := range list {
		if own != "" || !slices.Contains(mine, b) {
			out = append(out, b)
		}
	}
	if boards.ByName(out, logsBoard) == nil && slices.ContainsFunc(all, hasLogs) {
		out = append(out, boards.BuiltinNamed(logsBoard)...)
	}
	remote := all
	if own != "" {
		remote = all[1:]
	}
	if len(remote) == 0 {
		return out
	}
	for _, b := range boards.Builtin() {
		if !b.Local && boards.ByName(list, b.Name) == nil {
			offered = append(offered, b)
		}
	}
	names := boards.Needs(offered)
	for i, proposed := range proposals(ctx, s.env.Now(), remote, names, offered) {
		for _, b := range proposed {
			if len(all) > 1 {
				b = boardFor(b, remote[i].Name())
			}
			out = append(out, b)
		}
	}
	if asked := boards.BuiltinNamed(s.set.board); boards.ByName(out, s.set.board) == nil {
		out = append(out, asked...) // whatever the source has
	}
	return out
}

// logsBoard is the board of sources that have logs.
const logsBoard = "logs"

func hasLogs(src sources.Source) bool {
	_, ok := src.(sources.LogSearcher)
	return ok
}

// proposals are the boards of offered that each source has the metrics for. The
// sources are asked at once, each one request.
func proposals(ctx context.Context, now time.Time, all []sources.Source, names []string, offered []*boards.Board) [][]*boards.Board {
	ctx, cancel := context.WithTimeout(ctx, proposeTimeout)
	defer cancel()
	answers := make([]chan []*boards.Board, len(all))
	for i, src := range all {
		answers[i] = make(chan []*boards.Board, 1)
		go func() {
			has := metricsOf(ctx, now, src, names)
			proposed := boards.Proposed(offered, func(metric string) bool { return has[metric] })
			if b := boards.ByName(offered, lastResort); len(proposed) == 0 && b != nil {
				proposed = append(proposed, b)
			}
			if _, pages := src.(*scrape.Source); pages {
				proposed = contentFirst(proposed)
			}
			answers[i] <- proposed
		}()
	}
	out := make([][]*boards.Board, len(all))
	for i := range answers {
		out[i] = <-answers[i]
	}
	return out
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
func metricsOf(ctx context.Context, now time.Time, src sources.Source, names []string) map[string]bool {
	has := map[string]bool{}
	d, ok := src.(sources.LabelDiscoverer)
	if !ok || len(names) == 0 {
		return has
	}
	if c, ok := src.(collector); ok {
		limited, cancel := context.WithTimeout(ctx, firstRound)
		_ = c.WaitFor(limited, 1) // what is there then will do
		cancel()
	}
	found, err := d.LabelValues(ctx, sources.Window{Start: now.Add(-recently), End: now.Add(time.Minute)}, "__name__",
		`{__name__=~"`+strings.Join(names, "|")+`"}`)
	if err != nil {
		return has // its panels will say why
	}
	for _, n := range found {
		has[n] = true
	}
	return has
}

// boardFor is a board whose panels ask a source of this name, unless they say
// themselves whom they ask.
func boardFor(b *boards.Board, source string) *boards.Board {
	c := *b
	c.Name, c.Title = b.Name+"@"+source, b.Title+" "+source
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
