package patterns

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nightjar/sources"
)

func TestCompareRates(t *testing.T) {
	f := func(a, ta, b, tb, p float64) {
		t.Helper()
		if got := math.Exp(compareRates(a, ta, b, tb)); math.Abs(got-p) > 1e-5*p+1e-12 {
			t.Errorf("%v in %v against %v in %v: p = %v, want %v", a, ta, b, tb, got, p)
		}
		if back := math.Exp(compareRates(b, tb, a, ta)); math.Abs(back-p) > 1e-5*p+1e-12 {
			t.Errorf("%v in %v against %v in %v: p = %v, want %v", b, tb, a, ta, back, p)
		}
	}
	f(0, 1, 0, 1, 1)
	f(5, 1, 5, 1, 1)
	f(1, 1, 0, 1, 1)
	f(5, 1, 0, 1, 2.0/32)
	f(10, 1, 0, 3, 2*math.Pow(0.25, 10))
	f(8, 1, 2, 1, 2*56.0/1024) // 45 + 10 + 1 ways of 1,024

	// M. P. Fay, "Testing the Ratio of Two Poisson Rates", the vignette of rateratio.test.
	if got := math.Exp(compareRates(2, 17877, 9, 16660)); math.Abs(got-0.05011) > 5e-6 {
		t.Errorf("p = %v, rateratio.test has 0.05011", got)
	}
	// Against the sum of the binomial's terms.
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		a, b := r.IntN(200), r.IntN(200)
		ta, tb := 1+r.Float64()*9, 1+r.Float64()*9
		if a+b == 0 {
			continue
		}
		f(float64(a), ta, float64(b), tb, byTerms(a, b, ta/(ta+tb)))
	}
	// Far under the least float64: 2 * 2^-10,000.
	if got, want := compareRates(10_000, 1, 0, 1), -9_999*math.Ln2; math.Abs(got-want) > 1e-6 {
		t.Errorf("ln p = %v, want %v", got, want)
	}
	for _, v := range [][4]float64{{1, 0, 1, 1}, {-1, 1, 1, 1}, {math.NaN(), 1, 1, 1}, {math.Inf(1), 1, 1, 1}} {
		if got := compareRates(v[0], v[1], v[2], v[3]); got != 0 {
			t.Errorf("%v: ln p = %v, want 0", v, got)
		}
	}
	for _, v := range [][2]float64{{1e9, 1e9 + 1}, {4e9, 1}, {0.3, 0.01}, {1e-9, 0}} {
		if got := compareRates(v[0], 60, v[1], 60); math.IsNaN(got) || got > 0 {
			t.Errorf("%v: ln p = %v", v, got)
		}
	}
}

// byTerms is the two-sided p-value, one term of the binomial at a time.
func byTerms(a, b int, share float64) float64 {
	n := a + b
	up, down := 0.0, 0.0
	for k := range n + 1 {
		ln, _ := math.Lgamma(float64(n + 1))
		lk, _ := math.Lgamma(float64(k + 1))
		lr, _ := math.Lgamma(float64(n - k + 1))
		p := math.Exp(ln - lk - lr + float64(k)*math.Log(share) + float64(n-k)*math.Log1p(-share))
		if k >= a {
			up += p
		}
		if k <= a {
			down += p
		}
	}
	return min(1, 2*min(up, down))
}

func TestDispersion(t *testing.T) {
	f := func(counts []uint32, want float64) {
		t.Helper()
		if got := dispersion(counts); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", counts, got, want)
		}
	}
	f(nil, 1)
	f([]uint32{100, 0, 0}, 1)                // too few buckets
	f([]uint32{1, 0, 1, 0, 1, 0, 1, 0}, 1)   // too few lines
	f([]uint32{5, 5, 5, 5, 5, 5, 5, 5}, 1)   // less than Poisson
	f([]uint32{16, 0, 0, 0, 0, 0, 0, 0}, 16) // variance 32, mean 2
}

// spread adds n lines evenly over a window.
func spread(m *Miner, text string, n int, w sources.Window, s sources.Severity) {
	for i := range n {
		m.AddText(text, w.Start.Add(w.End.Sub(w.Start)*time.Duration(2*i+1)/time.Duration(2*n)), s)
	}
}

