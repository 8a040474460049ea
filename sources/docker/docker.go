// Package docker reads the logs of containers over the Unix socket of an engine,
// Docker's or Podman's, by the documented HTTP API and no SDK.
//
// Each container that is asked for is followed, and its newest lines are held in memory
// within bounds; a connection that is cut goes on where it ended, so that nothing
// is lost or told twice. A line's time is the engine's. Lines of several
// containers are in the order of these times.
package docker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	kind = "docker"
	// mostContainers are followed at once.
	mostContainers = 64
	// defaultBytes bounds the lines that are held of all containers.
	defaultBytes = 256 << 20
	// tailOne and tailAll are how many of a container's lines are read when it is
	// first asked for: of those that are named, and where all are followed.
	tailOne = 100_000
	tailAll = 5_000
)

// Options say which engine and which containers. The zero Options mean all running
// containers of the engine that is found.
type Options struct {
	Name string // of the source; "docker" if empty
	// Engine is "docker", "podman" or empty for whichever is found. Host is a socket,
	// unix:///run/docker.sock or its path, before DOCKER_HOST and the usual places.
	Engine, Host string
	Containers   []string       // names or IDs; empty: all that run, those that are started later too
	Zone         *time.Location // of times within lines; nil: the machine's
	Formats      []*logs.Format // the user's own, tried first
	Bytes        int            // most bytes held of all containers together; 0: 256 MiB
	Wait         time.Duration  // before what failed is tried again at first; 0: a second
	Logger       *slog.Logger   // nil: discard
}

// A Source is the containers of an engine. It implements sources.Source, LogSearcher,
// LogAwaiter, LogCounter, LogSpanner, LogLister and StatusReporter.
type Source struct {
	o        Options
	engine   *engine
	version  string
	signal   logs.Signal
	received atomic.Uint64
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc

	mu     sync.Mutex
	work   sync.WaitGroup // added to with mu held, while ctx is not done
	stores []*store
	byName map[string]*store // by what was asked for
	cut    int               // containers that are not followed, as there are too many
}

// Open finds the engine and begins to follow the containers. It fails where no
// engine answers, or a container that is named is not there, and says what to do.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = kind
		if o.Engine != "" {
			o.Name = o.Engine
		}
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Bytes <= 0 {
		o.Bytes = defaultBytes
	}
	if o.Wait <= 0 {
		o.Wait = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{o: o, byName: map[string]*store{}}
	var err error
	if s.engine, err = findEngine(o); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.version, err = s.engine.version(ctx); err == nil {
		err = s.begin(ctx)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Source) begin(ctx context.Context) error {
	for _, name := range s.o.Containers {
		if _, err := s.store(ctx, "open", name); err != nil {
			return err
		}
	}
	if len(s.o.Containers) > 0 {
		return nil
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	s.start(func() {
		for logs.Pause(s.ctx, 5*s.o.Wait) {
			if err := s.look(s.ctx); err != nil {
				s.o.Logger.Warn("containers", "source", s.o.Name, "err", err)
			}
		}
	})
	return nil
}

// look follows the containers that run and are not followed yet.
func (s *Source) look(ctx context.Context) error {
	list, err := s.engine.list(ctx, false)
	if err != nil {
		return err
	}
	cut := 0
	for _, c := range list {
		if !s.follow(c) {
			cut++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cut
	return nil
}

// start runs f until it ends, if the source is open.
func (s *Source) start(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.work.Go(f)
	}
}

// follow follows a container, once; it reports false if there are too many.
func (s *Source) follow(c container) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName[c.name()] != nil || s.ctx.Err() != nil {
		return true
	}
	if len(s.stores) >= max(mostContainers, len(s.o.Containers)) {
		return false
	}
	n, tail := len(s.o.Containers), tailOne
	if n == 0 {
		n, tail = mostContainers, tailAll
	}
	st := &store{s: s, name: c.name(), tail: tail, ready: make(chan struct{}), seen: map[seenLine]int{}}
	st.ring = logs.NewRing(logs.RingOptions{
		Source: s.o.Name, Bytes: min(s.o.Bytes/n, logs.DefaultRingBytes), Signal: &s.signal,
		ID:     uint16(len(s.stores)), //nolint:gosec // few
		Reader: logs.NewReader(logs.Options{Zone: s.o.Zone, Formats: s.o.Formats}),
	})
	s.stores = append(s.stores, st)
	s.byName[c.name()] = st
	s.work.Go(st.run)
	return true
}

// store is the store of a container that is asked for by name or ID.
func (s *Source) store(ctx context.Context, op, name string) (*store, error) {
	s.mu.Lock()
	st := s.byName[name]
	s.mu.Unlock()
	if st != nil {
		return st, nil
	}
	list, err := s.engine.list(ctx, true)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(c container) bool { return c.named(name) })
	if i < 0 {
		var names []string
		for _, c := range list {
			names = append(names, c.name())
		}
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "no container %q: there are %s", name, some(names))
	}
	if !s.follow(list[i]) {
		return nil, sources.Errorf(s.o.Name, op, sources.KindTooLarge, "%d containers are followed, no more are: name those that matter", mostContainers)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindCancelled, "the source is closed")
	}
	st = s.byName[list[i].name()]
	s.byName[name] = st
	return st, nil
}

// some are the first of many names.
func some(names []string) string {
	slices.Sort(names)
	switch n := len(names); {
	case n == 0:
		return "none"
	case n > 10:
		return strings.Join(names[:10], ", ") + fmt.Sprintf(" and %d more", n-10)
	}
	return strings.Join(names, ", ")
}

// Name is the source's name.
func (s *Source) Name() string { return s.o.Name }

// Close ends all following. It may be called more than once.
func (s *Source) Close() error {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.work.Wait()
	s.signal.End(io.EOF)
	s.engine.http.CloseIdleConnections()
	return nil
}

// Status says which containers cannot be read and why.
func (s *Source) Status() sources.Status {
	st := sources.Status{Kind: kind, Version: s.version, Received: s.received.Load()}
	if w, err := s.LogSpan(s.ctx); err == nil {
		st.Since = w.Start
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.stores {
		st.Notes = append(st.Notes, c.notes()...)
	}
	if s.cut > 0 {
		st.Notes = append(st.Notes, fmt.Sprintf("%d containers are followed, %d more are not: name those that matter", len(s.stores), s.cut))
	}
	return st
}

var (
	_ sources.Source         = (*Source)(nil)
	_ sources.LogSearcher    = (*Source)(nil)
	_ sources.LogAwaiter     = (*Source)(nil)
	_ sources.LogCounter     = (*Source)(nil)
	_ sources.LogSpanner     = (*Source)(nil)
	_ sources.LogLister      = (*Source)(nil)
	_ sources.StatusReporter = (*Source)(nil)
)
