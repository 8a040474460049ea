package files

import (
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
	closed   chan struct{}

	once sync.Once
	why  atomic.Value // error that ended it before its end

	paced   atomic.Bool
	pending atomic.Int64 // bytes read since Given
	given   chan struct{}
}

// ahead is how many bytes a paced stream is read before they are taken: far less than the ring holds.
const ahead = 256 << 10

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
	s := &Stream{name: o.Name, in: r, closed: make(chan struct{}), given: make(chan struct{}, 1)}
	s.Ring = logs.NewRing(logs.RingOptions{
		Source: o.Name, Clock: o.Clock, Reader: logs.NewReader(logs.Options{Zone: o.Zone, Formats: o.Formats}),
	})
	go s.read()
	return s
}

// read takes the stream to its end.
func (s *Stream) read() {
	w := s.Writer(nil)
	var err error
	for buf := make([]byte, 64<<10); err == nil; {
		var n int
		n, err = s.in.Read(buf)
		_, _ = w.Write(buf[:n])   // never fails
		s.received.Add(uint64(n)) //nolint:gosec // a length
		s.wait(n)
	}
	w.Flush()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil && !errors.Is(err, os.ErrClosed) {
		s.why.Store(err)
		s.Gap(-1, "reading it failed: "+err.Error())
	}
	s.End()
}

// Pace makes the reading wait for who takes the lines, so that none are let go
// before they are taken. Each time that all there is has been taken, Given must be called.
func (s *Stream) Pace() { s.paced.Store(true) }

// Given says that all lines there are have been taken.
func (s *Stream) Given() {
	s.pending.Store(0)
	select {
	case s.given <- struct{}{}:
	default:
	}
}

// wait waits until what was read is taken, if somebody takes it.
func (s *Stream) wait(n int) {
	for s.pending.Add(int64(n)); s.paced.Load() && s.pending.Load() > ahead; {
		select {
		case <-s.given:
		case <-s.closed:
			return
		}
	}
}

// Name is the stream's name.
func (s *Stream) Name() string { return s.name }

// Close ends the reading.
func (s *Stream) Close() error {
	s.once.Do(func() {
		close(s.closed)
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
