package demo

import (
	"iter"
	"maps"
	"math"
	"slices"
	"time"
)

// noise is smooth value noise: a number in 0 to 1 that wanders with the given
// period, the same for the same seed, key and time.
func noise(seed, key uint64, t time.Time, period time.Duration) float64 {
	x := float64(t.UnixMilli()) / float64(period.Milliseconds())
	i := math.Floor(x)
	f := x - i
	f = f * f * (3 - 2*f)
	a, b := lattice(seed, key, int64(i)), lattice(seed, key, int64(i)+1)
	return a + (b-a)*f
}

// lattice is a hash of its arguments as a number in 0 to 1 (splitmix64's finisher, Steele et al. 2014).
func lattice(seed, key uint64, i int64) float64 {
	z := seed ^ key*0x9e3779b97f4a7c15 ^ uint64(i)*0xbf58476d1ce4e5b9 //nolint:gosec // a hash wraps
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}

// ramp goes from 0 at from to 1 at to, smoothly.
func ramp(x, from, to float64) float64 {
	f := min(max((x-from)/(to-from), 0), 1)
	return f * f * (3 - 2*f)
}

// ordered goes through a map by key, so that series are made in the same order every time.
func ordered[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
