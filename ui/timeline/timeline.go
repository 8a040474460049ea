// Package timeline is the one range and cursor that all panels share. It is
// arithmetic on values: no clock, no I/O, no terminal.
//
// It guarantees that a range or window never ends before it starts, whatever
// the clock does, that its length stays within MinSpan and MaxSpan, and that a
// chart's window moves by whole cells.
package timeline

import "time"

// MinSpan and MaxSpan bound the length of a range.
const (
	MinSpan = 10 * time.Second
	MaxSpan = 3650 * 24 * time.Hour
)

// A Timeline is a range, a cursor, and whether it follows now. It is a value:
// methods return a changed copy.
type Timeline struct {
	Live   bool
	Span   time.Duration // length of the range
	End    time.Time     // end of the range when not live; frozen end when paused
	Paused bool          // frozen by the user: nothing moves, nothing is asked
	Cursor time.Time     // zero: no cursor
}

// A Window is what one chart asks for and draws: Columns cells of Cell each,
// ending at End, which is aligned to Cell so that the picture moves by whole
// cells. Step, the distance of data points, is aligned to the epoch, as are cells.
type Window struct {
	Start, End time.Time
	Cell       time.Duration // time of one column
	Step       time.Duration
	Columns    int
}

// Range is the span of time that the range covers at time now.
func (t Timeline) Range(now time.Time) (start, end time.Time) {
	end = t.end(now)
	return end.Add(-t.span()), end
}

func (t Timeline) end(now time.Time) time.Time {
	if t.Live && !t.Paused || t.End.IsZero() {
		return now.Round(0)
	}
	return t.End
}

func (t Timeline) span() time.Duration { return min(max(t.Span, MinSpan), MaxSpan) }

// Fit gives the window of a chart that is columns wide, at time now, over a
// source that has a new sample every interval.
//
// A braille cell has two columns of dots, so the step is half a cell, but never
// shorter than interval: in Start to End there are at most 2*columns+1 steps.
// From two columns on, the window holds the whole range, and is longer than it
// by about a tenth at most and two cells, because its edges are on cells and cells are
// round: charts of nearly one width then share a step, and so a request.
func (t Timeline) Fit(now time.Time, columns int, interval time.Duration) Window {
	columns = max(columns, 1)
	// One cell more than the range needs: its ends need not be on cells.
	half := roundHalf(ceilDiv(t.span(), time.Duration(2*max(columns-1, 1))))
	cell := 2 * half
	step := max(half, roundUp(max(interval, 0), time.Second))
	// The newest column is the one that holds the end.
	last := floor(t.end(now), cell).Add(cell)
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

// Steps are the first and the last multiple of Step since the epoch within the
// window. Where Step is longer than the window, both are the last one before its end.
func (w Window) Steps() (first, last time.Time) {
	if w.Step <= 0 {
		return w.Start, w.End
	}
	last = floor(w.End, w.Step)
	if first = floor(w.Start, w.Step); first.Before(w.Start) {
		first = first.Add(w.Step)
	}
	if last.Before(first) {
		first = last
	}
	return first, last
}

// floor is the last multiple of d since the epoch that is not after t. d is in whole milliseconds.
func floor(t time.Time, d time.Duration) time.Time {
	ms, step := t.UnixMilli(), d.Milliseconds()
	rest := ms % step
	if rest < 0 {
		rest += step
	}
	return time.UnixMilli(ms - rest).In(t.Location())
}

// leastHalf is the shortest half cell: no picture moves more than ten times a second.
const leastHalf = 50 * time.Millisecond

// roundHalf rounds half a cell up to a length that reads well, by a tenth at
// most where it is over a tenth of a second.
func roundHalf(d time.Duration) time.Duration {
	const m, h = time.Minute, time.Hour
	to := 10 * time.Millisecond
	for _, r := range [...]time.Duration{
		20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second,
		5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, m, 2 * m, 5 * m, 10 * m, 15 * m, 30 * m,
		h, 2 * h, 6 * h, 12 * h, 24 * h,
	} {
		if r <= d/10 {
			to = r
		}
	}
	return max(roundUp(d, to), leastHalf)
}

func ceilDiv(d, by time.Duration) time.Duration { return (d + by - 1) / by }

// roundUp rounds up to a multiple of to, at least one.
func roundUp(d, to time.Duration) time.Duration { return max((d+to-1)/to*to, to) }
