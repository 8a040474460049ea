package poll

import (
	"context"
	"sync"
	"testing"
	"time"

	"nightjar/sources"
)

// A fake is a source whose answers a test decides. It counts what it is asked.
type fake struct {
	name   string
	status sources.Status
	// answer decides; nil: one series "up" whose value at t is t in seconds.
	answer func(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error)
	list   func(ctx context.Context) (*sources.Table, error)

	mu      sync.Mutex
	asked   []sources.RangeQuery
	when    []time.Time
	lists   int
	running int
	most    int // requests at one time
}

func (f *fake) Name() string           { return f.name }
func (f *fake) Close() error           { return nil }
func (f *fake) Status() sources.Status { return f.status }
func (f *fake) Tables() []string       { return []string{"t"} }

func (f *fake) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	f.mu.Lock()
	f.asked, f.when = append(f.asked, q), append(f.when, time.Now())
	f.running++
	f.most = max(f.most, f.running)
	answer := f.answer
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running--
		f.mu.Unlock()
	}()
	if answer != nil {
		return answer(ctx, q)
	}
	return ramp(q, 1, 0), nil
}

func (f *fake) QueryInstant(_ context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.when = append(f.asked, sources.RangeQuery{Expr: q.Expr, End: q.Time}), append(f.when, time.Now())
	return &sources.Frame{Kind: sources.Vector, Series: []sources.Series{{Times: []int64{q.Time.UnixMilli()}, Values: []float64{1}}}}, nil
}

func (f *fake) List(ctx context.Context, _ string) (*sources.Table, error) {
	f.mu.Lock()
	f.lists++
	list := f.list
	f.mu.Unlock()
	if list != nil {
		return list(ctx)
	}
	return &sources.Table{Name: "t", Rows: [][]sources.Value{{{Number: 1}}}, Total: 1}, nil
}

func (f *fake) Alerts(context.Context) ([]sources.Alert, error) { return nil, nil }

// calls is how often it was asked, and how many steps in all.
func (f *fake) calls() (n, steps int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, q := range f.asked {
		if q.Step > 0 {
			steps += int(q.End.Sub(q.Start)/q.Step) + 1
		}
	}
	return len(f.asked), steps
}

func (f *fake) answers(g func(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = g
}

func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.when, f.lists = nil, nil, 0
}

// ramp is n series whose value at t is t in seconds plus the series' number plus add.
func ramp(q sources.RangeQuery, n int, add float64) *sources.Frame {
	f := &sources.Frame{Kind: sources.Matrix}
	var times []int64
	for t := q.Start; !t.After(q.End); t = t.Add(q.Step) {
		times = append(times, t.UnixMilli())
	}
	for i := range n {
		v := make([]float64, len(times))
		for k, t := range times {
			v[k] = float64(t)/1000 + float64(i) + add
		}
		f.Series = append(f.Series, sources.Series{
			Labels: sources.NewLabels("__name__", "up", "n", string(rune('a'+i))), Times: times, Values: v,
		})
	}
	return f
}

func live(s sources.Source, expr string, spanned, step time.Duration) Job {
	return Job{Source: s, What: Range, Expr: expr, Step: step, Live: true, Span: spanned}
}

// one is the newest result of a job that must be there.
func one(t *testing.T, p *Poller, j Job) *Result {
	t.Helper()
	r := p.Result(j.Key())
	if r == nil {
		t.Fatal("no result")
	}
	return r
}

func broken(s string, kind sources.ErrorKind) error {
	return sources.Errorf(s, "query_range", kind, "out of order")
}
