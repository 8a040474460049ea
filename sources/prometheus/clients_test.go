package prometheus

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"nightjar/sources"
)

// block reads an http: block as the configuration has it, with paths below dir.
func block(t *testing.T, dir, text string, args ...any) *config.HTTPClientConfig {
	t.Helper()
	var c config.HTTPClientConfig
	if err := yaml.Unmarshal(fmt.Appendf(nil, text, args...), &c); err != nil {
		t.Fatal(err)
	}
	c.SetDirectory(dir)
	return &c
}

// One token serves many requests, and a token that is refused is an error of
// authorization that shows no secret.
func TestOAuth2(t *testing.T) {
	var tokens atomic.Int32
	token := serve(t, map[string]http.HandlerFunc{"/token": func(w http.ResponseWriter, r *http.Request) {
		tokens.Add(1)
		id, secret, _ := r.BasicAuth()
		if id != "me" || secret != "hunter2" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "read" || r.FormValue("audience") != "prom" {
			body(401, "application/json", `{"error":"invalid_client"}`)(w, r)
			return
		}
		body(200, "application/json", `{"access_token":"t0ken","token_type":"Bearer","expires_in":3600}`)(w, r)
	}})
	srv := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		ok(oneVector)(w, r)
	}})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := `oauth2: {client_id: me, client_secret_file: secret, scopes: [read], token_url: "%s/token", endpoint_params: {audience: prom}}`
	s := open(t, Options{URL: srv.URL, HTTP: block(t, dir, good, token.URL)})
	first := int32(0)
	for range 3 {
		if _, err := vector(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		s.learning.Wait()
		if first == 0 {
			first = tokens.Load() // what is found out beside the first query may ask for its own
		}
	}
	if n := tokens.Load(); n != first || n > 2 {
		t.Errorf("%d tokens were asked for, %d of them first", n, first)
	}
	for _, c := range []string{
		`oauth2: {client_id: other, client_secret: hunter2, token_url: "%s/token"}`,
		`oauth2: {client_id: me, client_secret: hunter2, token_url: "%s/nowhere"}`,
	} {
		_, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: block(t, dir, c, token.URL)}))
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "oauth2") {
			t.Errorf("%s: %v", c, err)
		}
	}
}

func TestAuthorizationAndHeadersOfTheClient(t *testing.T) {
	dir := t.TempDir()
	for name, secret := range map[string]string{"token": "t0ken\n", "key": "k3y\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	srv := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, r *http.Request) {
		if h := r.Header; h.Get("Authorization") != "Bearer t0ken" || h.Get("X-Scope-OrgID") != "team" || h.Get("X-Api-Key") != "k3y" {
			t.Errorf("it got %v", h)
		}
		ok(oneVector)(w, r)
	}})
	c := block(t, dir, `{authorization: {credentials_file: token}, http_headers: {X-Scope-OrgID: {values: [team]}, X-Api-Key: {files: [key]}}}`)
	if _, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: c})); err != nil {
		t.Error(err)
	}
}

func TestClientCertificate(t *testing.T) {
	dir := t.TempDir()
	ours := certificate(t, noon.Add(-time.Hour), time.Now().Add(time.Hour))
	leaf, err := x509.ParseCertificate(ours.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(ours.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	srv := serveWith(t, func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = discard
		pool := x509.NewCertPool()
		pool.AddCert(leaf)
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS12}
		s.StartTLS()
		return s
	}, map[string]http.HandlerFunc{query: ok(oneVector)})
	for name, b := range map[string][]byte{
		"ca.pem": pemOf(srv.Certificate()), "cert.pem": pemOf(leaf), "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	with := block(t, dir, `tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem}`)
	if _, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: with})); err != nil {
		t.Errorf("with a certificate: %v", err)
	}
	without := block(t, dir, `tls_config: {ca_file: ca.pem}`)
	if _, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: without})); err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("without: %v", err)
	}
}

func TestProxies(t *testing.T) {
	proxy := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"string","result":[1,"via the proxy to `+r.Host+`"]}}`)
	}})
	direct := serve(t, map[string]http.HandlerFunc{query: ok(`{"resultType":"string","result":[1,"direct"]}`)})
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "spared.invalid")
	f := func(target, text, want string) {
		t.Helper()
		fr, err := vector(t.Context(), open(t, Options{URL: target, HTTP: block(t, "", "%s", text)}))
		if got := fmt.Sprint(err); err == nil {
			if got = fr.Text; got != want {
				t.Errorf("%s with %s: got %q, want %q", target, text, got, want)
			}
		} else if !strings.Contains(got, want) {
			t.Errorf("%s with %s: %v, want %q", target, text, err, want)
		}
	}
	f("http://a.example", `proxy_url: "`+proxy.URL+`"`, "via the proxy to a.example")
	f(direct.URL, `{proxy_url: "`+proxy.URL+`", no_proxy: 127.0.0.0/8}`, "direct")
	f("http://a.example", `proxy_from_environment: true`, "via the proxy to a.example")
	f("http://spared.invalid", `proxy_from_environment: true`, "spared.invalid")
	f(direct.URL, `proxy_from_environment: true`, "direct")
	f(direct.URL, `{}`, "direct")
	if s := open(t, Options{URL: direct.URL, HTTP: block(t, "", `proxy_url: "http://me:hunter2@127.0.0.1:1"`)}); true {
		if _, err := vector(t.Context(), s); sources.KindOf(err) != sources.KindUnavailable || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a proxy that is down: %v", err)
		}
	}
}
