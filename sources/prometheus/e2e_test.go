//go:build e2e

package prometheus

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/api"
	apiv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"nightjar/sources"
)

const (
	installDebian = "apt-get install --no-install-recommends prometheus prometheus-node-exporter prometheus-alertmanager victoria-metrics"
	installThree  = `go install -tags remove_all_sd -ldflags "-s -w -X github.com/prometheus/common/version.Version=3.16.0" github.com/prometheus/prometheus/cmd/prometheus@v0.316.0, with its folder in NIGHTJAR_E2E_BIN`
)

// program finds a binary in $NIGHTJAR_E2E_BIN or on PATH whose --version contains want.
func program(t *testing.T, want, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		for _, dir := range append(filepath.SplitList(os.Getenv("NIGHTJAR_E2E_BIN")), filepath.SplitList(os.Getenv("PATH"))...) {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			if out, _ := exec.Command(path, "--version").CombinedOutput(); strings.Contains(string(out), want) {
				return path
			}
		}
	}
	t.Skipf("no %s: %s", names[0], install)
	return ""
}

// freePort is an address on loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs a server until the test ends.
func start(t *testing.T, path string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr, c.Dir = &out, &out, t.TempDir()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, out.Bytes()[max(0, out.Len()-2000):])
		}
	})
}

const promConfig = `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: self
    static_configs: [{targets: ["%s"]}]
%s  - job_name: gone
    static_configs: [{targets: ["127.0.0.1:1"]}]
`

const promRules = `
groups:
  - name: g
    rules:
      - {record: "job:up:sum", expr: "sum by (job) (up)"}
      - {alert: TargetDown, expr: "up == 0", labels: {severity: critical}, annotations: {summary: "{{ $labels.instance }} is down"}}
      - {alert: Never, expr: "vector(0) > 1"}
`

// startPrometheus runs a Prometheus that scrapes itself and a target that is not there.
func startPrometheus(t *testing.T, path, more string, args ...string) string {
	t.Helper()
	dir, address := t.TempDir(), freePort(t)
	for name, text := range map[string]string{"prometheus.yml": fmt.Sprintf(promConfig, address, more), "rules.yml": promRules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, path, append([]string{
		"--config.file=" + filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
	}, args...)...)
	return "http://" + address
}

// await polls until f is nil.
func await(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick.C:
		}
	}
}

func awaitSeries(t *testing.T, s *Source, expr string) {
	t.Helper()
	await(t, func(ctx context.Context) error {
		f, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: expr})
		if err == nil && len(f.Series) == 0 {
			err = fmt.Errorf("%s is empty", expr)
		}
		return err
	})
}

func TestE2EPrometheus2(t *testing.T) {
	path := program(t, "version 2.", installDebian, "prometheus")
	testPrometheus(t, startPrometheus(t, path, ""), "2.")
}

func TestE2EPrometheus3(t *testing.T) {
	path := program(t, "version 3.", installThree, "prometheus3", "prometheus")
	url := startPrometheus(t, path, "    scrape_native_histograms: true\n")
	testPrometheus(t, url, "3.")
	s := open(t, Options{URL: url, Clock: time.Now})
	awaitSeries(t, s, "prometheus_http_request_duration_seconds")
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
	testDiscovery(t, s, w)
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
		if what, err := Detect(ctx, url+page, Options{}); err != nil || what.Found != FoundAPI || what.URL != url || what.Program != "prometheus" || !strings.HasPrefix(what.Version, version) {
			t.Errorf("detect %q: %v %+v", page, err, what)
		}
	}
	if what, err := Detect(ctx, url+"/metrics", Options{}); err != nil || what.Found != FoundMetrics || what.URL != url+"/metrics" || what.Program != "prometheus" {
		t.Errorf("detect its metrics: %v %+v", err, what)
	}
}

