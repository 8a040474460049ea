package main

import (
	"context"

	"nightjar/sources"
	"nightjar/sources/feed"
)

// A recordCounter counts records without giving them.
type recordCounter interface {
	Count(ctx context.Context, q sources.LogQuery) (int64, error)
}

// countable reports whether all parts count by themselves.
func countable(parts []feed.Part) bool {
	for _, p := range parts {
		if _, ok := p.Source.(recordCounter); !ok {
			return false
		}
	}
	return true
}

// countLogs is how many records of all parts, which are countable, pass.
func countLogs(ctx context.Context, parts []feed.Part, q sources.LogQuery) (n int64, err error) {
	for _, p := range parts {
		q.Select = p.Select
		one, err := p.Source.(recordCounter).Count(ctx, q)
		if err != nil {
			return n, err //nolint:wrapcheck // a *sources.Error says it all
		}
		n += one
	}
	return n, nil
}
