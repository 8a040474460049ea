package merge

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// A fake answers as its functions say.
type fake struct {
	name    string
	asked   atomic.Int32
	instant func(context.Context, sources.InstantQuery) (*sources.Frame, error)
	ranged  func(context.Context, sources.RangeQuery) (*sources.Frame, error)
	labels  map[string][]string // values by name; nil: it fails
	status  sources.Status
	table   *sources.Table
}

func (f *fake) Name() string           { return f.name }
func (f *fake) Close() error           { return nil }
func (f *fake) Status() sources.Status { return f.status }

func (f *fake) QueryInstant(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	f.asked.Add(1)
	return f.instant(ctx, q)
}

func (f *fake) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	f.asked.Add(1)
	return f.ranged(ctx, q)
}

func (f *fake) LabelNames(_ context.Context, _ sources.Window, _ ...string) ([]string, error) {
	if f.labels == nil {
		return nil, sources.Errorf(f.name, "label names", sources.KindUnavailable, "down")
	}
	var out []string
	for name := range f.labels {
		out = append(out, name)
	}
	slices.Sort(out)
	return out, nil
}

func (f *fake) LabelValues(_ context.Context, _ sources.Window, label string, _ ...string) ([]string, error) {
	if f.labels == nil {
		return nil, sources.Errorf(f.name, "label values", sources.KindUnavailable, "down")
	}
	return f.labels[label], nil
}

func (f *fake) Tables() []string {
	if f.table == nil {
		return nil
	}
	return []string{f.table.Name}
}

func (f *fake) List(context.Context, string) (*sources.Table, error) { return f.table, nil }

// mute is a source that can do nothing.
type mute struct{}

func (mute) Name() string { return "mute" }
func (mute) Close() error { return nil }

func vector(labels ...sources.Labels) *sources.Frame {
	f := &sources.Frame{Kind: sources.Vector}
	for i, l := range labels {
		f.Series = append(f.Series, sources.Series{Labels: l, Times: []int64{1000}, Values: []float64{float64(i)}})
	}
	return f
}

// gives is a source that answers every instant query with f or err.
func gives(name string, f *sources.Frame, err error) *fake {
	return &fake{name: name, instant: func(context.Context, sources.InstantQuery) (*sources.Frame, error) { return f, err }}
}

func fails(name string, kind sources.ErrorKind) *fake {
	return gives(name, nil, sources.Errorf(name, "query", kind, "because"))
}

func names(f *sources.Frame) []string {
	var out []string
	for i := range f.Series {
		out = append(out, f.Series[i].Labels.String())
	}
	return out
}

