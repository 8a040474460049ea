package files

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A Stream is a log that is read once, such as standard input, and held in
// bounded memory. It implements sources.Source, LogSearcher, LogTailer,
// LogAwaiter, LogCounter, LogSpanner and StatusReporter.
type Stream struct {
	*logs.Ring
	name     string
	in       io.Reader
	received atomic.Uint64
	done     chan struct{} // closed when no more comes

	once sync.Once
	why  atomic.Value // error that ended it before its end
}

// Stdin reads a stream until it ends: its newest lines are held, within the
// bounds of logs.Ring. Paths of o are not used. Close does not wait for a read
// that blocks, unless r can be closed.
func Stdin(r io.Reader, o Options) *Stream {
	if o.Name == "" {
		o.Name = "stdin"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	s := &Stream{name: o.Name, in: r, done: make(chan struct{})}
	s.Ring = logs.NewRing(logs.RingOptions{
		Source: o.Name, Clock: o.Clock, Reader: logs.NewReader(logs.Options{Zone: o.Zone, Formats: o.Formats}),
	})
	go s.read()
	return s
}

// read takes the stream to its end.
func (s *Stream) read() {
	defer close(s.done)
	w := s.Writer(nil)
	_, err := io.Copy(io.MultiWriter(w, counting{&s.received}), s.in)
	w.Flush()
	if err != nil && !errors.Is(err, os.ErrClosed) {
		s.why.Store(err)
		s.Gap(-1, "reading it failed: "+err.Error())
	}
	s.End()
}

// counting counts what is written to it.
type counting struct{ n *atomic.Uint64 }

func (c counting) Write(p []byte) (int, error) {
	c.n.Add(uint64(len(p)))
	return len(p), nil
}

// Name is the stream's name.
func (s *Stream) Name() string { return s.name }

// Wait returns when the stream has ended and all of it is held, or ctx is done.
func (s *Stream) Wait(ctx context.Context) error {
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller ended it
	}
}

// Close ends the reading.
func (s *Stream) Close() error {
	s.once.Do(func() {
		if c, ok := s.in.(io.Closer); ok {
			_ = c.Close() // it is read only
		}
	})
	return nil
}

// Status says how much came, and that no more does.
func (s *Stream) Status() sources.Status {
	st := sources.Status{Kind: "stream", Received: s.received.Load()}
	if s.Ended() {
		st.Notes = []string{"the stream has ended"}
		if err, ok := s.why.Load().(error); ok {
			st.Notes = []string{"reading it failed: " + err.Error()}
		}
	}
	return st
}
