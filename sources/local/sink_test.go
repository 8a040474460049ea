package local

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// lines are the series of the last run.
func lines(k *sink) []string {
	var all []string
	for _, s := range k.samples {
		all = append(all, s.s.lset.String())
	}
	return all
}

func TestSinkKnowsItsSeries(t *testing.T) {
	k := newSink("here")
	run := func() []*series {
		k.begin()
		k.add("up", 1)
		k.add("disk", 1, "device", "sda", "empty", "")
		k.add("disk", 1, "device", "sdb\xff")
		for _, m := range metrics(2) {
			if err := k.addMetric(m); err != nil {
				t.Fatal(err)
			}
		}
		var all []*series
		for _, s := range k.samples {
			all = append(all, s.s)
		}
		return all
	}
	first := run()
	want := []string{
		`{__name__="up", instance="here", job="node"}`,
		`{__name__="disk", device="sda", instance="here", job="node"}`,
		`{__name__="disk", device="sdb` + "\ufffd" + `", instance="here", job="node"}`,
		`{__name__="node_made_up_total", device="a", instance="here", job="node"}`,
		`{__name__="node_made_up_total", device="b", instance="here", job="node"}`,
	}
	if got := lines(k); !slices.Equal(got, want) {
		t.Errorf("series are %q", got)
	}
	if second := run(); !slices.Equal(first, second) {
		t.Error("the second run made series of its own")
	}
}

func TestSteadySinkDoesNotAllocate(t *testing.T) {
	all, k := metrics(50), newSink("here")
	run := func() {
		k.begin()
		k.add("up", 1, "a", "b")
		for _, m := range all {
			_ = k.addMetric(m)
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations for samples of known series", n)
	}
}

func TestSinkForgetsWhatIsGone(t *testing.T) {
	k := newSink("here")
	for i := range 1000 {
		k.begin()
		k.add("process", 1, "pid", time.Duration(i).String())
	}
	if len(k.known) > 100 {
		t.Errorf("%d series are remembered, one is left", len(k.known))
	}
}

func TestSinkCountsWhatItLeavesOut(t *testing.T) {
	k := newSink("here")
	k.begin()
	h := prometheus.MustNewConstHistogram(prometheus.NewDesc("latency_seconds", "Help.", nil, nil), 1, 2, map[float64]uint64{1: 1})
	if err := k.addMetric(h); err != nil || k.skipped != 1 || len(k.samples) != 0 {
		t.Errorf("%d left out, %d samples, %v", k.skipped, len(k.samples), err)
	}
	if err := k.addMetric(prometheus.NewInvalidMetric(prometheus.NewDesc("x", "", nil, nil), errAbsent)); err == nil {
		t.Error("an invalid metric is taken")
	}
}

func TestNamesOfDescriptors(t *testing.T) {
	d := prometheus.NewDesc("node_x", `help with "quotes" and fqName: "y"`, []string{"a"}, prometheus.Labels{"b": "c"})
	if got := nameOf(d); got != "node_x" {
		t.Errorf("the name is %q", got)
	}
	if got := nameIn(d.String()); got != "node_x" {
		t.Errorf("the name in %s is %q", d, got)
	}
	if !descNameFirst {
		t.Error("client_golang has moved the name in a descriptor: the slow way is taken")
	}
}
