package main

import (
	"context"
	"errors"
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
// error; where n is openSensible and there are others, they are worth more.
func (s *session) openSources(ctx context.Context, n need) ([]sources.Source, error) {
	remotes, err := s.remotes()
	if err != nil {
		return nil, err
	}
	var all []sources.Source
	add := func(src sources.Source, err error) error {
		switch {
		case errors.Is(err, errInterrupted), ctx.Err() != nil:
			return errInterrupted
		case err != nil:
			return err
		}
		s.closer = append(s.closer, src.Close)
		all = append(all, src)
		return nil
	}
	names := []string{}
	skip := func(name string) bool {
		names = append(names, name)
		return s.only != "" && s.only != name
	}
	if kind := s.ownKind(); kind != "" && !skip(kind) {
		src, err := adapters()[kind](ctx, s)
		if err != nil && ctx.Err() == nil {
			err = failed(exitUnreachable, "%w; --log-file keeps the details", err)
		}
		if err := add(src, err); err != nil {
			return nil, err
		}
	}
	if n == openSensible && (len(remotes) > 1 || s.ownKind() != "") {
		n = openAll
	}
	for _, r := range remotes {
		if skip(r.name) {
			continue
		}
		if err := add(s.openRemote(ctx, r, n)); err != nil {
			return nil, err
		}
	}
	if s.file.ScrapeConfigs != "" && !s.urlTargets() && !skip("scrape") {
		if err := add(s.openJobs(ctx)); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, misused("no source is called %q; there are %s", s.only, strings.Join(names, ", "))
	}
	return all, nil
}

// ownKind is the source that is asked for without a URL; empty if only URLs are.
func (s *session) ownKind() string {
	switch {
	case s.set.demo:
		return "demo"
	case s.urlTargets():
		return ""
	}
	return "local"
}

// urlTargets reports whether a TARGET is a URL.
func (s *session) urlTargets() bool {
	return slices.ContainsFunc(s.targets, hasScheme.MatchString)
}

// A collector has no samples before its first rounds.
type collector interface {
	// WaitFor returns when n rounds have been collected.
	WaitFor(ctx context.Context, n int) error
}
