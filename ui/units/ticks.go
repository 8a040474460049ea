package units

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// TickWidth is the most columns a tick's label takes, so that the axes of all
// charts are equally wide.
const TickWidth = 8

// A Tick is a value on an axis and what it is called.
type Tick struct {
	Value float64
	Label string
}

// An Axis is a scale from Lo to Hi, Lo < Hi, with ticks at round values.
//
// It guarantees: ticks ascend and are within Lo..Hi; no two have the same
// label; no label is wider than TickWidth columns; Hi-Lo is finite.
type Axis struct {
	Lo, Hi float64
	Ticks  []Tick
}

// axisLimit bounds an axis so that its length stays finite.
const axisLimit = 8e307

// axisLeast is the smallest value that an axis tells from zero: below it the
// arithmetic of ticks would be of denormals.
const axisLeast = 1e-304

// FitAxis gives the axis that holds lo..hi in unit u with at most most ticks.
// Its ends are moved out to round values, except an end that is kept. Any lo
// and hi will do: NaN counts as absent, infinities and values beyond 8e307 as
// 8e307; where both are the same, or too near each other to be told apart in a
// label, the axis is widened. most below 2 gives no ticks.
func FitAxis(lo, hi float64, u string, most int, keepLo, keepHi bool) Axis {
	d := lookup(u)
	if d.scale == boolean { // between no and yes there are numbers
		d.scale = plain
	}
	limit := axisLimit * min(d.factor, 1)
	lo, hi = axisEnds(lo*d.factor, hi*d.factor, limit, keepLo, keepHi)
	if lo == hi {
		lo, hi, keepLo, keepHi = widen(lo, limit)
	}
	n := max(most, 2)
	if lo < 0 && hi > 0 {
		n = max(n, 3) // a step below zero, zero, a step above
	}
	for s := firstStep(d, (hi-lo)/float64(n), max(math.Abs(lo), math.Abs(hi))); ; s = s.next(d) {
		v := s.value()
		if math.IsInf(v, 0) {
			return Axis{Lo: lo / d.factor, Hi: hi / d.factor}
		}
		// A quotient that is whole but for rounding counts as whole.
		const rounding = 1e-12
		bottom, top := lo/v, hi/v
		first := math.Floor(bottom + math.Abs(bottom)*rounding)
		last := math.Ceil(top - math.Abs(top)*rounding)
		if keepLo {
			first = math.Ceil(bottom - math.Abs(bottom)*rounding)
		}
		if keepHi {
			last = math.Floor(top + math.Abs(top)*rounding)
		}
		if last-first+1 > float64(n) {
			continue
		}
		a := Axis{Lo: lo, Hi: hi}
		if !keepLo {
			a.Lo = max(first*v, -limit)
		}
		if !keepHi {
			a.Hi = min(last*v, limit)
		}
		ticks, ok := label(d, s, first, last)
		if !ok || a.Lo >= a.Hi {
			continue
		}
		a.Lo, a.Hi = a.Lo/d.factor, a.Hi/d.factor
		if len(ticks) > max(most, 0) { // there is room for the ends only, or for none
			if most < 2 {
				return a
			}
			ticks = []Tick{ticks[0], ticks[len(ticks)-1]}
		}
		for _, t := range ticks {
			t.Value /= d.factor
			if t.Value >= a.Lo && t.Value <= a.Hi {
				a.Ticks = append(a.Ticks, t)
			}
		}
		return a
	}
}

// axisEnds makes any two values finite and ordered.
func axisEnds(lo, hi, limit float64, keepLo, keepHi bool) (float64, float64) {
	switch {
	case math.IsNaN(lo) && math.IsNaN(hi):
		lo, hi = 0, 1
	case math.IsNaN(lo):
		lo = min(hi, 0)
	case math.IsNaN(hi):
		hi = max(lo, 0)
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
	lo, hi = min(max(lo, -limit), limit), min(max(hi, -limit), limit)
	const unseen = 1e-9 // of the axis: an end this near to zero is zero
	switch {
	case lo < 0 && hi > 0 && hi < -lo*unseen && !keepHi:
		hi = 0
	case lo < 0 && hi > 0 && -lo < hi*unseen && !keepLo:
		lo = 0
	}
	if math.Abs(lo) < axisLeast {
		lo = 0
	}
	if math.Abs(hi) < axisLeast {
		hi = 0
	}
	return lo, hi
}

// widen gives a constant some room.
func widen(v, limit float64) (lo, hi float64, keepLo, keepHi bool) {
	switch room := math.Abs(v) / 10; {
	case v == 0:
		return 0, 1, true, false
	default:
		return max(v-room, -limit), min(v+room, limit), false, false
	}
}

// label writes the ticks first*s .. last*s, all with one prefix and one form.
// ok is false if no form makes them distinct and short enough.
func label(d unit, s step, first, last float64) (ticks []Tick, ok bool) {
	n := int(last - first + 1)
	if n <= 0 {
		return nil, true
	}
	for form := range forms {
		ticks = ticks[:0]
		fits := true
		for i := range n {
			k := first + float64(i)
			v := k * s.value()
			if k == 0 {
				v = 0 // never -0
			}
			text := s.text(d, k, max(math.Abs(first), math.Abs(last)), form)
			if utf8.RuneCountInString(text) > TickWidth ||
				slices.ContainsFunc(ticks, func(t Tick) bool { return t.Label == text }) {
				fits = false
				break
			}
			ticks = append(ticks, Tick{v, text})
		}
		if fits {
			return ticks, true
		}
	}
	return nil, false
}

// forms is how many ways there are to write a tick: with a blank before the
// unit, without, without the unit.
const forms = 3

// axisSuffix is the unit of a tick; one that may not be one column a rune is left out.
func axisSuffix(d unit) string {
	for _, r := range d.suffix {
		if r != '°' && (r < 0x20 || r > 0x7e) {
			return ""
		}
	}
	return d.suffix
}

// withSuffix puts prefix and unit behind a number.
func withSuffix(number []byte, prefix string, d unit, form int) string {
	suffix := axisSuffix(d)
	switch {
	case form == 2 || suffix == "":
		number = append(number, prefix...)
	case d.bytes() || d.scale == siSmall || d.suffix == "Hz" || prefix == "":
		if form == 0 {
			number = append(number, ' ')
		}
		number = append(append(number, prefix...), suffix...)
	default:
		number = append(number, prefix...)
		if form == 0 {
			number = append(number, ' ')
		}
		number = append(number, suffix...)
	}
	return string(number)
}

// decimalsOf is the number of digits after the point that show mantissa·10^exponent whole.
func decimalsOf(exponent int) int { return max(0, -exponent) }

// scientific writes k·mantissa·10^exponent with a whole mantissa: "15e-301".
func scientific(k float64, mantissa, exponent int) []byte {
	m := k * float64(mantissa)
	for m != 0 && math.Mod(m, 10) == 0 {
		m /= 10
		exponent++
	}
	b := strconv.AppendFloat(nil, m, 'f', 0, 64)
	return strconv.AppendInt(append(b, 'e'), int64(exponent), 10)
}
