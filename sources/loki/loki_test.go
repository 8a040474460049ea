package loki

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nightjar/sources"
	"nightjar/sources/logs"
)

func TestLines(t *testing.T) {
	var before []sources.LogPos
	for _, name := range []string{"query_range.json", "query_range_old.json"} {
		url := serve(t, map[string]http.HandlerFunc{"/loki/api/v1/query_range": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Loki-Response-Encoding-Flags") != "categorize-labels" || r.Header.Get("X-Scope-OrgID") != "team-a" {
				t.Errorf("headers %v", r.Header)
			}
			body(200, "application/json", recorded(t, name))(w, r)
		}})
		s := open(t, Options{URL: url + "/loki/api/v1/query_range?query=x", Tenant: "team-a", Select: `{host=~".+"}`})
		page, err := s.SearchLogs(t.Context(), sources.LogQuery{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var pos []sources.LogPos
		for _, l := range page.Lines {
			status, _ := l.Field("status")
			trace, _ := l.Field("trace_id")
			got = append(got, fmt.Sprintf("%d %s %s status=%s trace=%s %q", l.Time.UnixNano()%10, l.Severity, l.Labels.Value("host"), status, trace, l.Raw))
			pos = append(pos, l.Pos)
		}
		slices.Sort(got)
		slices.SortFunc(pos, sources.LogPos.Compare)
		want := []string{
			`1 error a-1 status= trace= "plain ERROR text"`,
			`2 debug d-1 status= trace= "vacuum \x1b[31mdone\x1b[0m"`,
			`2 error a-1 status=503 trace= "{\"msg\":\"down\",\"status\":503}"`,
			`3 warn a-1 status= trace=0242ac120002 "level=warn msg=\"slow\" took=3s"`,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if before != nil && !slices.Equal(before, pos) {
			t.Error("a line is another where the server does not tell labels apart")
		}
		before = pos
	}
}

func TestPages(t *testing.T) {
	f, url := newFake(t)
	for i := range 1000 {
		f.lines = append(f.lines, said{noon.UnixNano(), "h" + strconv.Itoa(i%3), fmt.Sprint("same time ", i)})
	}
	for i := range 700 {
		f.lines = append(f.lines, said{noon.UnixNano() + int64(i/3-100)*1e9, "h", fmt.Sprint("line ", i)})
	}
	check := func(tenant int) {
		f.limit = tenant
		s := open(t, Options{URL: url, Select: `{host=~".+"}`})
		for _, limit := range []int{90, 999, 1000, 3000} {
			var there [2][]sources.LogLine
			for i, forward := range []bool{false, true} {
				there[i] = pagesOf(t, s, sources.LogQuery{Limit: limit, Forward: forward})
				seen := map[string]int{}
				for _, l := range there[i] {
					seen[l.Raw]++
				}
				for _, l := range f.lines {
					if seen[l.line] != 1 {
						t.Fatalf("limit %d, forward %v: %q came %d times", limit, forward, l.line, seen[l.line])
					}
				}
			}
			slices.Reverse(there[0])
			if d := cmp.Diff(there[0], there[1]); d != "" {
				t.Fatal(d)
			}
		}
	}
	check(5000)
	check(1200)
	// A server that gives fewer lines of one time than there are: that is said.
	f.limit = 500
	s := open(t, Options{URL: url, Select: `{host=~".+"}`, MaxLines: 500})
	lines := pagesOf(t, s, sources.LogQuery{Limit: 400})
	if i := slices.IndexFunc(lines, func(l sources.LogLine) bool { return l.Lost == -1 }); i < 0 || len(lines) != 697+500+1 {
		t.Errorf("%d lines, the gap at %d", len(lines), i)
	}
}

func TestTermsGoToTheServer(t *testing.T) {
	f := func(typed, want string) {
		t.Helper()
		term, err := logs.ParseTerm(typed)
		if err != nil {
			t.Fatal(err)
		}
		s := stagesOf([]sources.LogTerm{term})
		if got := s.text + s.maybe; got != want {
			t.Errorf("%s: got%s\nwant%s", typed, got, want)
		}
	}
	f(`pool`, ` |= "pool"`)
	f(`-"say \"hi\""`, ` != "say \"hi\""`)
	f(`~Pool.x`, ` |~ "(?i)Pool\\.x"`)
	f(`/a.*b/i`, ` |~ "(?i)a.*b"`)
	f(`-/^x/`, ` !~ "^x"`)
	f(`status>=500`, "")
	f(`svc=api`, "")
	f(`time>=2026-01-01`, "")
	low := "trace|trc|verbose|debug|dbg|info|inf|information|informational|notice"
	all := words(levelWords)
	f(`level>=warn`, ` | detected_level!~"(?i)(`+low+`)" and (detected_level=~`+all+` or level!~"(?i)(`+low+`)")`)
}

// TestTested: what the server cannot test is tested here, page after page, to the last line.
func TestTested(t *testing.T) {
	f, url := newFake(t)
	for i := range 20_000 {
		f.lines = append(f.lines, said{noon.UnixNano() - int64(i)*1e6, "h", fmt.Sprintf("status=%d svc=api n=%d", 200+i%400, i)})
	}
	s := open(t, Options{URL: url, Select: `{host="h"}`})
	m := []sources.LogTerm{{Field: "status", Op: sources.LogEqual, Value: "599"}, {Op: sources.LogContains, Value: "svc"}}
	page, err := s.SearchLogs(t.Context(), sources.LogQuery{Terms: m, Limit: 100})
	if err != nil || len(page.Lines) != 50 || page.More {
		t.Fatal(len(page.Lines), err)
	}
	w := sources.Window{Start: noon.Add(-time.Minute), End: noon.Add(time.Second)}
	frame, err := s.CountLogs(t.Context(), sources.LogQuery{Window: w, Terms: m}, time.Minute, nil)
	if err != nil || len(frame.Series) != 1 || frame.Series[0].Values[0]+frame.Series[0].Values[1] != 50 || frame.Incomplete {
		t.Fatal(frame, err)
	}
	for _, q := range f.queries {
		if q != `{host="h"} |= "svc"` {
			t.Fatal(q)
		}
	}
}

func TestCount(t *testing.T) {
	f := func(name, want string, terms ...sources.LogTerm) {
		t.Helper()
		url := serve(t, map[string]http.HandlerFunc{"/loki/api/v1/query_range": func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.FormValue("query"), "sum by (detected_level, level) (count_over_time({a=\"b\"}") {
				body(200, "application/json", `{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["1700000001000000000","FATAL: gone"],["1700000002000000000","nothing"]]}]}}`)(w, r)
				return
			}
			if got := r.FormValue("start") + " " + r.FormValue("end") + " " + r.FormValue("step"); got != "1700000059999999999 1700000239999999999 60" {
				t.Error(got)
			}
			body(200, "application/json", recorded(t, name))(w, r)
		}})
		s := open(t, Options{URL: url})
		fr, err := s.CountLogs(t.Context(), sources.LogQuery{Select: `{a="b"}`, Terms: terms, Window: sources.Window{Start: noon, End: noon.Add(3 * time.Minute)}}, time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range fr.Series {
			got = append(got, s.Labels.Value("level")+fmt.Sprint(s.Values))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	f("matrix.json", "unknown[5 0 7] warn[0 2 0] error[3 1 0]")
	f("matrix_aligned.json", "error[3 1 0]")
	// Lines whose level no label tells are read.
	f("matrix_aligned.json", "error[3 1 0] fatal[1 0 0]", sources.LogTerm{Field: "level", Op: sources.LogGreaterEqual, Value: "error"})
}

func TestAllStreams(t *testing.T) {
	var asked []string
	url := serve(t, map[string]http.HandlerFunc{
		"/loki/api/v1/labels":            body(200, "application/json", `{"status":"success","data":["host","job","service_name"]}`),
		"/loki/api/v1/label/host/values": body(200, "application/json", `{"status":"success","data":["b","a"]}`),
		"/loki/api/v1/series":            body(200, "application/json", `{"status":"success","data":[{"job":"x","host":"1"},{"service_name":"api","host":"2"},{"service_name":"db"}]}`),
		"/loki/api/v1/index/volume":      body(200, "application/json", recorded(t, "volume.json")),
		"/loki/api/v1/query_range": func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.FormValue("query"))
			body(200, "application/json", `{"status":"success","data":{"resultType":"streams","result":[]}}`)(w, r)
		},
		"/down/loki/api/v1/labels": body(200, "application/json", `{"status":"success","data":["host","job"]}`),
		"/down/loki/api/v1/series": body(400, "text/plain", "max series"),
		"/down/loki/api/v1/query_range": func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.FormValue("query"))
			body(200, "application/json", `{"status":"success","data":{"resultType":"streams","result":[]}}`)(w, r)
		},
		"/down/loki/api/v1/status/buildinfo": http.NotFound,
	})
	s := open(t, Options{URL: url})
	if page, err := s.SearchLogs(t.Context(), sources.LogQuery{Window: sources.Window{Start: noon, End: noon}}); err != nil || len(page.Lines) != 0 {
		t.Fatal(page, err)
	}
	if want := []string{`{service_name=~".+"}`, `{service_name="", job=~".+"}`}; !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	streams, err := s.LogStreams(t.Context(), sources.Window{}, 10)
	if err != nil || len(streams) != 4 || streams[0].Select != `{service_name="api"}` {
		t.Error(streams, err)
	}
	if values, err := s.LabelValues(t.Context(), sources.Window{}, "host"); err != nil || strings.Join(values, " ") != "a b" {
		t.Error(values, err)
	}
	asked = nil
	s = open(t, Options{URL: url + "/down"})
	if _, err := s.SearchLogs(t.Context(), sources.LogQuery{Window: sources.Window{Start: noon, End: noon}}); err != nil || !slices.Equal(asked, []string{`{job=~".+"}`}) {
		t.Error(asked, err)
	}
	if notes := s.Status().Notes; len(notes) != 1 || !strings.Contains(notes[0], "label job") {
		t.Error(notes)
	}
}

