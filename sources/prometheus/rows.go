package prometheus

import (
	"cmp"
	"fmt"
	"slices"

	"nightjar/sources"
)

const (
	// maxRemarks bounds the warnings, and the infos, of one answer.
	maxRemarks = 20
	blockSize  = 16 << 10 // values that are allocated at once, for series that are short
)

// rows holds the samples of the series that is being read: on the grid of a
// range answer, or as they come in an instant one. A time that comes twice
// counts as it came last.
type rows struct {
	start, step int64
	n           int // steps; 0: as they come
	grid        []int64
	block       []float64 // of which rows are cut
	last        int       // rows of the last block
	row         []float64
	histograms  []*sources.Histogram
	at          int // row[at:] has not been written

	times   []int64 // as they come
	values  []float64
	ordered bool
	sparse  []int64 // block of times

	strays int // samples off the grid
}

func (r *rows) init(f *sources.Frame) {
	if f.Step > 0 {
		r.start, r.step, r.n = f.Start, f.Step, int((f.End-f.Start)/f.Step)+1
	}
}

func (r *rows) begin() {
	r.histograms = nil
	if r.n == 0 {
		r.times, r.values, r.ordered = r.times[:0], r.values[:0], true
		return
	}
	if r.grid == nil {
		r.grid = make([]int64, r.n)
		for i := range r.grid {
			r.grid[i] = r.start + int64(i)*r.step
		}
	}
	if len(r.block) < r.n {
		r.last = min(2*r.last+1, max(blockSize/r.n, 1))
		r.block = make([]float64, r.last*r.n)
	}
	r.row, r.block = r.block[:r.n:r.n], r.block[r.n:]
	r.at = 0
}

// index is where t belongs; false: off the grid.
func (r *rows) index(t int64) (int, bool) {
	since := t - r.start
	i := since / r.step
	if since < 0 || since%r.step != 0 || i >= int64(r.n) {
		r.strays++
		return 0, false
	}
	return int(i), true
}

func (r *rows) put(t int64, v float64) {
	if r.n == 0 {
		r.ordered = r.ordered && (len(r.times) == 0 || t > r.times[len(r.times)-1])
		r.times, r.values = append(r.times, t), append(r.values, v)
		if r.histograms != nil {
			r.histograms = append(r.histograms, nil)
		}
		return
	}
	if i, ok := r.index(t); ok {
		r.set(i, v)
		if r.histograms != nil {
			r.histograms[i] = nil
		}
	}
}

func (r *rows) set(i int, v float64) {
	for ; r.at < i; r.at++ {
		r.row[r.at] = sources.Gap()
	}
	r.row[i] = v
	r.at = max(r.at, i+1)
}

func (r *rows) putHistogram(t int64, h *sources.Histogram) {
	if r.n == 0 {
		if r.histograms == nil {
			r.histograms = make([]*sources.Histogram, len(r.times))
		}
		r.put(t, sources.Gap())
		r.histograms[len(r.histograms)-1] = h
		return
	}
	if i, ok := r.index(t); ok {
		if r.histograms == nil {
			r.histograms = make([]*sources.Histogram, r.n)
		}
		r.set(i, sources.Gap())
		r.histograms[i] = h
	}
}

// end gives s what was put since begin.
func (r *rows) end(s *sources.Series) {
	s.Histograms = r.histograms
	if r.n > 0 {
		for ; r.at < r.n; r.at++ {
			r.row[r.at] = sources.Gap()
		}
		s.Times, s.Values = r.grid, r.row
		return
	}
	if !r.ordered {
		r.order(s)
		return
	}
	n := len(r.times)
	if len(r.block) < n { // most have one sample
		r.last = min(2*r.last+64, blockSize)
		r.block, r.sparse = make([]float64, n+r.last), make([]int64, n+r.last)
	}
	s.Times, s.Values = r.sparse[:n:n], r.block[:n:n]
	r.sparse, r.block = r.sparse[n:], r.block[n:]
	copy(s.Times, r.times)
	copy(s.Values, r.values)
}

// order sorts what came by time and keeps the last of equal times.
func (r *rows) order(s *sources.Series) {
	by := make([]int, len(r.times))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return cmp.Compare(r.times[a], r.times[b]) })
	if r.histograms != nil {
		s.Histograms = make([]*sources.Histogram, 0, len(by))
	}
	for k, i := range by {
		if k+1 < len(by) && r.times[by[k+1]] == r.times[i] {
			continue
		}
		s.Times, s.Values = append(s.Times, r.times[i]), append(s.Values, r.values[i])
		if r.histograms != nil {
			s.Histograms = append(s.Histograms, r.histograms[i])
		}
	}
}

func (r *rows) remark(f *sources.Frame) {
	if r.strays > 0 {
		f.Warnings = append(f.Warnings, fmt.Sprintf("%d samples were left out: their times are none of those asked for", r.strays))
	}
}
