package logs

import (
	"testing"
	"time"

	"nightjar/sources"
)

func TestHistogram(t *testing.T) {
	start := time.Unix(1000, 0)
	h, err := NewHistogram(sources.Window{Start: start, End: start.Add(25 * time.Second)}, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	h.Line(start.Add(-time.Millisecond), sources.SeverityInfo)
	h.Line(start, sources.SeverityInfo)
	h.Line(start, sources.SeverityInfo)
	h.Line(start.Add(10*time.Second-time.Millisecond), sources.SeverityError)
	h.Line(start.Add(24*time.Second), sources.SeverityUnknown)
	h.Line(start.Add(25*time.Second), sources.SeverityInfo)
	h.Line(time.Time{}, sources.SeverityInfo)
	f := h.Frame("x")
	want := map[string][3]float64{"error": {1, 0, 0}, "info": {2, 0, 0}, "unknown": {0, 0, 1}}
	if len(f.Series) != len(want) {
		t.Fatalf("series %+v", f.Series)
	}
	for _, s := range f.Series {
		if got := [3]float64(s.Values); got != want[s.Labels.Value("level")] {
			t.Errorf("%s: %v", s.Labels.Value("level"), got)
		}
	}
	if f.Start != 1_000_000 || f.End != 1_020_000 || f.Step != 10_000 || h.Matched != 4 {
		t.Errorf("from %d to %d by %d, %d matched", f.Start, f.End, f.Step, h.Matched)
	}
}

func TestHistogramOfNoWindow(t *testing.T) {
	for _, w := range []sources.Window{{}, {Start: time.Unix(10, 0)}, {Start: time.Unix(10, 0), End: time.Unix(5, 0)}, {Start: time.Unix(0, 1), End: time.Unix(1<<40, 0)}} {
		if _, err := NewHistogram(w, time.Second); err == nil {
			t.Errorf("%v is a window", w)
		}
	}
}
