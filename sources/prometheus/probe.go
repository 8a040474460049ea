package prometheus

import (
	"context"
	"net/url"
	"time"

	"nightjar/sources"
)

// A Probe is how a server did when it was tried.
type Probe struct {
	URL      string // without credentials
	Kind     string // as in Status
	Version  string
	Interval time.Duration // between two scrapes; 0: the server does not tell
	Latency  time.Duration // of a query, to the first byte of the answer
	// Skew is how far the server's clock is ahead of this machine's, give or take SkewWithin; 0 and 0: not known.
	Skew, SkewWithin time.Duration
	Capabilities     []Capability
}

// A Capability is something that a server may be able to do.
type Capability struct {
	Name string // "query", "query_range", "labels" ...
	OK   bool
	Why  string // it cannot; empty if it can
}

// Probe tries what the server can do, in about ten small requests. It fails
// when the server cannot answer a query, with the reason; what is known by
// then is given all the same.
func (s *Source) Probe(ctx context.Context) (Probe, error) {
	p := Probe{URL: s.URL()}
	known, err := s.ask(ctx)
	s.mu.Lock()
	if err == nil {
		s.keep(known)
		s.knows = true
	}
	p.Kind, p.Version, p.Interval = s.server.kind, s.server.version, s.server.interval
	s.mu.Unlock()
	now := s.o.Clock()
	one := []string{"1"}
	at := seconds(now.UnixMilli())
	none := []string{"nightjar-probe"} // of this name there is nothing, which makes for short answers
	try := func(name, path string, post bool, form url.Values) error {
		var ignored any
		a, err := s.c.do(ctx, call{op: name, path: path, form: form, post: post, must: name == "query", again: true}, into(&ignored, nil))
		c := Capability{Name: name, OK: err == nil}
		if err != nil {
			c.Why = err.Error()
		}
		p.Capabilities = append(p.Capabilities, c)
		if name == "query" && err == nil {
			p.Latency = a.took
			if k := measureSkew(&a); k.known {
				p.Skew, p.SkewWithin = k.ahead, k.within
			}
		}
		return err
	}
	if err := try("query", "/api/v1/query", true, url.Values{"query": one, "time": {at}}); err != nil {
		return p, err
	}
	_ = try("query_range", "/api/v1/query_range", true, url.Values{"query": one, "start": {at}, "end": {at}, "step": {"15"}})
	_ = try("labels", "/api/v1/labels", true, url.Values{"limit": one, "match[]": {"up"}, "start": {seconds(now.Add(-time.Minute).UnixMilli())}, "end": {at}})
	_ = try("series", "/api/v1/series", true, url.Values{"limit": one, "match[]": {`{__name__="nightjar_probe"}`}, "start": {at}, "end": {at}})
	_ = try("metadata", "/api/v1/metadata", false, url.Values{"limit": one})
	_ = try("targets", "/api/v1/targets", false, url.Values{"state": {"active"}, "scrapePool": none})
	_ = try("rules", "/api/v1/rules", false, url.Values{"type": {"alert"}, "rule_name[]": none, "exclude_alerts": {"true"}})
	_ = try("alerts", "/api/v1/alerts", false, nil)
	if err := ctx.Err(); err != nil {
		return p, s.c.errorf("probe", sources.KindTimeout, "%w", err)
	}
	return p, nil
}
