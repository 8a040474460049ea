package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"

	"nightjar/sources"
)

// t0 is where the test's clocks begin.
var t0 = time.UnixMilli(1_700_000_000_000)

// A clock stands still unless it is moved.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func open(t testing.TB, o Options) (*Engine, *clock) {
	t.Helper()
	c := &clock{t0}
	if o.Clock == nil {
		o.Clock = c.Now
	}
	if o.Dirs == nil {
		o.Dirs = []string{t.TempDir()}
	}
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, c
}

// fill appends samples of one series, step apart, from t0; NaN is left out and
// +Inf is written as a staleness marker.
func fill(t testing.TB, e *Engine, name string, step time.Duration, values ...float64) {
	t.Helper()
	app := e.Appender(t.Context())
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if math.IsInf(v, 1) {
			v = math.Float64frombits(value.StaleNaN)
		}
		if _, err := app.Append(0, metric(name), t0.Add(time.Duration(i)*step).UnixMilli(), v); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

// metric parses name or name{label="value"} without an escape.
func metric(s string) labels.Labels {
	name, rest, _ := strings.Cut(s, "{")
	b := labels.NewScratchBuilder(4)
	b.Add(model.MetricNameLabel, name)
	for pair := range strings.SplitSeq(strings.TrimSuffix(rest, "}"), ",") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			b.Add(k, strings.Trim(v, `"`))
		}
	}
	b.Sort()
	return b.Labels()
}

// draw writes a frame as a person would: "up 1 2 _ 4", one line a series.
func draw(f *sources.Frame) string {
	var b strings.Builder
	for _, s := range f.Series {
		b.WriteString(s.Labels.String())
		for _, v := range s.Values {
			if sources.IsGap(v) {
				b.WriteString(" _")
			} else {
				fmt.Fprintf(&b, " %g", v)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestQueryRange(t *testing.T) {
	nan, stale := math.NaN(), math.Inf(1)
	e, c := open(t, Options{Name: "test", Lookback: 2 * time.Second})
	fill(t, e, "up", time.Second, 1, 1, 0, 1, 1, 1)
	fill(t, e, `hits{code="200"}`, time.Second, 0, 10, 20, 5, 15, 25) // a counter that is reset
	fill(t, e, `hits{code="500"}`, time.Second, 0, 1, 2, 3, 4, 5)
	fill(t, e, "late", time.Second, nan, nan, 3, 4, 5, 6)
	fill(t, e, "gone", time.Second, 1, 2, stale, nan, nan, nan)
	fill(t, e, "hole", time.Second, 1, nan, nan, nan, 5, 6)
	c.now = t0.Add(5 * time.Second)

	f := func(expr, want string) {
		t.Helper()
		got, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: expr, Start: t0, End: c.now, Step: time.Second})
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			return
		}
		if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), draw(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expr, diff)
		}
	}
	f("up", "up 1 1 0 1 1 1\n")
	f("up == 1", "up 1 1 _ 1 1 1\n")
	f("nothing", "")
	f("late", "late _ _ 3 4 5 6\n")
	f("gone", "gone 1 2 _ _ _ _\n")
	f("hole", "hole 1 1 _ _ 5 6\n")
	f("sum(hits)", "{} 0 11 22 8 19 30\n")
	f("hits", `
hits{code="200"} 0 10 20 5 15 25
hits{code="500"} 0 1 2 3 4 5
`)
	f("count_over_time(up[2500ms])", "{} 1 2 3 3 3 3\n")
	f("resets(hits[10s])", `
{code="200"} 0 0 0 1 1 1
{code="500"} 0 0 0 0 0 0
`)
	f("1/0 * up{nope=''}", "{} +Inf +Inf NaN +Inf +Inf +Inf\n")
	f("hits{code='500'} @ end()", `hits{code="500"} 5 5 5 5 5 5`+"\n")
	f("hits{code='500'} offset -1s", `hits{code="500"} 1 2 3 4 5 5`+"\n")
	f("42", "{} 42 42 42 42 42 42\n")
}

func TestRangeFramesShareTheirTimes(t *testing.T) {
	e, c := open(t, Options{})
	fill(t, e, `a{x="1"}`, time.Second, 1, 2, 3)
	fill(t, e, `a{x="2"}`, time.Second, 1, 2, 3)
	c.now = t0.Add(2 * time.Second)
	got, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: "a", Start: t0, End: c.now, Step: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if got.Start != t0.UnixMilli() || got.End != c.now.UnixMilli() || got.Step != 1000 || got.Kind != sources.Matrix {
		t.Errorf("the frame is %v from %d to %d by %d", got.Kind, got.Start, got.End, got.Step)
	}
	if &got.Series[0].Times[0] != &got.Series[1].Times[0] {
		t.Error("two series have times of their own")
	}
	want := []int64{t0.UnixMilli(), t0.UnixMilli() + 1000, t0.UnixMilli() + 2000}
	if !slices.Equal(got.Series[0].Times, want) {
		t.Errorf("times are %v, want %v", got.Series[0].Times, want)
	}
}

