package units

import (
	"math"
	"strconv"
	"time"
)

// Seconds in the longer units; a year is 365 days.
const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
	year   = 365 * day
)

// Duration writes how long something takes or took: "842 ms", "12.3 s",
// "4m12s", "3h04m", "2d 3h", "1y 40d". At most nine columns below a thousand years.
func Duration(d time.Duration) string {
	var buf [32]byte
	return string(appendDuration(buf[:0], d.Seconds(), -1))
}

// Age is Duration for how old something is: whole seconds and up, nothing
// below zero: "0s", "42s", "4m12s", "31m" from ten minutes, "2d 3h".
func Age(d time.Duration) string {
	var buf [32]byte
	s := int64(max(0, d/time.Second))
	switch {
	case s < minute:
		return string(append(strconv.AppendInt(buf[:0], s, 10), 's'))
	case s >= 10*minute && s < hour:
		return string(append(strconv.AppendInt(buf[:0], s/minute, 10), 'm'))
	}
	return string(appendDuration(buf[:0], float64(s), -1))
}

// appendDuration writes s seconds. Decimals hold below a minute.
func appendDuration(dst []byte, s float64, decimals int) []byte {
	if s < 0 {
		dst = append(dst, '-')
		s = -s
	}
	switch {
	case s == 0:
		return append(dst, "0 s"...)
	case s < 59.95:
		return appendSubMinute(dst, s, decimals)
	case s >= 1000*year:
		return append(appendExponent(dst, s/year), 'y')
	}
	n := int64(math.Round(s))
	switch {
	case n < hour:
		return two(dst, n/minute, "m", n%minute, 2, "s")
	case n < day:
		return two(dst, n/hour, "h", n%hour/minute, 2, "m")
	case n < year:
		return two(dst, n/day, "d ", n%day/hour, 1, "h")
	}
	return two(dst, n/year, "y ", n%year/day, 1, "d")
}

// appendSubMinute writes 12.3 s, 842 ms, 1.23 µs, 42 ns.
func appendSubMinute(dst []byte, s float64, decimals int) []byte {
	suffix := " s"
	switch {
	case s >= 0.9995:
	case s >= 0.9995e-3:
		s, suffix = s*1e3, " ms"
	case s >= 0.9995e-6:
		s, suffix = s*1e6, " µs"
	default:
		s, suffix = s*1e9, " ns"
	}
	return append(appendNumber(dst, s, decimals, unit{scale: siSmall}, true), suffix...)
}

// two writes a pair such as 4m12s; the second has at least digits digits.
func two(dst []byte, a int64, au string, b int64, digits int, bu string) []byte {
	dst = strconv.AppendInt(dst, a, 10)
	dst = append(dst, au...)
	if digits == 2 && b < 10 {
		dst = append(dst, '0')
	}
	return append(strconv.AppendInt(dst, b, 10), bu...)
}
