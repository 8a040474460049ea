package journal

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

var (
	begin = time.Unix(1770112800, 0).UTC()
	sizes = 405
)

// real opens the journal in testdata with the real journalctl.
func real(t *testing.T, o Options) *Source {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip("no journalctl here")
	}
	f, err := os.Open("testdata/db-1.journal.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db-1.journal")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Files, o.Zone = []string{path}, time.UTC
	return open(t, o)
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func find(t *testing.T, s *Source, q sources.LogQuery) *sources.LogPage {
	t.Helper()
	page, err := s.SearchLogs(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func bodies(lines []sources.LogLine) []string {
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = lines[i].Body
	}
	return out
}

func term(t *testing.T, text string) []sources.LogTerm {
	t.Helper()
	term, err := logs.ParseTerm(text)
	if err != nil {
		t.Fatal(err)
	}
	return []sources.LogTerm{term}
}

func TestReadsEntries(t *testing.T) {
	s := real(t, Options{})
	page := find(t, s, sources.LogQuery{Forward: true, Limit: 20})
	if len(page.Lines) != 20 || !page.More || page.Bytes == 0 {
		t.Fatalf("%d lines, more %v, %d bytes", len(page.Lines), page.More, page.Bytes)
	}
	l := page.Lines[1]
	if want := sources.NewLabels("unit", "cron.service", "host", "db-1", "app", "cron"); !l.Labels.Equal(want) {
		t.Errorf("labels %v", l.Labels)
	}
	if l.Raw != "cron[101]: message 1" || l.Body != "message 1" || !l.Time.Equal(begin.Add(500*time.Millisecond)) || l.Severity != sources.SeverityFatal+1 {
		t.Errorf("%+v", l)
	}
	for _, f := range [][2]string{{"pid", "101"}, {"_PID", "101"}, {"_BOOT_ID", "0123456789abcdef0123456789abcdef"}, {"_SYSTEMD_UNIT", "cron.service"}} {
		if v, _ := l.Field(f[0]); v != f[1] {
			t.Errorf("%s is %q", f[0], v)
		}
	}
	if b := page.Lines[10].Body; b != "binary \x01\xff\xfe here" {
		t.Errorf("bytes: %q", b)
	}
	if l := page.Lines[11]; l.Raw != "app[102]: panic: broke\n\tat main()\n\tat run()" || !strings.HasSuffix(l.Body, "broke\n\tat main()\n\tat run()") {
		t.Errorf("several lines: %q", l.Raw)
	}
	if n := len(page.Lines[12].Body); n != 6000 {
		t.Errorf("a long message has %d bytes", n)
	}
	if l := page.Lines[13]; l.Severity.Class() != sources.SeverityError.Class() || l.Body != "pool exhausted" {
		t.Errorf("JSON in a message: %+v", l)
	}
	var tags []string
	for _, f := range page.Lines[14].Fields {
		if f.Name == "TAG" {
			tags = append(tags, f.Value)
		}
	}
	if !slices.Equal(tags, []string{"a", "b"}) {
		t.Errorf("a field several times: %q", tags)
	}
	if l := page.Lines[15]; l.Body != "" || l.Raw != "ssh[100]: " {
		t.Errorf("no message: %+v", l)
	}
}

func TestPagesMeet(t *testing.T) {
	s := real(t, Options{})
	all := find(t, s, sources.LogQuery{Forward: true, Limit: 1000})
	if len(all.Lines) != sizes || all.More {
		t.Fatalf("%d entries, more %v", len(all.Lines), all.More)
	}
	for _, forward := range []bool{false, true} {
		q := sources.LogQuery{Forward: forward, Limit: 60}
		var got []sources.LogPos
		for more := true; more; {
			page := find(t, s, q)
			for _, l := range page.Lines {
				got = append(got, l.Pos)
			}
			last := page.Lines[len(page.Lines)-1].Pos
			if more = page.More; forward {
				q.After = last
			} else {
				q.Before = last
			}
		}
		if !forward {
			slices.Reverse(got)
		}
		if !slices.EqualFunc(got, all.Lines, func(p sources.LogPos, l sources.LogLine) bool { return p == l.Pos }) {
			t.Errorf("forward %v: pages give %d entries, others than the whole", forward, len(got))
		}
	}
}

func TestSelects(t *testing.T) {
	f := func(own, text string, want int) {
		t.Helper()
		s := real(t, Options{Select: own})
		if n := len(find(t, s, sources.LogQuery{Select: text, Limit: 1000}).Lines); n != want {
			t.Errorf("%q of %q gives %d entries, want %d", text, own, n, want)
		}
	}
	f("", "ssh.service", 134)
	f("", "ssh", 134)
	f("ssh.service", "", 134)
	f("", "ssh.service cron.service", 267)
	f("", "_SYSTEMD_UNIT=ssh.service", 134)
	f("", "_TRANSPORT=kernel", 5)
	f("", "_TRANSPORT=kernel + _SYSTEMD_UNIT=ssh.service", 139)
	f("", "ssh.service PRIORITY=3", 17)
	f("PRIORITY=3", "ssh.service", 17)
	f("", "absent.service", 0)
	f("", `_SYSTEMD_UNIT=$(id)`, 0)

	s := real(t, Options{})
	for _, text := range []string{"--rotate", "-f", "ssh.service --vacuum-time=1s", "unit=ssh"} {
		if _, err := s.SearchLogs(t.Context(), sources.LogQuery{Select: text}); sources.KindOf(err) != sources.KindQuery {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWindowFilterAndCount(t *testing.T) {
	s := real(t, Options{})
	w := sources.Window{Start: begin.Add(10 * time.Second), End: begin.Add(20 * time.Second)}
	page := find(t, s, sources.LogQuery{Window: w})
	if len(page.Lines) != 21 || page.Lines[0].Body != "message 40" || page.Lines[20].Body != "message 20" {
		t.Errorf("window: %q", bodies(page.Lines))
	}
	page = find(t, s, sources.LogQuery{Window: w, Terms: term(t, "app=ssh"), Limit: 3})
	if got := bodies(page.Lines); !slices.Equal(got, []string{"message 39", "message 36", "message 33"}) || !page.More {
		t.Errorf("filter: %q", got)
	}
	for text, want := range map[string]float64{"": 20, "message 3": 10, "unit=ssh.service": 7, "level>=error": 9} {
		q := sources.LogQuery{Window: w}
		if text != "" {
			q.Terms = term(t, text)
		}
		frame, err := s.CountLogs(t.Context(), q, time.Second, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, series := range frame.Series {
			for _, v := range series.Values {
				sum += v
			}
		}
		matched := 0
		q.Limit = 1000
		for _, l := range find(t, s, q).Lines {
			if l.Time.Before(w.End) {
				matched++
			}
		}
		if text != "level>=error" && sum != want || sum != float64(matched) || sum == 0 {
			t.Errorf("%q: counted %v, want %v, %d found", text, sum, want, matched)
		}
	}
	if _, err := s.CountLogs(t.Context(), sources.LogQuery{}, time.Second, nil); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("a count without a window: %v", err)
	}
}

func TestSpanAndStreams(t *testing.T) {
	s := real(t, Options{})
	w, err := s.LogSpan(t.Context())
	if err != nil || !w.Start.Equal(begin) || !w.End.Equal(begin.Add(202*time.Second)) {
		t.Errorf("span %v, %v", w, err)
	}
	list, err := s.LogStreams(t.Context(), sources.Window{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		got = append(got, l.Select)
	}
	if want := []string{"_TRANSPORT=kernel", "app.service", "cron.service", "ssh.service"}; !slices.Equal(got, want) {
		t.Errorf("streams %q", got)
	}
	if list, err = s.LogStreams(t.Context(), sources.Window{}, 2); len(list) != 2 || err != nil {
		t.Errorf("%d streams, %v", len(list), err)
	}
}

func TestBootThatIsNot(t *testing.T) {
	s := real(t, Options{Boot: "0123456789abcdef0123456789abcdef"})
	if n := len(find(t, s, sources.LogQuery{Limit: 1000}).Lines); n != sizes {
		t.Errorf("%d entries of the boot", n)
	}
	if _, err := Open(t.Context(), Options{Files: s.o.Files, Boot: "-7"}); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("a boot that is not there: %v", err)
	}
}

// TestMain lets the test binary stand in for journalctl, as a machine with
// a running journal, or with one that cannot be read, has it.
func TestMain(m *testing.M) {
	if mode := os.Getenv("FAKE_JOURNALCTL"); mode != "" {
		os.Exit(fake(mode, slices.Contains(os.Args, "--follow")))
	}
	os.Exit(m.Run())
}

func said(i int, message string) string {
	return fmt.Sprintf(`{"__REALTIME_TIMESTAMP":"%d","__CURSOR":"s=1;i=%x;t=1","MESSAGE":%q,"PRIORITY":"6","_PID":"7","SYSLOG_IDENTIFIER":"app"}`+"\n", begin.UnixMicro()+int64(i), i, message)
}

func fake(mode string, follow bool) int {
	out := os.Stdout
	switch mode {
	case "denied":
		fmt.Fprintln(os.Stderr, "Hint: You are currently not seeing messages from other users and the system.\nNo journal files were opened due to insufficient permissions.")
		return 1
	case "none":
		fmt.Fprintln(os.Stderr, "No journal files were found.")
	case "others":
		fmt.Fprintln(os.Stderr, "Hint: You are currently not seeing messages from other users and the system.")
		fmt.Fprint(out, said(1, "mine"))
	case "follow":
		for i := range 5 {
			fmt.Fprint(out, said(i, fmt.Sprintf("line %d", i)))
		}
		if follow {
			time.Sleep(time.Hour)
		}
	case "crash":
		fmt.Fprint(out, said(1, "last"), `{"MESSAGE":"cut sho`)
		if follow {
			fmt.Fprintln(os.Stderr, "Failed to iterate through journal: Bad message")
			return 1
		}
	case "garbage":
		fmt.Fprint(out, said(1, "first"), "no JSON at all\n{\"MESSAGE\":\"no time\"}\n", `{"MESSAGE":"`, strings.Repeat("x", maxEntry), "\"}\n", said(2, "second"))
	case "forever":
		for i := 0; ; i++ {
			if _, err := fmt.Fprint(out, said(i, "again")); err != nil {
				return 1
			}
		}
	}
	return 0
}

func pretend(t *testing.T, mode string) (*Source, error) {
	t.Helper()
	t.Setenv("FAKE_JOURNALCTL", mode)
	s, err := Open(t.Context(), Options{Program: os.Args[0]})
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
	}
	return s, err
}

func TestSaysWhyThereIsNothing(t *testing.T) {
	f := func(mode string, kind sources.ErrorKind, says string) {
		t.Helper()
		if _, err := pretend(t, mode); sources.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", mode, err)
		}
	}
	f("denied", sources.KindAuth, "no journal can be read: run as root or as a member of systemd-journal or adm")
	f("none", sources.KindUnavailable, "keeps no journal here")
	if _, err := Open(t.Context(), Options{Program: "no-journalctl-here"}); sources.KindOf(err) != sources.KindUnavailable || !strings.Contains(err.Error(), "name files instead") {
		t.Errorf("missing: %v", err)
	}
	s, err := pretend(t, "others")
	if err != nil {
		t.Fatal(err)
	}
	if notes := s.Status().Notes; len(notes) != 1 || !strings.Contains(notes[0], "only your own messages") {
		t.Errorf("notes %q", notes)
	}
}

func TestBadEntriesAreCounted(t *testing.T) {
	s, err := pretend(t, "garbage")
	if err != nil {
		t.Fatal(err)
	}
	page := find(t, s, sources.LogQuery{Forward: true})
	if got := bodies(page.Lines); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("%q", got)
	}
	if notes := strings.Join(page.Notes, "\n"); notes != "entries of more than 4 MiB that were left out: 1\nentries that could not be understood: 2" {
		t.Errorf("notes %q", notes)
	}
}

func TestStopsWhatPrintsForever(t *testing.T) {
	s, err := pretend(t, "forever")
	if err != nil {
		t.Fatal(err)
	}
	if page := find(t, s, sources.LogQuery{Forward: true, Limit: 100}); len(page.Lines) != 100 || !page.More {
		t.Errorf("%d lines", len(page.Lines))
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := s.SearchLogs(ctx, sources.LogQuery{Terms: term(t, "never said")}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestTails(t *testing.T) {
	s, err := pretend(t, "follow")
	if err != nil {
		t.Fatal(err)
	}
	out, done := make(chan sources.LogBatch), make(chan error, 1)
	go func() {
		done <- s.TailLogs(t.Context(), sources.LogQuery{Terms: term(t, "-line 2")}, out)
	}()
	var got []string
	for len(got) < 4 {
		got = append(got, bodies((<-out).Lines)...)
	}
	if want := []string{"line 0", "line 1", "line 3", "line 4"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("after Close: %v", err)
	}
	if _, err := s.SearchLogs(t.Context(), sources.LogQuery{}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("a search after Close: %v", err)
	}
}

func TestTailThatBreaks(t *testing.T) {
	s, err := pretend(t, "crash")
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan sources.LogBatch, 8)
	err = s.TailLogs(t.Context(), sources.LogQuery{}, out)
	if retry, _ := sources.Retryable(err); !retry || !strings.Contains(err.Error(), "Bad message") {
		t.Errorf("%v", err)
	}
	select {
	case b := <-out:
		if got := bodies(b.Lines); !slices.Equal(got, []string{"last"}) {
			t.Errorf("%q", got)
		}
	default:
		t.Error("the last entry was not sent")
	}
}

func FuzzEntry(f *testing.F) {
	f.Add(said(1, "plain"))
	f.Add(`{"__REALTIME_TIMESTAMP":"1","MESSAGE":[104,105],"X":["a",[98],null],"PRIORITY":null}`)
	f.Add(`{"__REALTIME_TIMESTAMP":["1","2"],"MESSAGE":[[104],"b"],"__CURSOR":"i=;i=zz"}`)
	s := &Source{o: Options{Zone: time.UTC}, reader: logs.NewReader(logs.Options{})}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := s.decoder().line([]byte(text))
		if err == nil && l.Time.IsZero() {
			t.Errorf("%q: %+v", text, l)
		}
	})
}
