package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func appendText(r *Ring, lines ...string) {
	for _, l := range lines {
		r.Append(RingLine{Text: []byte(l)})
	}
}

func searchRing(t *testing.T, r *Ring, q sources.LogQuery) *sources.LogPage {
	t.Helper()
	page, err := r.SearchLogs(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func raws(lines []sources.LogLine) []string {
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = lines[i].Raw
	}
	return out
}

// fillRing makes a ring of n plain lines that has ended, so that all are shown.
func fillRing(o RingOptions, n int) *Ring {
	r := NewRing(o)
	for i := range n {
		appendText(r, fmt.Sprintf("line %d", i))
	}
	r.End()
	return r
}

func TestRingCountsWhatItLetsGo(t *testing.T) {
	f := func(o RingOptions, n int) {
		t.Helper()
		o.Source = "s"
		r := fillRing(o, n)
		for _, forward := range []bool{false, true} {
			page := searchRing(t, r, sources.LogQuery{Limit: 10 * n, Forward: forward})
			if !forward {
				slices.Reverse(page.Lines)
			}
			gap, held := page.Lines[0], page.Lines[1:]
			if gap.Lost+len(held) != n || int64(len(held)) != page.Total || len(held) == 0 || len(page.Notes) != 1 {
				t.Errorf("forward %v: lost %d and %d held of %d, total %d, notes %q", forward, gap.Lost, len(held), n, page.Total, page.Notes)
			}
			for i, l := range held {
				if want := fmt.Sprintf("line %d", n-len(held)+i); l.Raw != want {
					t.Fatalf("line %d is %q, want %q", i, l.Raw, want)
				}
				if before := page.Lines[i]; before.Pos.Compare(l.Pos) >= 0 {
					t.Fatalf("positions do not ascend: %v, %v", before.Pos, l.Pos)
				}
			}
			if o.Lines > 0 && len(held) > o.Lines {
				t.Errorf("%d lines held, at most %d may be", len(held), o.Lines)
			}
		}
	}
	f(RingOptions{Lines: 10}, 1000)
	f(RingOptions{Lines: 1000}, 10_000)
	f(RingOptions{Bytes: 1 << 14}, 10_000)
}

func TestRingStaysWithinItsBytes(t *testing.T) {
	r := NewRing(RingOptions{Bytes: 1 << 20})
	line := bytes.Repeat([]byte("x"), 3000)
	for range 2000 {
		r.Append(RingLine{Text: line})
		if r.bytes > 1<<20 {
			t.Fatalf("%d bytes held", r.bytes)
		}
	}
	if r.bytes < 1<<19 {
		t.Errorf("only %d bytes held of %d", r.bytes, 1<<20)
	}
}

func TestRingBatchLargerThanTheRing(t *testing.T) {
	lines := make([]RingLine, 5000)
	for i := range lines {
		lines[i].Text = fmt.Appendf(nil, "line %d", i)
	}
	r := NewRing(RingOptions{Lines: 100})
	r.Append(lines...)
	r.End()
	page := searchRing(t, r, sources.LogQuery{})
	if page.Lines[0].Raw != "line 4999" || len(page.Lines) > 101 {
		t.Errorf("%d lines, first %q", len(page.Lines), page.Lines[0].Raw)
	}
}

func TestRingPagesMeet(t *testing.T) {
	r := fillRing(RingOptions{Lines: 1 << 20, Bytes: 1 << 20}, 1000)
	want := raws(searchRing(t, r, sources.LogQuery{Limit: 1000, Forward: true}).Lines)
	if len(want) != 1000 {
		t.Fatalf("%d lines", len(want))
	}
	for _, forward := range []bool{false, true} {
		var got []string
		q := sources.LogQuery{Limit: 7, Forward: forward}
		for more := true; more; {
			page := searchRing(t, r, q)
			last := page.Lines[len(page.Lines)-1].Pos
			if more = page.More; forward {
				q.After = last
			} else {
				q.Before = last
			}
			got = append(got, raws(page.Lines)...)
		}
		if !forward {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("forward %v: pages give other lines than the whole", forward)
		}
	}
}

func TestRingWindowAndTimes(t *testing.T) {
	now := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	r := NewRing(RingOptions{Reader: NewReader(Options{}), Clock: func() time.Time { now = now.Add(time.Second); return now }})
	appendText(r,
		"first of all", // 12:00:01
		"2026-02-03T10:00:00Z ERROR replayed",
		"no time here", // a second after the one before
		"2026-02-03T10:00:05Z INFO replayed")
	r.Append(RingLine{Text: []byte("2026-02-03T09:00:00Z stamped"), At: now.Add(time.Hour), Stamped: true})
	r.End()
	page := searchRing(t, r, sources.LogQuery{Forward: true})
	var got []string
	for _, l := range page.Lines {
		got = append(got, l.Time.Format(time.TimeOnly)+" "+l.Severity.String())
	}
	want := []string{"12:00:01 unknown", "10:00:00 error", "10:00:01 unknown", "10:00:05 info", "13:00:04 unknown"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	at := time.Date(2026, 2, 3, 10, 0, 0, 0, time.UTC)
	page = searchRing(t, r, sources.LogQuery{Window: sources.Window{Start: at.Add(time.Second), End: at.Add(5 * time.Second)}})
	if len(page.Lines) != 2 {
		t.Errorf("%q in the window", raws(page.Lines))
	}
	w, err := r.LogSpan(t.Context())
	if err != nil || !w.Start.Equal(at) || !w.End.Equal(time.Date(2026, 2, 3, 13, 0, 4, 0, time.UTC)) {
		t.Errorf("span %v, %v", w, err)
	}
}

func TestRingJoinsWhatBelongsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRing(RingOptions{})
		appendText(r, "2026-02-03T10:00:00Z ERROR it broke", "\tat main()", "\tat run()")
		seen, err := r.AwaitLogs(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if page := searchRing(t, r, sources.LogQuery{}); len(page.Lines) != 0 {
			t.Fatalf("shown before it is whole: %q", raws(page.Lines))
		}
		if _, err = r.AwaitLogs(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
		page := searchRing(t, r, sources.LogQuery{})
		if want := []string{"2026-02-03T10:00:00Z ERROR it broke\n\tat main()\n\tat run()"}; !slices.Equal(raws(page.Lines), want) {
			t.Fatalf("got %q", raws(page.Lines))
		}
		// What was shown does not change.
		appendText(r, "\tat late()", "2026-02-03T10:00:01Z next")
		page = searchRing(t, r, sources.LogQuery{Forward: true, After: page.Lines[0].Pos})
		if want := []string{"\tat late()"}; !slices.Equal(raws(page.Lines), want) {
			t.Errorf("got %q", raws(page.Lines))
		}
		// Lines of another stream are no part of it.
		other := sources.NewLabels("stream", "stderr")
		r.Append(RingLine{Text: []byte("\tindented"), Labels: other})
		r.End()
		page = searchRing(t, r, sources.LogQuery{Limit: 2})
		if want := []string{"\tindented", "2026-02-03T10:00:01Z next"}; !slices.Equal(raws(page.Lines), want) || !page.Lines[0].Labels.Equal(other) {
			t.Errorf("got %q", raws(page.Lines))
		}
	})
}

func TestRingFilters(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := []string{"alpha", "beta", "gamma", "ERROR", "level=warn", "status=503", "status=200", "\tindented"}
	r := NewRing(RingOptions{Bytes: 1 << 20})
	labels := []sources.Labels{nil, sources.NewLabels("stream", "stderr")}
	for i := range 20_000 {
		if i%3000 == 2999 {
			r.Gap(3, "restarted")
		}
		line := words[rnd.IntN(len(words))] + " " + words[rnd.IntN(len(words)-1)] + " " + words[rnd.IntN(len(words)-1)]
		r.Append(RingLine{Text: []byte(line), Labels: labels[rnd.IntN(2)]})
	}
	r.End()
	all := searchRing(t, r, sources.LogQuery{Forward: true, Limit: 1 << 20}).Lines
	for _, text := range []string{"alpha", "status>=500", "-level=warn", "stream=stderr", "/gam+a.*beta/", "-alpha", "level>=error"} {
		term, err := ParseTerm(text)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Compile([]sources.LogTerm{term}, "stream")
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		matched := 0.0
		for i := range all {
			if m.Match(&all[i]) {
				want = append(want, all[i].Raw)
				if all[i].Lost == 0 {
					matched++
				}
			}
		}
		if len(want) < 10 || len(want) == len(all) {
			t.Fatalf("%s passes %d of %d: the test shows nothing", text, len(want), len(all))
		}
		q := sources.LogQuery{Forward: true, Limit: 1 << 20, Terms: []sources.LogTerm{term}}
		if got := raws(searchRing(t, r, q).Lines); !slices.Equal(got, want) {
			t.Errorf("%s: forward gives %d lines, want %d", text, len(got), len(want))
		}
		q.Forward = false
		slices.Reverse(want)
		if got := raws(searchRing(t, r, q).Lines); !slices.Equal(got, want) {
			t.Errorf("%s: backward gives %d lines, want %d", text, len(got), len(want))
		}
		q.Window = sources.Window{Start: all[0].Time, End: all[len(all)-1].Time.Add(time.Hour)}
		var told sources.LogProgress
		frame, err := r.CountLogs(t.Context(), q, time.Minute, func(p sources.LogProgress, _ *sources.Frame) { told = p })
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range frame.Series {
			for _, v := range s.Values {
				sum += v
			}
		}
		if sum != matched || told.Matched == 0 || told.Done > told.Total {
			t.Errorf("%s: counted %v, want %v; progress %+v", text, sum, matched, told)
		}
	}
}

func TestRingRefuses(t *testing.T) {
	r := fillRing(RingOptions{Source: "s"}, 1)
	if _, err := r.SearchLogs(t.Context(), sources.LogQuery{Select: "x"}); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("select: %v", err)
	}
	if _, err := r.SearchLogs(t.Context(), sources.LogQuery{Terms: []sources.LogTerm{{Op: sources.LogMatches, Value: "("}}}); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("regexp: %v", err)
	}
	if _, err := r.CountLogs(t.Context(), sources.LogQuery{}, time.Second, nil); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("count: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.SearchLogs(ctx, sources.LogQuery{}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRingEnds(t *testing.T) {
	r := fillRing(RingOptions{}, 3)
	seen, err := r.AwaitLogs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.AwaitLogs(t.Context(), seen); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
	appendText(r, "too late")
	if page := searchRing(t, r, sources.LogQuery{}); len(page.Lines) != 3 {
		t.Errorf("%q", raws(page.Lines))
	}
}

