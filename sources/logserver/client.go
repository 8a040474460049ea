// Package logserver is what adapters of log servers share: asking over HTTP,
// reading pages of lines from a server that knows lines by their time alone, and
// following new lines across lost connections. It guarantees that every line that a
// server gives is given once and in order, whatever order and however often the
// server gave it, and that what a bound left out is a gap that says so.
package logserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/wire"
)

const (
	defaultBytes = 64 << 20
	maxErrorBody = 64 << 10
	// defaultTimeout bounds a question whose context has no deadline.
	defaultTimeout = time.Minute
)

// Options say where a server is and how to talk to it. Only URL is needed.
type Options struct {
	Name     string // of the source; empty: the server's host and port
	URL      string // with the path prefix if it has one; http:// may be left out
	HTTP     *config.HTTPClientConfig
	Header   http.Header // sent with every request
	MaxBytes int64       // of an answer, uncompressed; 0: 64 MiB
	Clock    func() time.Time
}

// A Client asks one server. It is safe for concurrent use.
type Client struct {
	Name  string
	Clock func() time.Time
	HTTP  *wire.Client

	base     *url.URL
	product  string
	maxBytes int64
}

// A Call is one question. It goes by GET, and by POST where its form is long.
type Call struct {
	Op     string // as errors name it
	Path   string // below the base
	Form   url.Values
	Header http.Header
	// Optional is an endpoint that a server may well lack: without it, 404 means that there is no such server.
	Optional bool
}

// longForm is how many bytes of parameters are too many for a URL.
const longForm = 2000

// NewClient makes a client of a product, as errors name it. pages are paths of the
// product's API and web interface that people copy along with its address. It does no I/O.
func NewClient(o Options, product string, pages ...string) (*Client, error) {
	u, err := wire.ParseURL(o.URL)
	if err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindUnknown, "%w", err)
	}
	if o.Name == "" {
		o.Name = u.Host
	}
	base := *u
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), ""
	for _, page := range pages {
		if i := strings.Index(base.Path+"/", page+"/"); i >= 0 {
			base.Path, base.RawQuery = strings.TrimRight(base.Path[:i], "/"), ""
			break
		}
	}
	h, err := wire.NewClient(o.HTTP, o.Header)
	if err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindUnknown, "%w", err)
	}
	c := &Client{Name: o.Name, Clock: o.Clock, HTTP: h, base: &base, product: product, maxBytes: o.MaxBytes}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.maxBytes <= 0 {
		c.maxBytes = defaultBytes
	}
	return c, nil
}

// Place is the URL of a path as it may be shown.
func (c *Client) Place(path string) string {
	u := *c.base
	u.Path, u.RawQuery = u.Path+path, ""
	return sources.RedactURL(&u)
}

// URL is where a question goes by GET; it holds the credentials of the address.
func (c *Client) URL(path string, form url.Values) *url.URL {
	u := *c.base
	u.Path += path
	u.RawQuery = strings.Trim(u.RawQuery+"&"+form.Encode(), "&")
	return &u
}

// Errorf makes an error of the source.
func (c *Client) Errorf(op string, kind sources.ErrorKind, format string, args ...any) *sources.Error {
	return sources.Errorf(c.Name, op, kind, format, args...)
}

// Do asks and gives the body of a good answer to read, at most the limit of it.
// bytes is what it cost on the wire. The error is a *sources.Error.
func (c *Client) Do(ctx context.Context, q Call, read func(*bufio.Reader) error) (bytes int, err error) {
	if _, ok := ctx.Deadline(); !ok {
		limited, cancel := context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
		ctx = limited
	}
	return c.Stream(ctx, q, c.maxBytes, read)
}

// Endless is no limit of an answer, for Stream.
const Endless = math.MaxInt64

