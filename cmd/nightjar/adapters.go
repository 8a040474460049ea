package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nightjar/sources"
	"nightjar/sources/demo"
	"nightjar/sources/local"
)

// An opener opens the source of one kind as the settings say.
type opener func(ctx context.Context, s *session) (sources.Source, error)

// adapters is every kind of source and how it is opened.
func adapters() map[string]opener {
	return map[string]opener{
		"local": func(ctx context.Context, s *session) (sources.Source, error) {
			return local.Open(ctx, local.Options{Interval: s.set.interval, Clock: s.env.Now, Logger: s.log})
		},
		"demo": func(ctx context.Context, s *session) (sources.Source, error) {
			return demo.Open(ctx, demo.Options{Interval: s.set.interval, Clock: s.env.Now, Logger: s.log})
		},
	}
}

// openSources opens the sources that the settings ask for; the first is the
// default one. They are closed with the session. One that does less than n is an
// error; where several are to answer together, only if all are.
func (s *session) openSources(ctx context.Context, n need) ([]sources.Source, error) {
	remotes, err := s.remotes()
	if err != nil {
		return nil, err
	}
	names := s.named(remotes)
	for _, name := range s.only {
		if name != sources.All && !slices.Contains(names, name) {
			return nil, misused("no source is called %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	var all []sources.Source
	var lost []error
	add := func(src sources.Source, err error) error {
		switch {
		case errors.Is(err, errInterrupted), ctx.Err() != nil:
			return errInterrupted
		case err != nil && s.together && exitCode(err) == exitUnreachable:
			lost = append(lost, err)
			return nil
		case err != nil:
			return err
		}
		s.closer = append(s.closer, src.Close)
		all = append(all, src)
		return nil
	}
	if kind := s.ownKind(); kind != "" && s.opens(kind) {
		src, err := adapters()[kind](ctx, s)
		if err != nil && ctx.Err() == nil {
			err = failed(exitUnreachable, "%w; --log-file keeps the details", err)
		}
		if err := add(src, err); err != nil {
			return nil, err
		}
	}
	switch {
	case s.together: // what the others answer counts
		n = min(n, openSensible)
	case n == openSensible && (len(remotes) > 1 || s.ownKind() != ""):
		n = openAll
	}
	for _, r := range remotes {
		if !r.asked && !s.opens(r.name) {
			continue
		}
		if err := add(s.openRemote(ctx, r, n)); err != nil {
			return nil, err
		}
	}
	if s.scrapes() && s.opens("scrape") {
		if err := add(s.openJobs(ctx)); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, failed(exitUnreachable, "%w", errors.Join(lost...))
	}
	for _, err := range lost {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: %s\n", oneLine(err))
	}
	return all, nil
}

// named are the names of the sources there are, in the order in which they are opened.
func (s *session) named(remotes []remote) []string {
	var names []string
	if kind := s.ownKind(); kind != "" {
		names = append(names, kind)
	}
	for i := range remotes {
		names = append(names, remotes[i].name)
	}
	if s.scrapes() {
		names = append(names, "scrape")
	}
	return names
}

// scrapes reports whether there are jobs of scrape_configs to open.
func (s *session) scrapes() bool { return s.file.ScrapeConfigs != "" && !s.urlTargets() }

// opens reports whether the source of a name is opened.
func (s *session) opens(name string) bool {
	return len(s.only) == 0 || slices.Contains(s.only, name) || slices.Contains(s.only, sources.All)
}

// ownKind is the source that is asked for without a URL or a log; empty if only those are.
func (s *session) ownKind() string {
	switch {
	case s.set.demo:
		return "demo"
	case s.urlTargets(), len(s.logTargets()) > 0:
		return ""
	}
	return "local"
}

// urlTargets reports whether what is opened are URLs alone.
func (s *session) urlTargets() bool {
	return len(s.only) == 0 && slices.ContainsFunc(s.targets, s.isURL)
}

// A collector has no samples before its first rounds.
type collector interface {
	// WaitFor returns when n rounds have been collected.
	WaitFor(ctx context.Context, n int) error
}
