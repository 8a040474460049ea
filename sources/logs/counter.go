package logs

import (
	"time"

	"nightjar/sources"
)

// A Counter counts lines into buckets by severity: the frame that CountLogs of
// sources.LogCounter gives. It is not safe for concurrent use.
type Counter struct {
	start, step int64 // Unix ns
	counts      [sources.Severities][]float64
	n           int
}

// maxBuckets bounds a histogram: no screen has as many columns.
const maxBuckets = 1 << 16

// NewCounter makes a counter of the buckets [t, t+step) from start up to before
// end. A window that is not one has no buckets.
func NewCounter(w sources.Window, step time.Duration) *Counter {
	c := &Counter{start: w.Start.UnixNano(), step: int64(step)}
	if span := w.End.Sub(w.Start); step > 0 && span > 0 {
		c.n = int(min((span+step-1)/step, maxBuckets))
	}
	return c
}

// Add counts n lines of a severity at a time; times outside the window and zero
// times are not counted.
func (c *Counter) Add(at time.Time, s sources.Severity, n int) {
	if !at.IsZero() {
		c.AddNano(at.UnixNano(), s, n)
	}
}

// AddNano is Add with a time in Unix nanoseconds.
func (c *Counter) AddNano(at int64, s sources.Severity, n int) {
	if at < c.start || c.n == 0 {
		return
	}
	i := (at - c.start) / c.step
	if i >= int64(c.n) {
		return
	}
	k := s.Class()
	if c.counts[k] == nil {
		c.counts[k] = make([]float64, c.n)
	}
	c.counts[k][i] += float64(n)
}

// Frame is what was counted so far, the worst severity first. It shares nothing with the counter.
func (c *Counter) Frame(source string) *sources.Frame {
	f := &sources.Frame{Source: source, Step: c.step / int64(time.Millisecond)}
	times := make([]int64, c.n)
	for i := range times {
		times[i] = (c.start + int64(i)*c.step) / int64(time.Millisecond)
	}
	if c.n > 0 {
		f.Start, f.End = times[0], times[c.n-1]
	}
	for k := sources.Severities - 1; k >= 0; k-- {
		if c.counts[k] == nil {
			continue
		}
		level := sources.Severity(max(0, 4*(k-1)+1))
		f.Series = append(f.Series, sources.Series{
			Labels: sources.NewLabels(sources.FieldLevel, level.String()), Times: times, Values: append([]float64(nil), c.counts[k]...),
		})
	}
	return f
}
