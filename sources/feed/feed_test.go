package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// A book is a source whose lines a test writes.
type book struct {
	name string

	mu      sync.Mutex
	lines   []sources.LogLine
	version uint64
	changed chan struct{}
	err     error
	asked   int
}

func newBook(name string, n int) *book {
	b := &book{name: name, changed: make(chan struct{}), version: 1}
	for range n {
		b.write("")
	}
	return b
}

// write adds a line a second after the last; it is called body, else by its number.
func (b *book) write(body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.lines)
	if body == "" {
		body = fmt.Sprintf("%s %d", b.name, n)
	}
	b.lines = append(b.lines, sources.LogLine{
		Pos: sources.LogPos{Minor: uint64(n) + 1}, Time: noon.Add(time.Duration(n) * time.Second), Body: body, Raw: body,
	})
	b.poke()
}

func (b *book) poke() {
	b.version++
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *book) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	b.poke()
}

func (b *book) Name() string { return b.name }
func (b *book) Close() error { return nil }

func (b *book) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	for {
		b.mu.Lock()
		v, c := b.version, b.changed
		b.mu.Unlock()
		if v != seen {
			return v, nil
		}
		select {
		case <-c:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (b *book) SearchLogs(_ context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	if b.err != nil {
		return nil, b.err
	}
	page := &sources.LogPage{Source: b.name, Total: int64(len(b.lines)), Format: "text"}
	for i := range b.lines {
		l := b.lines[i]
		if !q.Forward {
			l = b.lines[len(b.lines)-1-i]
		}
		if !q.Within(&l) || !passes(l, q.Terms) {
			continue
		}
		if len(page.Lines) == q.Limit {
			page.More = true
			break
		}
		page.Lines = append(page.Lines, l)
	}
	return page, nil
}

func (b *book) CountLogs(_ context.Context, q sources.LogQuery, step time.Duration, _ func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := sources.Series{Labels: sources.NewLabels("level", "info")}
	for t := q.Start; t.Before(q.End); t = t.Add(step) {
		n := 0.0
		for _, l := range b.lines {
			if !l.Time.Before(t) && l.Time.Before(t.Add(step)) && passes(l, q.Terms) {
				n++
			}
		}
		s.Times, s.Values = append(s.Times, t.UnixMilli()), append(s.Values, n)
	}
	return &sources.Frame{Series: []sources.Series{s}}, nil
}

func passes(l sources.LogLine, terms []sources.LogTerm) bool {
	for _, t := range terms {
		if strings.Contains(l.Raw, t.Value) == t.Not {
			return false
		}
	}
	return true
}

func hub(t *testing.T) *feed.Hub {
	t.Helper()
	h := feed.New(feed.Options{})
	t.Cleanup(h.Close)
	return h
}

// await takes pages until one is as ok says.
func await(t *testing.T, h *feed.Hub, what string, ok func(*feed.Page) bool) *feed.Page {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		for _, p := range h.Take() {
			if ok(p) {
				return p
			}
		}
		select {
		case <-h.Changed():
		case <-limit:
			t.Fatalf("no page with %s", what)
		}
	}
}

func bodies(p *feed.Page) string {
	var out []string
	for _, l := range p.Lines {
		out = append(out, l.Body)
	}
	return strings.Join(out, ", ")
}

func request(from ...*book) feed.Request {
	r := feed.Request{ID: "logs", Before: 3, After: 2}
	for _, b := range from {
		r.Parts = append(r.Parts, feed.Part{Source: b})
	}
	return r
}

func TestFollowsTheEnd(t *testing.T) {
	a, h := newBook("a", 10), hub(t)
	h.Want([]feed.Request{request(a)})
	p := await(t, h, "the end", func(p *feed.Page) bool { return p.Ready })
	if got := bodies(p); got != "a 7, a 8, a 9" || p.At != 2 || p.First || !p.Last {
		t.Errorf("the end is %q at %d, first %v, last %v", got, p.At, p.First, p.Last)
	}
	a.write("")
	await(t, h, "the new line", func(p *feed.Page) bool { return bodies(p) == "a 8, a 9, a 10" })
}

func TestReadsAroundAPlace(t *testing.T) {
	a, h := newBook("a", 10), hub(t)
	r := request(a)
	r.Anchor = feed.Anchor{Time: noon.Add(4 * time.Second), Source: "a", Pos: sources.LogPos{Minor: 5}}
	h.Want([]feed.Request{r})
	p := await(t, h, "the place", func(p *feed.Page) bool { return p.Ready })
	if got := bodies(p); got != "a 2, a 3, a 4, a 5, a 6" || p.At != 2 || p.First || p.Last {
		t.Errorf("the page is %q at %d, first %v, last %v", got, p.At, p.First, p.Last)
	}
	r.Anchor = feed.Anchor{Time: noon.Add(1500 * time.Millisecond)}
	h.Want([]feed.Request{r})
	p = await(t, h, "the time", func(p *feed.Page) bool { return p.Request.Anchor == r.Anchor })
	if got := bodies(p); got != "a 0, a 1, a 2, a 3" || p.At != 1 || !p.First {
		t.Errorf("the page at a time is %q at %d, first %v", got, p.At, p.First)
	}
}

func TestMergesByTime(t *testing.T) {
	a, b, h := newBook("a", 4), newBook("b", 4), hub(t)
	h.Want([]feed.Request{request(a, b)})
	p := await(t, h, "both", func(p *feed.Page) bool { return p.Ready })
	if len(p.Lines) != 3 || p.Lines[2].Time.Before(p.Lines[1].Time) || p.Lines[0].Source == "" {
		t.Errorf("merged %q", bodies(p))
	}
	r := request(a, b)
	r.Before = 100
	h.Want([]feed.Request{r})
	p = await(t, h, "all", func(p *feed.Page) bool { return len(p.Lines) == 8 })
	for i := 1; i < len(p.Lines); i++ {
		if p.Lines[i].Time.Before(p.Lines[i-1].Time) {
			t.Errorf("not in order: %q", bodies(p))
		}
	}
	if !p.First {
		t.Error("nothing comes before the first line, but the page does not say so")
	}
}

// A page never shows a line while it does not know what another source said before it.
func TestMergeEndsWhereASourceMayHaveMore(t *testing.T) {
	dense, sparse, h := newBook("dense", 100), newBook("sparse", 0), hub(t)
	for i := range 3 {
		sparse.write(fmt.Sprintf("sparse %d", i)) // all long before the newest of dense
	}
	r := request(dense, sparse)
	r.Before = 5
	h.Want([]feed.Request{r})
	p := await(t, h, "the end", func(p *feed.Page) bool { return p.Ready })
	if strings.Contains(bodies(p), "sparse") || p.First {
		t.Errorf("%q, first %v: there are lines of dense between", bodies(p), p.First)
	}
}

func TestFindsTheNextHit(t *testing.T) {
	a, h := newBook("a", 50), hub(t)
	a.write("the needle")
	for range 20 {
		a.write("")
	}
	r := request(a)
	r.Find = feed.Find{Seq: 1, Back: true, Terms: []sources.LogTerm{{Value: "needle"}}}
	h.Want([]feed.Request{r})
	p := await(t, h, "the hit", func(p *feed.Page) bool { return p.Found != nil })
	if p.Found.Anchor.Pos.Minor != 51 || p.Found.Anchor.Source != "a" {
		t.Errorf("found %+v", p.Found)
	}
	r.Anchor, r.Find.Seq = p.Found.Anchor, 2
	h.Want([]feed.Request{r})
	p = await(t, h, "no other", func(p *feed.Page) bool { return p.Found != nil && p.Found.Seq == 2 })
	if p.Found.Anchor.Pos != (sources.LogPos{}) || p.Found.Err != nil {
		t.Errorf("found %+v where there is nothing", p.Found)
	}
}

func TestCountsOverTime(t *testing.T) {
	a, b, h := newBook("a", 10), newBook("b", 10), hub(t)
	r := request(a, b)
	r.Count, r.Step = sources.Window{Start: noon, End: noon.Add(10 * time.Second)}, 5*time.Second
	h.Want([]feed.Request{r})
	p := await(t, h, "counts", func(p *feed.Page) bool { return p.Counts != nil && !p.Busy })
	if v := p.Counts.Series[0].Values; len(v) != 2 || v[0] != 10 || v[1] != 10 {
		t.Errorf("counts %v, want 10 and 10", v)
	}
}

func TestAFailedSourceIsSaidAndTriedAgain(t *testing.T) {
	a, b, h := newBook("a", 5), newBook("b", 5), hub(t)
	b.fail(&sources.Error{Source: "b", Op: "search logs", Kind: sources.KindUnavailable, Retryable: true, Err: errors.New("connection refused")})
	h.Want([]feed.Request{request(a, b)})
	p := await(t, h, "the failure", func(p *feed.Page) bool { return p.Ready && p.Parts[1].Err != nil })
	if last := p.Lines[len(p.Lines)-1]; last.Lost != -1 || last.Source != "b" || !strings.Contains(last.Body, "connection refused") {
		t.Errorf("the end does not say that b cannot be read: %q", bodies(p))
	}
	if !strings.Contains(bodies(p), "a 4") {
		t.Errorf("a is missing: %q", bodies(p))
	}
	b.fail(nil)
	await(t, h, "b again", func(p *feed.Page) bool { return p.Parts[1].Err == nil && strings.Contains(bodies(p), "b 4") })
}

// Panes that are not on the screen ask nothing.
func TestRests(t *testing.T) {
	a, h := newBook("a", 5), hub(t)
	h.Want([]feed.Request{request(a)})
	await(t, h, "the end", func(p *feed.Page) bool { return p.Ready })
	h.Want(nil)
	a.mu.Lock()
	before := a.asked
	a.mu.Unlock()
	for range 20 {
		a.write("")
		time.Sleep(10 * time.Millisecond)
	}
	a.mu.Lock()
	asked := a.asked - before
	a.mu.Unlock()
	if asked > 1 { // one may have been under way
		t.Errorf("%d searches for a pane that is not seen", asked)
	}
	h.Want([]feed.Request{request(a)})
	await(t, h, "what came meanwhile", func(p *feed.Page) bool { return strings.Contains(bodies(p), "a 24") })
}

func TestWalkMergesAndFollows(t *testing.T) {
	a, b := newBook("a", 3000), newBook("b", 2500)
	w, err := feed.NewWalker([]feed.Part{{Source: a}, {Source: b}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got int
	var last time.Time
	count := func(l *sources.LogLine) error {
		got++
		if l.Time.Before(last) || l.Source == "" {
			t.Fatalf("line %d: %v of %q after %v", got, l.Time, l.Source, last)
		}
		last = l.Time
		return nil
	}
	if err := w.Walk(t.Context(), sources.Window{}, count); err != nil || got != 5500 {
		t.Fatalf("%d lines, %v; want 5500", got, err)
	}
	a.write("one more")
	stop := errors.New("enough")
	err = w.Follow(t.Context(), func(l *sources.LogLine) error {
		if l.Body != "one more" {
			t.Errorf("followed %q", l.Body)
		}
		return stop
	}, nil, nil)
	if !errors.Is(err, stop) {
		t.Errorf("follow: %v", err)
	}
}

func TestWalkTheLastLines(t *testing.T) {
	a, b := newBook("a", 10), newBook("b", 5)
	w, err := feed.NewWalker([]feed.Part{{Source: a}, {Source: b}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = w.Last(t.Context(), 3, sources.Window{}, func(l *sources.LogLine) error {
		got = append(got, l.Body)
		return nil
	})
	if err != nil || strings.Join(got, ", ") != "a 7, a 8, a 9" {
		t.Errorf("%q, %v", got, err)
	}
}

// A taped is a book that only sends what is new.
type taped struct {
	*book
	began chan struct{}
	tape  chan sources.LogLine
}

func (b taped) AwaitLogs() {} // not that of sources.LogAwaiter

func (b taped) TailLogs(ctx context.Context, _ sources.LogQuery, out chan<- sources.LogBatch) error {
	close(b.began)
	for {
		select {
		case l, ok := <-b.tape:
			if !ok {
				return nil
			}
			out <- sources.LogBatch{Lines: []sources.LogLine{l}}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// What is said between the last line of a walk and the beginning of the tail is
// neither missing nor there twice.
func TestFollowMissesNothingBeforeTheTail(t *testing.T) {
	b := taped{newBook("a", 5), make(chan struct{}), make(chan sources.LogLine, 8)}
	w, err := feed.NewWalker([]feed.Part{{Source: b}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Walk(t.Context(), sources.Window{}, func(*sources.LogLine) error { return nil }); err != nil {
		t.Fatal(err)
	}
	b.write("between")
	b.write("both")
	b.tape <- b.lines[6]
	b.tape <- sources.LogLine{Pos: sources.LogPos{Minor: 8}, Body: "tailed"}
	close(b.tape)
	var got []string
	err = w.Follow(t.Context(), func(l *sources.LogLine) error {
		got = append(got, l.Body)
		return nil
	}, nil, nil)
	if err != nil || strings.Join(got, ", ") != "between, both, tailed" {
		t.Errorf("followed %q, %v", got, err)
	}
}
