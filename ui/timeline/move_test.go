package timeline

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func check(t *testing.T, what string, l Timeline, want string) {
	t.Helper()
	start, end := l.Range(noon)
	got := start.Format("15:04") + "-" + end.Format("15:04")
	switch {
	case l.Paused:
		got += " paused"
	case l.Live:
		got += " live"
	}
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func TestMoves(t *testing.T) {
	live := Timeline{Live: true, Span: 2 * time.Hour}
	past := Timeline{Span: 2 * time.Hour, End: noon.Add(-4 * time.Hour)}

	check(t, "pan back", live.Pan(-1, noon), "09:00-11:00")
	check(t, "pan back twice", live.Pan(-1, noon).Pan(-1, noon), "08:00-10:00")
	check(t, "pan there and back", live.Pan(-1, noon).Pan(1, noon), "10:00-12:00 live")
	check(t, "pan forth when live", live.Pan(1, noon), "10:00-12:00 live")
	check(t, "pan by a quarter", past.PanBy(0.25, noon), "06:30-08:30")
	check(t, "pan by nothing", past.PanBy(math.NaN(), noon), "06:00-08:00")

	check(t, "zoom in live", live.Zoom(0.5, noon), "11:00-12:00 live")
	check(t, "zoom out live", live.Zoom(2, noon), "08:00-12:00 live")
	check(t, "zoom in the past", past.Zoom(0.5, noon), "06:30-07:30")
	check(t, "zoom out in the past", past.Zoom(2, noon), "05:00-09:00")
	check(t, "zoom out of the past into now", past.Zoom(6, noon), "00:00-12:00")
	check(t, "zoom around the cursor", live.WithCursor(noon.Add(-90*time.Minute)).Zoom(0.5, noon), "10:15-11:15")
	check(t, "zoom around a cursor elsewhere", live.WithCursor(noon.Add(-5*time.Hour)).Zoom(0.5, noon), "11:00-12:00 live")
	check(t, "zoom by nonsense", past.Zoom(math.NaN(), noon), "06:00-08:00")
	check(t, "zoom by nothing", past.Zoom(-1, noon), "06:00-08:00")

	paused := live.TogglePause(noon.Add(-time.Hour))
	check(t, "pause", paused, "09:00-11:00 paused")
	check(t, "resume", paused.TogglePause(noon), "10:00-12:00 live")
	check(t, "pause in the past", past.TogglePause(noon), "10:00-12:00 live")
	check(t, "zoom in while paused", paused.Zoom(0.5, noon), "10:00-11:00")
	check(t, "pan while paused", paused.Pan(-1, noon), "08:00-10:00")
	check(t, "to live", paused.WithCursor(noon).ToLive(), "10:00-12:00 live")
	check(t, "preset in the past", past.WithSpan(time.Hour), "11:00-12:00 live")
	if l := paused.WithCursor(noon).ToLive(); l != live {
		t.Errorf("to live: %+v is not %+v", l, live)
	}
}

func TestMoveCursor(t *testing.T) {
	l := Timeline{Live: true, Span: time.Hour}
	w := l.Fit(noon, 60, time.Second)
	f := func(what string, from, columns, want int) {
		t.Helper()
		at := time.Time{}
		switch {
		case from < -1:
			at = w.Start.Add(-time.Hour)
		case from >= w.Columns:
			at = w.End.Add(time.Hour)
		case from >= 0:
			at = w.Time(from).Add(w.Cell / 3)
		}
		got := l.WithCursor(at).MoveCursor(columns, w)
		if col, ok := w.Column(got.Cursor); !ok || col != want || !got.Cursor.Equal(w.Time(col)) {
			t.Errorf("%s: column %d, %v at %v, want %d", what, col, ok, got.Cursor, want)
		}
	}
	f("none yet", -1, -1, 59)
	f("left", 30, -1, 29)
	f("right", 30, 10, 40)
	f("left edge", 3, -10, 0)
	f("right edge", 58, 10, 59)
	f("far", 30, math.MaxInt, 59)
	f("from before", -2, 1, 0)
	f("from after", 60, -1, 59)
	if got := l.MoveCursor(1, Window{}); got != l {
		t.Errorf("without a window: %+v", got)
	}
}

// Whatever is pressed and however the clock jumps, a range has a start before
// its end, within bounds, and one that does not follow now ends at or before it.
func TestMovesAlwaysHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, now := genLine(t), genTime(t, "now")
		for range rapid.IntRange(1, 8).Draw(t, "moves") {
			moved := true
			switch rapid.IntRange(0, 8).Draw(t, "move") {
			case 0:
				l = l.Pan(rapid.IntRange(-2, 2).Draw(t, "dir"), now)
				moved = false
			case 1:
				l = l.PanBy(rapid.Float64().Draw(t, "fraction"), now)
				moved = false
			case 2:
				l = l.Zoom(rapid.Float64().Draw(t, "factor"), now)
				moved = false
			case 3:
				l = l.TogglePause(now)
			case 4:
				l = l.ToLive()
			case 5:
				l = l.WithSpan(time.Duration(rapid.Int64().Draw(t, "span")))
			case 6:
				w := l.Fit(now, rapid.IntRange(0, 200).Draw(t, "columns"), time.Second)
				l = l.MoveCursor(rapid.Int().Draw(t, "by"), w)
				if _, ok := w.Column(l.Cursor); !ok {
					t.Fatalf("cursor %v is outside %+v", l.Cursor, w)
				}
				moved = false
			case 7:
				now = genTime(t, "jump") // the clock is set, back or forth
				moved = false
			case 8:
				l = l.WithCursor(genTime(t, "cursor"))
				moved = false
			}
			start, end := l.Range(now)
			if d := end.Sub(start); d < MinSpan || d > MaxSpan {
				t.Fatalf("%+v at %v is %v long", l, now, d)
			}
			if moved && end.After(now) {
				t.Fatalf("%+v ends after %v", l, now)
			}
			if l.Paused && !l.Live {
				t.Fatalf("%+v is paused but would not go on", l)
			}
		}
	})
}

func TestPanStopsAtTheEpoch(t *testing.T) {
	l := Timeline{Span: time.Hour, End: time.Unix(7200, 0)}
	for range 10 {
		l = l.Pan(-1, noon)
	}
	if start, _ := l.Range(noon); !start.Equal(time.Unix(0, 0)) {
		t.Errorf("starts at %v", start)
	}
	if got := l.PanBy(math.Inf(-1), noon); got != l {
		t.Errorf("got %+v", got)
	}
	if got := l.PanBy(math.Inf(1), noon); !got.Live {
		t.Errorf("got %+v", got)
	}
}
