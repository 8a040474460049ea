//go:build e2e

package victorialogs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// stored puts lines of every sort into a server: 1,000 of one time, some of them
// the same in all, and others around them.
func stored(t *testing.T) (*server, *Source, []record) {
	srv := startServer(t)
	src := open(t, Options{URL: srv.url()})
	base := time.Now().Add(-40 * time.Minute).Truncate(time.Second)
	var all []record
	for i := range 1000 {
		all = append(all, record{
			"_time": base.Format(time.RFC3339Nano), "_msg": fmt.Sprintf("same time %d", i/2), "app": "web", "host": "h" + strconv.Itoa(i/2%3),
		})
	}
	levels := []string{"info", "ERROR", "warning", "debug", "", "odd", "Critical"}
	messages := []string{
		"pool exhausted after 31 ms", "Pool Exhausted", `path="C:\temp" (a.b*c) [x]`, `{"status":404,"svc":"api","msg":"not found"}`,
		"level=error status=503 svc=web msg=\"down\"", "ERROR: it is broken", "Ünïcödé straße ĸ", "tab\tand \"quotes\" and `ticks`", "a | b & c ! d", "_time:5m or *",
	}
	statuses := []string{"", "200", "404", "503", "0500", "4 KiB", "1e3", "99ms", "abc", "9007199254740993"}
	for i := range 700 {
		r := record{
			"_time": base.Add(time.Duration(i-350) * 1234567 * time.Microsecond).Format(time.RFC3339Nano),
			"_msg":  messages[i%len(messages)] + " " + strconv.Itoa(i), "app": []string{"web", "api", "db"}[i%3], "host": "h" + strconv.Itoa(i%2),
		}
		if l := levels[i%len(levels)]; l != "" {
			r["level"] = l
		} else if i%2 == 0 {
			r["severity"] = "warn"
		}
		if s := statuses[i/3%len(statuses)]; s != "" {
			r["status"] = s
		}
		if i%4 == 0 {
			r["svc"] = []string{"api", "web"}[i/4%2]
		}
		all = append(all, r)
	}
	srv.insert(all...)
	srv.settled(src, len(all))
	return srv, src, all
}

