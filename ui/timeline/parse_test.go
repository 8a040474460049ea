package timeline

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// berlin is Berlin's winter time, for which no file is needed.
func berlin(testing.TB) *time.Location { return time.FixedZone("CET", 3600) }

func TestParse(t *testing.T) {
	zone := berlin(t)
	now := time.Date(2026, 11, 24, 3, 20, 15, 500, zone)
	f := func(text, want string) {
		t.Helper()
		got, err := Parse(text, now, zone)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			return
		}
		if got.Paused || !got.Cursor.IsZero() {
			t.Errorf("%q: %+v is paused or has a cursor", text, got)
		}
		start, end := got.Range(now)
		s := start.In(zone).Format("01-02 15:04:05") + " " + end.In(zone).Format("01-02 15:04:05")
		if got.Live {
			s = "live " + got.Span.String()
		}
		if s != want {
			t.Errorf("%q: got %s, want %s", text, s, want)
		}
	}
	f("2h", "live 2h0m0s")
	f("90m", "live 1h30m0s")
	f("1d", "live 24h0m0s")
	f("1w", "live 168h0m0s")
	f("1h30m", "live 1h30m0s")
	f("1.5h", "live 1h30m0s")
	f("2 hours", "live 2h0m0s")
	f("  LAST   2h ", "live 2h0m0s")
	f("last 15 min", "live 15m0s")
	f("-2h", "live 2h0m0s")
	f("now-2h..now", "live 2h0m0s")
	f("-2h..", "live 2h0m0s")

	f("2026-11-24 02:00..03:00", "11-24 02:00:00 11-24 03:00:00")
	f("2026-11-23 03:00..04:00:30", "11-23 03:00:00 11-23 04:00:30")
	f("2026-11-22 23:00..01:00", "11-22 23:00:00 11-23 01:00:00")
	f("2026-11-22 23:00 to 2026-11-23 01:00", "11-22 23:00:00 11-23 01:00:00")
	f("02:00..03:00", "11-24 02:00:00 11-24 03:00:00")
	f("03:00..04:00", "11-24 03:00:00 11-24 03:20:15") // not over yet: up to now
	f("04:00..05:00", "11-23 04:00:00 11-23 05:00:00") // yesterday
	f("23:00..01:00", "11-23 23:00:00 11-24 01:00:00")
	f("03:00..02:00", "11-23 03:00:00 11-24 02:00:00") // a day less an hour
	f("04:00..+1h", "11-23 04:00:00 11-23 05:00:00")
	f("03:00..now", "11-24 03:00:00 11-24 03:20:15")
	f("02:00..-1h", "11-24 02:00:00 11-24 02:20:15")
	f("2026-11-24T01:00:00Z..+1h", "11-24 02:00:00 11-24 03:00:00")
	f("2026-11-24T03:00:00+02:00..2026-11-24T01:30:00Z", "11-24 02:00:00 11-24 02:30:00")
	f("2026-11-24 01:00 UTC..02:00", "11-24 02:00:00 11-24 03:00:00")
	f("-2h..-1h", "11-24 01:20:15 11-24 02:20:15")
	f("now-2h..now-1h", "11-24 01:20:15 11-24 02:20:15")
	f("now - 2h .. now - 1h", "11-24 01:20:15 11-24 02:20:15")
	f("2026-11-20", "11-20 00:00:00 11-21 00:00:00")
	f("2026-11-20..2026-11-21", "11-20 00:00:00 11-22 00:00:00")
	f("yesterday", "11-23 00:00:00 11-24 00:00:00")
	f("yesterday 03:00..04:00", "11-23 03:00:00 11-23 04:00:00")
	f("today", "11-24 00:00:00 11-24 03:20:15")
	f("1795482000..1795485600", "11-24 02:00:00 11-24 03:00:00")
	f("1795482000000..+30m", "11-24 02:00:00 11-24 02:30:00")
	f("1795482000.25..+30m", "11-24 02:00:00 11-24 02:30:00")
}

