package prometheus

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightjar/sources"
)

func TestIdentify(t *testing.T) {
	f := func(b buildInfo, h http.Header, kind, version string) {
		t.Helper()
		if got := identify(b, h); got.kind != kind || got.version != version {
			t.Errorf("%+v gives %+v", b, got)
		}
	}
	f(buildInfo{Version: "2.42.0", Revision: "x", GoVersion: "go1.19"}, nil, "prometheus", "2.42.0")
	f(buildInfo{Version: "0.31.0", Revision: "x", GoVersion: "go1.19"}, nil, "thanos", "0.31.0")
	f(buildInfo{Application: "Grafana Mimir", Version: "2.10.0"}, nil, "mimir", "2.10.0")
	f(buildInfo{Version: "2.24.0"}, nil, "victoriametrics", "")
	f(buildInfo{}, http.Header{"X-Server-Hostname": {"vm"}}, "victoriametrics", "")
	f(buildInfo{}, nil, "prometheus", "")
}

func TestGlobalInterval(t *testing.T) {
	f := func(yaml string, want time.Duration) {
		t.Helper()
		if got := globalInterval(yaml); got != want {
			t.Errorf("%q gives %v, want %v", yaml, got, want)
		}
	}
	f("global:\n  scrape_interval: 30s\n  evaluation_interval: 1m\n", 30*time.Second)
	f("global:\n  evaluation_interval: 1m\n  external_labels:\n    a: b\n  scrape_interval: 1m30s\nscrape_configs:\n", 90*time.Second)
	f("global:\n  evaluation_interval: 1m\nscrape_configs:\n- scrape_interval: 5s\n", 0)
	f("global:\n  scrape_interval: soon\n", 0)
	f("", 0)
}

func TestLearns(t *testing.T) {
	var skewed time.Duration
	info := ok(`{"version":"2.50.1","revision":"abc","goVersion":"go1.22"}`)
	f := func(paths map[string]http.HandlerFunc, want sources.Status) {
		t.Helper()
		paths[query] = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", noon.Add(skewed).UTC().Format(http.TimeFormat))
			ok(oneVector)(w, r)
		}
		s := open(t, Options{URL: serve(t, paths).URL})
		if st := s.Status(); st.Kind != "prometheus" || st.Version != "" || st.Interval != 15*time.Second {
			t.Errorf("before the first request: %+v", st)
		}
		if _, err := vector(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		s.learning.Wait()
		if _, err := vector(t.Context(), s); err != nil { // its Date comes last
			t.Fatal(err)
		}
		st := s.Status()
		if st.Kind != want.Kind || st.Version != want.Version || st.Interval != want.Interval || strings.Join(st.Notes, "\n") != strings.Join(want.Notes, "\n") {
			t.Errorf("got %+v\nwant %+v", st, want)
		}
	}
	f(map[string]http.HandlerFunc{"/api/v1/status/buildinfo": info, "/api/v1/status/config": ok(`{"yaml":"global:\n  scrape_interval: 30s\n"}`)},
		sources.Status{Kind: "prometheus", Version: "2.50.1", Interval: 30 * time.Second})
	f(map[string]http.HandlerFunc{"/api/v1/status/buildinfo": info, "/api/v1/targets": ok(`{"activeTargets":[{"scrapeInterval":"1m"},{"scrapeInterval":"10s"},{"scrapeInterval":"10s"},{}]}`)},
		sources.Status{Kind: "prometheus", Version: "2.50.1", Interval: 10 * time.Second})
	skewed = 5 * time.Minute
	f(map[string]http.HandlerFunc{},
		sources.Status{Kind: "prometheus", Interval: 15 * time.Second, Notes: []string{"the server has no /api/v1/targets: 404 Not Found with \"404 page not found\" of type text/plain; charset=utf-8", "the server's clock is 5m0s ahead of this machine's"}})
	skewed = -time.Hour
	f(map[string]http.HandlerFunc{"/api/v1/status/buildinfo": body(401, "", ""), "/api/v1/targets": ok(`{}`)},
		sources.Status{Kind: "prometheus", Interval: 15 * time.Second, Notes: []string{"the server's clock is 1h0m0s behind this machine's"}})
}

func TestProbe(t *testing.T) {
	at := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", noon.Add(-30*time.Second).UTC().Format(http.TimeFormat))
			h(w, r)
		}
	}
	srv := serve(t, map[string]http.HandlerFunc{
		query: at(ok(`{"resultType":"scalar","result":[1,"1"]}`)), "/api/v1/query_range": ok(`{}`), "/api/v1/labels": ok(`[]`),
		"/api/v1/status/buildinfo": ok(`{"version":"2.10.0","application":"Grafana Mimir"}`),
		"/api/v1/rules":            body(403, "text/plain", "no"), "/api/v1/alerts": ok(`{"alerts":[]}`),
	})
	s := open(t, Options{URL: srv.URL})
	p, err := s.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var can, cannot []string
	for _, c := range p.Capabilities {
		if c.OK {
			can = append(can, c.Name)
		} else {
			cannot = append(cannot, c.Name)
		}
	}
	if p.Kind != "mimir" || p.Version != "2.10.0" || p.URL != srv.URL || p.Skew != -29500*time.Millisecond || p.SkewWithin != 500*time.Millisecond {
		t.Errorf("%+v", p)
	}
	if got := strings.Join(can, " ") + " | " + strings.Join(cannot, " "); got != "query query_range labels alerts | series metadata targets rules" {
		t.Error(got)
	}
	if s.Status().Kind != "mimir" {
		t.Error("a probe tells the status nothing")
	}
	down := open(t, Options{URL: "http://127.0.0.1:1"})
	if p, err := down.Probe(t.Context()); sources.KindOf(err) != sources.KindUnavailable || len(p.Capabilities) != 1 {
		t.Errorf("%v %+v", err, p)
	}
}

func TestLearnsWhereQueriesFail(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{
		query: body(500, "text/plain", "no"), "/api/v1/status/buildinfo": ok(`{"version":"2.50.1","goVersion":"go1.22"}`),
	})
	s := open(t, Options{URL: srv.URL})
	if _, err := vector(t.Context(), s); err == nil {
		t.Fatal("no error")
	}
	s.learning.Wait()
	if st := s.Status(); st.Version != "2.50.1" {
		t.Errorf("%+v", st)
	}
}

func TestLearnsOnceTheServerIsUp(t *testing.T) {
	var up atomic.Bool
	var passed atomic.Int64
	unless := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !up.Load() {
				w.WriteHeader(503)
				return
			}
			h(w, r)
		}
	}
	srv := serve(t, map[string]http.HandlerFunc{
		query: unless(ok(oneVector)), "/api/v1/status/buildinfo": unless(ok(`{"version":"2.50.1","goVersion":"go1.22"}`)),
	})
	s := open(t, Options{URL: srv.URL, Clock: func() time.Time { return noon.Add(time.Duration(passed.Load())) }})
	for range 3 {
		_, _ = vector(t.Context(), s)
		s.learning.Wait()
	}
	if n := srv.count("GET /api/v1/status/buildinfo"); n != 1 {
		t.Errorf("a server that is down was asked %d times what it is", n)
	}
	up.Store(true)
	passed.Store(int64(time.Minute))
	_, _ = vector(t.Context(), s)
	s.learning.Wait()
	if st := s.Status(); st.Version != "2.50.1" {
		t.Errorf("%+v", st)
	}
}
