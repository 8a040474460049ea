package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The shortest useful refresh and collection interval: below them, watching
// costs more than what is watched.
const (
	MinRefresh  = 250 * time.Millisecond
	MinInterval = time.Second
)

var durationUnits = []struct {
	name string
	unit time.Duration
}{ // the longer name first
	{"ms", time.Millisecond},
	{"s", time.Second},
	{"m", time.Minute},
	{"h", time.Hour},
	{"d", 24 * time.Hour},
	{"w", 7 * 24 * time.Hour},
}

// ParseDuration reads durations as people write them: "500ms", "1.5s", "5m",
// "1h30m", "2d". Less than least is an error.
func ParseDuration(s string, least time.Duration) (time.Duration, error) {
	rest := strings.TrimSpace(s)
	if rest == "" {
		return 0, errors.New("is empty; write a duration such as 5s")
	}
	total := 0.0
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		n, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration; write one such as 5s, 1.5h or 1h30m", s)
		}
		rest = rest[digits:]
		unit := time.Duration(0)
		for _, u := range durationUnits {
			if after, ok := strings.CutPrefix(rest, u.name); ok {
				unit, rest = u.unit, after
				break
			}
		}
		if unit == 0 {
			return 0, fmt.Errorf("%q needs a unit (ms, s, m, h, d, w), such as 5s", s)
		}
		total += n * float64(unit)
	}
	if total >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is too long", s)
	}
	d := time.Duration(total)
	if d < least {
		return 0, fmt.Errorf("%q is too short; the least is %s", s, least)
	}
	return d, nil
}