func testDiscovery(t *testing.T, s *Source, w sources.Window) {
	t.Helper()
	ctx := t.Context()
	if names, err := s.LabelNames(ctx, w); err != nil || !slices.Contains(names, "job") || !slices.IsSorted(names) {
		t.Errorf("label names: %v %v", err, names)
	}
	if names, err := s.LabelNames(ctx, w, `{__name__="up"}`); err != nil || !slices.Equal(names, []string{"__name__", "instance", "job"}) {
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
	testDiscovery(t, s, sources.Window{Start: now.Add(-time.Hour), End: now})
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
	if what, err := Detect(t.Context(), address, Options{}); err != nil || what.Found != FoundAPI || what.Program != "victoriametrics" {
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
				what, err = Detect(ctx, address, Options{})
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

// compareAll holds frames against what client_golang decodes of the same questions.
func compareAll(t *testing.T, s *Source, url string) {
	t.Helper()
	c, err := api.NewClient(api.Config{Address: url})
	if err != nil {
		t.Fatal(err)
	}
	client := apiv1.NewAPI(c)
	at := time.Now().Add(-time.Second).Truncate(time.Second)
	r := apiv1.Range{Start: at.Add(-20 * time.Second), End: at, Step: time.Second}
	for _, expr := range []string{
		"up", "vector(1)", "1", "1e300 * 1e300", "-1/0", "0/0", "vector(0/0)", "absent(up)", "nothing",
		"time()", "up or vector(NaN)", "sum by (job) (up)", "topk(2, process_resident_memory_bytes or up)", "sort_desc(up)",
		`{job="self"}`, "up[10s]", "rate(process_cpu_seconds_total[10s]) * 1e-9", "vector(time()) > 5e12",
		`prometheus_http_request_duration_seconds`, `rate(prometheus_http_request_duration_seconds[5s])`,
		`label_replace(up, "odd", "é\"\\\n", "", "")`, "vector(1.7976931348623157e308)", "vector(4.9e-324)", "vector(0.1) + 0.2",
	} {
		if v, _, _, err := client.Query(t.Context(), expr, at); err != nil {
			t.Logf("%s: client_golang: %v", expr, err)
		} else if f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr, Time: at}); err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got, want := show(f), show(frameOf(v, nil)); got != want {
			t.Errorf("%s\n got %s\nwant %s", expr, got, want)
		}
		if v, _, _, err := client.QueryRange(t.Context(), expr, r); err == nil {
			want := &sources.Frame{Start: r.Start.UnixMilli(), End: r.End.UnixMilli(), Step: r.Step.Milliseconds()}
			want = frameOf(v, want)
			f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: expr, Start: r.Start, End: r.End, Step: r.Step})
			if err != nil {
				t.Errorf("%s over a range: %v", expr, err)
			} else if diff := cmp.Diff(want.Series, f.Series, bits); diff != "" {
				t.Errorf("%s over a range: %s", expr, diff)
			}
		}
	}
}

// frameOf makes a frame of client_golang's value, on the steps of grid if there is one.
func frameOf(v model.Value, grid *sources.Frame) *sources.Frame {
	f := grid
	if f == nil {
		f = &sources.Frame{}
	}
	set := func(m model.Metric) (l sources.Labels) {
		for name, value := range m {
			l = append(l, sources.Label{Name: string(name), Value: string(value)})
		}
		return tidy(l)
	}
	switch v := v.(type) {
	case *model.Scalar:
		f.Kind = sources.Scalar
		f.Series = []sources.Series{{Times: []int64{int64(v.Timestamp)}, Values: []float64{float64(v.Value)}}}
	case *model.String:
		f.Kind, f.Text = sources.String, v.Value
	case model.Vector:
		f.Kind = sources.Vector
		for _, x := range v {
			s := sources.Series{Labels: set(x.Metric), Times: []int64{int64(x.Timestamp)}, Values: []float64{float64(x.Value)}}
			if x.Histogram != nil {
				s.Values[0], s.Histograms = sources.Gap(), []*sources.Histogram{histogramOf(x.Histogram)}
			}
			f.Series = append(f.Series, s)
		}
	case model.Matrix:
		f.Kind = sources.Matrix
		for _, x := range v {
			f.Series = append(f.Series, seriesOf(set(x.Metric), x, grid))
		}
		if grid != nil {
			slices.SortStableFunc(f.Series, func(a, b sources.Series) int { return a.Labels.Compare(b.Labels) })
		}
	}
	return f
}

func seriesOf(l sources.Labels, x *model.SampleStream, grid *sources.Frame) sources.Series {
	s := sources.Series{Labels: l}
	values, histograms := map[int64]float64{}, map[int64]*sources.Histogram{}
	for _, p := range x.Values {
		values[int64(p.Timestamp)] = float64(p.Value)
	}
	for _, p := range x.Histograms {
		values[int64(p.Timestamp)], histograms[int64(p.Timestamp)] = sources.Gap(), histogramOf(p.Histogram)
	}
	if grid != nil {
		for t := grid.Start; t <= grid.End; t += grid.Step {
			s.Times = append(s.Times, t)
		}
	} else {
		for t := range values {
			s.Times = append(s.Times, t)
		}
		slices.Sort(s.Times)
	}
	for _, t := range s.Times {
		v, ok := values[t]
		if !ok {
			v = sources.Gap()
		}
		if math.IsNaN(v) && !sources.IsGap(v) {
			v = math.NaN()
		}
		s.Values = append(s.Values, v)
		if len(histograms) > 0 {
			s.Histograms = append(s.Histograms, histograms[t])
		}
	}
	return s
}

func histogramOf(h *model.SampleHistogram) *sources.Histogram {
	out := &sources.Histogram{Count: float64(h.Count), Sum: float64(h.Sum)}
	for _, b := range h.Buckets {
		out.Buckets = append(out.Buckets, sources.Bucket{Lower: float64(b.Lower), Upper: float64(b.Upper), Count: float64(b.Count), Bounds: uint8(b.Boundaries)})
	}
	return out
}
