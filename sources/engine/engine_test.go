package engine

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"go.uber.org/goleak"

	"nightjar/sources"
)

// crashIn makes the test's binary open an engine in that directory and die by
// its own hand, as the kernel would end it when memory runs out.
const crashIn = "NIGHTJAR_TEST_CRASH_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashIn); dir != "" {
		if _, err := Open(Options{Dirs: []string{dir}}); err != nil {
			panic(err)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	goleak.VerifyTestMain(m)
}

func TestACrashLeavesNothingForLong(t *testing.T) {
	dir := t.TempDir()
	crash := exec.CommandContext(t.Context(), os.Args[0])
	crash.Env = append(os.Environ(), crashIn+"="+dir)
	if err := crash.Run(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("it did not crash: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Fatalf("the crash left %v, %v", left, err)
	}
	e, _ := open(t, Options{Dirs: []string{dir}})
	now, err := os.ReadDir(dir)
	if err != nil || len(now) != 1 || now[0].Name() != filepath.Base(e.Dir()) {
		t.Errorf("next to the new directory there are %v, %v", now, err)
	}
}

// values reads the samples of expr, a range selector, at now.
func values(t *testing.T, e *Engine, expr string) []float64 {
	t.Helper()
	f, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Series) == 0 {
		return nil
	}
	return f.Series[0].Values
}

