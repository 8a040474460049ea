package scrape

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nightjar/sources"
)

func TestOpenMetrics(t *testing.T) {
	p := exporter(t, "application/openmetrics-text; version=1.0.0; charset=utf-8", `# TYPE temp_celsius gauge
# UNIT temp_celsius celsius
# HELP temp_celsius How warm it is.
temp_celsius{room="attic"} 31.5
# TYPE foo counter
# HELP foo Foos.
foo_total 17 # {trace_id="abc"} 1 1520879607.789
# TYPE answer info
answer_info{version="42"} 1
# EOF
`)
	s := watch(t, p.URL)
	gives(t, s, `sum by (room) (temp_celsius)`, `{room="attic"} 31.5`)
	gives(t, s, `sum(foo_total)`, `{} 17`)
	gives(t, s, `count by (version) (answer_info)`, `{version="42"} 1`)
	f := func(metric, want string) {
		t.Helper()
		m, err := s.Metadata(t.Context(), metric)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m); got != want {
			t.Errorf("%q: got %s, want %s", metric, got, want)
		}
	}
	f("temp_celsius", "[{temp_celsius gauge How warm it is. celsius}]")
	f("foo_total", "[{foo counter Foos. }]")
	f("answer_info", "[{answer info  }]")
	f("nothing", "[]")
	f("", "[{answer info  } {foo counter Foos. } {temp_celsius gauge How warm it is. celsius}]")
}

// What the engine does with native histograms: PromQL's functions work, and a
// plain selector gives the histogram itself.
func TestProtobufWithNativeHistograms(t *testing.T) {
	reg := prometheus.NewRegistry()
	h := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "latency_seconds", Help: "How long it takes.", NativeHistogramBucketFactor: 1.1, Buckets: []float64{0.1, 1},
	})
	reg.MustRegister(h)
	for range 100 {
		h.Observe(0.25)
	}
	var accepted string
	handler := promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accepted = r.Header.Get("Accept")
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s := configured(t, `
- job_name: app
  scrape_interval: 50ms
  scrape_native_histograms: true
  always_scrape_classic_histograms: true
  static_configs: [{targets: [%q]}]
`, strings.TrimPrefix(srv.URL, "http://"))
	gives(t, s, `histogram_count(latency_seconds{job="app"})`, fmt.Sprintf(`{instance=%q, job="app"} 100`, strings.TrimPrefix(srv.URL, "http://")))
	gives(t, s, `count(latency_seconds_bucket)`, `{} 3`)
	gives(t, s, `count(histogram_quantile(0.5, sum(latency_seconds)) > 0.22 < 0.28)`, `{} 1`)
	if !strings.HasPrefix(accepted, "application/vnd.google.protobuf") {
		t.Errorf("it asked for %q", accepted)
	}
	f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: "latency_seconds"})
	if err != nil || len(f.Series) != 1 || len(f.Series[0].Histograms) != 1 || f.Series[0].Histograms[0].Count != 100 {
		t.Errorf("the histogram itself: %+v, %v", f, err)
	}
	m, err := s.Metadata(t.Context(), "latency_seconds_bucket")
	if err != nil || len(m) != 1 || m[0] != (sources.Metadata{Metric: "latency_seconds", Type: "histogram", Help: "How long it takes."}) {
		t.Errorf("metadata: %v, %v", m, err)
	}
}

func TestAPageWithoutAContentTypeIsText(t *testing.T) {
	p := exporter(t, "application/octet-stream", "x 1\n")
	s := watch(t, p.URL)
	gives(t, s, `sum(x)`, `{} 1`)
}

func TestNoMetricsAreToldInTheTable(t *testing.T) {
	f := func(kind, body string, status int, want string) {
		t.Helper()
		p := exporter(t, kind, body)
		p.status.Store(int32(status))
		s := watch(t, p.URL+"/x?token=hush")
		gives(t, s, `sum(up)`, `{} 0`)
		if got := cells(t, s, "health"); len(got) != 1 || got[0] != "down" {
			t.Errorf("health: %q", got)
		}
		got := cells(t, s, "error")
		if len(got) != 1 || !strings.Contains(got[0], want) || strings.Contains(got[0], "\n") || len(got[0]) > 400 {
			t.Errorf("error: %q, want %q", got, want)
		}
		if err := s.WaitFor(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "is down: ") || strings.Contains(notes, "hush") {
			t.Errorf("notes: %s", notes)
		}
		if url := cells(t, s, "url"); len(url) != 1 || url[0] != p.URL+"/x?token=***" {
			t.Errorf("url: %q", url)
		}
	}
	f("text/html; charset=utf-8", "<!DOCTYPE html>\n<html><body>"+strings.Repeat("hello ", 200)+"</body></html>", 200, "the page cannot be read as metrics: ")
	f("application/json", `{"x": 1}`, 200, "the page cannot be read as metrics: ")
	f(text, "", 401, "server returned HTTP status 401 Unauthorized")
	f(text, "", 500, "server returned HTTP status 500 Internal Server Error")
	f(text, "good 1\nbad{ 2\n", 200, "cannot be read as metrics: expected")
}

func TestATargetThatIsNotThere(t *testing.T) {
	p := exporter(t, text, "x 1\n")
	p.Close()
	s := watch(t, strings.Replace(p.URL, "http://", "http://me:hush@", 1))
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	gives(t, s, `sum(up)`, `{} 0`)
	if got := cells(t, s, "error"); len(got) != 1 || !strings.Contains(got[0], "connection refused") || strings.Contains(got[0], "hush") {
		t.Errorf("error: %q", got)
	}
}

func TestATargetDiesAndComesBack(t *testing.T) {
	p := exporter(t, text, "x 1\ny 2\n")
	s := watch(t, p.URL)
	gives(t, s, `sum(up)`, `{} 1`)
	gives(t, s, `sum(x)`, `{} 1`)
	p.set("x 1\n")
	gives(t, s, `sum(y)`) // ends at once, not after the lookback
	p.status.Store(http.StatusServiceUnavailable)
	gives(t, s, `sum(up)`, `{} 0`)
	gives(t, s, `sum(x)`)
	p.status.Store(http.StatusOK)
	gives(t, s, `sum(up)`, `{} 1`)
	gives(t, s, `sum(x)`, `{} 1`)
	until(t, "no notes", func() bool { return len(s.Status().Notes) == 0 })
}

func TestASlowTarget(t *testing.T) {
	free := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-free:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(free) })
	fast := exporter(t, text, "x 1\n")
	s := configured(t, `
- job_name: both
  scrape_interval: 300ms
  static_configs: [{targets: [%q, %q]}]
`, fast.address(), strings.TrimPrefix(srv.URL, "http://"))
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	gives(t, s, `sum(x)`, `{} 1`) // does not wait for the other
	gives(t, s, `count(up == 0)`, `{} 1`)
	gives(t, s, `count(up == 1)`, `{} 1`)
	until(t, "the error", func() bool {
		return strings.Contains(strings.Join(cells(t, s, "error"), ""), "deadline exceeded")
	})
}

func TestCloseDoesNotWaitForATargetThatHangs(t *testing.T) {
	asked := make(chan struct{}, 9)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	j, err := Target(srv.URL, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Jobs: jobsOf(j)})
	<-asked
	began := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
}
