package local

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A probe reads one part of the machine.
type probe struct {
	name string
	// every is the time between two runs; 0: each round.
	every time.Duration
	// open is called before the first run, in the probe's own goroutine, as it may
	// be slow. It is called again after an error.
	open func() (read, error)
}

// read writes what is now into the sink.
type read func(ctx context.Context, to *sink) error

// errAbsent: the machine does not have the thing. That is no failure.
var errAbsent = errors.New("not on this machine")

// errNotDue: the probe has nothing newer than it gave last; its series go on.
var errNotDue = errors.New("nothing new yet")

// A task is a probe at work. Its sink belongs to the run while one is under
// way, everything else to the loop.
type task struct {
	probe
	read read // the run's, like the sink
	sink *sink

	own       *sink // of the series about the task itself
	duration  *series
	success   *series
	live      []*series // series of the last run
	spare     []*series
	due       int // the round of the next run
	round     uint64
	running   bool
	hangs     bool
	started   time.Time
	stale     int64 // ms; samples at or before are refused, as markers are there
	trouble   string
	since     time.Time
	lastPanic string
}

func newTask(p probe, instance string) *task {
	t := &task{probe: p, sink: newSink(instance), own: newSink(instance)}
	t.own.add("node_scrape_collector_duration_seconds", 0, "collector", p.name)
	t.own.add("node_scrape_collector_success", 0, "collector", p.name)
	t.duration, t.success = t.own.samples[0].s, t.own.samples[1].s
	return t
}

// A result is what a run gave. Its samples are the sink's until the next run.
type result struct {
	task  *task
	round int
	at    int64 // ms
	took  time.Duration
	err   error
}

// run reads once. A panic is an error like any other.
func (t *task) run(ctx context.Context, round int, at int64) (r result) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r.err = newPanic(p)
		}
		r.task, r.round, r.at, r.took = t, round, at, time.Since(start)
	}()
	t.sink.begin()
	if t.read == nil {
		read, err := t.open()
		if err != nil {
			return result{err: err}
		}
		t.read = read
	}
	return result{err: t.read(ctx, t.sink)}
}

// A panicError is a panic in a collector.
type panicError struct {
	value any
	stack []byte
}

// Error says that it was a panic, and its value.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// newPanic is called while the panic unwinds, so that the stack is its own.
func newPanic(value any) error { return &panicError{value, debug.Stack()} }