func TestTruncationKeepsTheWindow(t *testing.T) {
	e, c := open(t, Options{Window: 10 * time.Minute})
	if got := e.Oldest(); !got.IsZero() {
		t.Errorf("an empty engine's oldest sample is of %v", got)
	}
	app := e.Appender(t.Context())
	if _, err := app.Append(0, metric("early"), t0.UnixMilli(), 1); err != nil {
		t.Fatal(err)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	var ref storage.SeriesRef
	for i := range 4000 {
		c.now = t0.Add(time.Duration(i) * time.Second)
		app := e.Appender(t.Context())
		var err error
		if ref, err = app.Append(ref, metric("a"), c.now.UnixMilli(), float64(i)); err != nil {
			t.Fatal(err)
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if n := e.Series(); n != 1 {
		t.Errorf("%d series are held, the one that ended an hour ago too", n)
	}
	if got, want := e.Oldest(), c.now.Add(-10*time.Minute); !got.Equal(want) {
		t.Errorf("the oldest sample is of %v, want %v", got, want)
	}
	if got := values(t, e, "a[2h]"); len(got) != 601 || got[600] != 3999 || got[0] != 3399 {
		t.Errorf("%d samples in the window", len(got))
	}
	mint, _, _ := e.store.bounds()
	if held := c.now.Sub(time.UnixMilli(mint)); held > 12*time.Minute {
		t.Errorf("samples of %v are held for a window of 10 min", held)
	}
	if entries, err := os.ReadDir(filepath.Join(e.Dir(), "chunks_head")); err != nil || len(entries) > 0 {
		t.Errorf("chunks were written: %v %v", entries, err)
	}
}

func TestClockSetBack(t *testing.T) {
	e, c := open(t, Options{Lookback: 10 * time.Second})
	var refA, refB storage.SeriesRef
	put := func(a, b float64) error {
		app := e.Appender(t.Context())
		var errA, errB error
		if !math.IsNaN(a) {
			refA, errA = app.Append(refA, metric("a"), c.now.UnixMilli(), a)
		}
		refB, errB = app.Append(refB, metric("b"), c.now.UnixMilli(), b)
		return errors.Join(errA, errB, app.Commit())
	}
	for i := range 600 {
		c.now = t0.Add(time.Duration(i) * time.Second)
		if err := put(float64(i), -1); err != nil {
			t.Fatal(err)
		}
	}
	// The newest series are of the time that will not have been.
	app := e.Appender(t.Context())
	refZ, err := app.Append(0, metric("z"), c.now.UnixMilli(), 26)
	if err = errors.Join(err, app.Commit()); err != nil {
		t.Fatal(err)
	}
	reader, err := e.Queryable().Querier(t0.UnixMilli(), c.now.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}

	c.now = t0.Add(300*time.Second + 500*time.Millisecond)
	// Only b, with the reference it had.
	if err := put(math.NaN(), -2); err != nil {
		t.Fatalf("right after the clock went back: %v", err)
	}
	if e.Rewinds() != 1 {
		t.Errorf("%d rewinds", e.Rewinds())
	}
	if got := values(t, e, "a[1h]"); len(got) != 301 || got[0] != 0 || got[300] != 300 {
		t.Errorf("%d samples of a are left", len(got))
	}
	if got := values(t, e, "b[1h]"); len(got) != 302 || got[301] != -2 {
		t.Errorf("%d samples of b", len(got))
	}
	app = e.Appender(t.Context())
	_, err = app.Append(0, metric("y"), c.now.UnixMilli(), 25) // gets the number that z had
	_, errZ := app.Append(refZ, metric("z"), c.now.UnixMilli(), 27)
	if err = errors.Join(err, errZ, app.Commit()); err != nil {
		t.Fatal(err)
	}
	if y, z := values(t, e, "y[1h]"), values(t, e, "z[1h]"); !slices.Equal(y, []float64{25}) || !slices.Equal(z, []float64{27}) {
		t.Errorf("a reference from before means another series: y is %v, z is %v", y, z)
	}
	c.now = c.now.Add(time.Second)
	if err := put(7, 8); err != nil {
		t.Fatal(err)
	}
	if got := values(t, e, "a[1h]"); len(got) != 302 || got[301] != 7 {
		t.Errorf("%d samples of a", len(got))
	}

	// A reader from before still sees what it was opened on.
	n := 0
	set := reader.Select(t.Context(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "a"))
	for set.Next() {
		for it := set.At().Iterator(nil); it.Next() != 0; {
			n++
		}
	}
	if set.Err() != nil || n != 600 {
		t.Errorf("the old reader sees %d samples, %v", n, set.Err())
	}
	if err := errors.Join(reader.Close(), reader.Close()); err != nil {
		t.Error(err)
	}

	// A little back is no jump.
	c.now = c.now.Add(-2 * time.Second)
	if app = e.Appender(t.Context()); app.Rollback() != nil || e.Rewinds() != 1 {
		t.Errorf("2 s back: %d rewinds", e.Rewinds())
	}
}

func TestClockSetForwardAndBack(t *testing.T) {
	e, c := open(t, Options{})
	fill(t, e, "a", time.Second, 1, 2, 3)
	c.now = t0.Add(24 * time.Hour)
	app := e.Appender(t.Context())
	if _, err := app.Append(0, metric("a"), c.now.UnixMilli(), 9); err != nil {
		t.Fatal(err)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	c.now = t0.Add(10 * time.Second)
	app = e.Appender(t.Context())
	if _, err := app.Append(0, metric("a"), c.now.UnixMilli(), 4); err != nil {
		t.Fatal(err)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := values(t, e, "a[1h]"); len(got) == 0 || got[len(got)-1] != 4 || slices.Contains(got, 9) {
		t.Errorf("samples are %v", got)
	}
}

func TestClose(t *testing.T) {
	e, _ := open(t, Options{Name: "test"})
	fill(t, e, "a", time.Second, make([]float64, 1000)...)
	dir := e.Dir()
	app := e.Appender(t.Context())
	if _, err := app.Append(0, metric("a"), t0.Add(time.Hour).UnixMilli(), 1); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the run-time directory is still there: %v", err)
	}
	if err := app.Commit(); err != nil {
		t.Errorf("a transaction that was open: %v", err)
	}
	if _, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "a"}); sources.KindOf(err) != sources.KindUnavailable {
		t.Errorf("query: %v", err)
	}
	if _, err := e.LabelNames(t.Context(), sources.Window{}); sources.KindOf(err) != sources.KindUnavailable {
		t.Errorf("label names: %v", err)
	}
	app = e.Appender(t.Context())
	if _, err := app.Append(0, metric("a"), 0, 1); !errors.Is(err, errClosed) || app.Commit() == nil {
		t.Errorf("append: %v", err)
	}
	if e.Series() != 0 || !e.Oldest().IsZero() {
		t.Error("a closed engine holds something")
	}
}

func TestCloseCancelsQueries(t *testing.T) {
	e, c := open(t, Options{Name: "test", Timeout: time.Minute})
	fill(t, e, "a", time.Second, make([]float64, 3000)...)
	c.now = t0.Add(50 * time.Minute)
	failed := make(chan error)
	go func() {
		_, err := e.QueryRange(t.Context(), sources.RangeQuery{
			Expr: "quantile_over_time(0.9, (a + a)[50m:1s])", Start: t0, End: c.now, Step: time.Second,
		})
		failed <- err
	}()
	// The query has its reader once the engine's own reference is not the only one.
	for s := e.store; s.refs.Load() < 2; {
		select {
		case err := <-failed:
			t.Fatalf("the query ended before it could be cancelled: %v", err)
		default:
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; sources.KindOf(err) != sources.KindUnavailable {
		t.Errorf("the query gave %v", err)
	}
}

func TestLeftoversOfACrash(t *testing.T) {
	dir := t.TempDir()
	neighbour, _ := open(t, Options{Dirs: []string{dir}})
	crashed, err := openRunDir([]string{dir}, neighbour.o.Logger)
	if err != nil {
		t.Fatal(err)
	}
	mkdir := func(name string, age time.Duration) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(path, 0o700), os.Chtimes(path, time.Time{}, time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Mkdir(filepath.Join(crashed.path, "chunks_head"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := crashed.lock.Close(); err != nil { // as the kernel does
		t.Fatal(err)
	}
	older := mkdir("nightjar-1-0123abcd", time.Hour)
	starting := mkdir("nightjar-2-0123abce", 0)
	other := mkdir("nightly", time.Hour)
	notes := mkdir("nightjar-notes", time.Hour) // a person's own
	kept := mkdir("nightjar-3-0123abcf", time.Hour)
	long := time.Now().Add(-time.Hour)
	if err := errors.Join(os.WriteFile(filepath.Join(kept, "thesis.tex"), nil, 0o600), os.Chtimes(kept, long, long)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "nightjar-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "nightjar-link")
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}

	open(t, Options{Dirs: []string{dir}})
	for path, stays := range map[string]bool{
		neighbour.Dir(): true, crashed.path: false, older: false, starting: true, other: true, notes: true, kept: true, file: true, link: true,
	} {
		if _, err := os.Lstat(path); (err == nil) != stays {
			t.Errorf("%s stays: %v, want %v", filepath.Base(path), err == nil, stays)
		}
	}
}

func TestLadderOfDirectories(t *testing.T) {
	good := t.TempDir()
	missing := filepath.Join(good, "missing")
	file := filepath.Join(good, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// /proc is read-only even for root.
	e, _ := open(t, Options{Dirs: []string{"/proc", missing, file, good}})
	if filepath.Dir(e.Dir()) != good {
		t.Errorf("it took %s", e.Dir())
	}
	_, err := Open(Options{Name: "test", Dirs: []string{"/proc", missing, file}})
	if sources.KindOf(err) != sources.KindUnavailable {
		t.Errorf("no place: %v", err)
	}
	for _, want := range []string{"/proc", missing, file, "no place for a run-time directory"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestDefaultDirs(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	if got := defaultDirs(); got[0] != "/run/user/7" || got[1] != "/dev/shm" || got[len(got)-1] != os.TempDir() {
		t.Errorf("the ladder is %q", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	if got := defaultDirs(); got[0] != "/dev/shm" {
		t.Errorf("the ladder is %q", got)
	}
}
