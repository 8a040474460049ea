package files

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// lots is enough lines for a few chunks.
const lots = 60_000

func TestPagesBothWays(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	for _, forward := range []bool{false, true} {
		lines := all(t, s, sources.LogQuery{Forward: forward, Limit: 777})
		same(t, raws(lines), want(0, lots, forward))
		for i := 1; i < len(lines); i++ {
			if c := lines[i].Pos.Compare(lines[i-1].Pos); forward != (c > 0) || c == 0 {
				t.Fatalf("positions %v %v", lines[i-1].Pos, lines[i].Pos)
			}
		}
		if !lines[7].Time.Equal(stamp(map[bool]int{true: 7, false: lots - 8}[forward])) {
			t.Fatal(lines[7].Time)
		}
	}
}

func TestWindow(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	q := sources.LogQuery{Window: sources.Window{Start: stamp(30_000), End: stamp(30_010)}}
	same(t, raws(all(t, s, q)), want(30_000, 30_011, false))
	q.Forward = true
	same(t, raws(all(t, s, q)), want(30_000, 30_011, true))
	q.Limit = 4
	page := search(t, s, q)
	if !page.More || len(page.Lines) != 4 {
		t.Fatal(page.More, len(page.Lines))
	}
	if page.Format == "" {
		t.Errorf("format %q", page.Format)
	}
}

func TestFilterEqualsAScan(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	f := func(match func(i int) bool, terms ...sources.LogTerm) {
		t.Helper()
		var expect []string
		for i := range lots {
			if match(i) {
				expect = append(expect, numbered(i))
			}
		}
		same(t, raws(all(t, s, sources.LogQuery{Forward: true, Terms: terms, Limit: 500})), expect)
		slices.Reverse(expect)
		same(t, raws(all(t, s, sources.LogQuery{Terms: terms, Limit: 501})), expect)
		n, err := s.Count(t.Context(), sources.LogQuery{Terms: terms})
		if err != nil || n != int64(len(expect)) {
			t.Fatal(n, err, len(expect))
		}
	}
	is := func(level string) func(int) bool {
		return func(i int) bool { return levels[i%len(levels)] == level }
	}
	f(func(i int) bool { return strings.Contains(numbered(i), "request 59") }, sources.LogTerm{Value: "request 59"})
	f(func(i int) bool { return strings.Contains(numbered(i), "in 13 ms") && is("ERROR")(i) },
		sources.LogTerm{Op: sources.LogMatches, Value: `in 1[3] ms`}, sources.LogTerm{Field: "level", Op: sources.LogEqual, Value: "error"})
	f(is("ERROR"), sources.LogTerm{Field: "level", Op: sources.LogGreaterEqual, Value: "error"})
	f(func(i int) bool { return !is("INFO")(i) }, sources.LogTerm{Not: true, Field: "level", Op: sources.LogEqual, Value: "info"})
	f(func(int) bool { return false }, sources.LogTerm{Value: "no such thing"})
	f(func(i int) bool { return i == 59_999 }, sources.LogTerm{Value: "request 59999 "})
}

func TestFilterSeesWhatComesAndIsNotStale(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, 10))
	s := still(t, path)
	q := sources.LogQuery{Terms: text("request"), Forward: true}
	for n := 10; n < lots; n += 9_999 {
		same(t, raws(all(t, s, q)), want(0, n, true))
		extend(t, path, numberedLines(n, n+9_999))
		s.look()
	}
}

func TestMultiline(t *testing.T) {
	path := temp(t)
	trace := "\n\tat com.example.Pool.get(Pool.java:17)\n\tat com.example.Main.main(Main.java:3)"
	var b strings.Builder
	var expect []string
	for i := range 30_000 {
		r := numbered(i)
		if i%3 == 0 {
			r += trace
		}
		expect = append(expect, r)
		b.WriteString(r + "\n")
	}
	write(t, path, b.String())
	s := still(t, path)
	same(t, raws(all(t, s, sources.LogQuery{Forward: true})), expect)
	n, err := s.Count(t.Context(), sources.LogQuery{Terms: text("Pool.java")})
	if err != nil || n != 10_000 {
		t.Fatal(n, err)
	}
	// What comes later to the last record belongs to it.
	extend(t, path, numbered(40_000)+"\n")
	s.look()
	extend(t, path, "\tat late\n")
	s.look()
	if got := search(t, s, sources.LogQuery{Limit: 1, Terms: text("late")}).Lines; len(got) != 1 || got[0].Raw != numbered(40_000)+"\n\tat late" {
		t.Fatalf("%q", raws(got))
	}
}

