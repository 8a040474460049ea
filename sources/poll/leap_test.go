package poll

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// A jumpy clock is off by what a test says.
type jumpy struct{ off atomic.Int64 }

func (j *jumpy) now() time.Time       { return time.Now().Round(0).Add(time.Duration(j.off.Load())) }
func (j *jumpy) jump(d time.Duration) { j.off.Add(int64(d)) }

func TestClockJumps(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, -10 * time.Second, 10 * time.Second, time.Hour, 1000 * time.Hour} {
		for _, kind := range []string{"local", "prometheus"} {
			synctest.Test(t, func(t *testing.T) {
				var c jumpy
				src := &fake{name: "a", status: sources.Status{Kind: kind, Interval: 2 * time.Second}}
				p := New(Options{Clock: WallClock(c.now)})
				defer p.Close()
				j := live(src, "up", time.Minute, time.Second)
				p.Want([]Job{j})
				time.Sleep(21 * time.Second)
				src.forget()
				for range 50 { // back and forth, ending there
					c.jump(by)
					time.Sleep(100 * time.Millisecond)
					c.jump(-by)
				}
				src.forget()
				c.jump(by)
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if n, _ := src.calls(); n < 8 || n > 14 {
					t.Errorf("%v, %s: asked %d times in 20 s", by, kind, n)
				}
				r := one(t, p, j)
				if d := c.now().UnixMilli() - r.Frame.End; r.State != OK || d < 0 || d > 5000 {
					t.Errorf("%v, %s: %v, newest step is %d ms old", by, kind, r.State, d)
				}
			})
		}
	}
}

func TestClockSetBackReadsFutureAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c jumpy
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{Clock: WallClock(c.now)})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(5 * time.Second)
		c.jump(-20 * time.Second)
		back := c.now().UnixMilli()
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			f := ramp(q, 1, 0) // what was before the jump is as it was
			for i, t := range f.Series[0].Times {
				if t > back {
					f.Series[0].Values[i] += 0.5
				}
			}
			return f, nil
		})
		time.Sleep(8 * time.Second)
		synctest.Wait()
		s := one(t, p, j).Frame.Series[0]
		for i, v := range s.Values {
			if lived := s.Times[i] > back; lived != (v != float64(int(v))) {
				t.Fatalf("step %d is of the time before: %v", i, v)
			}
		}
		if last := s.Times[len(s.Times)-1]; last < back+5000 {
			t.Errorf("the window ends at %d, %d after the jump", last, last-back)
		}
	})
}

func TestRestlessClockMakesNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c jumpy
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 10 * time.Second}}
		p := New(Options{Clock: WallClock(func() time.Time {
			c.jump(7 * time.Second) // at every look
			return c.now()
		})})
		defer p.Close()
		p.Want([]Job{live(src, "up", time.Minute, time.Second)})
		time.Sleep(time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n > 70 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

func TestFrozenClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now()
		src := &fake{name: "a", status: sources.Status{Kind: "demo", Interval: time.Second}}
		p := New(Options{Clock: WallClock(func() time.Time { return at })})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n != 1 || one(t, p, j).Frame.End != at.UnixMilli() || one(t, p, j).State != OK {
			t.Errorf("asked %d times, %v", n, one(t, p, j).State)
		}
	})
}

func TestSuspendGivesUpDeadRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c jumpy
		dead := func(ctx context.Context, _ sources.RangeQuery) (*sources.Frame, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		src := &fake{name: "a", status: sources.Status{Kind: "prometheus", Interval: 2 * time.Second}}
		p := New(Options{Clock: WallClock(c.now), Timeout: time.Minute})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		src.answers(dead)
		time.Sleep(10 * time.Second)
		c.jump(8 * time.Hour)
		src.answers(nil)
		time.Sleep(7 * time.Second)
		synctest.Wait()
		if r := one(t, p, j); r.State != OK || c.now().Sub(r.At) > 5*time.Second {
			t.Errorf("7 s after waking it is %v, of %v", r.State, c.now().Sub(r.At))
		}
	})
}
