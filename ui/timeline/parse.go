package timeline

import (
	"fmt"
	"strings"
	"time"
)

// Parse reads a range as a person types it, at time now and in zone:
//
//	2h  90m  1d  1w  1h30m  last 2h      the last span up to now, live
//	03:00..04:00                         today, or yesterday if it were in the future
//	2026-11-24 03:00..04:00              the end is on the start's day, or the next
//	2026-11-24T03:00:00Z..+1h            an end with + counts from the start
//	-2h..-1h  now-2h..now-1h             counted back from now; up to now it is live
//	2026-11-24  yesterday                a whole day
//	1795489200..1795492800               Unix seconds, or milliseconds
//
// "to" with blanks around it stands for "..", and an end left out is now. A
// range is cut at now. An error says what is wrong and gives an example.
func Parse(text string, now time.Time, zone *time.Location) (Timeline, error) {
	if zone == nil {
		zone = time.UTC
	}
	r := reader{now: now.Round(0).In(zone), zone: zone}
	const longest = 200 // nobody types more
	text = strings.TrimSpace(text)
	if len(text) > longest {
		return Timeline{}, bad("the range is too long to be one", "2h")
	}
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if text == "" {
		return Timeline{}, bad("the range is empty", "2h")
	}
	from, to, two := strings.Cut(text, "..")
	if !two {
		from, to, two = strings.Cut(text, " to ")
	}
	if two {
		return r.pair(strings.TrimSpace(from), strings.TrimSpace(to))
	}
	return r.single(text)
}

// bad is an error that ends in an example of what would be right.
func bad(problem, example string) error {
	return fmt.Errorf("%s; try %s", problem, example)
}

// A reader knows what words such as "now" and "03:00" count from.
type reader struct {
	now  time.Time
	zone *time.Location
}

// single reads a range without an end.
func (r reader) single(s string) (Timeline, error) {
	rest, last := strings.CutPrefix(s, "last ")
	if _, ok := strings.CutPrefix(s, "-"); ok && !last {
		return r.pair(s, "now")
	}
	d, notSpan := parseSpan(rest)
	if notSpan == nil {
		return live(d)
	}
	if last {
		return Timeline{}, fmt.Errorf("last what? %w", notSpan)
	}
	p, notPoint := r.point(s)
	if notPoint == nil {
		return r.since(s, p)
	}
	if startsWithDigit(s) && !strings.Contains(s, ":") && strings.Count(s, "-") < 2 {
		return Timeline{}, notSpan // a length, more likely than a date
	}
	return Timeline{}, notPoint
}

// since reads a point that stands alone: a day is that day.
func (r reader) since(s string, p point) (Timeline, error) {
	if p.kind != pointDay {
		return Timeline{}, bad(fmt.Sprintf("%q is one moment, not a range", s), s+"..+1h")
	}
	return r.between(p.at, r.nextDay(p.at))
}

// pair reads a range with a start and an end.
func (r reader) pair(from, to string) (Timeline, error) {
	start, err := r.start(from)
	if err != nil {
		return Timeline{}, err
	}
	if to == "" || to == "now" {
		if start.kind == pointRelative {
			return live(r.now.Sub(start.at))
		}
		return r.between(start.at, r.now)
	}
	if after, ok := strings.CutPrefix(to, "+"); ok {
		d, err := parseSpan(after)
		if err != nil {
			return Timeline{}, err
		}
		return r.between(start.at, start.at.Add(d))
	}
	if _, err := parseSpan(to); err == nil {
		return Timeline{}, bad(fmt.Sprintf("the end %q is a length", to), from+"..+"+to+" or "+from+"..-"+to)
	}
	if start.kind == pointClock || start.kind == pointMinute {
		if clock, ok := parseClock(to); ok {
			return r.clocks(start, clock)
		}
	}
	end, err := r.point(to)
	if err != nil {
		return Timeline{}, err
	}
	if end.kind == pointDay {
		end.at = r.nextDay(end.at) // a day as an end is included
	}
	return r.between(start.at, end.at)
}

// start reads the start of a range.
func (r reader) start(s string) (point, error) {
	if s == "" {
		return point{}, bad("the range has no start", "-2h..-1h")
	}
	if strings.HasPrefix(s, "+") {
		return point{}, bad(fmt.Sprintf("the start %q is in the future", s), "-2h..-1h")
	}
	if _, err := parseSpan(s); err == nil {
		return point{}, bad(fmt.Sprintf("the start %q is a length", s), "-"+s+"..now")
	}
	p, err := r.point(s)
	if err != nil {
		return point{}, err
	}
	return r.clockStart(p), nil
}

// clockStart takes a time of day that is still to come from yesterday.
func (r reader) clockStart(p point) point {
	if p.kind == pointClock && p.at.After(r.now) {
		p.at = p.clock.on(p.at.AddDate(0, 0, -1))
	}
	return p
}

// clocks is a range that ends at a time of day: on the day it starts, or the
// next. A start without a day goes back as far as it must for the end to be over.
func (r reader) clocks(start point, end clock) (Timeline, error) {
	to := end.on(start.at)
	if !to.After(start.at) {
		next := end.on(to.AddDate(0, 0, 1))
		switch {
		case !next.After(r.now):
			to = next
		case start.kind == pointClock:
			// 04:00..03:00 at noon: the night before.
			start.at = start.clock.on(start.at.AddDate(0, 0, -1))
		}
	}
	return r.between(start.at, to)
}

// between is a range that stays where it is, cut at now.
func (r reader) between(start, end time.Time) (Timeline, error) {
	const shown = "2006-01-02 15:04:05"
	switch span := end.Sub(start); {
	case start.Before(time.Unix(0, 0)):
		return Timeline{}, bad(fmt.Sprintf("%s is before 1970", start.Format(shown)), "last 7d")
	case span == 0:
		return Timeline{}, bad("the range starts and ends at "+start.In(r.zone).Format(shown), "an end such as +1h")
	case span < 0:
		return Timeline{}, bad(fmt.Sprintf("the range ends at %s, before it starts at %s",
			end.In(r.zone).Format(shown), start.In(r.zone).Format(shown)), "the earlier time first, as in -2h..-1h")
	case !start.Before(r.now):
		return Timeline{}, bad(fmt.Sprintf("the range starts at %s, in the future", start.In(r.zone).Format(shown)), "-2h..-1h")
	}
	if end.After(r.now) {
		end = r.now
	}
	span := end.Sub(start)
	if err := checkSpan(span); err != nil {
		return Timeline{}, err
	}
	return Timeline{Span: span, End: end.Round(0)}, nil
}

func live(span time.Duration) (Timeline, error) {
	if err := checkSpan(span); err != nil {
		return Timeline{}, err
	}
	return Timeline{Live: true, Span: span}, nil
}

func checkSpan(d time.Duration) error {
	switch {
	case d < MinSpan:
		return bad(fmt.Sprintf("%s is too short a range, the least is %s", FormatSpan(d), FormatSpan(MinSpan)), "5m")
	case d > MaxSpan:
		return bad(fmt.Sprintf("%s is too long a range, the most is %s", FormatSpan(d), FormatSpan(MaxSpan)), "7d")
	}
	return nil
}
