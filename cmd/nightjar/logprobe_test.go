package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
)

// A fakeLoki is as much of Loki's API as finding it and reading a line takes, with
// its page of metrics. It notes the paths that were asked for.
type fakeLoki struct {
	*httptest.Server
	mu    sync.Mutex
	paths []string
}

func newFakeLoki(t *testing.T, answers map[string]http.HandlerFunc) *fakeLoki {
	t.Helper()
	f := &fakeLoki{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.paths = append(f.paths, r.URL.Path)
		f.mu.Unlock()
		if h := answers[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeLoki) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paths
}

func saysJSON(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, body)
	}
}

// lokiAnswers are those of a Loki with one line.
func lokiAnswers() map[string]http.HandlerFunc {
	at := time.Now().Add(-time.Minute).UnixNano()
	return map[string]http.HandlerFunc{
		"/loki/api/v1/labels":           saysJSON(`{"status":"success","data":["app"]}`),
		"/loki/api/v1/series":           saysJSON(`{"status":"success","data":[{"app":"api"}]}`),
		"/loki/api/v1/label/app/values": saysJSON(`{"status":"success","data":["api"]}`),
		"/loki/api/v1/query_range": saysJSON(fmt.Sprintf(
			`{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"api"},"values":[["%d","a stored line"]]}]}}`, at)),
		"/metrics": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4")
			fmt.Fprint(w, "# TYPE loki_build_info gauge\nloki_build_info{version=\"3.4.0\"} 1\n")
		},
	}
}

// A URL says what it is in at most two requests, and what it is otherwise.
func TestLogServersAreFound(t *testing.T) {
	loki := newFakeLoki(t, lokiAnswers())
	code, stdout, stderr := runWith(t, nil, "logs", loki.URL)
	if code != exitOK || !strings.Contains(stdout, "a stored line") {
		t.Errorf("logs of a Loki: exit %d: %s%s", code, stdout, stderr)
	}
	if asked := loki.asked(); len(asked) < 2 || asked[1] != "/loki/api/v1/labels" {
		t.Errorf("asked for %v", asked)
	}
	other := newFakeLoki(t, nil)
	code, _, stderr = runWith(t, nil, "logs", other.URL)
	if code != exitUnreachable || len(other.asked()) != 2 || !strings.Contains(stderr, "neither a VictoriaLogs nor a Loki") ||
		!strings.Contains(stderr, "/select/logsql/field_names: 404") || !strings.Contains(stderr, "/loki/api/v1/labels: 404") {
		t.Errorf("something else: exit %d after %v: %s", code, other.asked(), stderr)
	}
	tenants := newFakeLoki(t, map[string]http.HandlerFunc{"/loki/api/v1/labels": func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no org id", http.StatusUnauthorized)
	}})
	code, _, stderr = runWith(t, nil, "logs", tenants.URL)
	if code != exitUnreachable || !strings.Contains(stderr, "wants a tenant") {
		t.Errorf("a Loki with tenants: exit %d: %s", code, stderr)
	}
}

// The address of a log server means its logs, that of its page of metrics the page.
func TestLogServersBesideTheirMetrics(t *testing.T) {
	loki := newFakeLoki(t, lokiAnswers())
	f := func(target, kind string) {
		t.Helper()
		code, stdout, stderr := runWith(t, nil, "sources", "-o", "json", target)
		if code != exitOK || !strings.Contains(stdout, `"kind": "`+kind+`"`) {
			t.Errorf("%s: exit %d: %s%s", target, code, stdout, stderr)
		}
	}
	f(loki.URL, "loki")
	f(strings.Replace(loki.URL, "http", "loki+http", 1), "loki")
	f(loki.URL+"/metrics", "scrape")
	code, _, stderr := runWith(t, nil, "sources", newFakeLoki(t, nil).URL)
	if code == exitOK || !strings.Contains(stderr, "404") {
		t.Errorf("something else: exit %d: %s", code, stderr)
	}
}

// A log of the configuration does nothing before it is asked, and has its filters in every question.
func TestLaterLog(t *testing.T) {
	loki := newFakeLoki(t, lokiAnswers())
	s := newSession(Env{Now: time.Now}, nil)
	s.file, _ = config.Decode("c.yaml", []byte("logs: [{name: l, loki: '"+loki.URL+"', filters: [absent]}]"))
	src := s.configuredLogs()[0]
	defer s.close()
	if asked := loki.asked(); len(asked) > 0 {
		t.Errorf("asked for %v before anything was to be shown", asked)
	}
	lines, ok := src.(sources.LogSearcher)
	if !ok {
		t.Fatal("it cannot be searched")
	}
	page, err := lines.SearchLogs(t.Context(), sources.LogQuery{})
	if err != nil || len(page.Lines) != 0 {
		t.Errorf("%v, %v: the filter does not count", page, err)
	}
}
