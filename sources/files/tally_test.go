package files

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"nightjar/sources"
)

// TestTallyEqualsTheIndex counts chunk by chunk without the index and with it,
// in a log of short records, traces that reach over the ends of pieces, and lines
// and records that are too long for the former.
func TestTallyEqualsTheIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("\tat before.Everything(Start.java:1)\n")
	for i := 0; b.Len() < 12<<20; i++ {
		switch n := r.IntN(10_000); {
		case n == 0:
			b.WriteString(numbered(i) + strings.Repeat(" filler", r.IntN(30_000)) + " pool\n")
		case n < 3:
			fmt.Fprintf(&b, "%s failed\n%s", numbered(i), strings.Repeat("\tat org.example.Pool.take(Pool.java:12)\n", r.IntN(4000)))
		case n < 2000:
			fmt.Fprintf(&b, "%s pool empty\njava.lang.IllegalStateException: pool\n%s\r\n", numbered(i), strings.Repeat("\tat org.example.Pool.take(Pool.java:41)\n", r.IntN(60)))
		default:
			b.WriteString(numbered(i) + "\n")
		}
	}
	b.WriteString(numbered(1) + "\n" + strings.Repeat("\tat org.example.Pool.take(Pool.java:12)\n", 60_000)) // two chunks without a record
	b.WriteString(numberedLines(2, 40_000))
	path := temp(t)
	write(t, path, b.String())
	s := still(t, path)
	l, err := s.logs()[0].live.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, terms := range [][]sources.LogTerm{
		text("pool"),
		text("Pool.java:41"),
		{{Value: "Pool.java:41"}, {Value: "request"}},
		text("request 7"),
		text("served in 13 ms failed\n\tat org"),
		{{Value: "request"}, {Value: "Pool.java", Not: true}},
		{{Value: "request", Not: true}},
		{{Op: sources.LogMatches, Value: `req\w+ \d+7 served`}},
		{{Op: sources.LogMatches, Value: `[a-z]+ \d+3 [a-z]+`}},
		{{Op: sources.LogFolded, Value: "JAVA:12"}},
	} {
		f, err := newFilter(terms)
		if err != nil {
			t.Fatal(err)
		}
		if !f.plain() {
			t.Fatalf("%v is not of text alone", terms)
		}
		total, counted := 0, 0
		for k := range l.last {
			n, ok, err := l.p.tally(t.Context(), k, f.rest)
			if err != nil {
				t.Fatal(err)
			}
			b, err := l.block(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			h, err := s.match(t.Context(), s.logs()[0], l, b, k, f)
			if err != nil {
				t.Fatal(err)
			}
			total += h.count
			if !ok {
				continue
			}
			counted++
			if n != h.count {
				t.Errorf("%v: chunk %d has %d records that pass, the index says %d", terms, k, n, h.count)
			}
		}
		if total == 0 && terms[0].Value != "served in 13 ms failed\n\tat org" || counted == 0 || counted == l.last {
			t.Errorf("%v: %d records pass, %d of %d chunks were counted without the index: the test tests little", terms, total, counted, l.last)
		}
	}
}

func TestCountOfAGlobNeedsNoOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a.log", numberedLines(0, 60_000))
	write(t, dir+"/b.log", numberedLines(30_000, 90_000))
	s := still(t, dir+"/*.log")
	for value, want := range map[string]int64{"request 5": 11_111 + 10_000, "request": 120_000} {
		n, err := s.Count(t.Context(), sources.LogQuery{Terms: text(value)})
		if err != nil {
			t.Fatal(err)
		}
		if n != want {
			t.Errorf("%d records have %q, want %d", n, value, want)
		}
	}
}

func TestShiftLetsNobodyInBeforeAllAreServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s shift
		s.begin()
		s.begin()
		in := false
		go func() { in = s.wait(t.Context()) == nil }()
		synctest.Wait()
		s.end()
		synctest.Wait()
		if in {
			t.Error("in while one is served")
		}
		s.end()
		synctest.Wait()
		if !in {
			t.Error("not in though nobody is served")
		}
		s.begin()
		ctx, _ := contextCancelled()
		if s.wait(ctx) == nil {
			t.Error("in though it was cancelled")
		}
	})
}
