package prometheus

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/wire"
)

const query = "/api/v1/query"

func TestPOSTFallsBackToGET(t *testing.T) {
	f := func(name string, refuse http.HandlerFunc, posts, gets int) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			srv := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && refuse != nil {
					refuse(w, r)
					return
				}
				if r.FormValue("query") != "up" || r.FormValue("time") != "1712347200" || r.FormValue("tenant") != "a b" {
					t.Errorf("form %v", r.Form)
				}
				ok(oneVector)(w, r)
			}})
			s := open(t, Options{URL: srv.URL + "?tenant=a%20b"})
			for range 3 {
				fr, err := vector(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				if got := show(fr); got != "vector | up 1712347200000=1" {
					t.Error(got)
				}
			}
			if srv.count("POST "+query) != posts || srv.count("GET "+query) != gets {
				t.Errorf("%d POST, %d GET, want %d and %d", srv.count("POST "+query), srv.count("GET "+query), posts, gets)
			}
		})
	}
	f("POST works", nil, 3, 0)
	f("405", body(405, "text/plain", "no"), 1, 3)
	f("501", body(501, "text/plain", "no"), 1, 3)
	f("415", body(415, "text/plain", "no"), 1, 3)
	f("readers may only GET", body(403, "application/json", `{"kind":"Status","message":"cannot create services/proxy"}`), 1, 3)
	f("a redirect that drops the form", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusMovedPermanently)
	}, 1, 3)
}

func TestForbiddenAsksTwiceOnce(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{query: body(403, "text/plain", "no")})
	s := open(t, Options{URL: srv.URL})
	for range 3 {
		if _, err := vector(t.Context(), s); sources.KindOf(err) != sources.KindAuth {
			t.Fatal(err)
		}
	}
	if srv.count("POST "+query) != 3 || srv.count("GET "+query) != 1 {
		t.Errorf("asked %q", srv.asked)
	}
}

func TestWhatAServerLacksIsAskedOnce(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{query: ok(oneVector)})
	s := open(t, Options{URL: srv.URL})
	for range 3 {
		_, err := s.Metadata(t.Context(), "up")
		if retry, _ := sources.Retryable(err); sources.KindOf(err) != sources.KindUnsupported || retry || !strings.Contains(err.Error(), "404") {
			t.Fatal(err)
		}
		if _, err := s.Alerts(t.Context()); sources.KindOf(err) != sources.KindUnsupported {
			t.Fatal(err)
		}
	}
	for _, label := range []string{"a", "b"} {
		if _, err := s.LabelValues(t.Context(), sources.Window{}, label); sources.KindOf(err) != sources.KindUnsupported {
			t.Fatal(err)
		}
	}
	if n, m := srv.count("GET /api/v1/label/a/values"), srv.count("GET /api/v1/label/b/values"); n != 1 || m != 0 {
		t.Errorf("label values asked %d and %d times", n, m)
	}
	if n, m := srv.count("GET /api/v1/metadata"), srv.count("GET /api/v1/alerts"); n != 1 || m != 1 {
		t.Errorf("asked %d and %d times", n, m)
	}
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "the server has no /api/v1/metadata: 404 Not Found") {
		t.Error(notes)
	}
}

func TestQueriesAreAskedAgainAfter404(t *testing.T) {
	up := false
	srv := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, r *http.Request) {
		if !up {
			http.NotFound(w, r)
			return
		}
		ok(oneVector)(w, r)
	}})
	s := open(t, Options{URL: srv.URL})
	if _, err := vector(t.Context(), s); sources.KindOf(err) != sources.KindUnavailable {
		t.Fatal(err)
	}
	up = true
	if _, err := vector(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsAndHeaders(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{"/prefix" + query: func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "me" || password != "hunter2" || r.Header.Get("X-Scope-OrgID") != "team" || r.UserAgent() != "nightjar" || r.Host != "prom.example" {
			t.Errorf("%q %q %v %s", user, password, r.Header, r.Host)
		}
		ok(oneVector)(w, r)
	}})
	c := config.DefaultHTTPClientConfig
	c.BasicAuth = &config.BasicAuth{Username: "me", Password: "hunter2"}
	s := open(t, Options{URL: srv.URL + "/prefix/graph?g0.expr=up", HTTP: &c, Header: http.Header{"X-Scope-OrgID": {"team"}, "Host": {"prom.example"}}})
	if _, err := vector(t.Context(), s); err != nil {
		t.Error(err)
	}
}

