package prometheus

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/wire"
)

const nodeMetrics = `# HELP go_build_info Build information.
# TYPE go_build_info gauge
go_build_info{path="x",version="v0"} 1
# HELP node_exporter_build_info A metric.
node_exporter_build_info{branch="HEAD",goversion="go1.19",version="1.5.0"} 1
`

// detect opens a source of a URL and finds out what it is.
func detect(ctx context.Context, target string, now func() time.Time) (What, error) {
	s, err := Open(ctx, Options{URL: target, Clock: now})
	if err != nil {
		return What{}, err
	}
	defer func() { _ = s.Close() }()
	return s.Detect(ctx)()
}

func TestDetect(t *testing.T) {
	const info = "/api/v1/status/buildinfo"
	f := func(name, target string, paths map[string]http.HandlerFunc, want What, words string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			srv := serve(t, paths)
			got, err := detect(t.Context(), srv.URL+target, clock)
			if words != "" {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("got %+v, %v, want %s", got, err, words)
				}
				if sources.KindOf(err) == sources.KindUnknown || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v", err)
				}
			} else {
				want.URL = srv.URL + want.URL
				if err != nil || got != want {
					t.Errorf("got %+v, %v, want %+v", got, err, want)
				}
			}
			if len(srv.asked) > 2 {
				t.Errorf("asked %q", srv.asked)
			}
		})
	}
	prom := ok(`{"version":"2.42.0","revision":"x","goVersion":"go1.19"}`)
	text := func(s string) http.HandlerFunc { return body(200, "text/plain; version=0.0.4; charset=utf-8", s) }

	api := What{FoundAPI, "", "prometheus", "2.42.0", 0}
	f("prometheus", "", map[string]http.HandlerFunc{info: prom}, api, "")
	f("its page", "/graph?g0.expr=up", map[string]http.HandlerFunc{info: prom}, api, "")
	f("behind a prefix", "/a/prometheus/", map[string]http.HandlerFunc{"/a/prometheus" + info: prom}, What{FoundAPI, "/a/prometheus", "prometheus", "2.42.0", 0}, "")
	f("VictoriaMetrics", "", map[string]http.HandlerFunc{info: ok(`{"version":"2.24.0"}`)}, What{FoundAPI, "", "victoriametrics", "", 0}, "")
	f("VictoriaMetrics 1.79", "", map[string]http.HandlerFunc{info: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Server-Hostname", "vm")
		ok(`{}`)(w, r)
	}}, What{FoundAPI, "", "victoriametrics", "", 0}, "")
	mimir := ok(`{"application":"Grafana Mimir","version":"2.17.0","revision":"x","branch":"HEAD","goVersion":"go1.24","features":{"ruler_config_api":"true"}}`)
	below := What{FoundAPI, "/prometheus", "mimir", "2.17.0", 0}
	f("Mimir at its root", "", map[string]http.HandlerFunc{info: mimir, "/prometheus" + info: mimir, "/metrics": text(nodeMetrics)}, below, "")
	f("Mimir at its API", "/prometheus", map[string]http.HandlerFunc{info: mimir, "/prometheus" + info: mimir}, below, "")
	f("Mimir with another prefix", "/mimir", map[string]http.HandlerFunc{"/mimir" + info: mimir}, What{FoundAPI, "/mimir", "mimir", "2.17.0", 0}, "")
	f("Thanos", "", map[string]http.HandlerFunc{info: ok(`{"version":"0.42.0","revision":"x","branch":"HEAD","buildUser":"","buildDate":"","goVersion":"go1.25"}`)}, What{FoundAPI, "", "thanos", "0.42.0", 0}, "")
	f("an API without build info", "", map[string]http.HandlerFunc{info: body(404, "application/json", `{"status":"error","errorType":"not_found","error":"x"}`)}, What{FoundAPI, "", "prometheus", "", 0}, "")
	node := What{FoundMetrics, "/metrics", "node_exporter", "1.5.0", 0}
	f("an exporter", "", map[string]http.HandlerFunc{"/metrics": text(nodeMetrics)}, node, "")
	f("its page of metrics", "/metrics", map[string]http.HandlerFunc{"/metrics": text(nodeMetrics)}, node, "")
	f("an exporter with one page everywhere", "", map[string]http.HandlerFunc{info: body(200, "text/html", "<title>Node Exporter</title>"), "/metrics": text(nodeMetrics)}, node, "")
	f("metrics without a type", "/", map[string]http.HandlerFunc{"/metrics": body(200, "", nodeMetrics)}, node, "")
	f("metrics elsewhere", "/probe?target=x", map[string]http.HandlerFunc{"/probe": body(200, "text/plain", "up 1\n")}, What{FoundMetrics, "/probe?target=x", "", "", 0}, "")
	f("OpenMetrics", "", map[string]http.HandlerFunc{"/metrics": body(200, "application/openmetrics-text; version=1.0.0", "# EOF\n")}, What{FoundMetrics, "/metrics", "", "", 0}, "")
	f("protobuf", "", map[string]http.HandlerFunc{"/metrics": body(200, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited", "\x01")}, What{FoundMetrics, "/metrics", "", "", 0}, "")
	am := What{FoundAlertmanager, "", "alertmanager", "", 0}
	f("alertmanager by its metrics", "", map[string]http.HandlerFunc{"/metrics": text(`alertmanager_build_info{version="0.25.0"} 1` + "\n")}, What{FoundAlertmanager, "", "alertmanager", "0.25.0", 0}, "")
	f("a log server by its metrics", "", map[string]http.HandlerFunc{"/metrics": text("# TYPE x counter\nflag{x=\"y\"} 1\nvl_rows 1\n")}, What{FoundMetrics, "/metrics", "victorialogs", "", 0}, "")
	f("alertmanager's metrics are meant", "/metrics", map[string]http.HandlerFunc{"/metrics": text(`alertmanager_build_info{version="0.25.0"} 1` + "\n")}, What{FoundMetrics, "/metrics", "alertmanager", "0.25.0", 0}, "")
	f("alertmanager by its old API", "", map[string]http.HandlerFunc{info: body(410, "application/json", `{"status":"deprecated","error":"The Alertmanager v1 API was deprecated"}`)}, am, "")
	f("alertmanager by its title", "", map[string]http.HandlerFunc{info: body(200, "text/html", "<title>Alertmanager</title>")}, am, "")
	f("alertmanager behind a prefix", "/alertmanager", map[string]http.HandlerFunc{"/alertmanager/metrics": text(`alertmanager_build_info{version="1"} 1` + "\n")}, What{FoundAlertmanager, "/alertmanager", "alertmanager", "1", 0}, "")
	f("API of a URL that ends in metrics", "/x/metrics", map[string]http.HandlerFunc{"/x" + info: prom}, What{FoundAPI, "/x", "prometheus", "2.42.0", 0}, "")

	f("nothing", "/?token=hunter2", nil, What{}, `neither a Prometheus API nor a page of metrics nor an Alertmanager: http://`)
	f("a web site", "", map[string]http.HandlerFunc{info: body(200, "text/html", "<title>Welcome\x1b[2J</title>"), "/metrics": body(200, "text/html", "<title>W</title>")}, What{}, `200 OK with an HTML page, "Welcome [2J"`)
	f("another JSON API", "", map[string]http.HandlerFunc{info: body(200, "application/json", `{"ok":true,"password=":"x"}`)}, What{}, `of type application/json; `)
	f("text", "", map[string]http.HandlerFunc{"/metrics": body(200, "text/plain", strings.Repeat("hello there ", 1000))}, What{}, `hello there hello`)
	f("credentials wanted", "", map[string]http.HandlerFunc{info: body(401, "text/plain", "who are you")}, What{}, `not allowed: `)
	f("broken", "", map[string]http.HandlerFunc{info: body(503, "text/plain", "starting")}, What{}, `503 Service Unavailable with "starting"`)
	if _, err := detect(t.Context(), "http://me:hunter2@127.0.0.1:1", clock); sources.KindOf(err) != sources.KindUnavailable || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
	if _, err := detect(t.Context(), "ftp://x", clock); err == nil {
		t.Error("no error")
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("text/plain", nodeMetrics)
	f.Add("", "up{a=\"b\"} 1 2\n")
	f.Add("text/html", "<title>Alertmanager</title>")
	f.Add("application/json", `{"status":"success","data":{"version":"1"}}`)
	f.Fuzz(func(t *testing.T, contentType, text string) {
		u, err := wire.ParseURL("http://host")
		if err != nil {
			t.Fatal(err)
		}
		s := sight{status: 200, header: http.Header{"Content-Type": {contentType}}, body: []byte(text), at: u}
		_, _ = s.api(u)
		if w, ok := s.page(u, false); ok && (len([]rune(w.Program)) > wire.MaxExcerpt+3 || len([]rune(w.Version)) > wire.MaxExcerpt+3) {
			t.Errorf("%q is not bounded", w)
		}
		if words := s.words(); strings.ContainsAny(words, "\x1b\n\r\u202e") || len(words) > 4000 {
			t.Errorf("%q could do something to a terminal", words)
		}
	})
}
