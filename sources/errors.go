package sources

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"
)

// ErrorKind says what sort of failure it is; the screen's words follow it.
type ErrorKind uint8

// The kinds of failures.
const (
	KindUnknown     ErrorKind = iota
	KindUnavailable           // could not be reached, or went away
	KindTimeout               // did not answer in time
	KindAuth                  // credentials missing, wrong or not enough
	KindThrottled             // asked too often
	KindQuery                 // the query is wrong
	KindTooLarge              // the answer passed a limit
	KindProtocol              // the answer could not be understood
	KindUnsupported           // the source cannot do this
	KindCancelled             // we gave up
	KindInternal              // our own fault
)

var kindNames = [...]string{
	"failed", "unavailable", "timed out", "not allowed", "throttled", "bad query",
	"answer too large", "unreadable answer", "not supported", "cancelled", "internal error",
}

// String is the kind in words, as the screen shows it.
func (k ErrorKind) String() string { return kindNames[k] }

// An Error says which source failed at what and whether asking again makes
// sense. The adapter decides Retryable; the poller acts on it.
type Error struct {
	Source     string
	Op         string // "query_range", "list processes" ...
	Kind       ErrorKind
	Retryable  bool
	RetryAfter time.Duration // the source's own wish; 0: none
	Err        error
}

// Error gives source, operation, kind and cause, without credentials.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s: %s", e.Source, e.Op, e.Kind)
	if e.Err != nil {
		s += ": " + Redact(e.Err.Error())
	}
	return s
}

// Reason is err in words without the source and the operation, for where they are
// said beside it; without credentials. It is one line if err is.
func Reason(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return Redact(err.Error())
	}
	if e.Err == nil {
		return e.Kind.String()
	}
	return e.Kind.String() + ": " + Redact(e.Err.Error())
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of kind; timeouts and cancellations found in the cause override it.
func Errorf(source, op string, kind ErrorKind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	e := &Error{Source: source, Op: op, Kind: kind, Err: err}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind = KindTimeout
	case errors.Is(err, context.Canceled):
		e.Kind = KindCancelled
	}
	e.Retryable = e.Kind == KindUnavailable || e.Kind == KindTimeout || e.Kind == KindThrottled
	return e
}

// KindOf is the kind of an Error anywhere in err's chain, else KindUnknown.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindUnknown
}

// Retryable reports whether asking again makes sense, and how long the source
// asked us to wait.
func Retryable(err error) (retry bool, after time.Duration) {
	var e *Error
	if errors.As(err, &e) {
		return e.Retryable, e.RetryAfter
	}
	return errors.Is(err, context.DeadlineExceeded), 0
}

var (
	userinfo = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/?#\s"'@]*@`)
	secret   = regexp.MustCompile(`(?i)([?&;](?:[a-z0-9_-]*(?:token|password|passwd|secret|api_?key|access_?key|signature|credential)[a-z0-9_-]*|sig|auth|key)=)[^&;#\s"']+`)
	header   = regexp.MustCompile(`(?i)\b(authorization|proxy-authorization|x-api-key|cookie)(:\s*)[^\r\n"]+`)
	bearer   = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[a-z0-9+/=._~-]{8,}`)
)

// Redact removes credentials from text: user information and secret
// parameters of URLs, authorization headers, bearer and basic tokens.
func Redact(s string) string {
	s = userinfo.ReplaceAllString(s, "${1}***@")
	s = secret.ReplaceAllString(s, "${1}***")
	s = header.ReplaceAllString(s, "${1}${2}***")
	return bearer.ReplaceAllString(s, "${1} ***")
}

// RedactURL is u fit to be shown: no user information, no secret parameters.
func RedactURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	c := *u
	if c.User != nil {
		c.User = nil
	}
	return Redact(c.String())
}
