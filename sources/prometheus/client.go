package prometheus

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/wire"
)

// A client asks one server and knows what that server cannot do.
type client struct {
	name     string
	base     *url.URL
	http     *wire.Client
	maxBytes int64
	clock    func() time.Time

	mu    sync.Mutex
	forms formMethod
	lacks map[string]string // path -> how the server said so
	skew  skew              // as measured last
	off   time.Duration     // of the skew, that is used
}

// formMethod is how long parameters are sent.
type formMethod uint8

const (
	tryPOST  formMethod = iota // not known yet whether POST works
	postOnly                   // it does, or GET is no better
	getOnly
)

// A call is one question.
type call struct {
	op   string // as errors name it
	path string // below the base
	form url.Values
	post bool // the endpoint takes a form
	// must is an endpoint without which there is no API. That it lacks is about
	// the server, which may be starting behind a proxy, and is not remembered.
	must bool
	// again asks though the endpoint was found to lack.
	again bool
}

// An answer is how a server answered, beside the body.
type answer struct {
	header http.Header
	began  time.Time
	took   time.Duration // to the header
	bytes  int           // of the body on the wire
}

func newClient(o Options) (*client, error) {
	u, err := wire.ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	h, err := wire.NewClient(o.HTTP, o.Header)
	if err != nil {
		return nil, err
	}
	return &client{
		name: o.Name, base: base(u), http: h, maxBytes: o.MaxBytes, clock: o.Clock, lacks: map[string]string{}, off: o.Ahead,
	}, nil
}

// do asks and gives the body of a good answer to read. It ends with ctx.
func (c *client) do(ctx context.Context, q call, read func(io.Reader) error) (answer, error) {
	c.mu.Lock()
	method, why := c.forms, c.lacks[endpoint(q.path)]
	c.mu.Unlock()
	if why != "" && !q.again {
		return answer{}, c.errorf(q.op, sources.KindUnsupported, "%s: %s", c.place(q.path), why)
	}
	if !q.post || method == getOnly {
		a, _, err := c.once(ctx, http.MethodGet, q, read)
		return a, err
	}
	a, status, err := c.once(ctx, http.MethodPost, q, read)
	switch {
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented, status == http.StatusUnsupportedMediaType, errors.Is(err, wire.ErrGET):
		// The server does not take forms at all.
		c.setForms(getOnly)
		a, _, err = c.once(ctx, http.MethodGet, q, read)
	case status == http.StatusForbidden && method == tryPOST:
		// Some proxies, that of Kubernetes among them, let readers GET only.
		if a, status, err = c.once(ctx, http.MethodGet, q, read); err == nil {
			c.setForms(getOnly)
		} else if status == http.StatusForbidden {
			c.setForms(postOnly)
		}
	case err == nil && method == tryPOST:
		c.setForms(postOnly)
	}
	return a, err
}

func (c *client) setForms(m formMethod) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forms = m
}

// once makes one request; status is 0 where none came.
func (c *client) once(ctx context.Context, method string, q call, read func(io.Reader) error) (a answer, status int, err error) {
	r, err := c.request(ctx, method, q)
	if err != nil {
		return a, 0, c.errorf(q.op, sources.KindInternal, "%w", err)
	}
	a.began = c.clock()
	resp, err := c.http.Do(r)
	if err != nil {
		return a, 0, c.unreachable(q, err)
	}
	a.took, a.header = c.clock().Sub(a.began), resp.Header
	onWire := resp.Body
	defer func() {
		_ = resp.Body.Close()
		a.bytes = wire.Bytes(onWire)
	}()
	c.setSkew(&a)
	status = resp.StatusCode
	limit := c.maxBytes
	if status/100 != 2 {
		limit = maxErrorBody
	}
	body, done, err := wire.PlainBody(resp, limit)
	defer done()
	if err != nil {
		return a, status, c.unreadable(q, err)
	}
	buffered := bufio.NewReaderSize(body, 4096)
	if status/100 != 2 {
		return a, status, c.refused(q, resp, buffered)
	}
	if err := c.checkType(q, resp, buffered); err != nil {
		return a, status, err
	}
	if err := read(buffered); err != nil {
		return a, status, c.unreadable(q, err)
	}
	return a, status, nil
}

func (c *client) request(ctx context.Context, method string, q call) (*http.Request, error) {
	u := *c.base
	u.Path += q.path
	form := q.form.Encode()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form)
	} else if form != "" {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+form, "&")
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header["Idempotency-Key"] = nil // it may be sent again over a new connection, and no header need say so
	}
	r.Header.Set("Accept", "application/json")
	return r, nil
}

// checkType turns away what is not JSON; a server that merely says another type is read.
func (c *client) checkType(q call, resp *http.Response, body *bufio.Reader) error {
	said := resp.Header.Get("Content-Type")
	kind, _, _ := mime.ParseMediaType(said)
	if kind == "application/json" {
		return nil
	}
	begin, err := body.Peek(512)
	if text := strings.TrimLeft(string(begin), " \t\r\n"); strings.HasPrefix(text, "{") {
		return nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return c.unreadable(q, err)
	}
	begin, _ = body.Peek(4096)
	return c.errorf(q.op, sources.KindProtocol, "%s gives no JSON but %s", c.place(q.path), wire.Described(said, begin))
}

// endpoint is a path without what it asks for.
func endpoint(path string) string {
	if strings.HasPrefix(path, "/api/v1/label/") {
		return "/api/v1/label/NAME/values"
	}
	return path
}

// place is the URL of a path as it may be shown.
func (c *client) place(path string) string {
	u := *c.base
	u.Path, u.RawQuery = u.Path+path, ""
	return sources.RedactURL(&u)
}

// deadline is what is left of ctx, as the servers' timeout parameter has it.
func deadline(ctx context.Context, form url.Values) {
	if at, ok := ctx.Deadline(); ok {
		if left := time.Until(at); left > 0 {
			form.Set("timeout", strconv.FormatFloat(max(left.Seconds(), 0.001), 'f', 3, 64))
		}
	}
}