func TestParseErrors(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 20, 15, 0, time.UTC)
	f := func(text string, says ...string) {
		t.Helper()
		got, err := Parse(text, now, time.UTC)
		if err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
			return
		}
		for _, s := range append(says, "; try ") {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%q: %q does not say %q", text, err, s)
			}
		}
	}
	f("", "empty")
	f("soon", `"soon" is no time`)
	f("90", `"90" has no unit`, "90m")
	// A number alone: the one thing to try is something that is taken.
	f("0", `"0" is no range: it needs a unit, and the least is 10s; try 5m`)
	f("0.1", `"0.1" is no range`, "least is 10s; try 5m")
	f("last 0", `"0" is no range`, "try 5m")
	f("0..now", `"0" is no range`, "try 5m")
	f("0s", `"0s" is too short, the least is 10s; try 5m`)
	f("99999999", `"99999999" has no unit; try 7d`)
	f("2x", `"x" is no unit`, "2h")
	f("2h30", "no unit")
	f("last", "no time")
	f("last week", "last what?")
	f("5s", "too short", "10s")
	f("11y", "too long")
	f("99999999999999999999h", "too long")
	f("25:00..26:00", `"25:00" is no time of day`)
	f("03:00", "one moment", "03:00..+1h")
	f("2026-13-01 03:00..04:00", `"2026-13-01 03:00" is no date and time`)
	f("2026-02-30", "no date and time")
	f("2026-11-24 03:00..2026-11-24 02:00", "before it starts", "2026-11-24 02:00:00")
	f("2026-11-24 03:00..02:00", "before it starts")
	f("2026-11-25 03:00..04:00", "in the future")
	f("2026-11-24 02:00..2026-11-24 02:00", "starts and ends at")
	f("-1h..-2h", "before it starts", "-2h..-1h")
	f("2h..1h", `the start "2h" is a length`, "-2h..now")
	f("03:00..1h", `the end "1h" is a length`, "03:00..+1h")
	f("..04:00", "no start")
	f("+1h..+2h", "in the future")
	f("now+1h..now", "not before now")
	f("03:00..+", "length of time")
	f("1800..1900", "has no unit")
	f("1960-01-01..1961-01-01", "before 1970")
	f("1795482000", "one moment")
	f(strings.Repeat("9", 500), "too long to be one")
}

// Clocks go back and forth twice a year; a range typed for such a night is as
// long as its clocks say.
func TestParseAcrossSummerTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone files here")
	}
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, zone)
	f := func(text string, want time.Duration) {
		t.Helper()
		got, err := Parse(text, now, zone)
		if err != nil || got.Span != want {
			t.Errorf("%q: got %v, %v, want %v", text, got.Span, err, want)
		}
	}
	f("2026-10-25", 25*time.Hour)
	f("2026-03-29", 23*time.Hour)
	f("2026-10-24 23:00..05:00", 7*time.Hour)
	f("2026-03-28 23:00..05:00", 5*time.Hour)
}

func TestFormatSpan(t *testing.T) {
	f := func(d time.Duration, want string) {
		t.Helper()
		if got := FormatSpan(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(0, "0s")
	f(90*time.Second, "1m30s")
	f(24*time.Hour, "24h")
	f(48*time.Hour, "2d")
	f(36*time.Hour, "1d12h")
	f(10500*time.Millisecond, "10s500ms")
	f(-time.Minute, "-1m")
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64Range(10_000, MaxSpan.Milliseconds()).Draw(t, "ms")) * time.Millisecond
		got, err := Parse(FormatSpan(span), time.Unix(1.8e9, 0), time.UTC)
		if err != nil || got.Span != span {
			t.Fatalf("%s reads back as %s, %v", FormatSpan(span), got.Span, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"2h", "last 1h30m", "2026-11-24 03:00..04:00", "03:00..+1h", "now-2h..now-1h", "-2h..", "1795482000..+30m",
		"yesterday 23:59:59.9..01:00", "2026-11-24T03:00:00Z..today", "9999-12-31..now", "0001-01-01 00:00..04:00", "to to to",
	} {
		f.Add(s, int64(1_795_490_415))
	}
	zone := berlin(f)
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		now := time.Unix(unix%(1<<36), 0)
		got, err := Parse(s, now, zone)
		if err != nil {
			if got != (Timeline{}) {
				t.Fatalf("%q: %+v beside %v", s, got, err)
			}
			return
		}
		start, end := got.Range(now)
		if !start.Before(end) || end.After(now) || got.Span < MinSpan || got.Span > MaxSpan {
			t.Fatalf("%q at %v: %v to %v", s, now, start, end)
		}
		_ = got.Label(zone)
	})
}