func TestLimit(t *testing.T) {
	e, c := open(t, Options{})
	for i := range 5 {
		fill(t, e, fmt.Sprintf(`a{x="%d"}`, i), time.Second, float64(i))
	}
	f := func(limit, series, cut int) {
		t.Helper()
		r, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: "a", Start: t0, End: c.now, Step: time.Second, Limit: limit})
		if err != nil || len(r.Series) != series || r.Cut != cut {
			t.Errorf("range, limit %d: %d series, %d cut, %v", limit, len(r.Series), r.Cut, err)
		}
		i, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "sort_desc(a)", Limit: limit})
		if err != nil || len(i.Series) != series || i.Cut != cut || i.Series[0].Values[0] != 4 {
			t.Errorf("instant, limit %d: %d series, %d cut, %v", limit, len(i.Series), i.Cut, err)
		}
	}
	f(0, 5, 0)
	f(2, 2, 3)
	f(5, 5, 0)
	f(9, 5, 0)
}

func TestQueryInstant(t *testing.T) {
	e, c := open(t, Options{Name: "test"})
	fill(t, e, `a{x="1"}`, time.Second, 1, 2, 3)
	c.now = t0.Add(2 * time.Second)
	f := func(expr string, kind sources.FrameKind, want string) {
		t.Helper()
		got, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr})
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			return
		}
		if got.Kind != kind || draw(got)+got.Text != want || got.Source != "test" || got.Step != 0 {
			t.Errorf("%s: %v %q, want %v %q", expr, got.Kind, draw(got)+got.Text, kind, want)
		}
	}
	f("a", sources.Vector, `a{x="1"} 3`+"\n")
	f("nothing", sources.Vector, "")
	f("1 + 1", sources.Scalar, "{} 2\n")
	f("time()", sources.Scalar, "{} 1.700000002e+09\n")
	f(`"hello"`, sources.String, "hello")
	f("a[5s]", sources.Matrix, `a{x="1"} 1 2 3`+"\n")
	f("a offset 1s", sources.Vector, `a{x="1"} 2`+"\n")

	got, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "a", Time: t0.Add(time.Second)})
	if err != nil || got.Series[0].Values[0] != 2 || got.Series[0].Times[0] != t0.UnixMilli()+1000 {
		t.Errorf("at t0+1s: %v %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	e, c := open(t, Options{Name: "test", MaxSamples: 100})
	values := make([]float64, 200)
	fill(t, e, "a", time.Second, values...)
	c.now = t0.Add(200 * time.Second)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	f := func(ctx context.Context, q sources.RangeQuery, kind sources.ErrorKind, want string) {
		t.Helper()
		if q.End.IsZero() {
			q.Start, q.End = t0, c.now
		}
		if q.Step == 0 {
			q.Step = time.Second
		}
		got, err := e.QueryRange(ctx, q)
		var typed *sources.Error
		if got != nil || !errors.As(err, &typed) {
			t.Errorf("%s: %v, %v", q.Expr, got, err)
			return
		}
		if typed.Kind != kind || typed.Source != "test" || typed.Op != "query_range" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %v and %q", q.Expr, err, kind, want)
		}
	}
	ctx := t.Context()
	f(ctx, sources.RangeQuery{Expr: "sum(a"}, sources.KindQuery, "1:6: parse error: unclosed left parenthesis")
	f(ctx, sources.RangeQuery{Expr: ""}, sources.KindQuery, "no expression")
	f(ctx, sources.RangeQuery{Expr: "a[5m]"}, sources.KindQuery, "range vector")
	f(ctx, sources.RangeQuery{Expr: "a * on(x) group_left a", Step: -time.Second}, sources.KindQuery, "step")
	f(ctx, sources.RangeQuery{Expr: "a", Start: c.now, End: t0}, sources.KindQuery, "before it starts")
	f(ctx, sources.RangeQuery{Expr: "a", Start: t0, End: t0.Add(24 * time.Hour)}, sources.KindTooLarge, "longer step")
	f(ctx, sources.RangeQuery{Expr: "a"}, sources.KindTooLarge, "too many samples")
	f(cancelled, sources.RangeQuery{Expr: "a"}, sources.KindCancelled, "")
	f(late, sources.RangeQuery{Expr: "a"}, sources.KindTimeout, "")

	slow, _ := open(t, Options{Timeout: time.Nanosecond})
	if _, err := slow.QueryInstant(ctx, sources.InstantQuery{Expr: "1"}); sources.KindOf(err) != sources.KindTimeout {
		t.Errorf("the engine's own deadline: %v", err)
	}
	if _, err := e.QueryInstant(ctx, sources.InstantQuery{Expr: "rate(a)"}); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("instant: %v", err)
	}
	if _, err := e.LabelNames(ctx, sources.Window{}, "a{"); sources.KindOf(err) != sources.KindQuery {
		t.Errorf("label names: %v", err)
	}
}

