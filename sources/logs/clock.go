package logs

import (
	"math"
	"strings"
)

// Times outside these years are no times of log lines, and do not fit int64 nanoseconds.
const firstYear, lastYear = 1970, 2260

// noTime is what a scan gives that found no time.
const noTime = math.MinInt64

// A clock reads times. ref bounds those without a year, see Reader.Head.
type clock struct {
	zone *zone
	ref  int64
}

// scan reads the time that s begins with and gives its Unix nanoseconds, noTime
// if it cannot be known for want of a year, and how many bytes it takes, 0 if s
// begins with none. The layout follows from where digits and separators stand,
// so that nothing is tried in vain.
func (c clock) scan(s string) (ns int64, n int) {
	if len(s) < 10 {
		return 0, 0
	}
	switch b := s[0]; {
	case b-'0' <= 9:
		return c.digits(s)
	case b == '[':
		ns, n = c.scan(s[1:])
		if n == 0 {
			return 0, 0
		}
		n++
		if n < len(s) && s[n] == ']' {
			n++
		}
		return ns, n
	case b >= 'A' && b <= 'Z':
		return c.names(s)
	}
	return 0, 0
}

// digits reads the times that begin with a digit.
func (c clock) digits(s string) (ns int64, n int) {
	switch {
	case (s[4] == '-' || s[4] == '/' || s[4] == '.') && s[7] == s[4]: // 2006-01-02
		return c.timed(s, civil(two(s, 0)*100+two(s, 2), two(s, 5), two(s, 8)), 10)
	case len(s) >= 17 && (s[2] == '/' || s[2] == '-' || s[2] == ' ') && month(s[3:]) > 0: // 02/Jan/2006
		return c.timed(s, civil(two(s, 7)*100+two(s, 9), month(s[3:]), two(s, 0)), 11)
	case len(s) >= 17 && (s[2] == '/' || s[2] == '.') && s[5] == s[2]:
		a, b := two(s, 0), two(s, 3)
		switch {
		case two(s, 8) < 0: // 06/01/02
			return c.timed(s, civil(2000+a, b, two(s, 6)), 8)
		case s[2] == '.' || a > 12: // 02.01.2006
			a, b = b, a
		}
		return c.timed(s, civil(two(s, 6)*100+two(s, 8), a, b), 10) // 01/02/2006
	case len(s) >= 15 && (s[8] == 'T' || s[8] == '-' || s[8] == ' '):
		d := civil(two(s, 0)*100+two(s, 2), two(s, 4), two(s, 6))
		if s[11] == ':' { // 20060102 15:04:05
			return c.timed(s, d, 8)
		}
		hour, minute, second := two(s, 9), two(s, 11), two(s, 13) // 20060102T150405
		if d == noTime || uint(hour) > 23 || uint(minute) > 59 || uint(second) > 60 {
			return 0, 0
		}
		return c.zoned(s, d+int64(hour*3600+minute*60+second), 15)
	}
	return epoch(s)
}

// names reads the times that begin with the name of a month or of a day of the week.
func (c clock) names(s string) (ns int64, n int) {
	m := month(s)
	if m == 0 {
		return c.weekday(s)
	}
	// Jan _2 15:04:05, Jan 02 2006 15:04:05, Jan 2, 2006 3:04:05 PM
	if s[3] != ' ' {
		return 0, 0
	}
	d, at := number(s, 4, 2)
	if d < 0 && s[4] == ' ' {
		d, at = number(s, 5, 1)
	}
	if d < 0 || at+9 > len(s) {
		return 0, 0
	}
	if s[at] == ',' {
		at++
	}
	if y, next := number(s, at+1, 4); s[at] == ' ' && next == at+5 {
		return c.timed(s, civil(y, m, d), next)
	}
	if s[at] != ' ' {
		return 0, 0
	}
	secs, frac, end := timeOfDay(s, at+1)
	if end == 0 {
		return 0, 0
	}
	if end+5 <= len(s) && s[end] == ' ' && frac == 0 { // Jan _2 15:04:05 2006
		if y, next := number(s, end+1, 4); next == end+5 && (next == len(s) || s[next] == ' ' || s[next] == ']') && y >= firstYear {
			if days := civil(y, m, d); days != noTime {
				return c.zone.unix(days+secs)*1e9 + frac, next
			}
		}
	}
	t := c.yearless(m, d, secs)
	switch {
	case t == noTime && c.ref != 0: // there is no such day
		return 0, 0
	case t == noTime:
		return noTime, end
	}
	return t*1e9 + frac, end
}

