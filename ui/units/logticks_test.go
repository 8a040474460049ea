package units

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func logAxis(lo, hi float64, u string, most int, keepLo, keepHi bool) Axis {
	var a Axis
	a.FitLog(lo, hi, u, most, keepLo, keepHi)
	return a
}

func TestFitLog(t *testing.T) {
	f := func(lo, hi float64, u string, most int, keepLo, keepHi bool, wantLo, wantHi float64, want string) {
		t.Helper()
		a := logAxis(lo, hi, u, most, keepLo, keepHi)
		var labels []string
		for _, k := range a.Ticks {
			labels = append(labels, k.Label)
		}
		if got := strings.Join(labels, ", "); got != want || math.Abs(a.Lo/wantLo-1) > 1e-9 || math.Abs(a.Hi/wantHi-1) > 1e-9 {
			t.Errorf("%v to %v: %v to %v, %s; want %v to %v, %s", lo, hi, a.Lo, a.Hi, got, wantLo, wantHi, want)
		}
	}
	f(0.0031, 7.2, "s", 6, false, false, 0.002, 10, "10 ms, 100 ms, 1 s, 10 s")
	f(3, 40, "", 7, false, false, 2, 50, "2, 5, 10, 20, 50")
	f(3, 40, "", 4, false, false, 2, 50, "5, 10, 50")
	f(3, 40, "", 2, false, false, 2, 50, "10")
	f(3, 40, "", 5, true, true, 3, 40, "5, 10, 20")
	f(1, 1e9, "", 4, false, false, 1, 1e9, "1, 1k, 1M, 1G")
	f(7, 7, "", 5, false, false, 5, 10, "5, 10")
	f(1, 1, "", 5, false, false, 0.5, 2, "0.5, 1, 2")
	f(700, 9e6, "bytes", 6, false, false, 512, 16<<20, "512 B, 4 KiB, 32 KiB, 256 KiB, 2 MiB, 16 MiB")
	f(0.0004, 0.9, "percentunit", 5, false, false, 0.0002, 1, "0.1 %, 1 %, 10 %, 100 %")
	f(math.NaN(), math.NaN(), "", 5, false, false, 1, 10, "1, 2, 5, 10")
	f(-5, 100, "", 5, false, true, 10, 100, "10, 20, 50, 100")
	f(20, -5, "", 5, true, false, 20, 200, "20, 50, 100, 200")
}

// The promises of Axis hold whatever the ends.
func FuzzFitLog(f *testing.F) {
	f.Add(0.001, 100.0, uint8(5), uint8(0), false, false)
	f.Add(1e-310, 1e308, uint8(7), uint8(3), true, true)
	f.Add(math.Inf(-1), math.Inf(1), uint8(7), uint8(9), true, false)
	f.Add(5.0, 5.0, uint8(3), uint8(1), true, true)
	f.Fuzz(func(t *testing.T, lo, hi float64, most, unit uint8, keepLo, keepHi bool) {
		u := List()[int(unit)%len(List())]
		a := logAxis(lo, hi, u, int(most), keepLo, keepHi)
		if !(a.Lo > 0) || !(a.Lo < a.Hi) || math.IsInf(a.Hi, 0) || len(a.Ticks) > max(int(most), 0) {
			t.Fatalf("%v to %v of %s: %+v", lo, hi, u, a)
		}
		for i, k := range a.Ticks {
			if k.Value < a.Lo || k.Value > a.Hi || utf8.RuneCountInString(k.Label) > TickWidth || k.Label == "" {
				t.Fatalf("%v to %v of %s: tick %+v of %v to %v", lo, hi, u, k, a.Lo, a.Hi)
			}
			if i > 0 && (k.Value <= a.Ticks[i-1].Value || k.Label == a.Ticks[i-1].Label) {
				t.Fatalf("%v to %v of %s: ticks %+v", lo, hi, u, a.Ticks)
			}
		}
	})
}
