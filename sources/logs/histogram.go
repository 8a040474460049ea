package logs

import (
	"fmt"
	"time"

	"nightjar/sources"
)

// maxSteps bounds a histogram: no screen has as many columns.
const maxSteps = 1 << 16

// A Histogram counts lines over time by severity, for a LogCounter.
type Histogram struct {
	start, end, step int64 // Unix ms; end is past the last
	n                int
	counts           [sources.Severities][]float64
	from, to         int64 // the step that was added to last
	at               int
	Matched          int64 // lines that were added
}

// NewHistogram counts from w.Start up to before w.End.
func NewHistogram(w sources.Window, step time.Duration) (*Histogram, error) {
	if w.Start.IsZero() || step < time.Millisecond || !w.End.After(w.Start) {
		return nil, fmt.Errorf("a count needs a start, an end after it, and a step of at least 1 ms")
	}
	h := &Histogram{start: w.Start.UnixMilli(), end: w.End.UnixMilli(), step: step.Milliseconds()}
	n := (h.end - h.start + h.step - 1) / h.step
	if n > maxSteps {
		return nil, fmt.Errorf("%d steps are more than %d: choose a longer step", n, maxSteps)
	}
	h.n = int(n)
	return h, nil
}

// Holds reports whether a time, Unix ms, is counted.
func (h *Histogram) Holds(t int64) bool { return t >= h.start && t < h.end }

// Add counts a line at a time that the histogram holds.
func (h *Histogram) Add(t int64, class int) {
	if t < h.from || t >= h.to {
		h.at = int((t - h.start) / h.step)
		h.from = h.start + int64(h.at)*h.step
		h.to = h.from + h.step
	}
	if h.counts[class] == nil {
		h.counts[class] = make([]float64, h.n)
	}
	h.counts[class][h.at]++
	h.Matched++
}

// Line counts a line of a severity at a time, if the histogram holds it; zero
// times are not counted.
func (h *Histogram) Line(at time.Time, s sources.Severity) {
	if t := at.UnixMilli(); !at.IsZero() && h.Holds(t) {
		h.Add(t, s.Class())
	}
}

// Lines counts n lines as Line counts one.
func (h *Histogram) Lines(at time.Time, s sources.Severity, n int) {
	if t := at.UnixMilli(); n > 0 && !at.IsZero() && h.Holds(t) {
		h.Add(t, s.Class())
		h.counts[s.Class()][h.at] += float64(n - 1)
		h.Matched += int64(n - 1)
	}
}

// Frame is what was counted so far.
func (h *Histogram) Frame(source string) *sources.Frame {
	f := &sources.Frame{Source: source, Kind: sources.Matrix, Start: h.start, End: h.start + int64(h.n-1)*h.step, Step: h.step}
	times := make([]int64, h.n)
	for i := range times {
		times[i] = h.start + int64(i)*h.step
	}
	lowest := [sources.Severities]sources.Severity{
		sources.SeverityUnknown, sources.SeverityTrace, sources.SeverityDebug, sources.SeverityInfo,
		sources.SeverityWarn, sources.SeverityError, sources.SeverityFatal,
	}
	for class, counts := range h.counts {
		if counts != nil {
			f.Series = append(f.Series, sources.Series{
				Labels: sources.NewLabels(sources.FieldLevel, lowest[class].String()),
				Times:  times, Values: append([]float64(nil), counts...),
			})
		}
	}
	return f
}
