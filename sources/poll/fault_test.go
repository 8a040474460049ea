package poll

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestBackoffBounds(t *testing.T) {
	f := func(failures int, after, least, most time.Duration) {
		t.Helper()
		for _, r := range []float64{0, 0.5, 0.999} {
			if d := backoff(failures, r, after); d < least || d > most {
				t.Errorf("%d failures, %v after, random %v: %v, want %v..%v", failures, after, r, d, least, most)
			}
		}
	}
	f(0, 0, time.Second, 1250*time.Millisecond)
	f(1, 0, time.Second, 1250*time.Millisecond)
	f(2, 0, 1500*time.Millisecond, 2500*time.Millisecond)
	f(5, 0, 12*time.Second, 20*time.Second)
	f(7, 0, 45*time.Second, time.Minute)
	f(1<<40, 0, 45*time.Second, time.Minute)
	f(1, 30*time.Second, 30*time.Second, 30*time.Second)
	f(1, 1000*time.Hour, time.Hour, time.Hour)
}

func TestRetryableErrorsBackOffAndDataStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		good := one(t, p, j)
		src.answers(func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return nil, broken("a", sources.KindUnavailable)
		})
		src.forget()
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		r := one(t, p, j)
		since := r.ErrSince
		if r.State != Stale || r.Frame != good.Frame || r.Err == nil || !r.At.Equal(good.At) || time.Until(r.NextTry) > 1250*time.Millisecond || since.IsZero() {
			t.Errorf("after an error: %+v", r)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n < 12 || n > 24 {
			t.Errorf("asked %d times in 10 minutes of errors", n)
		}
		if s := p.SourceStates()[0]; s.State != Stale || s.Err == nil || !s.ErrSince.Equal(since) || s.LastGood.IsZero() || s.NextTry.IsZero() {
			t.Errorf("source is %+v", s)
		}
		src.answers(nil)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if r := one(t, p, j); r.State != OK || r.Err != nil || !r.ErrSince.IsZero() {
			t.Errorf("after it is good again: %+v", r)
		}
		if s := p.SourceStates()[0]; s.State != OK || s.Err != nil {
			t.Errorf("source is %+v", s)
		}
	})
}

// A source that is gone is not partly there because of charts that are not due yet.
func TestSourceThatIsGoneIsNotPartlyThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "prometheus", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		often, seldom := live(src, "up", time.Minute, time.Second), live(src, "load", 10*time.Hour, 10*time.Minute)
		p.Want([]Job{often, seldom})
		synctest.Wait()
		src.answers(func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return nil, broken("a", sources.KindUnavailable)
		})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if r := one(t, p, seldom); r.State != OK {
			t.Fatalf("what is not due is %v", r.State)
		}
		if s := p.SourceStates()[0]; s.State != Stale {
			t.Errorf("nothing answers, and the source is %v", s.State)
		}
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			if q.Expr == "up" {
				return nil, broken("a", sources.KindUnavailable)
			}
			return ramp(q, 1, 0), nil
		})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s := p.SourceStates()[0]; s.State != Partial {
			t.Errorf("one of two answers, and the source is %v", s.State)
		}
	})
}

func TestWrongQueryIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", answer: func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return nil, broken("a", sources.KindQuery)
		}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up{", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(time.Hour)
		p.Nudge("a")
		p.Want([]Job{j}) // the same: no news
		synctest.Wait()
		if n, _ := src.calls(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		if r := one(t, p, j); r.State != Failed || !r.NextTry.IsZero() {
			t.Errorf("it is %+v", r)
		}
		p.Refresh()
		synctest.Wait()
		p.Want([]Job{j, {Source: src, What: Alerts}})
		synctest.Wait()
		if n, _ := src.calls(); n != 3 {
			t.Errorf("asked %d times, want again for a refresh and for a new set", n)
		}
		if s := p.SourceStates()[0]; s.State != OK {
			t.Errorf("a wrong query makes its source %v", s.State)
		}
	})
}

func TestRetryAfterHoldsTheWholeSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		throttle := func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return nil, &sources.Error{Source: "a", Kind: sources.KindThrottled, Retryable: true, RetryAfter: 90 * time.Second, Err: errors.New("429")}
		}
		src.answers(throttle)
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{live(src, "a", time.Minute, time.Second)})
		synctest.Wait()
		p.Want([]Job{live(src, "a", time.Minute, time.Second), live(src, "b", time.Minute, time.Second)})
		p.Refresh()
		time.Sleep(89 * time.Second)
		synctest.Wait()
		if n, _ := src.calls(); n != 1 {
			t.Errorf("asked %d times before the time it asked for", n)
		}
		src.answers(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n, _ := src.calls(); n < 3 {
			t.Errorf("asked %d times after it", n)
		}
	})
}

func TestSlowSourceTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", answer: func(ctx context.Context, _ sources.RangeQuery) (*sources.Frame, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		p := New(Options{Timeout: 3 * time.Second})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(2900 * time.Millisecond)
		synctest.Wait()
		if s := one(t, p, j).State; s != Loading {
			t.Errorf("it is %v", s)
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if r := one(t, p, j); r.State != Failed || sources.KindOf(r.Err) != sources.KindTimeout || r.NextTry.IsZero() {
			t.Errorf("it is %+v", r)
		}
	})
}

func TestHungSourceBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		src := &fake{name: "hung", answer: func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			<-free
			return nil, errors.New("late")
		}}
		ok := &fake{name: "ok", status: sources.Status{Interval: time.Second}}
		p := New(Options{Timeout: time.Second, Parallel: 2})
		var jobs []Job
		for i := range 6 {
			jobs = append(jobs, live(src, string(rune('a'+i)), time.Minute, time.Second))
		}
		good := live(ok, "up", time.Minute, time.Second)
		p.Want(append(jobs, good))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n != 2 {
			t.Errorf("%d goroutines hang, want no more than the cap", n)
		}
		for _, j := range jobs {
			if r := one(t, p, j); r.State != Failed || sources.KindOf(r.Err) != sources.KindTimeout {
				t.Errorf("%s is %v, %v", j.Expr, r.State, r.Err)
			}
		}
		if n, _ := ok.calls(); n < 200 || one(t, p, good).State != OK {
			t.Errorf("the other source was asked %d times", n)
		}
		if s := p.SourceStates()[0]; s.Hanging != 2 || s.State != Failed {
			t.Errorf("the source is %+v", s)
		}
		began := time.Now()
		p.Close()
		if took := time.Since(began); took != closeGrace {
			t.Errorf("Close took %v", took)
		}
		close(free)
	})
}

func TestHungSourceThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		src := &fake{name: "a", answer: func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			<-free
			return ramp(q, 1, 0), nil
		}}
		p := New(Options{Timeout: time.Second, Parallel: 1})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(time.Minute)
		close(free)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if s := p.SourceStates()[0]; s.Hanging != 0 || s.State != OK {
			t.Errorf("the source is %+v", s)
		}
	})
}

func TestPanicIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var once sync.Once
		src := &fake{name: "a", answer: func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			once.Do(func() { panic("out of its depth") })
			return ramp(q, 1, 0), nil
		}, list: func(context.Context) (*sources.Table, error) { return nil, nil }}
		p := New(Options{})
		defer p.Close()
		j, table := live(src, "up", time.Minute, time.Second), Job{Source: src, What: List, Expr: "t"}
		p.Want([]Job{j, table})
		synctest.Wait()
		if r := one(t, p, j); r.State != Failed || sources.KindOf(r.Err) != sources.KindInternal {
			t.Errorf("it is %v, %v", r.State, r.Err)
		}
		if r := one(t, p, table); r.State != Failed || sources.KindOf(r.Err) != sources.KindProtocol {
			t.Errorf("no answer and no error is %v, %v", r.State, r.Err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r := one(t, p, j); r.State != OK {
			t.Errorf("then it is %v, %v", r.State, r.Err)
		}
	})
}

func TestStateTurnsStaleByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{Timeout: time.Hour})
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		p.Take()
		src.answers(func(ctx context.Context, _ sources.RangeQuery) (*sources.Frame, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		time.Sleep(5900 * time.Millisecond)
		synctest.Wait()
		if s := one(t, p, j).State; s != OK {
			t.Errorf("it is %v", s)
		}
		time.Sleep(200 * time.Millisecond)
		<-p.Changed()
		if rs := p.Take(); len(rs) != 1 || rs[0].State != Stale || rs[0].Err != nil || rs[0].Frame == nil {
			t.Errorf("took %+v", *rs[0])
		}
		p.Close()
		if _, open := <-p.Changed(); open {
			t.Error("Changed is open after Close")
		}
	})
}

func TestUnwantedIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan time.Time, 1)
		src := &fake{name: "a", answer: func(ctx context.Context, _ sources.RangeQuery) (*sources.Frame, error) {
			<-ctx.Done()
			ended <- time.Now()
			return nil, ctx.Err()
		}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(time.Second)
		began := time.Now()
		p.Want(nil)
		synctest.Wait()
		if at := <-ended; !at.Equal(began) {
			t.Errorf("ended %v later", at.Sub(began))
		}
		if p.Result(j.Key()) != nil || len(p.Take()) != 0 {
			t.Error("there is a result of what is not wanted")
		}
	})
}

func TestChangedHistoryIsReadWholeOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", 5*time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) { return ramp(q, 1, 0.5), nil })
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		for _, v := range one(t, p, j).Frame.Series[0].Values {
			if v != float64(int(v))+0.5 {
				t.Fatalf("there is %v of the past that was changed", v)
			}
		}
		src.forget()
		add := 0.0
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			add++ // two replicas that never agree
			return ramp(q, 1, add), nil
		})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		whole := 0
		for _, q := range src.asked {
			if q.End.Sub(q.Start) == 5*time.Minute {
				whole++
			}
		}
		if whole < 8 || whole > 11 {
			t.Errorf("read whole %d times in 10 minutes", whole)
		}
	})
}

func TestAnswerWithWarningsIsNotTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", 5*time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			return &sources.Frame{Warnings: []string{"a store did not answer"}}, nil
		})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if s := one(t, p, j).State; s != Partial {
			t.Errorf("it is %v", s)
		}
		src.answers(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		r := one(t, p, j)
		for i, v := range r.Frame.Series[0].Values {
			if sources.IsGap(v) {
				t.Fatalf("step %d is still missing", i)
			}
		}
		if r.State != OK {
			t.Errorf("then it is %v", r.State)
		}
	})
}

func TestBadFramesAreErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		times := func(f *sources.Frame, of ...int64) *sources.Frame {
			f.Series = []sources.Series{{Times: of, Values: []float64{1}}}
			return f
		}
		for name, answer := range map[string]*sources.Frame{
			"nil": nil, "more times than values": times(&sources.Frame{}, 1, 2), "off the grid": times(&sources.Frame{}, 1),
		} {
			src := &fake{name: "a", answer: func(context.Context, sources.RangeQuery) (*sources.Frame, error) { return answer, nil }}
			p := New(Options{})
			j := live(src, "up", time.Minute, time.Second)
			p.Want([]Job{j})
			synctest.Wait()
			if r := one(t, p, j); r.State != Failed || sources.KindOf(r.Err) != sources.KindProtocol {
				t.Errorf("%s: %v, %v", name, r.State, r.Err)
			}
			p.Close()
		}
	})
}
