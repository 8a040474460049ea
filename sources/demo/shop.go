package demo

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// A shop is every series of the demo with the rule it follows.
type shop struct {
	seed     uint64
	onset    time.Time
	interval time.Duration
	series   []*series
}

// A series is one line: a gauge's value, or the rate per second that a counter
// grows by.
type series struct {
	labels  labels.Labels
	ref     storage.SeriesRef
	counter bool
	total   float64
	at      func(m moment) float64
}

// A moment is the time and how bad the incident is then.
type moment struct {
	seed uint64
	t    time.Time
	// heat is the incident's strength, 0 to 1; leak is how far the slow leak has got, 0 to 1.
	heat, leak float64
	since      time.Duration // since the onset; negative before
}

// noise is around 1: between 1-depth and 1+depth, wandering over period.
func (m moment) noise(key uint64, depth float64, period time.Duration) float64 {
	return 1 + depth*(2*noise(m.seed, key, m.t, period)-1)
}

func newShop(seed uint64, onset time.Time, interval time.Duration) *shop {
	s := &shop{seed: seed, onset: onset, interval: interval}
	for i, h := range hosts {
		s.addHost(h, uint64(i+1)*1000)
	}
	for i, v := range services {
		s.addService(v, uint64(i+1)*100_000)
	}
	s.addProcesses()
	return s
}

// moment works out how the incident stands at t.
func (s *shop) moment(t time.Time) moment {
	since := t.Sub(s.onset)
	x := since.Minutes()
	back := 1 - ramp(x, 30, 33)
	return moment{
		seed: s.seed, t: t, since: since,
		heat: ramp(x, 0.5, 6) * back,
		leak: min(max(x/25, 0), 1) * back,
	}
}

func (s *shop) gauge(at func(moment) float64, name string, pairs ...string) {
	s.add(false, at, name, pairs)
}

func (s *shop) counter(rate func(moment) float64, name string, pairs ...string) {
	s.add(true, rate, name, pairs)
}

func (s *shop) add(counter bool, at func(moment) float64, name string, pairs []string) {
	s.series = append(s.series, &series{
		labels: labels.FromStrings(append([]string{"__name__", name}, pairs...)...), counter: counter, at: at,
	})
}

// sample appends one sample of every series.
func (s *shop) sample(app storage.Appender, t time.Time) error {
	m := s.moment(t)
	for _, x := range s.series {
		v := x.at(m)
		if x.counter {
			x.total += max(v, 0) * s.interval.Seconds()
			v = x.total
		}
		ref, err := app.Append(x.ref, x.labels, t.UnixMilli(), v)
		if err != nil {
			return err
		}
		x.ref = ref
	}
	return nil
}
