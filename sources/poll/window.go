package poll

import "time"

// A span is the steps from..to, both included, in Unix milliseconds and
// multiples of the step since the epoch.
type span struct{ from, to int64 }

func (s span) steps(step int64) int {
	if s.to < s.from {
		return 0
	}
	return int((s.to-s.from)/step) + 1
}

func (s span) contains(o span) bool { return s.from <= o.from && o.to <= s.to }

// touches reports whether s and o overlap or follow each other without a step between.
func (s span) touches(o span, step int64) bool {
	return o.from <= s.to+step && s.from <= o.to+step
}

// plus is s, ms later.
func (s span) plus(ms int64) span { return span{s.from + ms, s.to + ms} }

func (s span) clip(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }

// floor is t aligned down to a multiple of step, before the epoch too.
func floor(t, step int64) int64 {
	r := t % step
	if r < 0 {
		r += step
	}
	return t - r
}

// ceil is t aligned up.
func ceil(t, step int64) int64 { return -floor(-t, step) }

// step is the job's step in milliseconds.
func (j Job) step() int64 { return max(j.Step.Milliseconds(), 1) }

// window is the steps a Range job wants at now: a live one ends at the newest
// step; a fixed one that reaches into the future ends there for the time being.
func (j Job) window(now time.Time) span {
	step := j.step()
	newest := floor(now.UnixMilli(), step)
	if j.Live {
		return span{newest - floor(j.Span.Milliseconds(), step), newest}
	}
	w := span{floor(j.Start.UnixMilli(), step), floor(j.End.UnixMilli(), step)}
	if w.to > newest && w.from <= newest {
		w.to = newest
	}
	return w
}

// overlap is how far back of now values may still change: two steps, two
// intervals of the source, and what the options ask for, whichever is longest.
func overlap(step int64, interval, atLeast time.Duration) int64 {
	return ceil(max(2*step, 2*interval.Milliseconds(), atLeast.Milliseconds()), step)
}
