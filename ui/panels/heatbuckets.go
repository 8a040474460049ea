package panels

import (
	"math"
	"slices"
	"strconv"

	"nightjar/sources"
)

// maxHeatRows bounds the rows of a heatmap: finer buckets are merged.
const maxHeatRows = 160

// A heatGroup is one classic histogram: the series of equal labels but for le, ascending.
type heatGroup struct {
	edges  []float64
	series []*sources.Series
}

// loadBuckets makes rows of classic and native histograms and adds all counts up.
func (d *heatData) loadBuckets(native, classic []heatSeries) {
	groups := d.groups(classic)
	edges, zero := nativeEdges(native)
	if edges == nil || len(groups) > 0 {
		zero = -1
		edges = unionEdges(groups, native)
	}
	for len(edges) > maxHeatRows+1 { // every second one goes, the ends stay
		kept := edges[:0]
		for i, e := range edges {
			if i%2 == 0 || i == len(edges)-1 {
				kept = append(kept, e)
			}
		}
		edges, zero = kept, -1
	}
	for i := range max(len(edges)-1, 0) {
		d.rows = append(d.rows, heatRow{lo: edges[i], hi: edges[i+1], zero: i == zero})
	}
	d.allot(0)
	for i := range groups {
		d.addClassic(&groups[i], edges)
	}
	for _, s := range native {
		d.walk(s.Series, func(at, k int) {
			if k >= len(s.Histograms) || s.Histograms[k] == nil {
				return
			}
			d.present[at] = true
			for _, b := range s.Histograms[k].Buckets {
				d.add(at, edges, begin(b), b.Upper, b.Count)
			}
		})
	}
	for i, there := range d.present {
		for r := range d.rows {
			if !there {
				d.rows[r].values[i] = math.NaN()
			}
		}
	}
	slices.Reverse(d.rows)
}

// groups sorts the series of classic histograms into those they are of.
func (d *heatData) groups(all []heatSeries) []heatGroup {
	var groups []heatGroup
	find := make(map[string]int)
	for _, s := range all {
		le, err := strconv.ParseFloat(s.Labels.Value("le"), 64)
		if err != nil || math.IsNaN(le) || math.IsInf(le, -1) {
			d.unread++
			continue
		}
		rest := make(sources.Labels, 0, len(s.Labels))
		for _, l := range s.Labels {
			if l.Name != "le" {
				rest = append(rest, l)
			}
		}
		key := graphKey(s.query, rest)
		g, ok := find[key]
		if !ok {
			g = len(groups)
			find[key] = g
			groups = append(groups, heatGroup{})
		}
		at, twice := slices.BinarySearch(groups[g].edges, le)
		if twice { // "1" and "1.0": two bounds that are one
			d.unread++
			continue
		}
		groups[g].edges = slices.Insert(groups[g].edges, at, le)
		groups[g].series = slices.Insert(groups[g].series, at, s.Series)
	}
	for i := range groups {
		e := groups[i].edges
		d.open = d.open || !math.IsInf(e[len(e)-1], 1)
	}
	return groups
}

// lowest is where the first bucket of a classic histogram begins: at zero, as
// PromQL has it, unless its upper bound is not above that.
func lowest(first float64) float64 {
	if first > 0 {
		return 0
	}
	return math.Inf(-1)
}

// begin is where a bucket begins: the first of custom ones as that of a classic
// histogram, which PromQL has it too.
func begin(b sources.Bucket) float64 {
	if math.IsInf(b.Lower, -1) {
		return lowest(b.Upper)
	}
	return b.Lower
}

