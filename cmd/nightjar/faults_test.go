package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/sources/prometheus"
)

// A troubled server answers range queries with the time as the value, by its own
// clock and up to its own now, until it is told to fail.
type troubled struct {
	*httptest.Server
	fault atomic.Pointer[http.HandlerFunc] // nil: none
	off   time.Duration                    // of its clock
	form  func(values string) string       // the result, of the values of one series
}

const oneSeries = `[{"metric":{"a":"1","b":"2"},"values":[%s]}]`

func newTroubled(t *testing.T) *troubled {
	t.Helper()
	s := &troubled{form: func(v string) string { return fmt.Sprintf(oneSeries, v) }}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *troubled) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // all of it read, the end of the connection is seen
	now := time.Now().Add(s.off)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if f := s.fault.Load(); f != nil {
		(*f)(w, r)
		return
	}
	if r.URL.Path != "/api/v1/query_range" {
		http.NotFound(w, r)
		return
	}
	number := func(name string) float64 {
		v, err := strconv.ParseFloat(r.FormValue(name), 64)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
		return v
	}
	var b strings.Builder
	for at := number("start"); at <= number("end") && at <= float64(now.UnixMilli())/1000; at += number("step") {
		fmt.Fprintf(&b, `,[%v,"%[1]v"]`, at)
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":%s}}`, s.form(strings.TrimPrefix(b.String(), ",")))
}

func (s *troubled) fail(h http.HandlerFunc) {
	if h == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&h)
}

// followed polls one live window of s.
func followed(t *testing.T, s *troubled, o prometheus.Options) (*poll.Poller, poll.Job) {
	t.Helper()
	o.Name, o.URL = "prod", s.URL
	src, err := prometheus.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p := poll.New(poll.Options{Timeout: 500 * time.Millisecond})
	t.Cleanup(func() { p.Close(); _ = src.Close() })
	j := poll.Job{Source: src, What: poll.Range, Expr: "up", Live: true, Span: time.Minute, Step: time.Second, Every: 100 * time.Millisecond}
	p.Want([]poll.Job{j})
	return p, j
}

