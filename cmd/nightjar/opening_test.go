//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A trips is a server far away: it answers no request of a round trip before all
// of that round trip have come. A client that asks one after the other, or fewer
// at a time, waits for ever.
type trips struct {
	t *testing.T

	mu    sync.Mutex
	waves []wave
	early []string // that were not of the round trip under way
}

type wave struct {
	missing []string
	held    chan struct{} // closed when what is held may be answered
	all     chan struct{} // closed when all have come
}

// One with nothing to wait for answers all.
func newTrips(t *testing.T, waves ...[]string) *trips {
	g := &trips{t: t}
	for _, w := range waves {
		g.waves = append(g.waves, wave{missing: slices.Clone(w), held: make(chan struct{}), all: make(chan struct{})})
	}
	return g
}

// come holds a request until its round trip is over.
func (g *trips) come(r *http.Request, key string) {
	g.mu.Lock()
	i := slices.IndexFunc(g.waves, func(w wave) bool { return len(w.missing) > 0 || !closedNow(w.held) })
	if i < 0 {
		g.mu.Unlock()
		return
	}
	w := &g.waves[i]
	at := slices.Index(w.missing, key)
	if at < 0 {
		g.early = append(g.early, key)
	} else if w.missing = slices.Delete(w.missing, at, at+1); len(w.missing) == 0 {
		close(w.all)
	}
	g.mu.Unlock()
	select {
	case <-w.held:
	case <-r.Context().Done():
	}
}

func closedNow(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// await returns when all of the i-th round trip have come.
func (g *trips) await(i int) {
	g.t.Helper()
	select {
	case <-g.waves[i].all:
	case <-time.After(60 * time.Second):
		g.mu.Lock()
		defer g.mu.Unlock()
		g.t.Fatalf("round trip %d lacks %q; besides came %q", i+1, g.waves[i].missing, g.early)
	}
}

// nothingBesides checks that nothing was asked before there was data but what the round trips have.
func (g *trips) nothingBesides() {
	g.t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.early) > 0 {
		g.t.Errorf("asked besides, before there was data: %q", g.early)
	}
}

func (g *trips) answer(i int) { close(g.waves[i].held) }

// What a dashboard asks of a target of which nothing is known.
const (
	askBuild  = "/api/v1/status/buildinfo"
	askConfig = "/api/v1/status/config"
	askNames  = "/api/v1/label/__name__/values"
)

