package prometheus

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/common/config"

	"nightjar/sources"
)

var discard = log.New(io.Discard, "", 0)

// quiet is a server that does not log what it is made to suffer.
func quiet(h http.Handler) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = discard
	s.Start()
	return s
}

func TestFaults(t *testing.T) {
	type want struct {
		kind  sources.ErrorKind
		retry bool
		after time.Duration
		words string
	}
	f := func(name string, h http.HandlerFunc, w want) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			srv := serveWith(t, quiet, map[string]http.HandlerFunc{"/api/v1/query": h})
			s := open(t, Options{URL: srv.URL, MaxBytes: 1 << 16})
			_, err := vector(t.Context(), s)
			var e *sources.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if got := (want{e.Kind, e.Retryable, e.RetryAfter, w.words}); got != w || !strings.Contains(err.Error(), w.words) {
				t.Errorf("got  %v %v %v %v\nwant %v %v %v ... %s", got.kind, got.retry, got.after, err, w.kind, w.retry, w.after, w.words)
			}
			if e.Source != "prod" || e.Op != "query" {
				t.Errorf("source %q, op %q", e.Source, e.Op)
			}
		})
	}
	jsonError := func(status int, kind, message string) http.HandlerFunc {
		return body(status, "application/json", fmt.Sprintf(`{"status":"error","errorType":%q,"error":%q}`, kind, message))
	}
	later := func(status int, after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.Header().Set("Date", noon.UTC().Format(http.TimeFormat))
			w.WriteHeader(status)
		}
	}
	f("401", body(401, "text/plain", "Unauthorized\n"), want{sources.KindAuth, false, 0, `401 Unauthorized with "Unauthorized" of type text/plain`})
	f("401 of Mimir", body(401, "text/plain; charset=utf-8", "no org id\n"), want{sources.KindAuth, false, 0, `name the tenant with --header "X-Scope-OrgID: TENANT"`})
	f("422 of Mimir", jsonError(422, "execution", "the query exceeded the maximum number of chunks (err-mimir-max-chunks-per-query)"), want{sources.KindQuery, false, 0, "err-mimir-max-chunks-per-query"})
	f("503 of Mimir", jsonError(503, "unavailable", "too many unhealthy instances in the ring"), want{sources.KindUnavailable, true, 0, "unhealthy"})
	f("429 of Mimir", jsonError(429, "too_many_requests", "too many outstanding requests"), want{sources.KindThrottled, true, 0, "too many outstanding requests"})
	f("422 of Thanos, with partial responses off", jsonError(422, "execution", "expanded matching posting: store unavailable"), want{sources.KindQuery, false, 0, "store unavailable"})
	f("403", body(403, "text/html", "<html><head><title>Forbidden &amp; gone</title>"), want{sources.KindAuth, false, 0, `403 Forbidden with an HTML page, "Forbidden & gone"`})
	f("429 in seconds", later(429, "7"), want{sources.KindThrottled, true, 7 * time.Second, "429 Too Many Requests with an empty body"})
	f("429 by date", later(429, noon.Add(90*time.Second).UTC().Format(http.TimeFormat)), want{sources.KindThrottled, true, 90 * time.Second, "429"})
	f("429 in the past", later(429, noon.Add(-time.Hour).UTC().Format(http.TimeFormat)), want{sources.KindThrottled, true, 0, "429"})
	f("429 nonsense", later(429, "soon"), want{sources.KindThrottled, true, 0, "429"})
	f("500", body(500, "text/plain", "oops"), want{sources.KindUnavailable, true, 0, `500 Internal Server Error with "oops"`})
	f("502 of a proxy", body(502, "text/html", "<html>\n<title>502 Bad\nGateway</title>"), want{sources.KindUnavailable, true, 0, `an HTML page, "502 Bad Gateway"`})
	f("503 later", later(503, "3"), want{sources.KindUnavailable, true, 3 * time.Second, "503"})
	f("503 timeout", jsonError(503, "timeout", "query timed out in expression evaluation"), want{sources.KindTimeout, true, 0, "query timed out in expression evaluation"})
	f("503 canceled", jsonError(503, "canceled", "query was canceled"), want{sources.KindUnavailable, true, 0, "query was canceled"})
	f("500 internal", jsonError(500, "internal", "disk"), want{sources.KindUnavailable, true, 0, "disk"})
	f("504", body(504, "text/plain", ""), want{sources.KindTimeout, true, 0, "504 Gateway Timeout"})
	f("400 bad_data", jsonError(400, "bad_data", `invalid parameter "query": 1:1: parse error`), want{sources.KindQuery, false, 0, `prod: query: bad query: invalid parameter "query": 1:1: parse error`})
	f("422 execution", jsonError(422, "execution", "found duplicate series"), want{sources.KindQuery, false, 0, "found duplicate series"})
	f("422 of VictoriaMetrics", jsonError(422, "422", "cannot parse"), want{sources.KindQuery, false, 0, "cannot parse"})
	f("too many samples", jsonError(422, "execution", "query processing would load too many samples into memory in query execution"), want{sources.KindTooLarge, false, 0, "too many samples"})
	f("an error that says success", jsonError(200, "execution", "no"), want{sources.KindQuery, false, 0, "bad query: no"})
	f("agent", jsonError(422, "execution", "unavailable with Prometheus Agent"), want{sources.KindUnsupported, false, 0, "unavailable with Prometheus Agent"})
	f("404", http.NotFound, want{sources.KindUnavailable, true, 0, `is the path right? 404 Not Found with "404 page not found"`})
	f("414", body(414, "", ""), want{sources.KindQuery, false, 0, "414"})
	f("418", body(418, "text/plain", "tea"), want{sources.KindProtocol, false, 0, "tea"})
	f("HTML", body(200, "text/html; charset=utf-8", "<!doctype html><html><head><title>Sign in\x1b[31m</title></head>"), want{sources.KindProtocol, false, 0, `gives no JSON but an HTML page, "Sign in [31m"`})
	f("HTML that says JSON", body(200, "application/json", "<html>"), want{sources.KindProtocol, false, 0, `'<' where '{' should be`})
	f("another type", body(200, "text/plain", "hello there"), want{sources.KindProtocol, false, 0, `no JSON but "hello there" of type text/plain`})
	f("no body", body(200, "", ""), want{sources.KindProtocol, false, 0, "an empty body"})
	f("empty JSON", body(200, "application/json", ""), want{sources.KindProtocol, true, 0, "ends too early"})
	f("truncated", body(200, "application/json", `{"status":"success","data":{"resultType":"vector","result":[{"metric":{`), want{sources.KindProtocol, true, 0, "ends too early"})
	f("shorter than it says", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"status":"success",`)
	}, want{sources.KindProtocol, true, 0, "ends too early"})
	f("ends", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, want{sources.KindUnavailable, true, 0, "EOF"})
	f("not understood", body(200, "application/json", `{"status":"success","data":{"resultType":"tensor","result":[]}}`), want{sources.KindProtocol, false, 0, "tensor"})
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[`)
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte(`{"metric":{},"value":[1,"1"]},`), 100)); err != nil {
				return
			}
		}
	}
	f("endless", endless, want{sources.KindTooLarge, false, 0, "more than 65536 bytes"})
	f("endless error", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		endless(w, r)
	}, want{sources.KindUnavailable, true, 0, "500"})
	f("a gigabyte of zeros, compressed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"x":"`)
		zeros := bytes.Repeat([]byte("0"), 1<<20)
		for range 1 << 10 {
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
	}, want{sources.KindTooLarge, false, 0, "more than 65536 bytes"})
	f("broken gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "this is not compressed")
	}, want{sources.KindProtocol, true, 0, "gzip"})
	f("broken zstd", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "zstd")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "this is not compressed")
	}, want{sources.KindProtocol, true, 0, "magic"})
	f("another compression", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		_, _ = io.WriteString(w, "x")
	}, want{sources.KindProtocol, true, 0, `compressed with "br"`})
	f("redirect to another host", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://user:hunter2@login.example/?token=hunter2", http.StatusFound)
	}, want{sources.KindProtocol, false, 0, "redirects to another host, https://login.example, which is not followed"})
	f("redirect in a circle", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
	}, want{sources.KindProtocol, false, 0, "more than 5 redirects"})
}

func TestCompressed(t *testing.T) {
	f := func(encoding string, compress func(io.Writer) io.WriteCloser) {
		t.Helper()
		data := `{"status":"success","data":` + oneVector + strings.Repeat(" ", 10_000) + "}"
		var b bytes.Buffer
		z := compress(&b)
		_, _ = io.WriteString(z, data)
		_ = z.Close()
		srv := serve(t, map[string]http.HandlerFunc{"/api/v1/query": func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), encoding) {
				t.Errorf("%s is not accepted: %q", encoding, r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Encoding", encoding)
			body(200, "application/json", b.String())(w, r)
		}})
		s := open(t, Options{URL: srv.URL})
		fr, err := vector(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(fr); got != "vector | up 1712347200000=1" {
			t.Error(got)
		}
		if fr.Bytes != b.Len() || s.Status().Received < uint64(b.Len()) {
			t.Errorf("%d bytes on the wire, counted %d and %d", b.Len(), fr.Bytes, s.Status().Received)
		}
	}
	f("gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	f("zstd", func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
}

func TestDeadline(t *testing.T) {
	release := make(chan struct{})
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/query": func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("slow") == "" && r.FormValue("timeout") == "" {
			t.Error("the server is not told of the deadline")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":`)
		_ = http.NewResponseController(w).Flush()
		<-release // in the middle of the body
	}})
	t.Cleanup(func() { close(release) })
	s := open(t, Options{URL: srv.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := vector(ctx, s)
	if retry, _ := sources.Retryable(err); sources.KindOf(err) != sources.KindTimeout || !retry {
		t.Error(err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/query": func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	_, err := vector(ctx, open(t, Options{URL: srv.URL}))
	if retry, _ := sources.Retryable(err); sources.KindOf(err) != sources.KindCancelled || retry {
		t.Error(err)
	}
}

func TestServerDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	s := open(t, Options{URL: "http://admin:hunter2@" + address})
	_, err = vector(t.Context(), s)
	if retry, _ := sources.Retryable(err); sources.KindOf(err) != sources.KindUnavailable || !retry {
		t.Error(err)
	}
	if !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "hunter2") || strings.Contains(s.URL(), "hunter2") {
		t.Error(err, s.URL())
	}
}

func TestTLS(t *testing.T) {
	startTLS := func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = discard
		s.StartTLS()
		return s
	}
	srv := serveWith(t, startTLS, map[string]http.HandlerFunc{"/api/v1/query": ok(oneVector)})
	f := func(name string, o Options, kind sources.ErrorKind, words string) {
		t.Helper()
		_, err := vector(t.Context(), open(t, o))
		if retry, _ := sources.Retryable(err); sources.KindOf(err) != kind || retry || !strings.Contains(fmt.Sprint(err), words) {
			t.Errorf("%s: %v (retryable %v), want %s", name, err, retry, words)
		}
	}
	f("unknown authority", Options{URL: srv.URL}, sources.KindUnavailable, "set tls_config.ca_file")
	plain := serveWith(t, quiet, map[string]http.HandlerFunc{})
	f("http where https is said", Options{URL: strings.Replace(plain.URL, "http:", "https:", 1)}, sources.KindProtocol, "try http://")
	f("https where http is said", Options{URL: strings.Replace(srv.URL, "https:", "http:", 1)}, sources.KindProtocol, "Client sent an HTTP request to an HTTPS server")

	trust := config.DefaultHTTPClientConfig
	trust.TLSConfig.CA = string(pemOf(srv.Certificate()))
	if _, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: &trust})); err != nil {
		t.Errorf("with the authority set: %v", err)
	}
	trust.TLSConfig.ServerName = "elsewhere.example"
	f("another name", Options{URL: srv.URL, HTTP: &trust}, sources.KindUnavailable, "set tls_config.server_name")

	cert := certificate(t, noon.Add(-48*time.Hour), noon.Add(-24*time.Hour))
	expired := serveWith(t, func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = discard
		s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		s.StartTLS()
		return s
	}, map[string]http.HandlerFunc{})
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	old := config.DefaultHTTPClientConfig
	old.TLSConfig.CA = string(pemOf(leaf))
	f("expired", Options{URL: expired.URL, HTTP: &old}, sources.KindUnavailable, "valid 2024-04-03 to 2024-04-04; where another authority signed it, set tls_config.ca_file")
}
