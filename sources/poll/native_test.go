package poll

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// Frames with native histograms are never merged: a window that moves is read
// whole, and what was handed out before is not written.
func TestNativeHistogramsAreReadWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		var native atomic.Bool
		src.answers(func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			f := ramp(q, 2, 0)
			for i := range f.Series {
				if !native.Load() {
					break
				}
				s := &f.Series[i]
				s.Histograms = make([]*sources.Histogram, len(s.Times))
				for k, at := range s.Times {
					s.Values[k] = sources.Gap()
					s.Histograms[k] = &sources.Histogram{Count: float64(at), Buckets: []sources.Bucket{{Upper: 1, Count: float64(at)}}}
				}
			}
			return f, nil
		})
		p := New(Options{})
		defer p.Close()
		j := live(src, "h", 99*time.Second, time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		if f := one(t, p, j).Frame; f == nil || f.Series[0].Histograms != nil {
			t.Fatalf("%+v", f)
		}
		native.Store(true) // what was held are numbers
		time.Sleep(10 * time.Second)
		synctest.Wait()
		before := one(t, p, j).Frame
		first := before.Series[0].Histograms[0]
		for range 3 {
			src.forget()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			r := one(t, p, j)
			if n, steps := src.calls(); n == 0 || steps != n*100 {
				t.Errorf("%d requests for %d steps, want all 100 each time", n, steps)
			}
			if r.State != OK || len(r.Frame.Series) != 2 {
				t.Fatalf("%v %+v", r.State, r.Frame)
			}
			for _, s := range r.Frame.Series {
				if len(s.Histograms) != 100 {
					t.Fatalf("%d histograms", len(s.Histograms))
				}
				for k, h := range s.Histograms {
					if h == nil || h.Count != float64(s.Times[k]) {
						t.Fatalf("step %d: %+v", k, h)
					}
				}
			}
		}
		if before.Series[0].Histograms[0] != first || len(before.Series[0].Times) != 100 {
			t.Error("a frame that was handed out has changed")
		}
	})
}

func TestNativeHistogramsOfTheWrongNumberAreAnError(t *testing.T) {
	f := &sources.Frame{Series: []sources.Series{{Times: []int64{0}, Values: []float64{sources.Gap()}, Histograms: []*sources.Histogram{nil, nil}}}}
	if _, err := shape(f, span{0, 0}, 1000); err == nil {
		t.Error("no error")
	}
}

func TestNativeHistogramsCost(t *testing.T) {
	h := &sources.Histogram{Buckets: make([]sources.Bucket, 50)}
	f := &sources.Frame{Series: []sources.Series{{Times: []int64{0}, Values: []float64{1}, Histograms: []*sources.Histogram{h}}}}
	if c := frameCost(f); c < 150 {
		t.Errorf("50 buckets cost %d values", c)
	}
}
