package logs

import (
	"testing"
	"time"

	"nightjar/sources"
)

func TestCounter(t *testing.T) {
	start := time.Unix(1000, 0)
	c := NewCounter(sources.Window{Start: start, End: start.Add(25 * time.Second)}, 10*time.Second)
	c.Add(start.Add(-1), sources.SeverityInfo, 1)
	c.Add(start, sources.SeverityInfo, 2)
	c.Add(start.Add(10*time.Second-1), sources.SeverityError, 1)
	c.Add(start.Add(29*time.Second), sources.SeverityUnknown, 1)
	c.Add(start.Add(30*time.Second), sources.SeverityInfo, 1)
	c.Add(time.Time{}, sources.SeverityInfo, 1)
	f := c.Frame("x")
	want := map[string][3]float64{"error": {1, 0, 0}, "info": {2, 0, 0}, "unknown": {0, 0, 1}}
	if len(f.Series) != len(want) || f.Series[0].Labels.Value("level") != "error" {
		t.Fatalf("series %+v", f.Series)
	}
	for _, s := range f.Series {
		if got := [3]float64(s.Values); got != want[s.Labels.Value("level")] {
			t.Errorf("%s: %v", s.Labels.Value("level"), got)
		}
	}
	if f.Start != 1_000_000 || f.End != 1_020_000 || f.Step != 10_000 {
		t.Errorf("from %d to %d by %d", f.Start, f.End, f.Step)
	}
}

func TestCounterOfNoWindow(t *testing.T) {
	c := NewCounter(sources.Window{Start: time.Unix(10, 0), End: time.Unix(5, 0)}, time.Second)
	c.Add(time.Unix(10, 0), sources.SeverityInfo, 1)
	if f := c.Frame("x"); len(f.Series) != 0 {
		t.Errorf("%+v", f)
	}
}
