package prometheus

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"nightjar/sources"
)

const (
	learnTimeout = 10 * time.Second
	learnAgain   = 2 * time.Second // after it failed, where the server answers now
	fakeVersion  = "2.24.0"        // of VictoriaMetrics's build info, made for Grafana
)

// A server is what is known of what answers.
type server struct {
	kind     string
	version  string
	interval time.Duration // 0: not known
}

// buildInfo is the answer of status/buildinfo. Mimir gives an application, and
// VictoriaMetrics nothing but a version.
type buildInfo struct {
	Application, Version, Revision, GoVersion string
}

// identify tells which server gives this build info, with these headers.
func identify(b buildInfo, h http.Header) server {
	known := server{kind: kindName, version: b.Version}
	said := strings.ToLower(b.Application + " " + h.Get("Server"))
	switch {
	case strings.Contains(said, "mimir"):
		known.kind = "mimir"
	case strings.Contains(said, "thanos"), strings.HasPrefix(b.Version, "0.") && b.GoVersion != "":
		known.kind = "thanos" // Prometheus has been past 1.0 for longer than it has had build info
	case strings.Contains(said, "victoria"), h.Get("X-Server-Hostname") != "", b.Version == fakeVersion && b.Revision == "" && b.GoVersion == "":
		known.kind = "victoriametrics"
		if b.Version == fakeVersion {
			known.version = ""
		}
	}
	return known
}

// learn finds out what the server is, beside what the caller asks: at first, and
// again where that failed and the server answers. A server that does not let us
// know is left alone.
func (s *Source) learn(answers bool) {
	now := s.o.Clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.knows || s.busy || !s.tried.IsZero() && (!answers || now.Sub(s.tried) < learnAgain) {
		return
	}
	s.busy, s.tried = true, now
	s.learning.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, learnTimeout)
		defer cancel()
		known, err := s.ask(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		again, _ := sources.Retryable(err)
		s.busy, s.knows = false, !again && s.ctx.Err() == nil
		if err == nil {
			s.keep(known)
		}
	})
}

// keep takes in what the server said, s.mu held. Detect knows best what it is.
func (s *Source) keep(known server) {
	if s.identifying || s.identified {
		known.kind, known.version = s.server.kind, s.server.version
	}
	s.server = known
}

// ask asks the server what it is and how often it scrapes, both at once. What
// Detect finds out is not asked again.
func (s *Source) ask(ctx context.Context) (server, error) {
	s.mu.Lock()
	known, detected := s.server, s.identifying || s.identified
	s.mu.Unlock()
	var beside sync.WaitGroup
	var failed error
	if !detected {
		beside.Go(func() {
			var info buildInfo
			a, err := s.c.do(ctx, call{op: "buildinfo", path: "/api/v1/status/buildinfo"}, into(&info, nil))
			if err != nil && sources.KindOf(err) != sources.KindUnsupported {
				failed = err
				return
			}
			is := identify(info, a.header)
			known.kind, known.version = is.kind, is.version
		})
	}
	interval, err := s.interval(ctx)
	beside.Wait()
	known.interval = interval
	if failed != nil {
		return server{}, failed
	}
	return known, err
}

// interval is how often the server scrapes: as its configuration says, else as most of its targets have it.
func (s *Source) interval(ctx context.Context) (time.Duration, error) {
	var config struct{ YAML string }
	_, err := s.c.do(ctx, call{op: "config", path: "/api/v1/status/config"}, into(&config, nil))
	if d := globalInterval(config.YAML); err == nil && d > 0 {
		return d, nil
	}
	if err != nil && sources.KindOf(err) != sources.KindUnsupported && sources.KindOf(err) != sources.KindAuth {
		return 0, err
	}
	targets, _, err := s.targets(ctx, s.c.do)
	if err != nil {
		if k := sources.KindOf(err); k == sources.KindUnavailable || k == sources.KindTimeout {
			return 0, err
		}
		return 0, nil // it does not say: Mimir has no targets
	}
	var all []time.Duration
	for _, t := range targets.ActiveTargets {
		if d, err := model.ParseDuration(t.ScrapeInterval); err == nil && d > 0 {
			all = append(all, time.Duration(d))
		}
	}
	if len(all) == 0 {
		return 0, nil
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

var scrapeInterval = regexp.MustCompile(`(?m)^global:\n(?:[ \t].*\n)*?[ \t]+scrape_interval: *(\S+) *$`)

// globalInterval reads global.scrape_interval of a configuration as the server prints it.
func globalInterval(yaml string) time.Duration {
	m := scrapeInterval.FindStringSubmatch(yaml)
	if m == nil {
		return 0
	}
	d, err := model.ParseDuration(m[1])
	if err != nil {
		return 0
	}
	return time.Duration(d)
}

// Status says what the server is. Kind is "prometheus", "thanos", "mimir" or
// "victoriametrics"; until the server has said so it is "prometheus", with no
// version. Interval is 15 s where the server does not tell its own. Notes name
// what it lacks and a clock that is off, which Ahead gives.
func (s *Source) Status() sources.Status {
	s.mu.Lock()
	st := sources.Status{
		Kind: s.server.kind, Version: s.server.version, Interval: s.server.interval, Received: s.c.http.Received(),
	}
	for _, r := range s.remarks {
		st.Notes = append(st.Notes, r)
	}
	s.mu.Unlock()
	if st.Interval <= 0 {
		st.Interval = defaultInterval
	}
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	for path, why := range s.c.lacks {
		if strings.HasPrefix(path, "/api/v1/status/") {
			continue // nobody misses it
		}
		st.Notes = append(st.Notes, fmt.Sprintf("the server has no %s: %s", path, why))
	}
	slices.Sort(st.Notes)
	st.Ahead = s.c.off
	if note := s.c.skew.note(); note != "" {
		st.Notes = append(st.Notes, note)
	}
	return st
}
