package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/sources"
)

// Whatever the bytes are, every byte of every line comes out.
func TestAnyBytes(t *testing.T) {
	f := func(name, text string, want ...string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			path := temp(t)
			write(t, path, text)
			s := still(t, path)
			for _, forward := range []bool{true, false} {
				got := raws(all(t, s, sources.LogQuery{Forward: forward}))
				if !forward {
					for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
						got[i], got[j] = got[j], got[i]
					}
				}
				same(t, got, want)
			}
		})
	}
	f("empty", "")
	f("no final newline", "one\ntwo", "one", "two")
	f("one newline", "\n", "")
	f("CRLF", "one\r\ntwo\r\n", "one", "two")
	f("NUL", "a\x00b\n\x00\x00\nc\n", "a\x00b\n\x00\x00", "c") // a blank line belongs to the record before it
	f("invalid UTF-8", "\xff\xfe\x80 one\n\xc3(\n", "\xff\xfe\x80 one", "\xc3(")
	f("escapes", "\x1b[31mred\x1b[0m\n\x1b]0;title\x07x\n", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07x")
}

func TestRandomBytesLoseNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	text := make([]byte, 5<<20)
	for i := range text {
		text[i] = byte(rng.Uint32())
	}
	path := temp(t)
	write(t, path, string(text))
	s := still(t, path)
	var got bytes.Buffer
	for _, l := range all(t, s, sources.LogQuery{Forward: true}) {
		got.WriteString(l.Raw)
		got.WriteByte('\n')
	}
	// Line ends at the end of a record are not part of it.
	clean := func(b []byte) string { return strings.NewReplacer("\r", "", "\n", "").Replace(string(b)) }
	if a, b := clean(got.Bytes()), clean(text); a != b {
		t.Fatalf("%d bytes out, %d in", len(a), len(b))
	}
}

func TestHugeLineIsCutAndNotHeld(t *testing.T) {
	path := temp(t)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	piece := strings.Repeat("0123456789", 100_000)
	fmt.Fprintln(f, numbered(0))
	fmt.Fprint(f, numbered(1))
	for range 100 {
		fmt.Fprint(f, piece)
	}
	fmt.Fprintf(f, "\n%s\n", numbered(2))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s := still(t, path)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines := all(t, s, sources.LogQuery{})
	n, err := s.Count(t.Context(), sources.LogQuery{Terms: text("request 1 ")})
	runtime.ReadMemStats(&after)
	if len(lines) != 3 || lines[0].Raw != numbered(2) || lines[2].Raw != numbered(0) {
		t.Fatalf("%d lines", len(lines))
	}
	if huge := lines[1].Raw; len(huge) > maxRecord+100 || !strings.HasPrefix(huge, numbered(1)) || !strings.Contains(huge[len(huge)-60:], "bytes more)") {
		t.Fatalf("%d bytes, ends %q", len(huge), huge[len(huge)-60:])
	}
	if n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 60<<20 {
		t.Errorf("%d MB were allocated for a line of 100 MB", got>>20)
	}
	// It is still one line while it is written.
	extend(t, path, numbered(5)+piece)
	s.look()
	extend(t, path, piece+"\n"+numbered(3)+"\n")
	s.look()
	if lines := search(t, s, sources.LogQuery{Limit: 2}).Lines; lines[0].Raw != numbered(3) || !strings.HasPrefix(lines[1].Raw, numbered(5)) {
		t.Fatalf("%.50q %.50q", lines[0].Raw, lines[1].Raw)
	}
}

func TestPartialLineIsShownLateAndExtended(t *testing.T) {
	path := temp(t)
	write(t, path, numbered(0)+"\n")
	now := start
	s := open(t, Options{Paths: []string{path}, Zone: time.UTC, Interval: time.Hour, Clock: func() time.Time { return now }})
	check := func(expect ...string) {
		t.Helper()
		s.look()
		same(t, raws(all(t, s, sources.LogQuery{Forward: true})), expect)
	}
	check(numbered(0))
	extend(t, path, numbered(1)[:30])
	check(numbered(0))
	now = now.Add(2 * time.Second)
	check(numbered(0), numbered(1)[:30])
	extend(t, path, numbered(1)[30:40])
	check(numbered(0), numbered(1)[:40])
	extend(t, path, numbered(1)[40:]+"\n"+numbered(2)[:9])
	check(numbered(0), numbered(1))
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(path string, words ...string) {
		t.Helper()
		s, err := Open(t.Context(), Options{Paths: []string{path}})
		if err == nil {
			t.Cleanup(func() { _ = s.Close() })
			t.Fatalf("%s was opened", path)
		}
		for _, w := range append(words, path) {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not say %q", err, w)
			}
		}
	}
	f(dir, "directory", "*.log")
	f(fifo, "pipe", "nightjar -")
	f(filepath.Join(dir, "none"), "no such file", "check the path")
	f("/dev/null", "no regular file")
	if _, err := Open(t.Context(), Options{}); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
	if _, err := Open(t.Context(), Options{Paths: []string{dir + "/[a*"}}); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
}

