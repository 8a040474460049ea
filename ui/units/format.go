package units

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDecimals is the most digits after the point that can be asked for.
const maxDecimals = 6

// Format writes v in unit u, at most MaxWidth columns wide, most often eight:
// "12.3 GiB", "842 B", "71.2 %", "4m12s", "-" for NaN, "∞" for infinity. The
// empty unit is a plain number with SI prefixes. Dates are in UTC.
func Format(v float64, u string) string { return FormatDecimals(v, u, -1) }

// FormatDecimals is Format with a fixed number of digits after the point; -1 chooses.
func FormatDecimals(v float64, u string, decimals int) string {
	var buf [48]byte
	return string(Append(buf[:0], v, u, decimals, nil))
}

// FormatIn is FormatDecimals with dates in zone (nil: UTC).
func FormatIn(v float64, u string, decimals int, zone *time.Location) string {
	var buf [48]byte
	return string(Append(buf[:0], v, u, decimals, zone))
}

// FormatASCII is FormatDecimals with 7-bit characters only.
func FormatASCII(v float64, u string, decimals int) string {
	return ASCII(FormatDecimals(v, u, decimals))
}

// ASCII replaces what Format writes outside 7 bits: ∞ inf, µ u, ° nothing.
// Other characters outside ASCII (of an unknown unit) become "?".
func ASCII(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r == '∞':
			b.WriteString("inf")
		case r == 'µ':
			b.WriteByte('u')
		case r == '°':
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// FormatWidth is v right-aligned in exactly width columns. Where it is too
// long it gives up, in this order: the blank before the unit, digits after the
// point, the unit. A number that still does not fit is shown as "#", never
// cut: a cut number would be a wrong one.
func FormatWidth(v float64, u string, width int) string {
	if width <= 0 {
		return ""
	}
	s := Format(v, u)
	if utf8.RuneCountInString(s) > width {
		s = tighten(v, u, width)
	}
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// tighten finds a writing of v that fits width.
func tighten(v float64, u string, width int) string {
	fits := func(s string) bool { return utf8.RuneCountInString(s) <= width }
	s := strings.Replace(Format(v, u), " ", "", 1)
	if fits(s) {
		return s
	}
	if s = strings.Replace(FormatDecimals(v, u, 0), " ", "", 1); fits(s) {
		return s
	}
	if d := lookup(u); d.scale != duration && d.scale != date {
		if s = strings.TrimSuffix(s, d.suffix); fits(s) && d.suffix != "" {
			return s
		}
	}
	return strings.Repeat("#", width)
}

// Append is FormatIn that appends to dst, for paths that must not allocate.
func Append(dst []byte, v float64, u string, decimals int, zone *time.Location) []byte {
	d := lookup(u)
	decimals = min(decimals, maxDecimals)
	switch {
	case math.IsNaN(v):
		return append(dst, '-')
	case d.scale == boolean && v == 0:
		return append(dst, "no"...)
	case d.scale == boolean:
		return append(dst, "yes"...)
	case d.scale == date:
		return appendDate(dst, v, zone)
	case math.IsInf(v, 0):
		if v < 0 {
			dst = append(dst, '-')
		}
		dst = append(dst, "∞"...)
		return appendSuffix(dst, "", d)
	case d.scale == duration:
		return appendDuration(dst, v*d.factor, decimals)
	}
	x := v * d.factor
	if math.IsInf(x, 0) {
		x = v
	}
	return appendScaled(dst, x, d, decimals)
}

var (
	siUp    = [...]string{"", "k", "M", "G", "T", "P", "E"}
	siDown  = [...]string{"", "m", "µ", "n"}
	iecUp   = [...]string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
	noScale = [...]string{""}
)

// appendScaled writes x with the prefix that leaves fewer than four digits.
func appendScaled(dst []byte, x float64, d unit, decimals int) []byte {
	prefixes, step := noScale[:], 1000.0
	switch d.scale {
	case si:
		prefixes = siUp[:]
	case siSmall:
		prefixes = siUp[:]
		if a := math.Abs(x); a > 0 && a < 0.9995 {
			return appendSmall(dst, x, d, decimals)
		}
	case iec:
		prefixes, step = iecUp[:], 1024
	default:
	}
	i, whole := 0, x
	for math.Abs(x) >= 999.5 && i < len(prefixes)-1 {
		x /= step
		i++
	}
	if len(prefixes) > 1 && math.Abs(x) >= 999.5 { // past the last prefix
		return appendSuffix(appendExponent(dst, whole), "", d)
	}
	dst = appendNumber(dst, x, decimals, d, i > 0)
	return appendSuffix(dst, prefixes[i], d)
}

func appendSmall(dst []byte, x float64, d unit, decimals int) []byte {
	i := 0
	for math.Abs(x) < 0.9995 && i < len(siDown)-1 {
		x *= 1000
		i++
	}
	dst = appendNumber(dst, x, decimals, d, true)
	return appendSuffix(dst, siDown[i], d)
}

// appendSuffix writes a blank and the unit. Units of physics take the prefix
// ("kB", "MHz"); what is only counted leaves it at the number ("1.23k req/s").
func appendSuffix(dst []byte, prefix string, d unit) []byte {
	switch {
	case d.suffix == "":
		return append(dst, prefix...)
	case d.bytes(), d.scale == siSmall, d.suffix == "Hz":
		return append(append(append(dst, ' '), prefix...), d.suffix...)
	}
	return append(append(append(dst, prefix...), ' '), d.suffix...)
}

// appendNumber writes x with three significant digits, or with the decimals
// asked for. Whole numbers of counting units have none.
func appendNumber(dst []byte, x float64, decimals int, d unit, scaled bool) []byte {
	a := math.Abs(x)
	const bound = 9_999_999.5 // the longest number that is written out
	switch {
	case a >= bound && (d.scale == plain || d.scale == percent):
		return appendExponent(dst, x)
	case decimals < 0 && a > 0 && a < 0.001 && !d.bytes() && d.scale != percent:
		return appendExponent(dst, x)
	}
	if decimals < 0 {
		decimals = significant(a, d, scaled)
	}
	n := len(dst)
	dst = strconv.AppendFloat(dst, x, 'f', decimals, 64)
	if dst[n] == '-' && allZero(dst[n+1:]) {
		dst = append(dst[:n], dst[n+1:]...) // no minus before a zero
	}
	return dst
}

// significant is how many digits after the point a number gets.
func significant(a float64, d unit, scaled bool) int {
	switch {
	case a == 0, d.whole && !scaled && (d.bytes() || a == math.Trunc(a)):
		return 0
	case d.scale == percent && a >= 0.9995 && a < 99.95, d.suffix == "°C" && a < 99.95:
		return 1
	case a < 0.00995 && d.scale != percent:
		return 4
	case a < 0.0995 && d.scale != percent:
		return 3
	case a < 9.995:
		return 2
	case a < 99.95:
		return 1
	}
	return 0
}

// bytes reports whether a fraction of the unit means nothing.
func (u unit) bytes() bool {
	switch u.suffix {
	case "B", "b", "B/s", "b/s":
		return true
	}
	return false
}

// appendExponent writes x as 1.2e9, 1e300 or -3e-12: at most seven columns.
func appendExponent(dst []byte, x float64) []byte {
	var buf [32]byte
	s := string(strconv.AppendFloat(buf[:0], x, 'e', 1, 64))
	mantissa, exponent, _ := strings.Cut(s, "e")
	mantissa = strings.TrimSuffix(mantissa, ".0")
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	exponent = strings.TrimLeft(exponent[1:], "0")
	if len(exponent) == 3 && len(mantissa) > 2 { // 1.5e300: the exponent says it all
		s = string(strconv.AppendFloat(buf[:0], x, 'e', 0, 64))
		mantissa, exponent, _ = strings.Cut(s, "e")
		exponent = strings.TrimLeft(exponent[1:], "0")
	}
	dst = append(append(append(append(dst, mantissa...), 'e'), sign...), exponent...)
	if exponent == "" {
		dst = append(dst, '0')
	}
	return dst
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}

// appendDate writes milliseconds since 1970 as a time of day with date.
func appendDate(dst []byte, v float64, zone *time.Location) []byte {
	const lastMilli = 253402300799999 // the end of year 9999
	if v < 0 || v > lastMilli {
		return append(dst, "no date"...)
	}
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(int64(v)).In(zone).AppendFormat(dst, "2006-01-02 15:04:05")
}
