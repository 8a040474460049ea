package scrape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"

	"nightjar/sources"
)

func jobsOf(j ...*config.ScrapeConfig) []*config.ScrapeConfig { return j }

func TestRelabelling(t *testing.T) {
	p := exporter(t, text, "http_requests_total{code=\"200\",instance=\"theirs\",job=\"theirs\"} 3\ngo_gc 1\n")
	s := configured(t, `
scrape_configs:
- job_name: ours
  scrape_interval: 50ms
  static_configs:
  - targets: [%[1]q]
    labels: {tier: web}
  - targets: ["127.0.0.1:1"]
    labels: {tier: drop}
  relabel_configs:
  - {source_labels: [tier], regex: drop, action: drop}
  - {target_label: instance, replacement: web-1}
  metric_relabel_configs:
  - {source_labels: [__name__], regex: go_.*, action: drop}
  - {source_labels: [code], regex: (.).., target_label: class, replacement: "${1}xx"}
- job_name: honest
  honor_labels: true
  scrape_interval: 50ms
  static_configs: [{targets: [%[1]q]}]
- job_name: empty
  scrape_interval: 50ms
  static_configs: [{targets: ["127.0.0.1:1"]}]
  relabel_configs: [{source_labels: [__address__], regex: .*, action: drop}]
`, p.address())
	gives(t, s, `http_requests_total`,
		`http_requests_total{class="2xx", code="200", exported_instance="theirs", exported_job="theirs", instance="web-1", job="ours", tier="web"} 3`,
		`http_requests_total{code="200", instance="theirs", job="theirs"} 3`)
	gives(t, s, `count by (job) (up)`, `{job="honest"} 1`, `{job="ours"} 1`)
	gives(t, s, `count(go_gc)`, `{} 1`)
	until(t, "the note", func() bool {
		return strings.Contains(strings.Join(s.Status().Notes, "\n"), "job empty has no targets: relabel_configs drop all 1")
	})
}

