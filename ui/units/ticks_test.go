package units

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func labelsOf(a Axis) string {
	var s []string
	for _, t := range a.Ticks {
		s = append(s, t.Label)
	}
	return strings.Join(s, "|")
}

func TestFitAxis(t *testing.T) {
	f := func(lo, hi float64, u string, most int, want string) {
		t.Helper()
		if got := labelsOf(FitAxis(lo, hi, u, most, false, false)); got != want {
			t.Errorf("%g..%g %q: %s, want %s", lo, hi, u, got, want)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	f(0, 87, "percent", 5, "0 %|25 %|50 %|75 %|100 %")
	f(0, 0.34, "percentunit", 5, "0 %|10 %|20 %|30 %|40 %")
	f(0, 0.0012, "percentunit", 4, "0 %|0.05 %|0.10 %|0.15 %")
	f(0, 9, "", 4, "0|5|10")
	f(0, 1234, "short", 4, "0|0.5k|1.0k|1.5k")
	f(-50, 50, "", 5, "-50|0|50")
	f(0, 3.1*(1<<30), "bytes", 5, "0|1 GiB|2 GiB|3 GiB|4 GiB")
	f(0, 700*(1<<20), "binBps", 5, "0|256MiB/s|512MiB/s|768MiB/s")
	f(-9e6, 21e6, "Bps", 5, "-10 MB/s|0|10 MB/s|20 MB/s|30 MB/s")
	f(0, 95, "s", 5, "0|30s|1m|1m30s|2m")
	f(0, 0.0042, "s", 6, "0|1 ms|2 ms|3 ms|4 ms|5 ms")
	f(0, 86400*3, "s", 5, "0|1d|2d|3d")
	f(0, 5e3, "hertz", 5, "0|2 kHz|4 kHz|6 kHz")
	f(0, 300, "reqps", 5, "0|100req/s|200req/s|300req/s")
	f(0, 0.03, "volt", 5, "0|10 mV|20 mV|30 mV")
	f(0, 0, "", 5, "0|0.5|1.0")
	f(nan, nan, "", 2, "0|1")
	f(0, 1e300, "", 3, "0|5e299|1e300")
	f(0, 1e-300, "", 3, "0|5e-301|1e-300")
	f(-inf, inf, "", 3, "0")
	f(1795489929000, 1795489989000, "dateTimeAsIso", 5, "03:12:00|03:12:30|03:13:00|03:13:30")
	if got := labelsOf(FitAxis(0, 1, "percentunit", 5, true, true)); got != "0 %|25 %|50 %|75 %|100 %" {
		t.Errorf("kept ends: %s", got)
	}
	if got := FitAxis(0, 1, "percentunit", 1, true, true); len(got.Ticks) != 0 || got.Lo != 0 || got.Hi != 1 {
		t.Errorf("no room for ticks: %v", got)
	}
	if a := FitAxis(16e9, 16e9, "bytes", 4, false, false); a.Lo >= 16e9 || a.Hi <= 16e9 {
		t.Errorf("a constant is not inside: %v", a)
	}
}

func anyValue() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.SampledFrom([]float64{
			0, 1, -1, 100, 1e300, -1e300, 1e-300, -1e-300, 5e-324, math.MaxFloat64, -math.MaxFloat64,
			math.NaN(), math.Inf(1), math.Inf(-1), 16e9, 1024, 1e15, 1795489929000,
		}),
		rapid.Float64(), rapid.Float64Range(-1000, 1000), rapid.Float64Range(0, 1e12),
	)
}

func TestTicksAreDistinctShortAndInside(t *testing.T) {
	names := append(List(), "", "cores", "an-unbelievably-long-unit", "\x1b[31m", "日本語")
	rapid.Check(t, func(t *rapid.T) {
		lo := anyValue().Draw(t, "lo")
		hi := anyValue().Draw(t, "hi")
		if rapid.Bool().Draw(t, "near") {
			hi = lo * (1 + rapid.Float64Range(-1e-3, 1e-3).Draw(t, "by"))
		}
		u := rapid.SampledFrom(names).Draw(t, "unit")
		most := rapid.IntRange(-1, 20).Draw(t, "most")
		keepLo, keepHi := rapid.Bool().Draw(t, "keepLo"), rapid.Bool().Draw(t, "keepHi")
		a := FitAxis(lo, hi, u, most, keepLo, keepHi)
		if !(a.Lo < a.Hi) || math.IsInf(a.Hi-a.Lo, 0) {
			t.Fatalf("no scale: %v", a)
		}
		if len(a.Ticks) > max(most, 0) {
			t.Fatalf("%d ticks, at most %d wanted", len(a.Ticks), most)
		}
		seen := map[string]bool{}
		for i, x := range a.Ticks {
			if n := utf8.RuneCountInString(x.Label); n == 0 || n > TickWidth {
				t.Fatalf("label %q is %d wide", x.Label, n)
			}
			if seen[x.Label] {
				t.Fatalf("label %q twice: %v", x.Label, a)
			}
			seen[x.Label] = true
			if x.Value < a.Lo || x.Value > a.Hi || i > 0 && x.Value <= a.Ticks[i-1].Value {
				t.Fatalf("tick %v out of order or place: %v", x, a)
			}
			if strings.IndexFunc(x.Label, func(r rune) bool { return r < 0x20 || r > 0x7e && r != 'µ' && r != '°' }) >= 0 {
				t.Fatalf("label %q", x.Label)
			}
		}
		if edge := math.Abs(lo) > 1e290 || math.Abs(hi) > 1e290; !edge && !keepLo && !keepHi && most >= 2 && len(a.Ticks) < 2 {
			t.Fatalf("fewer than two ticks: %v", a)
		}
		// What is to be shown is on the scale, but for the bounds stated.
		for _, v := range []float64{lo, hi} {
			// A kept end wins over data beyond it.
			if keepLo || keepHi || math.IsNaN(v) || math.Abs(v) > 1e290 || math.Abs(v) < axisLeast*1e9 { // in nanoseconds
				continue
			}
			if slack := max(math.Abs(lo), math.Abs(hi)) * 1e-9; v < a.Lo-slack || v > a.Hi+slack {
				t.Fatalf("%g is not within %g..%g", v, a.Lo, a.Hi)
			}
		}
	})
}

func BenchmarkFitAxis(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FitAxis(0, 3.1*(1<<30), "bytes", 5, false, false)
	}
}
