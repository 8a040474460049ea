package docker

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

var begin = time.Date(2026, 2, 3, 10, 0, 0, 0, time.UTC)

// A fakeLine is a line that a container said.
type fakeLine struct {
	stream int
	at     time.Time
	text   string
}

// A fakeContainer has lines and a state; a change wakes who follows it.
type fakeContainer struct {
	ID, Name string
	tty      bool
	mu       sync.Mutex
	wake     *sync.Cond
	lines    []fakeLine
	running  bool
	starts   int
	code     int
	cut      int // lines after which a following connection is cut mid-frame, once
	refuse   string
}

func newContainer(id, name string, lines ...string) *fakeContainer {
	c := &fakeContainer{ID: id, Name: name, running: true, starts: 1}
	c.wake = sync.NewCond(&c.mu)
	for _, l := range lines {
		c.say(streamStdout, l)
	}
	return c
}

func (c *fakeContainer) say(stream int, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fakeLine{stream, begin.Add(time.Duration(len(c.lines)) * time.Second), text})
	c.wake.Broadcast()
}

func (c *fakeContainer) set(running bool, code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if running {
		c.starts++
	}
	c.running, c.code = running, code
	c.wake.Broadcast()
}

// A fakeEngine answers as the engine's API documents.
type fakeEngine struct {
	socket     string
	mu         sync.Mutex
	containers []*fakeContainer
}

func serve(t *testing.T, containers ...*fakeContainer) *fakeEngine {
	t.Helper()
	dir, err := os.MkdirTemp("", "engine") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	e := &fakeEngine{socket: filepath.Join(dir, "s"), containers: containers}
	l, err := net.Listen("unix", e.socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"Version":"28.2.2","ApiVersion":"1.50","Components":[{"Name":"Engine","Version":"28.2.2"}]}`)
	})
	mux.HandleFunc("GET /containers/json", e.list)
	mux.HandleFunc("GET /containers/{id}/json", e.inspect)
	mux.HandleFunc("GET /containers/{id}/logs", e.logs)
	ctx, cancel := context.WithCancel(context.Background())
	srv := &http.Server{Handler: mux, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { cancel(); _ = srv.Close(); <-done })
	return e
}

func (e *fakeEngine) find(w http.ResponseWriter, r *http.Request) *fakeContainer {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.containers {
		if id := r.PathValue("id"); id == c.ID || id == c.Name {
			return c
		}
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, `{"message":"No such container: %s"}`, r.PathValue("id"))
	return nil
}

func (e *fakeEngine) list(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []map[string]any
	for _, c := range e.containers {
		c.mu.Lock()
		state := map[bool]string{true: "running", false: "exited"}[c.running]
		c.mu.Unlock()
		if state == "running" || r.FormValue("all") == "1" {
			out = append(out, map[string]any{"Id": c.ID, "Names": []string{"/" + c.Name}, "Image": "img:" + c.Name, "State": state})
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (e *fakeEngine) inspect(w http.ResponseWriter, r *http.Request) {
	if c := e.find(w, r); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		fmt.Fprintf(w, `{"Id":%q,"Config":{"Tty":%v,"Image":"img:%s"},"State":{"Running":%v,"ExitCode":%d,"StartedAt":"start %d"}}`,
			c.ID, c.tty, c.Name, c.running, c.code, c.starts)
	}
}

func (e *fakeEngine) logs(w http.ResponseWriter, r *http.Request) {
	c := e.find(w, r)
	if c == nil {
		return
	}
	defer context.AfterFunc(r.Context(), func() { c.mu.Lock(); c.wake.Broadcast(); c.mu.Unlock() })()
	follow := r.FormValue("follow") == "1"
	var since time.Time
	if s := r.FormValue("since"); s != "" {
		sec, ns, _ := strings.Cut(s, ".")
		a, _ := strconv.ParseInt(sec, 10, 64)
		b, _ := strconv.ParseInt(ns, 10, 64)
		since = time.Unix(a, b)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != "" {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"message":%q}`, c.refuse)
		return
	}
	i, sent := 0, 0
	if n, err := strconv.Atoi(r.FormValue("tail")); err == nil {
		i = max(len(c.lines)-n, 0)
	}
	flusher := http.NewResponseController(w)
	starts := c.starts
	for {
		for ; i < len(c.lines); i++ {
			l := c.lines[i]
			if l.at.Before(since) {
				continue
			}
			var b []byte
			text := l.at.Format("2006-01-02T15:04:05.000000000Z07:00") + " " + l.text
			if c.tty {
				b = []byte(text + "\r\n")
			} else {
				text = strings.TrimSuffix(text+"\n", "...\n") // "..." marks a part without a line end
				b = binary.BigEndian.AppendUint32([]byte{byte(l.stream), 0, 0, 0}, uint32(len(text)))
				b = append(b, text...)
			}
			if follow && c.cut > 0 && sent == c.cut {
				c.cut = 0
				_, _ = w.Write(b[:len(b)/2])
				_ = flusher.Flush()
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write(b)
			sent++
		}
		_ = flusher.Flush()
		if !follow || !c.running || c.starts != starts || r.Context().Err() != nil {
			return
		}
		c.wake.Wait()
	}
}