// TestRingLosesNothing follows streams that are faster than the bound allows:
// every line is either read or counted as lost, by a tail and by who reads pages.
func TestRingLosesNothing(t *testing.T) {
	const writers, each = 4, 5000
	r := NewRing(RingOptions{Lines: 200})
	out := make(chan sources.LogBatch)
	var wg sync.WaitGroup
	tailed, paged := 0, 0
	count := func(lines []sources.LogLine) (n int) {
		for i := range lines {
			if lines[i].Lost != 0 {
				n += lines[i].Lost
			} else {
				n++
			}
		}
		return n
	}
	ready := make(chan struct{})
	wg.Go(func() {
		defer close(out)
		close(ready)
		if err := r.TailLogs(t.Context(), sources.LogQuery{}, out); err != nil {
			t.Errorf("tail: %v", err)
		}
	})
	<-ready
	appendText(r, "line 0") // the tail may or may not see it
	wg.Go(func() {
		for b := range out {
			tailed += count(b.Lines)
		}
	})
	wg.Go(func() {
		q := sources.LogQuery{Forward: true, Limit: 50}
		for seen := uint64(0); ; {
			v, err := r.AwaitLogs(t.Context(), seen)
			if err != nil {
				return
			}
			seen = v
			for more := true; more; {
				page := searchRing(t, r, q)
				paged += count(page.Lines)
				if more = page.More; len(page.Lines) > 0 {
					q.After = page.Lines[len(page.Lines)-1].Pos
				}
			}
		}
	})
	var in sync.WaitGroup
	for range writers {
		in.Go(func() {
			for i := range each {
				appendText(r, fmt.Sprintf("line %d", i))
			}
		})
	}
	in.Wait()
	r.End()
	wg.Wait()
	if paged != writers*each+1 {
		t.Errorf("%d lines read or counted by pages, want %d", paged, writers*each+1)
	}
	if tailed != writers*each && tailed != writers*each+1 {
		t.Errorf("%d lines read or counted by the tail, want %d", tailed, writers*each)
	}
}

