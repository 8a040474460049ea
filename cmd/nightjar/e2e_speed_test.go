//go:build e2e

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// withHistory is a Prometheus that holds metric_00 to metric_23 with a sample
// every five seconds of the last 70 minutes, and scrapes itself.
func withHistory(t *testing.T) string {
	t.Helper()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: apt-get install prometheus")
	}
	dir := t.TempDir()
	now := time.Now().Truncate(time.Second)
	var page bytes.Buffer
	for i := range 24 {
		fmt.Fprintf(&page, "# TYPE %s gauge\n", metricOf(i))
		for at := now.Add(-70 * time.Minute); !at.After(now); at = at.Add(5 * time.Second) {
			fmt.Fprintf(&page, "%s %g %d\n", metricOf(i), 50+40*math.Sin(float64(at.Unix())/300+float64(i)), at.Unix())
		}
	}
	page.WriteString("# EOF\n")
	file, data := filepath.Join(dir, "history.txt"), filepath.Join(dir, "data")
	if err := os.WriteFile(file, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtool, "tsdb", "create-blocks-from", "openmetrics", file, data).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v: %s", err, out)
	}
	address := "127.0.0.1:" + freePort(t)
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 5s}\nscrape_configs:\n  - {job_name: prometheus, static_configs: [{targets: ['%s']}]}\n", address)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server(t, "prometheus", "--config.file="+config, "--storage.tsdb.path="+data, "--web.listen-address="+address)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		body, err := get("http://" + address + "/api/v1/query?query=" + url.QueryEscape("count_over_time(metric_23[1h])"))
		if err == nil && bytes.Contains(body, []byte(`"value"`)) {
			return "http://" + address
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has no history: %v %s", err, body)
		}
	}
}

// A toll stands before a server and counts what is asked and the data points
// that the answers have.
type toll struct {
	url string

	mu    sync.Mutex
	asked []paid
}

type paid struct {
	path, query, at string
	points          int
}

func newToll(t *testing.T, server string) *toll {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	c := &toll{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(resp *http.Response) error {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := resp.Request.Context().Value(formKey{}).(url.Values)
		q := form.Get("query")
		if q == "" {
			return nil
		}
		n, err := pointsOf(body)
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asked = append(c.asked, paid{resp.Request.URL.Path, q, form.Get("time"), n})
		return nil
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		form, _ := url.ParseQuery(string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.Header.Set("Accept-Encoding", "identity") // so that answers can be read here
		proxy.ServeHTTP(w, r.WithContext(withForm(r.Context(), form)))
	}))
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

// formKey is under what a request keeps its form for the answer.
type formKey struct{}

func withForm(ctx context.Context, form url.Values) context.Context {
	return context.WithValue(ctx, formKey{}, form)
}

// pointsOf counts the samples of an answer.
func pointsOf(body []byte) (int, error) {
	var said struct {
		Data struct {
			Result []struct {
				Value  []any
				Values [][]any
			}
		}
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return 0, err
	}
	n := 0
	for _, s := range said.Data.Result {
		n += len(s.Values)
		if s.Value != nil {
			n++
		}
	}
	return n, nil
}

// all is what was asked since the first n.
func (c *toll) all(n int) []paid {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked[n:])
}

// names are the queries among what was asked, sorted and each once.
func names(asked []paid) []string {
	var out []string
	for _, p := range asked {
		out = append(out, p.query)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *toll) until(t *testing.T, what string, ok func([]paid) bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(c.all(0)); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %q", what, names(c.all(0)))
		}
	}
}

// At 1 h and 5 s, 24 graphs fetch at most a twentieth of what the whole range
// each time would be, 24 equal panels cost one query, and panels that are off the
// screen none.
func TestE2EWhatABoardCosts(t *testing.T) {
	server := withHistory(t)
	const refresh, refreshes = 5 * time.Second, 12

	graphs, _ := wall(t, 24, 12, metricOf, "graph")
	first := func(int) string { return metricOf(0) }
	equalGraphs, _ := wall(t, 24, 2, first, "graph")
	equalBars, _ := wall(t, 24, 2, first, "bars")
	bars, _ := wall(t, 24, 2, metricOf, "bars")

	many, drawn, told, some := newToll(t, server), newToll(t, server), newToll(t, server), newToll(t, server)
	start(t, 240, 200, nil, many.url, graphs)
	start(t, 200, 60, nil, drawn.url, equalGraphs)
	start(t, 200, 60, nil, told.url, equalBars)
	small := start(t, 80, 24, nil, some.url, bars)

	many.until(t, "not all panels are asked", func(asked []paid) bool { return len(names(asked)) == 24 })
	time.Sleep(refresh) // what is learned of the server beside has had its effect
	whole, opening := 0, many.all(0)
	for _, name := range names(opening) {
		longest := 0
		for _, p := range opening {
			if p.query == name {
				longest = max(longest, p.points)
			}
		}
		whole += longest
	}
	toldBefore, someBefore := len(told.all(0)), len(some.all(0))
	time.Sleep(refreshes * refresh)

	points := 0
	steady := many.all(len(opening))
	for _, p := range steady {
		points += p.points
	}
	perRefresh := float64(points) / refreshes
	t.Logf("24 graphs: the whole range is %d points; %d queries with %d points in %d refreshes: %.1f a refresh, 1/%.0f", whole, len(steady), points, refreshes, perRefresh, float64(whole)/perRefresh)
	if points == 0 || whole < 24*300 || perRefresh > float64(whole)/20 {
		t.Errorf("%.1f points a refresh of %d", perRefresh, whole)
	}

	// Each query of a time is one of another refresh.
	equal, times := told.all(toldBefore), map[string]bool{}
	for _, p := range equal {
		times[p.at] = true
	}
	t.Logf("24 equal bars: %d queries in %d refreshes; 24 equal graphs: %d in all", len(equal), refreshes, len(drawn.all(0)))
	if n := len(equal); n < refreshes-2 || n > refreshes+2 || n != len(times) {
		t.Errorf("24 equal bars make %d queries, of %d times, in %d refreshes", n, len(times), refreshes)
	}
	if n := len(drawn.all(0)); n == 0 || n > refreshes+2 {
		t.Errorf("24 equal graphs make %d queries in %d refreshes", n, refreshes)
	}

	seen := names(some.all(0))
	if len(seen) == 0 || len(seen) >= 24 || slices.Contains(seen, metricOf(23)) {
		t.Errorf("80x24 asks %q", seen)
	}
	if again := names(some.all(someBefore)); len(again) == 0 || len(again) > len(seen) {
		t.Errorf("80x24 asks %q after %q", again, seen)
	}
	small.typed("G")
	some.until(t, "the last panel is not asked", func(asked []paid) bool { return slices.Contains(names(asked), metricOf(23)) })
	after := len(some.all(0))
	time.Sleep(3 * refresh)
	if late := names(some.all(after)); slices.Contains(late, metricOf(0)) || !slices.Contains(late, metricOf(23)) {
		t.Errorf("at the end of the board it asks %q", late)
	}
}
