package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"nightjar/sources"
)

// A Source is one entry of sources: a server or a page of metrics to watch.
type Source struct {
	Name     string
	URL      string
	Kind     string // one of SourceKinds; empty: found out
	Interval time.Duration
	Header   http.Header
	// HTTP is Prometheus's own block of client options: basic_auth, authorization,
	// oauth2, tls_config, proxy_url ...; nil: the defaults.
	HTTP *promconfig.HTTPClientConfig

	key string
}

// Key is the source's name in Config.Problem.
func (s *Source) Key() string { return s.key }

// SourceKinds are the kinds that a source can be said to be.
func SourceKinds() []string { return []string{"prometheus", "scrape"} }

// sourceName is what a source can be called: it is put into boards and commands.
var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)

// sourceList reads the list of sources. What is wrong with one entry is
// reported at its own line, and the next is read.
func sourceList(d *decoder, n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return errors.New("must be a list of sources, such as [{name: prod, url: https://prometheus.example}]")
	}
	seen := map[string]bool{}
	for i, e := range list.Values {
		s := Source{key: "sources." + strconv.Itoa(i+1)}
		d.c.at[s.key] = position(e)
		pairs, ok := mapping(e)
		if !ok {
			d.problem(position(e), "%s: must have url and name", s.key)
			continue
		}
		for _, p := range pairs {
			name := keyText(p.Key)
			if err := s.take(name, p.Value); err != nil {
				d.problem(position(p.Key), "%s.%s: %v", s.key, name, err)
			}
		}
		switch {
		case s.URL == "":
			d.problem(position(e), "%s: has no url", s.key)
		case s.Name == "":
			d.problem(position(e), "%s: has no name", s.key)
		case seen[s.Name]:
			d.problem(position(e), "%s: a source is called %q already", s.key, s.Name)
		default:
			seen[s.Name] = true
			d.c.Sources = append(d.c.Sources, s)
		}
	}
	return nil
}

func (s *Source) take(key string, n ast.Node) (err error) {
	switch key {
	case "name":
		s.Name, err = nameOfSource(n)
	case "url":
		s.URL, err = scalar(n)
	case "kind":
		if s.Kind, err = scalar(n); err == nil && s.Kind != "prometheus" && s.Kind != "scrape" {
			err = fmt.Errorf("%q is not one of %s", s.Kind, strings.Join(SourceKinds(), ", "))
		}
	case "interval":
		var text string
		if text, err = scalar(n); err == nil {
			s.Interval, err = ParseDuration(text, MinRefresh)
		}
	case "headers":
		s.Header, err = headers(n)
	case "http":
		s.HTTP, err = httpClient(n.String())
	default:
		err = fmt.Errorf("unknown key%s", suggest(key, []string{"name", "url", "kind", "interval", "headers", "http"}))
	}
	return err
}

// nameOfSource reads what a source is called.
func nameOfSource(n ast.Node) (string, error) {
	name, err := scalar(n)
	switch {
	case err != nil:
		return "", err
	case !sourceName.MatchString(name):
		return name, errors.New("must be letters, digits and . _ : -")
	case name == sources.All:
		return name, fmt.Errorf("%s is what asks every source: choose another name", sources.All)
	}
	return name, nil
}

// headers reads headers of requests.
func headers(n ast.Node) (http.Header, error) {
	pairs, ok := mapping(n)
	if !ok {
		return nil, errors.New("must be names and values, one a line")
	}
	h := http.Header{}
	for _, p := range pairs {
		v, err := scalar(p.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", keyText(p.Key), err)
		}
		h.Add(keyText(p.Key), v)
	}
	return h, nil
}

// httpClient reads Prometheus's HTTP client block as strictly as Prometheus does.
func httpClient(text string) (*promconfig.HTTPClientConfig, error) {
	c := promconfig.DefaultHTTPClientConfig
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New(strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: "))
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &c, nil
}

// scrapeConfigs keeps the text of scrape_configs: its syntax is Prometheus's,
// and so is what reads it.
func scrapeConfigs(d *decoder, n ast.Node) error {
	if _, ok := n.(*ast.SequenceNode); !ok {
		return errors.New("must be a list of jobs, as in Prometheus's own configuration")
	}
	d.c.ScrapeConfigs = n.String()
	return nil
}
