package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"

	"nightjar/sources"
)

// machine fills e as 600 series of a machine at 2 s would: a third counters
// that move, a third gauges that jitter, a third that stand still.
func machine(b testing.TB, e *Engine, c *clock, rounds int) []storage.SeriesRef {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	lsets, refs, v := make([]labels.Labels, 600), make([]storage.SeriesRef, 600), make([]float64, 600)
	for i := range lsets {
		lsets[i] = labels.FromStrings("__name__", fmt.Sprintf("m%d", i/8), "cpu", fmt.Sprint(i%8), "instance", "here", "job", "node")
	}
	for range rounds {
		c.now = c.now.Add(2 * time.Second)
		app := e.Appender(b.Context())
		for i := range lsets {
			switch i % 3 {
			case 0:
				v[i] += math.Round(r.ExpFloat64() * 200)
			case 1:
				v[i] = 1e9 + math.Round(r.NormFloat64()*1e5)*4096
			}
			var err error
			if refs[i], err = app.Append(refs[i], lsets[i], c.now.UnixMilli(), v[i]); err != nil {
				b.Fatal(err)
			}
		}
		if err := app.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return refs
}

// BenchmarkMemory tells what two hours of a machine cost.
func BenchmarkMemory(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		e, c := open(b, Options{})
		empty := heap()
		machine(b, e, c, 3600)
		after := heap()
		b.ReportMetric(float64(empty-before)/1024, "kB-empty")
		b.ReportMetric(float64(after-empty)/(1<<20), "MB")
		b.ReportMetric(float64(after-empty)/(600*3600), "bytes/sample")
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen tells what the first frame waits for.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		e, _ := open(b, Options{Dirs: []string{"/dev/shm"}})
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRound appends 600 samples to series that exist.
func BenchmarkRound(b *testing.B) {
	e, c := open(b, Options{})
	machine(b, e, c, 10)
	b.ReportAllocs()
	b.ResetTimer()
	machine(b, e, c, b.N)
}

// BenchmarkRefresh is what a board does every 2 s: 25 queries for the steps
// they lack; the budget is 2 ms and 250 allocations a query.
func BenchmarkRefresh(b *testing.B) {
	e, c := open(b, Options{})
	machine(b, e, c, 600)
	for _, span := range []struct {
		name string
		d    time.Duration
	}{{"newest", 10 * time.Second}, {"whole", 15 * time.Minute}} {
		b.Run(span.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range 25 {
					f, err := e.QueryRange(b.Context(), sources.RangeQuery{
						Expr: fmt.Sprintf("sum by (cpu) (rate(m%d[10s]))", i), Start: c.now.Add(-span.d), End: c.now, Step: 5 * time.Second,
					})
					if err != nil || len(f.Series) != 8 {
						b.Fatal(f, err)
					}
				}
			}
		})
	}
}

// BenchmarkParse is one of the longer queries of a board, parsed and copied.
func BenchmarkParse(b *testing.B) {
	const expr = `100 * (1 - max by (instance, mountpoint) (node_filesystem_avail_bytes{fstype!~"squashfs|iso9660|erofs",mountpoint!~"/etc/(hosts|hostname|resolv.conf)"}) / max by (instance, mountpoint) (node_filesystem_size_bytes))`
	cached := newCachingParser(parser.NewParser(parser.Options{}))
	for name, p := range map[string]parser.Parser{"parsed": cached.Parser, "kept": cached} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.ParseExpr(expr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