// Stream is Do for answers that go on for as long as ctx does, up to limit bytes.
func (c *Client) Stream(ctx context.Context, q Call, limit int64, read func(*bufio.Reader) error) (bytes int, err error) {
	r, err := c.request(ctx, q)
	if err != nil {
		return 0, c.Errorf(q.Op, sources.KindInternal, "%w", err)
	}
	resp, err := c.HTTP.Do(r)
	if err != nil {
		return 0, wire.Unreachable(c.Name, q.Op, c.Place(""), err)
	}
	onWire := resp.Body
	defer func() {
		_ = resp.Body.Close()
		bytes = wire.Bytes(onWire)
	}()
	if resp.StatusCode/100 != 2 {
		limit = maxErrorBody
	}
	body, done, err := wire.PlainBody(resp, limit)
	defer done()
	if err != nil {
		return 0, c.unreadable(q, err)
	}
	if resp.StatusCode/100 != 2 {
		begin, _ := io.ReadAll(body) // what came is enough to tell
		return 0, c.Refused(q, resp, begin)
	}
	buffered := bufio.NewReaderSize(body, 16<<10)
	if strings.Contains(resp.Header.Get("Content-Type"), "html") {
		begin, _ := buffered.Peek(4096)
		return 0, c.Errorf(q.Op, sources.KindProtocol, "%s gives no JSON but %s", c.Place(q.Path), wire.Described(resp.Header.Get("Content-Type"), begin))
	}
	if err := read(buffered); err != nil {
		return 0, c.unreadable(q, err)
	}
	return 0, nil
}

func (c *Client) request(ctx context.Context, q Call) (*http.Request, error) {
	method, form := http.MethodGet, q.Form.Encode()
	u := c.URL(q.Path, q.Form)
	var body io.Reader
	if len(form) > longForm {
		method, u, body = http.MethodPost, c.URL(q.Path, nil), strings.NewReader(form)
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	for name, values := range q.Header {
		r.Header[name] = values
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, nil
}

// Refused makes an error of an answer that is no success, from the beginning of its body.
func (c *Client) Refused(q Call, resp *http.Response, begin []byte) *sources.Error {
	said := strings.TrimSpace(string(begin))
	kind := kindOf(resp.StatusCode)
	plain := !strings.HasPrefix(said, "<") && said != ""
	var e *sources.Error
	switch {
	case strings.Contains(said, "no org id"):
		e = c.Errorf(q.Op, sources.KindAuth, "%s wants a tenant: set headers: {X-Scope-OrgID: TENANT}", c.Place(""))
	case kind == sources.KindUnsupported && !q.Optional:
		e = c.Errorf(q.Op, sources.KindUnavailable, "no %s at %s, is the path right? %s with %s", c.product, c.Place(""),
			wire.StatusText(resp.StatusCode), wire.Described(resp.Header.Get("Content-Type"), begin))
	case kind == sources.KindQuery && plain:
		e = c.Errorf(q.Op, kind, "%s", wire.Excerpt(begin))
	default:
		e = c.Errorf(q.Op, kind, "%s: %s with %s", c.Place(q.Path), wire.StatusText(resp.StatusCode), wire.Described(resp.Header.Get("Content-Type"), begin))
	}
	e.RetryAfter = wire.RetryAfter(resp.Header, c.Clock())
	return e
}

func kindOf(status int) sources.ErrorKind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return sources.KindAuth
	case http.StatusTooManyRequests:
		return sources.KindThrottled
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return sources.KindTimeout
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusNotImplemented:
		return sources.KindUnsupported
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		return sources.KindQuery
	}
	if status >= 500 {
		return sources.KindUnavailable
	}
	return sources.KindProtocol
}

// unreadable says why an answer that began well was of no use.
func (c *Client) unreadable(q Call, err error) error {
	if e := wire.Unread(c.Name, q.Op, c.Place(q.Path), "fewer lines or less time", c.maxBytes, err); e != nil {
		return e
	}
	return c.Errorf(q.Op, sources.KindProtocol, "%s: %w", c.Place(q.Path), err)
}

// Line reads one line of a body, without its end; io.EOF is its clean end. The
// bytes hold until the next call.
func Line(r *bufio.Reader, buf *[]byte) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		*buf = append((*buf)[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.ReadSlice('\n')
			*buf = append(*buf, line...)
			if len(*buf) > maxLine {
				return nil, fmt.Errorf("a line of more than %d bytes: %w", maxLine, wire.ErrTooLarge)
			}
		}
		line = *buf
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		return line, nil
	}
	return trimEnd(line), err
}

// maxLine bounds a line of a body that has no other limit.
const maxLine = defaultBytes

func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		return line[:n-1]
	}
	return line
}
