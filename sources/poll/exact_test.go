package poll

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"pgregory.net/rapid"

	"nightjar/sources"
	"nightjar/sources/engine"
)

// A measured source is the real engine, and counts the steps it is asked for.
type measured struct {
	*engine.Engine
	interval time.Duration
	steps    atomic.Int64
}

func (m *measured) Status() sources.Status {
	return sources.Status{Kind: "local", Interval: m.interval}
}

func (m *measured) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	m.steps.Add(int64(q.End.Sub(q.Start)/q.Step) + 1)
	return m.Engine.QueryRange(ctx, q)
}

// A story is what happens in one run of the property.
type story struct {
	seed           uint64
	step, interval time.Duration
	span           time.Duration
	expr           string
	limit          int
	ticks          int
	late           bool
}

var exprs = []string{
	"g", "c", "rate(c[30s])", "increase(c[1m])", "irate(c[1m])", "sum by (job) (g)", "sum(rate(c[1m]))", "g > 50",
	"max_over_time(g[1m:10s])", "topk(2, g)", "c offset 30s", "count(g)", "g and on (n) c", "time()", "absent(g)",
	"timestamp(g)", "resets(c[2m])", "g @ end()", "g - g @ start()", "avg_over_time(g[40s] offset -20s)", "limitk(2, g)",
	"sort_desc(g)", "vector(1)", "changes(g[1m])", "label_replace(g, \"x\", \"$1\", \"n\", \"(.*)\")", "histogram_quantile(0.9, g)",
}

func TestMergedEqualsReadWhole(t *testing.T) {
	compared, asked, needed := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		second := func(of ...int) *rapid.Generator[time.Duration] {
			return rapid.Map(rapid.SampledFrom(of), func(s int) time.Duration { return time.Duration(s) * time.Second })
		}
		s := story{
			seed: rapid.Uint64().Draw(rt, "seed"), step: second(1, 2, 3, 5, 7, 15, 30).Draw(rt, "step"),
			interval: second(1, 2, 5, 10).Draw(rt, "interval"), expr: rapid.SampledFrom(exprs).Draw(rt, "expr"),
			limit: rapid.SampledFrom([]int{0, 0, 0, 2, 3}).Draw(rt, "limit"), ticks: rapid.IntRange(5, 60).Draw(rt, "ticks"),
			late: rapid.Bool().Draw(rt, "late"),
		}
		s.span = s.step * time.Duration(rapid.IntRange(0, 40).Draw(rt, "steps"))
		synctest.Test(t, func(t *testing.T) {
			n, a, w, err := s.run(t)
			compared += n
			if s.limit == 0 && !windowed(s.expr) {
				asked, needed = asked+a, needed+w
			}
			if err != nil {
				rt.Errorf("%+v: %v", s, err)
			}
		})
	})
	t.Logf("%d frames compared; of merged queries %d steps asked where reading whole would take %d: %.2f", compared, asked, needed, float64(asked)/float64(needed))
	if compared < 100 {
		t.Errorf("only %d frames were compared", compared)
	}
	if asked*10 > needed*7 {
		t.Error("it reads nearly all again")
	}
}

// A line is one series of the story: a gauge and a counter that are scraped
// together, that come and go, and whose samples may arrive late, in order.
type line struct {
	gauge, counter labels.Labels
	there          bool
	count          float64
	queue          []sample
}

type sample struct {
	at   int64
	g, c float64
}

func (s story) run(t *testing.T) (compared, asked, needed int, err error) {
	rnd := rand.New(rand.NewPCG(s.seed, 1))
	e, err := engine.Open(engine.Options{Name: "e", Lookback: 20 * time.Second, Dirs: []string{t.TempDir()}})
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { _ = e.Close() }()
	src := &measured{Engine: e, interval: s.interval}
	p := New(Options{Rand: rnd})
	defer p.Close()

	lines := make([]*line, 6)
	for i := range lines {
		n, job := fmt.Sprint(i), fmt.Sprint(i%2)
		lines[i] = &line{
			gauge:   labels.FromStrings("__name__", "g", "n", n, "job", job),
			counter: labels.FromStrings("__name__", "c", "n", n, "job", job), there: rnd.IntN(2) == 0,
		}
	}
	allowed := 2 * max(s.step, s.interval).Milliseconds() // what the package promises
	base := Job{Source: src, What: Range, Expr: s.expr, Step: s.step, Limit: s.limit, Every: 500 * time.Millisecond}
	shorter, longer := base, base
	shorter.Live, shorter.Span = true, s.span
	longer.Live, longer.Span = true, s.span*2
	jobs := []Job{shorter, longer}
	p.Want(jobs)
	scraped := time.Now().UnixMilli()
	paused := false
	published := map[*sources.Frame]uint64{}
	defer func() {
		for f, sum := range published {
			if err == nil && checksum(f) != sum {
				err = fmt.Errorf("a frame that was handed out has changed")
			}
		}
	}()
	time.Sleep(s.step - 500*time.Millisecond)
	for range s.ticks {
		now := time.Now().UnixMilli()
		app := e.Appender(t.Context())
		for ; scraped <= now; scraped += s.interval.Milliseconds() {
			for _, l := range lines {
				l.scrape(rnd, scraped)
			}
		}
		for _, l := range lines {
			for len(l.queue) > 0 && (!s.late || rnd.IntN(3) > 0 || now+s.step.Milliseconds()-l.queue[0].at >= allowed) {
				q := l.queue[0]
				l.queue = l.queue[1:]
				if _, err := app.Append(0, l.gauge, q.at, q.g); err != nil {
					return compared, int(src.steps.Load()), needed, err
				}
				if _, err := app.Append(0, l.counter, q.at, q.c); err != nil {
					return compared, int(src.steps.Load()), needed, err
				}
			}
		}
		if err := app.Commit(); err != nil {
			return compared, int(src.steps.Load()), needed, err
		}
		time.Sleep(800 * time.Millisecond) // past the step's beginning
		synctest.Wait()
		for _, r := range p.Take() {
			if r.Frame != nil {
				published[r.Frame] = checksum(r.Frame)
			}
		}
		n, w, err := compare(t, src, p, jobs, now)
		compared, needed = compared+n, needed+w
		if err != nil {
			return compared, int(src.steps.Load()), needed, err
		}
		switch rnd.IntN(6) {
		case 0:
			paused = !paused
			p.Pause(paused)
		case 1, 2: // pan, zoom, extend
			fixed := base
			newest := floor(time.Now().UnixMilli(), s.step.Milliseconds())
			to := newest - rnd.Int64N(60)*s.step.Milliseconds() + rnd.Int64N(5)*s.step.Milliseconds()
			fixed.End = time.UnixMilli(to)
			fixed.Start = fixed.End.Add(-time.Duration(rnd.IntN(60)) * s.step)
			jobs = []Job{shorter, longer, fixed}
			if rnd.IntN(2) == 0 {
				jobs = jobs[2:]
			}
			p.Want(jobs)
		case 3:
			jobs = []Job{longer, shorter}
			p.Want(jobs)
		case 4: // nobody reads meanwhile, so nothing is too late
			if !paused {
				break
			}
			time.Sleep(s.step * time.Duration(rnd.IntN(5)))
		}
		synctest.Wait()
		n, w, err = compare(t, src, p, jobs, now)
		compared, needed = compared+n, needed+w
		if err != nil {
			return compared, int(src.steps.Load()), needed, err
		}
		time.Sleep(s.step - 800*time.Millisecond)
	}
	return compared, int(src.steps.Load()), needed, nil
}

