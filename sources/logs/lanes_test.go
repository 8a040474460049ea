package logs

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"nightjar/sources"
)

// TestScanLongBlocks finds every line that matches in blocks of many lines, long
// and short, where few and where many match.
func TestScanLongBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var buf []byte
	for i := range 6000 {
		buf = fmt.Appendf(buf, "%d host%d %x é\xff took %d", i, r.IntN(9), r.Uint64(), r.IntN(1e6))
		for range r.IntN(3) * r.IntN(300) {
			buf = append(buf, "ab é_1 "[r.IntN(8)])
		}
		buf = append(buf, "\r\n"[r.IntN(2):]...)
	}
	for _, pattern := range []string{
		`[0-9]{3}[a-f]{2}[0-9]{5}`, `[0-9]{5,}$`, `^[0-9]+[05] host`, `\b[a-f]{4,}[0-9]`, `[^a-z0-9 ]{3}`, `\PL[a-b]+$`,
		`(a|b)[^a]{9}b_`, `^1..[0-9] .*é$`,
	} {
		re := regexp.MustCompile(pattern)
		m, err := Compile([]sources.LogTerm{{Op: sources.LogMatches, Value: pattern}})
		if err != nil {
			t.Fatal(err)
		}
		matched := 0
		for at, wrong := 0, false; at < len(buf) && !wrong; {
			next := m.Next(buf[at:])
			if next < 0 {
				next = len(buf) - at
			}
			for next += at; at < next; at = lineEnd(buf, at) {
				if re.Match(trimLineEnd(buf[at:lineEnd(buf, at)])) {
					t.Errorf("%s: Next leaves out %q", pattern, buf[at:lineEnd(buf, at)])
					wrong = true
				}
			}
			if at < len(buf) {
				matched++
				at = lineEnd(buf, at)
			}
		}
		if matched == 0 {
			t.Errorf("%s: nothing matches", pattern)
		}
	}
}
