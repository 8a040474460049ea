package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"
	promscrape "github.com/prometheus/prometheus/config"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/prometheus"
	"nightjar/sources/scrape"
)

// detectTimeout is how long a target may take to show what it is. One that does
// not is opened as what its address looks like, and its panels say what is wrong.
const detectTimeout = 5 * time.Second

// A remote is a server or a page of metrics that is asked for, on the command
// line or in the configuration.
type remote struct {
	name, url, kind string
	interval        time.Duration
	header          http.Header
	http            *promconfig.HTTPClientConfig // never nil once in remotes
	origin          string                       // for messages
	asked           bool                         // by its URL
}

// remotes are what the targets name, and what the configuration does unless the
// targets are all there is.
func (s *session) remotes() ([]remote, error) {
	header, err := s.headers()
	if err != nil {
		return nil, err
	}
	var all []remote
	for _, t := range s.targets {
		if s.isURL(t) {
			all = append(all, remote{name: nameOf(t), url: t, header: header, origin: sources.Redact(t), asked: true})
		}
	}
	if !s.urlTargets() {
		for i := range s.file.Sources {
			all = append(all, s.configured(&s.file.Sources[i]))
		}
	}
	seen := map[string]int{sources.All: 1} // none else is called that
	for i := range all {
		r := &all[i]
		r.http = withProxy(r.http)
		if seen[r.name]++; seen[r.name] > 1 {
			r.name = fmt.Sprintf("%s#%d", r.name, seen[r.name])
		}
	}
	return all, nil
}

// configured is an entry of sources: in the configuration.
func (s *session) configured(c *config.Source) remote {
	r := remote{
		name: c.Name, url: c.URL, kind: c.Kind, interval: c.Interval, header: c.Header,
		origin: fmt.Sprintf("%s: source %s", s.path, c.Name),
	}
	if c.HTTP != nil {
		h := *c.HTTP
		h.SetDirectory(filepath.Dir(s.path))
		r.http = &h
	}
	return r
}

// withProxy is c, with the proxy of the environment (HTTP_PROXY, HTTPS_PROXY,
// NO_PROXY) where c names none.
func withProxy(c *promconfig.HTTPClientConfig) *promconfig.HTTPClientConfig {
	own := promconfig.DefaultHTTPClientConfig
	if c != nil {
		own = *c
	}
	if own.ProxyURL.URL == nil {
		own.ProxyFromEnvironment = true
	}
	return &own
}

// nameOf is what a target is called: its host and port.
func nameOf(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return "target"
	}
	return u.Host
}

// secretHeader reports whether a header's value must not stand in a process's arguments.
func secretHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key":
		return true
	}
	return false
}

// headers are those of --header: "Name: value", where "Name: @FILE" takes the
// value from a file and "Name: $VARIABLE" from the environment.
func (s *session) headers() (http.Header, error) {
	h := http.Header{}
	for _, text := range s.set.headers {
		name, value, ok := strings.Cut(text, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return nil, misused("--header %q: is not of the form \"Name: value\"", sources.Redact(text))
		}
		switch {
		case strings.HasPrefix(value, "@"):
			b, err := os.ReadFile(value[1:])
			if err != nil {
				return nil, failed(exitUsage, "--header, %s from a file: %w", name, pathError(err))
			}
			value = strings.TrimSpace(string(b))
		case strings.HasPrefix(value, "$"):
			variable := value[1:]
			if value = s.env.variable(variable); value == "" {
				return nil, failed(exitUsage, "--header, %s from the environment: there is no %s", name, variable)
			}
		case secretHeader(name):
			return nil, misused("--header, %s as it is: a secret must not stand among a process's arguments; write @FILE or $VARIABLE for its value", name)
		}
		h.Add(name, value)
	}
	return h, nil
}

// looksLikePage reports whether the address is that of a page of metrics, where
// nothing says what it is.
func (r *remote) looksLikePage() bool {
	return r.kind == "" && strings.HasSuffix(strings.TrimRight(r.url, "/"), "/metrics")
}

// need says what a source must do to be opened.
type need uint8

const (
	openAll      need = iota // nothing: what is asked of it says what is wrong
	openSensible             // be down at most, not say that it is something else or that we may not ask
	openWorking              // answer
)

// openRemote opens one of them. A target that does not say what it is, and need
// not, is opened as what its address looks like.
func (s *session) openRemote(ctx context.Context, r remote, n need) (sources.Source, error) {
	if r.kind == "scrape" {
		return s.openScrape(ctx, r, r.url)
	}
	src, err := s.openServer(ctx, r, r.url, 0)
	switch {
	case err != nil:
		return nil, err
	case r.kind != "":
		return src, nil
	}
	limited, cancel := context.WithTimeout(ctx, detectTimeout)
	what, err := src.Detect(limited)()
	cancel()
	if kind := s.logServer(ctx, r, what, err); kind != "" {
		_ = src.Close()
		return s.openLogServer(ctx, r, kind)
	}
	switch {
	case err == nil && n == openAll && what.Found == prometheus.FoundAlertmanager:
		return src, nil // which says so when it is looked at
	case err == nil:
	case ctx.Err() != nil:
		_ = src.Close()
		return nil, errInterrupted
	case n == openWorking || n == openSensible && !mayCome(err):
		_ = src.Close()
		return nil, unreachable(&r, err)
	default:
		s.log.Warn("the target does not say what it is", "source", r.name, "err", err)
		what = prometheus.What{Found: prometheus.FoundAPI, URL: r.url}
		if r.looksLikePage() {
			what.Found = prometheus.FoundMetrics
		}
	}
	return s.openFound(ctx, r, src, what)
}

