package poll

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestNudgedTablesAreNotAskedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{{Source: src, What: List, Expr: "t"}})
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		p.Nudge("a")
		synctest.Wait()
		src.forget()
		for range 10 {
			time.Sleep(2*time.Second + 50*time.Millisecond) // a tick that is a little late
			p.Nudge("a")
			synctest.Wait()
		}
		if src.lists != 10 {
			t.Errorf("listed %d times for 10 nudges", src.lists)
		}
	})
}

func TestOneAnswerWakesTheOthersOfItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", answer: func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return nil, broken("a", sources.KindUnavailable)
		}}
		p := New(Options{Parallel: 20})
		defer p.Close()
		var jobs []Job
		for i := range 10 {
			jobs = append(jobs, live(src, string(rune('a'+i)), time.Minute, time.Second))
		}
		p.Want(jobs)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		src.answers(nil)
		first := time.Minute
		for _, j := range jobs {
			first = min(first, time.Until(one(t, p, j).NextTry))
		}
		time.Sleep(first + 1100*time.Millisecond)
		synctest.Wait()
		for _, j := range jobs {
			if r := one(t, p, j); r.State != OK {
				t.Errorf("%s is %v and waits until %v", j.Expr, r.State, r.NextTry)
			}
		}
	})
}

func TestOldWindowComesBackStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Hour, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		p.Want(nil)
		time.Sleep(time.Minute)
		p.Want([]Job{j})
		if r := one(t, p, j); r.State != Stale || len(r.Frame.Series[0].Values) != 3541 {
			t.Errorf("at once it is %v", r)
		}
		synctest.Wait()
		if r := one(t, p, j); r.State != OK || len(r.Frame.Series[0].Values) != 3601 {
			t.Errorf("then it is %v", r)
		}
	})
}

func TestResumedDataIsNotStaleBeforeItCouldBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Hour, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		p.Pause(true)
		time.Sleep(time.Hour)
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			time.Sleep(time.Second)
			return ramp(q, 1, 0), nil
		})
		p.Take()
		p.Pause(false)
		synctest.Wait()
		if s := one(t, p, j).State; s != OK {
			t.Errorf("while it is read it is %v", s)
		}
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		if r := one(t, p, j); r.State != OK || time.Since(r.At) > time.Second {
			t.Errorf("then it is %v, of %v", r.State, r.At)
		}
	})
}

func TestSharedWindowsAreReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{live(src, "up", time.Hour, 2*time.Second), live(src, "up", 10*time.Minute, 2*time.Second)})
		time.Sleep(20*time.Second + 100*time.Millisecond)
		synctest.Wait()
		if n, _ := src.calls(); n != 11 {
			t.Errorf("asked %d times for two windows of one query, want once at each of 11 steps", n)
		}
	})
}