func TestChanges(t *testing.T) {
	now := hours(1, 2)
	before := Preceding(now)
	m := New(Options{Window: hours(0, 2)})
	both := func(text string, b, n int, s sources.Severity) {
		spread(m, text, b, before, s)
		spread(m, text, n, now, s)
	}
	both("steady as she goes", 600, 620, sources.SeverityInfo)
	both("queue is full", 20, 200, sources.SeverityWarn)
	both("heartbeat of the cron daemon", 120, 0, sources.SeverityInfo)
	both("slower than it was", 400, 200, sources.SeverityInfo) // beyond chance, yet neither
	both("cannot write to the disk", 0, 3, sources.SeverityError)
	both("a new version has started", 0, 40, sources.SeverityInfo)
	both("seen once by chance", 0, 1, sources.SeverityInfo)
	both("two rather than one here", 1, 2, sources.SeverityInfo)
	type row struct {
		template string
		change   Change
		before   uint64
		count    uint64
		factor   float64
	}
	want := []row{
		{"cannot write to the disk", ChangeNew, 0, 3, math.Inf(1)},
		{"queue is full", ChangeSurging, 20, 200, 10},
		{"a new version has started", ChangeNew, 0, 40, math.Inf(1)},
		{"heartbeat of the cron daemon", ChangeQuiet, 120, 0, 0},
		{"steady as she goes", ChangeNone, 600, 620, 620.0 / 600},
		{"slower than it was", ChangeNone, 400, 200, 0.5},
		{"two rather than one here", ChangeNone, 1, 2, 2},
		{"seen once by chance", ChangeNew, 0, 1, math.Inf(1)},
	}
	ps := m.Snapshot(now, before)
	for i, p := range ps {
		if got := (row{p.Template, p.Change, p.Before, p.Count, p.Factor}); i >= len(want) || got != want[i] {
			t.Errorf("%d: %+v", i, got)
		}
		if p.Change == ChangeSurging && math.Abs(p.Rate-200.0/3600) > 1e-12 || p.Score < 0 {
			t.Errorf("%s: rate %v, score %v", p.Template, p.Rate, p.Score)
		}
		if len(p.Spark) != 120 || p.SparkNow != 60 || p.SparkStep != time.Minute || sum(p.Spark[60:]) != p.Count {
			t.Errorf("%s: %d buckets from %d on, of %s", p.Template, len(p.Spark), p.SparkNow, p.SparkStep)
		}
	}
	if len(ps) != len(want) {
		t.Errorf("%d patterns, want %d", len(ps), len(want))
	}
	// 2^-40, two tails, eight patterns.
	if got, want := ps[2].Score, -math.Log10(2*math.Pow(2, -40)*8); math.Abs(got-want) > 1e-9 {
		t.Errorf("score %v, want %v", got, want)
	}
	// With nothing before, nothing changed.
	for _, p := range m.Snapshot(now, sources.Window{}) {
		if p.Change != ChangeNone || p.Score != 0 || !math.IsNaN(p.Factor) || !math.IsNaN(p.BeforeRate) {
			t.Errorf("compared with nothing: %+v", p)
		}
	}
}

// What comes in bursts surges by a burst more no sooner than what is steady.
func TestBurstsAreNoSurge(t *testing.T) {
	before, now := hours(0, 1), hours(1, 2)
	m := New(Options{Window: hours(0, 2)})
	at := func(minute int) sources.Window { return hours(float64(minute)/60, float64(minute+1)/60) }
	spread(m, "burst of the nightly job", 50, at(7), 0)
	for _, minute := range []int{70, 90, 110} {
		spread(m, "burst of the nightly job", 50, at(minute), 0)
	}
	spread(m, "steady stream of requests", 50, before, 0)
	spread(m, "steady stream of requests", 150, now, 0)
	for _, p := range m.Snapshot(now, before) {
		if want := strings.HasPrefix(p.Template, "steady"); (p.Change == ChangeSurging) != want {
			t.Errorf("%s: %q with score %v", p.Template, p.Change, p.Score)
		}
	}
}

// Chance alone gives few findings: the correction for how many were tested holds.
func TestChanceIsNoChange(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	found, rounds := 0, 20
	for range rounds {
		m := New(Options{Window: hours(0, 2)})
		for i := range 200 {
			text := fmt.Sprintf("message %s of many", letters(i))
			for range 5 + r.IntN(60) {
				m.AddText(text, epoch.Add(time.Duration(r.Int64N(int64(2*time.Hour)))), 0)
			}
		}
		for _, p := range m.Snapshot(hours(1, 2), hours(0, 1)) {
			if p.Score >= SureScore {
				found++
			}
		}
	}
	if found > 2 { // 0.2 are expected at most; over 2 in one of 900 such runs
		t.Errorf("%d findings in %d runs of chance", found, rounds)
	}
}

// letters is a word of its own for each number.
func letters(n int) string {
	return string([]byte{'g' + byte(n%20), 'h' + byte(n/20%18), 'k', 'z'})
}