func TestWarningsAndHistograms(t *testing.T) {
	e, c := open(t, Options{})
	fill(t, e, `h{kind="float"}`, time.Second, 1, 2)
	fill(t, e, "gauge", time.Second, 5, 4, 3, 2)
	app := e.Appender(t.Context())
	h := &histogram.Histogram{Schema: 1, Count: 3, Sum: 6, ZeroThreshold: 0.001, PositiveSpans: []histogram.Span{{Offset: 0, Length: 1}}, PositiveBuckets: []int64{3}}
	for i := range 2 {
		if _, err := app.AppendHistogram(0, metric(`h{kind="a native one"}`), t0.Add(time.Duration(i)*time.Second).UnixMilli(), h, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	c.now = t0.Add(time.Second)
	// One positive bucket, (0.7071.., 1], closed above: code 0.
	same := func(what string, r *sources.Frame, err error, steps int) {
		t.Helper()
		if err != nil || len(r.Warnings) != 0 || len(r.Series) != 2 {
			t.Fatalf("%s: %+v %v", what, r, err)
		}
		s, other := r.Series[0], r.Series[1]
		if s.Histograms == nil { // a vector has no order
			s, other = other, s
		}
		if other.Histograms != nil || other.Values[steps-1] != 2 {
			t.Errorf("%s: the series of numbers is %+v", what, other)
		}
		if s.Labels.Value("kind") != "a native one" || len(s.Histograms) != steps || len(s.Times) != steps || len(s.Values) != steps {
			t.Fatalf("%s: %+v", what, s)
		}
		for i, h := range s.Histograms {
			if h == nil || h.Count != 3 || h.Sum != 6 || len(h.Buckets) != 1 || !sources.IsGap(s.Values[i]) {
				t.Fatalf("%s: step %d is %+v, %v", what, i, h, s.Values[i])
			}
			if b := h.Buckets[0]; b.Count != 3 || b.Upper != 1 || b.Lower < 0.707 || b.Lower > 0.708 || b.Bounds != 0 {
				t.Errorf("%s: bucket %+v", what, b)
			}
		}
	}
	for range 3 { // more than once: points go back to a pool
		r, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: "h", Start: t0, End: c.now, Step: time.Second})
		same("range", r, err, 2)
	}
	i, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "h"})
	same("instant", i, err, 1)
	i, err = e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "h[10s]"})
	same("matrix", i, err, 2)
	if i, err = e.QueryInstant(t.Context(), sources.InstantQuery{Expr: "h", Limit: 1}); err != nil || i.Cut != 1 || len(i.Series) != 1 {
		t.Errorf("cut: %+v %v", i, err)
	}
	r, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: "histogram_count(h)", Start: t0, End: c.now, Step: time.Second})
	if err != nil || draw(r) != `{kind="a native one"} 3 3`+"\n" {
		t.Errorf("count: %q %v", draw(r), err)
	}
	r, err = e.QueryRange(t.Context(), sources.RangeQuery{Expr: "rate(gauge[3s])", Start: t0, End: t0.Add(3 * time.Second), Step: time.Second})
	if err != nil || len(r.Infos) != 1 || !strings.Contains(r.Infos[0], "might not be a counter") {
		t.Errorf("infos: %q %v", r.Infos, err)
	}
}

func TestLabels(t *testing.T) {
	e, c := open(t, Options{})
	fill(t, e, `a{x="1"}`, time.Second, 1)
	fill(t, e, `a{x="2",y="z"}`, time.Second, 1)
	fill(t, e, `b{x="3"}`, time.Second, 1)
	w := sources.Window{Start: t0.Add(-time.Minute), End: c.now}
	f := func(want string, got []string, err error) {
		t.Helper()
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q, want %q; %v", got, want, err)
		}
	}
	ctx := t.Context()
	got, err := e.LabelNames(ctx, w)
	f("__name__ x y", got, err)
	got, err = e.LabelNames(ctx, w, "b")
	f("__name__ x", got, err)
	got, err = e.LabelValues(ctx, w, "__name__")
	f("a b", got, err)
	got, err = e.LabelValues(ctx, w, "x", "b", `a{y="z"}`, `{x="2"}`)
	f("2 3", got, err)
	got, err = e.LabelValues(ctx, w, "nope")
	f("", got, err)
	got, err = e.LabelNames(ctx, sources.Window{Start: t0.Add(-time.Hour), End: t0.Add(-time.Minute)})
	f("", got, err)
}