func open(t *testing.T, e *fakeEngine, o Options) *Source {
	t.Helper()
	o.Host = "unix://" + e.socket
	o.Wait = 5 * time.Millisecond
	o.Zone = time.UTC
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// until waits for a page, oldest first, of which want holds.
func until(t *testing.T, s *Source, q sources.LogQuery, want func(texts []string) bool) *sources.LogPage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	q.Forward = true
	for seen := uint64(0); ; {
		v, err := s.AwaitLogs(ctx, seen)
		if err != nil {
			page, _ := s.SearchLogs(t.Context(), q)
			t.Fatalf("%v; held: %+v", err, page)
		}
		page, err := s.SearchLogs(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if want(texts(page)) {
			return page
		}
		seen = v
	}
}

func texts(page *sources.LogPage) []string {
	var out []string
	for _, l := range page.Lines {
		if l.Lost != 0 {
			out = append(out, "gap: "+l.Body)
		} else {
			out = append(out, l.Raw)
		}
	}
	return out
}

func are(want ...string) func([]string) bool {
	return func(got []string) bool { return slices.Equal(got, want) }
}

func TestReadsFrames(t *testing.T) {
	c := newContainer("abcdef0123456789", "web", "one")
	c.say(streamStderr, "level=error msg=oops")
	c.say(streamStdout, "first half, ...")
	c.say(streamStdout, "second half")
	s := open(t, serve(t, c), Options{})
	page := until(t, s, sources.LogQuery{}, are("one", "level=error msg=oops", "first half, second half"))
	l := page.Lines[1]
	if want := sources.NewLabels("container", "web", "image", "img:web", "stream", "stderr"); !l.Labels.Equal(want) {
		t.Errorf("labels %v", l.Labels)
	}
	if !l.Time.Equal(begin.Add(time.Second)) || l.Severity != sources.SeverityError || !page.Lines[2].Time.Equal(begin.Add(2*time.Second)) {
		t.Errorf("%+v", l)
	}
	c.say(streamStdout, "and on")
	until(t, s, sources.LogQuery{}, are("one", "level=error msg=oops", "first half, second half", "and on"))
	if st := s.Status(); st.Kind != "docker" || st.Version != "28.2.2" || st.Received == 0 || len(st.Notes) != 0 {
		t.Errorf("status %+v", st)
	}
}

func TestReadsTerminals(t *testing.T) {
	c := newContainer("abcdef", "shell", "one", "two")
	c.tty = true
	s := open(t, serve(t, c), Options{})
	until(t, s, sources.LogQuery{}, are("one", "two"))
	c.say(streamStdout, "three")
	until(t, s, sources.LogQuery{}, are("one", "two", "three"))
}

func TestSelectsAndMerges(t *testing.T) {
	web, db := newContainer("aaaa1111", "web", "w0", "w1"), newContainer("bbbb2222", "db", "d0", "d1")
	old := newContainer("cccc3333", "old", "o0")
	old.running = false
	s := open(t, serve(t, web, db, old), Options{})
	until(t, s, sources.LogQuery{}, are("w0", "d0", "w1", "d1"))
	until(t, s, sources.LogQuery{Select: "db"}, are("d0", "d1"))
	until(t, s, sources.LogQuery{Select: "bbbb22"}, are("d0", "d1"))
	until(t, s, sources.LogQuery{Select: "old"}, are("o0"))
	until(t, s, sources.LogQuery{Select: "web db"}, are("w0", "d0", "w1", "d1"))
	if _, err := s.SearchLogs(t.Context(), sources.LogQuery{Select: "none"}); sources.KindOf(err) != sources.KindQuery || !strings.Contains(err.Error(), "there are db, old, web") {
		t.Errorf("%v", err)
	}
	q := sources.LogQuery{Select: "web db", Limit: 3}
	page, err := s.SearchLogs(t.Context(), q)
	if err != nil || !page.More || !slices.Equal(texts(page), []string{"d1", "w1", "d0"}) {
		t.Fatalf("newest first: %v, %v", texts(page), err)
	}
	q.Before = page.Lines[2].Pos
	if page, err = s.SearchLogs(t.Context(), q); err != nil || page.More || !slices.Equal(texts(page), []string{"w0"}) {
		t.Errorf("the next page: %v, %v", texts(page), err)
	}
	term, _ := logs.ParseTerm("container=db")
	frame, err := s.CountLogs(t.Context(), sources.LogQuery{Window: sources.Window{Start: begin, End: begin.Add(2 * time.Second)}}, time.Second, nil)
	if err != nil || len(frame.Series) != 1 || !slices.Equal(frame.Series[0].Values, []float64{3, 2}) { // old is followed by now
		t.Errorf("count %+v, %v", frame, err)
	}
	if page, err = s.SearchLogs(t.Context(), sources.LogQuery{Terms: []sources.LogTerm{term}}); err != nil || len(page.Lines) != 2 {
		t.Errorf("by label: %v, %v", texts(page), err)
	}
	list, err := s.LogStreams(t.Context(), sources.Window{}, 2)
	if err != nil || len(list) != 2 || list[0].Select != "db" || list[0].Labels.Value("state") != "running" {
		t.Errorf("streams %+v, %v", list, err)
	}
	if w, err := s.LogSpan(t.Context()); err != nil || !w.Start.Equal(begin) || !w.End.Equal(begin.Add(time.Second)) {
		t.Errorf("span %v, %v", w, err)
	}
}

func TestGoesOnAfterACut(t *testing.T) {
	c := newContainer("abcdef", "web", "l0", "l1")
	s := open(t, serve(t, c), Options{})
	until(t, s, sources.LogQuery{}, are("l0", "l1"))
	want := []string{"l0", "l1"}
	for i := 2; i < 60; i++ {
		c.mu.Lock()
		c.cut = 1 + i%3
		c.mu.Unlock()
		text := fmt.Sprintf("l%d", i)
		c.say(streamStdout+i%2, text)
		want = append(want, text)
	}
	until(t, s, sources.LogQuery{}, are(want...))
}

func TestFollowsThroughARestart(t *testing.T) {
	c := newContainer("abcdef", "web", "before")
	e := serve(t, c)
	s := open(t, e, Options{Containers: []string{"web"}})
	until(t, s, sources.LogQuery{}, are("before"))
	c.set(false, 137)
	until(t, s, sources.LogQuery{}, are("before", "gap: web stopped: exit code 137"))
	until(t, s, sources.LogQuery{}, func([]string) bool {
		return slices.Equal(s.Status().Notes, []string{"web: it is stopped, exit code 137"})
	})
	c.set(true, 0)
	c.say(streamStdout, "after")
	until(t, s, sources.LogQuery{}, are("before", "gap: web stopped: exit code 137", "after"))

	// Made anew under the same name.
	again := newContainer("fedcba", "web")
	again.lines = []fakeLine{{streamStdout, begin.Add(time.Hour), "anew"}}
	e.mu.Lock()
	e.containers = []*fakeContainer{again}
	e.mu.Unlock()
	c.set(false, 0)
	until(t, s, sources.LogQuery{}, func(got []string) bool { return got[len(got)-1] == "anew" })
}

func TestContainersThatComeLater(t *testing.T) {
	e := serve(t, newContainer("abcdef", "web", "w"))
	s := open(t, e, Options{})
	until(t, s, sources.LogQuery{}, are("w"))
	late := newContainer("123456", "late")
	late.lines = []fakeLine{{streamStdout, begin.Add(time.Hour), "here"}}
	e.mu.Lock()
	e.containers = append(e.containers, late)
	e.mu.Unlock()
	until(t, s, sources.LogQuery{}, are("w", "here"))
}

func TestSaysWhatIsWrong(t *testing.T) {
	f := func(o Options, kind sources.ErrorKind, says string) {
		t.Helper()
		s, err := Open(t.Context(), o)
		if err == nil {
			_ = s.Close()
		}
		if sources.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	dir := t.TempDir()
	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
	f(Options{}, sources.KindUnsupported, "only Unix sockets")
	f(Options{Host: filepath.Join(dir, "none")}, sources.KindUnavailable, "start Docker")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	f(Options{Engine: "podman"}, sources.KindUnavailable, "podman.sock")

	dead := filepath.Join(dir, "dead")
	l, err := net.Listen("unix", dead)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
	f(Options{Host: dead}, sources.KindUnavailable, "is the engine started?")

	e := serve(t, newContainer("abcdef", "web"))
	f(Options{Host: e.socket, Containers: []string{"wbe"}}, sources.KindQuery, `no container "wbe": there are web`)

	denied := &engine{source: "docker", socket: "/s"}
	denied.http.Transport = refusing{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}}
	if _, err := denied.version(t.Context()); sources.KindOf(err) != sources.KindAuth || !strings.Contains(err.Error(), "group docker") {
		t.Errorf("denied: %v", err)
	}
}

// refusing fails every request: a socket's permissions do not bind root, who may run the tests.
type refusing struct{ err error }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, r.err }