// result waits for a result of j that is as wanted.
func result(t *testing.T, p *poll.Poller, j poll.Job, what string, ok func(*poll.Result) bool) *poll.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for {
		r := p.Result(j.Key())
		if r != nil && ok(r) {
			return r
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: never; it is %v with %v", what, r.State, r.Err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func good(r *poll.Result) bool { return r.State == poll.OK && len(r.Frame.Series) == 1 && r.Err == nil }

// Whatever a server does, the last good data stays, says since when it is not
// renewed and why, and goes on when the server is well again.
func TestTheLastGoodDataStays(t *testing.T) {
	say := func(status int, kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	for _, c := range []struct {
		name  string
		fault http.HandlerFunc
		kind  sources.ErrorKind
	}{
		{"401", say(401, "text/plain", "who are you?"), sources.KindAuth},
		{"403", say(403, "text/plain", "no"), sources.KindAuth},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
		}, sources.KindThrottled},
		{"500", say(500, "text/plain", "oops"), sources.KindUnavailable},
		{"404", say(404, "text/plain", "gone"), sources.KindUnavailable},
		{"HTML", say(200, "text/html", "<title>Sign in</title>"), sources.KindProtocol},
		{"another type", say(200, "text/plain", "hello"), sources.KindProtocol},
		{"truncated", say(200, "application/json", `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{}`), sources.KindProtocol},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[`)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(`{"metric":{},"values":[]},`, 1000)); err != nil {
					return
				}
			}
		}, sources.KindTooLarge},
		{"another shape", say(200, "application/json", `{"status":"success","data":{"resultType":"vector","result":[[1,"1"]]}}`), sources.KindProtocol},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, sources.KindTimeout},
		{"dies", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, sources.KindUnavailable},
		{"redirects", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, sources.KindProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newTroubled(t)
			p, j := followed(t, s, prometheus.Options{MaxBytes: 1 << 16})
			before := result(t, p, j, "good", good)
			s.fail(c.fault)
			r := result(t, p, j, "the fault", func(r *poll.Result) bool { return r.Err != nil })
			if r.State != poll.Stale || sources.KindOf(r.Err) != c.kind {
				t.Errorf("it is %v with %v, want stale with kind %v", r.State, r.Err, c.kind)
			}
			if r.Frame == nil || len(r.Frame.Series) != 1 || r.Frame.End < before.Frame.End || r.At.IsZero() || r.ErrSince.Before(r.At) {
				t.Errorf("the last good data: %+v of %v, failing since %v", r.Frame, r.At, r.ErrSince)
			}
			s.fail(nil)
			p.Refresh() // what makes no sense to ask again waits for it
			result(t, p, j, "good again", func(r *poll.Result) bool { return good(r) && r.At.After(before.At) })
		})
	}
}

// A server that was down when it was asked first is asked again by itself.
func TestDownAtTheStart(t *testing.T) {
	s := newTroubled(t)
	s.fail(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	p, j := followed(t, s, prometheus.Options{})
	r := result(t, p, j, "the fault", func(r *poll.Result) bool { return r.Err != nil })
	if r.State != poll.Failed || r.NextTry.IsZero() || r.ErrSince.IsZero() {
		t.Errorf("it is %+v", r)
	}
	s.fail(nil)
	result(t, p, j, "good", good)
}

// Answers that contradict those before are no reason to stop: labels in another
// order are the same series, and what cannot be told apart is shown as it came.
func TestAnswersThatContradictEachOther(t *testing.T) {
	s := newTroubled(t)
	var n atomic.Int64
	forms := []string{
		oneSeries,
		`[{"metric":{"b":"2","a":"1"},"values":[%s]}]`,
	}
	s.form = func(v string) string { return fmt.Sprintf(forms[n.Add(1)%2], v) }
	p, j := followed(t, s, prometheus.Options{})
	first := result(t, p, j, "good", good)
	r := result(t, p, j, "two more steps", func(r *poll.Result) bool { return r.Frame != nil && r.Frame.End >= first.Frame.End+2000 })
	if len(r.Frame.Series) != 1 || r.Frame.Series[0].Labels.String() != `{a="1", b="2"}` {
		t.Errorf("labels in another order: %+v", r.Frame.Series)
	}
	twice := newTroubled(t)
	twice.form = func(v string) string {
		return fmt.Sprintf(`[{"metric":{"a":"1"},"values":[%s]},{"metric":{"a":"1"},"values":[%[1]s]}]`, v)
	}
	p, j = followed(t, twice, prometheus.Options{})
	result(t, p, j, "the same series twice", func(r *poll.Result) bool { return r.Frame != nil && len(r.Frame.Series) == 2 && r.Err == nil })
}

// The newest data of a server whose clock is off is at the right edge.
func TestTheClockOfTheServer(t *testing.T) {
	for _, off := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		s := newTroubled(t)
		s.off = off
		p, j := followed(t, s, prometheus.Options{})
		r := result(t, p, j, "data at the right edge", func(r *poll.Result) bool {
			if r.State != poll.OK || len(r.Frame.Series) != 1 {
				return false
			}
			at, v, ok := r.Frame.Series[0].Last()
			moved := time.UnixMilli(int64(v * 1000)).Sub(time.UnixMilli(at))
			return ok && at >= r.Frame.End-2000 && (moved-off).Abs() <= 2*time.Second
		})
		if edge := time.UnixMilli(r.Frame.End).Sub(r.At); edge > time.Second || edge < -5*time.Second {
			t.Errorf("off by %v: the window ends %v after it was read", off, edge)
		}
		if notes := strings.Join(j.Source.(sources.StatusReporter).Status().Notes, "\n"); !strings.Contains(notes, "the server's clock is 10m0s") {
			t.Errorf("off by %v: it is not said: %s", off, notes)
		}
	}
}
