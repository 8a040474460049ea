package prometheus

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// What a clock that is off by enough changes: what is asked, and since when an
// alert is. It stands still while measurements differ by less than they err.
func TestClockOfTheServer(t *testing.T) {
	var off time.Duration
	dated := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", noon.Add(off).UTC().Format(http.TimeFormat))
			h(w, r)
		}
	}
	srv := serve(t, map[string]http.HandlerFunc{
		query: dated(ok(oneVector)), "/api/v1/rules": dated(ok(`{"groups":[]}`)), "/api/v1/labels": dated(ok(`["a"]`)),
		"/api/v1/alerts": dated(ok(`{"alerts":[{"labels":{"alertname":"A"},"state":"firing","activeAt":"2024-04-05T19:40:00Z","value":"1"}]}`)),
	})
	s := open(t, Options{URL: srv.URL})
	f := func(is, ahead time.Duration) {
		t.Helper()
		off = is
		if _, err := vector(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := s.Status().Ahead; (got - ahead).Abs() > time.Second {
			t.Errorf("off by %v: %v is used, want %v", is, got, ahead)
		}
	}
	_, _ = vector(t.Context(), s)
	s.learning.Wait() // its answers have the clock of the fake
	f(0, 0)
	f(3*time.Second, 0)
	f(-10*time.Minute, -10*time.Minute)
	f(-10*time.Minute+2*time.Second, -10*time.Minute)
	f(-10*time.Minute+8*time.Second, -10*time.Minute+8*time.Second)
	f(10*time.Minute, 10*time.Minute)
	ahead := s.Status().Ahead
	all, err := s.Alerts(t.Context())
	if want := time.Date(2024, 4, 5, 19, 40, 0, 0, time.UTC).Add(-ahead); err != nil || len(all) != 1 || !all[0].Since.Equal(want) {
		t.Errorf("%v: %+v, want since %v", err, all, want)
	}
	if _, err := s.LabelNames(t.Context(), sources.Window{End: noon}); err != nil || !strings.Contains(srv.last("/api/v1/labels"), "end="+seconds(noon.Add(ahead).UnixMilli())) {
		t.Errorf("%v: asked %s", err, srv.last("/api/v1/labels"))
	}
	if _, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: "up"}); err != nil || strings.Contains(srv.last(query), "time=") {
		t.Errorf("%v: the server's own now is asked as %s", err, srv.last(query))
	}
	f(0, 0)
}
