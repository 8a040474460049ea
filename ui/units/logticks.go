package units

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"
)

// logLeast and logMost bound a logarithmic axis.
const (
	logLeast = 1e-280
	logMost  = 1e280
)

// logSteps are the distances of ticks in powers of the base.
var logSteps = [...]int{1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000}

// FitLog makes a the logarithmic axis that holds lo..hi in unit u, with at most
// most ticks: at powers of ten (of two for units of 1024), or at 1, 2 and 5
// times them where those are too few. An end that is not kept is moved out to
// such a value. Values that are not above zero, and NaN, count as absent; Lo is
// always above zero. Else it guarantees what Axis says.
func (a *Axis) FitLog(lo, hi float64, u string, most int, keepLo, keepHi bool) {
	d := lookup(u)
	f := d.factor
	if !(f > 0) {
		f = 1
	}
	lo, hi, keepLo, keepHi = logEnds(lo*f, hi*f, keepLo, keepHi)
	round := round125
	if d.scale == iec {
		round = roundBinary
	}
	for range 2 {
		if !keepLo {
			lo = max(round(lo, false), logLeast)
		}
		if !keepHi {
			hi = min(round(hi, true), logMost)
		}
		if lo < hi {
			break
		}
		lo, hi, keepLo, keepHi = lo/2, hi*2, false, false
	}
	a.Lo, a.Hi = lo/f, hi/f
	a.logTicks(d, u, f, min(most, maxTicks))
}

// logEnds makes any two values positive, finite and ordered.
func logEnds(lo, hi float64, keepLo, keepHi bool) (float64, float64, bool, bool) {
	there := func(v float64) bool { return v > 0 }
	switch {
	case !there(lo) && !there(hi):
		lo, hi, keepLo, keepHi = 1, 10, false, false
	case !there(lo):
		lo, keepLo = hi, false
	case !there(hi):
		hi, keepHi = lo, false
	}
	if lo > hi {
		switch {
		case keepLo && !keepHi:
			hi = lo
		case keepHi && !keepLo:
			lo = hi
		default:
			lo, hi = hi, lo
		}
	}
	lo, hi = min(max(lo, logLeast), logMost), min(max(hi, logLeast), logMost)
	if hi/lo < 1+1e-9 {
		switch {
		case keepLo && !keepHi:
			hi = lo * 10
		case keepHi && !keepLo:
			lo = hi / 10
		default:
			keepLo, keepHi = false, false
		}
	}
	return lo, hi, keepLo, keepHi
}

// power is base to the e, exactly where there is an exact one.
func power(base float64, e int) float64 {
	if base == 10 {
		return math.Pow10(e)
	}
	return math.Exp2(float64(e))
}

// round125 is the 1, 2 or 5 times a power of ten that is next to v, up or down.
func round125(v float64, up bool) float64 {
	const rounding = 1e-9
	e := int(math.Floor(math.Log10(v)))
	best := math.Pow10(e - 1)
	for k := e - 1; k <= e+1; k++ {
		for _, m := range [...]float64{1, 2, 5} {
			x := m * math.Pow10(k)
			switch {
			case up && x >= v*(1-rounding):
				return x
			case !up && x <= v*(1+rounding):
				best = x
			}
		}
	}
	if up {
		return math.Pow10(e + 2)
	}
	return best
}

// roundBinary is the power of two that is next to v, up or down.
func roundBinary(v float64, up bool) float64 {
	e := math.Log2(v)
	const rounding = 1e-9
	if up {
		return math.Exp2(math.Ceil(e - rounding))
	}
	return math.Exp2(math.Floor(e + rounding))
}

// logTicks puts ticks on the axis: the closest ones that are not too many.
func (a *Axis) logTicks(d unit, u string, f float64, most int) {
	kept := a.Ticks[:cap(a.Ticks)]
	a.Ticks = a.Ticks[:0]
	if most < 2 {
		return
	}
	base := 10.0
	if d.scale == iec {
		base = 2
	}
	first := int(math.Floor(math.Log(a.Lo*f)/math.Log(base))) - 1
	last := int(math.Ceil(math.Log(a.Hi*f)/math.Log(base))) + 1
	const enough = 3
	for _, ms := range [...][]float64{{1, 2, 5}, {1, 5}} {
		if base != 10 || a.logCount(base, first, last, 1, []float64{1}, f) >= enough {
			break
		}
		if a.logCount(base, first, last, 1, ms, f) <= most {
			a.logTake(kept, u, base, first, last, 1, ms, f)
			return
		}
	}
	for _, step := range logSteps {
		if a.logCount(base, first, last, step, []float64{1}, f) <= most {
			a.logTake(kept, u, base, first, last, step, []float64{1}, f)
			return
		}
	}
}

// logEach calls do for the values at every step-th power that are on the axis.
func (a *Axis) logEach(base float64, first, last, step int, times []float64, f float64, do func(v float64)) {
	from := int(math.Floor(float64(first)/float64(step))) * step
	for e := from; e <= last; e += step {
		for _, m := range times {
			if v := m * power(base, e) / f; v >= a.Lo*(1-1e-12) && v <= a.Hi*(1+1e-12) {
				do(min(max(v, a.Lo), a.Hi))
			}
		}
	}
}

func (a *Axis) logCount(base float64, first, last, step int, times []float64, f float64) int {
	n := 0
	a.logEach(base, first, last, step, times, f, func(float64) { n++ })
	return n
}

func (a *Axis) logTake(kept []Tick, u string, base float64, first, last, step int, times []float64, f float64) {
	a.logEach(base, first, last, step, times, f, func(v float64) {
		var buf [64]byte
		text := tickText(buf[:0], v, u)
		n := len(a.Ticks)
		switch {
		case text == nil, n > 0 && a.Ticks[n-1].Label == string(text), n > 0 && a.Ticks[n-1].Value >= v:
		case n < len(kept) && kept[n].Label == string(text):
			a.Ticks = append(a.Ticks, Tick{v, kept[n].Label})
		default:
			a.Ticks = append(a.Ticks, Tick{v, string(text)})
		}
	})
}

// tickText is v without digits that say nothing, nil if that is too long.
func tickText(dst []byte, v float64, u string) []byte {
	dst = trimZeros(Append(dst, v, u, -1, nil))
	if utf8.RuneCount(dst) <= TickWidth {
		return dst
	}
	if s := strings.TrimSpace(FormatWidth(v, u, TickWidth)); !strings.HasPrefix(s, "#") {
		return append(dst[:0], s...)
	}
	return nil
}

// trimZeros takes the zeros at the end of a fraction away: 10 ms, not 10.0 ms.
func trimZeros(b []byte) []byte {
	point := bytes.IndexByte(b, '.')
	if point < 0 {
		return b
	}
	end := point + 1
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	keep := end
	for keep > point+1 && b[keep-1] == '0' {
		keep--
	}
	if keep == point+1 {
		keep = point
	}
	return append(b[:keep], b[end:]...)
}
