package units

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestFormat(t *testing.T) {
	f := func(v float64, u, want string) {
		t.Helper()
		if got := Format(v, u); got != want {
			t.Errorf("Format(%v, %q) = %q, want %q", v, u, got, want)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	f(nan, "bytes", "-")
	f(inf, "", "∞")
	f(-inf, "bytes", "-∞ B")
	f(inf, "s", "∞")
	f(0, "", "0")
	f(math.Copysign(0, -1), "short", "0")
	f(-0.00001, "percent", "0.00 %")
	f(7, "short", "7")
	f(0.42, "short", "0.42")
	f(0.042, "short", "0.042")
	f(1.5, "short", "1.50")
	f(999.4, "short", "999")
	f(999.6, "short", "1.00k")
	f(1234, "short", "1.23k")
	f(-1234567, "", "-1.23M")
	f(1e300, "", "1e300")
	f(-1e300, "bytes", "-1e300 B")
	f(1e-300, "", "1e-300")
	f(1e-300, "bytes", "0 B")
	f(1234567, "none", "1234567")
	f(12345678, "none", "1.2e7")
	f(842, "bytes", "842 B")
	f(1000, "bytes", "0.98 KiB")
	f(9.87*(1<<30), "bytes", "9.87 GiB")
	f(1536, "bytes", "1.50 KiB")
	f(1500, "decbytes", "1.50 kB")
	f(1500, "Bps", "1.50 kB/s")
	f(1536, "binBps", "1.50 KiB/s")
	f(12.5e6, "bps", "12.5 Mb/s")
	f(12.5e6, "bits", "12.5 Mb")
	f(12.34, "percent", "12.3 %")
	f(0.1234, "percentunit", "12.3 %")
	f(0.0034, "percentunit", "0.34 %")
	f(1, "percentunit", "100 %")
	f(250000, "percent", "250000 %")
	f(842, "reqps", "842 req/s")
	f(8.4219, "ops", "8.42 ops/s")
	f(84219, "iops", "84.2k io/s")
	f(3, "pps", "3.00 p/s")
	f(3, "cps", "3.00 c/s")
	f(3, "opm", "3.00 ops/m")
	f(3.2e9, "hertz", "3.20 GHz")
	f(47.33, "celsius", "47.3 °C")
	f(0.0123, "volt", "12.3 mV")
	f(65.12, "watt", "65.1 W")
	f(2400, "rpm", "2400 rpm")
	f(1, "bool_yes_no", "yes")
	f(0, "bool_yes_no", "no")
	f(nan, "bool_yes_no", "-")
	f(0.00042, "s", "420 µs")
	f(0.842, "s", "842 ms")
	f(12.34, "s", "12.3 s")
	f(59.97, "s", "1m00s")
	f(252, "s", "4m12s")
	f(3599.7, "s", "1h00m")
	f(11040, "s", "3h04m")
	f(183600, "dtdurations", "2d 3h")
	f(-252, "s", "-4m12s")
	f(400*86400, "s", "1y 35d")
	f(1e300, "s", "3e292y")
	f(42, "ms", "42.0 ms")
	f(4200, "us", "4.20 ms")
	f(42, "ns", "42.0 ns")
	f(1795489929000, "dateTimeAsIso", "2026-11-24 03:12:09")
	f(-5, "dateTimeAsIso", "no date")
	f(inf, "dateTimeAsIso", "no date")
	f(3.5, "cores", "3.50 cores")
	f(12, "cores", "12 cores")
	f(12, "an-unbelievably-long-unit", "12 an-unbelie")
}

func TestFormatDecimals(t *testing.T) {
	f := func(v float64, u string, d int, want string) {
		t.Helper()
		if got := FormatDecimals(v, u, d); got != want {
			t.Errorf("FormatDecimals(%v, %q, %d) = %q, want %q", v, u, d, got, want)
		}
	}
	f(1.23456, "short", 0, "1")
	f(1.23456, "short", 3, "1.235")
	f(1.23456, "short", 99, "1.234560")
	f(12.345, "percent", 0, "12 %")
	f(-0.4, "percent", 0, "0 %")
	f(12.345, "s", 0, "12 s")
}

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{"∞": "inf", "420 µs": "420 us", "47.3 °C": "47.3 C", "3 Ω": "3 ?", "plain": "plain"} {
		if got := ASCII(in); got != want {
			t.Errorf("ASCII(%q) = %q, want %q", in, got, want)
		}
	}
	if got := FormatASCII(math.Inf(-1), "celsius", -1); got != "-inf C" {
		t.Errorf("got %q", got)
	}
}

func TestFormatWidthNeverCutsANumber(t *testing.T) {
	f := func(v float64, u string, w int, want string) {
		t.Helper()
		if got := FormatWidth(v, u, w); got != want {
			t.Errorf("FormatWidth(%v, %q, %d) = %q, want %q", v, u, w, got, want)
		}
	}
	f(842, "bytes", 8, "   842 B")
	f(9.87*(1<<30), "bytes", 8, "9.87 GiB")
	f(9.87*(1<<30), "bytes", 7, "9.87GiB")
	f(9.87*(1<<30), "bytes", 5, "10GiB")
	f(9.87*(1<<30), "bytes", 2, "##")
	f(12.34, "percent", 3, "12%")
	f(12.34, "percent", 2, "12")
	f(12345, "none", 3, "###")
	f(252, "s", 3, "###")
	f(1, "", 0, "")
	f(1, "", -3, "")
	f(math.NaN(), "", 3, "  -")
}

func TestAge(t *testing.T) {
	f := func(d time.Duration, want string) {
		t.Helper()
		if got := Age(d); got != want {
			t.Errorf("Age(%v) = %q, want %q", d, got, want)
		}
	}
	f(-time.Second, "0s")
	f(2900*time.Millisecond, "2s")
	f(252*time.Second, "4m12s")
	f(31*time.Minute+5*time.Second, "31m")
	f(51*time.Hour, "2d 3h")
	f(math.MaxInt64, "292y 171d")
	if got := Duration(1500 * time.Millisecond); got != "1.50 s" {
		t.Errorf("Duration = %q", got)
	}
}

func TestListIsSortedAndKnown(t *testing.T) {
	if !slices.IsSorted(List()) {
		t.Error("List is not sorted")
	}
	for _, u := range List() {
		if !Known(u) {
			t.Errorf("%q is listed, not known", u)
		}
	}
	if Known("cores") || !Known("") {
		t.Error("cores is a suffix, the empty unit is known")
	}
}

// Within a magnitude the width stays, so that a ticking value does not push others about.
func TestWidthStaysWithinAMagnitude(t *testing.T) {
	for _, u := range List() {
		if u == "bool_yes_no" || u == "none" || u == "short" {
			continue
		}
		for _, base := range []float64{1.1, 11, 110, 1.1e3, 1.1e4, 1.1e5, 1.1e6} {
			want := utf8.RuneCountInString(Format(base+0.003*base, u))
			for i := range 50 {
				v := base * (1 + float64(i)*0.007)
				if got := Format(v, u); utf8.RuneCountInString(got) != want {
					if d := lookup(u); d.scale != duration {
						t.Errorf("%s: %q is not %d wide", u, got, want)
					}
				}
			}
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, u := range List() {
		f.Add(1.5, u, -1, 8)
		f.Add(-1e300, u, 3, 2)
		f.Add(1e-300, u, 0, 1)
	}
	f.Add(math.NaN(), "cores", 1, 3)
	f.Fuzz(func(t *testing.T, v float64, u string, decimals, width int) {
		if !utf8.ValidString(u) {
			return
		}
		s := FormatDecimals(v, u, decimals)
		if n := utf8.RuneCountInString(s); n > MaxWidth || n == 0 {
			t.Errorf("FormatDecimals(%v, %q, %d) = %q: %d columns", v, u, decimals, s, n)
		}
		if Known(u) && strings.IndexFunc(ASCII(s), func(r rune) bool { return r > 0x7e || r < 0x20 }) >= 0 {
			t.Errorf("ASCII(%q) = %q", s, ASCII(s))
		}
		if width = min(width, 100); width >= 0 {
			if w := FormatWidth(v, u, width); utf8.RuneCountInString(w) != width {
				t.Errorf("FormatWidth(%v, %q, %d) = %q", v, u, width, w)
			}
		}
	})
}

func BenchmarkFormat(b *testing.B) {
	var buf [48]byte
	b.ReportAllocs()
	for b.Loop() {
		_ = Append(buf[:0], 9.87*(1<<30), "bytes", -1, nil)
	}
}