func TestFaults(t *testing.T) {
	type want struct {
		kind  sources.ErrorKind
		retry bool
		words string
	}
	f := func(name string, h http.HandlerFunc, w want) {
		t.Helper()
		s := open(t, Options{URL: serve(t, map[string]http.HandlerFunc{"/loki/api/v1/query_range": h}), Select: `{a="b"}`, MaxBytes: 1 << 16})
		_, err := s.SearchLogs(t.Context(), sources.LogQuery{})
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != w.kind || e.Retryable != w.retry || !strings.Contains(err.Error(), w.words) {
			t.Errorf("%s: %v, want %s", name, err, w.words)
		}
	}
	f("401", body(401, "text/plain", "no org id\n"), want{sources.KindAuth, false, "X-Scope-OrgID"})
	f("403", body(403, "text/html", "<title>No</title>"), want{sources.KindAuth, false, `"No"`})
	f("429", body(429, "text/plain", "too many outstanding requests"), want{sources.KindThrottled, true, "outstanding"})
	f("500", body(500, "text/plain", "oops"), want{sources.KindUnavailable, true, "oops"})
	f("502", body(502, "text/html", "<title>Bad gateway</title>"), want{sources.KindUnavailable, true, "Bad gateway"})
	f("504", body(504, "text/plain", ""), want{sources.KindTimeout, true, "504"})
	f("400", body(400, "text/plain", "parse error at line 1, col 3: syntax error"), want{sources.KindQuery, false, "col 3"})
	f("404", http.NotFound, want{sources.KindUnavailable, true, "no Loki at"})
	f("HTML", body(200, "text/html", "<title>Sign in\x1b[31m</title>"), want{sources.KindProtocol, false, `"Sign in [31m"`})
	f("not JSON", body(200, "application/json", "hello"), want{sources.KindProtocol, false, "invalid character"})
	f("truncated", body(200, "application/json", `{"status":"success","data":{"resultType":"streams","result":[{"stream":{`), want{sources.KindProtocol, true, "ends too early"})
	f("empty", body(200, "application/json", ""), want{sources.KindProtocol, true, "ends too early"})
	f("a metric", body(200, "application/json", recorded(t, "matrix.json")), want{sources.KindQuery, false, "not lines"})
	f("bad time", body(200, "application/json", `{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["x","y"]]}]}}`), want{sources.KindProtocol, false, "invalid syntax"})
	f("endless", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"streams","result":[`)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, `{"stream":{},"values":[]},`); err != nil {
				return
			}
		}
	}, want{sources.KindTooLarge, false, "more than 65536 bytes"})
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	s := open(t, Options{URL: serve(t, map[string]http.HandlerFunc{"/loki/api/v1/query_range": hang, "/loki/api/v1/tail": hang}), Select: `{a="b"}`})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.SearchLogs(ctx, sources.LogQuery{}); sources.KindOf(err) != sources.KindTimeout {
		t.Error(err)
	}
	if err := s.TailLogs(ctx, sources.LogQuery{}, nil); sources.KindOf(err) != sources.KindCancelled && sources.KindOf(err) != sources.KindTimeout {
		t.Error(err)
	}
}

func TestTail(t *testing.T) {
	f, url := newFake(t)
	s := open(t, Options{URL: url, Select: `{host=~".+"}`})
	tries := 0
	meanwhile := func() {}
	s.pause = func(context.Context, time.Duration) error { tries++; meanwhile(); return nil }
	out := make(chan sources.LogBatch, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.TailLogs(ctx, sources.LogQuery{Terms: []sources.LogTerm{{Not: true, Op: sources.LogContains, Value: "skip"}}}, out)
	}()
	f.await(1)
	at, n := noon.Add(2*time.Minute).UnixNano(), 0
	say := func(count int) {
		for range count {
			f.say(said{at + int64(n/3), "h", fmt.Sprint("line ", n)}, said{at, "h", "skip"})
			n++
		}
	}
	got := map[string]int{}
	receive := func() {
		t.Helper()
		for len(got) < n {
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
	}
	say(20)
	receive()
	for i := range 20 { // cut in the middle of a frame, with lines said while nobody listens
		meanwhile = func() { say(5) }
		f.cutAll()
		f.await(2 + i)
		meanwhile = func() {}
		say(3)
		receive()
	}
	if tries < 20 {
		t.Errorf("%d reconnections", tries)
	}
	cancel()
	if err := <-done; sources.KindOf(err) != sources.KindCancelled {
		t.Error(err)
	}
}

func TestDropped(t *testing.T) {
	s := open(t, Options{URL: "http://127.0.0.1:1"})
	lines, err := s.message([]byte(recorded(t, "tail.json")))
	if err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	if l := lines[0]; l.Raw != "back again" || l.Severity != sources.SeverityInfo || l.Labels.Value("service_name") != "api" {
		t.Error(l)
	}
	if l := lines[1]; l.Lost != 2 || l.Time.UnixNano() != 1700000000000000007 || !strings.Contains(l.Body, "2 lines") {
		t.Error(l)
	}
	for _, bad := range []string{"", "[]", `{"streams":[{"values":[["1"]]}]}`, `{"dropped_entries":[{"timestamp":"soon"}]}`} {
		if _, err := s.message([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestTailRefused(t *testing.T) {
	f := func(h http.HandlerFunc, kind sources.ErrorKind, words string) {
		t.Helper()
		s := open(t, Options{URL: "http://admin:hunter2@" + strings.TrimPrefix(serve(t, map[string]http.HandlerFunc{"/loki/api/v1/tail": h}), "http://"), Select: `{a="b"}`})
		err := s.TailLogs(t.Context(), sources.LogQuery{}, nil)
		if sources.KindOf(err) != kind || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
	}
	f(body(401, "text/plain", "no org id"), sources.KindAuth, "tenant")
	f(body(429, "text/plain", "max concurrent tail requests limit exceeded"), sources.KindThrottled, "concurrent")
	f(body(200, "text/html", "<title>Sign in</title>"), sources.KindProtocol, "Sign in")
	f(body(503, "text/plain", ""), sources.KindUnavailable, "503")
}

func TestProbe(t *testing.T) {
	f := func(paths map[string]http.HandlerFunc, version string, kind sources.ErrorKind) {
		t.Helper()
		url := serve(t, paths)
		found, err := Probe(t.Context(), url+"/ready", Options{})
		if sources.KindOf(err) != kind || err == nil && (found.URL != url || found.Version != version) {
			t.Error(found, err)
		}
	}
	labels := "/loki/api/v1/labels"
	f(map[string]http.HandlerFunc{buildInfo: body(200, "application/json", `{"version":"3.4.2"}`)}, "3.4.2", 0)
	f(map[string]http.HandlerFunc{labels: body(200, "application/json", `{"status":"success"}`)}, "", 0)
	f(map[string]http.HandlerFunc{labels: body(401, "text/plain", "no")}, "", sources.KindAuth)
	f(map[string]http.HandlerFunc{}, "", sources.KindUnsupported)
	f(map[string]http.HandlerFunc{"/": body(200, "text/html", "<title>hi</title>")}, "", sources.KindUnsupported)
	if _, err := Probe(t.Context(), "http://127.0.0.1:1", Options{}); sources.KindOf(err) != sources.KindUnavailable {
		t.Error(err)
	}
}
