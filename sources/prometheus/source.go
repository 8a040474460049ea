// Package prometheus reads servers that speak Prometheus's HTTP API v1:
// Prometheus 2 and 3, Thanos, Mimir, VictoriaMetrics and others. It is meant
// for cmd, which opens a Source for each server of the config; its Detect
// and Probe say what the URL is and how well it does.
//
// It guarantees that:
//
//   - answers are decoded as they are read, into columns, with no tree between;
//   - an answer is read up to Options.MaxBytes uncompressed and kept up to
//     Options.MaxSeries; what is left out is counted in Frame.Cut;
//   - no answer makes it panic, and every failure is a *sources.Error that
//     says whether asking again makes sense and shows no credentials;
//   - redirects to another host are refused, so credentials and headers never go there;
//   - opening does no I/O: a server that is down says so when it is asked.
//
// Parameters go by POST, and by GET to a server that turned POST down. An
// endpoint that a server lacks is asked for once. The caller's ctx is the only
// deadline of a request; it is sent to the server as well.
//
// The protocol is https://prometheus.io/docs/prometheus/latest/querying/api/.
package prometheus

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/wire"
)

const (
	kindName        = "prometheus"
	defaultBytes    = 64 << 20
	defaultSeries   = 10_000
	defaultInterval = 15 * time.Second
	parallel        = 64
)

// Options say where a server is and how to talk to it. Only URL is needed.
type Options struct {
	Name string // of the source; empty: the server's host and port
	// URL is the server's address, with the path prefix if it has one. http://
	// may be left out; the path of a page, such as /graph, does no harm.
	URL       string
	HTTP      *config.HTTPClientConfig // authentication, TLS, proxy; nil: config.DefaultHTTPClientConfig
	Header    http.Header              // sent with every request, such as X-Scope-OrgID
	MaxBytes  int64                    // of an answer, uncompressed, and of the values of a frame; 0: 64 MiB
	MaxSeries int                      // of an answer, rows of a table; 0: 10,000
	Clock     func() time.Time         // nil: time.Now
	Ahead     time.Duration            // of the server's clock, as Detect measured it; 0: not known yet
}

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultBytes
	}
	o.MaxBytes = min(o.MaxBytes, math.MaxInt32)
	if o.MaxSeries <= 0 {
		o.MaxSeries = defaultSeries
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o
}

// A Source is one server. It implements sources.Source, RangeQuerier,
// InstantQuerier, LabelDiscoverer, SeriesFinder, MetadataReader, AlertLister,
// Lister (tables "targets" and "rules") and StatusReporter. It is safe for
// concurrent use.
type Source struct {
	o Options
	c *client

	// What the server is, is found out beside the first request.
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	learning sync.WaitGroup

	mu     sync.Mutex
	closed bool
	busy   bool      // learning
	tried  time.Time // when learning began last
	knows  bool      // it ended well
	// What the server is, is found out by Detect, or has been.
	identifying, identified bool

	server  server
	exprs   expressions
	remarks map[string]string // of label lists that were cut, by endpoint
}

// Open makes a Source. It does no I/O; it fails only when the options make no
// sense, such as a URL that is none or a certificate file that is not there.
func Open(ctx context.Context, o Options) (*Source, error) {
	o = o.withDefaults()
	if o.Name == "" {
		o.Name = kindName
		if u, err := wire.ParseURL(o.URL); err == nil {
			o.Name = u.Host
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	c, err := newClient(o)
	if err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindUnknown, "%w", err)
	}
	s := &Source{o: o, c: c, server: server{kind: kindName}, remarks: map[string]string{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Parallel is how many requests the source takes at a time: those of a screen of
// panels, so that a board opens within one round trip. Prometheus itself runs 20
// queries at a time and lets others wait.
func (s *Source) Parallel() int { return parallel }

// Name is the name of the source.
func (s *Source) Name() string { return s.o.Name }

// URL is the address of the API, without credentials.
func (s *Source) URL() string { return s.c.place("") }

// Close ends all requests that the source makes by itself and its connections
// that are idle. Requests of callers end with their own ctx.
func (s *Source) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.learning.Wait()
	s.c.http.CloseIdleConnections()
	return nil
}

// do asks, and finds out beside the first question what the server is; where it
// was down then, beside one of those after an answer.
func (s *Source) do(ctx context.Context, q call, read reader) (answer, error) {
	s.learn(false)
	a, err := s.c.do(ctx, q, read)
	if err == nil {
		s.learn(true)
	}
	return a, err
}

var (
	_ sources.Source          = (*Source)(nil)
	_ sources.RangeQuerier    = (*Source)(nil)
	_ sources.InstantQuerier  = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.SeriesFinder    = (*Source)(nil)
	_ sources.MetadataReader  = (*Source)(nil)
	_ sources.AlertLister     = (*Source)(nil)
	_ sources.Lister          = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
	_ sources.Paralleler      = (*Source)(nil)
)