func TestFileSDFollowsItsFile(t *testing.T) {
	a, b := exporter(t, text, "x 1\n"), exporter(t, text, "x 2\n")
	file := filepath.Join(t.TempDir(), "targets.json")
	write := func(s string, args ...any) {
		t.Helper()
		if err := os.WriteFile(file, fmt.Appendf(nil, s, args...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`[{"targets": [%q], "labels": {"room": "a"}}]`, a.address())
	jobs, err := ParseConfigs([]byte(`
- job_name: files
  scrape_interval: 50ms
  file_sd_configs: [{files: [targets.json]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	jobs[0].SetDirectory(filepath.Dir(file))
	s := open(t, Options{Jobs: jobs})
	gives(t, s, `sum by (room) (x)`, `{room="a"} 1`)
	write(`[{"targets": [%q], "labels": {"room": "b"}}]`, b.address())
	gives(t, s, `sum by (room) (x)`, `{room="b"} 2`) // the first ends by a staleness marker
	write(`[{"targets": oops`)
	until(t, "the note", func() bool {
		return strings.Contains(strings.Join(s.Status().Notes, "\n"), "Error reading file path="+file)
	})
	gives(t, s, `sum by (room) (x)`, `{room="b"} 2`)
}

func TestLimits(t *testing.T) {
	p := exporter(t, text, strings.Repeat("# filler\n", 1000)+"a 1\nb 1\nc 1\n")
	s := configured(t, `
- {job_name: body, scrape_interval: 50ms, body_size_limit: 1KB, static_configs: [{targets: [%[1]q]}]}
- {job_name: samples, scrape_interval: 50ms, sample_limit: 2, static_configs: [{targets: [%[1]q]}]}
- {job_name: fine, scrape_interval: 50ms, static_configs: [{targets: [%[1]q]}]}
`, p.address())
	gives(t, s, `sum by (job) (up)`, `{job="body"} 0`, `{job="fine"} 1`, `{job="samples"} 0`)
	gives(t, s, `count({__name__=~"a|b|c"})`, `{} 3`)
	until(t, "the errors", func() bool {
		got := cells(t, s, "error")
		return strings.Contains(got[0], "body_size_limit") && strings.Contains(got[1], "sample_limit") && got[2] == "" // what is down first
	})
}

func TestTheBoundOnSeriesIsKeptAndSaid(t *testing.T) {
	var body strings.Builder
	for i := range 40 {
		fmt.Fprintf(&body, "x{i=\"%d\"} 1\n", i)
	}
	one, two := exporter(t, text, body.String()), exporter(t, text, body.String())
	jobs, err := ParseConfigs(fmt.Appendf(nil, `
- {job_name: both, scrape_interval: 50ms, static_configs: [{targets: [%q, %q]}]}
`, one.address(), two.address()))
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Jobs: jobs, MaxSeries: 50})
	gives(t, s, `sum(up)`, `{} 2`)
	if n := s.Engine.Series(); n > 60 {
		t.Errorf("%d series are held", n)
	}
	until(t, "the note", func() bool {
		return strings.Contains(strings.Join(s.Status().Notes, "\n"), "samples of the last scrapes are left out")
	})
	t.Log(s.Status().Notes)
	one.set("x{i=\"0\"} 1\n")
	gives(t, s, `sum(up)`, `{} 2`)
}

func TestTarget(t *testing.T) {
	f := func(url, job, address, scheme, path, params string) {
		t.Helper()
		j, err := Target(url, time.Second)
		if err != nil {
			t.Error(err)
			return
		}
		g := groups(j)[0]
		got := fmt.Sprint(g.Labels["job"], g.Targets[0]["__address__"], g.Labels["instance"], j.Scheme, j.MetricsPath, j.Params.Encode())
		if want := fmt.Sprint(job, address, address, scheme, path, params); got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
	f("http://db-1:9100/metrics", "node", "db-1:9100", "http", "/metrics", "")
	f("db-1:9100", "node", "db-1:9100", "http", "/metrics", "")
	f("https://shop.example/", "shop.example", "shop.example:443", "https", "/metrics", "")
	f("http://box:19999/api/v1/allmetrics?format=prometheus", "netdata", "box:19999", "http", "/api/v1/allmetrics", "format=prometheus")
	f("http://[::1]:8080/m", "::1", "[::1]:8080", "http", "/m", "")
	bad := func(url, want string, header ...string) {
		t.Helper()
		_, err := Target(url, 0, header...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	bad("ftp://me:hush@x/", "not \"ftp\"")
	bad("http:///metrics", "has no host")
	bad("http://me:hush@x:port/", "not valid")
	bad("http://x/", "Name: value", "hush")
	bad("http://x/", "Authorization", "Authorization: hush")
	bad("http://me:hush@x/", "at most one of", "Authorization: Bearer hush")
	bad("http://x/", "Host", "Host: hush")
}

func TestCredentialsGoToTheTargetOnly(t *testing.T) {
	p := exporter(t, text, "x 1\n")
	p.status.Store(http.StatusForbidden)
	var log bytes.Buffer
	j, err := Target(strings.Replace(p.URL, "http://", "http://me:hush@", 1)+"/m?api_key=hush&a=b", 50*time.Millisecond, "X-Scope-OrgID: hush")
	if err != nil {
		t.Fatal(err)
	}
	level := new(slog.LevelVar)
	level.Set(slog.LevelDebug)
	s := open(t, Options{Jobs: jobsOf(j), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))})
	if err := s.WaitFor(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(cells(t, s, "url"), cells(t, s, "error"), s.Status().Notes, ask(t, s, `{__name__=~".+"}`))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if shown += log.String(); strings.Contains(shown, "hush") {
		t.Errorf("credentials are shown: %s", shown)
	}
	r := p.asked.Load()
	user, password, _ := r.BasicAuth()
	if user != "me" || password != "hush" || r.Header.Get("X-Scope-OrgID") != "hush" || r.URL.Query().Get("api_key") != "hush" {
		t.Errorf("the target did not get them: %v %v", r.Header, r.URL)
	}
	if n := strings.Count(log.String(), "Scrape failed"); n != 1 {
		t.Errorf("the same failure is logged %d times:\n%s", n, log.String())
	}
}

func TestTLSIsVerified(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", text)
		fmt.Fprintln(w, "x 5")
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	s := configured(t, `
- {job_name: careful, scheme: https, scrape_interval: 50ms, static_configs: [{targets: [%[1]q]}]}
- {job_name: careless, scheme: https, scrape_interval: 50ms, static_configs: [{targets: [%[1]q]}], tls_config: {insecure_skip_verify: true}}
- {job_name: lost, scheme: https, scrape_interval: 50ms, static_configs: [{targets: [%[1]q]}], tls_config: {ca_file: /nowhere/ca.pem}}
`, strings.TrimPrefix(srv.URL, "https://"))
	gives(t, s, `sum by (job) (x)`, `{job="careless"} 5`)
	until(t, "the notes", func() bool {
		notes := strings.Join(s.Status().Notes, "\n")
		return strings.Contains(notes, "certificate") && strings.Contains(notes, "/nowhere/ca.pem")
	})
	t.Log(strings.Join(s.Status().Notes, "\n"))
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", text)
		fmt.Fprintln(w, "x 5")
	})}}
	srv.Start()
	t.Cleanup(srv.Close)
	s := configured(t, `
- job_name: socket
  scrape_interval: 50ms
  static_configs: [{targets: [localhost], labels: {__unix_socket__: %q}}]
`, path)
	gives(t, s, `sum(x)`, `{} 5`)
}

func TestWhatCannotBeOpened(t *testing.T) {
	f := func(want string, o Options) {
		t.Helper()
		s, err := Open(t.Context(), o)
		if err == nil {
			_ = s.Close()
			t.Errorf("it opened, want %q", want)
			return
		}
		var e *sources.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	j, err := Target("http://x", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	none := *j
	none.ServiceDiscoveryConfigs = nil
	f("no job", Options{})
	f("two jobs", Options{Jobs: jobsOf(j, j)})
	f("no targets", Options{Jobs: jobsOf(&none)})
	f("empty", Options{Jobs: jobsOf(nil)})
	hasty := *j
	hasty.ScrapeInterval, hasty.ScrapeTimeout = 1e6, 1e6
	f("shorter than 10ms", Options{Jobs: jobsOf(&hasty)})
	f("no place", Options{Jobs: jobsOf(j), Dirs: []string{"/nowhere/at/all"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, Options{Jobs: jobsOf(j)}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAfterClose(t *testing.T) {
	s := watch(t, exporter(t, text, "x 1\n").URL)
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f := func(what string, err error) {
		t.Helper()
		if sources.KindOf(err) != sources.KindUnavailable {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	_, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: "x"})
	f("query", err)
	_, err = s.List(t.Context(), "targets")
	f("list", err)
	_, err = s.Metadata(t.Context(), "x")
	f("metadata", err)
	f("wait", s.WaitFor(t.Context(), 1000))
	if _, err := s.List(t.Context(), "other"); sources.KindOf(err) != sources.KindUnsupported {
		t.Errorf("an unknown table: %v", err)
	}
}

func TestAPanicOfTheStorageFailsOneScrape(t *testing.T) {
	s := watch(t, exporter(t, text, "x 1\n").URL)
	a := &appender{source: s} // nothing behind it
	if _, err := a.Append(1, labels.FromStrings("__name__", "x"), 1, 1); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("append: %v", err)
	}
	if err := a.Commit(); err == nil {
		t.Error("commit: no error")
	}
}
