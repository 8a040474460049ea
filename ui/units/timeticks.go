package units

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A TimeTick is a round time on a time axis: the column it falls in, and its
// label, which begins at column X.
type TimeTick struct {
	At     time.Time
	Column int
	X      int
	Label  string
}

// TimeAxis finds the ticks of a time axis. It keeps its labels from one call
// to the next, so an axis that moves makes no new ones but for new ticks. The
// zero TimeAxis is ready. Not safe for concurrent use.
type TimeAxis struct {
	ticks        []TimeTick
	labels, used []timeLabel // made by the last call, and by this one
	layout       string
	zone         *time.Location
}

// A timeLabel is what a time is called.
type timeLabel struct {
	at   time.Time
	text string
}

// timeGap is how many blank columns there are between two labels where there is room.
const timeGap = 6

// A timeStep is a distance of ticks in seconds, or else in days, months or years.
type timeStep struct {
	seconds             int64
	days, months, years int
}

var timeSteps = func() []timeStep {
	var s []timeStep
	for _, n := range []int64{
		1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
		hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
	} {
		s = append(s, timeStep{seconds: n})
	}
	for _, n := range []int{1, 2, 7, 14} {
		s = append(s, timeStep{days: n})
	}
	for _, n := range []int{1, 3, 6} {
		s = append(s, timeStep{months: n})
	}
	for _, n := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		s = append(s, timeStep{years: n})
	}
	return s
}()

// length is about how long the step is.
func (s timeStep) length() time.Duration {
	days := float64(s.days) + 30*float64(s.months) + 365*float64(s.years)
	if days > 100_000 { // a Duration ends at 292 years
		return 1<<63 - 1
	}
	return time.Duration(s.seconds)*time.Second + time.Duration(days*day)*time.Second
}

// layoutFor is how the ticks of a step are written on an axis span long.
func (s timeStep) layoutFor(span time.Duration) string {
	switch {
	case s.years > 0:
		return "2006"
	case s.months > 0:
		return "Jan 2006"
	case s.days > 0 && span > 300*day*time.Second:
		return "2006-01-02"
	case s.days > 0:
		return "Jan 02"
	case s.seconds < minute && span <= day*time.Second:
		return "15:04:05"
	case span <= day*time.Second:
		return "15:04"
	case s.seconds < minute:
		return "Mon 15:04:05"
	}
	return "Mon 15:04"
}

// Fit gives the ticks of an axis of columns columns of cell each that begins
// at start, in zone (nil: UTC). Labels are centred on their tick, whole, within
// the axis, at least two columns apart, and no two are alike: midnight is
// written as the day; where the clocks go back, the second of two equal times
// is left out. The result is valid until the next call.
func (a *TimeAxis) Fit(start time.Time, cell time.Duration, columns int, zone *time.Location) []TimeTick {
	if zone == nil {
		zone = time.UTC
	}
	a.ticks = a.ticks[:0]
	a.labels, a.used = a.used, a.labels[:0]
	if cell <= 0 || columns <= 0 || columns > 1<<16 {
		return nil
	}
	span := cell * time.Duration(columns)
	if span/cell != time.Duration(columns) { // more than 292 years
		return nil
	}
	start = start.In(zone)
	for _, s := range timeSteps {
		layout := s.layoutFor(span)
		room := time.Duration(len(layout)+min(timeGap, max(2, columns/6))) * cell
		if s.length() < room || s.length() == 1<<63-1 {
			continue
		}
		if layout != a.layout || zone != a.zone {
			a.labels = a.labels[:0]
		}
		a.layout, a.zone = layout, zone
		a.fill(s, start, span, cell, columns)
		break
	}
	return a.ticks
}

func (a *TimeAxis) fill(s timeStep, start time.Time, span, cell time.Duration, columns int) {
	y, m, d := start.Date()
	n := 0
	if s.seconds > 0 {
		h, mi, sec := start.Clock()
		n = int(int64(h*hour+mi*minute+sec) / s.seconds)
	}
	used := 0
	for range columns + 2 {
		var t time.Time
		switch {
		case s.seconds > 0:
			at := int64(n) * s.seconds
			t = time.Date(y, m, d, int(at/hour), int(at%hour/minute), int(at%minute), 0, start.Location())
			if n++; at+s.seconds >= day { // steps divide the day
				d, n = d+1, 0
			}
		case s.days > 0:
			days := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / day)
			back := (days%s.days + s.days) % s.days
			t = time.Date(y, m, d-back, 0, 0, 0, 0, start.Location())
			d += s.days - back
		case s.months > 0:
			first := time.Month((int(m)-1)/s.months*s.months + 1)
			t = time.Date(y, first, 1, 0, 0, 0, 0, start.Location())
			y, m, d = t.Year(), first+time.Month(s.months), 1
			if m > 12 {
				y, m = y+1, m-12
			}
		default:
			y -= (y%s.years + s.years) % s.years
			t = time.Date(y, 1, 1, 0, 0, 0, 0, start.Location())
			y += s.years
		}
		off := t.Sub(start)
		if off >= span {
			return
		}
		if off < 0 {
			continue
		}
		label := a.label(t)
		column := int(off / cell)
		x := column - utf8.RuneCountInString(label)/2
		if x < used || x < 0 || x+len(label) > columns || a.has(label) {
			continue
		}
		used = x + len(label) + 2
		a.ticks = append(a.ticks, TimeTick{At: t, Column: column, X: x, Label: label})
	}
}

// label writes t, or takes what the last call wrote.
func (a *TimeAxis) label(t time.Time) string {
	for _, l := range a.labels {
		if l.at.Equal(t) {
			a.used = append(a.used, l)
			return l.text
		}
	}
	layout := a.layout
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && strings.Contains(layout, ":") {
		layout = "Jan 02"
	}
	a.used = append(a.used, timeLabel{t, t.Format(layout)})
	return a.used[len(a.used)-1].text
}

func (a *TimeAxis) has(label string) bool {
	for i := range a.ticks {
		if a.ticks[i].Label == label {
			return true
		}
	}
	return false
}