func instant(t *testing.T, s *Source) *sources.Frame {
	t.Helper()
	f, err := s.QueryInstant(context.Background(), sources.InstantQuery{Expr: "x", Time: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Series are labelled, by part in the order given, within one as it answered.
func TestSeriesSayTheirSource(t *testing.T) {
	l := sources.NewLabels
	b := vector(l("__name__", "x", "z", "1"), l("__name__", "x", "a", "1"))
	b.Warnings, b.Infos, b.Cut, b.Bytes = []string{"w"}, []string{"i"}, 2, 10
	a := vector(l("source", "mine"), l("source", "mine", "exported_source", "theirs", "zone", "z"))
	a.Cut, a.Bytes = 1, 5
	f := instant(t, New(Options{}, gives("b", b, nil), gives("a", a, nil), mute{}))
	want := []string{
		`x{source="b", z="1"}`, `x{a="1", source="b"}`,
		`{exported_source="mine", source="a"}`,
		`{exported_exported_source="mine", exported_source="theirs", source="a", zone="z"}`,
	}
	if got := names(f); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for i := range f.Series {
		if l := f.Series[i].Labels; !slices.IsSortedFunc(l, func(a, b sources.Label) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("labels are not in order: %v", l)
		}
	}
	if f.Kind != sources.Vector || f.Source != sources.All || f.Cut != 3 || f.Bytes != 15 ||
		!slices.Equal(f.Warnings, []string{"b: w"}) || !slices.Equal(f.Infos, []string{"b: i"}) {
		t.Errorf("got %+v", f)
	}
	if got := a.Series[0].Labels.String(); got != `{source="mine"}` {
		t.Errorf("the part's own frame was changed: %s", got)
	}
}

func TestScalarsAreSeriesAndStringsAreErrors(t *testing.T) {
	one := vector(nil)
	one.Kind = sources.Scalar
	f := instant(t, New(Options{}, gives("a", one, nil), gives("b", one, nil)))
	if got := names(f); f.Kind != sources.Vector || !slices.Equal(got, []string{`{source="a"}`, `{source="b"}`}) {
		t.Errorf("%v %q", f.Kind, got)
	}
	text := &sources.Frame{Kind: sources.String, Text: "x"}
	_, err := New(Options{}, gives("a", text, nil)).QueryInstant(context.Background(), sources.InstantQuery{Expr: `"x"`})
	if sources.KindOf(err) != sources.KindUnsupported || !strings.Contains(err.Error(), "ask one source") {
		t.Errorf("a string: %v", err)
	}
	raw := &sources.Frame{Kind: sources.Matrix, Series: []sources.Series{{Times: []int64{1, 2}, Values: []float64{1, 2}}}}
	f = instant(t, New(Options{}, gives("a", raw, nil), gives("b", vector(nil), nil)))
	if f.Kind != sources.Matrix || len(f.Series) != 1 || len(f.Warnings) != 1 || !strings.HasPrefix(f.Warnings[0], "b: ") {
		t.Errorf("a matrix and a vector: %+v", f)
	}
}

// A part that fails is a warning; with all failing the kind is the most telling one.
func TestFailures(t *testing.T) {
	f := instant(t, New(Options{}, fails("a", sources.KindAuth), gives("b", vector(nil), nil), gives("c", nil, errors.New("http://u:secret@h/"))))
	if len(f.Series) != 1 || len(f.Warnings) != 2 || f.Warnings[0] != "a: query: not allowed: because" || f.Warnings[1] != "c: http://***@h/" {
		t.Errorf("%q", f.Warnings)
	}
	throttled := func(name string, after time.Duration) *fake {
		e := sources.Errorf(name, "query", sources.KindThrottled, "slow down")
		e.RetryAfter = after
		return gives(name, nil, e)
	}
	check := func(kind sources.ErrorKind, retry bool, after time.Duration, parts ...sources.Source) {
		t.Helper()
		_, err := New(Options{}, parts...).QueryInstant(context.Background(), sources.InstantQuery{Expr: "x"})
		var e *sources.Error
		if !errors.As(err, &e) || e.Source != sources.All {
			t.Fatalf("no error of the source: %v", err)
		}
		if e.Kind != kind || e.Retryable != retry || e.RetryAfter != after {
			t.Errorf("got %v, retry %v after %v: %v", e.Kind, e.Retryable, e.RetryAfter, err)
		}
	}
	check(sources.KindUnavailable, true, 0, fails("a", sources.KindUnavailable), fails("b", sources.KindUnavailable))
	check(sources.KindTimeout, true, 0, fails("a", sources.KindUnavailable), fails("b", sources.KindTimeout))
	check(sources.KindQuery, true, 0, fails("a", sources.KindUnavailable), fails("b", sources.KindQuery))
	check(sources.KindQuery, false, 0, fails("a", sources.KindAuth), fails("b", sources.KindQuery))
	check(sources.KindThrottled, true, time.Minute, throttled("a", time.Hour), throttled("b", time.Minute))
	check(sources.KindThrottled, true, 0, throttled("a", time.Hour), fails("b", sources.KindUnavailable))
	check(sources.KindUnsupported, false, 0, mute{})
	check(sources.KindUnsupported, false, 0)
	check(sources.KindProtocol, false, 0, gives("a", nil, nil))
	_, err := New(Options{}, fails("a", 1), fails("b", 1), fails("c", 1), fails("d", 1), fails("e", 1)).QueryInstant(context.Background(), sources.InstantQuery{})
	if !strings.Contains(err.Error(), "c: query: unavailable: because; and 2 more") {
		t.Errorf("five failures: %v", err)
	}
	bad := &fake{name: "bad", instant: func(context.Context, sources.InstantQuery) (*sources.Frame, error) { panic("boo") }}
	if f := instant(t, New(Options{}, bad, gives("b", vector(nil), nil))); len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "bad: query: internal error: panic: boo") {
		t.Errorf("a panic: %q", f.Warnings)
	}
}

// A limit holds over the whole and no part is left out for another.
func TestLimits(t *testing.T) {
	many := func(n int) *sources.Frame { return vector(make([]sources.Labels, n)...) }
	s := New(Options{MaxSeries: 10}, gives("a", many(20), nil), gives("b", many(1), nil), gives("c", many(20), nil))
	count := func(f *sources.Frame) (out [3]int) {
		for i := range f.Series {
			out[f.Series[i].Labels.Value("source")[0]-'a']++
		}
		return out
	}
	for limit, want := range map[int][3]int{0: {5, 1, 4}, 100: {5, 1, 4}, 4: {2, 1, 1}, 2: {1, 1, 0}} {
		f, err := s.QueryInstant(context.Background(), sources.InstantQuery{Expr: "x", Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if got := count(f); got != want || f.Cut != 41-len(f.Series) {
			t.Errorf("limit %d: got %v and %d cut, want %v", limit, got, f.Cut, want)
		}
	}
	got := shares([]int{3, 0, 5}, 100)
	if !slices.Equal(got, []int{3, 0, 5}) {
		t.Errorf("with room for all: %v", got)
	}
}

// All series are on the steps asked for, histograms too.
func TestRangesAreAligned(t *testing.T) {
	h := &sources.Histogram{Count: 3}
	part := func(name string, series ...sources.Series) *fake {
		return &fake{name: name, ranged: func(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
			return &sources.Frame{Kind: sources.Matrix, Start: q.Start.UnixMilli(), End: q.End.UnixMilli(), Step: 1000, Series: series}, nil
		}}
	}
	gap := sources.Gap()
	full := part("full", sources.Series{Times: []int64{1000, 2000, 3000}, Values: []float64{1, 2, 3}})
	few := part("few", sources.Series{Times: []int64{2000}, Values: []float64{gap}, Histograms: []*sources.Histogram{h}})
	off := part("off", sources.Series{Times: []int64{2500}, Values: []float64{1}})
	late := part("late", sources.Series{Times: []int64{4000}, Values: []float64{1}})
	uneven := part("uneven", sources.Series{Times: []int64{1000, 2000, 3000}, Values: []float64{1}})
	s := New(Options{}, full, few, off, late, uneven, part("empty"))
	q := sources.RangeQuery{Expr: "x", Start: time.UnixMilli(1000), End: time.UnixMilli(3999), Step: time.Second}
	f, err := s.QueryRange(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if f.Start != 1000 || f.End != 3999 || f.Step != 1000 || len(f.Series) != 2 || len(f.Warnings) != 3 {
		t.Fatalf("%+v", f)
	}
	for i := range f.Series {
		if got := f.Series[i]; !slices.Equal(got.Times, []int64{1000, 2000, 3000}) || len(got.Values) != 3 {
			t.Errorf("series %d: %v", i, got)
		}
	}
	if got := f.Series[1]; !reflect.DeepEqual(got.Histograms, []*sources.Histogram{nil, h, nil}) || !sources.IsGap(got.Values[0]) || !sources.IsGap(got.Values[1]) {
		t.Errorf("the histogram: %v", got)
	}
	for _, bad := range []sources.RangeQuery{{Step: 0}, {Step: time.Second, Start: time.Unix(2, 0), End: time.Unix(1, 0)}} {
		if _, err := s.QueryRange(context.Background(), bad); sources.KindOf(err) != sources.KindQuery {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// A part that hangs costs the others nine tenths of the time once, then it rests.
func TestHangingPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		deaf := &fake{name: "deaf", instant: func(context.Context, sources.InstantQuery) (*sources.Frame, error) {
			<-free // whatever the context says
			return vector(nil), nil
		}}
		s := New(Options{}, deaf, gives("b", vector(nil), nil))
		ask := func() (*sources.Frame, time.Duration) {
			ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
			defer stop()
			start := time.Now()
			f, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: "x"})
			if err != nil {
				t.Fatal(err)
			}
			return f, time.Since(start)
		}
		f, took := ask()
		if took != 9*time.Second || len(f.Series) != 1 || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "deaf: query: timed out") {
			t.Errorf("after %v: %+v", took, f)
		}
		if f, took = ask(); took != 0 || len(f.Warnings) != 1 {
			t.Errorf("it is asked again at once: %v %q", took, f.Warnings)
		}
		if notes := s.Status().Notes; len(notes) != 1 || !strings.Contains(notes[0], "deaf: ") {
			t.Errorf("notes %q", notes)
		}
		close(free)
		time.Sleep(firstRest)
		if f, took = ask(); took != 0 || len(f.Series) != 2 || len(f.Warnings) != 0 {
			t.Errorf("it is back, and after %v: %+v", took, f)
		}
	})
}

// A slow query says nothing about a part that answers others.
func TestTimeoutOfOneQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fake{name: "a", instant: func(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
			if q.Expr == "slow" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return vector(nil), nil
		}}
		s := New(Options{}, a, gives("b", vector(nil), nil))
		done := make(chan error)
		go func() {
			ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
			defer stop()
			f, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: "slow"})
			if err == nil && len(f.Warnings) != 1 {
				err = errors.New("no warning")
			}
			done <- err
		}()
		time.Sleep(time.Second)
		instant(t, s)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if f := instant(t, s); len(f.Series) != 2 {
			t.Errorf("it rests: %q", f.Warnings)
		}
	})
}

