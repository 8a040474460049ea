package scrape

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/sources"
)

// handled is a target that answers as h does, and its address.
func handled(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

func metrics(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", text)
	_, _ = io.WriteString(w, body)
}

func TestPagesThatAreNone(t *testing.T) {
	f := func(want string, h http.HandlerFunc) {
		t.Helper()
		s := configured(t, `
- {job_name: x, scrape_interval: 400ms, body_size_limit: 64KB, static_configs: [{targets: [%q]}]}
`, handled(t, h))
		gives(t, s, `sum(up)`, `{} 0`)
		gives(t, s, `count(x)`) // nothing of half a page
		until(t, want, func() bool { return strings.Contains(strings.Join(cells(t, s, "error"), ""), want) })
	}
	f("403 Forbidden", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	f("429 Too Many Requests", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60") // Prometheus keeps to its interval
		w.WriteHeader(http.StatusTooManyRequests)
	})
	f("unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		metrics(w, "x 1\n")
	})
	f("body_size_limit", func(w http.ResponseWriter, r *http.Request) { // it never ends
		for r.Context().Err() == nil {
			if metrics(w, strings.Repeat("x 1\n", 1000)); r.Context().Err() != nil {
				return
			}
		}
	})
	var megabyte bytes.Buffer
	z := gzip.NewWriter(&megabyte)
	if _, err := z.Write([]byte("# " + strings.Repeat("0", 1<<20) + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f("body_size_limit", func(w http.ResponseWriter, _ *http.Request) { // a gigabyte in a megabyte
		w.Header().Set("Content-Type", text)
		w.Header().Set("Content-Encoding", "gzip")
		for range 1 << 10 { // members of gzip may follow each other
			if _, err := w.Write(megabyte.Bytes()); err != nil {
				return
			}
		}
	})
	f("gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		metrics(w, "this is not compressed")
	})
}

func TestAPageWithoutALimitHasOne(t *testing.T) {
	j, err := Target("http://x", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	all, err := prepare(Options{Jobs: jobsOf(j), MaxSeries: 7, Interval: time.Second})
	if err != nil || all[0].BodySizeLimit != defaultBodySize || all[0].SampleLimit != 7 || j.BodySizeLimit != 0 {
		t.Errorf("%v: %+v", err, all)
	}
}

// Credentials stay with the host they are for; headers, of which nobody knows
// whether they are secret, keep the job from following at all.
func TestRedirectsTakeNoCredentials(t *testing.T) {
	var mu sync.Mutex
	var seen []http.Header
	thief := handled(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Header.Clone())
		mu.Unlock()
		metrics(w, "x 1\n")
	})
	// Another name, as credentials are kept by name.
	thief = strings.Replace(thief, "127.0.0.1", "localhost", 1)
	address := handled(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); r.URL.Path == "/basic" && (user != "me" || password != "hush") {
			t.Error("the target itself does not get them")
		}
		http.Redirect(w, r, "http://"+thief+"/", http.StatusFound)
	})
	s := configured(t, `
- {job_name: basic, metrics_path: /basic, scrape_interval: 100ms, basic_auth: {username: me, password: hush}, static_configs: [{targets: [%[1]q]}]}
- {job_name: bearer, scrape_interval: 100ms, authorization: {credentials: hush}, static_configs: [{targets: [%[1]q]}]}
- {job_name: header, scrape_interval: 100ms, http_headers: {X-Api-Key: {secrets: [hush]}}, static_configs: [{targets: [%[1]q]}]}
`, address)
	gives(t, s, `sum by (job) (up)`, `{job="basic"} 1`, `{job="bearer"} 1`, `{job="header"} 0`)
	until(t, "the error", func() bool { return strings.Contains(strings.Join(cells(t, s, "error"), ""), "302 Found") })
	mu.Lock()
	defer mu.Unlock()
	if len(seen) == 0 {
		t.Error("the other host was not asked")
	}
	for _, h := range seen {
		if strings.Contains(fmt.Sprint(h), "hush") || h.Get("Authorization") != "" {
			t.Errorf("the other host got %v", h)
		}
	}
}

