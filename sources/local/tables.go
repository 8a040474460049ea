package local

import (
	"context"
	"errors"
	"fmt"

	"nightjar/sources"
)

// tables are what the source lists.
type tables struct {
	all []listing
}

// A listing makes one table.
type listing struct {
	name  string
	list  func(ctx context.Context) (*sources.Table, error)
	close func() error
}

var errNoTable = errors.New("there is no such table")

func (t tables) names() []string {
	names := make([]string, len(t.all))
	for i, l := range t.all {
		names[i] = l.name
	}
	return names
}

func (t tables) list(ctx context.Context, name string) (*sources.Table, error) {
	for _, l := range t.all {
		if l.name == name {
			return l.list(ctx)
		}
	}
	return nil, fmt.Errorf("%w: %q, there are %q", errNoTable, name, t.names())
}

func (t tables) close() error {
	var errs []error
	for _, l := range t.all {
		if l.close != nil {
			errs = append(errs, l.close())
		}
	}
	return errors.Join(errs...)
}

func kindOfList(err error) sources.ErrorKind {
	if errors.Is(err, errNoTable) {
		return sources.KindUnsupported
	}
	return sources.KindUnavailable
}