// A part that is down is asked seldom while others answer, and always if none does.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, b := fails("a", sources.KindUnavailable), gives("b", vector(nil), nil)
		s := New(Options{}, down, b)
		for range 600 {
			if f := instant(t, s); len(f.Warnings) != 1 || f.Warnings[0] != "a: query: unavailable: because" {
				t.Fatalf("%q", f.Warnings)
			}
			time.Sleep(time.Second)
		}
		if n := down.asked.Load(); n < 20 || n > 30 {
			t.Errorf("asked %d times in ten minutes", n)
		}
		if n := b.asked.Load(); n != 600 {
			t.Errorf("the other was asked %d times of 600", n)
		}
		alone := fails("a", sources.KindUnavailable)
		s = New(Options{}, alone)
		for range 10 {
			if _, err := s.QueryInstant(context.Background(), sources.InstantQuery{Expr: "x"}); sources.KindOf(err) != sources.KindUnavailable {
				t.Fatal(err)
			}
		}
		if n := alone.asked.Load(); n != 10 {
			t.Errorf("alone it was asked %d times of 10", n)
		}
		e := sources.Errorf("a", "query", sources.KindThrottled, "slow down")
		e.RetryAfter = time.Minute
		busy := gives("a", nil, e)
		s = New(Options{}, busy)
		for range 60 {
			if _, err := s.QueryInstant(context.Background(), sources.InstantQuery{Expr: "x"}); sources.KindOf(err) != sources.KindThrottled {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if n := busy.asked.Load(); n != 1 {
			t.Errorf("it wanted a minute, and was asked %d times in it", n)
		}
	})
}

