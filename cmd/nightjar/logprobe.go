package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/logserver"
	"nightjar/sources/prometheus"
)

// A logProbe is a question that one kind of log server answers, and no other.
type logProbe struct {
	kind, path string
	form       url.Values
	answers    func(body []byte) bool
}

// logProbes are of no time, or next to none, which is quick on any server.
var logProbes = []logProbe{
	{"victorialogs", "/select/logsql/field_names", url.Values{"query": {"*"}, "start": {"1"}, "end": {"2"}}, func(body []byte) bool {
		var said struct{ Values *[]any }
		return json.Unmarshal(body, &said) == nil && said.Values != nil
	}},
	{"loki", "/loki/api/v1/labels", url.Values{"start": {"1000000000"}, "end": {"2000000000"}}, func(body []byte) bool {
		var said struct{ Status string }
		return json.Unmarshal(body, &said) == nil && said.Status == "success"
	}},
}

// logPages are paths of log servers that people copy along with the address.
var logPages = []string{"/loki/api", "/select", "/insert", "/ready", "/metrics"}

// maxProbe is the most bytes of an answer that are looked at.
const maxProbe = 1 << 20

// probeLogs tells which log server a URL is, in at most two requests. The error
// is a *sources.Error that says what was found; its kind is KindUnsupported where
// something else answers.
func (s *session) probeLogs(ctx context.Context, r remote) (kind string, err error) {
	c, err := logserver.NewClient(logserver.Options{Name: r.name, URL: r.url, HTTP: r.http, Header: r.header, Clock: s.env.Now}, "log server", logPages...)
	if err != nil {
		return "", err //nolint:wrapcheck // a *sources.Error says it all
	}
	defer c.HTTP.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, detectTimeout)
	defer cancel()
	var seen []string
	for _, p := range logProbes {
		var body []byte
		_, err := c.Stream(ctx, logserver.Call{Op: "detect", Path: p.path, Form: p.form, Optional: true}, maxProbe, func(b *bufio.Reader) (err error) {
			body, err = io.ReadAll(b)
			return err
		})
		var e *sources.Error
		switch {
		case err == nil && p.answers(body):
			return p.kind, nil
		case err == nil:
			seen = append(seen, c.Place(p.path)+" gives no answer of a log server")
		case errors.As(err, &e) && (e.Kind == sources.KindUnsupported || e.Kind == sources.KindQuery || e.Kind == sources.KindProtocol || e.Kind == sources.KindTooLarge):
			text := e.Err.Error()
			if !strings.Contains(text, p.path) {
				text = fmt.Sprintf("%s: %s", c.Place(p.path), text)
			}
			seen = append(seen, text)
		default:
			return "", err //nolint:wrapcheck // a *sources.Error says it all
		}
	}
	return "", c.Errorf("detect", sources.KindUnsupported, "neither a VictoriaLogs nor a Loki: %s", strings.Join(seen, "; "))
}

// log is the target as a log of that kind.
func (r *remote) log(kind string) *config.Log {
	return &config.Log{Name: r.name, Kind: kind, Places: []string{r.url}, Header: r.header, HTTP: r.http}
}

// logServer is the kind of log server that a target is, which was taken for a
// server of metrics, with what came of that; empty if it is none. Log servers have
// a page of metrics about themselves, which is not what is meant by their address.
func (s *session) logServer(ctx context.Context, r remote, what prometheus.What, err error) string {
	switch {
	case err != nil && sources.KindOf(err) != sources.KindUnsupported:
		return ""
	case err == nil && (what.Found != prometheus.FoundMetrics || r.looksLikePage() || !ofLogs(what.Program)):
		return ""
	}
	kind, lost := s.probeLogs(ctx, r)
	if lost != nil {
		s.log.Info("the target is no log server", "source", r.name, "err", lost)
	}
	return kind
}

// ofLogs reports whether a program that has a page of metrics may be a log server.
func ofLogs(program string) bool { return program == "loki" || program == "victorialogs" }

// openLogServer opens a target that is a log server.
func (s *session) openLogServer(ctx context.Context, r remote, kind string) (sources.Source, error) {
	src, err := s.openLogOf(ctx, r.log(kind))
	if err != nil {
		return nil, failed(exitUsage, "%s: %w", r.origin, err)
	}
	return src, nil
}
