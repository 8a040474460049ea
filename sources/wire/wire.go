// Package wire is HTTP as every adapter of a server speaks it: Prometheus's own
// client block, headers, compression, byte counts, limits, and words for what
// came instead of an answer. It guarantees that credentials and headers never
// go to another host than the one that was named, that a body is never read past
// its limit, compressed or not, and that what it says of a failure shows no credentials.
package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/prometheus/common/config"

	"nightjar/sources"
)

const (
	userAgent    = "nightjar"
	maxRedirects = 5
)

// A Client is an http.Client that counts what it receives. It is safe for concurrent use.
type Client struct {
	*http.Client
	wire *wire
}

// NewClient makes a client as Prometheus's client block describes it, with
// headers for every request. nil: config.DefaultHTTPClientConfig. Redirects are
// followed within one host only. It does no I/O but to read the files that the block names.
func NewClient(block *config.HTTPClientConfig, header http.Header) (*Client, error) {
	c := config.DefaultHTTPClientConfig
	if block != nil {
		c = *block
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	h, err := config.NewClientFromConfig(c, userAgent)
	if err != nil {
		return nil, err
	}
	w := &wire{next: h.Transport, header: header}
	h.Transport = w
	follow := c.FollowRedirects
	h.CheckRedirect = func(r *http.Request, via []*http.Request) error { return checkRedirect(r, via, follow) }
	return &Client{h, w}, nil
}

// Received is how many bytes of bodies came so far, as they came, compressed.
func (c *Client) Received() uint64 { return c.wire.received.Load() }

// Through sends requests through t from now on, after the headers were set: for
// tests and benchmarks, before the first request.
func (c *Client) Through(t http.RoundTripper) { c.wire.next = t }

// A wire sets the headers of all requests and counts what comes back.
type wire struct {
	next     http.RoundTripper
	header   http.Header
	received atomic.Uint64
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range w.header {
		if http.CanonicalHeaderKey(name) == "Host" && len(values) > 0 {
			r.Host = values[0]
			continue
		}
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	r.Header.Set("Accept-Encoding", "zstd, gzip")
	r.Header.Set("User-Agent", userAgent)
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	body := &counted{ReadCloser: resp.Body, all: &w.received}
	resp.Body = body
	if to, ok := body.ReadCloser.(io.Writer); ok && resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body = upgraded{body, to}
	}
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (w *wire) CloseIdleConnections() {
	if c, ok := w.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// counted is a body as it comes over the wire.
type counted struct {
	io.ReadCloser
	all *atomic.Uint64
	n   int // read by one goroutine
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += n
	c.all.Add(uint64(max(n, 0)))
	return n, err
}

// upgraded is the connection that a WebSocket goes over.
type upgraded struct {
	*counted
	io.Writer
}

// Bytes is how much of a body of a Client's answer came over the wire so far, compressed.
func Bytes(body io.Reader) int {
	if c, ok := body.(*counted); ok {
		return c.n
	}
	return 0
}

// ErrGET is a redirect that turned a POST into a GET without its form.
var ErrGET = errors.New("redirects drop the form of a POST")

// A redirectError is a redirect that is not followed.
type redirectError struct{ what string }

func (e *redirectError) Error() string { return e.what }

func checkRedirect(r *http.Request, via []*http.Request, follow bool) error {
	from, to := via[0].URL, r.URL
	upgrade := from.Scheme == "http" && to.Scheme == "https" && from.Host == to.Host && from.Port() == ""
	switch {
	case !follow:
		return &redirectError{fmt.Sprintf("it redirects to %s, and follow_redirects is off", sources.RedactURL(to))}
	case !upgrade && (from.Scheme != to.Scheme || !strings.EqualFold(from.Host, to.Host)):
		return &redirectError{fmt.Sprintf("it redirects to another host, %s://%s, which is not followed so that no credentials go there: set that URL if it is right", to.Scheme, to.Host)}
	case len(via) > maxRedirects:
		return &redirectError{fmt.Sprintf("more than %d redirects, the last to %s", maxRedirects, sources.RedactURL(to))}
	case via[0].Method == http.MethodPost && r.Method != http.MethodPost:
		return ErrGET
	}
	return nil
}
