// Package loki reads Grafana Loki over its HTTP API. It is meant for cmd, which
// opens a Source for each server of the configuration. It guarantees that:
//
//   - filters of text and of the level go to the server as LogQL, and what it gives is
//     tested again here; tests of other fields are made here, since the server cannot tell
//     which lines have them without reading lines its own way;
//   - a line has one position whatever asked for it, and paging gives every line once,
//     however many share a time, up to what the server gives of one time, which is a gap;
//   - a tail that is cut goes on where it was; lines that the server drops are gaps;
//   - answers are bounded, and every failure is a *sources.Error without credentials;
//   - opening does no I/O.
//
// The protocol is https://grafana.com/docs/loki/latest/reference/loki-http-api/.
package loki

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

const kindName = "loki"

// pages are paths that people copy along with the server's address.
var pages = []string{"/loki/api", "/ready", "/metrics"}

// Options say where a server is and how to talk to it. Only URL is needed.
type Options struct {
	Name     string // of the source; empty: the server's host and port
	URL      string // with the path prefix if it has one; http:// may be left out
	HTTP     *config.HTTPClientConfig
	Header   http.Header // sent with every request
	Tenant   string      // the X-Scope-OrgID of a server with several tenants
	Select   string      // a LogQL stream selector that queries without one of their own use; empty: all streams
	MaxBytes int64       // of an answer, uncompressed; 0: 64 MiB
	MaxLines int         // the server's max_entries_limit_per_query; 0: 5,000, its default
	Reader   logs.Options
	Clock    func() time.Time // nil: time.Now
}

const defaultLines = 5000

// A Source is one server. It implements sources.Source, LogSearcher, LogTailer,
// LogCounter, LogSpanner, LogLister, LabelDiscoverer, SeriesFinder and StatusReporter.
// It is safe for concurrent use.
type Source struct {
	o      Options
	c      *logserver.Client
	reader *logserver.Reader

	mu      sync.Mutex
	version string
	asked   bool // for the version
	cover   cover
	pause   func(context.Context, time.Duration) error // between two tries of a tail; nil: by the clock
}

// Open makes a Source. It does no I/O; it fails only when the options make no sense.
func Open(ctx context.Context, o Options) (*Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	if o.MaxLines <= 0 {
		o.MaxLines = defaultLines
	}
	header := o.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if o.Tenant != "" {
		header.Set("X-Scope-OrgID", o.Tenant)
	}
	c, err := logserver.NewClient(logserver.Options{Name: o.Name, URL: o.URL, HTTP: o.HTTP, Header: header, MaxBytes: o.MaxBytes, Clock: o.Clock}, "Loki", pages...)
	if err != nil {
		return nil, err
	}
	return &Source{o: o, c: c, reader: logserver.NewReader(o.Reader)}, nil
}

// Name is the name of the source.
func (s *Source) Name() string { return s.c.Name }

// URL is the address of the server, without credentials.
func (s *Source) URL() string { return s.c.Place("") }

// Close ends connections that are idle. Requests and tails end with their ctx.
func (s *Source) Close() error {
	s.c.HTTP.CloseIdleConnections()
	return nil
}

// Status says what the server is; the version is known once lines were read.
func (s *Source) Status() sources.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := sources.Status{Kind: kindName, Version: s.version, Received: s.c.HTTP.Received()}
	if s.cover.note != "" {
		st.Notes = append(st.Notes, s.cover.note)
	}
	return st
}

// LogSpan is the time of the oldest line of the last 30 days and of the newest.
func (s *Source) LogSpan(ctx context.Context) (w sources.Window, err error) {
	for _, forward := range []bool{true, false} {
		page, err := s.SearchLogs(ctx, sources.LogQuery{Limit: 1, Forward: forward})
		if err != nil || len(page.Lines) == 0 {
			return sources.Window{}, err
		}
		if forward {
			w.Start = page.Lines[0].Time
		} else {
			w.End = page.Lines[0].Time
		}
	}
	return w, nil
}

const buildInfo = "/loki/api/v1/status/buildinfo"

// identify finds out the server's version, once; a server that does not tell is left alone.
func (s *Source) identify(ctx context.Context) {
	s.mu.Lock()
	known := s.asked
	s.asked = true
	s.mu.Unlock()
	if known {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var info struct{ Version string }
	_, err := s.c.Do(ctx, logserver.Call{Op: "version", Path: buildInfo, Optional: true}, func(r *bufio.Reader) error { return decode(r, &info) })
	if err == nil {
		s.mu.Lock()
		s.version = info.Version
		s.mu.Unlock()
	}
}

// A Found is a server that answers as Loki does.
type Found struct {
	URL     string // to open; it keeps the credentials that the target had: do not show it
	Version string // if known
}

// Probe tells whether a URL is a Loki, in at most two requests. Of o it uses HTTP,
// Header and Tenant. The error is a *sources.Error; its kind is KindUnsupported where
// something else answers.
func Probe(ctx context.Context, target string, o Options) (Found, error) {
	o.URL = target
	s, err := Open(ctx, o)
	if err != nil {
		return Found{}, err
	}
	defer func() { _ = s.Close() }()
	const op = "detect"
	var info struct{ Version string }
	_, err = s.c.Do(ctx, logserver.Call{Op: op, Path: buildInfo, Optional: true}, func(r *bufio.Reader) error { return decode(r, &info) })
	if err == nil && info.Version != "" {
		return Found{URL: s.c.URL("", nil).String(), Version: info.Version}, nil
	}
	if k := sources.KindOf(err); err != nil && k != sources.KindUnsupported && k != sources.KindProtocol && k != sources.KindQuery {
		return Found{}, err
	}
	// Gateways let the queries through alone.
	if _, err = s.ask(ctx, op, "/loki/api/v1/labels", s.window(sources.Window{}), true, new([]string)); err == nil {
		return Found{URL: s.c.URL("", nil).String()}, nil
	}
	if k := sources.KindOf(err); k == sources.KindProtocol || k == sources.KindQuery || strings.Contains(err.Error(), "no Loki") {
		err = s.c.Errorf(op, sources.KindUnsupported, "%s is no Loki: %w", s.URL(), err)
	}
	return Found{}, err
}

var (
	_ sources.Source          = (*Source)(nil)
	_ sources.LogSearcher     = (*Source)(nil)
	_ sources.LogTailer       = (*Source)(nil)
	_ sources.LogCounter      = (*Source)(nil)
	_ sources.LogSpanner      = (*Source)(nil)
	_ sources.LogLister       = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.SeriesFinder    = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)
