package victorialogs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightjar/sources"
)

var noon = time.Unix(1_700_000_000, 0)

func serve(t *testing.T, paths map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range paths {
		mux.HandleFunc(path, h)
	}
	srv := httptest.NewUnstartedServer(mux)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

func reply(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func at(t *testing.T, o Options) *Source {
	t.Helper()
	o.Name, o.Clock = "prod", func() time.Time { return noon }
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func jsonLine(after time.Duration, text string) string {
	return fmt.Sprintf(`{"_time":%q,"_stream_id":"1","_stream":"{app=\"web\"}","_msg":%q,"app":"web"}`+"\n", noon.Add(after).UTC().Format(time.RFC3339Nano), text)
}

func TestFaults(t *testing.T) {
	type want struct {
		kind  sources.ErrorKind
		retry bool
		words string
	}
	f := func(name string, h http.HandlerFunc, w want) {
		t.Helper()
		s := at(t, Options{URL: serve(t, map[string]http.HandlerFunc{"/select/logsql/query": h}), MaxBytes: 1 << 16})
		_, err := s.SearchLogs(t.Context(), sources.LogQuery{Window: sources.Window{Start: noon.Add(-time.Minute)}})
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != w.kind || e.Retryable != w.retry || !strings.Contains(err.Error(), w.words) {
			t.Errorf("%s: %v, want %s", name, err, w.words)
		}
	}
	const stream = "application/stream+json"
	good := jsonLine(-time.Second, "fine")
	f("401", reply(401, "text/plain", "who are you"), want{sources.KindAuth, false, "who are you"})
	f("429", reply(429, "text/plain", "couldn't start executing the request"), want{sources.KindThrottled, true, "429"})
	f("503", reply(503, "text/plain", "storage is down"), want{sources.KindUnavailable, true, "storage is down"})
	f("400", reply(400, "text/plain", "cannot parse query [foo | (]: unexpected token"), want{sources.KindQuery, false, "unexpected token"})
	f("404", http.NotFound, want{sources.KindUnavailable, true, "no VictoriaLogs at"})
	f("HTML", reply(200, "text/html", "<title>Sign in\x1b[31m</title>"), want{sources.KindProtocol, false, `"Sign in [31m"`})
	f("a late failure", reply(200, stream, good+"cannot execute query: disk is gone\n"), want{sources.KindProtocol, false, "disk is gone"})
	f("truncated", reply(200, stream, good+good[:40]), want{sources.KindProtocol, true, "ends too early"})
	f("aborted", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, good)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}, want{sources.KindProtocol, true, "ends too early"})
	f("no time", reply(200, stream, `{"_msg":"x"}`+"\n"), want{sources.KindProtocol, false, "without a time"})
	f("endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, good); err != nil {
				return
			}
		}
	}, want{sources.KindTooLarge, false, "more than 65536 bytes"})
	f("an endless line", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "{{{{{{{{"); err != nil {
				return
			}
		}
	}, want{sources.KindTooLarge, false, "more than 65536 bytes"})
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	s := at(t, Options{URL: serve(t, map[string]http.HandlerFunc{"/select/logsql/query": hang, "/select/logsql/tail": hang})})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.SearchLogs(ctx, sources.LogQuery{}); sources.KindOf(err) != sources.KindTimeout {
		t.Error(err)
	}
	if err := s.TailLogs(ctx, sources.LogQuery{}, nil); sources.KindOf(err) != sources.KindTimeout && sources.KindOf(err) != sources.KindCancelled {
		t.Error(err)
	}
}

// TestTailIsCut: the server ends its tail after every line, sends the last again on the
// next connection, and stores one that its tail never sends.
func TestTailIsCut(t *testing.T) {
	var n atomic.Int64
	url := serve(t, map[string]http.HandlerFunc{
		"/select/logsql/tail": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("AccountID") != "3" || r.Header.Get("ProjectID") != "4" {
				t.Errorf("headers %v", r.Header)
			}
			i := n.Add(1)
			if i == 5 {
				<-r.Context().Done()
				return
			}
			text := jsonLine(time.Duration(i)*time.Millisecond, fmt.Sprint("line ", i))
			if i > 1 {
				text = jsonLine(time.Duration(i)*time.Millisecond, fmt.Sprint("line ", i)) + jsonLine(time.Duration(i-1)*time.Millisecond, fmt.Sprint("line ", i-1))
			}
			_, _ = io.WriteString(w, text+text[:20])
		},
		"/select/logsql/query": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, jsonLine(time.Microsecond, "stored")+jsonLine(time.Millisecond, "line 1"))
		},
	})
	s := at(t, Options{URL: url, Account: "3", Project: "4"})
	out := make(chan sources.LogBatch, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.TailLogs(ctx, sources.LogQuery{}, out) }()
	got := map[string]int{}
	for len(got) < 5 {
		select {
		case b := <-out:
			for _, l := range b.Lines {
				if got[l.Raw]++; got[l.Raw] > 1 || l.Lost != 0 {
					t.Fatalf("%q came %d times", l.Raw, got[l.Raw])
				}
			}
		case err := <-done:
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; sources.KindOf(err) != sources.KindCancelled {
		t.Error(err)
	}
}

func TestProbe(t *testing.T) {
	f := func(paths map[string]http.HandlerFunc, version string, kind sources.ErrorKind) {
		t.Helper()
		url := serve(t, paths)
		found, err := Probe(t.Context(), url, Options{})
		if sources.KindOf(err) != kind || err == nil && (found.URL != url || found.Version != version) {
			t.Error(found, err)
		}
	}
	names := "/select/logsql/field_names"
	f(map[string]http.HandlerFunc{
		names: reply(200, "application/json", `{"values":[]}`), "/metrics": reply(200, "text/plain", `vm_app_version{version="victoria-logs-20250101-tags-v1.51.0-0-gabc", short_version="v1.51.0"} 1`+"\n"),
	}, "1.51.0", 0)
	f(map[string]http.HandlerFunc{names: reply(200, "application/json", `{"values":[]}`)}, "", 0)
	f(map[string]http.HandlerFunc{names: reply(401, "text/plain", "")}, "", sources.KindAuth)
	f(map[string]http.HandlerFunc{}, "", sources.KindUnsupported)
	f(map[string]http.HandlerFunc{"/": reply(200, "application/json", `{"status":"success"}`)}, "", sources.KindUnsupported)
}

func TestStreamLabels(t *testing.T) {
	f := func(stream, want string) {
		t.Helper()
		if got := parseStream(stream).String(); got != want {
			t.Errorf("%s: %s, want %s", stream, got, want)
		}
	}
	f(`{}`, sources.NewLabels().String())
	f(`{app="web",host="a,\"b\"=}"}`, sources.NewLabels("app", "web", "host", `a,"b"=}`).String())
	f(`{"k8s.pod"="x"}`, sources.NewLabels("k8s.pod", "x").String())
	f(`{app="we`, sources.NewLabels().String())
}