func TestRedirectsKeepToTheHost(t *testing.T) {
	thief := serve(t, nil)
	srv := serve(t, map[string]http.HandlerFunc{
		query: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/prometheus"+query, http.StatusPermanentRedirect)
		},
		"/prometheus" + query: ok(oneVector),
		"/api/v1/query_range": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusPermanentRedirect)
		},
	})
	s := open(t, Options{URL: srv.URL, Header: http.Header{"X-Scope-OrgID": {"team"}}})
	if _, err := vector(t.Context(), s); err != nil {
		t.Errorf("within the host: %v", err)
	}
	_, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: "up", Start: noon, End: noon, Step: time.Second})
	if sources.KindOf(err) != sources.KindProtocol || !strings.Contains(err.Error(), thief.Listener.Addr().String()) {
		t.Errorf("to another host: %v", err)
	}
	if len(thief.asked) > 0 {
		t.Errorf("the other host was asked %q", thief.asked)
	}
	never := config.DefaultHTTPClientConfig
	never.FollowRedirects = false
	if _, err := vector(t.Context(), open(t, Options{URL: srv.URL, HTTP: &never})); !strings.Contains(err.Error(), "follow_redirects is off") {
		t.Error(err)
	}
}

func TestContradictoryServer(t *testing.T) {
	answers := []string{
		oneVector,
		`{"resultType":"scalar","result":[1712347200,"2"]}`,
		`{"resultType":"vector","result":[1712347200,"2"]}`,
		`{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1,"1"]},{"metric":{"a":"1"},"value":[1,"2"]}]}`,
		`{"resultType":"vector","result":{"metric":{}}}`,
		`[]`, `null`, `{"resultType":"matrix","result":[{"metric":[],"values":{}}]}`,
	}
	var mu sync.Mutex
	n := 0
	next := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		a := answers[n%len(answers)]
		n++
		mu.Unlock()
		ok(a)(w, r)
	}
	srv := serve(t, map[string]http.HandlerFunc{query: next, "/api/v1/query_range": next})
	s := open(t, Options{URL: srv.URL})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 2 * len(answers) {
				if _, err := vector(t.Context(), s); err != nil && sources.KindOf(err) != sources.KindProtocol {
					t.Error(err)
				}
				_, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: "up", Start: noon, End: noon, Step: time.Second})
				if err != nil && sources.KindOf(err) != sources.KindProtocol {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestOpenFails(t *testing.T) {
	f := func(o Options, words string) {
		t.Helper()
		s, err := Open(t.Context(), o)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want %s", err, words)
		}
	}
	f(Options{}, "is no URL of a server")
	f(Options{URL: "ftp://me:hunter2@host"}, `"ftp://host" is no URL of a server: write http://host:port`)
	f(Options{URL: "http://me:hunter2@host:port"}, "invalid port")
	f(Options{URL: "http://host/%zz?token=hunter2"}, "invalid URL escape")
	missing := config.DefaultHTTPClientConfig
	missing.TLSConfig.CAFile = "/nowhere/ca.pem"
	f(Options{URL: "https://host", HTTP: &missing}, "/nowhere/ca.pem")
	both := config.DefaultHTTPClientConfig
	both.BasicAuth, both.Authorization = &config.BasicAuth{Username: "x"}, &config.Authorization{Credentials: "hunter2"}
	f(Options{URL: "https://host", HTTP: &both}, "at most one of")
}

func TestBase(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		u, err := wire.ParseURL(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := base(u).String(); got != want {
			t.Errorf("%s gives %s, want %s", in, got, want)
		}
	}
	f("host:9090", "http://host:9090")
	f(" https://host/ ", "https://host")
	f("https://host/prometheus/", "https://host/prometheus")
	f("https://host/prometheus/graph?g0.expr=up#x", "https://host/prometheus")
	f("https://host/query?g0.expr=up", "https://host")
	f("https://host/select/0/prometheus/api/v1", "https://host/select/0/prometheus")
	f("https://host?token=x", "https://host?token=x")
	f("http://[::1]:9090/graph", "http://[::1]:9090")
}

func TestUseAfterClose(t *testing.T) {
	srv := httptest.NewServer(ok(oneVector))
	defer srv.Close()
	s := open(t, Options{URL: srv.URL})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = vector(t.Context(), s) // no panic, and nothing runs on: TestMain looks
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestErrorsOfSmallAnswers(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/metadata": body(200, "application/json", `{"status":"error","errorType":"bad_data","error":"no such thing"}`)})
	s := open(t, Options{URL: srv.URL})
	if _, err := s.Metadata(t.Context(), "up"); sources.KindOf(err) != sources.KindQuery || !strings.Contains(err.Error(), "no such thing") {
		t.Error(err)
	}
	srv.Close()
	if _, err := s.Metadata(t.Context(), "up"); sources.KindOf(err) != sources.KindUnavailable || strings.Contains(err.Error(), "metric=") {
		t.Errorf("the error repeats the question: %v", err)
	}
}

func TestRetryAfterIsByTheServersClock(t *testing.T) {
	theirs := noon.Add(time.Hour).UTC()
	srv := serve(t, map[string]http.HandlerFunc{query: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
		w.Header().Set("Retry-After", theirs.Add(90*time.Second).Format(http.TimeFormat))
		w.WriteHeader(429)
	}})
	_, err := vector(t.Context(), open(t, Options{URL: srv.URL}))
	if retry, after := sources.Retryable(err); !retry || after != 90*time.Second {
		t.Errorf("after %v: %v", after, err)
	}
}
