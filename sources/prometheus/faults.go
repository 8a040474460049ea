package prometheus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"nightjar/sources"
	"nightjar/sources/wire"
)

const maxErrorBody = 64 << 10

func (c *client) errorf(op string, kind sources.ErrorKind, format string, args ...any) *sources.Error {
	return sources.Errorf(c.name, op, kind, format, args...)
}

// unreachable says why no answer came.
func (c *client) unreachable(q call, err error) error {
	return wire.Unreachable(c.name, q.op, c.place(""), err)
}

// unreadable says why an answer that began well was of no use.
func (c *client) unreadable(q call, err error) error {
	var (
		said   *apiError
		ours   *sources.Error
		syntax *syntaxError
	)
	if errors.As(err, &said) && !errors.As(err, &ours) {
		return c.said(q, http.StatusOK, nil, said)
	}
	if e := wire.Unread(c.name, q.op, c.place(q.path), "fewer series or less time", c.maxBytes, err); e != nil {
		return e
	}
	e := c.errorf(q.op, sources.KindProtocol, "%s: %w", c.place(q.path), err)
	e.Retryable = e.Retryable || !errors.As(err, &syntax) // a broken stream may be whole the next time
	return e
}

// refused reads the body of an answer that is no success.
func (c *client) refused(q call, resp *http.Response, body *bufio.Reader) error {
	begin, _ := io.ReadAll(io.LimitReader(body, maxErrorBody)) // what came is enough to tell
	var said struct {
		Status, ErrorType, Error string
	}
	if json.Unmarshal(begin, &said) == nil && said.Status == "error" {
		return c.said(q, resp.StatusCode, resp.Header, &apiError{said.ErrorType, said.Error})
	}
	return c.said(q, resp.StatusCode, resp.Header, &apiError{"", fmt.Sprintf("%s with %s", wire.StatusText(resp.StatusCode), wire.Described(resp.Header.Get("Content-Type"), begin))})
}

// said makes an error of what a server said, by its type and status.
func (c *client) said(q call, status int, header http.Header, said *apiError) error {
	kind, again := kindOf(status, said)
	if kind == sources.KindUnsupported && q.must && said.Type == "" {
		e := c.errorf(q.op, sources.KindUnavailable, "no Prometheus API at %s, is the path right? %w", c.place(""), said)
		e.RetryAfter = wire.RetryAfter(header, c.clock())
		return e
	}
	if kind == sources.KindUnsupported {
		c.mu.Lock()
		c.lacks[endpoint(q.path)] = said.Error()
		c.mu.Unlock()
	}
	e := c.errorf(q.op, kind, "%s: %w", c.place(q.path), said)
	if status == http.StatusUnauthorized && strings.Contains(said.Message, "no org id") { // of Mimir
		e = c.errorf(q.op, kind, "%s: %w: name the tenant with --header \"X-Scope-OrgID: TENANT\" or headers: in the configuration", c.place(q.path), said)
	}
	if kind == sources.KindQuery || kind == sources.KindTooLarge {
		e = c.errorf(q.op, kind, "%w", said) // it is about the query, not about the place
	}
	e.Retryable = again
	e.RetryAfter = wire.RetryAfter(header, c.clock())
	return e
}

func kindOf(status int, said *apiError) (kind sources.ErrorKind, again bool) {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return sources.KindAuth, false
	case status == http.StatusTooManyRequests:
		return sources.KindThrottled, true
	case strings.Contains(said.Message, "unavailable with Prometheus Agent"):
		return sources.KindUnsupported, false
	}
	switch said.Type {
	case "timeout":
		return sources.KindTimeout, true
	case "canceled", "internal", "unavailable":
		return sources.KindUnavailable, true
	case "bad_data", "execution", "cost_limit", "422", "400":
		if status >= 500 {
			break
		}
		if strings.Contains(said.Message, "too many samples") {
			return sources.KindTooLarge, false
		}
		return sources.KindQuery, false
	}
	switch {
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return sources.KindTimeout, true
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone, status == http.StatusNotImplemented:
		return sources.KindUnsupported, false
	case status >= 500:
		return sources.KindUnavailable, true
	case status == http.StatusRequestEntityTooLarge, status == http.StatusRequestURITooLong, status == http.StatusUnprocessableEntity:
		return sources.KindQuery, false
	}
	return sources.KindProtocol, false
}
