package files

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"nightjar/sources"
)

// A writer writes numbered lines and rotates.
type writer struct {
	t    *testing.T
	path string
	keep int
	next int // the line to be written
	rest string
	f    *os.File
}

func (w *writer) open() {
	var err error
	if w.f, err = os.OpenFile(w.path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// lines writes n lines, and maybe a piece of one more.
func (w *writer) lines(n int, torn bool) {
	text := w.rest
	w.rest = ""
	for range n {
		text += numbered(w.next) + "\n"
		w.next++
	}
	if torn {
		l := numbered(w.next) + "\n"
		w.next++
		text, w.rest = text+l[:len(l)/2], l[len(l)/2:]
	}
	if _, err := w.f.WriteString(text); err != nil {
		w.t.Fatal(err)
	}
}

// shift moves FILE.1 to FILE.2 and so on; the oldest goes.
func (w *writer) shift() {
	for i := w.keep; i >= 1; i-- {
		err := os.Rename(fmt.Sprintf("%s.%d", w.path, i), fmt.Sprintf("%s.%d", w.path, i+1))
		if err != nil && !os.IsNotExist(err) {
			w.t.Fatal(err)
		}
	}
	_ = os.Remove(fmt.Sprintf("%s.%d", w.path, w.keep+1))
}

// rename rotates as logrotate does by default. What was begun is ended in the old file.
func (w *writer) rename() {
	w.shift()
	if err := os.Rename(w.path, w.path+".1"); err != nil {
		w.t.Fatal(err)
	}
	w.lines(1, false) // the writer has not noticed yet
	w.f.Close()
	w.open()
}

// copyTruncate rotates as logrotate does with that option.
func (w *writer) copyTruncate() {
	w.shift()
	in, err := os.Open(w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(w.path + ".1")
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Truncate(w.path, 0); err != nil {
		w.t.Fatal(err)
	}
}

// A reader counts what a tail brings.
type reader struct {
	mu    sync.Mutex
	seen  map[string]int
	count int
	gaps  int
	order []string
	came  chan struct{}
}

func tailOf(t *testing.T, s *Source) *reader {
	r := &reader{seen: map[string]int{}, came: make(chan struct{}, 1)}
	out := make(chan sources.LogBatch)
	ctx, cancel := context.WithCancel(background())
	var work sync.WaitGroup
	work.Go(func() {
		if err := s.TailLogs(ctx, sources.LogQuery{}, out); err == nil {
			t.Error("a tail ended without a reason")
		}
		close(out)
	})
	work.Go(func() {
		for b := range out {
			r.mu.Lock()
			for _, l := range b.Lines {
				if l.Lost != 0 {
					r.gaps++
					continue
				}
				r.seen[l.Raw]++
				r.order = append(r.order, l.Raw)
			}
			r.count += len(b.Lines)
			r.mu.Unlock()
			select {
			case r.came <- struct{}{}:
			default:
			}
		}
	})
	t.Cleanup(func() { cancel(); work.Wait() })
	return r
}

// wait waits until n lines were read, looking at the files as a source does.
func (r *reader) wait(t *testing.T, s *Source, n int) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		r.mu.Lock()
		count := r.count
		r.mu.Unlock()
		if count >= n {
			return
		}
		if s != nil {
			s.look()
		}
		select {
		case <-r.came:
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			r.mu.Lock()
			defer r.mu.Unlock()
			var missing []string
			for i := range n {
				if r.seen[numbered(i)] == 0 {
					missing = append(missing, numbered(i))
				}
			}
			t.Fatalf("%d lines of %d came, %d gaps; missing: %q", count, n, r.gaps, clip(missing))
		}
	}
}

// begin waits until the tail knows where the end is.
func (r *reader) begin(t *testing.T, w *writer, look func() bool) {
	for {
		r.mu.Lock()
		n := r.count
		r.mu.Unlock()
		if n > 0 {
			break
		}
		if _, err := w.f.WriteString("hello\n"); err != nil {
			t.Fatal(err)
		}
		look()
		time.Sleep(time.Millisecond)
	}
	// Every hello is accounted for before lines are counted.
	if _, err := w.f.WriteString("begin\n"); err != nil {
		t.Fatal(err)
	}
	for {
		look()
		r.mu.Lock()
		done := r.seen["begin"] > 0
		if done {
			r.seen, r.count, r.order = map[string]int{}, 0, nil
		}
		r.mu.Unlock()
		if done {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Every line that goes in comes out, once and in order, through a thousand
// rotations of either kind, with lines torn by them.
func TestThousandRotations(t *testing.T) {
	for _, kind := range []string{"rename", "copytruncate"} {
		t.Run(kind, func(t *testing.T) {
			w := &writer{t: t, path: temp(t), keep: 6}
			w.open()
			s := still(t, w.path)
			r := tailOf(t, s)
			r.begin(t, w, s.look)
			rng := rand.New(rand.NewPCG(7, 7))
			unseen := 0
			rounds := 1000
			if testing.Short() { // under the race detector
				rounds = 150
			}
			for range rounds {
				w.lines(rng.IntN(20), kind == "rename" && rng.IntN(3) == 0)
				if rng.IntN(2) == 0 {
					s.look()
				}
				w.lines(rng.IntN(20), kind == "rename" && rng.IntN(3) == 0)
				if kind == "rename" {
					w.rename()
				} else {
					w.lines(1, false)
					w.copyTruncate()
				}
				if unseen++; unseen == 4 || rng.IntN(3) == 0 {
					s.look() // up to four rotations between two looks
					unseen = 0
					r.wait(t, s, w.next-200)
				}
				if rng.IntN(10) == 0 {
					w.lines(1, false)
				}
			}
			w.lines(5, false)
			r.wait(t, s, w.next)
			r.mu.Lock()
			defer r.mu.Unlock()
			if len(r.seen) != w.next || r.count != w.next || r.gaps != 0 {
				t.Fatalf("%d lines in, %d out, %d of them different, %d gaps", w.next, r.count, len(r.seen), r.gaps)
			}
			same(t, r.order, want(0, w.next, true))
			w.f.Close()
		})
	}
}

// The same while the source looks by itself, and searches go on.
func TestRotationsBesideSearches(t *testing.T) {
	w := &writer{t: t, path: temp(t), keep: 50}
	w.open()
	s := open(t, Options{Paths: []string{w.path}, Zone: time.UTC, Interval: time.Millisecond})
	r := tailOf(t, s)
	r.begin(t, w, func() bool { return false })
	ctx, cancel := context.WithCancel(background())
	var searching sync.WaitGroup
	searching.Go(func() {
		for ctx.Err() == nil {
			page, err := s.SearchLogs(ctx, sources.LogQuery{Limit: 100, Terms: text("request")})
			if err == nil && len(page.Lines) > 100 {
				t.Error(len(page.Lines))
			}
			_, _ = s.LogSpan(ctx) // for the race detector
			s.Status()
		}
	})
	for i := range 100 {
		w.lines(50, i%2 == 0)
		w.rename()
		r.wait(t, nil, w.next-400)
	}
	w.lines(1, false)
	r.wait(t, nil, w.next)
	cancel()
	searching.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) != w.next || r.gaps != 0 {
		t.Fatalf("%d in, %d out, %d gaps", w.next, len(r.seen), r.gaps)
	}
	w.f.Close()
}

func TestTruncatedWithoutACopyIsAGap(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, 100))
	s := still(t, path)
	search(t, s, sources.LogQuery{})
	write(t, path, numberedLines(200, 210)) // truncates
	s.look()
	lines := all(t, s, sources.LogQuery{Forward: true})
	same(t, raws(lines), append([]string{"gap -1"}, want(200, 210, true)...))
	if !strings.Contains(lines[0].Body, path) {
		t.Errorf("the gap does not name the file: %s", lines[0].Body)
	}
	lines = all(t, s, sources.LogQuery{Limit: 3})
	same(t, raws(lines), append(want(200, 210, false), "gap -1"))
}

func TestRewrittenWithTheSameSizeIsNoticed(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(100, 200))
	s := still(t, path)
	search(t, s, sources.LogQuery{})
	write(t, path, numberedLines(200, 300))
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{Forward: true})), append([]string{"gap -1"}, want(200, 300, true)...))
}