func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	a := &fake{name: "a", instant: func(ctx context.Context, _ sources.InstantQuery) (*sources.Frame, error) {
		stop()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	s := New(Options{}, a, gives("b", vector(nil), nil))
	if _, err := s.QueryInstant(ctx, sources.InstantQuery{}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("got %v", err)
	}
	if err := s.parts[0].failing(); err != nil {
		t.Errorf("our giving up is held against it: %v", err)
	}
}

func TestLabels(t *testing.T) {
	ctx, w := context.Background(), sources.Window{}
	a := &fake{name: "a", labels: map[string][]string{"job": {"x", "y"}, "source": {"s3"}}}
	b := &fake{name: "b", labels: map[string][]string{"job": {"w", "x"}, "zone": {"1"}, "exported_source": {"s1"}}}
	empty := &fake{name: "empty", labels: map[string][]string{}}
	s := New(Options{}, b, a, empty, &fake{name: "down"}, mute{})
	f := func(got []string, err error, want ...string) {
		t.Helper()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q %v, want %q", got, err, want)
		}
	}
	got, err := s.LabelNames(ctx, w)
	f(got, err, "exported_source", "job", "source", "zone")
	got, err = s.LabelValues(ctx, w, "job")
	f(got, err, "w", "x", "y")
	got, err = s.LabelValues(ctx, w, "source")
	f(got, err, "a", "b")
	got, err = s.LabelValues(ctx, w, "exported_source")
	f(got, err, "s1", "s3")
	if _, err := New(Options{}, &fake{name: "down"}).LabelValues(ctx, w, "source"); sources.KindOf(err) != sources.KindUnavailable {
		t.Errorf("all down: %v", err)
	}
}

