package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	// overlap is how far before the last line a connection begins that goes on
	// after another: lines of both streams may be out of order by some.
	overlap = 100 * time.Millisecond
	// slowest is the longest wait before what failed is tried again.
	slowest = 30
	// batch is how many lines are stored at once.
	batch = 500
)

var seed = maphash.MakeSeed()

// A seenLine tells a line that is read a second time.
type seenLine struct {
	at     int64
	stream int
	hash   uint64
}

// A store follows one container by its name, through restarts and through being made anew.
type store struct {
	s     *Source
	name  string
	tail  int
	ring  *logs.Ring
	ready chan struct{} // closed when what was said before is read, or cannot be

	// of run alone
	last   int64 // the newest time, Unix ns
	seen   map[seenLine]int
	labels [streams]sources.Labels
	began  string // when the container was started that the ring tells of last

	mu   sync.Mutex
	why  string // it is not read; empty: it is
	full bool   // older lines were not asked for
}

func (st *store) say(why string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.why = why
}

func (st *store) notes() (notes []string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.why != "" {
		notes = append(notes, st.name+": "+st.why)
	}
	if st.full {
		notes = append(notes, fmt.Sprintf("%s: only its last %d lines were read; the engine has older ones", st.name, st.tail))
	}
	return notes
}

// run follows the container until the source is closed.
func (st *store) run() {
	ctx := st.s.ctx
	defer st.ring.End()
	once := sync.OnceFunc(func() { close(st.ready) })
	defer once()
	wait := st.s.o.Wait
	for ctx.Err() == nil {
		running, err := st.read(ctx, once)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil:
			st.say(err.Error())
			once() // what is wrong is the answer
		case running: // it was cut: go on at once
			wait = st.s.o.Wait
			st.say("")
		}
		st.s.signal.Bump()
		if !logs.Pause(ctx, wait) {
			return
		}
		if err != nil {
			wait = min(2*wait, slowest*st.s.o.Wait)
		}
	}
}

// read reads what the container said and says. It reports whether that went
// on until the connection ended; else the container does not run.
func (st *store) read(ctx context.Context, ready func()) (running bool, err error) {
	d, err := st.s.engine.inspect(ctx, st.name)
	if err != nil {
		return false, err
	}
	if !d.State.Running && d.State.StartedAt == st.began {
		return false, nil
	}
	for stream, name := range map[int]string{streamStdout: "stdout", streamStderr: "stderr", streamStdin: "stdin"} {
		st.labels[stream] = sources.NewLabels("container", st.name, "image", d.Config.Image, "stream", name)
	}
	first := st.last == 0
	lines, err := st.connect(ctx, &d, false)
	if err != nil {
		return false, err
	}
	if first {
		st.mu.Lock()
		st.full = lines >= st.tail
		st.mu.Unlock()
	}
	st.say("")
	ready()
	if d.State.Running {
		if _, err = st.connect(ctx, &d, true); err != nil {
			return true, err
		}
		if d, err = st.s.engine.inspect(ctx, st.name); err != nil || d.State.Running {
			return true, err
		}
		st.ring.Gap(-1, fmt.Sprintf("%s stopped: exit code %d", st.name, d.State.ExitCode))
	}
	st.began = d.State.StartedAt
	st.say(fmt.Sprintf("it is stopped, exit code %d", d.State.ExitCode))
	return false, nil
}

// connect reads one stream of the container's lines to its end, and how many it had.
func (st *store) connect(ctx context.Context, d *details, follow bool) (lines int, err error) {
	since := int64(0)
	if st.last > 0 {
		since = max(st.last-int64(overlap), 1)
	}
	body, err := st.s.engine.logs(ctx, d.ID, since, st.tail, follow)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	known := make(map[seenLine]int, len(st.seen)) // what this connection tells again
	for k, n := range st.seen {
		known[k] = n
	}
	var held []logs.RingLine
	flush := func() {
		st.ring.Append(held...)
		held = held[:0]
	}
	tell := func(l said) error {
		lines++
		if l.stream == streamSystem {
			return fmt.Errorf("the engine says: %s", l.text)
		}
		if !l.at.IsZero() {
			k := seenLine{l.at.UnixNano(), l.stream, maphash.Bytes(seed, l.text)}
			if known[k] > 0 {
				known[k]--
				return nil
			}
			st.remember(k)
		}
		held = append(held, logs.RingLine{Text: append([]byte(nil), l.text...), Labels: st.labels[l.stream], At: l.at, Stamped: !l.at.IsZero()})
		if len(held) >= batch {
			flush()
		}
		return nil
	}
	in := bufio.NewReaderSize(counted{body, st.s}, 64<<10)
	if d.Config.Tty {
		err = readRaw(in, tell, flush)
	} else {
		err = readFrames(in, tell, flush)
	}
	flush()
	if errors.Is(err, io.EOF) {
		return lines, nil
	}
	return lines, sources.Errorf(st.s.o.Name, "logs of "+st.name, sources.KindUnavailable, "%w", err)
}

// remember keeps what a later connection may tell again.
func (st *store) remember(k seenLine) {
	st.last = max(st.last, k.at)
	st.seen[k]++
	if len(st.seen)%4096 != 0 {
		return
	}
	for k := range st.seen {
		if k.at < st.last-int64(overlap) {
			delete(st.seen, k)
		}
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	s *Source
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.s.received.Add(uint64(n)) //nolint:gosec // not negative
	return n, err
}
