//go:build e2e

package prometheus

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

func TestE2EPrometheus2(t *testing.T) {
	path := program(t, "version 2.", installDebian, "prometheus")
	testPrometheus(t, startPrometheus(t, path, ""), "2.")
}

func TestE2EPrometheus3(t *testing.T) {
	path := program(t, "version 3.", installThree, "prometheus3", "prometheus")
	url := startPrometheus(t, path, "    scrape_native_histograms: true\n    relabel_configs: [{target_label: odd/label, replacement: é}]\n")
	testPrometheus(t, url, "3.")
	s := open(t, Options{URL: url, Clock: time.Now})
	awaitSeries(t, s, "prometheus_http_request_duration_seconds")
	if values, err := s.LabelValues(t.Context(), sources.Window{}, "odd/label"); err != nil || !slices.Equal(values, []string{"é"}) {
		t.Errorf("values of an odd label: %v %q", err, values)
	}
	f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: `prometheus_http_request_duration_seconds{handler=~".+query.*"}`})
	if err != nil || len(f.Series) == 0 || f.Series[0].Histograms == nil || len(f.Series[0].Histograms[0].Buckets) == 0 {
		t.Errorf("native histograms: %v, %+v", err, f)
	}
	if f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: `{job="self"}`, Start: time.Now().Add(-time.Minute), End: time.Now(), Step: time.Second, Limit: 3}); err != nil || len(f.Series) != 3 || f.Cut != 1 || f.Bytes > 20_000 {
		t.Errorf("with a limit: %v, %d series, %d cut, %d bytes", err, len(f.Series), f.Cut, f.Bytes)
	} else {
		t.Log(f.Warnings)
	}
}

func testPrometheus(t *testing.T, url, version string) {
	s := open(t, Options{URL: url, Clock: time.Now})
	ctx := t.Context()
	awaitSeries(t, s, `ALERTS{alertstate="firing"}`)
	awaitSeries(t, s, `rate(prometheus_http_requests_total[10s]) > 0`)

	await(t, func(ctx context.Context) error {
		if _, err := vector(ctx, s); err != nil {
			return err
		}
		st := s.Status()
		if st.Kind != "prometheus" || !strings.HasPrefix(st.Version, version) || st.Interval != time.Second || st.Received == 0 || len(st.Notes) > 0 {
			return fmt.Errorf("status %+v", st)
		}
		return nil
	})
	p, err := s.Probe(ctx)
	if err != nil || !strings.HasPrefix(p.Version, version) || p.Latency <= 0 || p.SkewWithin == 0 || p.Skew.Abs() > 2*time.Second || len(p.Capabilities) != 8 {
		t.Errorf("probe: %v %+v", err, p)
	}
	for _, c := range p.Capabilities {
		if !c.OK {
			t.Errorf("probe: %+v", c)
		}
	}
	compareAll(t, s, url)

	targets, err := s.List(ctx, "targets")
	if err != nil || len(targets.Rows) != 2 || targets.Rows[0][0].Text != "gone" || targets.Rows[0][2].Text != "down" || targets.Rows[0][5].Text == "" || !(targets.Rows[1][3].Number < 10) {
		t.Errorf("targets: %v %+v", err, targets)
	}
	rules, err := s.List(ctx, "rules")
	if err != nil || len(rules.Rows) != 3 || rules.Rows[0][1].Text != "TargetDown" || rules.Rows[0][4].Text != "firing" || rules.Rows[0][3].Text != "ok" {
		t.Errorf("rules: %v %+v", err, rules)
	}
	alerts, err := s.Alerts(ctx)
	if err != nil || len(alerts) != 1 || alerts[0].State != sources.AlertFiring || alerts[0].Expr != "up == 0" || alerts[0].Value != 0 || alerts[0].Labels.Value("severity") != "critical" || time.Since(alerts[0].Since) > time.Minute {
		t.Errorf("alerts: %v %+v", err, alerts)
	}
	now := time.Now()
	w := sources.Window{Start: now.Add(-time.Hour), End: now}
	testDiscovery(t, s, w, "gone")
	if m, err := s.Metadata(ctx, "go_goroutines"); err != nil || len(m) != 1 || m[0].Type != "gauge" || m[0].Help == "" {
		t.Errorf("metadata: %v %+v", err, m)
	}
	if m, err := s.Metadata(ctx, ""); err != nil || len(m) < 50 {
		t.Errorf("all metadata: %v, %d", err, len(m))
	}
	if f, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: `"text \"quoted\""`}); err != nil || show(f) != `string "text \"quoted\""` {
		t.Errorf("a string, which client_golang does not read: %v %v", err, f) // compareAll cannot
	}
	if _, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: "up{"}); sources.KindOf(err) != sources.KindQuery || !strings.Contains(err.Error(), "parse error") {
		t.Error(err)
	}
	if _, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: "up + on() up"}); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
	for _, page := range []string{"", "/", "/graph?g0.expr=up"} {
		if what, err := detect(ctx, url+page, time.Now); err != nil || what.Found != FoundAPI || what.URL != url || what.Program != "prometheus" || !strings.HasPrefix(what.Version, version) {
			t.Errorf("detect %q: %v %+v", page, err, what)
		}
	}
	if what, err := detect(ctx, url+"/metrics", time.Now); err != nil || what.Found != FoundMetrics || what.URL != url+"/metrics" || what.Program != "prometheus" {
		t.Errorf("detect its metrics: %v %+v", err, what)
	}
}

