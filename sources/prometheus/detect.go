package prometheus

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/wire"
)

// maxDetectBody is how much of a page is looked at; metric names are sorted, and a_build_info of most programs is within.
const maxDetectBody = 1 << 20

// Found is a sort of thing that a URL may be.
type Found uint8

// What a URL may be.
const (
	FoundAPI          Found = iota // Prometheus's HTTP API
	FoundMetrics                   // a page of metrics, to be scraped
	FoundAlertmanager              // Alertmanager
)

// String is what it is in words.
func (f Found) String() string {
	return [...]string{"a Prometheus API", "a page of metrics", "an Alertmanager"}[f]
}

// What says what a URL is.
type What struct {
	Found Found
	// URL is where it is: the base of the API or of Alertmanager, or the page
	// of metrics. It keeps the credentials that the target had: do not show it.
	URL string
	// Program is what answers: "prometheus", "thanos", "mimir",
	// "victoriametrics" for an API, else what a metric NAME_build_info says,
	// "victorialogs", or empty.
	Program string
	Version string        // if known
	Ahead   time.Duration // of its clock before ours; 0: too little to matter
}

// Detect begins to find out what the source's URL is, in at most two requests:
// an API (also behind a path prefix, also by the address of one of its pages), a
// page of metrics (itself, or /metrics below it), or an Alertmanager. It goes over
// the source's own connections, so that what is asked next finds them open, and
// other questions may go beside it. The function it gives waits for the answer.
// The error is a *sources.Error that says what was found instead.
func (s *Source) Detect(ctx context.Context) func() (What, error) {
	s.mu.Lock()
	s.identifying = true
	s.mu.Unlock()
	var what What
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		what, err = s.c.detect(ctx, s.o.URL)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.identifying = false
		if s.identified = err == nil && what.Found == FoundAPI; s.identified {
			s.server.kind, s.server.version = what.Program, what.Version
		}
	}()
	return func() (What, error) {
		<-done
		return what, err
	}
}

// detect asks what a target is. It ends with ctx.
func (c *client) detect(ctx context.Context, target string) (What, error) {
	u, err := wire.ParseURL(target)
	if err != nil {
		return What{}, c.errorf("detect", sources.KindUnknown, "%w", err)
	}
	base := c.base
	info, page := base.JoinPath("/api/v1/status/buildinfo"), pageOf(u, base)
	questions := []*url.URL{info, page}
	if strings.HasSuffix(u.Path, "/metrics") {
		prefix := *base
		prefix.Path = strings.TrimSuffix(prefix.Path, "/metrics")
		base, info = &prefix, prefix.JoinPath("/api/v1/status/buildinfo")
		questions = []*url.URL{page, info}
	}
	var seen []string
	for _, q := range questions {
		got, err := c.look(ctx, q)
		if err != nil {
			return What{}, err
		}
		w, ok := got.api(base)
		if q == page {
			w, ok = got.page(base, strings.TrimRight(u.Path, "/") == strings.TrimRight(page.Path, "/"))
		}
		if ok {
			if q == info && w.Program == "mimir" && len(seen) == 0 {
				w = c.mimir(ctx, w)
			}
			w.Ahead = c.ahead()
			return w, nil
		}
		if kind, again := kindOf(got.status, &apiError{}); kind == sources.KindAuth || again {
			e := c.errorf("detect", kind, "%s: %s", sources.RedactURL(q), got.words())
			e.Retryable, e.RetryAfter = again, wire.RetryAfter(got.header, c.clock())
			return What{}, e
		}
		seen = append(seen, fmt.Sprintf("%s gives %s", sources.RedactURL(q), got.words()))
	}
	return What{}, c.errorf("detect", sources.KindUnsupported, "neither a Prometheus API nor a page of metrics nor an Alertmanager: %s", strings.Join(seen, "; "))
}

// mimir finds the API of a Mimir that said what it is: at its root it only does
// that, and queries are below a prefix, which is /prometheus unless set otherwise.
// See https://grafana.com/docs/mimir/latest/references/http-api/.
func (c *client) mimir(ctx context.Context, w What) What {
	const prefix = "/prometheus"
	if strings.HasSuffix(c.base.Path, prefix) {
		return w
	}
	below := c.base.JoinPath(prefix)
	got, err := c.look(ctx, below.JoinPath("/api/v1/status/buildinfo"))
	if err != nil {
		return w
	}
	if found, ok := got.api(below); ok && found.Found == FoundAPI {
		return found
	}
	return w
}

