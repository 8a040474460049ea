package scrape

import (
	"fmt"
	"os"
	"testing"

	"github.com/prometheus/prometheus/config"
)

// The pages are what the prometheusexporter of an OpenTelemetry Collector
// (opentelemetry-collector-contrib v0.161.0, resource_to_telemetry_conversion
// on) served over HTTP after telemetrygen v0.161.0 had sent it 5 points each of
// a sum, a gauge, a histogram and an exponential histogram: as text, and as
// protobuf, where the last is a native histogram. The page's own job is that of
// the resource, and has to give way to the target's.
func TestOpenTelemetryCollector(t *testing.T) {
	f := func(file, kind string, wants map[string][]string, native bool) {
		t.Helper()
		body, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		p := exporter(t, kind, string(body))
		j, err := Target(p.URL+"/metrics", 0)
		if err != nil {
			t.Fatal(err)
		}
		if native {
			j.ScrapeNativeHistograms = &native
			j.ScrapeProtocols = []config.ScrapeProtocol{config.PrometheusProto}
		}
		s := open(t, Options{Jobs: jobsOf(j)})
		if err := s.WaitFor(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for expr, want := range wants {
			if got := ask(t, s, expr); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s gives %q, want %q", file, expr, got, want)
			}
		}
		m, err := s.Metadata(t.Context(), "shop_Sum_duration_total")
		if err != nil || len(m) != 1 || m[0].Type != "counter" {
			t.Errorf("%s: metadata %v, %v", file, m, err)
		}
		if st := s.Status(); len(st.Notes) != 0 {
			t.Errorf("%s: %v", file, st.Notes)
		}
	}
	common := map[string][]string{
		`sum by (exported_job, service_name, region) (shop_Sum_duration_total)`: {`{exported_job="shop", region="eu", service_name="shop"} 4`},
		`count by (job) (shop_Gauge_duration)`:                                  {`{job="127.0.0.1"} 1`},
		`histogram_quantile(0.9, sum by (le) (shop_Histogram_duration_bucket))`: {`{} 625`},
		`sum(shop_ExponentialHistogram_duration_count)`:                         {`{} 15`},
		`sum(up)`: {`{} 1`},
	}
	f("otelcol.txt", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", common, false)
	f("otelcol.pb", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores",
		map[string][]string{
			`sum(shop_Sum_duration_total)`:                                           {`{} 4`},
			`histogram_count(sum(shop_ExponentialHistogram_duration))`:               {`{} 15`},
			`histogram_sum(sum(shop_ExponentialHistogram_duration))`:                 {`{} 7790`},
			`count(histogram_quantile(0.5, shop_ExponentialHistogram_duration) > 0)`: {`{} 1`},
		}, true)
}
