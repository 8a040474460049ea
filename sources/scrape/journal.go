package scrape

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
)

const (
	// quiet is how long a record is not repeated: a target that fails does so
	// at every scrape.
	quiet = 5 * time.Minute
	// fades is how long an error of discovery is shown: files are read again,
	// and their errors repeated, every 5 min unless a job says otherwise.
	fades = 11 * time.Minute
	// maxRemembered bounds the records that are told apart.
	maxRemembered = 1000
)

// A journal passes on what Prometheus's packages log, without credentials and
// without repetition, and keeps the last error of discovery: a file of targets
// that cannot be read is told nowhere else.
type journal struct {
	next slog.Handler

	mu   sync.Mutex
	seen map[string]time.Time
	last string // error of discovery
	at   time.Time
}

// lost are errors after which a job or a target is silently missing.
var lost = map[string]bool{
	"Creating target failed": true, "error creating new scrape pool": true, "Cannot create service discovery": true,
}

func newJournal(l *slog.Logger) *journal {
	return &journal{next: l.Handler(), seen: map[string]time.Time{}}
}

func (j *journal) logger() *slog.Logger { return slog.New(entry{journal: j, next: j.next}) }

// trouble is the last error of discovery, empty if there was none lately.
func (j *journal) trouble() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if time.Since(j.at) > fades {
		return ""
	}
	return j.last
}

// due reports whether what was not logged lately.
func (j *journal) due(what string, at time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if last, ok := j.seen[what]; ok && at.Sub(last) < quiet {
		return false
	}
	if len(j.seen) >= maxRemembered {
		clear(j.seen)
	}
	j.seen[what] = at
	return true
}

// An entry is a journal with attributes.
type entry struct {
	*journal
	next  slog.Handler
	attrs string // as text
}

// Enabled asks the next handler; errors are always looked at.
func (e entry) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError || e.next.Enabled(ctx, l)
}

// Handle passes r on, cleaned.
func (e entry) Handle(ctx context.Context, r slog.Record) error {
	c := slog.NewRecord(r.Time, r.Level, sources.Redact(r.Message), r.PC)
	text := new(strings.Builder)
	r.Attrs(func(a slog.Attr) bool {
		a = clean(a)
		c.AddAttrs(a)
		fmt.Fprintf(text, " %s=%s", a.Key, a.Value)
		return true
	})
	if r.Level >= slog.LevelError && (strings.Contains(e.attrs, " discovery=") || lost[r.Message]) {
		e.mu.Lock()
		e.at, e.last = r.Time, fmt.Sprintf("%s: %s%s", r.Time.UTC().Format(time.TimeOnly+" UTC"), c.Message, text)
		e.mu.Unlock()
	}
	if !e.next.Enabled(ctx, r.Level) || !e.due(c.Message+e.attrs+text.String(), r.Time) {
		return nil
	}
	return e.next.Handle(ctx, c)
}

// WithAttrs is slog's.
func (e entry) WithAttrs(attrs []slog.Attr) slog.Handler {
	cleaned := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		cleaned[i] = clean(a)
		e.attrs += fmt.Sprintf(" %s=%s", cleaned[i].Key, cleaned[i].Value)
	}
	e.next = e.next.WithAttrs(cleaned)
	return e
}

// WithGroup is slog's.
func (e entry) WithGroup(name string) slog.Handler {
	e.next = e.next.WithGroup(name)
	return e
}

// clean makes text of what is no number, and takes credentials out of it.
func clean(a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString, slog.KindAny, slog.KindGroup:
		return slog.String(a.Key, sources.Redact(v.String()))
	default:
		return slog.Attr{Key: a.Key, Value: v}
	}
}
