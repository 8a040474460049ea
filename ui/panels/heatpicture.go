package panels

import (
	"math"
	"slices"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/timeline"
)

// The levels of a cell: heatGap has no data, heatNone a count of nothing, the
// others are the steps of the ramp from 1 on.
const (
	heatGap  = 0
	heatNone = 1
	heatTop  = heatNone + themes.NumHeat
)

// heatDecades is how far a logarithmic scale goes down from the greatest value.
const heatDecades = 1000

// A heatPicture is the cells of a heatmap. A band is one or more buckets, or one
// series, and one or more rows of cells:
//
//	|  +Inf  |  band 0
//	|        |
//	|  10 s  |  band 1
//	|        |
//	|  1 s   |  band 2, a row less
type heatPicture struct {
	w, h  int
	first int // row of the data that is the first of band 0
	per   int // rows of the data in a band
	bands int

	values      []float64 // of bands x w; NaN is a gap
	levels      []uint8   // of the same
	least, most float64   // of the scale; NaN: there is nothing
	less        bool      // there are values below least
	none        bool      // there are counts of nothing
}

// arrange chooses how n rows of data go into h rows of cells: buckets that are
// too many are merged, of series those from the scroll-th on are shown.
func (p *heatPicture) arrange(n, w, h, scroll int, merge bool) {
	p.w, p.h, p.first, p.bands, p.per = w, h, 0, 0, 1
	switch {
	case n <= 0 || w <= 0 || h <= 0:
	case merge:
		p.per = (n + h - 1) / h
		p.bands = (n + p.per - 1) / p.per
	default:
		p.bands = min(n, h)
		p.first = min(max(scroll, 0), n-p.bands)
	}
}

// row is the first row of cells of a band; that of the band after the last is h.
func (p *heatPicture) row(band int) int { return (band*p.h + p.bands - 1) / max(p.bands, 1) }

// source is the first row of the data in a band.
func (p *heatPicture) source(band int) int { return p.first + band*p.per }

// make fills the picture of d over a window.
func (p *heatPicture) make(d *heatData, spec *boards.Panel, linear bool, win timeline.Window) {
	n := p.bands * p.w
	p.values = slices.Grow(p.values[:0], n)[:n]
	p.levels = slices.Grow(p.levels[:0], n)[:n]
	cell := max(win.Cell.Milliseconds(), 1)
	begin := win.Start.UnixMilli()
	from := 0
	for x := range p.w {
		start := begin + int64(x)*cell
		for from < len(d.times) && d.times[from] < start {
			from++
		}
		to := from
		for to < len(d.times) && d.times[to] < start+cell {
			to++
		}
		a, b := from, to
		if a == b { // a sample is good for its step, which may be longer than a cell
			if i := from - 1; i >= 0 && d.times[i] > start-d.step && d.present[i] {
				a, b = i, i+1
			}
		}
		for band := range p.bands {
			p.values[band*p.w+x] = bandValue(d, p.source(band), p.per, a, b)
		}
	}
	p.grade(d.buckets, spec, linear)
}

// bandValue is the value of per rows from row on over the times from a to b: the
// sum of their means.
func bandValue(d *heatData, row, per, a, b int) float64 {
	sum := math.NaN()
	for r := row; r < min(row+per, len(d.rows)); r++ {
		mean, n := 0.0, 0.0
		for _, v := range d.rows[r].values[a:b] {
			if v == v {
				n++
				mean += (v - mean) / n
			}
		}
		switch {
		case n == 0:
		case sum != sum:
			sum = mean
		default:
			sum += mean
		}
	}
	return sum
}

// grade gives each value its level. Counts of nothing are none; so are, on a
// logarithmic scale, all values that are not above zero.
func (p *heatPicture) grade(counts bool, spec *boards.Panel, linear bool) {
	lo, hi := math.Inf(1), math.Inf(-1)
	p.none = false
	above := counts || !linear // only what is above zero is on the scale
	for _, v := range p.values {
		if finite(v) && (v > 0 || !above) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	p.less = false
	if least := hi / heatDecades; !linear && lo < least { // what is rare is there, how rare is noise
		lo, p.less = least, true
	}
	if spec.Min != nil && (*spec.Min > 0 || linear) {
		p.less = lo < *spec.Min
		lo = *spec.Min
	}
	if spec.Max != nil && (*spec.Max > 0 || linear) {
		hi = *spec.Max
	}
	if counts && linear && spec.Min == nil && lo <= hi {
		lo = 0
	}
	p.least, p.most = lo, hi
	if !(lo <= hi) {
		p.least, p.most = math.NaN(), math.NaN()
	}
	for i, v := range p.values {
		switch {
		case !finite(v):
			p.levels[i] = heatGap
		case above && v <= 0:
			p.levels[i] = heatNone
			p.none = true
		default:
			p.levels[i] = p.level(v, linear)
		}
	}
}

// level is the step of the ramp for a value.
func (p *heatPicture) level(v float64, linear bool) uint8 {
	f := 1.0
	switch {
	case !(p.least < p.most):
	case linear:
		f = (v/2 - p.least/2) / (p.most/2 - p.least/2) // halved, so that it stays finite
	default:
		f = math.Log(v/p.least) / math.Log(p.most/p.least)
		if !finite(f) {
			f = (math.Log(v) - math.Log(p.least)) / (math.Log(p.most) - math.Log(p.least))
		}
	}
	if !(f > 0) {
		f = 0
	}
	const rounding = 1e-9
	return heatNone + 1 + uint8(min(f*themes.NumHeat+rounding, themes.NumHeat-1))
}

// heatToken is the colour of a level.
func heatToken(level uint8) themes.Token {
	if level <= heatNone {
		return themes.Faint
	}
	return themes.Heat((float64(level-heatNone) - 0.5) / themes.NumHeat)
}

// The characters of the levels: a denser one for a higher level, so that a
// picture without colours says the same.
var (
	heatShades  = [heatTop + 1]rune{' ', '·', '░', '░', '░', '▒', '▒', '▒', '▓', '▓', '█', '█'}
	heatLetters = [heatTop + 1]rune{' ', '.', ':', '-', '=', '+', '*', 'o', 'O', '#', '%', '@'}
)

// heatRune is the character of a level.
func heatRune(level uint8, ascii bool) rune {
	if ascii {
		return heatLetters[level]
	}
	return heatShades[level]
}
