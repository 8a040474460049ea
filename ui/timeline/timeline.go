// Package timeline is the one range and cursor that all panels share. It is
// arithmetic on values: no clock, no I/O, no terminal.
package timeline

import "time"

// A Timeline is a range, a cursor, and whether it follows now.
type Timeline struct {
	Live   bool
	Span   time.Duration // length of the range
	End    time.Time     // end of the range when not live; frozen end when paused
	Paused bool          // frozen by the user: nothing moves, nothing is asked
	Cursor time.Time     // zero: no cursor
}

// A Window is what one chart asks for and draws: Columns cells of Cell each,
// ending at End, which is aligned to Cell so that the picture moves by whole
// cells. Step, the distance of data points, is aligned to the epoch.
type Window struct {
	Start, End time.Time
	Cell       time.Duration // time of one column
	Step       time.Duration
	Columns    int
}

// Fit gives the window of a chart that is columns wide, at time now, over a
// source that has a new sample every interval. A braille cell has two columns of dots, so the
// step is half a cell, but never shorter than interval. The range is never
// shorter than the span asked for.
func (t Timeline) Fit(now time.Time, columns int, interval time.Duration) Window {
	columns = max(columns, 1)
	half := roundUp(t.Span/time.Duration(2*columns), time.Second)
	if t.Span < time.Duration(2*columns)*time.Second/2 {
		half = roundUp(t.Span/time.Duration(2*columns), 50*time.Millisecond)
	}
	cell := max(2*half, 100*time.Millisecond)
	step := max(half, roundUp(interval, time.Second))
	end := t.End
	if t.Live && !t.Paused {
		end = now
	}
	// The newest column is the one that holds end.
	last := end.Truncate(cell).Add(cell)
	return Window{Start: last.Add(-time.Duration(columns) * cell), End: last, Cell: cell, Step: step, Columns: columns}
}

// Column is the cell in which t falls; ok is false outside the window.
func (w Window) Column(t time.Time) (col int, ok bool) {
	if w.Cell <= 0 || t.Before(w.Start) || !t.Before(w.End) {
		return 0, false
	}
	return int(t.Sub(w.Start) / w.Cell), true
}

// Time is the start of column col.
func (w Window) Time(col int) time.Time { return w.Start.Add(time.Duration(col) * w.Cell) }

func roundUp(d, to time.Duration) time.Duration {
	if to <= 0 {
		return d
	}
	return max((d+to-1)/to*to, to)
}
