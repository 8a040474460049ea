package panels

import (
	"math"
	"slices"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// A heatRow is one bucket, (lo, hi], or, where there are no buckets, one series.
type heatRow struct {
	lo, hi float64
	zero   bool // the bucket of zero
	name   string
	values []float64 // per time of the data; NaN is a gap
}

// heatData is what a heatmap draws: rows from the top one down, so buckets
// descend. It is made anew of every answer, in the memory of the one before.
type heatData struct {
	buckets bool
	times   []int64
	present []bool // there is a sample at that time
	step    int64  // milliseconds; 0: not known
	rows    []heatRow
	slab    []float64

	clamped int  // differences of cumulative buckets that were negative
	unread  int  // series with a le that is no number
	plain   int  // series without buckets beside those with
	open    bool // a classic histogram has no +Inf bucket
}

// A heatSeries is a series of an answer with the query it is of.
type heatSeries struct {
	*sources.Series
	query int
}

// load makes the rows of the newest results.
func (d *heatData) load(spec *boards.Panel, results []*poll.Result) {
	*d = heatData{times: d.times[:0], present: d.present[:0], rows: d.rows[:0], slab: d.slab[:0]}
	var native, classic, plain []heatSeries
	for q, r := range results {
		if r == nil || r.Frame == nil || q < len(spec.Queries) && spec.Queries[q].Hidden {
			continue
		}
		d.step = max(d.step, r.Frame.Step)
		for i := range r.Frame.Series {
			s := heatSeries{&r.Frame.Series[i], q}
			switch {
			case nativeOnly(s.Series) || s.Histograms != nil:
				native = append(native, s)
			case s.Labels.Value("le") != "":
				classic = append(classic, s)
			default:
				plain = append(plain, s)
			}
		}
	}
	d.buckets = len(native)+len(classic) > 0
	if !d.buckets {
		d.timesOf(plain)
		d.loadSeries(spec, plain)
		return
	}
	d.plain = len(plain)
	d.timesOf(native, classic)
	d.loadBuckets(native, classic)
}

// timesOf is the union of the times of series. Those of one answer are shared.
func (d *heatData) timesOf(lists ...[]heatSeries) {
	for _, list := range lists {
		for _, s := range list {
			if n := len(s.Times); n > 0 && !d.knows(s.Times) {
				d.times = append(d.times, s.Times...)
				slices.Sort(d.times)
				d.times = slices.Compact(d.times)
			}
		}
	}
	d.present = slices.Grow(d.present, len(d.times))[:len(d.times)]
	clear(d.present)
}

// knows reports whether the times so far are just these, or begin and end with them.
func (d *heatData) knows(t []int64) bool {
	n := len(t)
	return len(d.times) == n && (&d.times[0] == &t[0] || slices.Equal(d.times, t))
}

// walk calls f for each sample of s with the index of its time.
func (d *heatData) walk(s *sources.Series, f func(at, k int)) {
	at := 0
	for k, t := range s.Times {
		for at < len(d.times) && d.times[at] < t {
			at++
		}
		if at < len(d.times) && d.times[at] == t {
			f(at, k)
		}
	}
}

// loadSeries makes a row of each series, in the order of the answer.
func (d *heatData) loadSeries(spec *boards.Panel, all []heatSeries) {
	for from := 0; from < len(all); {
		to := from
		var labels []sources.Labels
		for ; to < len(all) && all[to].query == all[from].query; to++ {
			labels = append(labels, all[to].Labels)
		}
		names := newNamer(*queryOf(spec, all[from].query), labels, ofAll(spec))
		for _, s := range all[from:to] {
			d.rows = append(d.rows, heatRow{name: names.name(s.Labels)})
		}
		from = to
	}
	d.allot(math.NaN())
	for i, s := range all {
		values := d.rows[i].values
		d.walk(s.Series, func(at, k int) {
			if k < len(s.Values) && s.Values[k]-s.Values[k] == 0 {
				values[at] = s.Values[k]
				d.present[at] = true
			}
		})
	}
}

// allot gives the rows their values, all v.
func (d *heatData) allot(v float64) {
	n := len(d.times)
	d.slab = slices.Grow(d.slab[:0], n*len(d.rows))[:n*len(d.rows)]
	for i := range d.slab {
		d.slab[i] = v
	}
	for i := range d.rows {
		d.rows[i].values = d.slab[i*n : (i+1)*n : (i+1)*n]
	}
}

// index is the newest time at or before t, and not before t-lookback, that has a sample; -1: none.
func (d *heatData) index(t, lookback int64) int {
	i, found := slices.BinarySearch(d.times, t)
	if !found {
		i--
	}
	for ; i >= 0 && d.times[i] >= t-lookback; i-- {
		if d.present[i] {
			return i
		}
	}
	return -1
}

// newest is the index of the newest sample, -1 if there is none.
func (d *heatData) newest() int {
	for i := len(d.present) - 1; i >= 0; i-- {
		if d.present[i] {
			return i
		}
	}
	return -1
}

// total is the count of all buckets at time i.
func (d *heatData) total(i int) float64 {
	sum := 0.0
	for r := range d.rows {
		if v := d.rows[r].values[i]; v > 0 {
			sum += v
		}
	}
	return sum
}

// most is the row with the greatest value at time i, -1 if none has one.
func (d *heatData) most(i int) int {
	best := -1
	for r := range d.rows {
		v := d.rows[r].values[i]
		if v == v && (best < 0 || v > d.rows[best].values[i]) {
			best = r
		}
	}
	return best
}

// quantile estimates the q-quantile at time i as PromQL's histogram_quantile
// does: along a straight line within a bucket. In a bucket without a finite end
// it is that bucket's finite one, and bound says on which side of it (-1, +1).
func (d *heatData) quantile(q float64, i int) (v float64, bound int) {
	rank := q * d.total(i)
	if !(rank > 0) {
		return math.NaN(), 0
	}
	for r := len(d.rows) - 1; r >= 0; r-- {
		row := &d.rows[r]
		n := row.values[i]
		if !(n > 0) {
			continue
		}
		if rank > n && r > 0 {
			rank -= n
			continue
		}
		switch {
		case math.IsInf(row.hi, 1):
			return row.lo, 1
		case math.IsInf(row.lo, -1):
			return row.hi, -1
		}
		f := min(rank/n, 1)
		return row.lo*(1-f) + row.hi*f, 0
	}
	return d.rows[0].lo, 1
}
