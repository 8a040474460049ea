// Package command makes a log of what a program prints, such as kubectl logs -f.
// The program is run by itself, never through a shell, in a process group of
// its own that ends with the source. When it ends it is started again, later each time;
// each end is a gap in the log that says why. What it printed is held in
// memory within bounds.
package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	kind = "command"
	// firstWait to lastWait is how long after its end the program is started
	// again. A run that lasted longer than lastWait counts as the first.
	firstWait = time.Second
	lastWait  = 30 * time.Second
	// grace is how long the program has to end after SIGTERM, and what it
	// started after its own end.
	grace = 2 * time.Second
	// streamLabel is on lines of the program's standard error.
	streamLabel = "stream"
)

// Options say what is run and how its lines are read. Args are required.
type Options struct {
	Name string   // of the source; the program's base name if empty
	Args []string // the program and its arguments
	Dir  string   // where it runs; empty: here
	Env  []string // NAME=value, beside the environment of nightjar
	// Once ends the source with the program, instead of starting it again.
	Once    bool
	Zone    *time.Location // of times that name none; nil: the machine's
	Formats []*logs.Format // the user's own, tried first
	Bytes   int            // most bytes held; 0: logs.DefaultRingBytes
	Lines   int            // most lines held; 0: logs.DefaultRingLines
	Wait    time.Duration  // before the first new start; 0: a second
	Grace   time.Duration  // after SIGTERM; 0: two seconds
	Clock   func() time.Time
	Logger  *slog.Logger // nil: discard
}

// A Source is what a program prints. It implements sources.Source, StatusReporter
// and, by its ring, LogSearcher, LogTailer, LogAwaiter, LogCounter and LogSpanner.
type Source struct {
	*logs.Ring
	o        Options
	program  string // for the screen: arguments may be secret
	received atomic.Uint64
	cancel   context.CancelFunc
	work     sync.WaitGroup

	mu     sync.Mutex
	starts int
	why    string // it does not run; empty: it does
}

// Open starts the program. It fails if that cannot be started.
func Open(ctx context.Context, o Options) (*Source, error) {
	if len(o.Args) == 0 || o.Args[0] == "" {
		return nil, sources.Errorf(o.Name, "open", sources.KindQuery, "no command: name a program and its arguments, as in [kubectl, logs, -f, deploy/web]")
	}
	program := filepath.Base(o.Args[0])
	if o.Name == "" {
		o.Name = program
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Wait <= 0 {
		o.Wait = firstWait
	}
	if o.Grace <= 0 {
		o.Grace = grace
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{o: o, program: program}
	s.Ring = logs.NewRing(logs.RingOptions{
		Source: o.Name, Bytes: o.Bytes, Lines: o.Lines, Clock: o.Clock,
		Reader: logs.NewReader(logs.Options{Zone: o.Zone, Formats: o.Formats}),
	})
	first, err := s.start()
	if err != nil {
		return nil, s.refused(err)
	}
	run, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.work.Go(func() { s.run(run, first) })
	return s, nil
}

// refused is why the program cannot be started, and what to do.
func (s *Source) refused(err error) error {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return sources.Errorf(s.o.Name, "start", sources.KindUnavailable, "%w: install %s or name the whole path of it", err, s.program)
	case errors.Is(err, os.ErrPermission):
		return sources.Errorf(s.o.Name, "start", sources.KindAuth, "%w: it is no program that may be run", err)
	}
	return sources.Errorf(s.o.Name, "start", sources.KindUnavailable, "%w", err)
}

// Name is the source's name.
func (s *Source) Name() string { return s.o.Name }

// Close ends the program and all that it started in its process group, and waits for
// that. It may be called more than once.
func (s *Source) Close() error {
	s.cancel()
	s.work.Wait()
	return nil
}

// run starts the program again each time it ends, until ctx is done.
func (s *Source) run(ctx context.Context, p *process) {
	defer s.End()
	wait := s.o.Wait
	for {
		began := time.Now()
		why := ""
		if p != nil {
			why = p.wait(ctx, s.o.Grace)
		}
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > lastWait {
			wait = s.o.Wait
		}
		for p = nil; p == nil; {
			if s.o.Once {
				s.stopped(why)
				if why != exited {
					s.Gap(-1, fmt.Sprintf("%s %s", s.program, why))
				}
				return
			}
			why = fmt.Sprintf("%s; started again in %s", why, wait)
			s.stopped(why)
			s.Gap(-1, fmt.Sprintf("%s %s", s.program, why))
			s.o.Logger.Warn("command", "source", s.o.Name, "program", s.program, "why", why)
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
			wait = min(2*wait, lastWait)
			var err error
			if p, err = s.start(); err != nil {
				why = "cannot be started: " + err.Error()
			}
		}
	}
}

func (s *Source) stopped(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why = why
}

// Status says whether the program runs, and why not.
func (s *Source) Status() sources.Status {
	st := sources.Status{Kind: kind, Fresh: true, Received: s.received.Load()}
	if w, err := s.LogSpan(context.Background()); err == nil {
		st.Since = w.Start
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why != "" {
		st.Notes = append(st.Notes, s.program+" "+s.why)
	}
	if s.starts > 1 {
		st.Notes = append(st.Notes, fmt.Sprintf("%s was started %d times", s.program, s.starts))
	}
	return st
}

var (
	_ sources.Source         = (*Source)(nil)
	_ sources.LogSearcher    = (*Source)(nil)
	_ sources.LogTailer      = (*Source)(nil)
	_ sources.LogAwaiter     = (*Source)(nil)
	_ sources.LogCounter     = (*Source)(nil)
	_ sources.LogSpanner     = (*Source)(nil)
	_ sources.StatusReporter = (*Source)(nil)
)
