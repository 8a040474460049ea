package units

import (
	"math"
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

// maxTicks is the most ticks an axis has.
const maxTicks = 32

// axisLimit bounds an axis so that its length stays finite.
const axisLimit = 8e307

// axisLeast is the smallest value that an axis tells from zero: below it the
// arithmetic of ticks would be of denormals.
const axisLeast = 1e-304

// FitAxis gives the axis that holds lo..hi in unit u with at most most (and
// maxTicks) ticks. Its ends are moved out to round values, except an end that is kept. Any lo
// and hi will do: NaN counts as absent, infinities and values beyond 8e307 as
// 8e307; where both are the same, or too near each other to be told apart in a
// label, the axis is widened. most below 2 gives no ticks.
func FitAxis(lo, hi float64, u string, most int, keepLo, keepHi bool) Axis {
	var a Axis
	a.Fit(lo, hi, u, most, keepLo, keepHi)
	return a
}

// Fit makes a what FitAxis gives. Labels that stay are kept, so an axis whose
// data moves a little allocates nothing.
func (a *Axis) Fit(lo, hi float64, u string, most int, keepLo, keepHi bool) {
	most = min(most, maxTicks)
	d := lookup(u)
	if d.scale == boolean { // between no and yes there are numbers
		d.scale = plain
	}
	limit := axisLimit * min(d.factor, 1)
	lo, hi = axisEnds(lo*d.factor, hi*d.factor, limit, keepLo, keepHi)
	const apart = 1e-9 // of the larger: nearer ends are one value
	if hi-lo <= max(math.Abs(lo), math.Abs(hi))*apart {
		lo, hi, keepLo, keepHi = widen(lo, limit)
	}
	n := max(most, 2)
	if lo < 0 && hi > 0 {
		n = max(n, 3) // a step below zero, zero, a step above
	}
	for s := firstStep(d, (hi-lo)/float64(n), max(math.Abs(lo), math.Abs(hi))); ; s = s.next(d) {
		v := s.value()
		if math.IsInf(v, 0) {
			a.Lo, a.Hi, a.Ticks = lo/d.factor, hi/d.factor, a.Ticks[:0]
			return
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
		a.Lo, a.Hi = lo, hi
		if !keepLo {
			a.Lo = max(first*v, -limit)
		}
		if !keepHi {
			a.Hi = min(last*v, limit)
		}
		var labels tickLabels
		if a.Lo >= a.Hi || !labels.write(d, s, first, last) {
			continue
		}
		a.Lo, a.Hi = a.Lo/d.factor, a.Hi/d.factor
		a.take(&labels, d, s, first, most)
		return
	}
}

// take makes the ticks of their labels: all that are on the axis, or the two
// ends if there is no room for more.
func (a *Axis) take(l *tickLabels, d unit, s step, first float64, most int) {
	kept := a.Ticks[:cap(a.Ticks)]
	a.Ticks = a.Ticks[:0]
	if most < 2 {
		return
	}
	for i := range l.n {
		if l.n > most && i > 0 && i < l.n-1 {
			continue
		}
		k := first + float64(i)
		v := k * s.value() / d.factor
		if k == 0 {
			v = 0 // never -0
		}
		if v < a.Lo || v > a.Hi {
			continue
		}
		text := l.text[i][:l.size[i]]
		if at := len(a.Ticks); at < len(kept) && kept[at].Label == string(text) {
			a.Ticks = append(a.Ticks, Tick{v, kept[at].Label})
		} else {
			a.Ticks = append(a.Ticks, Tick{v, string(text)})
		}
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
	if v == 0 {
		return 0, 1, true, false
	}
	room := math.Abs(v) / 10
	return max(v-room, -limit), min(v+room, limit), false, false
}

// tickLabels are labels being tried.
type tickLabels struct {
	n    int
	size [maxTicks + 1]uint8
	text [maxTicks + 1][2 * TickWidth]byte
}

// write writes the ticks first*s .. last*s, all with one prefix and one form,
// and reports whether there is a form that makes them distinct and short enough.
func (l *tickLabels) write(d unit, s step, first, last float64) bool {
	n := int(last - first + 1)
	if l.n = max(n, 0); n > len(l.text) {
		return false
	}
	for form := range forms {
		if l.writeForm(d, s, first, last, form) {
			return true
		}
	}
	return false
}

func (l *tickLabels) writeForm(d unit, s step, first, last float64, form int) bool {
	var buf [64]byte
	for i := range l.n {
		text := s.text(buf[:0], d, first+float64(i), max(math.Abs(first), math.Abs(last)), form)
		if utf8.RuneCount(text) > TickWidth {
			return false
		}
		l.size[i] = uint8(copy(l.text[i][:], text)) //nolint:gosec // at most the array's length
		for j := range i {
			if string(l.text[j][:l.size[j]]) == string(text) {
				return false
			}
		}
	}
	return true
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
func withSuffix(number []byte, prefix string, d unit, form int) []byte {
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
	return number
}

// scientific appends k·mantissa·10^exponent with a whole mantissa: "15e-301".
func scientific(dst []byte, k float64, mantissa, exponent int) []byte {
	m := k * float64(mantissa)
	for m != 0 && math.Mod(m, 10) == 0 {
		m /= 10
		exponent++
	}
	dst = strconv.AppendFloat(dst, m, 'f', 0, 64)
	return strconv.AppendInt(append(dst, 'e'), int64(exponent), 10)
}
