package logs

import (
	"math"
	"strconv"
	"strings"
)

// two reads two digits at s[i]; negative if they are none. The callers see to
// it that s is long enough.
func two(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return math.MinInt32
	}
	return int(a)*10 + int(b)
}

// number reads up to most digits at s[i]; -1 if there is none.
func number(s string, i, most int) (n, end int) {
	end = i
	for end < len(s) && end < i+most && s[end]-'0' <= 9 {
		n = n*10 + int(s[end]-'0')
		end++
	}
	if end == i {
		return -1, i
	}
	return n, end
}

// digitsIn is how many digits s begins with.
func digitsIn(s string) int {
	i := 0
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// timeOfDay reads 15:04:05, with a fraction after a dot or a comma, and 3:04:05 PM.
func timeOfDay(s string, i int) (secs, frac int64, end int) {
	if i+8 > len(s) {
		return 0, 0, 0
	}
	colon := i + 2
	if s[i+1] == ':' {
		colon = i + 1
	}
	if colon+6 > len(s) || s[colon] != ':' || s[colon+3] != ':' {
		return 0, 0, 0
	}
	h := int(s[i] - '0')
	if colon == i+2 {
		h = two(s, i)
	}
	m, sec := two(s, colon+1), two(s, colon+4)
	if uint(h) > 23 || uint(m) > 59 || uint(sec) > 60 {
		return 0, 0, 0
	}
	end = colon + 6
	if end < len(s) && s[end]-'0' <= 9 {
		return 0, 0, 0
	}
	if end+1 < len(s) && (s[end] == '.' || s[end] == ',') && s[end+1]-'0' <= 9 {
		frac, end = fraction(s, end+1)
	}
	if end+3 <= len(s) && s[end] == ' ' && s[end+2] == 'M' && (end+3 == len(s) || !wordByte(s[end+3])) {
		switch {
		case s[end+1] == 'P' && h < 12:
			h, end = h+12, end+3
		case s[end+1] == 'A' && h == 12:
			h, end = 0, end+3
		case s[end+1] == 'P' || s[end+1] == 'A':
			end += 3
		}
	}
	return int64(h*3600 + m*60 + sec), frac, end
}

// fraction reads the digits of a fraction of a second as nanoseconds.
func fraction(s string, i int) (ns int64, end int) {
	unit := int64(1e8)
	for end = i; end < len(s) && s[end]-'0' <= 9; end++ {
		ns += int64(s[end]-'0') * unit
		unit /= 10
	}
	return ns, end
}

// civil is the Unix second that a day begins with in UTC, noTime if there is no such day.
// http://howardhinnant.github.io/date_algorithms.html
func civil(y, m, d int) int64 {
	if y < firstYear || y > lastYear || m < 1 || m > 12 || d < 1 || d > 28 && d > daysIn(y, m) {
		return noTime
	}
	if m <= 2 {
		y, m = y-1, m+12
	}
	return int64(365*y+y/4-y/100+y/400+(153*(m-3)+2)/5+d-1-719468) * day
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// month reads the English name of a month in three letters; 0 if s begins with none.
func month(s string) int {
	if len(s) < 3 {
		return 0
	}
	switch s[:3] {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// epoch reads seconds, milliseconds, microseconds or nanoseconds since 1970, told
// apart by how many digits there are: those of the years 2001 to 2286.
func epoch(s string) (ns int64, n int) {
	for n < len(s) && n < 20 && s[n]-'0' <= 9 {
		ns = ns*10 + int64(s[n]-'0') // 20 digits may overflow, and are refused
		n++
	}
	unit, parts := int64(1), int64(1e9) // in nanoseconds, and how many make a second
	switch {
	case n == 10 && ns < math.MaxInt64/int64(1e9)-1:
		unit, parts = 1e9, 1
	case n == 13:
		unit, parts = 1e6, 1e3
	case n == 16:
		unit, parts = 1e3, 1e6
	case n == 19 && s[0] < '9':
	default:
		return 0, 0
	}
	if s[0] == '0' {
		return 0, 0
	}
	ns *= unit
	if n+1 < len(s) && s[n] == '.' && s[n+1]-'0' <= 9 {
		var frac int64
		frac, n = fraction(s, n+1)
		if parts > 1 {
			frac /= parts
		}
		ns += frac
	}
	if n < len(s) && wordByte(s[n]) {
		return 0, 0
	}
	return ns, n
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// wordByte reports whether b can be in a word: a letter, a digit, an underscore or part of a rune.
func wordByte(b byte) bool { return letter(b) || b-'0' <= 9 || b == '_' || b >= 0x80 }

// epochNumber reads a time since 1970 written as a JSON number, with a fraction or an exponent.
func epochNumber(v string) (ns int64, ok bool) {
	ns, n := epoch(v)
	if n == len(v) && n > 0 {
		return ns, true
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || f < 1e9 || strings.IndexByte(v, 'e') < 0 && strings.IndexByte(v, 'E') < 0 {
		return 0, false
	}
	for f < 1e18 {
		f *= 1e3
	}
	return int64(f), f < math.MaxInt64
}
