package files

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// stamp is the i-th line's time: one a second.
func stamp(i int) time.Time { return start.Add(time.Duration(i) * time.Second) }

var levels = []string{"DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR"}

// numbered is the i-th line of a made-up log.
func numbered(i int) string {
	return fmt.Sprintf("%s %s request %d served in %d ms", stamp(i).Format("2006-01-02T15:04:05Z"), levels[i%len(levels)], i, i%97)
}

// numberedLines are lines from to to-1.
func numberedLines(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(numbered(i))
		b.WriteByte('\n')
	}
	return b.String()
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func extend(t testing.TB, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// still opens a source that looks at its files only when it is told to.
func still(t testing.TB, paths ...string) *Source {
	t.Helper()
	return open(t, Options{Paths: paths, Zone: time.UTC, Interval: time.Hour})
}

func open(t testing.TB, o Options) *Source {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func search(t testing.TB, s *Source, q sources.LogQuery) *sources.LogPage {
	t.Helper()
	page, err := s.SearchLogs(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// all pages through the whole log with pages of a size.
func all(t testing.TB, s *Source, q sources.LogQuery) []sources.LogLine {
	t.Helper()
	var lines []sources.LogLine
	for {
		page := search(t, s, q)
		lines = append(lines, page.Lines...)
		if !page.More || len(page.Lines) == 0 {
			return lines
		}
		last := page.Lines[len(page.Lines)-1].Pos
		if q.Forward {
			q.After = last
		} else {
			q.Before = last
		}
	}
}

func raws(lines []sources.LogLine) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Raw
		if l.Lost != 0 {
			out[i] = fmt.Sprintf("gap %d", l.Lost)
		}
	}
	return out
}

func text(value string) []sources.LogTerm { return []sources.LogTerm{{Value: value}} }

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "app.log") }

func same(t testing.TB, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d\n%s", len(got), len(want), strings.Join(clip(got), "\n"))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("line %d: %q, want %q", i, got[i], want[i])
		}
	}
}

func clip(s []string) []string { return s[:min(len(s), 20)] }

// want are lines from to to-1 as they are searched for.
func want(from, to int, forward bool) []string {
	var out []string
	for i := from; i < to; i++ {
		if forward {
			out = append(out, numbered(i))
		} else {
			out = append(out, numbered(to-1-(i-from)))
		}
	}
	return out
}

func background() context.Context { return context.Background() }

func contextCancelled() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(background())
	cancel()
	return ctx, cancel
}
