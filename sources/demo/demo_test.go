package demo

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"nightjar/sources"
)

var (
	_ sources.RangeQuerier    = (*Source)(nil)
	_ sources.InstantQuerier  = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.LogSearcher     = (*Source)(nil)
	_ sources.LogTailer       = (*Source)(nil)
	_ sources.AlertLister     = (*Source)(nil)
	_ sources.Lister          = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)

var opened = time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)

func open(t *testing.T, seed uint64) *Source {
	t.Helper()
	s, err := Open(t.Context(), Options{Seed: seed, Clock: func() time.Time { return opened }, Dirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func ask(t *testing.T, s *Source, expr string) *sources.Frame {
	t.Helper()
	f, err := s.QueryRange(t.Context(), sources.RangeQuery{
		Expr: expr, Start: opened.Add(-30 * time.Minute), End: opened, Step: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSameSeedSamePicture(t *testing.T) {
	defer goleak.VerifyNone(t)
	const expr = `sum by (instance, mode) (rate(node_cpu_seconds_total[1m]))`
	f := func(seed uint64) *sources.Frame {
		s, err := Open(context.Background(), Options{Seed: seed, Clock: func() time.Time { return opened }, Dirs: []string{t.TempDir()}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // checked elsewhere
		return ask(t, s, expr)
	}
	a, b, other := f(1), f(1), f(2)
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("two runs of one seed differ:\n%s", d)
	}
	if cmp.Equal(a, other) {
		t.Error("another seed gives the same picture")
	}
}

func TestIncidentUnfolds(t *testing.T) {
	s := open(t, 1)
	errs := ask(t, s, `sum(rate(http_requests_total{svc="payments",code="500"}[1m])) / sum(rate(http_requests_total{svc="payments"}[1m]))`)
	v := errs.Series[0].Values
	before, now := v[len(v)/2], v[len(v)-1]
	if before > 0.01 || now < 0.1 {
		t.Errorf("share of errors %v before and %v in the incident, want under 1 %% and over 10 %%", before, now)
	}
	alerts, err := s.Alerts(t.Context())
	if err != nil || len(alerts) == 0 || alerts[0].State != sources.AlertFiring {
		t.Errorf("alerts %v, %v: want HighErrorRate to fire", alerts, err)
	}
	page, err := s.SearchLogs(t.Context(), sources.LogQuery{Window: sources.Window{Start: opened.Add(-time.Minute), End: opened}, Terms: []sources.LogTerm{{Value: "pool exhausted"}}})
	if err != nil || len(page.Lines) < 20 {
		t.Errorf("%d lines of the exhausted pool in a minute, %v; want over 20", len(page.Lines), err)
	}
	for i := 1; i < len(page.Lines); i++ {
		if page.Lines[i].Time.After(page.Lines[i-1].Time) {
			t.Fatal("lines are not newest first")
		}
	}
}

func TestCountersNeverFall(t *testing.T) {
	s := open(t, 3)
	names, err := s.LabelValues(t.Context(), sources.Window{Start: opened.Add(-time.Hour), End: opened}, "__name__")
	if err != nil {
		t.Fatal(err)
	}
	counters := 0
	for _, name := range names {
		if !strings.HasSuffix(name, "_total") && !strings.HasSuffix(name, "_bucket") && !strings.HasSuffix(name, "_count") {
			continue
		}
		counters++
		for _, x := range ask(t, s, "resets("+name+"[30m])").Series {
			if _, n, _ := x.Last(); n != 0 {
				t.Errorf("%s%v fell %v times", name, x.Labels, n)
			}
		}
	}
	if counters == 0 {
		t.Error("no counters")
	}
}

func TestTables(t *testing.T) {
	s := open(t, 1)
	for _, name := range s.Tables() {
		tab, err := s.List(t.Context(), name)
		if err != nil || len(tab.Rows) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, row := range tab.Rows {
			if len(row) != len(tab.Columns) {
				t.Errorf("%s: %d values under %d columns", name, len(row), len(tab.Columns))
			}
		}
	}
	if _, err := s.List(t.Context(), "rockets"); sources.KindOf(err) != sources.KindUnsupported {
		t.Errorf("unknown table: %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		s, err := Open(context.Background(), Options{Clock: func() time.Time { return opened }})
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
