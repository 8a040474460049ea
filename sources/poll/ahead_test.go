package poll

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// A server whose clock is off has samples up to its own now, dated by it. What
// the panels get is dated by ours, and reaches to our now.
func TestSourceWhoseClockIsOff(t *testing.T) {
	f := func(off time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			const step = 5 * time.Second
			src := &skewed{off: off}
			src.fake = fake{name: "a", answer: src.upToNow}
			p := New(Options{})
			defer p.Close()
			time.Sleep(3 * time.Second) // not at a step
			j := live(src, "up", 5*time.Minute, step)
			instant := Job{Source: src, What: Instant, Expr: "i", Live: true, Every: 5 * time.Second}
			fixed := Job{Source: src, What: Range, Expr: "up", Step: step, Start: time.Now().Add(-3 * time.Minute).Truncate(step), End: time.Now().Add(-2 * time.Minute).Truncate(step)}
			p.Want([]Job{j, instant, fixed})
			for range 3 {
				synctest.Wait()
				frame := one(t, p, j).Frame
				if frame.End > time.Now().UnixMilli() || len(frame.Series) != 1 {
					t.Fatalf("off by %v: the window ends %v ahead of now, %d series", off, time.Until(time.UnixMilli(frame.End)), len(frame.Series))
				}
				at, v, ok := frame.Series[0].Last()
				if late := time.Since(time.UnixMilli(at)); !ok || late < 0 || late >= 2*step {
					t.Errorf("off by %v: the newest sample is of %v ago", off, late)
				}
				// The fake's value is the time by its own clock.
				if theirs := time.UnixMilli(at).Add(off); theirs.Sub(time.UnixMilli(int64(v*1000))).Abs() > step {
					t.Errorf("off by %v: the sample of %v is said to be of %v", off, time.UnixMilli(int64(v*1000)), time.UnixMilli(at))
				}
				gaps := 0
				for _, v := range frame.Series[0].Values {
					if sources.IsGap(v) {
						gaps++
					}
				}
				if gaps > 1 {
					t.Errorf("off by %v: %d of %d steps are empty", off, gaps, len(frame.Series[0].Values))
				}
				i := one(t, p, instant).Frame.Series[0]
				if late := time.Since(time.UnixMilli(i.Times[0])); late < 0 || late > 10*time.Second {
					t.Errorf("off by %v: the instant is %v ago", off, late)
				}
				if past := one(t, p, fixed).Frame; past.Start != fixed.Start.UnixMilli() || past.End != fixed.End.UnixMilli() {
					t.Errorf("off by %v: a window of the past is of %v to %v", off, time.UnixMilli(past.Start), time.UnixMilli(past.End))
				}
				time.Sleep(time.Minute)
			}
			whole := 0
			src.mu.Lock()
			defer src.mu.Unlock()
			for _, q := range src.asked {
				if q.Step > 0 && q.End.Sub(q.Start) >= 5*time.Minute {
					whole++
				}
			}
			if whole > 2 {
				t.Errorf("off by %v: the window was read whole %d times", off, whole)
			}
		})
	}
	f(-10 * time.Minute)
	f(10 * time.Minute)
	f(-7001 * time.Millisecond)
	f(0)
}

// skewed tells how far its clock is off once it has answered, as a server does.
type skewed struct {
	fake
	off time.Duration
}

func (s *skewed) Status() sources.Status {
	st := sources.Status{Kind: "prometheus", Interval: time.Second}
	if n, _ := s.calls(); n > 0 {
		st.Ahead = s.off
	}
	return st
}

func (s *skewed) upToNow(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	f := ramp(q, 1, 0)
	for i, at := range f.Series[0].Times {
		if time.UnixMilli(at).After(time.Now().Add(s.off)) {
			f.Series[0].Values[i] = sources.Gap()
		}
	}
	return f, nil
}

func TestMovedFramesShareTheirTimes(t *testing.T) {
	times := []int64{10, 20}
	f := &sources.Frame{Start: 10, End: 20, Step: 10, Series: []sources.Series{{Times: times, Values: []float64{1, 2}}, {Times: times, Values: []float64{3, 4}}, {}}}
	m := moved(f, 5)
	if m.Start != 15 || m.End != 25 || m.Series[1].Times[1] != 25 || &m.Series[0].Times[0] != &m.Series[1].Times[0] || times[0] != 10 || f.Start != 10 {
		t.Errorf("moved: %+v, was %+v", m, f)
	}
	if moved(f, 0) != f || moved(nil, 5) != nil {
		t.Error("nothing to move, and moved")
	}
}
