//go:build linux

package processes

import (
	"fmt"
	"testing"
	"time"
)

// A Read of 1000 processes, a tenth of them at work, and its table.
func BenchmarkRead(b *testing.B) {
	tr := newTree(b)
	busy := func(n int) {
		for i := range 100 {
			pid := 10*i + 1
			tr.process(fake{pid: pid, comm: "worker", args: "worker\x00--n\x00", ticks: n * (i + 1), in: n << 20, cgroup: "0::/system.slice/w.service\n"})
		}
	}
	for pid := 1; pid <= 1000; pid++ {
		tr.process(fake{pid: pid, comm: fmt.Sprintf("p%d", pid), args: "prog\x00--flag\x00", pages: pid, cgroup: "0::/system.slice/p.service\n"})
	}
	busy(1)
	r := New(Options{Root: tr.root})
	now := time.Unix(1e9, 0)
	step := func(b *testing.B) *Snapshot {
		now = now.Add(2 * time.Second)
		s, err := r.Read(now)
		if err != nil || len(s.Processes) != 1000 {
			b.Fatal(err, len(s.Processes))
		}
		return s
	}
	step(b)
	step(b)
	busy(2)
	b.Run("processes=1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			step(b)
		}
	})
	b.Run("top", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.top.of = nil
			r.Top(5)
		}
	})
	s := step(b)
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Table("local")
		}
	})
}

// The processes of the machine that runs the benchmark, as they are.
func BenchmarkReadHere(b *testing.B) {
	r := New(Options{})
	now := time.Now()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(2 * time.Second)
		s, err := r.Read(now)
		if err != nil {
			b.Fatal(err)
		}
		n = len(s.Processes)
	}
	b.ReportMetric(float64(n), "processes")
}
