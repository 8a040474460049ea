package local

import (
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// spent is the CPU time of this process.
func spent() time.Duration {
	var ru syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

// BenchmarkCollect runs what runs in every round, then everything. The budget
// of the former is 3 ms of CPU.
func BenchmarkCollect(b *testing.B) {
	for _, x := range []struct {
		name  string
		every time.Duration
	}{{"cheap", 0}, {"all", time.Hour}} {
		b.Run(x.name, func(b *testing.B) {
			var tasks []*task
			probes, _ := machine(Options{Clock: time.Now, Interval: time.Nanosecond})
			for _, p := range probes {
				if p.every <= x.every {
					t := newTask(p, "here")
					t.run(b.Context(), 1, 1)
					tasks = append(tasks, t)
				}
			}
			b.ReportAllocs()
			before, n := spent(), 0
			for b.Loop() {
				for _, t := range tasks {
					t.run(b.Context(), 1, 1)
				}
				n++
			}
			b.ReportMetric(float64((spent()-before).Microseconds())/float64(n), "cpu-µs/op")
		})
	}
}

// metrics is what a collector of n series sends.
func metrics(n int) []prometheus.Metric {
	desc := prometheus.NewDesc("node_made_up_total", "Help.", []string{"device"}, nil)
	all := make([]prometheus.Metric, n)
	for i := range all {
		all[i] = prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(i), string(rune('a'+i)))
	}
	return all
}

func BenchmarkSink(b *testing.B) {
	all, to := metrics(100), newSink("here")
	b.ReportAllocs()
	for b.Loop() {
		to.begin()
		for _, m := range all {
			if err := to.addMetric(m); err != nil {
				b.Fatal(err)
			}
		}
	}
}
