package units

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func timeLabels(ticks []TimeTick) string {
	var s []string
	for _, t := range ticks {
		s = append(s, t.Label)
	}
	return strings.Join(s, "|")
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTimeAxis(t *testing.T) {
	berlin, kathmandu := zone(t, "Europe/Berlin"), zone(t, "Asia/Kathmandu")
	start := time.Date(2026, 11, 24, 2, 12, 0, 0, time.UTC)
	f := func(start time.Time, cell time.Duration, columns int, z *time.Location, want string) {
		t.Helper()
		var a TimeAxis
		if got := timeLabels(a.Fit(start, cell, columns, z)); got != want {
			t.Errorf("%v + %d x %v: %s, want %s", start, columns, cell, got, want)
		}
	}
	f(start, time.Minute, 60, nil, "02:15|02:30|02:45|03:00")
	f(start, time.Minute, 60, berlin, "03:15|03:30|03:45|04:00")
	f(start, time.Minute, 60, kathmandu, "08:00|08:15|08:30|08:45")
	f(start, time.Second, 60, nil, "02:12:15|02:12:30|02:12:45")
	f(start, 100*time.Millisecond, 60, nil, "02:12:02|02:12:04")
	f(start, 24*time.Minute, 60, nil, "06:00|12:00|18:00|Nov 25")
	f(start, 3*24*time.Minute, 60, nil, "Nov 25|Nov 26")
	f(start, 24*time.Hour, 60, nil, "Dec 03|Dec 17|Dec 31|Jan 14")
	f(start, 30*24*time.Hour, 60, nil, "2028|2029|2030|2031")
	f(start, time.Minute, 4, nil, "")
	f(start, 0, 60, nil, "")
	f(start, time.Minute, -1, nil, "")
	f(start, 1<<62, 60, nil, "")
	// Ten days have three weekdays twice: of equal labels the first stays.
	f(start, 48*time.Minute, 300, nil,
		"Tue 12:00|Nov 25|Wed 12:00|Nov 26|Thu 12:00|Nov 27|Fri 12:00|Nov 28|Sat 12:00|Nov 29|Sun 12:00|Nov 30|Mon 12:00|Dec 01|Dec 02|Dec 03|Dec 04")
	// The night the clocks go back has 02:00 to 03:00 twice; it is written once.
	f(time.Date(2026, 10, 24, 22, 10, 0, 0, time.UTC), 5*time.Minute, 60, berlin, "01:00|02:00|03:00")
	// The night they go forward has none.
	f(time.Date(2026, 3, 28, 22, 10, 0, 0, time.UTC), 5*time.Minute, 60, berlin, "Mar 29|01:00|03:00|04:00")
}

func TestTimeTicksAreDistinctWholeAndApart(t *testing.T) {
	zones := []*time.Location{
		nil, time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/St_Johns"),
		zone(t, "Asia/Kathmandu"), zone(t, "Australia/Lord_Howe"), zone(t, "Pacific/Apia"),
	}
	var a TimeAxis // kept, as a panel keeps it
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		cell := time.Duration(rapid.Int64Range(100, 1<<rapid.IntRange(7, 38).Draw(t, "size")).Draw(t, "cell")) * time.Millisecond
		columns := rapid.IntRange(0, 300).Draw(t, "columns")
		start := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "start"))
		for range 3 { // and as it moves
			seen, end := map[string]bool{}, -2
			for _, x := range a.Fit(start, cell, columns, z) {
				if seen[x.Label] {
					t.Fatalf("%q twice", x.Label)
				}
				seen[x.Label] = true
				if x.X < end+2 || x.X < 0 || x.X+len(x.Label) > columns {
					t.Fatalf("%v: cut, or nearer than 2 to %d", x, end)
				}
				end = x.X + len(x.Label)
				if got := int(x.At.Sub(start) / cell); got != x.Column || x.At.Before(start) {
					t.Fatalf("%v is in column %d", x, got)
				}
				if x.Column < x.X || x.Column >= end {
					t.Fatalf("%v is not at its tick", x)
				}
			}
			start = start.Add(cell)
		}
	})
}

func TestTimeAxisThatMovesAllocatesNothing(t *testing.T) {
	var a TimeAxis
	start := time.Date(2026, 11, 24, 2, 16, 0, 0, time.UTC)
	a.Fit(start, time.Minute, 60, time.UTC)
	a.Fit(start, time.Minute, 60, time.UTC)
	n := testing.AllocsPerRun(10, func() {
		start = start.Add(time.Second)
		a.Fit(start, time.Minute, 60, time.UTC)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