func TestProxies(t *testing.T) {
	proxy := handled(t, func(w http.ResponseWriter, r *http.Request) { metrics(w, fmt.Sprintf("x{via=%q} 1\n", r.Host)) })
	direct := exporter(t, text, "x{via=\"none\"} 1\n")
	t.Setenv("HTTP_PROXY", "http://"+proxy)
	t.Setenv("NO_PROXY", "spared.example")
	s := configured(t, `
- {job_name: set, scrape_interval: 100ms, proxy_url: "http://%[1]s", static_configs: [{targets: ["a.example:9100"]}]}
- {job_name: spared, scrape_interval: 100ms, proxy_url: "http://%[1]s", no_proxy: "127.0.0.1", static_configs: [{targets: [%[2]q]}]}
- {job_name: environment, scrape_interval: 100ms, proxy_from_environment: true, static_configs: [{targets: ["b.example:9100"]}]}
- {job_name: unset, scrape_interval: 100ms, static_configs: [{targets: [%[2]q]}]}
`, proxy, direct.address())
	gives(t, s, `sum by (job, via) (x)`,
		`{job="environment", via="b.example:9100"} 1`, `{job="set", via="a.example:9100"} 1`, `{job="spared", via="none"} 1`, `{job="unset", via="none"} 1`)
}

func TestOAuth2AndHeaders(t *testing.T) {
	token := handled(t, func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != "me" || secret != "hush" || r.FormValue("scope") != "read" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"t0ken","token_type":"Bearer","expires_in":3600}`)
	})
	target := handled(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("X-Scope-OrgID") != "team" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		metrics(w, "x 1\n")
	})
	s := configured(t, `
- job_name: x
  scrape_interval: 100ms
  oauth2: {client_id: me, client_secret: hush, token_url: "http://%s/token", scopes: [read]}
  http_headers: {X-Scope-OrgID: {values: [team]}}
  static_configs: [{targets: [%q]}]
`, token, target)
	gives(t, s, `sum(x)`, `{} 1`)
}

func TestDownAtTheStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	s := watch(t, "http://"+address)
	gives(t, s, `sum(up)`, `{} 0`)
	if l, err = net.Listen("tcp", address); err != nil {
		t.Skipf("somebody else has taken the port: %v", err)
	}
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { metrics(w, "x 1\n") })}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	gives(t, s, `sum(up)`, `{} 1`)
	gives(t, s, `sum(x)`, `{} 1`)
}

func TestAnExpiredCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { metrics(w, "x 1\n") }))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	s := configured(t, `
- {job_name: x, scheme: https, scrape_interval: 100ms, static_configs: [{targets: [%q]}], tls_config: {ca_file: %q}}
`, strings.TrimPrefix(srv.URL, "https://"), ca)
	gives(t, s, `sum(up)`, `{} 0`)
	until(t, "the error", func() bool { return strings.Contains(strings.Join(cells(t, s, "error"), ""), "expired") })
}

// A page that says a thing twice, or dates its samples by a clock that is off,
// costs those samples only.
func TestSamplesThatContradictEachOther(t *testing.T) {
	now := time.Now()
	at := func(d time.Duration) int64 { return now.Add(d).UnixMilli() }
	p := exporter(t, text, fmt.Sprintf(`x{a="1",b="2"} 1
x{b="2",a="1"} 2
later %d %[2]d
later 1 %d
ahead 1 %d
plain 1
`, 2, at(-time.Second), at(-2*time.Second), at(48*time.Hour)))
	s := watch(t, p.URL)
	gives(t, s, `sum(plain)`, `{} 1`)
	gives(t, s, `sum(up)`, `{} 1`)
	if got := ask(t, s, `count(x)`); len(got) != 1 || got[0] != "{} 1" {
		t.Errorf("the same series twice: %q", got)
	}
	gives(t, s, `sum(later)`, `{} 2`) // the one before it in time came too late
	if got := ask(t, s, `count(ahead)`); len(got) != 0 {
		t.Errorf("two days ahead: %q", got)
	}
	f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: "x", Start: now.Add(-time.Minute), End: now.Add(time.Minute), Step: time.Second})
	if err != nil || len(f.Series) != 1 {
		t.Errorf("%v: %+v", err, f)
	}
}