func TestTables(t *testing.T) {
	at := time.Unix(100, 0)
	a := &fake{name: "a", table: &sources.Table{
		Name: "processes", Time: at, Total: 5, Notes: []string{"n"},
		Columns: []sources.Column{{Name: "pid", Key: true}, {Name: "source", Text: true}},
		Rows:    [][]sources.Value{{{Number: 1}, {Text: "x"}}},
	}}
	b := &fake{name: "b", table: &sources.Table{
		Name: "processes", Time: at.Add(-time.Second), Total: 1,
		Columns: []sources.Column{{Name: "cmd", Text: true}, {Name: "pid", Key: true}},
		Rows:    [][]sources.Value{{{Text: "sh"}, {Number: 2}}},
	}}
	s := New(Options{}, a, b, mute{}, &fake{name: "none"})
	if got := s.Tables(); !slices.Equal(got, []string{"processes"}) {
		t.Errorf("tables %q", got)
	}
	got, err := s.List(context.Background(), "processes")
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, c := range got.Columns {
		columns = append(columns, c.Name)
	}
	if !slices.Equal(columns, []string{"source", "pid", "exported_source", "cmd"}) || got.Total != 6 || !got.Time.Equal(at.Add(-time.Second)) || !slices.Equal(got.Notes, []string{"a: n"}) {
		t.Errorf("%q %+v", columns, got)
	}
	if r := got.Rows; len(r) != 2 || r[0][0].Text != "a" || r[0][1].Number != 1 || r[0][2].Text != "x" ||
		r[1][0].Text != "b" || r[1][1].Number != 2 || r[1][3].Text != "sh" {
		t.Errorf("rows %+v", r)
	}
	if _, err := s.List(context.Background(), "sessions"); sources.KindOf(err) != sources.KindUnsupported {
		t.Errorf("a table that nobody has: %v", err)
	}
}

func TestStatus(t *testing.T) {
	f := func(want sources.Status, parts ...sources.Source) {
		t.Helper()
		want.Kind = "merged"
		if got := New(Options{}, parts...).Status(); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	early, late := time.Unix(1, 0), time.Unix(2, 0)
	of := func(name string, st sources.Status) *fake { return &fake{name: name, status: st} }
	a := of("a", sources.Status{Interval: 2 * time.Second, Series: 5, Since: late, Fresh: true, Received: 7, Notes: []string{"n"}})
	b := of("b", sources.Status{Interval: 5 * time.Second, Series: 6, Since: early, Fresh: true, Received: 8})
	f(sources.Status{Interval: 5 * time.Second, Series: 11, Since: early, Fresh: true, Received: 15, Notes: []string{"a: n"}}, a, b)
	f(sources.Status{Interval: 0, Series: 6, Since: early, Received: 8}, b, mute{})
	f(sources.Status{Interval: time.Minute}, of("c", sources.Status{Interval: time.Minute}), mute{})
	f(sources.Status{})
}
