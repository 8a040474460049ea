package timeline

import (
	"strconv"
	"strings"
	"time"
)

// A Preset is a range to choose.
type Preset struct {
	Label string
	Span  time.Duration
}

// Presets are the ranges to choose from, shortest first.
func Presets() []Preset {
	const m, h, d = time.Minute, time.Hour, 24 * time.Hour
	var out []Preset
	for _, span := range []time.Duration{5 * m, 15 * m, 30 * m, h, 3 * h, 6 * h, 12 * h, d, 2 * d, 7 * d} {
		out = append(out, Preset{Label: "last " + FormatSpan(span), Span: span})
	}
	return out
}

// Label is the range as the header shows it, in zone: "last 1h", or, for a
// range in the past, "2026-11-24 03:00-04:00". Parts that its two ends share are
// said once, seconds only where they count.
func (t Timeline) Label(zone *time.Location) string {
	if t.Live {
		return "last " + FormatSpan(t.span())
	}
	if zone == nil {
		zone = time.UTC
	}
	start, end := t.Range(t.End)
	start, end = start.In(zone), end.In(zone)
	clock := "15:04"
	if start.Second() != 0 || end.Second() != 0 {
		clock = "15:04:05"
	}
	switch {
	case sameDay(start, end):
		return start.Format("2006-01-02 "+clock) + "-" + end.Format(clock)
	case start.Year() == end.Year():
		return start.Format("2006-01-02 "+clock) + " - " + end.Format("01-02 "+clock)
	default:
		return start.Format("2006-01-02 "+clock) + " - " + end.Format("2006-01-02 "+clock)
	}
}

func sameDay(a, b time.Time) bool {
	y, m, d := a.Date()
	y2, m2, d2 := b.Date()
	return y == y2 && m == m2 && d == d2
}

// FormatSpan is a length of time as it is typed: "90s" is 1m30s, a day 24h, two
// days 2d. It is exact to the millisecond, and Parse reads it back.
func FormatSpan(d time.Duration) string {
	if d == 24*time.Hour {
		return "24h"
	}
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	for _, u := range [...]struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := d / u.size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + u.name)
			d %= u.size
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}