// A log that begins within the window before is compared by the time it covers.
func TestLateStart(t *testing.T) {
	m := New(Options{Window: hours(0, 2)})
	spread(m, "steady as she goes", 100, hours(0.9, 1), 0)
	spread(m, "steady as she goes", 1000, hours(1, 2), 0)
	p := m.Snapshot(hours(1, 2), hours(0, 1))[0]
	if p.Change != ChangeNone || p.Factor != 1 {
		t.Errorf("%q, factor %v", p.Change, p.Factor)
	}
	m = New(Options{Window: hours(0, 2)})
	spread(m, "nothing was before", 10, hours(1, 2), sources.SeverityError)
	if p := m.Snapshot(hours(1, 2), hours(0, 1))[0]; p.Change != ChangeNone {
		t.Errorf("%q in a log that has nothing before", p.Change)
	}
}

func TestSlide(t *testing.T) {
	m := New(Options{Window: hours(0, 2)})
	m.Slide(hours(0, 1).End) // never back
	spread(m, "early and early alone", 10, hours(0, 0.5), 0)
	spread(m, "all the time", 400, hours(0, 2), 0)
	m.Slide(hours(0, 3).End)
	spread(m, "all the time", 200, hours(2, 3), 0)
	ps := m.Snapshot(hours(2, 3), hours(1, 2))
	if len(ps) != 1 || ps[0].Count != 200 || ps[0].Before != 200 || ps[0].Total != 600 || ps[0].Factor != 1 {
		t.Errorf("%+v", ps)
	}
	m.Slide(hours(0, 1000).End)
	if ps := m.Snapshot(hours(999, 1000), hours(998, 999)); len(ps) != 0 || m.first != 0 {
		t.Errorf("%+v, first %d", ps, m.first)
	}
	check(t, m)
}

// The grid has the boundary of two windows on a bucket, and both ends of all in it.
func TestEdges(t *testing.T) {
	for _, length := range []time.Duration{time.Hour, 7 * time.Second, 1_000_003, 86_399_999_999_999} {
		now := sources.Window{Start: epoch, End: epoch.Add(length)}
		before := Preceding(now)
		m := New(Options{Window: sources.Window{Start: before.Start, End: now.End}})
		for _, at := range []time.Time{before.Start, epoch.Add(-100), epoch.Add(100), now.End} {
			m.AddText("edge of it", at, 0)
		}
		m.AddText("edge of it", before.Start.Add(-1), 0)
		m.AddText("edge of it", now.End.Add(200), 0)
		p := m.Snapshot(now, before)[0]
		if p.Before != 2 || p.Count != 2 || p.Total != 6 || m.Stats().Outside != 2 {
			t.Errorf("%s: %d before, %d now, %d in all, %+v", length, p.Before, p.Count, p.Total, m.Stats())
		}
	}
}

