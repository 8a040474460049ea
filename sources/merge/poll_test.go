package merge_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
	"nightjar/sources/merge"
	"nightjar/sources/poll"
	"nightjar/sources/prometheus"
)

// A clocked source has one series, whose value at a step is the step's time in seconds.
type clocked struct {
	name  string
	down  atomic.Bool
	mu    sync.Mutex
	spans []time.Duration // asked for, the newest last
}

func (c *clocked) Name() string           { return c.name }
func (c *clocked) Close() error           { return nil }
func (c *clocked) Status() sources.Status { return sources.Status{Interval: time.Second} }

func (c *clocked) QueryRange(_ context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	c.mu.Lock()
	c.spans = append(c.spans, q.End.Sub(q.Start))
	c.mu.Unlock()
	if c.down.Load() {
		return nil, sources.Errorf(c.name, "query_range", sources.KindUnavailable, "down")
	}
	f := &sources.Frame{Kind: sources.Matrix, Start: q.Start.UnixMilli(), End: q.End.UnixMilli(), Step: q.Step.Milliseconds()}
	one := sources.Series{Labels: sources.NewLabels("job", "x")}
	for t := f.Start; t <= f.End; t += f.Step {
		one.Times, one.Values = append(one.Times, t), append(one.Values, float64(t)/1000)
	}
	f.Series = []sources.Series{one}
	return f, nil
}

// newest is the newest result that the poller has of a job.
func newest(p *poll.Poller, j poll.Job) *poll.Result {
	synctest.Wait()
	return p.Result(j.Key())
}

// The poller reads only what is new of a merged window, goes on while a part is
// down, and fills the hole when it is back.
func TestPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &clocked{name: "a"}, &clocked{name: "b"}
		all := merge.New(merge.Options{}, a, b)
		p := poll.New(poll.Options{})
		defer p.Close()
		job := poll.Job{Source: all, What: poll.Range, Expr: "x", Step: time.Second, Live: true, Span: 5 * time.Minute, Every: time.Second}
		p.Want([]poll.Job{job})
		whole := func(when string, state poll.State, series int) {
			t.Helper()
			r := newest(p, job)
			if r.State != state || r.Err != nil || len(r.Frame.Series) != series {
				t.Fatalf("%s: %v %v, %d series, %q", when, r.State, r.Err, len(r.Frame.Series), r.Frame.Warnings)
			}
			for i := range r.Frame.Series {
				s := &r.Frame.Series[i]
				if len(s.Values) != 301 {
					t.Fatalf("%s: %s has %d values", when, s.Labels, len(s.Values))
				}
				for k, v := range s.Values {
					if v != float64(s.Times[k])/1000 && !(state == poll.Partial && sources.IsGap(v)) {
						t.Fatalf("%s: %s is %v at %d", when, s.Labels, v, s.Times[k])
					}
				}
			}
		}
		time.Sleep(30*time.Second + time.Millisecond)
		whole("both are there", poll.OK, 2)
		a.mu.Lock()
		if n := len(a.spans); n < 25 || a.spans[0] != 5*time.Minute || a.spans[n-1] > 10*time.Second {
			t.Errorf("asked for %v", a.spans)
		}
		a.mu.Unlock()

		b.down.Store(true)
		time.Sleep(10 * time.Second)
		whole("one is down", poll.Partial, 2)
		f := newest(p, job).Frame
		if len(f.Warnings) != 1 || !strings.HasPrefix(f.Warnings[0], "b: ") {
			t.Errorf("warnings %q", f.Warnings)
		}
		if _, v, _ := f.Series[0].Last(); f.Series[0].Labels.Value("source") != "a" || math.Abs(v-float64(time.Now().Unix())) > 1 {
			t.Errorf("the other is not up to date: %v", v)
		}
		if at, _, ok := f.Series[1].Last(); !ok || f.Series[1].Labels.Value("source") != "b" || time.Since(time.UnixMilli(at)) > 12*time.Second {
			t.Errorf("what was held of it is lost: newest at %d, now %d", at, time.Now().UnixMilli())
		}
		p.Refresh()
		time.Sleep(time.Second)
		whole("one is down, all is read again", poll.Partial, 2)

		a.down.Store(true)
		time.Sleep(10 * time.Second)
		r := newest(p, job)
		if r.State != poll.Stale || sources.KindOf(r.Err) != sources.KindUnavailable || r.NextTry.IsZero() {
			t.Errorf("all down: %v %v, next try %v", r.State, r.Err, r.NextTry)
		}

		a.down.Store(false)
		b.down.Store(false)
		time.Sleep(2 * time.Minute)
		whole("both are back", poll.OK, 2)
	})
}

// Two servers of Prometheus's API, of which one breaks.
func TestServers(t *testing.T) {
	var broken atomic.Int32
	serve := func(job string, status *atomic.Int32) *prometheus.Source {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if code := int(status.Load()); code != 0 {
				http.Error(w, "no", code)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			switch r.URL.Path {
			case "/api/v1/query":
				fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":%q},"value":[1,"1"]},`+
					`{"metric":{"__name__":"h","source":"x"},"histogram":[1,{"count":"2","sum":"3","buckets":[[0,"1","2","2"]]}]}]}}`, job)
			case "/api/v1/query_range":
				fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":%q},"values":[[10,"1"],[30,"0"]]}]}}`, job)
			default:
				http.NotFound(w, r)
			}
		}))
		t.Cleanup(srv.Close)
		src, err := prometheus.Open(t.Context(), prometheus.Options{Name: job, URL: srv.URL})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = src.Close() })
		return src
	}
	b, a := serve("b", new(atomic.Int32)), serve("a", &broken)
	all := merge.New(merge.Options{}, b, a)
	ask := func() *sources.Frame {
		t.Helper()
		f, err := all.QueryInstant(t.Context(), sources.InstantQuery{Expr: "up", Time: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := ask()
	var got []string
	for i := range f.Series {
		got = append(got, f.Series[i].Labels.String())
	}
	if want := `up{job="b", source="b"} h{exported_source="x", source="b"} up{job="a", source="a"} h{exported_source="x", source="a"}`; strings.Join(got, " ") != want {
		t.Errorf("got %q", got)
	}
	if h := f.Series[3].Histograms; len(h) != 1 || h[0].Count != 2 {
		t.Errorf("the native histogram: %v", h)
	}
	r, err := all.QueryRange(t.Context(), sources.RangeQuery{Expr: "up", Start: time.Unix(10, 0), End: time.Unix(30, 0), Step: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Series {
		if s := &r.Series[i]; len(s.Times) != 3 || s.Values[0] != 1 || !sources.IsGap(s.Values[1]) || s.Values[2] != 0 {
			t.Errorf("series %d: %v %v", i, s.Times, s.Values)
		}
	}
	for code, word := range map[int]string{401: "not allowed", 429: "throttled", 503: "unavailable"} {
		broken.Store(int32(code))
		all = merge.New(merge.Options{}, b, a) // that has not heard of it yet
		if f := ask(); len(f.Series) != 2 || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "a: query: "+word) {
			t.Errorf("%d: %d series, %q", code, len(f.Series), f.Warnings)
		}
	}
}
