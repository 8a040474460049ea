package units

import (
	"math"
	"strconv"
	"time"
)

// A step is the distance of two ticks: mantissa·10^exponent (mantissa 1, 2 or
// 5, of percent 25 too, because quarters are what is looked for), or, where whole is set, that many of the unit's base (seconds, bytes).
type step struct {
	mantissa, exponent int
	whole              float64
}

func (s step) value() float64 {
	if s.whole > 0 {
		return s.whole
	}
	if s.exponent < -300 { // 1e-310 is not exact, m/1e310 is no number
		return float64(s.mantissa) * math.Pow(10, float64(s.exponent))
	}
	if s.exponent < 0 {
		return float64(s.mantissa) / math.Pow10(-s.exponent)
	}
	return float64(s.mantissa) * math.Pow10(s.exponent)
}

// clockSteps are the round durations in seconds, from a second to a year.
var clockSteps = [...]float64{
	1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
	hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day, 20 * day, 50 * day, 100 * day, year,
}

// firstStep is a round step not above least, and so that the largest value
// does not need more than seven digits.
func firstStep(d unit, least, largest float64) step {
	if least /= 2; d.scale != date { // whose labels are no numbers
		least = max(least, largest*1e-7)
	}
	least = max(least, axisLeast*1e-2)
	e := int(math.Floor(math.Log10(least)))
	s := step{mantissa: 1, exponent: e}
	switch {
	case d.scale == iec && least >= 1:
		return step{whole: math.Exp2(math.Floor(math.Log2(least)))}
	case (d.scale == duration || d.scale == date) && least >= clockUnit(d):
		s = step{whole: clockUnit(d)}
		for s.value() < least/2 && !math.IsInf(s.value(), 0) {
			s = s.next(d)
		}
	}
	return s
}

// clockUnit is a second in the base unit: dates are in milliseconds.
func clockUnit(d unit) float64 {
	if d.scale == date {
		return 1000
	}
	return 1
}

// next is the next larger round step.
func (s step) next(d unit) step {
	clock := d.scale == duration || d.scale == date
	switch {
	case s.whole > 0 && d.scale == iec:
		return step{whole: s.whole * 2}
	case s.whole > 0 && clock:
		one := clockUnit(d)
		for _, c := range clockSteps {
			if c*one > s.whole {
				return step{whole: c * one}
			}
		}
		years := s.whole / one / year
		p := math.Pow10(int(math.Floor(math.Log10(years) + 1e-9)))
		for _, m := range []float64{2, 5, 10} {
			if m*p > years*1.000001 {
				return step{whole: m * p * year * one}
			}
		}
		return step{whole: math.Inf(1)}
	}
	switch s.mantissa {
	case 1:
		s.mantissa = 2
	case 2:
		if s.mantissa = 5; d.scale == percent {
			s.mantissa, s.exponent = 25, s.exponent-1
		}
	case 25:
		s.mantissa, s.exponent = 5, s.exponent+1
	default:
		s.mantissa, s.exponent = 1, s.exponent+1
	}
	if v := s.value(); clock && v >= clockUnit(d) {
		return step{whole: clockUnit(d)}
	} else if d.scale == iec && v >= 1 {
		return step{whole: 1}
	}
	return s
}