func TestE2EPagesBothWays(t *testing.T) {
	_, src, all := stored(t)
	want := map[string]int{}
	for _, r := range all {
		want[r["_msg"]+" "+r["host"]]++
	}
	f := func(q sources.LogQuery) []sources.LogLine {
		t.Helper()
		lines := pagesOf(t, src, q)
		got := map[string]int{}
		seen := map[sources.LogPos]bool{}
		for i, l := range lines {
			got[l.Raw+" "+l.Labels.Value("host")]++
			if seen[l.Pos] {
				t.Fatalf("%v came twice", l)
			}
			seen[l.Pos] = true
			if i > 0 && (lines[i-1].Pos.Compare(l.Pos) < 0) != q.Forward {
				t.Fatalf("%v and %v are not in order", lines[i-1], l)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("limit %d, forward %v: %d lines of %d: %s", q.Limit, q.Forward, len(lines), len(all), d)
		}
		return lines
	}
	for _, limit := range []int{7, 250, 999, 1000, 5000} {
		back := f(sources.LogQuery{Limit: limit})
		on := f(sources.LogQuery{Limit: limit, Forward: true})
		slices.Reverse(back)
		if d := cmp.Diff(texts(back), texts(on)); d != "" {
			t.Fatalf("limit %d: back and on differ: %s", limit, d)
		}
		for i := range back {
			if back[i].Pos != on[i].Pos {
				t.Fatal("one line has two positions")
			}
		}
	}
}

// The terms of the tests, as a person types them.
var typed = []string{
	"pool", "-pool", "~POOL", "-~exhausted", "/ex.*[0-9]+ ms/", "-/^P/", "/(?i)ünï/", `"C:\\temp"`, "(a.b*c)", `"tab\tand"`, `"quotes\" and"`, "`ticks`", "a | b & c ! d", "_time:5m or *", "straße",
	"status=404", "status!=404", "status>=500", "status<500", "-status>=500", "status>404", "status<=404", "status>=4kB", "status=abc", "status>abc", "status=~^[45]", "status!~4", "has:status", "-has:status", "status*=0", "status~=AB",
	"svc=api", "svc!=api", "-svc=web", "has:svc", "-has:svc", "app=web", "app!=web", "app=~a", "msg=down", "nothing=x", "nothing!=x",
	"level=error", "level>=warn", "level<warn", "level!=info", "-level>=error", "has:level", "-has:level", "level=unknown", "level=~rr", "level=fatal", "level=17",
	"time>=-40m", "time<-40m", "-time>=-40m",
}

func terms(t *testing.T, text string) []sources.LogTerm {
	t.Helper()
	term, err := logs.ParseTermAt(text, time.Now(), time.UTC)
	if err != nil {
		t.Fatal(text, err)
	}
	return []sources.LogTerm{term}
}

// TestE2ETerms holds what the server tests against what is tested here.
func TestE2ETerms(t *testing.T) {
	_, src, _ := stored(t)
	whole := pagesOf(t, src, sources.LogQuery{Limit: 5000})
	w := sources.Window{Start: whole[len(whole)-1].Time.Truncate(time.Minute), End: whole[0].Time.Add(time.Second)}
	for i, text := range typed {
		for _, also := range []string{"", "-exhausted", "level>=info"} {
			q := terms(t, text)
			if also != "" && i%3 == 0 {
				q = append(q, terms(t, also)...)
			} else if also != "" {
				continue
			}
			m, err := logs.Compile(q)
			if err != nil {
				t.Fatal(err)
			}
			var want []sources.LogLine
			c, err := logs.NewHistogram(w, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range whole {
				if m.Match(&l) {
					want = append(want, l)
					c.Line(l.Time, l.Severity)
				}
			}
			if d := cmp.Diff(texts(want), texts(pagesOf(t, src, sources.LogQuery{Limit: 400, Terms: q}))); d != "" {
				t.Errorf("%s %s: %s", text, also, d)
			}
			f, err := src.CountLogs(t.Context(), sources.LogQuery{Window: w, Terms: q}, time.Minute, nil)
			if err != nil {
				t.Errorf("%s %s: %v", text, also, err)
				continue
			}
			sum := func(f *sources.Frame) string {
				total := make([]float64, 1000)
				for _, s := range f.Series {
					for i, v := range s.Values {
						total[i] += v
					}
				}
				return fmt.Sprint(total)
			}
			if got, want := sum(f), sum(c.Frame("")); got != want {
				t.Errorf("%s %s: counted\n%s want\n%s", text, also, got, want)
			}
		}
	}
}

func TestE2EHits(t *testing.T) {
	_, src, all := stored(t)
	span, err := src.LogSpan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []time.Duration{time.Second, 7 * time.Second, time.Minute, time.Hour} {
		for _, off := range []time.Duration{0, 333 * time.Millisecond, 17 * time.Second} {
			w := sources.Window{Start: span.Start.Truncate(time.Second).Add(-off), End: span.End.Truncate(time.Millisecond).Add(time.Millisecond)}
			f, err := src.CountLogs(t.Context(), sources.LogQuery{Window: w}, step, nil)
			if err != nil {
				t.Fatal(err)
			}
			// By what the fields say: levels in a text alone are unknown to the server.
			c, err := logs.NewHistogram(w, step)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				at, err := time.Parse(time.RFC3339Nano, r["_time"])
				if err != nil {
					t.Fatal(err)
				}
				level := r["level"]
				if level == "" {
					level = r["severity"]
				}
				c.Line(at, logs.Level(level))
			}
			want := c.Frame(src.Name())
			if d := cmp.Diff(want, f); d != "" {
				t.Errorf("step %v, %v before: %s", step, off, d)
			}
		}
	}
}

func TestE2ELists(t *testing.T) {
	srv, src, _ := stored(t)
	// While the server merges what is in memory, an answer may lack some of it.
	await(t, func(ctx context.Context) error {
		streams, err := src.LogStreams(ctx, sources.Window{}, 100)
		if err == nil && len(streams) != 7 {
			err = fmt.Errorf("%d streams: %v", len(streams), streams)
		}
		n := 0
		for _, s := range streams {
			if s.Labels.Value("app") == "" || s.Labels.Value("host") == "" {
				t.Errorf("%v lacks labels", s)
			}
			n += len(pagesOf(t, src, sources.LogQuery{Select: s.Select, Limit: 5000}))
		}
		if err == nil && n != 1700 {
			err = fmt.Errorf("%d lines in all streams", n)
		}
		return err
	})
	names, err := src.LabelNames(t.Context(), sources.Window{})
	if err != nil || !slices.Contains(names, "status") {
		t.Error(names, err)
	}
	values, err := src.LabelValues(t.Context(), sources.Window{}, "app", "pool")
	if err != nil || strings.Join(values, " ") != "api db web" {
		t.Error(values, err)
	}
	await(t, func(ctx context.Context) error {
		facets, err := src.Facets(ctx, sources.Window{}, "", 2)
		if err == nil && !slices.ContainsFunc(facets, func(f Facet) bool { return f.Field == "app" && f.Value == "web" && f.Lines == 1234 }) {
			err = fmt.Errorf("facets %v", facets)
		}
		return err
	})
	found, err := Probe(t.Context(), srv.url()+"/select/vmui/", Options{})
	if err != nil || found.URL != srv.url() || !strings.HasPrefix(found.Version, "1.") {
		t.Error(found, err)
	}
	if st := src.Status(); st.Kind != "victorialogs" || !strings.HasPrefix(st.Version, "1.") || st.Received == 0 {
		t.Error(st)
	}
	if _, err := src.SearchLogs(t.Context(), sources.LogQuery{Select: "foo | ("}); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
	empty := open(t, Options{URL: srv.url(), Account: "7"})
	for _, forward := range []bool{false, true} {
		if page, err := empty.SearchLogs(t.Context(), sources.LogQuery{Forward: forward}); err != nil || len(page.Lines) != 0 || page.More {
			t.Error(page, err)
		}
	}
}

// TestE2ETail inserts lines while the server is stopped, killed and started again.
func TestE2ETail(t *testing.T) {
	srv := startServer(t)
	src := open(t, Options{URL: srv.url()})
	out := make(chan sources.LogBatch, 1000)
	done := make(chan error, 1)
	go func() { done <- src.TailLogs(t.Context(), sources.LogQuery{Terms: terms(t, "-skip")}, out) }()
	next := 0
	insert := func(n int) {
		var batch []record
		for range n {
			batch = append(batch, record{"_time": time.Now().Format(time.RFC3339Nano), "_msg": fmt.Sprintf("line %d", next), "app": "a", "host": "h"},
				record{"_time": time.Now().Format(time.RFC3339Nano), "_msg": "skip", "app": "a", "host": "h"})
			next++
		}
		srv.insert(batch...)
	}
	got := map[string]int{}
	receive := func() {
		t.Helper()
		limit := time.NewTimer(60 * time.Second)
		defer limit.Stop()
		for len(got) < next {
			select {
			case b := <-out:
				for _, l := range b.Lines {
					if l.Lost != 0 {
						t.Fatalf("a gap: %s", l.Body)
					}
					if got[l.Raw]++; got[l.Raw] > 1 {
						t.Fatalf("%q came twice", l.Raw)
					}
				}
			case err := <-done:
				t.Fatalf("the tail ended: %v", err)
			case <-limit.C:
				t.Fatalf("%d lines of %d came", len(got), next)
			}
		}
	}
	insert(50)
	receive()
	// A line that comes late, older than what the server's tail has sent of its stream.
	late := time.Now()
	insert(10)
	receive()
	srv.insert(record{"_time": late.Format(time.RFC3339Nano), "_msg": "late", "app": "a", "host": "h"})
	next++
	receive()
	srv.stop()
	srv.start()
	insert(50)
	receive()
	insert(20)
	receive()
	srv.kill()
	srv.start()
	insert(30)
	receive()
}
