package prometheus

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// Every float64 that a server writes must come back with the same bits.
func TestPlainSampleIsExact(t *testing.T) {
	f := func(seconds string, ms int64, value string) {
		t.Helper()
		text := fmt.Sprintf(`[%s,"%s"],`, seconds, value)
		at, v, n := plainSample([]byte(text))
		want, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatal(err)
		}
		if n != len(text)-1 || at != ms || math.Float64bits(v) != math.Float64bits(want) {
			t.Errorf("%s gives %d, %v of %d bytes", text, at, v, n)
		}
	}
	f("1712347200", 1712347200000, "0")
	f("1712347200.5", 1712347200500, "-0")
	f("1712347200.05", 1712347200050, "123456789012345")
	f("1712347200.005", 1712347200005, "0.1")
	f("0", 0, "9007199254740993")
	f("1", 1000, "NaN")
	f("1", 1000, "-Inf")
	f("1", 1000, "4.9e-324")
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		v := math.Float64frombits(rng.Uint64())
		if rng.IntN(2) == 0 {
			v = math.Round(rng.Float64()*1e9) / math.Pow(10, float64(rng.IntN(9)))
		}
		format := byte('f')
		if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		if !math.IsNaN(v) {
			f("1712347200.123", 1712347200123, strconv.FormatFloat(v, format, -1, 64))
		}
	}
}

// What is written in another way is left to the slow path, whole.
func TestPlainSampleLeavesTheRest(t *testing.T) {
	for _, text := range []string{
		"", "[", `[1`, `[1,`, `[1,"`, `[1,"1`, `[1,"1"`, `[ 1,"1"]`, `[1 ,"1"]`, `[1, "1"]`, `[1,"1" ]`, `[-1,"1"]`, `[1e3,"1"]`, `[1.0001,"1"]`,
		`[,"1"]`, `[1,""]`, `[1,"x"]`, `[1,"."]`, `[1,"-"]`, `[1,1]`, `[1,"1\u0030"]`, `[12345678901234567890,"1"]`, `[1,"1e400"]`,
	} {
		if _, _, n := plainSample([]byte(text)); n != 0 {
			t.Errorf("%s takes %d bytes", text, n)
		}
	}
}