func TestUndated(t *testing.T) {
	m := New(Options{Window: hours(0, 1)})
	m.AddText("no time", time.Time{}, 0)
	m.AddText("no time", hours(5, 6).Start, 0) // outside
	m.Add(&sources.LogLine{Lost: 7, Body: "a gap"})
	ps := m.Snapshot(hours(0.5, 1), hours(0, 0.5))
	if len(ps) != 1 || ps[0].Count != 1 || ps[0].Total != 2 || ps[0].Rate != 0 || ps[0].Change != ChangeNone {
		t.Errorf("%+v", ps)
	}
	if s := m.Stats(); s.Lines != 2 || s.Undated != 1 || s.Outside != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSeverityAndSources(t *testing.T) {
	m := New(Options{Window: hours(0, 1)})
	for i := range 40 {
		l := sources.LogLine{
			Body: fmt.Sprint("took ", i), Raw: fmt.Sprint("x: took ", i), Severity: sources.SeverityInfo, Time: epoch,
			Source: fmt.Sprint("s", i%20), Pos: sources.LogPos{Minor: uint64(i)},
		}
		if i == 7 || i == 9 {
			l.Severity = sources.SeverityError + 1
		}
		if i > 30 {
			l.Source = "s3"
		}
		m.Add(&l)
	}
	p := m.Snapshot(hours(0, 1), sources.Window{})[0]
	if p.Worst != sources.SeverityError+1 || p.Most != sources.SeverityInfo || p.Example.Pos.Minor != 7 || p.Latest.Minor != 39 || p.LatestFrom != "s3" {
		t.Errorf("worst %d, most %d, example at %v, last at %v of %s", p.Worst, p.Most, p.Example.Pos, p.Latest, p.LatestFrom)
	}
	n := p.Others
	for _, s := range p.Sources {
		n += s.Count
	}
	if len(p.Sources) != maxSources || p.Others == 0 || n != 40 || p.Sources[0] != (SourceCount{"s3", 11}) {
		t.Errorf("%d lines of %v and %d others", n, p.Sources, p.Others)
	}
}

// A log that is known to have begun is silent where no line is; what is before its beginning is not.
func TestBegan(t *testing.T) {
	f := func(began time.Time, compared bool, factor float64) {
		t.Helper()
		m := New(Options{Window: hours(0, 2), Began: began})
		spread(m, "cannot write", 12, hours(0.5, 2), sources.SeverityError)
		p := m.Snapshot(hours(1, 2), hours(0, 1))[0]
		if p.Compared() != compared || compared && math.Abs(p.Factor-factor) > 0.01 {
			t.Errorf("began %v: compared %v, factor %v", began, p.Compared(), p.Factor)
		}
		m = New(Options{Window: hours(0, 2), Began: began})
		spread(m, "cannot write", 12, hours(1, 2), sources.SeverityError)
		if p := m.Snapshot(hours(1, 2), hours(0, 1))[0]; (p.Change == ChangeNew) != (compared && !began.IsZero()) {
			t.Errorf("began %v: %q", began, p.Change)
		}
	}
	f(time.Time{}, true, 2)         // of 4 in an hour, 8 in an hour; too few to tell
	f(hours(0, 1).Start, true, 2)   // silence
	f(hours(-9, 1).Start, true, 2)  // silence
	f(hours(0.5, 1).Start, true, 1) // no log
	f(hours(1.5, 2).Start, false, 0)
}

func TestRecord(t *testing.T) {
	m := New(Options{Window: hours(0, 2)})
	spread(m, "old \xff text", 5, hours(0, 1), sources.SeverityWarn)
	spread(m, "new text", 5, hours(1, 2), sources.SeverityError)
	ps := m.Snapshot(hours(1, 2), hours(0, 1))
	var got []string
	for i := range ps {
		r := ps[i].Record()
		text, err := json.Marshal(&r)
		if err != nil || !utf8.Valid(text) {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	want := []string{
		`{"id":"` + ps[0].ID + `","template":"new text","count":5,"rate":0.001388888888888889,"before_count":0,"change":"new","factor":null,"score":0.9031,` +
			`"severity":"error","first_seen":"2026-02-03T05:06:00Z","last_seen":"2026-02-03T05:54:00Z","example":"new text","sources":[],"filter":"^\\s*new text[ \\t\\f\\r]*(?m:$)"}`,
		`{"id":"` + ps[1].ID + `","template":"old \u003c*\u003e text","count":0,"rate":0,"before_count":5,"change":"","factor":0,"score":0.9031,` +
			`"severity":"warn","first_seen":"2026-02-03T04:06:00Z","last_seen":"2026-02-03T04:54:00Z","example":"old ` + "\ufffd" + ` text","sources":[],"filter":"^\\s*old\\s+\\S+\\s+text[ \\t\\f\\r]*(?m:$)"}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTable(t *testing.T) {
	m := New(Options{Window: hours(0, 2)})
	spread(m, "queue is full again", 10, hours(0, 1), sources.SeverityWarn)
	spread(m, "queue is full again", 150, hours(1, 2), sources.SeverityWarn)
	spread(m, "cannot write\x1b[31m to the disk", 2, hours(1.5, 2), sources.SeverityError)
	m.AddText("", hours(1.1, 2).Start, 0)
	fit := func(text string, cells int) string {
		text = strings.ReplaceAll(text, "\x1b", "␛")
		if r := []rune(text); cells > 0 && len(r) > cells {
			text = string(r[:cells-1]) + "…"
		}
		return text
	}
	got := strings.Join(Table(m.Snapshot(hours(1, 2), hours(0, 1)), 91, false, fit), "\n")
	want := strings.TrimPrefix(`
CHANGE   COUNT     RATE  BEFORE  FACTOR  LEVEL  BEFORE|NOW         PATTERN
new          2      2/h       0       -  error          |    █ █   cannot write␛[<*> to th…
surging    150  2.5/min      10     x15  warn   ▁▁▁▁▁▁▁▁|█▇███▇██  queue is full again
new          1      1/h       0       -  -              |█         (empty lines)
`, "\n")
	if got != strings.TrimSuffix(want, "\n") {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	if lines := Table(m.Snapshot(hours(1, 2), hours(0, 1)), 0, true, fit); !strings.Contains(lines[2], "  ........|########  ") {
		t.Errorf("not in 7 bits: %q", lines[2])
	}
	if lines := Table(nil, 0, true, fit); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
}