// text appends k steps. most is the largest k of the axis, which decides the
// prefix that all its ticks share.
func (s step) text(dst []byte, d unit, k, most float64, form int) []byte {
	largest := most * s.value()
	switch {
	case d.scale == date:
		return s.dateText(dst, k)
	case k == 0 && d.scale == percent:
		return withSuffix(append(dst, '0'), "", d, form)
	case k == 0:
		return append(dst, '0')
	case d.scale == duration && s.whole > 0:
		return clockText(dst, k*s.whole)
	case d.scale == duration:
		return s.smallSeconds(dst, k, largest, form)
	case s.whole > 0: // powers of two
		i := 0
		for scale := 1.0; largest >= scale*1024 && i < len(iecUp)-1; scale *= 1024 {
			i++
		}
		x := k * s.whole / math.Exp2(float64(10*i))
		if math.Abs(x) >= 1e6 {
			return withSuffix(appendExponent(dst, k*s.whole), "", d, form)
		}
		return withSuffix(strconv.AppendFloat(dst, x, 'f', -1, 64), iecUp[i], d, form)
	}
	prefix, shift := s.prefix(d, largest)
	if e := s.exponent - shift; e > 5 || e < -5 {
		return withSuffix(scientific(dst, k, s.mantissa, s.exponent), "", d, form)
	}
	return withSuffix(s.number(dst, k, shift), prefix, d, form)
}

// prefix is the SI prefix for values up to largest, and its power of ten.
func (s step) prefix(d unit, largest float64) (prefix string, shift int) {
	if d.scale != si && d.scale != siSmall {
		return "", 0
	}
	e := int(math.Floor(math.Log10(largest)+1e-9)) / 3
	if largest < 1 {
		e = 0
		if d.scale == siSmall {
			e = max(-int(math.Ceil(-math.Log10(largest)/3-1e-9)), -(len(siDown) - 1))
		}
	}
	if e < 0 {
		return siDown[-e], 3 * e
	}
	e = min(e, len(siUp)-1)
	return siUp[e], 3 * e
}

// number appends k steps over 10^shift with as many digits as the step has.
func (s step) number(dst []byte, k float64, shift int) []byte {
	e := s.exponent - shift
	x := k * float64(s.mantissa) * math.Pow10(max(e, 0))
	if e < 0 {
		x = k * float64(s.mantissa) / math.Pow10(-e)
	}
	if s.whole > 0 {
		x, e = k*s.whole, 0
	}
	return strconv.AppendFloat(dst, x, 'f', max(0, -e), 64)
}

// smallSeconds appends a duration on an axis whose steps are below a second.
func (s step) smallSeconds(dst []byte, k, largest float64, form int) []byte {
	names := [...]string{"s", "ms", "µs", "ns"}
	i := 0
	for scale := 1.0; largest < scale*0.9999999 && i < len(names)-1; scale /= 1000 {
		i++
	}
	if e := s.exponent + 3*i; e < -5 {
		return append(scientific(dst, k, s.mantissa, s.exponent), 's')
	}
	dst = s.number(dst, k, -3*i)
	if form == 0 {
		dst = append(dst, ' ')
	}
	return append(dst, names[i]...)
}

// clockText appends whole seconds in at most three units: 1m30s, 1d12h, 2y.
func clockText(b []byte, seconds float64) []byte {
	if seconds < 0 {
		b, seconds = append(b, '-'), -seconds
	}
	if seconds >= 1e6*year {
		return append(appendExponent(b, seconds/year), 'y')
	}
	n := int64(seconds)
	for _, p := range [...]struct {
		of   int64
		name byte
	}{{year, 'y'}, {day, 'd'}, {hour, 'h'}, {minute, 'm'}, {1, 's'}} {
		if n >= p.of {
			b = append(strconv.AppendInt(b, n/p.of, 10), p.name)
			n %= p.of
		}
	}
	return b
}

// dateText appends a date on an axis: the time of day, or the day.
func (s step) dateText(dst []byte, k float64) []byte {
	v := k * s.value()
	const lastMilli = 253402300799999 // the end of year 9999
	if v < -lastMilli || v > lastMilli {
		return appendExponent(dst, v)
	}
	t := time.UnixMilli(int64(v)).UTC()
	switch {
	case s.whole < 1000*minute:
		return t.AppendFormat(dst, "15:04:05")
	case s.whole < 1000*day:
		return t.AppendFormat(dst, "15:04")
	case s.whole < 1000*year:
		return t.AppendFormat(dst, "06-01-02")
	}
	return t.AppendFormat(dst, "2006")
}