func TestRecordsAreBounded(t *testing.T) {
	path := temp(t)
	line := "\tat " + strings.Repeat("x", 100) + "\n"
	write(t, path, numbered(0)+"\n"+strings.Repeat(line, 60_000)+numbered(1)+"\n")
	s := still(t, path)
	lines := all(t, s, sources.LogQuery{Forward: true})
	total := 0
	for _, l := range lines {
		n := strings.Count(l.Raw, "\n") + 1
		if n > 2*maxJoined+2 || len(l.Raw) > maxRecord+100 {
			t.Fatalf("a record of %d lines, %d bytes", n, len(l.Raw))
		}
		total += n
	}
	if total != 60_002 {
		t.Fatalf("%d lines of 60002", total)
	}
}

func TestMergeByTime(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	var files [3]strings.Builder
	for i := range lots {
		files[rng.IntN(3)].WriteString(numbered(i) + "\n")
	}
	for i := range files {
		write(t, filepath.Join(dir, fmt.Sprintf("%c.log", 'a'+i)), files[i].String())
	}
	s := still(t, filepath.Join(dir, "*.log"))
	for _, forward := range []bool{false, true} {
		lines := all(t, s, sources.LogQuery{Forward: forward, Limit: 999})
		same(t, raws(lines), want(0, lots, forward))
		if f, ok := lines[0].Field("file"); !ok || !strings.HasPrefix(f, dir) {
			t.Fatal(lines[0].Labels)
		}
	}
	lines := all(t, s, sources.LogQuery{Terms: []sources.LogTerm{{Field: "file", Op: sources.LogContains, Value: "b.log"}}})
	if n := strings.Count(files[1].String(), "\n"); len(lines) != n {
		t.Fatalf("%d of %d", len(lines), n)
	}
}

// Clocks that jump must not lose or repeat a line in a merged log, page by page,
// nor when more comes.
func TestMergeUnderJumpingClocks(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(3, 4))
	piece := func(from, to int, tag string) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			when := stamp(i + rng.IntN(2000) - 1000)
			if rng.IntN(5000) == 0 {
				when = time.Date(1970, 1, 1, 0, 0, i%60, 0, time.UTC)
			}
			fmt.Fprintf(&b, "%s INFO %s line %d %s\n", when.Format("2006-01-02T15:04:05Z"), tag, i, strings.Repeat("pad ", 20))
		}
		return b.String()
	}
	for _, name := range []string{"a", "b"} {
		write(t, filepath.Join(dir, name+".log"), piece(0, 20_000, name))
	}
	s := still(t, filepath.Join(dir, "*.log"))
	first := raws(all(t, s, sources.LogQuery{Limit: 997}))
	for _, name := range []string{"b", "a"} {
		extend(t, filepath.Join(dir, name+".log"), piece(20_000, 40_000, name))
		s.look()
	}
	back := all(t, s, sources.LogQuery{Limit: 997})
	forth := raws(all(t, s, sources.LogQuery{Limit: 991, Forward: true}))
	seen := map[string]bool{}
	for _, l := range back {
		if seen[l.Raw] {
			t.Fatalf("twice: %s", l.Raw)
		}
		seen[l.Raw] = true
	}
	if len(seen) != 80_000 {
		t.Fatalf("%d of 80000", len(seen))
	}
	got := raws(back)
	slices.Reverse(got)
	same(t, got, forth)
	old := got[:0:0]
	mine := map[string]bool{}
	for _, r := range first {
		mine[r] = true
	}
	for i := len(back) - 1; i >= 0; i-- {
		if mine[back[i].Raw] {
			old = append(old, back[i].Raw)
		}
	}
	slices.Reverse(old)
	same(t, old, first) // the order of what was there has not changed
}