// far is as much of Prometheus's API as a dashboard asks; each query gives 7.
func far(t *testing.T, g *trips) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		key := r.URL.Path
		if q := r.Form.Get("query"); q != "" {
			key = q
		}
		g.come(r, key)
		w.Header().Set("Content-Type", "application/json")
		number := func(name string) float64 {
			x, _ := strconv.ParseFloat(r.Form.Get(name), 64)
			return x
		}
		const good = `{"status":"success","data":`
		switch r.URL.Path {
		case askBuild:
			fmt.Fprint(w, good+`{"version":"3.1.0"}}`)
		case askConfig:
			fmt.Fprint(w, good+`{"yaml":"global:\n  scrape_interval: 15s\n"}}`)
		case askNames:
			fmt.Fprint(w, good+`[]}`)
		case "/api/v1/query":
			fmt.Fprintf(w, good+`{"resultType":"vector","result":[{"metric":{},"value":[%f,"7"]}]}}`, number("time"))
		case "/api/v1/query_range":
			var values []string
			for at := number("start"); at <= number("end"); at += number("step") {
				values = append(values, fmt.Sprintf(`[%f,"7"]`, at))
			}
			fmt.Fprintf(w, good+`{"resultType":"matrix","result":[{"metric":{},"values":[%s]}]}}`, strings.Join(values, ","))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

// wall writes a board of n panels, of the kinds in turn and span twelfths wide, and
// gives its path and its queries.
func wall(t *testing.T, n, span int, expr func(i int) string, kinds ...string) (path string, queries []string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("title: wall\nrange: 1h\nrefresh: 5s\nrows:\n")
	for i := range n {
		if i*span%12 == 0 {
			text.WriteString("  - panels:\n")
		}
		fmt.Fprintf(&text, "      - {title: 'Panel %02d', kind: %s, span: %d, min_width: 10, height: 8, min_height: 8, queries: ['%s']}\n", i, kinds[i%len(kinds)], span, expr(i))
		queries = append(queries, expr(i))
	}
	path = filepath.Join(t.TempDir(), "wall.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, queries
}

func metricOf(i int) string { return fmt.Sprintf("metric_%02d", i) }

// A board of 24 panels has its data after two round trips, and the layout before the first.
func TestOpensInTwoRoundTrips(t *testing.T) {
	board, queries := wall(t, 24, 2, metricOf, "graph", "stat", "bars")
	g := newTrips(t, []string{askBuild, askConfig, askNames}, queries)
	c := start(t, 200, 60, nil, far(t, g).URL, board)
	g.await(0)
	c.sees("wall", "Panel 00", "Panel 23", "loading", "asking")
	c.typed("?")
	c.sees("Keys", "esc close")
	c.typed("\x1b")
	c.until(func(s string) bool { return !strings.Contains(s, "esc close") }, "help stays open")
	g.answer(0)
	g.await(1)
	g.answer(1)
	c.until(func(s string) bool { return !strings.Contains(s, "loading") && strings.Contains(s, "7") }, "the panels have no data")
	g.nothingBesides()
	c.typed("q")
	if code := c.ends(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	c.restored()
}

// Where the configuration says what the source is, the panels are asked at once.
func TestOpensInOneRoundTrip(t *testing.T) {
	board, queries := wall(t, 24, 2, metricOf, "graph", "stat", "bars")
	g := newTrips(t, append(queries, askBuild, askConfig, askNames))
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf("sources: [{name: prod, kind: prometheus, url: '%s'}]\n", far(t, g).URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := setSource(board, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(board, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, 200, 60, nil, "--config", config, board)
	g.await(0)
	c.sees("Panel 23", "loading")
	g.answer(0)
	c.until(func(s string) bool { return !strings.Contains(s, "loading") && strings.Contains(s, "7") }, "the panels have no data")
	g.nothingBesides()
	c.typed("q")
	c.ends()
}

// setSource gives the text of a board whose panels ask a source.
func setSource(path, source string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.ReplaceAll(string(text), "kind:", "source: "+source+", kind:"), err
}

// A target that does not answer says so on the screen and since when, takes keys,
// and opens when it comes back. What is none ends the program as ever.
func TestOpeningSaysWhatIsWrong(t *testing.T) {
	g := newTrips(t, []string{askBuild, askConfig, askNames})
	c := start(t, 100, 30, nil, far(t, g).URL)
	g.await(0)
	c.sees("Opening", "no answer", "since", "asking what it is", "q quit")
	g.answer(0)
	c.sees("› metrics")
	c.typed("q")
	if code := c.ends(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	c = start(t, 100, 30, nil, "http://127.0.0.1:1")
	c.sees("Opening", "connection refused", "since", "asked again in")
	c.typed(":")
	c.sees("Go to or do")
	c.typed("127.0.0.1\r")
	c.sees("Source 127.0.0.1:1", "connection refused")
	c.typed("\x1b")
	c.until(func(s string) bool { return !strings.Contains(s, "Source ") }, "the card stays open")
	c.typed("1[]+-0 fVVrc\t")
	c.sees("Opening")
	c.typed("q")
	if code := c.ends(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	c.restored()
	srv := fakeServer(t, nil)
	c = start(t, 100, 30, nil, srv.URL+"/page")
	if code := c.ends(); code != exitUnreachable {
		t.Errorf("exit code %d", code)
	}
	c.restored()
	c.sees("nightjar: ", "Intranet")
	// With another target beside it, it is said on the screen.
	c = start(t, 100, 30, nil, srv.URL+"/page", srv.URL+"/prom")
	c.sees("not opened", "Samples per scrape")
	c.typed("q")
	c.ends()
	// A board of a source that is there is shown before the source has said what it has.
	config := filepath.Join(t.TempDir(), "config.yaml")
	g = newTrips(t, []string{"never"})
	if err := os.WriteFile(config, fmt.Appendf(nil, "sources: [{name: prod, kind: prometheus, url: '%s'}]\n", far(t, g).URL), 0o600); err != nil {
		t.Fatal(err)
	}
	c = start(t, 100, 30, nil, "--config", config, "--board", "targets@prod")
	c.sees("› targets prod", "loading")
	c.typed("q")
	c.ends()
}
