package prometheus

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/sources"
)

// base time of all fakes: 2024-04-05T20:00:00Z.
var noon = time.Unix(1_712_347_200, 0)

func clock() time.Time { return noon }

// A fake is a server that answers by path and keeps what it was asked.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // METHOD path?form
}

// serve answers paths with handlers, everything else with 404.
func serve(t *testing.T, paths map[string]http.HandlerFunc) *fake {
	t.Helper()
	return serveWith(t, httptest.NewServer, paths)
}

func serveWith(t *testing.T, start func(http.Handler) *httptest.Server, paths map[string]http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{}
	f.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Date", noon.UTC().Format(http.TimeFormat))
		f.mu.Lock()
		f.asked = append(f.asked, strings.TrimSuffix(r.Method+" "+r.URL.Path+"?"+r.Form.Encode(), "?"))
		f.mu.Unlock()
		if h, ok := paths[r.URL.Path]; ok {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// count is how often a method and path was asked.
func (f *fake) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, a := range f.asked {
		if a == what || strings.HasPrefix(a, what+"?") {
			n++
		}
	}
	return n
}

// last is the newest question of a path, as a form.
func (f *fake) last(path string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.asked) - 1; i >= 0; i-- {
		if _, rest, _ := strings.Cut(f.asked[i], " "); rest == path || strings.HasPrefix(rest, path+"?") {
			return f.asked[i]
		}
	}
	return ""
}

// body answers with a status, a type and text.
func body(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func ok(data string) http.HandlerFunc {
	return body(200, "application/json", fmt.Sprintf(`{"status":"success","data":%s}`, data))
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	if o.Name == "" {
		o.Name = "prod"
	}
	if o.Clock == nil {
		o.Clock = clock
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// vector asks for one instant.
func vector(ctx context.Context, s *Source) (*sources.Frame, error) {
	return s.QueryInstant(ctx, sources.InstantQuery{Expr: "up", Time: noon})
}

const oneVector = `{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1712347200,"1"]}]}`
