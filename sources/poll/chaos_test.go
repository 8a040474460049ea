package poll

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nightjar/sources"
)

// A moody source fails in every way there is, until it is healed.
type moody struct {
	*fake
	mu     sync.Mutex
	rnd    *rand.Rand
	healed bool
	freed  chan struct{} // ends what hangs
}

func (m *moody) mood() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.healed {
		return 0
	}
	return m.rnd.IntN(12)
}

func (m *moody) heal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.healed = true
	close(m.freed)
}

func (m *moody) Status() sources.Status {
	if m.mood() == 1 {
		time.Sleep(time.Second)
	}
	return sources.Status{Kind: "local", Interval: 2 * time.Second, Received: 1}
}

func (m *moody) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	m.fake.mu.Lock()
	m.running++
	m.most = max(m.most, m.running)
	m.fake.mu.Unlock()
	defer func() {
		m.fake.mu.Lock()
		m.running--
		m.fake.mu.Unlock()
	}()
	switch m.mood() {
	case 1:
		return nil, broken("m", sources.KindUnavailable)
	case 2:
		return nil, broken("m", sources.KindQuery)
	case 3:
		return nil, errors.New("plain")
	case 4:
		<-ctx.Done()
		return nil, ctx.Err()
	case 5:
		<-m.freed
		return ramp(q, 1, 0), nil
	case 6:
		panic("moody")
	case 7:
		return nil, nil //nolint:nilnil // one of the faults
	case 8:
		time.Sleep(time.Duration(m.rndN(15)) * time.Second)
		return ramp(q, 3, 0), nil
	case 9:
		return &sources.Frame{Cut: 3, Warnings: []string{"cut"}, Series: ramp(q, 1, 9).Series}, nil
	case 10:
		return nil, context.Canceled
	case 11:
		return nil, &sources.Error{Kind: sources.KindThrottled, Retryable: true, RetryAfter: 5 * time.Second}
	}
	return ramp(q, 2, 0), nil
}

func (m *moody) rndN(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rnd.IntN(n)
}

// Whatever happened before, once all is well every job gets its whole window.
func TestRecoversFromEverything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		acts := rapid.SliceOfN(rapid.IntRange(0, 7), 1, 40).Draw(rt, "acts")
		synctest.Test(t, func(t *testing.T) {
			if err := chaos(seed, acts); err != nil {
				rt.Errorf("%v", err)
			}
		})
	})
}

func chaos(seed uint64, acts []int) error {
	rnd := rand.New(rand.NewPCG(seed, 2))
	var c jumpy
	src := &moody{fake: &fake{name: "m"}, rnd: rand.New(rand.NewPCG(seed, 3)), freed: make(chan struct{})}
	p := New(Options{Clock: WallClock(c.now), Rand: rand.New(rand.NewPCG(seed, 4)), Parallel: 3})
	random := func() []Job {
		jobs := []Job{{Source: src, What: Alerts}, {Source: src, What: List, Expr: "t"}}
		for i := range 1 + rnd.IntN(6) {
			j := live(src, string(rune('a'+i%3)), time.Duration(1+rnd.IntN(120))*time.Second, time.Second)
			if rnd.IntN(3) == 0 {
				j.Live, j.End = false, c.now().Truncate(time.Second).Add(-time.Duration(rnd.IntN(100))*time.Second)
				j.Start = j.End.Add(-j.Span)
			}
			jobs = append(jobs, j)
		}
		return jobs
	}
	jobs := random()
	p.Want(jobs)
	for _, a := range acts {
		switch a {
		case 0:
			jobs = random()
			p.Want(jobs)
		case 1:
			p.Pause(rnd.IntN(2) == 0)
		case 2:
			p.Refresh()
		case 3:
			p.Nudge("m")
		case 4:
			c.jump(time.Duration(rnd.IntN(7200)-3600) * time.Second)
		case 5:
			p.Take()
			p.SourceStates()
		default:
			time.Sleep(time.Duration(rnd.IntN(30_000)) * time.Millisecond)
		}
	}
	src.heal()
	time.Sleep(20 * time.Second) // what is slow ends
	p.Pause(false)
	p.Refresh()
	time.Sleep(5*time.Second + 500*time.Millisecond)
	synctest.Wait()
	var err error
	for _, j := range jobs {
		r := p.Result(j.Key())
		if j.What != Range {
			continue
		}
		want := j.window(c.now())
		switch {
		case r.State != OK || r.Err != nil:
			err = fmt.Errorf("%s is %v: %w", r.Key, r.State, r.Err)
		case len(r.Frame.Series) != 2 || r.Frame.Start > want.from || want.to-r.Frame.End > 3000:
			err = fmt.Errorf("%s has %d series, %d..%d, want %v", r.Key, len(r.Frame.Series), r.Frame.Start, r.Frame.End, want)
		}
	}
	if src.most > 3 {
		err = fmt.Errorf("%d requests at a time", src.most)
	}
	began := time.Now()
	p.Close()
	p.Close()
	p.Want(jobs)
	if took := time.Since(began); took > 0 {
		err = fmt.Errorf("close took %v", took)
	}
	return err
}

// Sequences that once left data stale after the clock was set back.
func TestRecoversFromAClockThatWasSetBack(t *testing.T) {
	for seed, acts := range map[uint64][]int{5354: {0, 4, 0, 7, 4}, 7965: {0, 1, 7, 4}} {
		synctest.Test(t, func(t *testing.T) {
			if err := chaos(seed, acts); err != nil {
				t.Errorf("%d: %v", seed, err)
			}
		})
	}
}
