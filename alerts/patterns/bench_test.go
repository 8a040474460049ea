package patterns

import (
	"math/rand/v2"
	"testing"
	"time"

	"nightjar/sources"
)

// BenchmarkAdd adds lines of four formats in a random order, all of patterns that are known.
func BenchmarkAdd(b *testing.B) {
	var lines []sources.LogLine
	for _, name := range logNames {
		lines = append(lines, readLog(b, name)...)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	m := mine(day(), lines)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Add(&lines[i])
		if i++; i == len(lines) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkAddUnlike adds lines that have next to nothing in common: patterns come and go.
func BenchmarkAddUnlike(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	lines := make([]sources.LogLine, 20_000)
	for i := range lines {
		text := "begin"
		for range 8 {
			text += " " + letters(r.IntN(360)) + letters(r.IntN(360))
		}
		lines[i] = sources.LogLine{Body: text, Raw: text, Time: epoch}
	}
	m := New(day())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Add(&lines[i])
		if i++; i == len(lines) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkSnapshot(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	m := New(day())
	for range 100_000 {
		m.AddText("begin "+letters(r.IntN(360))+" "+letters(r.IntN(360))+" end", epoch.Add(time.Duration(r.Int64N(int64(24*time.Hour)))), 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Snapshot(hours(12, 24), hours(0, 12))
	}
	b.ReportMetric(float64(m.patterns), "patterns")
}
