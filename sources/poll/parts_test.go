package poll

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestWindowed(t *testing.T) {
	f := func(expr string, want bool) {
		t.Helper()
		if got := windowed(expr); got != want {
			t.Errorf("windowed(%q) = %v", expr, got)
		}
	}
	f("up", false)
	f("sum by (job) (rate(http_requests_total[5m] offset 1h))", false)
	f("max_over_time(rate(x[1m])[10m:30s])", false)
	f("time() - process_start_time_seconds", false)
	f("x @ start()", true)
	f("topk(3, rate(x[1h] @ end())) and x", true)
	f("x @ 1700000000", true)
	f("sum(max_over_time(x[5m:1m] @ end()))", true)
	f("x offset -5m", true)
	f("max_over_time(x[5m:] offset -1m)", true)
	f("limitk(3, x)", true)
	f("rate(x[range()])", true)
	f("rate(x[5m] smoothed)", true)
	f("info(x)", true)
	f("end() - start()", true)
	f("SEARCH('{AWS/EC2} CPU', 'Average')", true)
	f("", true)
}

func TestFloorAndCeil(t *testing.T) {
	f := func(x, step, down, up int64) {
		t.Helper()
		if d, u := floor(x, step), ceil(x, step); d != down || u != up {
			t.Errorf("%d: %d and %d, want %d and %d", x, d, u, down, up)
		}
	}
	f(0, 5, 0, 0)
	f(7, 5, 5, 10)
	f(10, 5, 10, 10)
	f(-1, 5, -5, 0)
	f(-10, 5, -10, -10)
}

func TestMeter(t *testing.T) {
	var m meter
	m.add(20*time.Second, 1000)
	m.add(25*time.Second, 1000)
	if r := m.rate(25 * time.Second); r != 200 {
		t.Errorf("rate is %v", r)
	}
	if r := m.rate(31 * time.Second); r != 100 {
		t.Errorf("rate is %v", r)
	}
	if r := m.rate(time.Hour); r != 0 {
		t.Errorf("rate is %v", r)
	}
}

func TestCacheIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		p := New(Options{CacheValues: 1000})
		defer p.Close()
		job := func(i int) Job { return live(src, fmt.Sprintf("x%d", i), 99*time.Second, time.Second) }
		for i := range 50 {
			p.Want([]Job{job(i), {Source: src, What: List, Expr: fmt.Sprint(i)}})
			synctest.Wait()
		}
		p.Want(nil)
		cost := 0
		for _, pieces := range p.shelf.held {
			for _, h := range pieces {
				cost += h.cost()
			}
		}
		for _, r := range p.shelf.retired {
			cost += r.cost
		}
		if cost > 1000 || cost < 500 {
			t.Errorf("%d values are kept, want up to 1000", cost)
		}
		p.Want([]Job{job(49), job(0)})
		if s := one(t, p, job(49)).State; s != OK {
			t.Errorf("the newest is %v", s)
		}
		if s := one(t, p, job(0)).State; s != Loading {
			t.Errorf("the oldest is %v", s)
		}
	})
}

func TestHeldWindowDoesNotGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", 100*time.Second, time.Second)
		p.Want([]Job{j})
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		h := p.entries[j.Key()].seg
		if n := h.cost(); n > 2*140 {
			t.Errorf("after two hours %d values are held for 101 steps of times and values", n)
		}
		now := time.Now().Truncate(time.Second)
		for i := range 200 { // pan left for hours
			end := now.Add(-time.Duration(i) * 50 * time.Second)
			p.Want([]Job{{Source: src, What: Range, Expr: "up", Step: time.Second, Start: end.Add(-100 * time.Second), End: end}})
			synctest.Wait()
		}
		for _, pieces := range p.shelf.held {
			for _, h := range pieces {
				if n := h.cost(); n > 2*2500 {
					t.Errorf("after panning %d values are held", n)
				}
			}
		}
	})
}

func TestSuspendsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c jumpy
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: time.Second}}
		p := New(Options{Clock: WallClock(c.now), CacheValues: 300})
		defer p.Close()
		p.Want([]Job{live(src, "up", 100*time.Second, time.Second)})
		for range 20 {
			time.Sleep(10 * time.Second)
			c.jump(time.Hour)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, pieces := range p.shelf.held {
			if len(pieces) > 3 {
				t.Errorf("%d stretches are held", len(pieces))
			}
		}
	})
}

func TestComingBackToATable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a"}
		p := New(Options{})
		defer p.Close()
		j := Job{Source: src, What: List, Expr: "t"}
		p.Want([]Job{j})
		synctest.Wait()
		p.Want(nil)
		p.Want([]Job{j})
		if r := one(t, p, j); r.State != OK || r.Table == nil {
			t.Errorf("at once it is %+v", r)
		}
		p.Want(nil)
		time.Sleep(time.Hour)
		p.Want([]Job{j})
		if r := one(t, p, j); r.State != Stale || r.Table == nil {
			t.Errorf("an hour later it is %+v", r)
		}
	})
}

func TestUnableSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{})
		defer p.Close()
		for _, w := range []What{Range, Instant, List, Alerts, 9} {
			j := Job{Source: bare{}, What: w, Expr: "x", Step: time.Second, Live: true, Span: time.Minute}
			p.Want([]Job{j, {}})
			synctest.Wait()
			if r := one(t, p, j); r.State != Failed || sources.KindOf(r.Err) != sources.KindUnsupported {
				t.Errorf("%d: %v, %v", w, r.State, r.Err)
			}
		}
		j := Job{Source: bare{}, What: Range, Expr: "x", Start: time.Now(), End: time.Now().Add(-time.Hour), Step: time.Second}
		p.Want([]Job{j})
		synctest.Wait()
		if r := one(t, p, j); sources.KindOf(r.Err) != sources.KindQuery {
			t.Errorf("a window that ends before it starts: %v", r.Err)
		}
	})
}

// bare can do nothing, and cannot be compared.
type bare struct{ _ []int }

func (bare) Name() string { return "bare" }
func (bare) Close() error { return nil }
