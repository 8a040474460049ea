package timeline

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// unitSize is how long a unit is; 0 if there is no such unit. A month is not
// one: "m" is minutes.
func unitSize(u string) time.Duration {
	switch u {
	case "ms":
		return time.Millisecond
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return day
	case "w", "week", "weeks":
		return 7 * day
	case "y", "year", "years":
		return 365 * day
	}
	return 0
}

// parseSpan reads a length of time: numbers with units, such as 2h, 1h30m, 1.5d or 2 hours.
func parseSpan(s string) (time.Duration, error) {
	const most = 10 * MaxSpan // two of these do not overflow
	var sum time.Duration
	for rest := strings.TrimSpace(s); rest != ""; rest = strings.TrimSpace(rest) {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		v, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil {
			return 0, bad(fmt.Sprintf("%q is no length of time", s), "90m")
		}
		number := rest[:n]
		rest = strings.TrimLeft(rest[n:], " ")
		n = len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit := rest[:n]
		size := unitSize(unit)
		switch {
		case n == 0 && rest == "":
			return 0, noUnit(s, number)
		case size == 0 && n > 0:
			return 0, bad(fmt.Sprintf("%q is no unit of time", unit), "s, m, h, d, w or y, as in 2h")
		case size == 0:
			return 0, bad(fmt.Sprintf("%q is no length of time", s), "90m")
		case v*float64(size) > float64(most) || sum > most:
			return 0, bad(fmt.Sprintf("%q is too long", s), "7d")
		}
		sum += time.Duration(v * float64(size)).Round(time.Millisecond)
		rest = rest[n:]
	}
	switch {
	case strings.TrimSpace(s) == "":
		return 0, bad(fmt.Sprintf("%q is no length of time", s), "90m")
	case sum == 0:
		return 0, bad(fmt.Sprintf("%q is too short, the least is %s", s, FormatSpan(MinSpan)), "5m")
	}
	return sum, nil
}

// noUnit is the error of a text that ends in a number alone: minutes are meant
// most often, if so many can be a range.
func noUnit(text, number string) error {
	v, err := strconv.ParseFloat(number, 64)
	switch minutes := v * float64(time.Minute); {
	case err != nil:
		return bad(fmt.Sprintf("%q is no length of time", text), "90m")
	case minutes < float64(MinSpan):
		return bad(fmt.Sprintf("%q is no range: it needs a unit, and the least is %s", text, FormatSpan(MinSpan)), "5m")
	case minutes > float64(MaxSpan):
		return bad(fmt.Sprintf("%q has no unit", text), "7d")
	}
	return bad(fmt.Sprintf("%q has no unit", text), number+"m")
}
