package prometheus

import (
	"bytes"
	"math"
	"strconv"
)

// tens are the powers of ten that a float64 holds exactly.
var tens = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// sampleRoom is what the longest sample that a server writes takes.
const sampleRoom = 96

// plainSample reads a sample that is written as servers do, [1712345678.123,"0.25"],
// and says how many bytes it took; 0: it is written in another way.
func plainSample(b []byte) (t int64, v float64, n int) {
	if len(b) < 8 || b[0] != '[' {
		return 0, 0, 0
	}
	i := 1
	for i < len(b) && i < 15 && b[i]-'0' < 10 {
		t = t*10 + int64(b[i]-'0')
		i++
	}
	if i == 1 || i == 15 {
		return 0, 0, 0
	}
	t *= 1000
	if i < len(b) && b[i] == '.' {
		i++
		for unit := int64(100); i < len(b) && b[i]-'0' < 10; i++ {
			if unit == 0 {
				return 0, 0, 0 // finer than a millisecond
			}
			t += unit * int64(b[i]-'0')
			unit /= 10
		}
	}
	if i+3 > len(b) || b[i] != ',' || b[i+1] != '"' {
		return 0, 0, 0
	}
	i += 2
	v, m := plainFloat(b[i:])
	if m == 0 {
		if m = bytes.IndexByte(b[i:min(len(b), i+40)], '"'); m < 0 {
			return 0, 0, 0
		}
		var err error
		if v, err = strconv.ParseFloat(string(b[i:i+m]), 64); err != nil {
			return 0, 0, 0
		}
	}
	i += m
	if i+2 > len(b) || b[i] != '"' || b[i+1] != ']' {
		return 0, 0, 0
	}
	return t, v, i + 2
}

// plainFloat reads a decimal of at most 15 digits, which one multiplication or
// division makes exact (Clinger, "How to read floating point numbers
// accurately", 1990). It says how many bytes it took; 0: it cannot.
func plainFloat(b []byte) (v float64, n int) {
	i := 0
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		i++
	}
	var mantissa uint64
	digits, point := 0, -1
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c-'0' < 10:
			mantissa = mantissa*10 + uint64(c-'0')
			if digits++; digits > 15 {
				return 0, 0
			}
			continue
		case c == '.' && point < 0:
			point = digits
			continue
		}
		break
	}
	if digits == 0 || i == len(b) || b[i] != '"' {
		return 0, 0
	}
	v = float64(mantissa)
	if point >= 0 {
		v /= tens[digits-point]
	}
	if negative {
		v = -v
	}
	return v, i
}

// milliseconds are those of a number of seconds.
func milliseconds(b []byte) (int64, bool) {
	seconds, err := strconv.ParseFloat(string(b), 64)
	ms := math.Round(seconds * 1000)
	if err != nil || math.IsNaN(ms) || math.Abs(ms) > 1<<53 {
		return 0, false
	}
	return int64(ms), true
}