func TestRingWriterSplitsAnyhow(t *testing.T) {
	text := "one\n\ntwo\r\nthree and more\n" + strings.Repeat("x", 300) + "\nlast"
	want := []string{"one", "two", "three and more", strings.Repeat("x", 300), "last"}
	for size := 1; size < 40; size++ {
		r := NewRing(RingOptions{})
		w := r.Writer(nil)
		for part := range slices.Chunk([]byte(text), size) {
			if n, err := w.Write(part); n != len(part) || err != nil {
				t.Fatalf("Write: %d, %v", n, err)
			}
		}
		w.Flush()
		r.End()
		got := raws(searchRing(t, r, sources.LogQuery{Forward: true}).Lines)
		got[0] = strings.TrimSuffix(got[0], "\n") // the empty line goes on with the first
		if !slices.Equal(got, want) {
			t.Fatalf("in pieces of %d: %q", size, got)
		}
	}
}

func TestRingWriterBreaksLongLines(t *testing.T) {
	long := bytes.Repeat([]byte("abcdefgh"), maxLine/8*2+10)
	for _, size := range []int{1 << 16, len(long) + 1} {
		r := NewRing(RingOptions{})
		w := r.Writer(nil)
		for part := range slices.Chunk(append(slices.Clone(long), '\n'), size) {
			_, _ = w.Write(part)
		}
		_, _ = w.Write([]byte("next\n"))
		r.End()
		page := searchRing(t, r, sources.LogQuery{Forward: true})
		if got := strings.Join(raws(page.Lines), ""); got != string(long)+"next" || len(page.Lines) != 4 {
			t.Errorf("in pieces of %d: %d lines of %d bytes together", size, len(page.Lines), len(got))
		}
		if len(page.Notes) != 1 || !strings.HasPrefix(page.Notes[0], "lines that were broken up: 1;") {
			t.Errorf("notes %q", page.Notes)
		}
	}
}

func BenchmarkRingAppend(b *testing.B) {
	r := NewRing(RingOptions{})
	line := []RingLine{{Text: []byte("2026-02-03T10:00:00.123456Z INFO request served path=/products/17 status=200 took=12ms")}}
	b.ReportAllocs()
	for b.Loop() {
		r.Append(line...)
	}
}
