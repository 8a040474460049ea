//go:build e2e

package main

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/tsdbutil"

	"nightjar/sources"
	"nightjar/sources/engine"
)

const nativeSteps = 8

// fillNative appends native histograms of every form, a sample each second from
// base: with exponential and custom buckets, of floats, empty, odd, and in a
// series that turns from numbers to histograms.
func fillNative(t *testing.T, app storage.Appender, base time.Time) {
	t.Helper()
	add := func(name string, i int, h *histogram.Histogram, fh *histogram.FloatHistogram) {
		t.Helper()
		if _, err := app.AppendHistogram(0, labels.FromStrings("__name__", name, "a", "x"), base.Add(time.Duration(i)*time.Second).UnixMilli(), h, fh); err != nil {
			t.Fatal(name, err)
		}
	}
	for i := range nativeSteps {
		add("exponential", i, tsdbutil.GenerateTestHistogram(int64(i)), nil)
		add("custom", i, tsdbutil.GenerateTestCustomBucketsHistogram(int64(i)), nil)
		add("gauge", i, nil, tsdbutil.GenerateTestGaugeFloatHistogram(int64(i*i%5)))
		add("empty", i, &histogram.Histogram{Schema: 3, ZeroThreshold: 1e-128}, nil)
		odd := &histogram.FloatHistogram{
			CounterResetHint: histogram.GaugeType, Schema: -4, ZeroThreshold: 1e-9, Count: 3.25, Sum: math.Inf(-i%2 - 1),
			PositiveSpans: []histogram.Span{{Offset: 64, Length: 1}}, PositiveBuckets: []float64{1.25},
			NegativeSpans: []histogram.Span{{Offset: -3, Length: 2}}, NegativeBuckets: []float64{0, 2},
		}
		add("odd", i, nil, odd)
		if i < nativeSteps/2 {
			if _, err := app.Append(0, labels.FromStrings("__name__", "mixed", "a", "x"), base.Add(time.Duration(i)*time.Second).UnixMilli(), float64(i)/3); err != nil {
				t.Fatal(err)
			}
			continue
		}
		add("mixed", i, tsdbutil.GenerateTestHistogram(int64(i)), nil)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

// The embedded engine's answers are a server's that has the same samples, to the byte.
func TestE2EEngineEqualsTheServer(t *testing.T) {
	dir, base := t.TempDir(), time.Now().Add(-time.Minute).Truncate(time.Second)
	if programOf("prometheus3") == "" {
		t.Skip("prometheus3 is not installed: see .ci/run")
	}
	db, err := tsdb.Open(filepath.Join(dir, "data"), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	fillNative(t, db.Appender(t.Context()), base)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("scrape_configs: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := watched{api: "http://127.0.0.1:" + freePort(t)}
	server(t, "prometheus3", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+strings.TrimPrefix(w.api, "http://"))
	w.await(t, "exponential")

	e, err := engine.Open(engine.Options{Dirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	fillNative(t, e.Appender(t.Context()), base)

	end := base.Add((nativeSteps - 1) * time.Second)
	compare := func(expr, path string, f *sources.Frame, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			return
		}
		want, err := get(w.api + path + "&query=" + url.QueryEscape(expr))
		if err != nil {
			t.Fatal(err)
		}
		if got := encodeJSON(f, end); got != strings.TrimSpace(string(want)) || !strings.Contains(got, `"metric"`) {
			t.Errorf("%s %s\ngot  %s\nwant %s", path, expr, got, want)
		}
	}
	for _, name := range []string{"exponential", "custom", "gauge", "empty", "odd", "mixed"} {
		for _, form := range []string{"%s", "%s[1m]", "rate(%s[4s])", "sum(%s)", "-%s", "%[1]s - %[1]s", "%s * 0.1", "avg_over_time(%s[3s])", "histogram_quantile(0.9, %s)", "histogram_avg(%s)"} {
			expr := fmt.Sprintf(form, name)
			if name == "mixed" && form == "rate(%s[4s])" {
				expr = "rate(mixed[3s])" // none over both
			}
			if form == "avg_over_time(%s[3s])" && (name == "mixed" || name == "odd") {
				continue
			}
			f, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr, Time: end})
			compare(expr, fmt.Sprintf("/api/v1/query?time=%d", end.Unix()), f, err)
			if strings.HasSuffix(expr, "[1m]") {
				continue
			}
			f, err = e.QueryRange(t.Context(), sources.RangeQuery{Expr: expr, Start: base, End: end, Step: time.Second})
			compare(expr, fmt.Sprintf("/api/v1/query_range?start=%d&end=%d&step=1", base.Unix(), end.Unix()), f, err)
		}
	}
	f, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: `{a="x"}`, Start: base, End: end, Step: time.Second})
	compare(`{a="x"}`, fmt.Sprintf("/api/v1/query_range?start=%d&end=%d&step=1", base.Unix(), end.Unix()), f, err)
}

const nativeBoard = `name: natives
rows:
  - panels:
      - {title: Whole, kind: heatmap, span: 6, height: 10, unit: s, queries: ['sum(rate(prometheus_http_request_duration_seconds{job="prometheus"}[5s]))']}
      - {title: Custom, kind: heatmap, span: 6, height: 10, unit: s, queries: ['sum(rate(prometheus_http_request_duration_seconds{job="nhcb"}[5s]))']}
  - panels:
      - {title: Graph, kind: graph, span: 4, queries: [prometheus_http_request_duration_seconds]}
      - {title: Stat, kind: stat, span: 4, queries: [prometheus_http_request_duration_seconds]}
      - {title: Table, kind: table, span: 4, queries: [prometheus_http_request_duration_seconds]}
  - panels:
      - {title: Beside, kind: bars, queries: ['prometheus_http_request_duration_seconds{handler="/metrics"} or up']}
`

// A server's native histograms are drawn by a heatmap, and said by other panels
// and by the forms of query.
func TestE2EPanelsOfNativeHistograms(t *testing.T) {
	w := watchNative(t)
	w.await(t, `min by (job) (count_over_time(up{job=~"prometheus|nhcb"}[1m])) > 10`)
	board := filepath.Join(t.TempDir(), "natives.yaml")
	if err := os.WriteFile(board, []byte(nativeBoard), 0o600); err != nil {
		t.Fatal(err)
	}
	code, frame, errs := runWith(t, nil, "frame", "--size", "120x40", "--range", "1m", "--refresh", "1s", w.api, board)
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for text, times := range map[string]int{"newest: most in": 2, "p50 ~": 2, "It is a native histogram,": 3, "2 native not drawn": 1} {
		if got := strings.Count(frame, text); got < times {
			t.Errorf("%q is there %d times, not %d:\n%s", text, got, times, frame)
		}
	}
	for format, want := range map[string]string{"table": "p50 (", "csv": ",\"(", "chart": "p99 ("} {
		code, out, errs := runWith(t, nil, "query", "--source", w.api, "-o", format, `prometheus_http_request_duration_seconds{handler="/metrics"}`)
		if code != exitOK || !strings.Contains(out, want) || errs != "" {
			t.Errorf("%s: exit %d: %s%s", format, code, out, errs)
		}
	}
	code, out, errs := runWith(t, nil, "query", "--source", w.api, "-o", "chart", "--range", "1m", "--step", "1s", `sum(rate(prometheus_http_request_duration_seconds{job="nhcb"}[5s]))`)
	if code != exitOK || !strings.Contains(out, "newest: most in 0 to 0.1") {
		t.Errorf("chart: exit %d: %s%s", code, out, errs)
	}
}
