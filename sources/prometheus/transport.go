package prometheus

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/common/config"

	"nightjar/sources"
)

const (
	userAgent    = "nightjar"
	maxRedirects = 5
	// zstdWindow bounds what a compressed answer may make us hold.
	zstdWindow = 8 << 20
)

// A wire sets the headers of all requests and counts what comes back.
type wire struct {
	next     http.RoundTripper
	header   http.Header
	received atomic.Uint64 // bytes of bodies, as they came, compressed
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
	if err == nil {
		resp.Body = &counted{ReadCloser: resp.Body, all: &w.received}
	}
	return resp, err
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

// newHTTP is a client as Prometheus's own client block describes it. Redirects
// are followed within one host only, so that credentials never go to another.
func newHTTP(o Options) (*http.Client, *wire, error) {
	c := config.DefaultHTTPClientConfig
	if o.HTTP != nil {
		c = *o.HTTP
	}
	if err := c.Validate(); err != nil {
		return nil, nil, err
	}
	h, err := config.NewClientFromConfig(c, userAgent)
	if err != nil {
		return nil, nil, err
	}
	w := &wire{next: h.Transport, header: o.Header}
	h.Transport = w
	follow := c.FollowRedirects
	h.CheckRedirect = func(r *http.Request, via []*http.Request) error { return checkRedirect(r, via, follow) }
	return h, w, nil
}

// errGET: a redirect turned a POST into a GET without its form.
var errGET = errors.New("redirects drop the form of a POST")

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
		return errGET
	}
	return nil
}

// parseURL reads the address of a server. http:// may be left out, and the path
// of a page of its web interface is none of the API's.
func parseURL(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		var what *url.Error // which would show the password
		if errors.As(err, &what) {
			err = what.Err
		}
		return nil, fmt.Errorf("the URL cannot be read: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is no URL of a server: write http://host:port or https://host:port", sources.RedactURL(u))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// pages of the web interface, and what people copy besides.
var pages = []string{"/graph", "/query", "/alerts", "/targets", "/rules", "/classic", "/vmui", "/api/v1", "/api"}

// base is where the API of u is. Parameters are kept, save those of a page.
func base(u *url.URL) *url.URL {
	b := *u
	b.Path, b.RawPath = strings.TrimRight(b.Path, "/"), ""
	for _, page := range pages {
		if p, ok := strings.CutSuffix(b.Path, page); ok {
			b.Path, b.RawQuery = strings.TrimRight(p, "/"), ""
			break
		}
	}
	return &b
}

var errTooLarge = errors.New("too large")

// A limited reader fails with errTooLarge after n bytes.
type limited struct {
	r io.Reader
	n int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.n <= 0 {
		var one [1]byte
		if n, err := l.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.n)])
	l.n -= int64(n)
	return n, err
}

// plainBody is the body uncompressed, at most limit bytes of it. Call done after reading.
func plainBody(resp *http.Response, limit int64) (body io.Reader, done func(), err error) {
	done = func() {}
	body = resp.Body
	switch e := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); e {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, done, fmt.Errorf("gzip: %w", err)
		}
		body = z
	case "zstd":
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, done, fmt.Errorf("zstd: %w", err)
		}
		body, done = z, z.Close
	default:
		return nil, done, fmt.Errorf("it is compressed with %.20q, which was not asked for", e)
	}
	return &limited{body, limit}, done, nil
}
