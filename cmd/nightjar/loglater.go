package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
)

// A laterLog is a log that is opened when something is asked of it first, and
// once more when that failed: a program that is not looked at does not run, and a file
// that is not there yet may come. It can do what logs of every kind can, and
// every question has the terms of its entry in the configuration.
type laterLog struct {
	s   *session
	log *config.Log

	open   atomic.Pointer[openLog] // nil: not opened
	mu     sync.Mutex              // of opening and closing
	closed bool
}

// An openLog is what was opened.
type openLog struct{ logStore }

// A laterHeld is a laterLog of a kind that holds its lines.
type laterHeld struct{ *laterLog }

// A logStore is what logs of every kind can do.
type logStore interface {
	sources.Source
	sources.LogSearcher
	sources.LogCounter
	sources.LogSpanner
	sources.StatusReporter
}

// later is a log that is opened when it is asked. It is closed with the session.
func (s *session) later(l *config.Log) *laterLog {
	src := &laterLog{s: s, log: l}
	s.closer = append(s.closer, src.Close)
	return src
}

// source is the log with what its kind can do.
func (l *laterLog) source() sources.Source {
	switch l.log.Kind {
	case "paths", "command", "docker", "podman":
		return &laterHeld{l}
	}
	return l
}

// store opens the log unless it is open.
func (l *laterLog) store(ctx context.Context, op string) (logStore, error) {
	if o := l.open.Load(); o != nil {
		return o.logStore, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.open.Load(); o != nil {
		return o.logStore, nil
	}
	if l.closed {
		return nil, sources.Errorf(l.log.Name, op, sources.KindCancelled, "it is closed")
	}
	src, err := l.s.openLogOf(ctx, l.log)
	if err != nil {
		return nil, err
	}
	l.open.Store(&openLog{src})
	return src, nil
}

func (l *laterLog) query(q sources.LogQuery) sources.LogQuery {
	q.Terms = slices.Concat(l.log.Terms, q.Terms)
	return q
}

func (l *laterLog) Name() string { return l.log.Name }

func (l *laterLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if o := l.open.Load(); o != nil {
		return o.Close()
	}
	return nil
}

// Status is that of the log once it is open.
func (l *laterLog) Status() sources.Status {
	if o := l.open.Load(); o != nil {
		return o.Status()
	}
	return sources.Status{Kind: l.log.Kind}
}

func (l *laterLog) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	src, err := l.store(ctx, "search logs")
	if err != nil {
		return nil, err
	}
	return src.SearchLogs(ctx, l.query(q))
}

func (l *laterLog) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	src, err := l.store(ctx, "tail logs")
	if err != nil {
		return err
	}
	t, ok := src.(sources.LogTailer)
	if !ok {
		return sources.Errorf(l.log.Name, "tail logs", sources.KindUnsupported, "logs of the kind %s are not sent", l.log.Kind)
	}
	return t.TailLogs(ctx, l.query(q), out)
}

func (l *laterLog) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	src, err := l.store(ctx, "count logs")
	if err != nil {
		return nil, err
	}
	return src.CountLogs(ctx, l.query(q), step, progress)
}

func (l *laterLog) LogSpan(ctx context.Context) (sources.Window, error) {
	src, err := l.store(ctx, "span of logs")
	if err != nil {
		return sources.Window{}, err
	}
	return src.LogSpan(ctx)
}

func (l *laterHeld) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	src, err := l.store(ctx, "wait for logs")
	if err != nil {
		return seen, err
	}
	a, ok := src.(sources.LogAwaiter)
	if !ok {
		return seen, sources.Errorf(l.log.Name, "wait for logs", sources.KindInternal, "a log of the kind %s does not hold its lines", l.log.Kind)
	}
	return a.AwaitLogs(ctx, seen)
}
