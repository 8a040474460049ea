package scrape

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/config"

	"nightjar/sources"
)

// pipes is a network in memory: time in a bubble stands still while a real
// connection is waited for.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.calls <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inBubble gives f a source with one target, where time is not real.
func inBubble(t *testing.T, handler http.HandlerFunc, f func(t *testing.T, s *Source)) {
	dirs := []string{t.TempDir()}
	before := dialer
	defer func() { dialer = before }()
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{calls: make(chan net.Conn), closed: make(chan struct{})}
		srv := &http.Server{Handler: handler, ReadHeaderTimeout: time.Hour}
		go func() { _ = srv.Serve(net) }()
		defer func() { _ = srv.Close() }()
		dialer = net.dial
		j, err := Target("http://db-1:9100", 0)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), Options{Jobs: []*config.ScrapeConfig{j}, Dirs: dirs})
		if err != nil {
			t.Fatal(err)
		}
		f(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestRoundsAndRates(t *testing.T) {
	var n atomic.Int64
	inBubble(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", text)
		fmt.Fprintf(w, "# TYPE jobs_total counter\njobs_total %d\n", 50*n.Add(1))
	}, func(t *testing.T, s *Source) {
		began := time.Now()
		wait := func(round int, most time.Duration) {
			t.Helper()
			if err := s.WaitFor(t.Context(), round); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > most || s.Rounds() != round {
				t.Errorf("round %d (%d) is in after %v, want %v", round, s.Rounds(), took, most)
			}
		}
		wait(1, 200*time.Millisecond)
		wait(2, 5200*time.Millisecond) // of two intervals, the first is enough
		if got := ask(t, s, `round(sum(rate(jobs_total{job="node", instance="db-1:9100"}[1m])) / (5/60))`); len(got) != 1 {
			t.Errorf("no rate after two rounds: %q", got)
		}
		wait(3, 10200*time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.WaitFor(ctx, 9); sources.KindOf(err) != sources.KindTimeout {
			t.Errorf("waiting for too much: %v", err)
		}
		tab, err := s.List(t.Context(), "targets")
		if err != nil || len(tab.Rows) != 1 || tab.Total != 1 || tab.Rows[0][3].Number != 1 || tab.Rows[0][5].Number != 1 {
			t.Errorf("a second later: %+v, %v", tab, err)
		}
	})
}

func TestATargetThatIsDownForHours(t *testing.T) {
	var up atomic.Bool
	inBubble(t, func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			<-r.Context().Done() // until the scrape's timeout
			return
		}
		w.Header().Set("Content-Type", text)
		fmt.Fprintln(w, "x 1")
	}, func(t *testing.T, s *Source) {
		time.Sleep(3 * time.Hour) // of the bubble
		if got := ask(t, s, `sum(max_over_time(up[2h]))`); len(got) != 1 || got[0] != "{} 0" {
			t.Errorf("up: %q", got)
		}
		if since := time.Since(s.Status().Since); since > 2*time.Hour+time.Minute {
			t.Errorf("samples of %v ago are held", since)
		}
		up.Store(true)
		time.Sleep(10 * time.Second)
		if got := ask(t, s, `sum(x + up)`); len(got) != 1 || got[0] != "{} 2" {
			t.Errorf("back again: %q", got)
		}
	})
}

func TestOpenAndCloseAtOnce(t *testing.T) {
	p := exporter(t, text, "x 1\n")
	for i := range 40 {
		j, err := Target(p.URL, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), Options{Jobs: jobsOf(j), Dirs: []string{t.TempDir()}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 4 * time.Millisecond) // somewhere in the start, nothing is waited for
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
