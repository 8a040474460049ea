package files

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// benchFile is a log of several formats, of 128 MiB, or the file of NIGHTJAR_BENCH_LOG.
func benchFile(b *testing.B) (path string, size int64) {
	b.Helper()
	path = os.Getenv("NIGHTJAR_BENCH_LOG")
	if path == "" {
		path = filepath.Join(b.TempDir(), "bench.log")
		var text strings.Builder
		for i := 0; text.Len() < 128<<20; i++ {
			when := start.Add(time.Duration(i) * 10 * time.Millisecond)
			switch i % 3 {
			case 0:
				fmt.Fprintf(&text, "%s api-1 checkout[%d]: order %d placed in %d ms\n", when.Format("Jan _2 15:04:05"), 100+i%7, i, i%997)
			case 1:
				fmt.Fprintf(&text, `{"ts":"%s","level":"%s","svc":"api","msg":"request served","id":%d,"ms":%d}`+"\n", when.Format(time.RFC3339Nano), []string{"info", "warn", "error"}[i%50%3], i, i%997)
			default:
				fmt.Fprintf(&text, "%s %s worker-%d job %d done in %d ms\n", when.Format("2006-01-02T15:04:05.000Z"), levels[i%len(levels)], i%16, i, i%997)
			}
		}
		write(b, path, text.String())
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return path, info.Size()
}

// wholly waits for the index.
func wholly(b *testing.B, s *Source) {
	for s.total() == 0 {
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkOpenToFirstPage(b *testing.B) {
	path, _ := benchFile(b)
	for b.Loop() {
		s, err := Open(b.Context(), Options{Paths: []string{path}, Zone: time.UTC})
		if err != nil {
			b.Fatal(err)
		}
		if page, err := s.SearchLogs(b.Context(), sources.LogQuery{Limit: 50}); err != nil || len(page.Lines) != 50 {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkIndex reports the rate of the whole index and the memory it holds a line.
func BenchmarkIndex(b *testing.B) {
	path, size := benchFile(b)
	b.SetBytes(size)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := open(b, Options{Paths: []string{path}, Zone: time.UTC, Interval: time.Hour})
		wholly(b, s)
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(s.total()), "B/line")
		b.ReportMetric(float64(s.total()), "lines")
		b.StartTimer()
	}
}

func benchmarkCount(b *testing.B, terms ...sources.LogTerm) {
	path, size := benchFile(b)
	s := open(b, Options{Paths: []string{path}, Zone: time.UTC, Interval: time.Hour})
	wholly(b, s)
	b.SetBytes(size)
	for b.Loop() {
		s.cache = cache{}
		n, err := s.Count(b.Context(), sources.LogQuery{Terms: terms})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "hits")
	}
}

func BenchmarkSearchText(b *testing.B) { benchmarkCount(b, sources.LogTerm{Value: "in 13 ms"}) }
func BenchmarkSearchRare(b *testing.B) {
	benchmarkCount(b, sources.LogTerm{Value: "nothing of the kind"})
}

func BenchmarkSearchLevel(b *testing.B) {
	benchmarkCount(b, sources.LogTerm{Field: "level", Op: sources.LogGreaterEqual, Value: "error"})
}

func BenchmarkSearchRegexp(b *testing.B) {
	benchmarkCount(b, sources.LogTerm{Op: sources.LogMatches, Value: `worker-\d+ job \d+77 done`})
}

func BenchmarkSearchFolded(b *testing.B) {
	benchmarkCount(b, sources.LogTerm{Op: sources.LogFolded, Value: "ORDER 77"})
}

func BenchmarkSearchField(b *testing.B) {
	benchmarkCount(b, sources.LogTerm{Field: "svc", Op: sources.LogEqual, Value: "api"})
}

func BenchmarkHistogram(b *testing.B) {
	path, size := benchFile(b)
	s := open(b, Options{Paths: []string{path}, Zone: time.UTC, Interval: time.Hour})
	wholly(b, s)
	b.SetBytes(size)
	q := sources.LogQuery{Window: sources.Window{Start: start, End: start.Add(48 * time.Hour)}}
	for b.Loop() {
		if _, err := s.CountLogs(b.Context(), q, 5*time.Minute, nil); err != nil {
			b.Fatal(err)
		}
	}
}
