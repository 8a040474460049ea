// Package victorialogs reads VictoriaLogs over its HTTP API. It is meant for cmd,
// which opens a Source for each server of the configuration. It guarantees that:
//
//   - filters go to the server as LogsQL, as far as the server sees what they test,
//     and what it gives is tested again here, so a filter means the same as on a file;
//   - a line has one position whatever asked for it, lines that are the same in all
//     are each a line, and paging gives every line once, however many share a time;
//   - a tail that is cut goes on where it was; what the server's own tail leaves out
//     (lines that come late) is read from the store;
//   - answers are bounded, and every failure is a *sources.Error without credentials;
//   - opening does no I/O.
//
// The protocol is https://docs.victoriametrics.com/victorialogs/querying/.
package victorialogs

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

const kindName = "victorialogs"

// pages are paths that people copy along with the server's address.
var pages = []string{"/select", "/insert", "/metrics"}

// Options say where a server is and how to talk to it. Only URL is needed.
type Options struct {
	Name     string // of the source; empty: the server's host and port
	URL      string // with the path prefix if it has one; http:// may be left out
	HTTP     *config.HTTPClientConfig
	Header   http.Header // sent with every request
	Account  string      // tenant: AccountID and ProjectID, numbers; empty: 0
	Project  string
	Select   string // a LogsQL filter that holds for all queries; empty: all lines
	MaxBytes int64  // of an answer, uncompressed; 0: 64 MiB
	Reader   logs.Options
	Clock    func() time.Time // nil: time.Now
}

// A Source is one server. It implements sources.Source, LogSearcher, LogTailer,
// LogCounter, LogSpanner, LogLister, LabelDiscoverer and StatusReporter. It is safe
// for concurrent use.
type Source struct {
	o      Options
	c      *logserver.Client
	reader *logserver.Reader

	mu      sync.Mutex
	version string
	asked   bool                      // for the version
	labels  map[string]sources.Labels // by _stream
}

// Open makes a Source. It does no I/O; it fails only when the options make no sense.
func Open(ctx context.Context, o Options) (*Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	header := o.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	for name, value := range map[string]string{"AccountID": o.Account, "ProjectID": o.Project} {
		if value != "" {
			header.Set(name, value)
		}
	}
	c, err := logserver.NewClient(logserver.Options{Name: o.Name, URL: o.URL, HTTP: o.HTTP, Header: header, MaxBytes: o.MaxBytes, Clock: o.Clock}, "VictoriaLogs", pages...)
	if err != nil {
		return nil, err
	}
	return &Source{o: o, c: c, reader: logserver.NewReader(o.Reader), labels: map[string]sources.Labels{}}, nil
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
	return sources.Status{Kind: kindName, Version: s.version, Received: s.c.HTTP.Received()}
}

// LogSpan is the time of the oldest line and of the newest.
func (s *Source) LogSpan(ctx context.Context) (sources.Window, error) {
	var span struct{ First, Last time.Time }
	query := s.all("") + " | stats min(_time) as first, max(_time) as last"
	_, err := s.c.Do(ctx, logserver.Call{Op: "log span", Path: "/select/logsql/query", Form: form("query", query)}, func(r *bufio.Reader) error {
		var said struct{ First, Last string }
		err := decode(r, &said)
		if errors.Is(err, io.ErrUnexpectedEOF) || err == nil && said.First == "" {
			return nil // there are no lines
		}
		if err != nil {
			return err
		}
		if span.First, err = time.Parse(time.RFC3339Nano, said.First); err != nil {
			return err
		}
		span.Last, err = time.Parse(time.RFC3339Nano, said.Last)
		return err
	})
	return sources.Window{Start: span.First, End: span.Last}, err
}

// oldest is the time of the oldest line in Unix nanoseconds, 0 if there is none.
func (s *Source) oldest(ctx context.Context) (int64, error) {
	w, err := s.LogSpan(ctx)
	if err != nil || w.Start.IsZero() {
		return 0, err
	}
	return w.Start.UnixNano(), nil
}

var (
	_ sources.Source          = (*Source)(nil)
	_ sources.LogSearcher     = (*Source)(nil)
	_ sources.LogTailer       = (*Source)(nil)
	_ sources.LogCounter      = (*Source)(nil)
	_ sources.LogSpanner      = (*Source)(nil)
	_ sources.LogLister       = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)
