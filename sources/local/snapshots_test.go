package local

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// A shot is a snapshot that tells which read made it.
type shot struct{ n int }

func (s *shot) Table(source string) *sources.Table {
	return &sources.Table{Source: source, Name: "shots", Total: s.n}
}

// A camera takes time to make a snapshot; it may fail or panic.
type camera struct {
	n     int
	takes time.Duration
	err   error
	panic string
}

func (c *camera) read(time.Time) (*shot, error) {
	time.Sleep(c.takes)
	c.n++
	if c.panic != "" {
		panic(c.panic)
	}
	return &shot{c.n}, c.err
}

func count(s *shot, to *sink) { to.add("shots", float64(s.n)) }

func TestKeeperReadsSeldomUnlessWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &camera{takes: 20 * time.Millisecond}
		k := newKeeper(2*time.Second, time.Now, c.read)
		sample, to := k.sample(count), newSink("here")
		rounds := func(d time.Duration, watched bool) int {
			before := c.n
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(2 * time.Second) {
				to.begin()
				if err := sample(t.Context(), to); err != nil && !errors.Is(err, errNotDue) {
					t.Fatal(err)
				}
				if watched {
					if table, err := k.list(t.Context()); err != nil || table.Total != c.n {
						t.Fatal(table, err)
					}
				}
			}
			return c.n - before
		}
		if n := rounds(80*time.Second, false); n < 8 || n > 11 { // 20 ms x 400 is 8 s
			t.Errorf("unwatched it was read %d times in 80 s", n)
		}
		if n := rounds(80*time.Second, true); n < 35 || n > 41 {
			t.Errorf("watched it was read %d times in 80 s", n)
		}
		c.takes = 3 * time.Second // a machine with very many processes
		if n := rounds(5*time.Minute, false); n < 8 || n > 12 {
			t.Errorf("slow, it was read %d times in 5 min", n)
		}
	})
}

func TestKeeperSamplesWhatTheTableRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &camera{}
		k := newKeeper(2*time.Second, time.Now, c.read)
		sample, to := k.sample(count), newSink("here")
		if _, err := k.list(t.Context()); err != nil {
			t.Fatal(err)
		}
		to.begin()
		if err := sample(t.Context(), to); err != nil || len(to.samples) != 1 || c.n != 1 {
			t.Errorf("%v; %d samples of %d reads", err, len(to.samples), c.n)
		}
		if err := sample(t.Context(), to); !errors.Is(err, errNotDue) {
			t.Errorf("the same again: %v", err)
		}
	})
}

func TestKeeperOfAHangingReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var hang atomic.Bool
		hang.Store(true)
		n := 0
		k := newKeeper(2*time.Second, time.Now, func(time.Time) (*shot, error) {
			if hang.Load() {
				<-release
			}
			n++
			return &shot{n}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 { // the first starts to read, the second waits for its turn
			if _, err := k.list(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("hanging: %v", err)
			}
		}
		if err := k.sample(count)(t.Context(), newSink("here")); !errors.Is(err, errNotDue) {
			t.Errorf("the probe waits too: %v", err)
		}
		hang.Store(false)
		close(release)
		synctest.Wait()
		if table, err := k.list(t.Context()); err != nil || table.Total != 1 {
			t.Errorf("released: %v %v", table, err)
		}

		// Once there is a table, it is shown while the reader hangs.
		release = make(chan struct{})
		time.Sleep(time.Minute)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.list(ctx); err != nil {
			t.Error(err)
		}
		hang.Store(true)
		time.Sleep(time.Minute)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.list(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the one who reads: %v", err)
		}
		if table, err := k.list(t.Context()); err != nil || table.Total < 1 {
			t.Errorf("the next one: %v %v", table, err)
		}
		close(release)
	})
}

func TestKeeperOfAFailingReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &camera{err: errors.New("not today")}
		k := newKeeper(2*time.Second, time.Now, c.read)
		if _, err := k.list(t.Context()); !errors.Is(err, c.err) {
			t.Errorf("failing: %v", err)
		}
		if err := k.sample(count)(t.Context(), newSink("here")); !errors.Is(err, c.err) {
			t.Errorf("failing, as series: %v", err)
		}
		time.Sleep(time.Minute)
		c.err, c.panic = nil, "oh dear"
		var panicked *panicError
		if _, err := k.list(t.Context()); !errors.As(err, &panicked) {
			t.Errorf("panicking: %v", err)
		}
		time.Sleep(time.Minute)
		c.panic = ""
		if table, err := k.list(t.Context()); err != nil || table.Total == 0 {
			t.Errorf("well again: %v %v", table, err)
		}
	})
}

// While nobody looks, processes are read every 10 s, and their series go on.
func TestKeeperAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &camera{}
		k := newKeeper(2*time.Second, time.Now, c.read)
		k.rests, k.rest = new(atomic.Bool), 10*time.Second
		sample, to := k.sample(count), newSink("here")
		reads := func(rest bool) int {
			k.rests.Store(rest)
			before := c.n
			for range 30 {
				to.begin()
				_ = sample(t.Context(), to)
				time.Sleep(2 * time.Second)
			}
			return c.n - before
		}
		if n := reads(false); n != 30 {
			t.Errorf("read %d times in a minute", n)
		}
		if n := reads(true); n < 5 || n > 7 {
			t.Errorf("read %d times in a minute at rest", n)
		}
	})
}
