package local

import (
	"hash/maphash"
	"reflect"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// Job is the job label of all series, as a scrape of node_exporter has it.
const Job = "node"

// A series is known by the sink that made it; ref and round belong to the loop.
type series struct {
	lset  labels.Labels
	ref   storage.SeriesRef
	round uint64
}

type sample struct {
	s *series
	v float64
}

// A sink takes the samples of one run of a probe. It keeps the labels of every
// series it has met, so that a steady run makes none.
type sink struct {
	instance string
	seed     maphash.Seed
	known    map[uint64]*series
	samples  []sample
	skipped  int // metrics that are no plain number
	keep     func(name string, pairs []*dto.LabelPair, v float64) bool
	out      dto.Metric
	build    labels.ScratchBuilder
}

func newSink(instance string) *sink {
	return &sink{
		instance: instance, seed: maphash.MakeSeed(), known: map[uint64]*series{},
		build: labels.NewScratchBuilder(8),
	}
}

// begin forgets the samples of the run before, and series long gone.
func (k *sink) begin() {
	if len(k.known) > 2*len(k.samples)+64 {
		held := make(map[*series]bool, len(k.samples))
		for _, s := range k.samples {
			held[s.s] = true
		}
		for h, s := range k.known {
			if !held[s] {
				delete(k.known, h)
			}
		}
	}
	k.samples, k.skipped = k.samples[:0], 0
}

// mix folds one more string into a hash. 64 bits keep the odds of two of a
// machine's series meeting under one in a million million.
func (k *sink) mix(h uint64, s string) uint64 {
	return (h ^ maphash.String(k.seed, s)) * 0x9e3779b97f4a7c15
}

// add takes a sample; pairs are label names and values, in the same order every time.
func (k *sink) add(name string, v float64, pairs ...string) {
	h := k.mix(0, name)
	for _, p := range pairs {
		h = k.mix(h, p)
	}
	s := k.known[h]
	if s == nil {
		k.start(name)
		for i := 0; i+1 < len(pairs); i += 2 {
			k.label(pairs[i], pairs[i+1])
		}
		s = k.learn(h)
	}
	k.samples = append(k.samples, sample{s, v})
}

// addMetric takes a metric of a Prometheus collector.
func (k *sink) addMetric(m prometheus.Metric) error {
	k.out = dto.Metric{}
	if err := m.Write(&k.out); err != nil {
		return err
	}
	var v float64
	switch {
	case k.out.Gauge != nil:
		v = k.out.Gauge.GetValue()
	case k.out.Counter != nil:
		v = k.out.Counter.GetValue()
	case k.out.Untyped != nil:
		v = k.out.Untyped.GetValue()
	default:
		k.skipped++
		return nil
	}
	name := nameOf(m.Desc())
	if k.keep != nil && !k.keep(name, k.out.Label, v) {
		return nil
	}
	h := k.mix(0, name)
	for _, p := range k.out.Label {
		h = k.mix(k.mix(h, p.GetName()), p.GetValue())
	}
	s := k.known[h]
	if s == nil {
		k.start(name)
		for _, p := range k.out.Label {
			k.label(p.GetName(), p.GetValue())
		}
		s = k.learn(h)
	}
	k.samples = append(k.samples, sample{s, v})
	return nil
}

func (k *sink) start(name string) {
	k.build.Reset()
	k.build.Add(model.MetricNameLabel, name)
	k.label("job", Job)
	k.label("instance", k.instance)
}

// label adds one, unless it is empty: to Prometheus that is the same as none.
func (k *sink) label(name, value string) {
	if value != "" {
		k.build.Add(name, strings.ToValidUTF8(value, "\ufffd"))
	}
}

func (k *sink) learn(h uint64) *series {
	k.build.Sort()
	s := &series{lset: k.build.Labels()}
	k.known[h] = s
	return s
}

// nameOf is the metric name in a descriptor. It is not exported, and the one
// method that tells it formats everything else too, which would cost more than
// all other work on a sample; so it is read by reflection, if it is where it was.
func nameOf(d *prometheus.Desc) string {
	if f := reflect.ValueOf(d).Elem().Field(0); f.Kind() == reflect.String && descNameFirst {
		return f.String()
	}
	return nameIn(d.String())
}

// descNameFirst: the name is the first field of a descriptor.
var descNameFirst = func() bool {
	t := reflect.TypeFor[prometheus.Desc]()
	return t.NumField() > 0 && t.Field(0).Name == "fqName" && t.Field(0).Type.Kind() == reflect.String
}()

// nameIn finds it in Desc{fqName: "name", help: ...}.
func nameIn(desc string) string {
	_, rest, _ := strings.Cut(desc, `fqName: "`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}
