package poll

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"nightjar/sources"
)

// A quick source answers out of one slab per request, as the engine does, and
// counts the points.
type quick struct {
	series int
	labels []sources.Labels
	mu     sync.Mutex
	points int
}

func newQuick(series int) *quick {
	q := &quick{series: series}
	for i := range series {
		q.labels = append(q.labels, sources.NewLabels("__name__", "node_cpu_seconds_total", "cpu", fmt.Sprintf("%04d", i), "instance", "localhost:9100", "job", "node", "mode", "idle"))
	}
	return q
}

func (q *quick) Name() string { return "quick" }
func (q *quick) Close() error { return nil }
func (q *quick) Status() sources.Status {
	return sources.Status{Kind: "local", Interval: 2 * time.Second}
}

func (q *quick) QueryRange(_ context.Context, r sources.RangeQuery) (*sources.Frame, error) {
	step, from := r.Step.Milliseconds(), r.Start.UnixMilli()
	n := int((r.End.UnixMilli()-from)/step) + 1
	q.mu.Lock()
	q.points += n * q.series
	q.mu.Unlock()
	times, slab := timeline(from, step, n, n), make([]float64, n*q.series)
	f := &sources.Frame{Series: make([]sources.Series, q.series)}
	for i := range f.Series {
		v := slab[i*n : (i+1)*n : (i+1)*n]
		for k := range v {
			v[k] = float64(times[k]/step%1000 + int64(i))
		}
		f.Series[i] = sources.Series{Labels: q.labels[i], Times: times, Values: v}
	}
	return f, nil
}

// A manual clock stands still until a benchmark moves it.
type manual struct {
	mu  sync.Mutex
	now time.Time
}

func (m *manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}
func (m *manual) Elapsed() time.Duration { return m.Now().Sub(time.Unix(1_000_000_000, 0)) }
func (m *manual) AfterFunc(time.Duration, func()) func() bool {
	return func() bool { return true }
}

func (m *manual) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func refresh(b *testing.B, jobs, series, steps int) {
	clock := &manual{now: time.Unix(1_000_000_000, 0)}
	src := newQuick(series)
	p := New(Options{Clock: clock})
	defer p.Close()
	var want []Job
	for i := range jobs {
		want = append(want, live(src, fmt.Sprintf("x%d", i), time.Duration(steps-1)*2*time.Second, 2*time.Second))
	}
	settle := func() {
		for got := 0; got < jobs; {
			<-p.Changed()
			got += len(p.Take())
		}
	}
	p.Want(want)
	settle()
	p.mu.Lock()
	whole := src.points
	p.mu.Unlock()
	src.mu.Lock()
	src.points = 0
	src.mu.Unlock()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		clock.advance(2 * time.Second)
		p.Nudge("quick")
		settle()
		n++
	}
	src.mu.Lock()
	defer src.mu.Unlock()
	b.ReportMetric(float64(src.points)/float64(n)/float64(whole), "points/whole")
}

// One refresh of a board: 25 jobs of 20 series and 720 steps.
// Budget: 60 allocations a job, those of the source and the goroutine included.
func BenchmarkSteadyRefresh25Jobs(b *testing.B) { refresh(b, 25, 20, 720) }

// One refresh of one frame of 500 series and 720 steps, the query included.
func BenchmarkSteadyRefresh500x720(b *testing.B) { refresh(b, 1, 500, 720) }

// The merge alone: two new steps and the overlap into 500 series of 720 steps,
// and the frame cut out of it. Budget: 8 allocations a merge.
func BenchmarkMerge500x720(b *testing.B) {
	src := newQuick(500)
	const step = 2000
	read := func(s span) *answer {
		f, err := src.QueryRange(b.Context(), sources.RangeQuery{Start: time.UnixMilli(s.from), End: time.UnixMilli(s.to), Step: 2 * time.Second})
		if err != nil {
			b.Fatal(err)
		}
		a, err := shape(f, s, step)
		if err != nil {
			b.Fatal(err)
		}
		return a
	}
	want := span{0, 719 * step}
	h := &held{step: step, empty: true}
	h.replace(read(want))
	h.settled = want.to - 2*step
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		want = span{want.from + step, want.to + step}
		a := read(span{h.settled, want.to})
		b.StartTimer()
		if !h.merge(a, want.from) {
			b.Fatal("it disagrees")
		}
		h.settled += step
		if f := h.cut(want); len(f.Series) != 500 {
			b.Fatal("series are missing")
		}
	}
}

// Every value of the overlap changes: each column is copied.
func BenchmarkMergeChanged500x720(b *testing.B) {
	src := newQuick(500)
	const step = 2000
	all := span{0, 719 * step}
	read := func(s span, add float64) *answer {
		f, _ := src.QueryRange(b.Context(), sources.RangeQuery{Start: time.UnixMilli(s.from), End: time.UnixMilli(s.to), Step: 2 * time.Second})
		for i := range f.Series {
			for k := range f.Series[i].Values {
				f.Series[i].Values[k] += add
			}
		}
		a, _ := shape(f, s, step)
		return a
	}
	h := &held{step: step, empty: true}
	h.replace(read(all, 0))
	h.settled = all.to - 2*step
	answers := []*answer{read(span{h.settled + step, all.to}, 1), read(span{h.settled + step, all.to}, 2)}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		h.merge(answers[i%2], 0)
		i++
	}
}