func TestDeletedKeepsItsLinesAndIsFollowedAnew(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, 100))
	s := still(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{})), want(0, 100, false))
	if notes := strings.Join(s.Status().Notes, "\n"); !strings.Contains(notes, path) || !strings.Contains(notes, "no such file") {
		t.Errorf("notes: %q", notes)
	}
	write(t, path, numberedLines(100, 150))
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{Limit: 7})), want(0, 150, false))
	if notes := s.Status().Notes; len(notes) > 0 {
		t.Errorf("notes: %q", notes)
	}
}

func pack(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var z io.WriteCloser = gzip.NewWriter(f)
	if strings.HasSuffix(path, ".zst") {
		if z, err = zstd.NewWriter(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSiblingsAreThePast(t *testing.T) {
	path := temp(t)
	pack(t, path+".3.gz", numberedLines(0, 40_000))
	pack(t, path+".2.zst", numberedLines(40_000, 50_000))
	write(t, path+".1", numberedLines(50_000, 60_000))
	write(t, path, numberedLines(60_000, 61_000))
	s := still(t, path)
	same(t, raws(all(t, s, sources.LogQuery{Limit: 4_000})), want(0, 61_000, false))
	same(t, raws(all(t, s, sources.LogQuery{Limit: 9_000, Forward: true})), want(0, 61_000, true))
	q := sources.LogQuery{Window: sources.Window{Start: stamp(39_990), End: stamp(40_010)}, Forward: true}
	same(t, raws(all(t, s, q)), want(39_990, 40_011, true))
	n, err := s.Count(t.Context(), sources.LogQuery{Terms: text("request 5")})
	if err != nil || n != 11_111 {
		t.Fatal(n, err)
	}
	w, err := s.LogSpan(t.Context())
	if err != nil || !w.Start.Equal(stamp(0)) || !w.End.Equal(stamp(60_999)) {
		t.Fatal(w, err)
	}
}

func TestRecentLinesLeaveArchivesAlone(t *testing.T) {
	path := temp(t)
	pack(t, path+".1.gz", numberedLines(0, 10_000))
	write(t, path, numberedLines(10_000, 11_000))
	s := still(t, path)
	q := sources.LogQuery{Window: sources.Window{Start: stamp(10_500), End: stamp(20_000)}, Limit: 5000}
	same(t, raws(all(t, s, q)), want(10_500, 11_000, false))
	search(t, s, sources.LogQuery{Limit: 1000})
	if p := s.logs()[0].history()[0]; p.indexed() {
		t.Error("an archive was read for lines that are not in it")
	}
}

// A file that is rotated and then compressed keeps its positions.
func TestCompressedAfterwards(t *testing.T) {
	path := temp(t)
	write(t, path, numberedLines(0, 20_000))
	s := still(t, path)
	page := search(t, s, sources.LogQuery{Limit: 5})
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, path, numberedLines(20_000, 20_100))
	s.look()
	text, err := os.ReadFile(path + ".1")
	if err != nil {
		t.Fatal(err)
	}
	pack(t, path+".2.gz", string(text))
	if err := os.Remove(path + ".1"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, path, numberedLines(20_100, 20_200))
	s.look()
	same(t, raws(all(t, s, sources.LogQuery{Limit: 5_000})), want(0, 20_200, false))
	after := all(t, s, sources.LogQuery{Before: page.Lines[4].Pos, Limit: 9_000})
	same(t, raws(after), want(0, 19_995, false))
}

func TestMergedRotation(t *testing.T) {
	dir := t.TempDir()
	a, b := dir+"/a.log", dir+"/b.log"
	write(t, a, numberedLines(0, 5))
	write(t, a+".1", "")
	write(t, b, numberedLines(5, 10))
	s := still(t, a, b)
	same(t, raws(all(t, s, sources.LogQuery{Limit: 3})), want(0, 10, false))
	for i := 10; i < 100; i += 10 {
		if err := os.Rename(a, fmt.Sprintf("%s.%d", a, 100-i)); err != nil {
			t.Fatal(err)
		}
		write(t, a, numberedLines(i, i+5))
		extend(t, b, numberedLines(i+5, i+10))
		s.look()
		same(t, raws(all(t, s, sources.LogQuery{Limit: 3})), want(0, i+10, false))
	}
}

// Lines that come faster than they are looked at are all there, and each byte is read once by the index.
func TestFastWriter(t *testing.T) {
	w := &writer{t: t, path: temp(t)}
	w.open()
	s := open(t, Options{Paths: []string{w.path}, Zone: time.UTC, Interval: 5 * time.Millisecond})
	const n, burst = 400_000, 2000
	version := uint64(0)
	woken := 0
	for w.next < n {
		w.lines(burst, false)
	}
	for {
		var err error
		if version, err = s.AwaitLogs(t.Context(), version); err != nil {
			t.Fatal(err)
		}
		woken++
		if got, err := s.Count(t.Context(), sources.LogQuery{}); err != nil || got == n {
			break
		}
	}
	if last := search(t, s, sources.LogQuery{Limit: 1}).Lines[0].Raw; last != numbered(n-1) {
		t.Error(last)
	}
	info, err := os.Stat(w.path)
	if err != nil {
		t.Fatal(err)
	}
	if read := s.Status().Received; read > uint64(info.Size())*5/4+8<<20 {
		t.Errorf("%d bytes were read of a file of %d", read, info.Size())
	}
	if woken > n/100 {
		t.Errorf("woken %d times", woken)
	}
	w.f.Close()
}
