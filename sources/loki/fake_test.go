package loki

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"nightjar/sources"
)

// noon is when the tests are.
var noon = time.Unix(1_700_000_000, 0)

// serve serves paths until the test ends; what is not named is not found.
func serve(t *testing.T, paths map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range paths {
		mux.HandleFunc(path, h)
	}
	srv := httptest.NewUnstartedServer(mux)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

func body(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	o.Name = "prod"
	if o.Clock == nil {
		o.Clock = func() time.Time { return noon.Add(time.Minute) }
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A said is a line that a fake server holds.
type said struct {
	at   int64
	host string
	line string
}

// A fake is a server of one label, host, that answers query_range by time alone, in
// the documented shape, and tails what it is given. It shuffles lines and gives some twice.
type fake struct {
	t     *testing.T
	limit int // the tenant's

	mu      sync.Mutex
	lines   []said
	queries []string
	tails   []chan []said
	opened  int           // tails so far
	cut     chan struct{} // closed: tails are cut in the middle of a frame
}

func newFake(t *testing.T) (*fake, string) {
	f := &fake{t: t, limit: 5000, cut: make(chan struct{})}
	return f, serve(t, map[string]http.HandlerFunc{
		"/loki/api/v1/query_range": f.queryRange,
		"/loki/api/v1/tail":        f.tail,
		buildInfo:                  body(200, "application/json", `{"version":"3.4.2","revision":"x","branch":"HEAD","buildUser":"","buildDate":"","goVersion":"go1.23"}`),
	})
}

func (f *fake) queryRange(w http.ResponseWriter, r *http.Request) {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(r.FormValue(name), 10, 64)
		if err != nil {
			f.t.Errorf("%s: %v", name, err)
		}
		return n
	}
	limit, forward := int(number("limit")), r.FormValue("direction") == "forward"
	if limit > f.limit {
		body(400, "text/plain", "max entries limit per query exceeded, limit > max_entries_limit ("+strconv.Itoa(limit)+" > "+strconv.Itoa(f.limit)+")\n")(w, r)
		return
	}
	f.mu.Lock()
	f.queries = append(f.queries, r.FormValue("query"))
	lines := slices.DeleteFunc(slices.Clone(f.lines), func(l said) bool { return l.at < number("start") || l.at >= number("end") })
	f.mu.Unlock()
	slices.SortStableFunc(lines, func(a, b said) int {
		if forward {
			return int(a.at - b.at)
		}
		return int(b.at - a.at)
	})
	lines = lines[:min(len(lines), limit)]
	if n := len(lines); n > 2 && n < limit {
		lines = append(lines, lines[n/2]) // once more, and out of order
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "streams", "result": streamsOf(lines)}})
}

func streamsOf(lines []said) []any {
	by := map[string][]any{}
	for _, l := range lines {
		by[l.host] = append(by[l.host], []any{strconv.FormatInt(l.at, 10), l.line, map[string]any{}})
	}
	out := []any{}
	for host, values := range by {
		out = append(out, map[string]any{"stream": map[string]string{"host": host}, "values": values})
	}
	return out
}

// say stores lines and sends them to the tails.
func (f *fake) say(lines ...said) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = append(f.lines, lines...)
	for _, c := range f.tails {
		c <- lines
	}
}

func (f *fake) tail(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	cut, mine := f.cut, make(chan []said, 100)
	f.tails = append(f.tails, mine)
	f.opened++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.tails = slices.DeleteFunc(f.tails, func(c chan []said) bool { return c == mine })
	}()
	tcp := &hijacked{ResponseWriter: w}
	conn, err := websocket.Accept(tcp, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	defer func() { _ = conn.CloseNow() }()
	ctx := conn.CloseRead(r.Context())
	for {
		select {
		case lines := <-mine:
			b, err := json.Marshal(map[string]any{"streams": streamsOf(lines)})
			if err != nil || conn.Write(ctx, websocket.MessageText, b) != nil {
				return
			}
		case <-cut:
			// A frame of 100 bytes of text, of which 10 come.
			_, _ = tcp.conn.Write(append([]byte{0x81, 100}, `{"streams"`...))
			return
		case <-ctx.Done():
			return
		}
	}
}

// hijacked keeps the connection that a handler takes over.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := h.ResponseWriter.(http.Hijacker).Hijack()
	h.conn = conn
	return conn, rw, err
}

// cutAll cuts all tails; those that come afterwards go on.
func (f *fake) cutAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.cut)
	f.cut = make(chan struct{})
}

// await waits until n tails were opened so far.
func (f *fake) await(n int) {
	f.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		f.mu.Lock()
		have := f.opened
		f.mu.Unlock()
		if have == n {
			return
		}
		select {
		case <-tick.C:
		case <-f.t.Context().Done():
			f.t.Fatalf("%d tails, want %d", have, n)
		}
	}
}

func pagesOf(t *testing.T, s *Source, q sources.LogQuery) (all []sources.LogLine) {
	t.Helper()
	for {
		page, err := s.SearchLogs(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Lines) > q.Limit {
			t.Fatalf("%d lines in a page of %d", len(page.Lines), q.Limit)
		}
		all = append(all, page.Lines...)
		if !page.More {
			return all
		}
		last := page.Lines[len(page.Lines)-1].Pos
		if q.Forward {
			q.After = last
		} else {
			q.Before = last
		}
	}
}