func TestReplacedByWhatIsNoFile(t *testing.T) {
	for name, replace := range map[string]func(string) error{
		"directory": func(p string) error { return os.Mkdir(p, 0o700) },
		"pipe":      func(p string) error { return syscall.Mkfifo(p, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			path := temp(t)
			write(t, path, numberedLines(0, 10))
			s := still(t, path)
			if err := errors.Join(os.Remove(path), replace(path)); err != nil {
				t.Fatal(err)
			}
			s.look()
			same(t, raws(all(t, s, sources.LogQuery{})), want(0, 10, false))
			if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, name) || !strings.Contains(notes, path) {
				t.Errorf("notes %q", notes)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, numberedLines(10, 20))
			s.look()
			same(t, raws(all(t, s, sources.LogQuery{})), want(0, 20, false))
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for err, word := range map[error]string{
		&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}: "group",
		&os.PathError{Op: "open", Path: "x", Err: syscall.EMFILE}: "ulimit",
		&os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}: "check the path",
	} {
		if got := explain("/var/log/x", err).Error(); !strings.Contains(got, word) || !strings.Contains(got, "/var/log/x") {
			t.Error(got)
		}
	}
}

func TestPermissionLost(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything: run as another user")
	}
	path := temp(t)
	write(t, path, numberedLines(0, 10))
	s := still(t, path)
	if err := errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, []byte("secret\n"), 0)); err != nil {
		t.Fatal(err)
	}
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{})), want(0, 10, false))
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "permission denied") {
		t.Errorf("notes %q", notes)
	}
}

func TestTruncatedWhileRead(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, lots))
	s := still(t, path)
	search(t, s, sources.LogQuery{})
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	page := search(t, s, sources.LogQuery{Limit: 10})
	if len(page.Lines) != 1 || page.Lines[0].Lost != 10 || len(page.Notes) == 0 {
		t.Fatalf("%q %q", raws(page.Lines), page.Notes)
	}
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{})), []string{"gap -1"})
}

func TestWideEncodingIsSaid(t *testing.T) {
	path := temp(t)
	write(t, path, "\xff\xfeh\x00i\x00\n\x00")
	s := still(t, path)
	search(t, s, sources.LogQuery{})
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "UTF-16") || !strings.Contains(notes, "iconv") {
		t.Errorf("notes %q", notes)
	}
}

func TestDamagedArchiveGivesWhatItHas(t *testing.T) {
	path := temp(t)
	pack(t, path+".1.gz", numberedLines(0, 50_000))
	whole, err := os.ReadFile(path + ".1.gz")
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".1.gz", string(whole[:len(whole)/2]))
	write(t, path, numberedLines(50_000, 50_010))
	s := still(t, path)
	got := raws(all(t, s, sources.LogQuery{Forward: true, Limit: 5000}))
	if len(got) < 10_000 || got[0] != numbered(0) || got[len(got)-1] != numbered(50_009) {
		t.Fatalf("%d lines", len(got))
	}
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "cannot be unpacked past") {
		t.Errorf("notes %q", notes)
	}
}

func TestGlobOfManyFiles(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 3000
	}
	dir := t.TempDir()
	for i := range n {
		if err := os.WriteFile(fmt.Sprintf("%s/%06d.log", dir, i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newest := dir + "/000007.log"
	write(t, newest, numberedLines(0, 3))
	if err := os.Chtimes(newest, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Paths: []string{dir + "/*.log"}, MaxFiles: 20, Zone: time.UTC, Interval: time.Hour})
	if open := len(s.logs()); open != 20 {
		t.Fatalf("%d files are open", open)
	}
	same(t, raws(all(t, s, sources.LogQuery{Forward: true})), want(0, 3, true))
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, fmt.Sprint(n-20)) {
		t.Errorf("notes %q", notes)
	}
}

// Of files that come to match, the newest take the place of the oldest.
func TestGlobStaysBounded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Paths: []string{dir + "/*.log"}, MaxFiles: 3, Zone: time.UTC, Interval: time.Hour})
	for i := range 10 {
		path := fmt.Sprintf("%s/%d.log", dir, i)
		write(t, path, numbered(i)+"\n")
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		s.globs.next = time.Time{}
		s.look()
		same(t, raws(all(t, s, sources.LogQuery{Forward: true})), want(max(0, i-2), i+1, true))
	}
}

func TestGlobFindsNewFilesAndLeavesSiblings(t *testing.T) {
	dir := t.TempDir()
	s := still(t, dir+"/**/*.log*")
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "matches no file yet") {
		t.Errorf("notes %q", notes)
	}
	if err := os.MkdirAll(dir+"/a/b", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/a/b/x.log", numberedLines(5, 10))
	write(t, dir+"/a/b/x.log.1", numberedLines(0, 5))
	write(t, dir+"/y.log", numberedLines(10, 15))
	s.globs.next = time.Time{}
	s.look()
	if n := len(s.logs()); n != 2 {
		t.Fatalf("%d files", n)
	}
	same(t, raws(all(t, s, sources.LogQuery{Forward: true})), want(0, 15, true))
}

func TestStdin(t *testing.T) {
	r, w := io.Pipe()
	s := Stdin(r, Options{Zone: time.UTC})
	version := uint64(0)
	await := func(expect ...string) {
		t.Helper()
		for {
			page, err := s.SearchLogs(t.Context(), sources.LogQuery{Forward: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Lines) >= len(expect) {
				same(t, raws(page.Lines), expect)
				return
			}
			if version, err = s.AwaitLogs(t.Context(), version); err != nil {
				t.Fatal(err)
			}
		}
	}
	fmt.Fprint(w, numbered(0)+"\n"+numbered(1)+"\n\tat x\n"+numbered(2)[:20])
	fmt.Fprint(w, numbered(2)[20:]+"\n"+numbered(3))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	await(numbered(0), numbered(1)+"\n\tat x", numbered(2), numbered(3))
	span, err := s.LogSpan(t.Context())
	if err != nil || !span.End.Equal(stamp(3)) {
		t.Error(span, err)
	}
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, "ended") {
		t.Errorf("notes %q", notes)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