func (l *line) scrape(rnd *rand.Rand, at int64) {
	switch rnd.IntN(20) {
	case 0:
		l.there = !l.there
		if stale := math.Float64frombits(value.StaleNaN); !l.there && rnd.IntN(2) == 0 {
			l.queue = append(l.queue, sample{at, stale, stale})
			return
		}
	case 1:
		l.count = 0 // the counter resets
	}
	if l.there {
		l.count += float64(rnd.IntN(10))
		l.queue = append(l.queue, sample{at, rnd.Float64() * 100, l.count})
	}
}

// compare holds each newest frame against one that is read whole now, where
// nothing has come in since it was read, or all of it was final by then.
func compare(t *testing.T, src *measured, p *Poller, jobs []Job, appended int64) (n, steps int, err error) {
	for _, j := range jobs {
		r := p.Result(j.Key())
		if r == nil || r.Frame == nil {
			continue
		}
		f := r.Frame
		if r.Err != nil {
			return n, steps, r.Err
		}
		settled := r.At.UnixMilli() - 2*max(f.Step, src.interval.Milliseconds())
		if r.At.UnixMilli() < appended && (f.End > settled || windowed(j.Expr)) || r.State == Partial && f.Cut == 0 && len(f.Warnings) == 0 {
			continue
		}
		whole, err := src.Engine.QueryRange(t.Context(), sources.RangeQuery{Expr: j.Expr, Start: time.UnixMilli(f.Start), End: time.UnixMilli(f.End), Step: j.Step, Limit: j.Limit})
		if err != nil {
			return n, steps, err
		}
		want := j.window(time.Now())
		if !p.paused && (f.Start != want.from || f.End != want.to) && r.At.UnixMilli() >= appended && j.Live {
			return n, steps, fmt.Errorf("window is %d..%d, want %v", f.Start, f.End, want)
		}
		n++
		steps += span{f.Start, f.End}.steps(f.Step)
		if d := differ(f, whole); d != "" {
			return n, steps, fmt.Errorf("%s at %v, %d..%d: %s", j.Expr, time.Now().UnixMilli(), f.Start, f.End, d)
		}
	}
	return n, steps, nil
}

func checksum(f *sources.Frame) uint64 {
	h := fnv.New64a()
	for i := range f.Series {
		_ = binary.Write(h, binary.LittleEndian, f.Series[i].Times)
		_ = binary.Write(h, binary.LittleEndian, f.Series[i].Values)
	}
	return h.Sum64()
}

// differ says where two frames differ, bit by bit.
func differ(got, want *sources.Frame) string {
	if got.Cut != want.Cut || len(got.Series) != len(want.Series) {
		return fmt.Sprintf("%d series and %d cut, want %d and %d", len(got.Series), got.Cut, len(want.Series), want.Cut)
	}
	for i := range want.Series {
		g, w := &got.Series[i], &want.Series[i]
		if !g.Labels.Equal(w.Labels) || len(g.Times) != len(w.Times) || len(g.Values) != len(w.Values) {
			return fmt.Sprintf("series %d is %v with %d values, want %v with %d", i, g.Labels, len(g.Values), w.Labels, len(w.Values))
		}
		for k := range w.Values {
			if g.Times[k] != w.Times[k] || math.Float64bits(g.Values[k]) != math.Float64bits(w.Values[k]) {
				return fmt.Sprintf("%v: %v at %d, want %v at %d", w.Labels, g.Values[k], g.Times[k], w.Values[k], w.Times[k])
			}
		}
	}
	return ""
}