// mayCome reports whether a target that fails so may be what is wanted, once it is well.
func mayCome(err error) bool {
	switch sources.KindOf(err) {
	case sources.KindUnavailable, sources.KindTimeout, sources.KindThrottled:
		return true
	}
	return false
}

// openServer opens a server of Prometheus's API whose clock is ahead of ours as
// far as is known. It does no I/O.
func (s *session) openServer(ctx context.Context, r remote, address string, ahead time.Duration) (*prometheus.Source, error) {
	src, err := prometheus.Open(ctx, prometheus.Options{
		Name: r.name, URL: address, HTTP: r.http, Header: r.header, Clock: s.env.Now, Ahead: ahead,
	})
	if err != nil {
		return nil, failed(exitUsage, "%s: %w", r.origin, err)
	}
	return src, nil
}

// openFound opens what a target was found to be. What is a server goes on with
// src, whose connections are open; else src is closed.
func (s *session) openFound(ctx context.Context, r remote, src *prometheus.Source, what prometheus.What) (sources.Source, error) {
	if what.Found == prometheus.FoundAPI && !r.looksLikePage() {
		return src, nil
	}
	_ = src.Close() // it never fails
	switch what.Found {
	case prometheus.FoundAlertmanager:
		return nil, failed(exitUsage, "%s: %s", r.origin, isAlertmanager(what))
	case prometheus.FoundMetrics:
		return s.openScrape(ctx, r, what.URL)
	}
	again, err := s.openServer(ctx, r, what.URL, what.Ahead)
	if err != nil {
		return nil, err
	}
	return again, nil
}

// isAlertmanager says what to do with one.
func isAlertmanager(what prometheus.What) string {
	return "is an Alertmanager, whose alerts this version does not read; its own health is at " + strings.TrimRight(sources.Redact(what.URL), "/") + "/metrics"
}

// openScrape scrapes one page of metrics.
func (s *session) openScrape(ctx context.Context, r remote, page string) (sources.Source, error) {
	var header []string
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		for _, v := range r.header[name] {
			header = append(header, name+": "+v)
		}
	}
	job, err := scrape.Target(page, r.interval, header...)
	if err != nil {
		return nil, failed(exitUsage, "%s: %w", r.origin, err)
	}
	job.HTTPClientConfig = withTarget(*r.http, job.HTTPClientConfig)
	src, err := scrape.Open(ctx, scrape.Options{Name: r.name, Jobs: []*promscrape.ScrapeConfig{job}, Clock: s.env.Now, Logger: s.log})
	if err != nil {
		return nil, failed(exitUsage, "%s: %w", r.origin, err)
	}
	return src, nil
}

// withTarget is c with what the address and the headers of a target say: of headers,
// and of credentials where c has none.
func withTarget(c, target promconfig.HTTPClientConfig) promconfig.HTTPClientConfig {
	if c.BasicAuth == nil && c.Authorization == nil && c.OAuth2 == nil {
		c.BasicAuth, c.Authorization = target.BasicAuth, target.Authorization
	}
	if target.HTTPHeaders == nil {
		return c
	}
	all := promconfig.Headers{Headers: maps.Clone(target.HTTPHeaders.Headers)}
	if c.HTTPHeaders != nil {
		maps.Copy(all.Headers, c.HTTPHeaders.Headers)
	}
	c.HTTPHeaders = &all
	return c
}

// openJobs scrapes the configuration's scrape_configs.
func (s *session) openJobs(ctx context.Context) (sources.Source, error) {
	list, err := s.scrapeJobs()
	if err != nil {
		return nil, err
	}
	for _, job := range list {
		job.SetDirectory(filepath.Dir(s.path))
	}
	src, err := scrape.Open(ctx, scrape.Options{Name: "scrape", Jobs: list, Clock: s.env.Now, Logger: s.log})
	if err != nil {
		return nil, s.file.Problem("scrape_configs", fmt.Sprintf("scrape_configs: %v", err))
	}
	return src, nil
}

// scrapeJobs are the jobs of scrape_configs; none if there is no such key.
func (s *session) scrapeJobs() ([]*promscrape.ScrapeConfig, error) {
	if s.file.ScrapeConfigs == "" {
		return nil, nil
	}
	list, err := scrape.ParseConfigs([]byte(s.file.ScrapeConfigs))
	if err != nil {
		return nil, s.scrapeProblems(err)
	}
	return list, nil
}

// scrapeProblems are the errors of scrape_configs at their place in the file.
func (s *session) scrapeProblems(err error) error {
	var one *scrape.ConfigError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all config.Problems
		for _, e := range joined.Unwrap() {
			all = append(all, s.problemsOf(s.scrapeProblems(e))...)
		}
		return all
	}
	if !errors.As(err, &one) {
		return s.file.Problem("scrape_configs", fmt.Sprintf("scrape_configs: %v", err))
	}
	return s.file.ProblemBelow("scrape_configs", one.Line, "scrape_configs: "+one.Message)
}
