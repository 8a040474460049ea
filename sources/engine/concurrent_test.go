package engine

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/storage"

	"nightjar/sources"
)

// Everything at once, on a clock that jumps; the race detector looks on.
func TestConcurrentUse(t *testing.T) {
	var now atomic.Int64
	now.Store(t0.UnixMilli())
	e, _ := open(t, Options{
		Window: 10 * time.Second, // queries are far shorter than its margin, in rounds
		Clock:  func() time.Time { return time.UnixMilli(now.Load()) },
	})
	const rounds, jump = 3000, 500
	var all sync.WaitGroup
	var done atomic.Bool
	all.Go(func() {
		defer done.Store(true)
		var a, b storage.SeriesRef
		for i := range rounds {
			ms := now.Add(20)
			if i%jump == jump-1 {
				ms = now.Add(-4_000)
			}
			app := e.Appender(t.Context())
			var errA, errB error
			a, errA = app.Append(a, metric("a"), ms, float64(i))
			b, errB = app.Append(b, metric("b"), ms, -float64(i))
			if err := errors.Join(errA, errB, app.Commit()); err != nil {
				t.Error(err)
			}
		}
	})
	for range 3 {
		all.Go(func() {
			for !done.Load() {
				end := time.UnixMilli(now.Load())
				f, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: "a + on() b", Start: end.Add(-20 * time.Second), End: end, Step: 20 * time.Millisecond})
				if err != nil {
					t.Error(err)
					return
				}
				for _, s := range f.Series {
					for _, v := range s.Values {
						if v != 0 && !sources.IsGap(v) {
							t.Errorf("half a round is visible: a + b is %v", v)
						}
					}
				}
				if _, err := e.LabelValues(t.Context(), sources.Window{Start: end.Add(-time.Hour), End: end}, "__name__"); err != nil {
					t.Error(err)
				}
				_, _ = e.Series(), e.Oldest()
			}
		})
	}
	all.Wait()
	if e.Rewinds() != rounds/jump {
		t.Errorf("%d rewinds", e.Rewinds())
	}
}

// Whatever is asked, the answer is a frame on its grid or a typed error.
func FuzzQueryRange(f *testing.F) {
	for _, expr := range []string{
		"a", "rate(a[1m])", "sum by (x) (a) / ignoring(x) b", "a @ end() offset -5s", "a[5m:10s]", `label_replace(a, "x", "$1", "y", "(.*)")`,
		"topk(1, a)", "1 / 0", "absent(nope)", "histogram_quantile(0.9, a)", "a{x=~\"(\"}", "{", "\"s\"", "vector(NaN)", "a == bool 1", "time() % 0",
	} {
		f.Add(expr, int64(10), int64(1000))
	}
	e, c := open(f, Options{MaxSamples: 50_000, Timeout: 200 * time.Millisecond})
	fill(f, e, `a{x="1"}`, time.Second, 1, 2, 3, math.NaN(), 5, math.Inf(1), 0, 1)
	fill(f, e, `a{x="2"}`, time.Second, 1, 2, 3, 4)
	fill(f, e, "b", time.Second, 5, 4, 3, 2, 1)
	c.now = t0.Add(8 * time.Second)
	f.Fuzz(func(t *testing.T, expr string, span, step int64) {
		q := sources.RangeQuery{
			Expr: expr, Start: t0, End: t0.Add(time.Duration(span%1000) * time.Second), Step: time.Duration(step%100_000) * time.Millisecond,
		}
		frame, err := e.QueryRange(t.Context(), q)
		if err != nil {
			if kind := sources.KindOf(err); kind == sources.KindUnknown || kind == sources.KindUnavailable {
				t.Fatalf("%q gives %v", expr, err)
			}
			return
		}
		want := int((frame.End-frame.Start)/frame.Step) + 1
		for _, s := range frame.Series {
			if len(s.Times) != want || len(s.Values) != want || s.Times[0] != frame.Start {
				t.Fatalf("%q: %d times, %d values of %d steps", expr, len(s.Times), len(s.Values), want)
			}
		}
		if inst, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr}); err == nil && inst.Source == "" {
			t.Fatalf("%q: an answer from nowhere", expr)
		} else if err != nil && sources.KindOf(err) == sources.KindUnknown {
			t.Fatalf("%q gives %v", expr, err)
		}
	})
}
