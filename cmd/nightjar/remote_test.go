package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
	f(exitUnreachable, "", "Intranet", "query", "--source", srv.URL+"/page", "up")
	f(exitUnreachable, "", "refused", "query", "--source", "http://127.0.0.1:1", "up")
	f(exitUsage, "", "no source is called \"prod\"; there are local", "query", "--source", "prod", "up")
	f(exitUsage, "", "not ftp", "query", "--source", "ftp://host", "up")
	f(exitUsage, "", "is no URL", "sources", "localhost")
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
	config := filepath.Join(t.TempDir(), "config.yaml")
	f := func(code int, stdout, stderr, text string, args ...string) {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		gotCode, gotOut, gotErr := runWith(t, []string{"NIGHTJAR_CONFIG=" + config}, args...)
		if gotCode != code || !strings.Contains(gotOut, stdout) || !strings.Contains(gotErr, stderr) {
			t.Errorf("%s%v: exit %d, want %d\nstdout: %s\nstderr: %s", text, args, gotCode, code, gotOut, gotErr)
		}
	}
	pass := filepath.Join(filepath.Dir(config), "pass")
	if err := os.WriteFile(pass, []byte("p"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := "sources:\n  - name: prod\n    url: " + srv.URL + "/prom\n    http: {basic_auth: {username: u, password_file: pass}}\n"
	f(exitOK, `up{job="node"}`, "", good, "query", "--source", "prod", "up")
	f(exitOK, "prod", "", good, "sources")
	f(exitOK, "ok", "", good, "check", config)
	bad := "sources:\n  - name: a\n    url: http://x\n    htp: {}\n  - {name: b}\n  - name: c\n    url: http://x\n    http: {basic_auht: {}}\n  - {name: a, url: http://y}\n"
	for _, want := range []string{":4:5: sources.1.htp: unknown key", ":5:6: sources.2: has no url", ":8:5: sources.3.http", "a source is called \"a\" already"} {
		f(exitFailed, want, "", bad, "check", config)
	}
	f(exitUsage, "", ":4:5", bad, "query", "up")
	jobs := "scrape_configs:\n  - job_name: one\n    static_configs: [{targets: ['" + strings.TrimPrefix(srv.URL, "http://") + "']}]\n"
	f(exitOK, "42", "", jobs, "query", "--source", "scrape", "--wait", "300ms", "answer")
	f(exitFailed, "config.yaml:3", "", "scrape_configs:\n  - job_name: one\n    static_confgs: []\n", "check", config)
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