func TestLogsThatCannotBeRead(t *testing.T) {
	c := newContainer("abcdef", "web", "line")
	c.refuse = "configured logging driver does not support reading"
	s := open(t, serve(t, c), Options{})
	page := until(t, s, sources.LogQuery{}, are())
	if notes := strings.Join(append(page.Notes, s.Status().Notes...), "\n"); !strings.Contains(notes, "use the driver json-file") {
		t.Errorf("notes %q", notes)
	}
	c.mu.Lock()
	c.refuse = ""
	c.mu.Unlock()
	until(t, s, sources.LogQuery{}, are("line"))
}

func TestCloseEndsAll(t *testing.T) {
	s := open(t, serve(t, newContainer("abcdef", "web", "line")), Options{})
	until(t, s, sources.LogQuery{}, are("line"))
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	for seen := uint64(0); ; {
		v, err := s.AwaitLogs(t.Context(), seen)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		seen = v
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x05hello"), false)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x1e2026-02-03T10:00:00Z a\nb\nc d\n"), false)
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"), false)
	f.Add([]byte("2026-02-03T10:00:00Z raw\r\nmore"), true)
	f.Fuzz(func(t *testing.T, b []byte, raw bool) {
		total := 0
		read := readFrames
		if raw {
			read = readRaw
		}
		err := read(bufio.NewReaderSize(strings.NewReader(string(b)), 16), func(l said) error { total += len(l.text); return nil }, func() {})
		if err == nil || total > len(b) {
			t.Errorf("%d bytes told of %d, %v", total, len(b), err)
		}
	})
}
