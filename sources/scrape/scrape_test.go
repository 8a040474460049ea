package scrape

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
	"go.uber.org/goleak"

	"nightjar/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A page is what an exporter answers; it can be changed while it is scraped.
type page struct {
	*httptest.Server
	body    atomic.Pointer[string]
	kind    string
	status  atomic.Int32
	asked   atomic.Pointer[http.Request]
	scrapes atomic.Int32
}

func exporter(t *testing.T, kind, body string) *page {
	t.Helper()
	p := &page{kind: kind}
	p.set(body)
	p.status.Store(http.StatusOK)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Store(r)
		p.scrapes.Add(1)
		if p.kind != "" {
			w.Header().Set("Content-Type", p.kind)
		}
		w.WriteHeader(int(p.status.Load()))
		_, _ = w.Write([]byte(*p.body.Load()))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *page) set(body string) { p.body.Store(&body) }

// address is host:port.
func (p *page) address() string { return strings.TrimPrefix(p.URL, "http://") }

const text = "text/plain; version=0.0.4"

// open opens a source and closes it with the test.
func open(t *testing.T, o Options) *Source {
	t.Helper()
	if o.Dirs == nil {
		o.Dirs = []string{t.TempDir()}
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// watch scrapes one URL every 50 ms.
func watch(t *testing.T, url string, header ...string) *Source {
	t.Helper()
	j, err := Target(url, 50*time.Millisecond, header...)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, Options{Jobs: []*config.ScrapeConfig{j}})
}

// configured parses a list of jobs, in which %s are addresses, and opens them.
func configured(t *testing.T, yaml string, args ...any) *Source {
	t.Helper()
	jobs, err := ParseConfigs(fmt.Appendf(nil, yaml, args...))
	if err != nil {
		t.Fatal(err)
	}
	return open(t, Options{Jobs: jobs})
}

// ask evaluates expr now; the answer is lines "labels value", sorted.
func ask(t *testing.T, s *Source, expr string) []string {
	t.Helper()
	f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr})
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	lines := []string{}
	for i := range f.Series {
		if _, v, ok := f.Series[i].Last(); ok {
			lines = append(lines, fmt.Sprintf("%s %v", f.Series[i].Labels, v))
		}
	}
	slices.Sort(lines)
	return lines
}

// until polls for a condition that a scrape brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("never happened: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// gives polls until expr has the answer.
func gives(t *testing.T, s *Source, expr string, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	var got []string
	defer func() {
		if t.Failed() {
			t.Logf("%s gave %q, want %q", expr, got, want)
		}
	}()
	until(t, expr, func() bool {
		got = ask(t, s, expr)
		return slices.Equal(got, want)
	})
}

// cells are the values of one column of the targets table.
func cells(t *testing.T, s *Source, column string) []string {
	t.Helper()
	tab, err := s.List(t.Context(), "targets")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(tab.Columns, func(c sources.Column) bool { return c.Name == column })
	var out []string
	for _, r := range tab.Rows {
		if tab.Columns[i].Text {
			out = append(out, r[i].Text)
		} else {
			out = append(out, fmt.Sprint(r[i].Number))
		}
	}
	return out
}

func TestOneURLShowsDataWithinASecond(t *testing.T) {
	p := exporter(t, text, "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total{queue=\"mail\"} 7\n")
	j, err := Target(p.URL+"/metrics", 0)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s := open(t, Options{Jobs: []*config.ScrapeConfig{j}})
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Logf("first data after %v", took)
	if took > time.Second {
		t.Errorf("the first data took %v", took)
	}
	if got, want := ask(t, s, "jobs_total"), fmt.Sprintf("jobs_total{instance=%q, job=\"127.0.0.1\", queue=\"mail\"} 7", p.address()); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	st := s.Status()
	if st.Kind != "scrape" || st.Interval != 5*time.Second || st.Series != 6 || st.Since.IsZero() || !st.Fresh || st.Received == 0 || len(st.Notes) != 0 {
		t.Errorf("status: %+v", st)
	}
	if ua := p.asked.Load().UserAgent(); ua != "nightjar" {
		t.Errorf("the target saw %q", ua)
	}
}

func TestNoNameIsLookedUp(t *testing.T) {
	if !askNoName(&scrape.Options{}) {
		t.Error("scrape.Options has lost skipJitterOffsetting: Open waits for name servers")
	}
}
