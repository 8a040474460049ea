package feed_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
)

// A tally is a miner that counts.
type tally struct{ times []time.Time }

type counted struct{ now, before, undated int }

func (m *tally) Add(l *sources.LogLine) { m.times = append(m.times, l.Time) }

func (m *tally) Find(now, before sources.Window) any {
	var c counted
	for _, t := range m.times {
		switch {
		case t.IsZero():
			c.undated++
		case !t.Before(now.Start) && !t.After(now.End):
			c.now++
		case !t.Before(before.Start) && t.Before(before.End):
			c.before++
		}
	}
	return c
}

// mining asks for the last length of n lines, one a second.
func mining(n int, length time.Duration) feed.Mining {
	end := noon.Add(time.Duration(n-1) * time.Second)
	return feed.Mining{
		Window: sources.Window{Start: end.Add(-length), End: end},
		New:    func(_, _ sources.Window, _ time.Time) feed.Miner { return &tally{} },
	}
}

// A remote is a book that does not say when there is more.
type remote struct{ of *book }

func (r remote) Name() string { return r.of.name }
func (r remote) Close() error { return nil }
func (r remote) SearchLogs(c context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	return r.of.SearchLogs(c, q)
}

// mined waits until all was taken apart.
func mined(t *testing.T, h *feed.Hub, ok func(*feed.Page) bool) *feed.Mined {
	t.Helper()
	return await(t, h, "all of it taken apart", func(p *feed.Page) bool {
		return p.Mined != nil && p.Mined.Whole && !p.Mined.Busy && (ok == nil || ok(p))
	}).Mined
}

func TestMineBothWindows(t *testing.T) {
	a, b := newBook("a", 500), newBook("b", 500)
	b.lines[499].Time = time.Time{}
	h := hub(t)
	r := feed.Request{ID: "x", Parts: []feed.Part{{Source: a}, {Source: b}}, Before: 10, Mining: mining(500, 100*time.Second)}
	h.Want([]feed.Request{r})
	m := mined(t, h, nil)
	if m.Found != (counted{201, 200, 1}) || m.Cut != 0 || m.Lines != 402 || m.Err != nil {
		t.Errorf("%+v", m)
	}
	if m.Before.End != m.Window.Start || m.Window != r.Mining.Window || m.Before.Start != m.Window.Start.Add(-100*time.Second) {
		t.Errorf("of %v and %v", m.Window, m.Before)
	}
	// With other terms it is of other lines.
	r.Terms = []sources.LogTerm{{Value: "a 4"}}
	h.Want([]feed.Request{r})
	if m := mined(t, h, func(p *feed.Page) bool { return len(p.Request.Terms) == 1 }); m.Found != (counted{100, 0, 0}) {
		t.Errorf("filtered: %+v", m)
	}
	// Another range is read at once, and the old one is kept until it is.
	r.Mining = mining(400, 50*time.Second)
	h.Want([]feed.Request{r})
	first := await(t, h, "what was found", func(p *feed.Page) bool { return p.Mined != nil }).Mined
	if !first.Whole {
		t.Errorf("what was found is gone: %+v", first)
	}
	if m := mined(t, h, func(p *feed.Page) bool { return p.Mined.Asked == r.Mining.Window }); m.Found != (counted{0, 0, 0}) {
		t.Errorf("another range: %+v", m)
	}
	// A part that fails is left out, and said.
	a.fail(errors.New("no"))
	h.Refresh()
	if m := mined(t, h, func(p *feed.Page) bool { return p.Mined.Err != nil }); m.Found != (counted{0, 0, 0}) {
		t.Errorf("failed: %+v", m)
	}
}

// Too many lines shorten the windows to those that were read whole.
func TestMineTheNewest(t *testing.T) {
	const n = 50_000
	h := hub(t)
	r := feed.Request{ID: "x", Parts: []feed.Part{{Source: remote{newBook("a", n)}}}, Before: 10, Mining: mining(n, 24_000*time.Second)}
	h.Want([]feed.Request{r})
	m := mined(t, h, nil)
	c, _ := m.Found.(counted)
	if c.now != 20_000 || c.before < 19_999 || c.before > 20_000 || m.Cut != 20_000 {
		t.Errorf("%+v", m)
	}
	if got := m.Window.End.Sub(m.Window.Start).Round(time.Second); got != 20_000*time.Second || m.Asked != r.Mining.Window {
		t.Errorf("%v of %v", got, m.Asked)
	}
	// If there are too many before alone, those are cut.
	src := newBook("b", n)
	for i := range n - 1000 {
		src.lines[i].Time = noon.Add((n - 1500) * time.Second)
	}
	r.Parts, r.Mining = []feed.Part{{Source: remote{src}}}, mining(n, 1000*time.Second)
	h.Want([]feed.Request{r})
	m = mined(t, h, func(p *feed.Page) bool { return p.Mined.Asked == r.Mining.Window })
	if c, _ := m.Found.(counted); c.now != 1000 || m.Cut != 20_000 || m.Window != r.Mining.Window || !m.Before.Start.After(noon.Add((n-1500)*time.Second)) {
		t.Errorf("%+v", m)
	}
}
