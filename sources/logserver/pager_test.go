package logserver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

var noon = time.Unix(1_700_000_000, 0)

// store is a server that knows lines by their time alone and gives them in any order.
type store struct {
	lines   []sources.LogLine
	twice   bool // some lines come twice in an answer
	largest int  // lines of an answer that is not too large
	rng     *rand.Rand
}

func (s *store) fetch(_ context.Context, t Stretch) (Fetched, error) {
	if t.Limit > s.largest {
		return Fetched{}, sources.Errorf("store", "search", sources.KindTooLarge, "too large")
	}
	var in []sources.LogLine
	for _, l := range s.lines {
		if t.From <= l.Pos.Major && l.Pos.Major < t.To {
			in = append(in, l)
		}
	}
	s.rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] }) // of one time any may come
	slices.SortStableFunc(in, func(a, b sources.LogLine) int {
		if t.Forward {
			return int(a.Pos.Major - b.Pos.Major)
		}
		return int(b.Pos.Major - a.Pos.Major)
	})
	got := Fetched{Lines: in}
	if len(in) >= t.Limit {
		got.Lines, got.More, got.Edge = in[:t.Limit], true, in[t.Limit-1].Pos.Major
	}
	got.Lines = slices.Clone(got.Lines)
	if s.twice && len(got.Lines) > 0 {
		got.Lines = append(got.Lines, got.Lines[s.rng.IntN(len(got.Lines))])
	}
	s.rng.Shuffle(len(got.Lines), func(i, j int) { got.Lines[i], got.Lines[j] = got.Lines[j], got.Lines[i] })
	return got, nil
}

// TestPagesHaveEveryLineOnce walks stores of lines that share times, both ways, with
// pages of all sizes, through filters that the server does not know.
func TestPagesHaveEveryLineOnce(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := &store{twice: seed%2 == 0, largest: 260 + rng.IntN(900), rng: rng}
		for i := range 300 {
			at := noon.Add(-time.Duration(rng.IntN(20)*rng.IntN(5)) * time.Minute).UnixNano()
			text := fmt.Sprint("line ", i)
			if seed%2 == 1 && i%10 == 0 {
				text, at = "the same", noon.UnixNano()
			}
			var h Hash
			h.Reset()
			h.Add(text)
			s.lines = append(s.lines, sources.LogLine{Pos: h.Pos(at), Time: time.Unix(0, at), Raw: text, Body: text})
		}
		p := &Pager{Name: "store", Fetch: s.fetch, Repeats: seed%2 == 1, MaxBatch: 1000, Back: 24 * time.Hour, Clock: func() time.Time { return noon }}
		var terms []sources.LogTerm
		if seed%3 == 0 {
			terms = []sources.LogTerm{{Op: sources.LogContains, Value: "7"}}
		}
		m, err := logs.Compile(terms)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, l := range s.lines {
			if m.Match(&l) {
				want[l.Raw]++
			}
		}
		var there [2][]sources.LogPos
		for i, forward := range []bool{false, true} {
			q := sources.LogQuery{Terms: terms, Limit: 1 + rng.IntN(50), Forward: forward}
			got := map[string]int{}
			for more := true; more; {
				page, err := p.Search(t.Context(), q, m, len(terms) == 0)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range page.Lines {
					if l.Lost != 0 {
						continue // more of one time than the store gives: not here
					}
					got[l.Raw]++
					there[i] = append(there[i], l.Pos)
				}
				if more = page.More; more {
					last := page.Lines[len(page.Lines)-1].Pos
					q.Before, q.After = last, sources.LogPos{}
					if forward {
						q.Before, q.After = q.After, last
					}
				}
			}
			for text, n := range want {
				if got[text] != n {
					t.Fatalf("seed %d, forward %v: %q came %d times, want %d", seed, forward, text, got[text], n)
				}
			}
		}
		slices.Reverse(there[0])
		if !slices.Equal(there[0], there[1]) || !slices.IsSortedFunc(there[1], sources.LogPos.Compare) {
			t.Fatalf("seed %d: positions are not the same both ways, or out of order", seed)
		}
	}
}

// TestBoundIsAGap: a search that ends before it is through says where, and goes on from there.
func TestBoundIsAGap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &store{largest: 1 << 20, rng: rng}
	const n = maxTested + 60_000
	for i := range n {
		at := noon.Add(-time.Duration(i) * time.Millisecond).UnixNano()
		l := sources.LogLine{Pos: sources.LogPos{Major: at, Minor: 1 << ordinalBits}, Time: time.Unix(0, at), Raw: "no"}
		if i == n-1 {
			l.Raw = "yes"
		}
		s.lines = append(s.lines, l)
	}
	p := &Pager{
		Name: "store", MaxBatch: 50_000, Back: 24 * time.Hour, Clock: func() time.Time { return noon },
		Fetch: func(_ context.Context, t Stretch) (Fetched, error) { // in order already
			i := slices.IndexFunc(s.lines, func(l sources.LogLine) bool { return l.Pos.Major < t.To })
			var got Fetched
			for ; i >= 0 && i < n && s.lines[i].Pos.Major >= t.From; i++ {
				if len(got.Lines) == t.Limit {
					got.More, got.Edge = true, s.lines[i-1].Pos.Major
					break
				}
				got.Lines = append(got.Lines, s.lines[i])
			}
			return got, nil
		},
	}
	terms := []sources.LogTerm{{Op: sources.LogContains, Value: "yes"}}
	m, err := logs.Compile(terms)
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.Search(t.Context(), sources.LogQuery{Terms: terms}, m, false)
	if err != nil || len(page.Lines) != 1 || page.Lines[0].Lost != -1 || !page.More {
		t.Fatal(page, err)
	}
	page, err = p.Search(t.Context(), sources.LogQuery{Terms: terms, Before: page.Lines[0].Pos}, m, false)
	if err != nil || len(page.Lines) != 1 || page.Lines[0].Raw != "yes" {
		t.Fatal(page, err)
	}
}