func TestHistogram(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	q := sources.LogQuery{Window: sources.Window{Start: stamp(100), End: stamp(50_100)}}
	told := 0
	count := func(match func(i int) bool) {
		t.Helper()
		frame, err := s.CountLogs(t.Context(), q, time.Minute, func(sources.LogProgress, *sources.Frame) { told++ })
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, series := range frame.Series {
			for i, v := range series.Values {
				got[fmt.Sprint(series.Labels.Value("level"), " ", series.Times[i])] += v
			}
		}
		expect := map[string]float64{}
		for i := 100; i < 50_100; i++ {
			if match(i) {
				at := stamp(100).Add(stamp(i).Sub(stamp(100)).Truncate(time.Minute))
				expect[fmt.Sprint(strings.ToLower(levels[i%len(levels)]), " ", at.UnixMilli())]++
			}
		}
		for k, v := range got {
			if v != expect[k] {
				t.Fatalf("%s: %v, want %v", k, v, expect[k])
			}
		}
		for k := range expect {
			if _, ok := got[k]; !ok {
				t.Fatalf("%s is missing", k)
			}
		}
	}
	count(func(int) bool { return true })
	q.Terms = text("in 13 ms")
	count(func(i int) bool { return i%97 == 13 })
	read := s.Status().Received
	q.Window = sources.Window{Start: stamp(100), End: stamp(50_100)}
	count(func(i int) bool { return i%97 == 13 })
	if again := s.Status().Received; again != read {
		t.Errorf("a second count of the same filter read %d bytes", again-read)
	}
	w, err := s.LogSpan(t.Context())
	if err != nil || !w.Start.Equal(stamp(0)) || !w.End.Equal(stamp(lots-1)) {
		t.Fatal(w, err)
	}
	if _, err := s.CountLogs(t.Context(), q, time.Microsecond, nil); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
}

func TestCancelEndsASearch(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	ctx, cancel := contextCancelled()
	defer cancel()
	if _, err := s.SearchLogs(ctx, sources.LogQuery{Terms: text("nothing")}); sources.KindOf(err) != sources.KindCancelled {
		t.Fatal(err)
	}
}

// An index entry is 8 bytes; with all that belongs to it a line costs at most 10.
func TestIndexIsSmall(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	all(t, s, sources.LogQuery{})
	p := s.logs()[0].current()
	bytes := 0
	for k := range p.blocks {
		bytes += 8*cap(p.blocks[k].entries) + 160
	}
	if n := lots - len(p.now.tail.entries); bytes > 10*n {
		t.Fatalf("%.1f bytes a line", float64(bytes)/float64(n))
	}
}

func TestOffsetsBeyondTheIndexUnit(t *testing.T) {
	path := temp(t)
	var b strings.Builder
	years := []int{1971, 2026, 1999, 2200, 2026, 1970}
	for i, y := range years {
		fmt.Fprintf(&b, "%d-06-01T00:00:00Z INFO year %d\n", y, i)
	}
	write(t, path, b.String())
	s := still(t, path)
	for i, y := range years {
		q := sources.LogQuery{Window: sources.Window{Start: time.Date(y, 5, 31, 0, 0, 0, 0, time.UTC), End: time.Date(y, 6, 2, 0, 0, 0, 0, time.UTC)}}
		found := false
		for _, l := range search(t, s, q).Lines {
			found = found || strings.HasSuffix(l.Raw, fmt.Sprintf("year %d", i))
		}
		if !found {
			t.Errorf("the line of %d is not found", y)
		}
	}
}

// TestBareLinesAreTheSameLines holds lines that were not parsed against those that were.
func TestBareLinesAreTheSameLines(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, 3000)+numbered(3000)+"\r\n\r\n"+numbered(3001)+"\nException\n\tat a.b.C(C.java:1)\r\n"+numbered(3002))
	s := still(t, path)
	for _, q := range []sources.LogQuery{
		{Limit: 700},
		{Limit: 700, Forward: true},
		{Limit: 100, Terms: text("7 served")},
		{Limit: 100, Window: sources.Window{Start: stamp(2950), End: stamp(3001)}},
	} {
		full := all(t, s, q)
		q.Bare = true
		bare := all(t, s, q)
		if len(full) != len(bare) || len(full) == 0 {
			t.Fatalf("%+v: %d lines, bare %d", q, len(full), len(bare))
		}
		for i, l := range bare {
			if f := full[i]; l.Raw != f.Raw || l.Pos != f.Pos || !l.Time.Equal(f.Time) {
				t.Fatalf("%+v: line %d: %+v, bare %+v", q, i, f, l)
			}
		}
	}
}
