package poll

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestEqualJobsAreOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		slow, fast := j, j
		slow.Every, fast.Every = time.Hour, 2*time.Second
		p.Want([]Job{slow, fast, j})
		synctest.Wait()
		if n, _ := src.calls(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		if rs := p.Take(); len(rs) != 1 || rs[0].State != OK {
			t.Errorf("took %v", rs)
		}
		time.Sleep(21 * time.Second)
		synctest.Wait()
		if n, _ := src.calls(); n < 10 || n > 12 {
			t.Errorf("asked %d times in 21 s, want as often as the most eager wants", n)
		}
	})
}

func TestLongerWindowOfTheSameQueryAsksOnlyItsPast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{live(src, "up", 100*time.Second, time.Second)})
		synctest.Wait()
		src.forget()
		long := live(src, "up", 300*time.Second, time.Second)
		p.Want([]Job{long})
		if r := one(t, p, long); r.State != Partial || len(r.Frame.Series[0].Values) != 101 {
			t.Errorf("at once there is %v", r)
		}
		synctest.Wait()
		if _, steps := src.calls(); steps > 210 {
			t.Errorf("asked for %d steps, want the 200 missing and a few", steps)
		}
		if r := one(t, p, long); r.State != OK || len(r.Frame.Series[0].Values) != 301 {
			t.Errorf("then there is %v", r)
		}
	})
}

func TestPanAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", 100*time.Second, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		end := time.Now()
		past := Job{Source: src, What: Range, Expr: "up", Step: time.Second, Start: end.Add(-150 * time.Second), End: end.Add(-50 * time.Second)}
		src.forget()
		p.Want([]Job{past})
		synctest.Wait()
		if _, steps := src.calls(); steps != 51 {
			t.Errorf("panned: asked for %d steps, want the 50 missing and one to check", steps)
		}
		if f := one(t, p, past).Frame; len(f.Series[0].Values) != 101 || f.Start != past.Start.UnixMilli() {
			t.Errorf("panned window is %d..%d", f.Start, f.End)
		}
		src.forget()
		p.Want([]Job{j}) // back, at once and without a request
		if r := one(t, p, j); r.State != OK || len(r.Frame.Series[0].Values) != 101 {
			t.Errorf("back: %v", r)
		}
		synctest.Wait()
		p.Want([]Job{past})
		p.Want(nil)
		p.Want([]Job{past})
		synctest.Wait()
		if n, _ := src.calls(); n != 0 {
			t.Errorf("asked %d times for what is held", n)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n, _ := src.calls(); n != 0 {
			t.Errorf("a window in the past was asked for %d times", n)
		}
	})
}

func TestFixedInstantIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		p := New(Options{})
		defer p.Close()
		at := time.Now().Add(-time.Minute)
		fixed := Job{Source: src, What: Instant, Expr: "up", End: at}
		now := Job{Source: src, What: Instant, Expr: "down", Live: true, Every: time.Second}
		p.Want([]Job{fixed, now, {Source: src, What: List, Expr: "t", Every: time.Second}, {Source: src, What: Alerts, Every: time.Second}})
		time.Sleep(10*time.Second + 500*time.Millisecond)
		synctest.Wait()
		ups := 0
		for _, q := range src.asked {
			if q.Expr == "up" {
				ups++
				if !q.End.Equal(at) {
					t.Errorf("asked at %v, want %v", q.End, at)
				}
			}
		}
		if downs := len(src.asked) - ups; ups != 1 || downs < 9 || downs > 12 {
			t.Errorf("asked %d times at the fixed time, %d times live", ups, downs)
		}
		if src.lists < 9 || src.lists > 12 {
			t.Errorf("listed %d times", src.lists)
		}
		if r := one(t, p, Job{Source: src, What: Alerts}); r.State != Empty {
			t.Errorf("no alerts is %v, want empty", r.State)
		}
	})
}

func TestNudgeLeavesJobsThatAreWantedLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{{Source: src, What: Instant, Expr: "disk", Live: true, Every: 10 * time.Second}})
		synctest.Wait()
		src.forget()
		for range 30 {
			time.Sleep(2 * time.Second)
			p.Nudge("a")
			synctest.Wait()
		}
		if n, _ := src.calls(); n < 5 || n > 7 {
			t.Errorf("asked %d times in a minute, want about 6", n)
		}
	})
}

func TestNudgeAsksNowAndTheTimerStaysQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		src.forget()
		time.Sleep(100 * time.Millisecond)
		for range 10 {
			time.Sleep(2 * time.Second)
			p.Nudge("a")
			synctest.Wait()
		}
		if n, _ := src.calls(); n < 10 || n > 11 {
			t.Errorf("asked %d times for 10 nudges", n)
		}
		for _, w := range src.when[2:] {
			if w.Sub(src.when[0])%(2*time.Second) != src.when[1].Sub(src.when[0])%(2*time.Second) {
				t.Errorf("asked at %v, not at a nudge", w)
			}
		}
		p.Nudge("nobody")
		src.forget()
		time.Sleep(20 * time.Second) // no nudges any more: the timer takes over
		synctest.Wait()
		if n, _ := src.calls(); n < 7 {
			t.Errorf("without nudges asked %d times in 20 s", n)
		}
	})
}

func TestNoStepNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		p.Want([]Job{live(src, "up", time.Hour, 30*time.Second)})
		synctest.Wait()
		for range 120 {
			time.Sleep(time.Second)
			p.Nudge("a")
		}
		synctest.Wait()
		if n, _ := src.calls(); n != 5 {
			t.Errorf("asked %d times, want once and at each of 4 new steps", n)
		}
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		p.Pause(true)
		src.forget()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n != 0 {
			t.Errorf("asked %d times while paused", n)
		}
		if s := one(t, p, j).State; s != OK {
			t.Errorf("paused data is %v", s)
		}
		fixed := Job{Source: src, What: Range, Expr: "down", Step: time.Second, Start: time.Now().Add(-time.Minute), End: time.Now()}
		p.Want([]Job{j, fixed})
		p.Nudge("a")
		synctest.Wait()
		if n, _ := src.calls(); n != 1 || one(t, p, fixed).State != OK {
			t.Errorf("asked %d times, want for the fixed window", n)
		}
		p.Refresh()
		synctest.Wait()
		if n, steps := src.calls(); n != 3 || steps != 3*61 {
			t.Errorf("after a refresh %d times, %d steps: want both windows whole", n, steps)
		}
		time.Sleep(time.Minute)
		src.forget()
		p.Pause(false)
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		if n, _ := src.calls(); n != 1 {
			t.Errorf("after the pause asked %d times, want at once", n)
		}
	})
}

func TestCapPerSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			time.Sleep(time.Second)
			return ramp(q, 1, 0), ctx.Err()
		}
		a, b := &fake{name: "a", answer: slow}, &fake{name: "b", answer: slow}
		p := New(Options{Parallel: 3})
		defer p.Close()
		var jobs []Job
		for i := range 10 {
			for _, s := range []*fake{a, b} {
				jobs = append(jobs, live(s, string(rune('a'+i)), time.Minute, time.Second))
			}
		}
		p.Want(jobs)
		time.Sleep(4*time.Second + 100*time.Millisecond)
		synctest.Wait()
		if a.most != 3 || b.most != 3 {
			t.Errorf("%d and %d at a time, want 3 of each source", a.most, b.most)
		}
		for _, j := range jobs {
			if s := one(t, p, j).State; s != OK {
				t.Errorf("%s of %s is %v", j.Expr, j.Source.Name(), s)
			}
		}
	})
}

// A paralleler is a source that says how many requests it takes.
type paralleler struct {
	*fake
	takes int
}

func (p paralleler) Parallel() int { return p.takes }

// A source that takes a screen of requests at a time gets it in one go.
func TestCapThatTheSourceSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := paralleler{&fake{name: "a", answer: func(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			time.Sleep(time.Second)
			return ramp(q, 1, 0), ctx.Err()
		}}, 24}
		p := New(Options{Parallel: 3})
		defer p.Close()
		var jobs []Job
		for i := range 30 {
			jobs = append(jobs, Job{Source: src, What: Range, Expr: string(rune('A' + i)), Step: time.Second, Live: true, Span: time.Minute, Every: time.Hour})
		}
		p.Want(jobs)
		synctest.Wait()
		if n, _ := src.calls(); n != 24 {
			t.Errorf("%d requests at once, want 24", n)
		}
		time.Sleep(2*time.Second + 100*time.Millisecond)
		synctest.Wait()
		if n, _ := src.calls(); n != 30 || src.most != 24 {
			t.Errorf("%d requests, %d at a time", n, src.most)
		}
	})
}

func TestLatestWinsAndLossesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		p.Want([]Job{j})
		time.Sleep(10*time.Second + 100*time.Millisecond)
		synctest.Wait()
		<-p.Changed()
		rs := p.Take()
		if len(rs) != 1 || rs[0].Replaced != 10 || rs[0].Frame.End != floor(time.Now().UnixMilli(), 1000) {
			t.Fatalf("took %+v", rs)
		}
		if rs := p.Take(); len(rs) != 0 {
			t.Errorf("took %d again", len(rs))
		}
		select {
		case <-p.Changed():
			t.Error("said to have changed again")
		default:
		}
	})
}

func TestRemoteJobsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "prometheus", Interval: 10 * time.Second}}
		p := New(Options{Parallel: 100})
		defer p.Close()
		var jobs []Job
		for i := range 20 {
			jobs = append(jobs, live(src, string(rune('a'+i)), time.Hour, time.Second))
		}
		p.Want(jobs)
		synctest.Wait()
		src.forget()
		time.Sleep(10*time.Second + 600*time.Millisecond)
		synctest.Wait()
		at := map[time.Time]int{}
		for _, w := range src.when {
			at[w]++
		}
		if len(src.when) < 20 || len(at) < 15 {
			t.Errorf("%d requests at %d times", len(src.when), len(at))
		}
	})
}

// A source that has just begun: what is asked seldom has no series at first, and must not stay empty for long.
func TestEmptyAnswersAreAskedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			if time.Since(began) < 5*time.Second {
				return &sources.Frame{Kind: sources.Matrix}, nil
			}
			return ramp(q, 1, 0), nil
		})
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		j.Every = 30 * time.Second
		p.Want([]Job{j})
		time.Sleep(7 * time.Second)
		synctest.Wait()
		if r := one(t, p, j); r.State != OK {
			t.Errorf("after 7 s it is %v", r.State)
		}
		src.forget()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n != 2 {
			t.Errorf("asked %d times in the minute after, want every 30 s", n)
		}
	})
}

func TestLastingEmptinessIsAskedForSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 2 * time.Second}}
		src.answers(func(context.Context, sources.RangeQuery) (*sources.Frame, error) {
			return &sources.Frame{Kind: sources.Matrix}, nil
		})
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Minute, time.Second)
		j.Every = 30 * time.Second
		p.Want([]Job{j})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n, _ := src.calls(); n < 20 || n > 26 {
			t.Errorf("asked %d times in 10 minutes", n)
		}
	})
}
