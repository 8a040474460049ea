package local

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// The machine sleeps: the wall clock has gone on, timers have not.
func TestSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cheap, runs := counting("cheap", 0)
		slow, slowRuns := counting("slow", 30*time.Second)
		r := start(t, cheap, slow)
		defer r.close()
		r.wait(9 * time.Second) // the last round is at 8 s
		before, slowBefore := runs.Load(), slowRuns.Load()
		r.jump.Add(int64(20 * time.Minute))
		r.wait(1 * time.Second) // the timer goes on where it was
		if got := runs.Load() - before; got != 1 {
			t.Errorf("%d rounds right after waking", got)
		}
		if got := slowRuns.Load() - slowBefore; got != 1 {
			t.Errorf("the slow one ran %d times right after waking", got)
		}
		r.wait(4 * time.Second)
		if got := runs.Load() - before; got != 3 {
			t.Errorf("%d rounds in the 4 s after that: missed ones must not be made up for", got-1)
		}
		wake := (20*time.Minute + 10*time.Second).Seconds()
		if got, want := r.times("cheap"), seconds(0, 0.25, 2, 4, 6, 8, wake, wake+2, wake+4); !slices.Equal(got, want) {
			t.Errorf("samples at %v, want %v", got, want)
		}
		// A line would be drawn over the gap for as long as the lookback.
		f, err := r.QueryRange(t.Context(), sources.RangeQuery{
			Expr: "cheap", Start: bubble.Add(8 * time.Second), End: bubble.Add(14 * time.Second), Step: 2 * time.Second,
		})
		if err != nil || len(f.Series) != 1 {
			t.Fatal(f, err)
		}
		for i, v := range f.Series[0].Values {
			if gap := sources.IsGap(v); gap != (i > 0) {
				t.Errorf("step %d: %v", i, v)
			}
		}
		if notes := r.Status().Notes; len(notes) != 1 || !strings.Contains(notes[0], "nothing was collected for 20m2s") {
			t.Errorf("notes are %q", notes)
		}
	})
}

func TestClockSetBackByMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cheap, runs := counting("cheap", 0)
		slow, slowRuns := counting("slow", 30*time.Second)
		r := start(t, cheap, slow)
		defer r.close()
		r.wait(5 * time.Minute)
		before, slowBefore := runs.Load(), slowRuns.Load()
		r.jump.Add(-int64(time.Minute))
		r.wait(4 * time.Second)
		if got := runs.Load() - before; got < 2 || got > 3 {
			t.Errorf("%d rounds in 4 s after the clock was set back", got)
		}
		if slowRuns.Load() == slowBefore {
			t.Error("the slow one waits for its time")
		}
		if v, ok := r.value("cheap"); !ok || v != float64(runs.Load()) {
			t.Errorf("the newest sample is of run %v of %d", v, runs.Load())
		}
		times := r.times("cheap")
		if !slices.IsSorted(times) || times[0] != 0 || times[len(times)-1] > 4*time.Minute+4*time.Second {
			t.Errorf("samples at %v", times)
		}
		if notes := r.Status().Notes; len(notes) != 1 || !strings.Contains(notes[0], "set back by 58s") && !strings.Contains(notes[0], "set back by 1m0s") {
			t.Errorf("notes are %q", notes)
		}
	})
}

func TestClockSetBackByLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cheap, _ := counting("cheap", 0)
		r := start(t, cheap)
		defer r.close()
		r.wait(9 * time.Second) // the last round is at 8 s
		r.jump.Add(-int64(2500 * time.Millisecond))
		r.wait(6 * time.Second)
		times := r.times("cheap")
		if got, want := times, seconds(0, 0.25, 2, 4, 6, 8, 10, 12); !slices.Equal(got, want) {
			t.Errorf("samples at %v, want %v", got, want)
		}
		if notes := r.Status().Notes; len(notes) > 0 {
			t.Errorf("notes are %q", notes)
		}
	})
}
