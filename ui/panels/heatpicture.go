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

// A heatPicture is the cells of a heatmap. A band is one or more rows of the
// data, each rows of cells high:
//
//	|        |  top: blank, if the bands do not fill the plot
//	|  +Inf  |  band 0, 2 rows of cells
//	|        |
//	|  10 s  |  band 1
//	|        |
type heatPicture struct {
	w, h  int
	per   int // rows of the data in a band
	rows  int // rows of cells of a band
	bands int
	top   int // blank rows above the first band

	values      []float64 // of bands x w; NaN is a gap
	levels      []uint8   // of the same
	least, most float64   // of the scale; NaN: there is nothing
	none        bool      // there are counts of nothing
}

// arrange chooses how n rows of data go into h rows of cells.
func (p *heatPicture) arrange(n, w, h int) {
	p.w, p.h, p.bands, p.per, p.rows, p.top = w, h, 0, 1, 1, 0
	if n <= 0 || w <= 0 || h <= 0 {
		return
	}
	p.per = (n + h - 1) / h
	p.bands = (n + p.per - 1) / p.per
	p.rows = h / p.bands
	p.top = h - p.bands*p.rows
}

// make fills the picture of d over a window.
func (p *heatPicture) make(d *heatData, spec *boards.Panel, linear bool, win timeline.Window, w, h int) {
	p.arrange(len(d.rows), w, h)
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
			p.values[band*p.w+x] = bandValue(d, band*p.per, p.per, a, b)
		}
	}
	p.grade(d.buckets, spec, linear)
}

// bandValue is the value of per rows from row on over the times from a to b: of
// each the mean, of buckets the sum, of series the greatest.
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
		case d.buckets:
			sum += mean
		default:
			sum = max(sum, mean)
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
	if spec.Min != nil && (*spec.Min > 0 || linear) {
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
	return heatNone + 1 + uint8(min(f, 1)*(themes.NumHeat-1e-9)) //nolint:gosec // f is 0 to 1
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