// unionEdges are all bounds that there are, ascending.
func unionEdges(groups []heatGroup, native []heatSeries) []float64 {
	var edges []float64
	for i := range groups {
		edges = append(append(edges, lowest(groups[i].edges[0])), groups[i].edges...)
	}
	for _, s := range native {
		for _, h := range s.Histograms {
			if h == nil {
				continue
			}
			for _, b := range h.Buckets {
				if b.Lower < b.Upper {
					edges = append(edges, begin(b), b.Upper)
				}
			}
			slices.Sort(edges)
			edges = slices.Compact(edges)
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// addClassic makes differences of cumulative buckets. Buckets are not scraped at
// one moment: where one has less than that below it, nothing is in it.
func (d *heatData) addClassic(g *heatGroup, edges []float64) {
	n := len(d.times)
	values := make([]float64, n*len(g.series))
	for i := range values {
		values[i] = math.NaN()
	}
	for b, s := range g.series {
		d.walk(s, func(at, k int) {
			if k < len(s.Values) {
				values[b*n+at] = s.Values[k]
			}
		})
	}
	for i := range n {
		below, from := 0.0, lowest(g.edges[0])
		for b, to := range g.edges {
			v := values[b*n+i]
			if v-v != 0 { // a gap, or infinite
				continue
			}
			d.present[i] = true
			const rounding = 1e-9 // of rates that are equal
			if v-below < -rounding*below {
				d.clamped++
			}
			d.add(i, edges, from, to, max(v-below, 0))
			below, from = max(below, v), to
		}
	}
}

// add adds count of a bucket from lo to hi at time i. A bucket that holds several rows
// is spread over them by their width; one without an end goes to its last row.
func (d *heatData) add(i int, edges []float64, lo, hi, count float64) {
	last := len(d.rows) - 1
	if last < 0 || !(count > 0) || math.IsInf(count, 0) {
		return
	}
	const apart = 1e-9 // bounds that are nearer are one
	to, _ := slices.BinarySearch(edges, hi-math.Abs(hi)*apart)
	if math.IsInf(hi, 0) {
		to, _ = slices.BinarySearch(edges, hi)
	}
	from := 0
	if !math.IsInf(lo, 0) {
		from, _ = slices.BinarySearch(edges, lo+math.Abs(lo)*apart)
	}
	to, from = min(max(to-1, 0), last), min(max(from-1, 0), last)
	if from < to && edges[from+1]-lo <= math.Abs(lo)*apart {
		from++ // lo is the upper end of that row
	}
	width := edges[to+1] - edges[from]
	switch {
	case from >= to || math.IsInf(hi, 0):
		d.rows[to].values[i] += count
	case width-width != 0:
		d.rows[from].values[i] += count
	default:
		for r := from; r <= to; r++ {
			d.rows[r].values[i] += count * ((edges[r+1] - edges[r]) / width)
		}
	}
}

// nativeEdges are the bounds of rows for native histograms with exponential
// buckets, at the resolution of the coarsest one, so that each bucket is in one
// row and rows stay where they are as buckets fill; zero is the row of the
// zero bucket, -1 if there is none. It is nil for other bounds (custom buckets).
//
// Bounds are powers of 2^(2^-schema), schema -4 to 8; see Prometheus's
// specification of native histograms.
func nativeEdges(native []heatSeries) (edges []float64, zero int) {
	const finest = 8
	x := heatPowers{schema: finest, up: [2]float64{math.Inf(-1), math.Inf(-1)}, down: [2]float64{math.Inf(1), math.Inf(1)}}
	for _, s := range native {
		for _, h := range s.Histograms {
			if h == nil {
				continue
			}
			for _, b := range h.Buckets {
				if !x.take(b) {
					return nil, -1
				}
			}
		}
	}
	for x.rows() > maxHeatRows {
		x.schema--
	}
	return x.edges()
}

// heatPowers are the exponents (to base 2) of buckets above [0] and below [1] zero.
type heatPowers struct {
	schema   int
	up, down [2]float64 // of the bounds furthest from and nearest to zero
	zero     bool
}

// take notes a bucket and reports whether it is exponential.
func (x *heatPowers) take(b sources.Bucket) bool {
	if b.Lower == -b.Upper {
		x.zero = true
		return true
	}
	side, near, far := 0, b.Lower, b.Upper
	if b.Upper <= 0 {
		side, near, far = 1, -b.Upper, -b.Lower
	}
	if near < 0 || math.IsInf(far, 0) {
		return false
	}
	const off = 1e-4 // of the finest schema's step
	top := math.Log2(far)
	if k := top * 256; math.Abs(k-math.Round(k)) > off {
		return false
	}
	// One that the zero bucket cuts off tells nothing of the schema.
	bottom := math.Log2(near)
	if k := bottom * 256; math.Abs(k-math.Round(k)) <= off {
		s := int(math.Round(-math.Log2(top - bottom)))
		x.schema = min(x.schema, max(s, -4))
	}
	x.up[side] = max(x.up[side], top)
	x.down[side] = min(x.down[side], top)
	return true
}

// span is the first and last bucket of a side at the schema, as Prometheus counts them.
func (x *heatPowers) span(side int) (first, last int) {
	if x.up[side] < x.down[side] {
		return 1, 0
	}
	f := math.Exp2(float64(x.schema))
	const rounding = 1e-6
	return int(math.Ceil(x.down[side]*f - rounding)), int(math.Ceil(x.up[side]*f - rounding))
}

func (x *heatPowers) rows() int {
	n := 0
	for side := range 2 {
		first, last := x.span(side)
		n += last - first + 1
	}
	return n
}

func (x *heatPowers) edges() (edges []float64, zero int) {
	bound := func(k int) float64 { return math.Exp2(float64(k) / math.Exp2(float64(x.schema))) }
	zero = -1
	first, last := x.span(1)
	for k := last; k >= first-1 && last >= first; k-- {
		edges = append(edges, -bound(k))
	}
	below := len(edges)
	first, last = x.span(0)
	above := last >= first
	switch {
	case below > 0 && above: // what is between is zero's row, used or not
		zero = below - 1
	case below > 0 && x.zero:
		zero = below - 1
		edges = append(edges, 0)
	case above && x.zero:
		zero = 0
		edges = append(edges, 0)
	case x.zero:
		return []float64{0, math.SmallestNonzeroFloat64}, 0
	}
	for k := first - 1; k <= last && above; k++ {
		edges = append(edges, bound(k))
	}
	return edges, zero
}
