package timeline

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const year = 365 * 24 * time.Hour

func genTime(t *rapid.T, name string) time.Time {
	return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, name)).UTC()
}

func genLine(t *rapid.T) Timeline {
	l := Timeline{
		Live:   rapid.Bool().Draw(t, "live"),
		Span:   time.Duration(rapid.Int64Range(-1, int64(20*year)).Draw(t, "span")),
		Paused: rapid.Bool().Draw(t, "paused"),
	}
	if rapid.Bool().Draw(t, "short") {
		l.Span = time.Duration(rapid.Int64Range(1, 86_400_000).Draw(t, "ms")) * time.Millisecond
	}
	l.Paused = l.Paused && l.Live
	if !l.Live || l.Paused {
		l.End = genTime(t, "end")
	}
	if rapid.Bool().Draw(t, "cursor") {
		l.Cursor = genTime(t, "at")
	}
	return l
}

func TestFitHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, now := genLine(t), genTime(t, "now")
		columns := rapid.IntRange(-1, 600).Draw(t, "columns")
		interval := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "interval"))
		w := l.Fit(now, columns, interval)
		columns = max(columns, 1)
		start, end := l.Range(now)

		if w.Columns != columns || w.End.Sub(w.Start) != time.Duration(columns)*w.Cell || w.Cell <= 0 {
			t.Fatalf("%+v is not %d cells", w, columns)
		}
		if w.End.UnixMilli()%w.Cell.Milliseconds() != 0 || w.Cell%time.Millisecond != 0 || w.Step%time.Millisecond != 0 {
			t.Fatalf("%+v is not aligned to the epoch", w)
		}
		if !w.Start.Before(w.End) || !end.Before(w.End) || w.End.Sub(end) > w.Cell {
			t.Fatalf("%+v does not hold the end %v in its newest cell", w, end)
		}
		if columns > 1 && w.Start.After(start) {
			t.Fatalf("%+v starts after the range, at %v", w, start)
		}
		if bound := max(interval, time.Second) + time.Second; w.Step > w.Cell/2 && w.Step > bound {
			t.Fatalf("step %v is longer than half a cell and not bound by the interval %v", w.Step, interval)
		}
		if w.Step < interval || w.Step*time.Duration(2*columns) < l.span() {
			t.Fatalf("step %v is too short for %v in %d columns every %v", w.Step, l.span(), columns, interval)
		}
		first, last := w.Steps()
		if n := int(last.Sub(first)/w.Step) + 1; n > 2*columns+1 {
			t.Fatalf("%d points in %d columns", n, columns)
		}
		if first.UnixMilli()%w.Step.Milliseconds() != 0 || last.Sub(first)%w.Step != 0 || last.After(w.End) {
			t.Fatalf("steps %v to %v of %v are not aligned", first, last, w.Step)
		}
		if first.Before(w.Start) && w.Step <= w.End.Sub(w.Start) {
			t.Fatalf("first step %v is before %v", first, w.Start)
		}
	})
}

// A window should not show much more than the range that was asked for.
func TestFitIsClose(t *testing.T) {
	for _, span := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		for columns := 20; columns <= 240; columns++ {
			w := Timeline{Live: true, Span: span}.Fit(time.Unix(1.8e9+7, 0), columns, time.Second)
			if over := w.End.Sub(w.Start) - span; over > span*11/100+2*w.Cell && w.Cell > 2*leastHalf {
				t.Errorf("%v in %d columns: %v too long", span, columns, over)
			}
		}
	}
}

func TestFitMovesByWholeCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, now := genLine(t), genTime(t, "now")
		columns := rapid.IntRange(1, 300).Draw(t, "columns")
		a := l.Fit(now, columns, 2*time.Second)
		b := l.Fit(now.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(t, "later"))), columns, 2*time.Second)
		if d := b.End.Sub(a.End); d%a.Cell != 0 || a.Cell != b.Cell || a.Step != b.Step {
			t.Fatalf("%+v moved by %v to %+v", a, d, b)
		}
	})
}

func TestColumn(t *testing.T) {
	w := Timeline{Live: true, Span: time.Hour}.Fit(time.Unix(1.8e9, 0), 60, 15*time.Second)
	for col := range w.Columns {
		for _, at := range []time.Time{w.Time(col), w.Time(col + 1).Add(-1)} {
			if got, ok := w.Column(at); !ok || got != col {
				t.Fatalf("%v is in column %d, %v, want %d", at, got, ok, col)
			}
		}
	}
	for _, at := range []time.Time{w.Start.Add(-1), w.End, {}} {
		if col, ok := w.Column(at); ok {
			t.Fatalf("%v is in column %d", at, col)
		}
	}
	if _, ok := (Window{}).Column(time.Time{}); ok {
		t.Error("an empty window has a column")
	}
	if a, b := (Window{}).Steps(); !a.Equal(b) {
		t.Error("an empty window has steps")
	}
}

func TestLabel(t *testing.T) {
	zone := berlin(t)
	at := func(s string) time.Time {
		tt, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return tt
	}
	f := func(l Timeline, want string) {
		t.Helper()
		if got := l.Label(zone); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(Timeline{Live: true, Span: time.Hour}, "last 1h")
	f(Timeline{Live: true, Paused: true, Span: 36 * time.Hour, End: at("2026-11-24 04:00:00")}, "last 1d12h")
	f(Timeline{Span: time.Hour, End: at("2026-11-24 04:00:00")}, "2026-11-24 03:00-04:00")
	f(Timeline{Span: time.Hour, End: at("2026-11-24 04:00:30")}, "2026-11-24 03:00:30-04:00:30")
	f(Timeline{Span: 2 * time.Hour, End: at("2026-11-24 01:00:00")}, "2026-11-23 23:00 - 11-24 01:00")
	f(Timeline{Span: 2 * time.Hour, End: at("2027-01-01 01:00:00")}, "2026-12-31 23:00 - 2027-01-01 01:00")
	if got := (Timeline{Span: time.Hour, End: at("2026-11-24 04:00:00")}).Label(nil); got != "2026-11-24 02:00-03:00" {
		t.Errorf("without a zone: %q", got)
	}
	if got := len(Presets()); got != 10 || Presets()[7].Label != "last 24h" || Presets()[9].Span != 7*24*time.Hour {
		t.Errorf("presets: %+v", Presets())
	}
}
