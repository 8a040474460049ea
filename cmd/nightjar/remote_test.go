package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/cmd/nightjar/config"
)

// A fakeServer is as much of Prometheus's API as these tests ask, and a page of metrics.
func fakeServer(t *testing.T, want http.Header) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	say := func(path, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			for name := range want {
				if r.Header.Get(name) != want.Get(name) {
					http.Error(w, "who are you?", http.StatusUnauthorized)
					return
				}
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		})
	}
	say("/prom/api/v1/status/buildinfo", `{"status":"success","data":{"version":"3.1.0","revision":"abc"}}`)
	say("/prom/api/v1/query", `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"node"},"value":[1764000000,"1"]}]}}`)
	say("/remarks/api/v1/status/buildinfo", `{"status":"success","data":{"version":"0.42.0","revision":"abc","goVersion":"go1.25"}}`)
	say("/remarks/api/v1/query", `{"status":"success","warnings":["store 10.0.0.1:10901 did not answer"],"infos":["PromQL info: metric might not be a counter"],"data":{"resultType":"vector","result":[{"metric":{},"value":[1764000000,"1"]}]}}`)
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(w, "# TYPE answer gauge\nanswer 42\n")
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><title>Intranet</title></html>")
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// runWith runs the program as a shell would, and gives what it printed.
func runWith(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(t.Context(), args, Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Environ: append([]string{"XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir()}, environ...), Now: time.Now,
	})
	return code, out.String(), errs.String()
}

func TestQueryOfAServer(t *testing.T) {
	srv := fakeServer(t, nil)
	f := func(code int, stdout, stderr string, args ...string) {
		t.Helper()
		gotCode, gotOut, gotErr := runWith(t, nil, args...)
		if gotCode != code || !strings.Contains(gotOut, stdout) || !strings.Contains(gotErr, stderr) {
			t.Errorf("%v: exit %d, want %d\nstdout: %s\nstderr: %s", args, gotCode, code, gotOut, gotErr)
		}
	}
	f(exitOK, `"job":"node"`, "", "query", "--source", srv.URL+"/prom", "-o", "json", "up")
	f(exitOK, "up{job=\"node\"}", "", "query", "--source", srv.URL+"/prom/", "up")
	f(exitOK, "42", "", "query", "--source", srv.URL+"/metrics", "--wait", "300ms", "answer")
	f(exitOK, "1", "warning: store 10.0.0.1:10901 did not answer\nnightjar: info: PromQL info: metric might not be a counter", "query", "--source", srv.URL+"/remarks", "rate(x[1m])")
	f(exitUnreachable, "", "Intranet", "query", "--source", srv.URL+"/page", "up")
	f(exitUnreachable, "", "refused", "query", "--source", "http://127.0.0.1:1", "up")
	f(exitUsage, "", "no source is called \"prod\"; there are local", "query", "--source", "prod", "up")
	f(exitUsage, "", "not ftp", "query", "--source", "ftp://host", "up")
	f(exitUsage, "", "no such file", "sources", "localhost")
}

// Several sources answer together: each series says of which it is.
func TestQueryOfSeveralSources(t *testing.T) {
	srv := fakeServer(t, nil)
	host := strings.TrimPrefix(srv.URL, "http://")
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := fmt.Sprintf("sources:\n  - {name: prod, url: '%s/prom', kind: prometheus}\n  - {name: gone, url: 'http://127.0.0.1:1'}\n  - {name: web, url: '%s/page'}\n", srv.URL, srv.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(code int, stdout, stderr string, args ...string) {
		t.Helper()
		gotCode, gotOut, gotErr := runWith(t, nil, append([]string{"query", "--demo", "--config", file}, args...)...)
		if gotCode != code || !strings.Contains(gotOut, stdout) || !strings.Contains(gotErr, stderr) {
			t.Errorf("%v: exit %d, want %d\nstdout: %s\nstderr: %s", args, gotCode, code, gotOut, gotErr)
		}
	}
	f(exitOK, `{"metric":{"__name__":"up","instance":"app-1","job":"node","source":"demo"}`, "warning: gone: query: unavailable", "--source", "all", "-o", "json", "up")
	f(exitOK, `{"metric":{"__name__":"up","job":"node","source":"prod"}`, "Intranet", "--source", "all", "-o", "json", "up")
	f(exitOK, "up{job=\"node\", source=\"prod\"}", "", "--source", "prod", "--source", "demo", "up")
	f(exitOK, ",node,prod,\r\n", "", "--source", "prod", "--source", "demo", "-o", "csv", "up")
	f(exitOK, "up{job=\"node\", source=\""+host+"\"}", "", "--source", "prod", "--source", srv.URL+"/prom", "up")
	f(exitOK, "up{job=\"node\"}", "answered by prod; --source all asks demo, gone, web too", "--source", "prod", "up")
	f(exitOK, "up{instance=\"app-1\", job=\"node\"}", "answered by demo; --source all asks prod, gone, web too", "up")
	f(exitUnreachable, "", "refused", "--source", "gone", "--source", "http://127.0.0.1:2", "up")
	f(exitUsage, "", `no source is called "nope"; there are demo, prod, gone, web`, "--source", "nope", "--source", "prod", "up")
	code, out, errs := runWith(t, nil, "query", "--source", "all", "--wait", "1ms", "-o", "json", "1")
	if code != exitOK || !strings.Contains(out, `"result":[{"metric":{"source":"local"}`) {
		t.Errorf("without a configuration: exit %d: %s%s", code, out, errs)
	}
}

func TestSourcesSaysWhoIsDown(t *testing.T) {
	srv := fakeServer(t, nil)
	code, out, errs := runWith(t, nil, "sources", "-o", "json", srv.URL+"/prom", srv.URL+"/metrics", "http://127.0.0.1:1")
	if code != exitFailed {
		t.Errorf("exit %d: %s", code, errs)
	}
	var lines []sourceLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 3 {
		t.Fatalf("%v: %s", err, out)
	}
	for i, want := range []struct{ kind, version, state string }{{"prometheus", "3.1.0", stateOK}, {"scrape", "", stateOK}, {"prometheus", "", stateDown}} {
		if l := lines[i]; l.Kind != want.kind || l.Version != want.version || l.State != want.state {
			t.Errorf("line %d is %+v", i, l)
		}
	}
	if lines[0].Latency == nil || lines[2].Latency != nil || lines[2].Error == "" {
		t.Errorf("latencies and errors: %s", out)
	}
	if lines[0].Name == lines[1].Name {
		t.Errorf("two sources are called %s", lines[0].Name)
	}
}

func TestHeadersKeepSecretsOffTheCommandLine(t *testing.T) {
	srv := fakeServer(t, http.Header{"Authorization": {"Bearer s3cret-token"}, "X-Scope-Orgid": {"team"}})
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("Bearer s3cret-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := func(header string, environ ...string) (int, string) {
		code, _, errs := runWith(t, environ, "query", "--source", srv.URL+"/prom", "--header", "X-Scope-OrgID: team", "--header", header, "up")
		return code, errs
	}
	if code, errs := ask("Authorization: @" + file); code != exitOK {
		t.Errorf("a file: exit %d: %s", code, errs)
	}
	if code, errs := ask("Authorization: $TOKEN", "TOKEN=Bearer s3cret-token"); code != exitOK {
		t.Errorf("the environment: exit %d: %s", code, errs)
	}
	code, errs := ask("Authorization: Bearer s3cret-token")
	if code != exitUsage || !strings.Contains(errs, "@FILE") || strings.Contains(errs, "s3cret") {
		t.Errorf("as it is: exit %d: %s", code, errs)
	}
	if code, errs := ask("Authorization: @" + file + "x"); code != exitUsage || !strings.Contains(errs, "no such file") {
		t.Errorf("a file that is not there: exit %d: %s", code, errs)
	}
	if code, errs := ask("Authorization: $NONE"); code != exitUsage || !strings.Contains(errs, "NONE") {
		t.Errorf("a variable that is not there: exit %d: %s", code, errs)
	}
	if code, errs := ask("Other: x"); code != exitUnreachable || !strings.Contains(errs, "not allowed") {
		t.Errorf("no credentials: exit %d: %s", code, errs)
	}
}

func TestConfiguredSources(t *testing.T) {
	srv := fakeServer(t, http.Header{"Authorization": {"Basic dTpw"}})
	path := filepath.Join(t.TempDir(), "config.yaml")
	f := func(code int, stdout, stderr, text string, args ...string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		gotCode, gotOut, gotErr := runWith(t, []string{"NIGHTJAR_CONFIG=" + path}, args...)
		if gotCode != code || !strings.Contains(gotOut, stdout) || !strings.Contains(gotErr, stderr) {
			t.Errorf("%s%v: exit %d, want %d\nstdout: %s\nstderr: %s", text, args, gotCode, code, gotOut, gotErr)
		}
	}
	pass := filepath.Join(filepath.Dir(path), "pass")
	if err := os.WriteFile(pass, []byte("p"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := "sources:\n  - name: prod\n    url: " + srv.URL + "/prom\n    http: {basic_auth: {username: u, password_file: pass}}\n"
	f(exitOK, `up{job="node"}`, "", good, "query", "--source", "prod", "up")
	f(exitOK, "prod", "", good, "sources")
	f(exitOK, "ok", "", good, "check", path)
	bad := "sources:\n  - name: a\n    url: http://x\n    htp: {}\n  - {name: b}\n  - name: c\n    url: http://x\n    http: {basic_auht: {}}\n  - {name: a, url: http://y}\n"
	for _, want := range []string{":4:5: sources.1.htp: unknown key", ":5:6: sources.2: has no url", ":8:5: sources.3.http", "a source is called \"a\" already"} {
		f(exitFailed, want, "", bad, "check", path)
	}
	f(exitUsage, "", ":4:5", bad, "query", "up")
	jobs := "scrape_configs:\n  - job_name: one\n    static_configs: [{targets: ['" + strings.TrimPrefix(srv.URL, "http://") + "']}]\n"
	f(exitOK, "42", "", jobs, "query", "--source", "scrape", "--wait", "300ms", "answer")
	f(exitFailed, "config.yaml:3", "", "scrape_configs:\n  - job_name: one\n    static_confgs: []\n", "check", path)
	f(exitUsage, "", "config.yaml:3", "scrape_configs:\n  - job_name: one\n    static_confgs: []\n", "query", "--source", "scrape", "up")
}

// A page of metrics gets the boards that it has the metrics for, else that of any source.
func TestBoardsAreProposed(t *testing.T) {
	srv := fakeServer(t, nil)
	code, out, errs := runWith(t, nil, "frame", "--size", "100x30", "--wait", "1s", srv.URL+"/metrics")
	if code != exitOK || !strings.Contains(out, "› targets") {
		t.Errorf("exit %d: %s\n%s", code, errs, out)
	}
	code, out, errs = runWith(t, nil, "frame", "--size", "100x30", "--wait", "1s", "--board", "metrics", srv.URL+"/metrics")
	if code != exitOK || !strings.Contains(out, "answer") {
		t.Errorf("exit %d: %s\n%s", code, errs, out)
	}
	code, _, errs = runWith(t, nil, "frame", "--board", "nosuch", srv.URL+"/metrics")
	if code != exitUsage || !strings.Contains(errs, "there are targets, metrics") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// Every source gets its line, however it is doing: one that does not let us in
// or never answers hides none of the others.
func TestSourcesInTrouble(t *testing.T) {
	usual := probeTimeout
	probeTimeout = time.Second
	defer func() { probeTimeout = usual }()
	good := fakeServer(t, nil)
	closed := fakeServer(t, http.Header{"X-Scope-Orgid": {"team"}})
	page := fakeServer(t, nil)
	hung := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "buildinfo") { // it says what it is, and then no more
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status":"success","data":{"version":"3.1.0","revision":"abc"}}`)
	}))
	t.Cleanup(hung.Close)
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-10*time.Minute).UTC().Format(http.TimeFormat))
		good.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(late.Close)
	code, out, errs := runWith(t, nil, "sources", "-o", "json",
		good.URL+"/prom", closed.URL+"/prom", page.URL+"/page", hung.URL, late.URL+"/prom", "http://127.0.0.1:1/metrics")
	if code != exitFailed {
		t.Errorf("exit %d: %s", code, errs)
	}
	var lines []sourceLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 6 {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	for i, want := range []struct{ state, kind, says string }{
		{stateOK, "prometheus", ""},
		{stateDown, "prometheus", "401 Unauthorized"},
		{stateDown, "", "404 Not Found"},
		{stateDown, "prometheus", "deadline"},
		{stateDegraded, "prometheus", "clock"},
		{stateDown, "scrape", "refused"},
	} {
		if l := lines[i]; l.State != want.state || l.Kind != want.kind || !strings.Contains(l.Error, want.says) {
			t.Errorf("line %d is %+v, want %+v", i, l, want)
		}
	}
	if skew := lines[4].Skew; skew == nil || *skew > -598 || *skew < -602 {
		t.Errorf("the clock that is off: %s", out)
	}
	if code, out, errs := runWith(t, nil, "sources", good.URL+"/prom", closed.URL+"/prom"); code != exitFailed || strings.Count(out, "\n") != 3 || !strings.Contains(errs, "not allowed") {
		t.Errorf("as a table: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := runWith(t, nil, "sources", good.URL+"/prom"); code != exitOK {
		t.Errorf("all well: exit %d: %s", code, errs)
	}
}

// A source that does not let us in keeps nobody from the others.
func TestOneOfSeveralIsInTrouble(t *testing.T) {
	good, closed := fakeServer(t, nil), fakeServer(t, http.Header{"X-Scope-Orgid": {"team"}})
	f := func(want int, n need, targets ...string) {
		t.Helper()
		s := newSession(Env{Now: time.Now}, nil)
		defer s.close()
		s.file, s.targets = &config.Config{}, targets
		all, err := s.openSources(t.Context(), n)
		if len(all) != want || (want == 0) != (err != nil) {
			t.Errorf("%q with need %d: %d are open, %v", targets, n, len(all), err)
		}
	}
	f(2, openSensible, good.URL+"/metrics", closed.URL+"/prom")
	f(0, openSensible, closed.URL+"/prom")
	f(0, openWorking, good.URL+"/metrics", closed.URL+"/prom")
	f(1, openAll, closed.URL+"/prom")
	f(1, openSensible, "http://127.0.0.1:1")
}

// Servers and pages are reached through the proxy that the source has, else
// through that of the environment, unless NO_PROXY names the host.
func TestProxies(t *testing.T) {
	var mu sync.Mutex
	var via []string
	behind := fakeServer(t, nil)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		via = append(via, r.Host)
		mu.Unlock()
		behind.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf(`sources:
  - {name: set, url: http://set.example:9090/prom, http: {proxy_url: "%s"}}
  - {name: page, url: http://page.example:9100/metrics, http: {proxy_url: "%[1]s"}}
  - {name: plain, url: http://plain.example:9090/prom}
`, proxy.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(code int, host string, args ...string) {
		t.Helper()
		mu.Lock()
		via = nil
		mu.Unlock()
		got, out, errs := runWith(t, []string{"NIGHTJAR_CONFIG=" + path}, append([]string{"query", "-o", "json"}, args...)...)
		mu.Lock()
		defer mu.Unlock()
		if got != code || host == "" && len(via) > 0 || host != "" && !slices.Contains(via, host) {
			t.Errorf("%q: exit %d, want %d, through the proxy to %q\n%s%s", args, got, code, via, out, errs)
		}
	}
	f(exitOK, "set.example:9090", "--source", "set", "up")
	f(exitOK, "page.example:9100", "--source", "page", "--wait", "300ms", "answer")
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "spared.invalid")
	f(exitOK, "plain.example:9090", "--source", "plain", "up")
	f(exitOK, "a.example:9090", "--source", "http://a.example:9090/prom", "up")
	f(exitOK, "b.example:9100", "--source", "http://b.example:9100/metrics", "--wait", "300ms", "answer")
	f(exitUnreachable, "", "--source", "http://spared.invalid/prom", "up")
	f(exitOK, "", "--source", behind.URL+"/prom", "up") // loopback needs none
}

// Tenants and credentials of the configuration reach servers and pages alike.
func TestConfiguredCredentials(t *testing.T) {
	var mu sync.Mutex
	var seen []http.Header
	good := fakeServer(t, nil)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Header.Clone())
		mu.Unlock()
		good.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("t0ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/prom", "/metrics"} {
		for _, block := range []string{
			"http: {authorization: {credentials_file: token}, http_headers: {X-Scope-OrgID: {values: [team]}}}",
			"headers: {X-Scope-OrgID: team}, http: {authorization: {credentials_file: token}}",
			"headers: {X-Scope-OrgID: team, Authorization: Bearer t0ken}, http: {follow_redirects: true}",
		} {
			if err := os.WriteFile(path, fmt.Appendf(nil, "sources:\n  - {name: x, url: %q, %s}\n", srv.URL+page, block), 0o600); err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			seen = nil
			mu.Unlock()
			code, out, errs := runWith(t, []string{"NIGHTJAR_CONFIG=" + path}, "query", "--source", "x", "--wait", "200ms", "up")
			mu.Lock()
			if code != exitOK || len(seen) < 2 {
				t.Errorf("%s: exit %d, %d requests\n%s%s", block, code, len(seen), out, errs)
			}
			for _, h := range seen {
				if h.Get("X-Scope-OrgID") != "team" || h.Get("Authorization") != "Bearer t0ken" {
					t.Errorf("%s, %s: %v", page, block, h)
				}
			}
			mu.Unlock()
		}
	}
}

// What answers and is no server of Prometheus's API has a line that says what it is.
func TestSourcesOfAnotherKind(t *testing.T) {
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusGone)
		fmt.Fprint(w, `{"status":"deprecated","error":"The Alertmanager v1 API was deprecated"}`)
	}))
	t.Cleanup(manager.Close)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>It works!</body></html>")
	}))
	t.Cleanup(site.Close)
	good := fakeServer(t, nil)
	code, out, errs := runWith(t, nil, "sources", "-o", "json", manager.URL, site.URL, good.URL+"/prom")
	var lines []sourceLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 3 || code != exitFailed {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	for i, want := range []struct{ state, kind, says string }{
		{stateDown, "alertmanager", "is an Alertmanager"},
		{stateDown, "", "neither a Prometheus API nor a page of metrics"},
		{stateOK, "prometheus", ""},
	} {
		if l := lines[i]; l.State != want.state || l.Kind != want.kind || !strings.Contains(l.Error, want.says) || l.Error != "" && strings.Contains(l.Error, l.Name+": detect") {
			t.Errorf("line %d is %+v, want %+v", i, l, want)
		}
	}
}
