package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/merge"
)

// choose takes the values of --source: names of sources are those that are
// opened, URLs are targets, and several of either answer together.
func (s *session) choose(asked []string) (targets []string) {
	for _, a := range asked {
		switch {
		case !hasScheme.MatchString(a):
			s.only = append(s.only, a)
		case !slices.Contains(targets, a):
			targets = append(targets, a)
		}
	}
	slices.Sort(s.only)
	s.only = slices.Compact(s.only)
	s.together = len(targets)+len(s.only) > 1 || slices.Contains(s.only, sources.All)
	return targets
}

// answering is the source that a query goes to.
func (s *session) answering(all []sources.Source) sources.Source {
	if !s.together {
		return all[0]
	}
	o := merge.Options{Clock: s.env.Now}
	if !slices.Contains(s.only, sources.All) {
		names := make([]string, len(all))
		for i, src := range all {
			names[i] = src.Name()
		}
		o.Name = strings.Join(names, "+")
	}
	return merge.New(o, all...)
}

// sayWho says on stderr which of several sources a table for people is of.
func (s *session) sayWho(src sources.Source, q *queryRequest) error {
	if s.together || q.format != "table" {
		return nil
	}
	remotes, err := s.remotes()
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(s.named(remotes), func(name string) bool { return name == src.Name() })
	if len(others) > 0 {
		fmt.Fprintf(s.env.Stderr, "nightjar: answered by %s; --source all asks %s too\n", src.Name(), strings.Join(others, ", "))
	}
	return nil
}

// collect waits until the sources have what a query needs. Of several one may
// have nothing: its part of the answer says so.
func (s *session) collect(ctx context.Context, all []sources.Source, wait time.Duration) error {
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return failed(exitFailed, "query: %w while collecting", errInterrupted)
		}
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	waits := make([]chan error, len(all))
	for i, src := range all {
		waits[i] = make(chan error, 1)
		c, ok := src.(collector)
		if !ok {
			waits[i] <- nil
			continue
		}
		go func() { waits[i] <- c.WaitFor(limited, 2) }()
	}
	var lost []error
	for i := range waits {
		if err := <-waits[i]; err != nil {
			lost = append(lost, err)
		}
	}
	switch {
	case ctx.Err() != nil:
		return failed(exitFailed, "query: %w while collecting", errInterrupted)
	case len(lost) == len(all):
		return failed(exitUnreachable, "%w; --wait sets how long to collect", lost[0])
	}
	for _, err := range lost {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: %s\n", oneLine(err))
	}
	return nil
}