// weekday reads ctime's times and those of HTTP and mail.
func (c clock) weekday(s string) (ns int64, n int) {
	switch s[:3] {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
	default:
		return 0, 0
	}
	at := 4
	switch {
	case s[3] == ',' && s[4] == ' ': // Mon, 02 Jan 2006 15:04:05 MST
		at = 5
	case s[3] != ' ':
		return 0, 0
	}
	if len(s) < at+14 {
		return 0, 0
	}
	if s[at]-'0' <= 9 {
		if ns, n = c.digits(s[at:]); n > 0 {
			n += at
		}
		return ns, n
	}
	m := month(s[at:])
	d, next := number(s, at+4, 2)
	if d < 0 && s[at+4] == ' ' {
		d, next = number(s, at+5, 1)
	}
	if m == 0 || d < 0 {
		return 0, 0
	}
	secs, frac, end := timeOfDay(s, next+1) // Mon Jan _2 15:04:05 2006, or with MST before the year
	if end == 0 || end+5 > len(s) || s[end] != ' ' {
		return 0, 0
	}
	name, year := "", end+1
	if s[year]-'0' > 9 {
		i := strings.IndexByte(s[year:], ' ')
		if i < 0 {
			return 0, 0
		}
		name, year = s[year:year+i], year+i+1
	}
	y, end := number(s, year, 4)
	days := civil(y, m, d)
	if end != year+4 || days == noTime {
		return 0, 0
	}
	if name != "" {
		offset, ok := c.zone.offsetOf(name, days+secs)
		if name[0] == '+' || name[0] == '-' {
			var n int
			offset, n = numericZone(name, 0)
			ok = n == len(name)
		}
		if ok {
			return (days+secs-offset)*1e9 + frac, end
		}
	}
	return c.zone.unix(days+secs)*1e9 + frac, end
}

// timed goes on behind a date that ends at s[at]. days is the second its day
// begins with, noTime if the date is none.
func (c clock) timed(s string, days int64, at int) (ns int64, n int) {
	if days == noTime || at+9 > len(s) {
		return 0, 0
	}
	switch s[at] {
	case 'T', ' ', ':', 't', '_', '-':
	default:
		return 0, 0
	}
	secs, frac, end := timeOfDay(s, at+1)
	if end == 0 {
		return 0, 0
	}
	ns, n = c.zoned(s, days+secs, end)
	return ns + frac, n
}

// zoned goes on behind the seconds that end at s[at], with the zone if there is one.
func (c clock) zoned(s string, local int64, at int) (ns int64, n int) {
	if at == len(s) {
		return c.zone.unix(local) * 1e9, at
	}
	switch b := s[at]; b {
	case 'Z', 'z':
		if at+1 == len(s) || !letter(s[at+1]) {
			return local * 1e9, at + 1
		}
	case '+', '-':
		if offset, end := numericZone(s, at); end > 0 {
			return (local - offset) * 1e9, end
		}
	case ' ':
		if at+4 > len(s) {
			break
		}
		if s[at+1] == '+' || s[at+1] == '-' {
			if offset, end := numericZone(s, at+1); end > at+4 { // a bare " -07" may be anything
				if strings.HasPrefix(s[end:], " UTC") { // as Go prints a time
					end += 4
				}
				return (local - offset) * 1e9, end
			}
			break
		}
		end := at + 1
		for end < len(s) && end < at+6 && s[end] >= 'A' && s[end] <= 'Z' {
			end++
		}
		if end < at+4 || end < len(s) && wordByte(s[end]) {
			break
		}
		if offset, ok := c.zone.offsetOf(s[at+1:end], local); ok {
			return (local - offset) * 1e9, end
		}
	}
	return c.zone.unix(local) * 1e9, at
}

// numericZone reads +07, +0700 or +07:00 at s[at]; end is 0 if it is none.
func numericZone(s string, at int) (offset int64, end int) {
	if at+3 > len(s) {
		return 0, 0
	}
	h := two(s, at+1)
	if h < 0 || h > 15 {
		return 0, 0
	}
	offset, end = int64(h)*3600, at+3
	i := end
	if i < len(s) && s[i] == ':' {
		i++
	}
	if i+2 <= len(s) {
		if m := two(s, i); m >= 0 && m < 60 {
			offset, end = offset+int64(m)*60, i+2
		}
	}
	if end < len(s) && s[end]-'0' <= 9 {
		return 0, 0
	}
	if s[at] == '-' {
		offset = -offset
	}
	return offset, end
}

// yearless gives the Unix second of the last such day that is not later than a
// day after the reference, noTime without one.
func (c clock) yearless(m, d int, secs int64) int64 {
	if c.ref == 0 {
		return noTime
	}
	limit := c.ref/1e9 + day
	const meanYear = 31556952 // seconds; three days make up for what leap years add and take
	y := firstYear + int((limit+3*day)/meanYear)
	for range 10 { // 29 February comes every four years, but for some centuries
		if days := civil(y, m, d); days != noTime {
			if t := c.zone.unix(days + secs); t <= limit {
				return t
			}
		}
		y--
	}
	return noTime
}
