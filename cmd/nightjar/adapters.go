package main

import (
	"context"

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
// default one. They are closed with the session. It is errInterrupted if ctx is
// done before they are open.
func (s *session) openSources(ctx context.Context) ([]sources.Source, error) {
	kind := "local"
	if s.set.demo {
		kind = "demo"
	}
	src, err := adapters()[kind](ctx, s)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, errInterrupted
	case err != nil:
		return nil, failed(exitUnreachable, "%w; --log-file keeps the details", err)
	}
	s.closer = append(s.closer, src.Close)
	return []sources.Source{src}, nil
}

// A collector has no samples before its first rounds.
type collector interface {
	// WaitFor returns when n rounds have been collected.
	WaitFor(ctx context.Context, n int) error
}
