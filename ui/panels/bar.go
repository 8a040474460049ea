package panels

import (
	"math"
	"time"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

var (
	eighthsUp = [...]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}
	asciiUp   = [...]rune{' ', '_', '_', '.', '.', '-', '-', '=', '#'}
)

// drawBar draws frac (0 to 1) of w cells as a heavy line from the left on a
// faint one: rows of bars stay apart, and a screen full of them stays calm. Any
// value above zero shows, and only a whole one fills the track.
func drawBar(r screen.Region, x, y, w int, frac float64, bar themes.Token, ascii bool) {
	if w <= 0 {
		return
	}
	track, full, half := '─', '━', '╸'
	if ascii {
		track, full, half = '.', '#', '-'
	}
	if math.IsNaN(frac) {
		frac = 0
	}
	halves := int(math.Round(min(max(frac, 0), 1) * float64(2*w)))
	if frac > 0 {
		halves = max(halves, 1)
	}
	if frac < 1 {
		halves = min(halves, 2*w-1)
	}
	whole := halves / 2
	style := screen.On(bar)
	r.HLine(x, y, whole, full, style)
	if halves%2 == 1 {
		r.Put(x+whole, y, half, style)
		whole++
	}
	r.HLine(x+whole, y, w-whole, track, screen.On(themes.Faint))
}

// drawTicks marks thresholds on a bar of w cells over low to high.
func drawTicks(r screen.Region, x, y, w int, low, high float64, limits []boards.Threshold, ascii bool) {
	ch := '┃'
	if ascii {
		ch = '|'
	}
	for _, t := range limits {
		f := (t.At - low) / (high - low)
		if f > 0 && f <= 1 { // also leaves NaN out
			r.Put(x+min(w-1, int(f*float64(w))), y, ch, screen.On(themes.Muted)) // where it is; that it is passed, the value says
		}
	}
}

// A spark is a series as block elements: one column per cell, the greatest
// sample of its time, so that no spike is lost; columns without a sample are blank.
type spark struct {
	from, to time.Time
	low, top float64
	peaks    []float64 // scratch
}

// draw draws s into w x h cells.
func (k *spark) draw(r screen.Region, s *sources.Series, style screen.Style, ascii bool) {
	w, h := r.Size()
	if w <= 0 || h <= 0 || s == nil {
		return
	}
	k.columns(s, w)
	levels := &eighthsUp
	if ascii {
		levels = &asciiUp
	}
	span := k.top - k.low
	for x, v := range k.peaks[:w] {
		if math.IsNaN(v) {
			continue
		}
		f := 0.0
		if span > 0 {
			f = min(max((v-k.low)/span, 0), 1)
		}
		n := 1 + int(math.Round(f*float64(8*h-1)))
		for y := h - 1; y >= 0 && n > 0; y-- {
			r.Put(x, y, levels[min(n, 8)], style)
			n -= 8
		}
	}
}

// columns finds the greatest sample of each of w columns.
func (k *spark) columns(s *sources.Series, w int) {
	if cap(k.peaks) < w {
		k.peaks = make([]float64, w)
	}
	k.peaks = k.peaks[:w]
	for i := range k.peaks {
		k.peaks[i] = math.NaN()
	}
	from, span := k.from.UnixMilli(), k.to.Sub(k.from).Milliseconds()
	if span <= 0 {
		return
	}
	for i, t := range s.Times {
		x := (t - from) * int64(w) / span
		if v := s.Values[i]; x >= 0 && x < int64(w) && !math.IsNaN(v) && !(v <= k.peaks[x]) {
			k.peaks[x] = v
		}
	}
}

// asciiOnly replaces what is not printable ASCII by "?"; no allocation if there is nothing to replace.
func asciiOnly(s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			b := make([]byte, 0, len(s))
			for _, r := range s {
				if r < 0x20 || r > 0x7e {
					r = '?'
				}
				b = append(b, byte(r))
			}
			return string(b)
		}
	}
	return s
}
