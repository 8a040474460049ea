package prometheus

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"nightjar/sources"
)

const (
	maxErrorBody = 64 << 10
	maxExcerpt   = 120 // characters of a body that an error quotes
)

func (c *client) errorf(op string, kind sources.ErrorKind, format string, args ...any) *sources.Error {
	return sources.Errorf(c.name, op, kind, format, args...)
}

// unreachable says why no answer came.
func (c *client) unreachable(q call, err error) error {
	if what := (*url.Error)(nil); errors.As(err, &what) {
		err = what.Err // which would say the URL again, with the query
	}
	kind, hint := sources.KindUnavailable, ""
	var (
		redirect *redirectError
		unknown  x509.UnknownAuthorityError
		invalid  x509.CertificateInvalidError
		name     x509.HostnameError
		plain    tls.RecordHeaderError
		network  net.Error
	)
	retry := true
	switch {
	case errors.As(err, &redirect), errors.Is(err, errGET):
		kind = sources.KindProtocol
	case errors.As(err, &unknown):
		retry, hint = false, ": set tls_config.ca_file to the certificate of the authority that signed it"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		retry, hint = false, ": renew the server's certificate, or set this machine's clock right"
		if at := invalid.Cert; at != nil {
			hint += fmt.Sprintf(" (valid %s to %s; where another authority signed it, set tls_config.ca_file)", at.NotBefore.Format(time.DateOnly), at.NotAfter.Format(time.DateOnly))
		}
	case errors.As(err, &name):
		retry, hint = false, ": use the name that the certificate has, or set tls_config.server_name to it"
	case errors.As(err, &invalid):
		retry, hint = false, ": see tls_config"
	case errors.As(err, &plain), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		kind, hint = sources.KindProtocol, ": the server does not speak TLS there, try http://"
	case errors.As(err, &network) && network.Timeout():
		kind = sources.KindTimeout
	}
	e := c.errorf(q.op, kind, "%s: %w%s", c.place(""), err, hint)
	e.Retryable = e.Retryable && retry
	return e
}

// unreadable says why an answer that began well was of no use.
func (c *client) unreadable(q call, err error) error {
	var (
		said    *apiError
		ours    *sources.Error
		syntax  *syntaxError
		network net.Error
	)
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &said):
		return c.said(q, http.StatusOK, nil, said)
	case errors.Is(err, errTooLarge):
		return c.errorf(q.op, sources.KindTooLarge, "%s gives more than %d bytes, the limit of an answer: ask for fewer series or less time", c.place(q.path), c.maxBytes)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e := c.errorf(q.op, sources.KindProtocol, "%s: the answer ends too early: %w", c.place(q.path), err)
		e.Retryable = true
		return e
	case errors.As(err, &network), errors.Is(err, net.ErrClosed):
		kind := sources.KindUnavailable
		if network != nil && network.Timeout() {
			kind = sources.KindTimeout
		}
		return c.errorf(q.op, kind, "%s: %w", c.place(q.path), err)
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
	return c.said(q, resp.StatusCode, resp.Header, &apiError{"", fmt.Sprintf("%s with %s", statusText(resp.StatusCode), described(resp.Header.Get("Content-Type"), begin))})
}

func statusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// said makes an error of what a server said, by its type and status.
func (c *client) said(q call, status int, header http.Header, said *apiError) error {
	kind, again := kindOf(status, said)
	if kind == sources.KindUnsupported && q.must && said.Type == "" {
		e := c.errorf(q.op, sources.KindUnavailable, "no Prometheus API at %s, is the path right? %w", c.place(""), said)
		e.RetryAfter = c.retryAfter(header)
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
	e.RetryAfter = c.retryAfter(header)
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

// retryAfter reads seconds or a date, which is by the server's clock.
func (c *client) retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now := c.clock()
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0)
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

// described says what a body that should be something else is, in few words.
func described(contentType string, begin []byte) string {
	if m := title.FindSubmatch(begin); m != nil {
		return fmt.Sprintf("an HTML page, %q", excerpt([]byte(html.UnescapeString(string(m[1])))))
	}
	what := "an empty body"
	if words := excerpt(begin); words != "" {
		what = fmt.Sprintf("%q", words)
	}
	if contentType != "" {
		what += " of type " + excerpt([]byte(contentType))
	}
	return what
}

// excerpt is the beginning of b on one line, without what a terminal would obey.
func excerpt(b []byte) string {
	b = bytes.ToValidUTF8(b[:min(len(b), 8*maxExcerpt)], []byte("\uFFFD"))
	text := []rune(strings.Join(strings.FieldsFunc(string(b), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " "))
	if len(text) > maxExcerpt {
		text = append(text[:maxExcerpt], []rune("...")...)
	}
	return sources.Redact(string(text))
}
