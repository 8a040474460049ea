package wire

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
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

// MaxExcerpt is how many characters of a body an Excerpt has before its dots.
const MaxExcerpt = 120

// ParseURL reads the address of a server. http:// may be left out.
func ParseURL(s string) (*url.URL, error) {
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

// Unreachable says why no answer came, and what to do. place is the server's URL as it may be shown.
func Unreachable(source, op, place string, err error) *sources.Error {
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
	case errors.As(err, &redirect), errors.Is(err, ErrGET):
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
	e := sources.Errorf(source, op, kind, "%s: %w%s", place, err, hint)
	e.Retryable = e.Retryable && retry
	return e
}

// Unread says why an answer that began well was of no use, as far as that is the
// same of every server: nil where the answer itself is what is wrong. less is what
// to ask for instead of one over the limit of bytes.
func Unread(source, op, place, less string, limit int64, err error) *sources.Error {
	var (
		ours    *sources.Error
		network net.Error
	)
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, ErrTooLarge):
		return sources.Errorf(source, op, sources.KindTooLarge, "%s gives more than %d bytes, the limit of an answer: ask for %s", place, limit, less)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e := sources.Errorf(source, op, sources.KindProtocol, "%s: the answer ends too early: %w", place, err)
		e.Retryable = true
		return e
	case errors.As(err, &network), errors.Is(err, net.ErrClosed):
		kind := sources.KindUnavailable
		if network != nil && network.Timeout() {
			kind = sources.KindTimeout
		}
		return sources.Errorf(source, op, kind, "%s: %w", place, err)
	}
	return nil
}

// StatusText is such as "502 Bad Gateway".
func StatusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// RetryAfter is how long a server wishes to be left alone from now on: seconds, or
// a date, which is by the server's clock.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0)
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

// Title is the title of an HTML page, from its beginning.
func Title(begin []byte) (string, bool) {
	m := title.FindSubmatch(begin)
	if m == nil {
		return "", false
	}
	return html.UnescapeString(string(m[1])), true
}

// Described says what a body that should be something else is, in few words.
func Described(contentType string, begin []byte) string {
	if t, ok := Title(begin); ok {
		return fmt.Sprintf("an HTML page, %q", Excerpt([]byte(t)))
	}
	what := "an empty body"
	if words := Excerpt(begin); words != "" {
		what = fmt.Sprintf("%q", words)
	}
	if contentType != "" {
		what += " of type " + Excerpt([]byte(contentType))
	}
	return what
}

// Excerpt is the beginning of b on one line, without what a terminal would obey.
func Excerpt(b []byte) string {
	b = bytes.ToValidUTF8(b[:min(len(b), 8*MaxExcerpt)], []byte("\uFFFD"))
	text := []rune(strings.Join(strings.FieldsFunc(string(b), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " "))
	if len(text) > MaxExcerpt {
		text = append(text[:MaxExcerpt], []rune("...")...)
	}
	return sources.Redact(string(text))
}
