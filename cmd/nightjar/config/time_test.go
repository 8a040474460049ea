package config

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	zone := time.FixedZone("east", 2*60*60)
	now := time.Date(2026, 11, 24, 3, 30, 0, 0, zone)
	f := func(s, want string) {
		t.Helper()
		got, err := ParseTime(s, now, zone)
		if err != nil || got.In(zone).Format("2006-01-02T15:04:05.000") != want {
			t.Errorf("%q: %v, %v", s, got.In(zone), err)
		}
	}
	f("now", "2026-11-24T03:30:00.000")
	f("-5m", "2026-11-24T03:25:00.000")
	f("-1h30m", "2026-11-24T02:00:00.000")
	f("2026-11-24T03:12:00Z", "2026-11-24T05:12:00.000")
	f("2026-11-24T03:12:00.5+02:00", "2026-11-24T03:12:00.500")
	f("2026-11-24 03:12", "2026-11-24T03:12:00.000")
	f("2026-11-24 03:12:07", "2026-11-24T03:12:07.000")
	f("2026-11-24", "2026-11-24T00:00:00.000")
	f("03:12", "2026-11-24T03:12:00.000")
	f("03:31", "2026-11-23T03:31:00.000") // it was not 03:31 yet today
	f("1795483805.781", time.UnixMilli(1795483805781).In(zone).Format("2006-01-02T15:04:05.000"))
	f("0", "1970-01-01T02:00:00.000")
	for _, bad := range []string{"", "-", "-5", "soon", "25:00", "2026-13-01", "NaN", "Inf", "1e300", "2026-11-24T03:12:00Z.."} {
		if got, err := ParseTime(bad, now, zone); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