func testDiscovery(t *testing.T, s *Source, w sources.Window, job string) {
	t.Helper()
	ctx := t.Context()
	if names, err := s.LabelNames(ctx, w); err != nil || !slices.Contains(names, "job") || !slices.IsSorted(names) {
		t.Errorf("label names: %v %v", err, names)
	}
	if names, err := s.LabelNames(ctx, w, `{__name__="up",job="`+job+`"}`); err != nil || !slices.Equal(names, []string{"__name__", "instance", "job"}) {
		t.Errorf("label names of up: %v %v", err, names)
	}
	if values, err := s.LabelValues(ctx, w, "job", "up"); err != nil || !slices.Contains(values, "self") {
		t.Errorf("label values: %v %v", err, values)
	}
	if page, err := s.Series(ctx, w, `up{job="self"}`); err != nil || len(page.Series) != 1 || page.Series[0].Name() != "up" {
		t.Errorf("series: %v %+v", err, page)
	}
}

func TestE2EVictoriaMetrics(t *testing.T) {
	path := program(t, "", installDebian, "victoria-metrics")
	dir, address := t.TempDir(), freePort(t)
	scrape := filepath.Join(dir, "scrape.yml")
	if err := os.WriteFile(scrape, fmt.Appendf(nil, "scrape_configs:\n  - job_name: self\n    scrape_interval: 1s\n    static_configs: [{targets: [\"%s\"]}]\n", address), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, path, "-storageDataPath="+filepath.Join(dir, "data"), "-httpListenAddr="+address, "-promscrape.config="+scrape, "-search.latencyOffset=0s")
	s := open(t, Options{URL: address, Clock: time.Now})
	awaitSeries(t, s, "up")
	awaitSeries(t, s, "rate(vm_http_requests_total[10s]) > 0")
	await(t, func(ctx context.Context) error {
		_, err := vector(ctx, s)
		if st := s.Status(); err == nil && st.Kind != "victoriametrics" {
			err = fmt.Errorf("status %+v", st)
		}
		return err
	})
	now := time.Now()
	testDiscovery(t, s, sources.Window{Start: now.Add(-time.Hour), End: now}, "self")
	compareAll(t, s, "http://"+address)
	// Steps that are no multiples of themselves, and many of them.
	f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: "up", Start: now.Add(-10*time.Minute + 333*time.Millisecond), End: now, Step: 7 * time.Second})
	if err != nil || len(f.Warnings) > 0 {
		t.Errorf("steps of 7 s: %v %v", err, f)
	}
	targets, err := s.List(t.Context(), "targets")
	if err != nil || len(targets.Rows) != 1 || targets.Rows[0][0].Text != "self" {
		t.Errorf("targets: %v %+v", err, targets)
	}
	for _, what := range []func() error{
		func() error { _, err := s.Alerts(t.Context()); return err },
		func() error { _, err := s.List(t.Context(), "rules"); return err },
		func() error { _, err := s.Metadata(t.Context(), "up"); return err },
		func() error {
			_, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: "up{"})
			if sources.KindOf(err) != sources.KindQuery {
				return fmt.Errorf("a bad query: %w", err)
			}
			return nil
		},
	} {
		if err := what(); err != nil && sources.KindOf(err) != sources.KindUnsupported {
			t.Error(err)
		}
	}
	p, err := s.Probe(t.Context())
	if err != nil {
		t.Error(err)
	}
	t.Logf("%+v\n%+v", p, s.Status())
	if what, err := detect(t.Context(), address, time.Now); err != nil || what.Found != FoundAPI || what.Program != "victoriametrics" {
		t.Errorf("detect: %v %+v", err, what)
	}
}

func TestE2EDetectExporters(t *testing.T) {
	f := func(name string, found Found, program0, page string, args ...string) {
		t.Run(name, func(t *testing.T) {
			path := program(t, "version", installDebian, name)
			address := freePort(t)
			start(t, path, append(args, "--web.listen-address="+address)...)
			var what What
			await(t, func(ctx context.Context) (err error) {
				what, err = detect(ctx, address, time.Now)
				return err
			})
			if want := (What{Found: found, URL: "http://" + address + page, Program: program0, Version: what.Version}); what != want || what.Version == "" {
				t.Errorf("got %+v, want %+v", what, want)
			}
		})
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "am.yml")
	if err := os.WriteFile(file, []byte("route: {receiver: x}\nreceivers: [{name: x}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f("prometheus-node-exporter", FoundMetrics, "node_exporter", "/metrics")
	f("prometheus-alertmanager", FoundAlertmanager, "alertmanager", "", "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"), "--cluster.listen-address=")
}
