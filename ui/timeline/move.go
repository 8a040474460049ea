package timeline

import (
	"math"
	"time"
)

// WithSpan follows now over the last span, as typing the span would.
func (t Timeline) WithSpan(span time.Duration) Timeline {
	return Timeline{Live: true, Span: min(max(span, MinSpan), MaxSpan), Cursor: t.Cursor}
}

// WithCursor puts the cursor at a time; the zero time removes it.
func (t Timeline) WithCursor(at time.Time) Timeline {
	t.Cursor = at.Round(0)
	return t
}

// ToLive follows now again, without a cursor.
func (t Timeline) ToLive() Timeline { return Timeline{Live: true, Span: t.span()} }

// TogglePause freezes a live range at now and lets a frozen one go on. A range
// in the past does not move anyway: there it goes back to live.
func (t Timeline) TogglePause(now time.Time) Timeline {
	t.Span = t.span()
	if t.Live && !t.Paused {
		t.Paused, t.End = true, now.Round(0)
		return t
	}
	t.Live, t.Paused, t.End = true, false, time.Time{}
	return t
}

// Pan moves by half a range: back for a negative dir, forth for a positive one.
func (t Timeline) Pan(dir int, now time.Time) Timeline {
	return t.PanBy(float64(min(max(dir, -1), 1))/2, now)
}

// PanBy moves by a fraction of the range; negative moves back. A range that is
// moved is no longer paused, since its data has to be asked for. Moved forth to
// now it is live again; moved back it stops at the epoch.
func (t Timeline) PanBy(fraction float64, now time.Time) Timeline {
	by := scale(t.span(), fraction)
	if by == 0 {
		return t
	}
	return t.fix(t.end(now).Add(by), t.span(), now, by > 0)
}

// Zoom makes the range factor times as long. A cursor in the range keeps its
// place on the screen; without one a live range still ends now, and another
// keeps its middle. Zoomed out to now from the past, the range stays where it
// is in time and ends at now.
func (t Timeline) Zoom(factor float64, now time.Time) Timeline {
	start, end := t.Range(now)
	old := t.span()
	span := min(max(scale(old, factor), MinSpan), MaxSpan)
	if span == old || !(factor > 0) {
		return t
	}
	at := 0.5 // of the range: what keeps its place
	switch {
	case !t.Cursor.IsZero() && !t.Cursor.Before(start) && !t.Cursor.After(end):
		at = float64(t.Cursor.Sub(start)) / float64(old)
	case t.Live && !t.Paused:
		t.Span = span
		return t
	case t.Live:
		at = 1
	}
	pivot := start.Add(scale(old, at))
	return t.fix(pivot.Add(scale(span, 1-at)), span, now, t.Live && !t.Paused)
}

// fix is a range that ends at end and stays there. If it would end after now
// it ends now, and where goLive is set it follows now from there on.
func (t Timeline) fix(end time.Time, span time.Duration, now time.Time, goLive bool) Timeline {
	t.Span, t.Paused = span, false
	if !end.Before(now) {
		if goLive {
			t.Live, t.End = true, time.Time{}
			return t
		}
		end = now
	}
	if first := time.Unix(0, 0).Add(span); end.Before(first) {
		end = first
	}
	t.Live, t.End = false, end.Round(0)
	return t
}

// MoveCursor moves the cursor by columns of a chart's window, from the newest
// column if there is none yet, and stops at the edges.
func (t Timeline) MoveCursor(columns int, w Window) Timeline {
	if w.Columns < 1 || w.Cell <= 0 {
		return t
	}
	last := w.Columns - 1
	col, ok := w.Column(t.Cursor)
	switch {
	case ok:
		col = min(max(col+min(max(columns, -w.Columns), w.Columns), 0), last)
	case t.Cursor.IsZero() || !t.Cursor.Before(w.End):
		col = last
	default:
		col = 0
	}
	return t.WithCursor(w.Time(col))
}

// scale is d times f, bounded so that no sum of it and a time overflows.
func scale(d time.Duration, f float64) time.Duration {
	const most = float64(20 * MaxSpan)
	x := float64(d) * f
	if math.IsNaN(x) {
		return 0
	}
	return time.Duration(min(max(x, -most), most))
}

// Around puts the cursor at a time, in the middle of the range if it is not in
// it; a range that has to move is as long as before and ends at now at most.
func (t Timeline) Around(at, now time.Time) Timeline {
	start, end := t.Range(now)
	if !at.Before(start) && !at.After(end) {
		return t.WithCursor(at)
	}
	moved := Timeline{Span: t.span(), End: at.Add(t.span() / 2)}
	if moved.End.After(now) {
		moved.End = now
	}
	return moved.WithCursor(at)
}
