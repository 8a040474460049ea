package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui"
)

// saveLogs writes lines to a new file, as text or, by the file's name, as JSON
// lines, and returns how many. A file that is there is left as it is.
func (s *session) saveLogs(ctx context.Context, what ui.LogSave) (n int, err error) {
	path := what.Path
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(s.env.home(), rest)
	}
	walker, err := feed.NewWalker(what.Parts, what.Terms)
	if err != nil {
		return 0, err //nolint:wrapcheck // a *sources.Error says it all
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return 0, fmt.Errorf("%s: is there already; choose another name", path)
	case err != nil:
		return 0, pathError(err)
	}
	format := "text"
	if ext := filepath.Ext(path); ext == ".json" || ext == ".jsonl" || ext == ".ndjson" {
		format = "json"
	}
	p := newLogPrinter(f, format, what.Parts, s.zone())
	err = walker.Walk(ctx, what.Window, func(l *sources.LogLine) error {
		n++
		return p.print(l)
	})
	err = errors.Join(err, p.flush(), f.Close())
	if err != nil {
		return n, fmt.Errorf("%s: %w; the file has what was written before", path, err)
	}
	return n, nil
}
