package timeline

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A point is one end of a range.
type point struct {
	at    time.Time
	kind  pointKind
	clock clock // of pointClock
}

type pointKind uint8

const (
	pointExact    pointKind = iota // with a zone, or Unix seconds
	pointRelative                  // counted from now
	pointClock                     // a time of day: of today, until the range says otherwise
	pointMinute                    // a day and a time of day
	pointDay                       // a day: its first moment
)

// A clock is a time of day.
type clock struct{ hour, minute, second, nano int }

// on is the time of day on the day of t, in t's zone.
func (c clock) on(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, c.hour, c.minute, c.second, c.nano, t.Location())
}

func parseClock(s string) (clock, bool) {
	for _, layout := range [...]string{"15:04", "15:04:05"} { // the latter takes fractions too
		if t, err := time.Parse(layout, s); err == nil {
			return clock{t.Hour(), t.Minute(), t.Second(), t.Nanosecond()}, true
		}
	}
	return clock{}, false
}

func (r reader) nextDay(t time.Time) time.Time {
	return clock{}.on(t.In(r.zone).AddDate(0, 0, 1))
}

// point reads a moment. s is in lower case, with single blanks.
func (r reader) point(s string) (point, error) {
	if p, ok, err := r.relative(s); ok || err != nil {
		return p, err
	}
	if c, ok := parseClock(s); ok {
		return point{at: c.on(r.now), kind: pointClock, clock: c}, nil
	}
	if p, ok := r.unix(s); ok {
		return p, nil
	}
	if p, ok := r.dated(s); ok {
		return p, nil
	}
	return point{}, r.explain(s)
}

// relative reads now, now-2h and -2h.
func (r reader) relative(s string) (p point, ok bool, err error) {
	rest, isNow := strings.CutPrefix(s, "now")
	rest = strings.TrimSpace(rest)
	if isNow && rest == "" {
		return point{at: r.now, kind: pointRelative}, true, nil
	}
	back, minus := strings.CutPrefix(rest, "-")
	if !minus {
		if isNow {
			return point{}, false, bad(fmt.Sprintf("%q is not before now", s), "now-2h")
		}
		return point{}, false, nil
	}
	d, err := parseSpan(strings.TrimSpace(back))
	if err != nil {
		return point{}, false, err
	}
	return point{at: r.now.Add(-d), kind: pointRelative}, true, nil
}

// unix reads seconds since the epoch (9 to 11 digits, fractions allowed) or milliseconds (12 to 14).
func (r reader) unix(s string) (point, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if !digits(whole) || len(whole) < 9 || len(whole) > 14 || frac != "" && !digits(frac) {
		return point{}, false
	}
	if len(whole) > 11 {
		ms, err := strconv.ParseInt(whole, 10, 64)
		return point{at: time.UnixMilli(ms).In(r.zone), kind: pointExact}, err == nil && frac == ""
	}
	sec, err := strconv.ParseInt(whole, 10, 64)
	ms, _ := strconv.ParseInt((frac + "000")[:3], 10, 64)
	return point{at: time.Unix(sec, ms*int64(time.Millisecond)).In(r.zone), kind: pointExact}, err == nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// dated reads a day, alone or with a time of day and perhaps a zone.
func (r reader) dated(s string) (point, bool) {
	day, rest, ok := r.day(s)
	if !ok {
		return point{}, false
	}
	if rest == "" {
		return point{at: day, kind: pointDay}, true
	}
	if rest[0] != ' ' && rest[0] != 't' && rest[0] != '_' {
		return point{}, false
	}
	rest = rest[1:]
	if c, ok := parseClock(rest); ok {
		return point{at: c.on(day), kind: pointMinute, clock: c}, true
	}
	rest = strings.ToUpper(strings.TrimSuffix(strings.TrimSuffix(rest, "utc"), " "))
	if strings.HasSuffix(s, "utc") {
		rest += "Z"
	}
	for _, layout := range [...]string{"15:04Z07:00", "15:04:05Z07:00", "15:04:05Z0700", "15:04 Z07:00", "15:04:05 Z07:00"} {
		if t, err := time.Parse(layout, rest); err == nil {
			y, m, d := day.Date()
			at := time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
			return point{at: at, kind: pointMinute, clock: clock{}}, true
		}
	}
	return point{}, false
}

// day reads the day that s starts with, and gives the rest.
func (r reader) day(s string) (day time.Time, rest string, ok bool) {
	for word, back := range map[string]int{"today": 0, "yesterday": -1} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return clock{}.on(r.now.AddDate(0, 0, back)), rest, true
		}
	}
	const n = len("2006-01-02")
	if len(s) < n {
		return time.Time{}, "", false
	}
	day, err := time.ParseInLocation("2006-01-02", s[:n], r.zone)
	return day, s[n:], err == nil
}

// explain says what is wrong with something that is no moment.
func (r reader) explain(s string) error {
	today := r.now.Format("2006-01-02")
	switch {
	case strings.Count(s, "-") >= 2 && startsWithDigit(s):
		return bad(fmt.Sprintf("%q is no date and time", s), today+" 03:00")
	case strings.Contains(s, ":"):
		return bad(fmt.Sprintf("%q is no time of day", s), "03:00 or 23:59:30")
	case digits(s):
		return noUnit(s, s)
	default:
		return bad(fmt.Sprintf("%q is no time", s), "2h, 03:00..04:00 or "+today+" 03:00..+1h")
	}
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
