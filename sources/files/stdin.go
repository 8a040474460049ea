package files

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	// stdinSample is how much of a stream tells its format.
	stdinSample = 32 << 10
	// settleAfter is how long a record waits for lines that continue it.
	settleAfter = 100 * time.Millisecond
)

// A Stream is a log that is read once, such as standard input, and held in
// bounded memory. It implements sources.Source, LogSearcher, LogTailer,
// LogAwaiter, LogCounter, LogSpanner and StatusReporter.
type Stream struct {
	*logs.Ring
	o      Options
	reader *logs.Reader
	in     io.Reader
	lines  chan []byte // pieces of text
	work   sync.WaitGroup
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	received uint64
	ended    string // why no more comes
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
	s := &Stream{o: o, in: r, lines: make(chan []byte, 4), closed: make(chan struct{})}
	s.reader = logs.NewReader(logs.Options{Zone: o.Zone, Formats: o.Formats})
	s.Ring = logs.NewRing(logs.RingOptions{Name: o.Name, Reader: s.reader})
	go s.read()
	s.work.Go(s.join)
	return s
}

// read takes the text from the stream as it comes.
func (s *Stream) read() {
	defer close(s.lines)
	in := bufio.NewReaderSize(s.in, 256<<10)
	for {
		if _, err := in.Peek(1); err != nil {
			s.end(err)
			return
		}
		buf, _ := in.Peek(in.Buffered()) // as much as is there: it cannot fail
		piece := bytes.Clone(buf)
		_, _ = in.Discard(len(piece)) // likewise
		select {
		case s.lines <- piece:
		case <-s.closed:
			return
		}
	}
}

// end notes why the stream ended.
func (s *Stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = "the input has ended"
	if !errors.Is(err, io.EOF) {
		s.ended = "the input broke off: " + err.Error()
	}
}

// A joiner makes records of pieces of text.
type joiner struct {
	s      *Stream
	learnt bool
	line   []byte // the line that has no end yet, up to maxRecord
	cut    int64  // bytes of it that are left out
	record []byte // the record that may go on
	count  int    // its lines
	more   int64  // bytes of it that are left out
	held   bool
	last   time.Time // the time of the record before
	batch  []sources.LogLine
}

// join puts records into the ring until the stream ends.
func (s *Stream) join() {
	j := &joiner{s: s}
	timer := time.NewTimer(settleAfter)
	defer timer.Stop()
	for {
		select {
		case piece, ok := <-s.lines:
			if !ok {
				j.settle(true)
				return
			}
			s.mu.Lock()
			s.received += uint64(len(piece))
			s.mu.Unlock()
			j.feed(piece)
			s.Put(j.take()...)
			timer.Reset(settleAfter)
		case <-timer.C:
			j.settle(false)
		case <-s.closed:
			return
		}
	}
}

// take is the records that are whole.
func (j *joiner) take() []sources.LogLine {
	batch := j.batch
	j.batch = nil
	return batch
}

// settle gives the record that waited; at the end, the line without an end too.
func (j *joiner) settle(end bool) {
	if end && (len(j.line) > 0 || j.cut > 0) {
		j.endLine()
	}
	j.flush()
	j.s.Put(j.take()...)
}

// feed takes text.
func (j *joiner) feed(piece []byte) {
	if !j.learnt { // the stream's first text; what little there is must do
		j.s.reader.Learn(piece[:min(len(piece), stdinSample)])
		j.learnt = true
	}
	for len(piece) > 0 {
		i := bytes.IndexByte(piece, '\n')
		part := piece
		if i >= 0 {
			part = piece[:i]
		}
		room := min(maxRecord-len(j.line), len(part))
		j.line = append(j.line, part[:room]...)
		j.cut += int64(len(part) - room)
		if i < 0 {
			return
		}
		j.endLine()
		piece = piece[i+1:]
	}
}

// endLine joins the line to the record or begins another.
func (j *joiner) endLine() {
	line := trimCR(j.line)
	h := j.s.reader.Head(line[:min(len(line), headSize)], j.s.o.Clock().UnixNano())
	if !h.Continues || !j.held || j.count >= maxJoined || len(j.record)+len(line) > maxRecord {
		j.flush()
		j.record = append(j.record[:0], line...)
		j.held = true
	} else {
		j.record = append(append(j.record, '\n'), line...)
	}
	j.count++
	j.more += j.cut
	j.line, j.cut = j.line[:0], 0
}

// flush ends the record.
func (j *joiner) flush() {
	if !j.held {
		return
	}
	now := j.s.o.Clock()
	l := sources.LogLine{Raw: cut(j.record, j.more)}
	h := j.s.reader.Head(j.record[:min(len(j.record), headSize)], now.UnixNano())
	switch {
	case h.HasTime:
		j.last = time.Unix(0, h.Time).In(j.s.o.Zone)
	case j.last.IsZero():
		j.last = now // a stream without times: when it came
		defer func() { j.last = time.Time{} }()
	}
	l.Time, l.Severity = j.last, h.Severity
	j.batch = append(j.batch, l)
	j.held, j.count, j.more = false, 0, 0
}

// Close stops reading; what is held can still be searched.
func (s *Stream) Close() error {
	var err error
	s.once.Do(func() {
		close(s.closed)
		if c, ok := s.in.(io.Closer); ok {
			err = c.Close()
		}
		s.work.Wait()
		err = errors.Join(err, s.Ring.Close())
	})
	return err
}

// Status says how much was read and whether more comes.
func (s *Stream) Status() sources.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := sources.Status{Kind: "stdin", Received: s.received, Notes: s.Notes()}
	if s.ended != "" {
		st.Notes = append(st.Notes, s.ended)
	}
	return st
}

var (
	_ sources.Source         = (*Stream)(nil)
	_ sources.LogSearcher    = (*Stream)(nil)
	_ sources.LogTailer      = (*Stream)(nil)
	_ sources.LogAwaiter     = (*Stream)(nil)
	_ sources.LogCounter     = (*Stream)(nil)
	_ sources.LogSpanner     = (*Stream)(nil)
	_ sources.StatusReporter = (*Stream)(nil)
)