// pageOf is where metrics may be: at a path of its own, else below the base.
func pageOf(u, base *url.URL) *url.URL {
	last := base.Path[strings.LastIndexByte(base.Path, '/')+1:]
	switch {
	case last == "" || last == "prometheus" || last == "alertmanager", strings.TrimRight(u.Path, "/") != base.Path:
		return base.JoinPath("/metrics")
	}
	return u
}

// A sight is what a URL gave.
type sight struct {
	status int
	header http.Header
	body   []byte // its beginning
	at     *url.URL
}

func (c *client) look(ctx context.Context, u *url.URL) (sight, error) {
	q := call{op: "detect"}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return sight{}, c.errorf(q.op, sources.KindInternal, "%w", err)
	}
	r.Header.Set("Accept", "application/json, text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.8, */*;q=0.1")
	a := answer{began: c.clock()}
	resp, err := c.http.Do(r)
	if err != nil {
		return sight{}, c.unreachable(q, err)
	}
	a.took, a.header = c.clock().Sub(a.began), resp.Header
	c.setSkew(&a)
	defer func() { _ = resp.Body.Close() }()
	s := sight{status: resp.StatusCode, header: resp.Header, at: u}
	body, done, err := wire.PlainBody(resp, maxDetectBody)
	defer done()
	if err == nil {
		s.body, err = io.ReadAll(body)
	}
	if err != nil && (ctx.Err() != nil || len(s.body) == 0) && !errors.Is(err, wire.ErrTooLarge) {
		return sight{}, c.unreadable(q, err)
	}
	return s, nil
}

func (s sight) words() string {
	return fmt.Sprintf("%s with %s", wire.StatusText(s.status), wire.Described(s.header.Get("Content-Type"), s.body))
}

// api reads s as the answer of buildinfo.
func (s sight) api(base *url.URL) (What, bool) {
	var said struct {
		Status, ErrorType string
		Data              json.RawMessage
	}
	if json.Unmarshal(s.body, &said) != nil {
		w, ok := s.page(base, false) // some exporters give one page everywhere
		return w, ok && w.Found == FoundAlertmanager
	}
	w := What{Found: FoundAPI, URL: base.String(), Program: kindName}
	var info buildInfo
	switch {
	case said.Status == "deprecated" && s.status == http.StatusGone: // Alertmanager 0.27 and later, of its API v1
		return What{Found: FoundAlertmanager, URL: base.String(), Program: "alertmanager"}, true
	case said.Status == "success" && bytes.HasPrefix(said.Data, []byte("{")) && json.Unmarshal(said.Data, &info) == nil:
		known := identify(info, s.header)
		w.Program, w.Version = known.kind, known.version
		return w, true
	case said.Status == "error" && s.status != http.StatusUnauthorized && s.status != http.StatusForbidden && said.ErrorType != "":
		return w, true // it speaks the API and lacks build info
	}
	return What{}, false
}

// page reads s as a page of metrics, or of a web interface. Where the page
// itself was the target it is meant to be scraped, whoever's it is.
func (s sight) page(base *url.URL, meant bool) (What, bool) {
	if s.status/100 == 2 && isExposition(s.header.Get("Content-Type"), s.body) {
		program, version := programOf(s.body)
		if program == "alertmanager" && !meant {
			return What{Found: FoundAlertmanager, URL: base.String(), Program: program, Version: version}, true
		}
		return What{Found: FoundMetrics, URL: s.at.String(), Program: program, Version: version}, true
	}
	if title, ok := wire.Title(s.body); ok && strings.Contains(strings.ToLower(title), "alertmanager") {
		return What{Found: FoundAlertmanager, URL: base.String(), Program: "alertmanager"}, true
	}
	return What{}, false
}

var versionLabel = regexp.MustCompile(`,version="([^"]*)"`)

// programOf finds NAME_build_info{version="..."} in an exposition, or metrics that
// VictoriaLogs alone has, which does not say its name.
func programOf(body []byte) (program, version string) {
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(make([]byte, 0, 4096), maxDetectBody)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "vl_") {
			return "victorialogs", ""
		}
		name, rest, ok := strings.Cut(lines.Text(), "_build_info{")
		if !ok || strings.ContainsAny(name, " #{") || name == "go" {
			continue
		}
		if m := versionLabel.FindStringSubmatch("," + rest); m != nil {
			version = m[1]
		}
		return wire.Excerpt([]byte(name)), wire.Excerpt([]byte(version))
	}
	return "", ""
}
