package scrape

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"

	"nightjar/sources"
)

// exporters are the usual jobs of ports, after the list of default port
// allocations in Prometheus's wiki. Boards and rules ask for these jobs.
var exporters = map[string]string{
	"9090": "prometheus", "9093": "alertmanager", "9100": "node", "9101": "haproxy",
	"9104": "mysqld", "9113": "nginx", "9114": "elasticsearch", "9115": "blackbox",
	"9117": "apache", "9121": "redis", "9150": "memcached", "9182": "windows",
	"9187": "postgres", "9216": "mongodb", "9256": "process", "9308": "kafka",
	"9419": "rabbitmq", "8888": "otelcol", "19999": "netdata",
}

// Target makes the job of one URL, such as http://host:9100/metrics. The path
// is /metrics if there is none, and the scheme http. The job label is what
// usually listens on the port, else the host; instance is host:port.
// Credentials in the URL become basic authentication. Each header is
// "Name: value"; an Authorization header becomes the client's. An interval of 0
// leaves it to Options. A page without a usable Content-Type is read as text.
func Target(rawURL string, interval time.Duration, header ...string) (*config.ScrapeConfig, error) {
	if !strings.Contains(rawURL, "://") {
		rawURL = "http://" + rawURL
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		// The error of url.Parse repeats the URL, with its password.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("the URL of the target is not valid: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s: a target is scraped over http or https, not %q", sources.RedactURL(u), u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%s: the URL has no host", sources.RedactURL(u))
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address := net.JoinHostPort(u.Hostname(), port)
	job := exporters[port]
	if job == "" {
		job = u.Hostname()
	}
	c := config.DefaultScrapeConfig
	c.JobName = sources.RedactURL(u) // names the pool; the label is below
	c.Scheme = u.Scheme
	if u.Path != "" && u.Path != "/" {
		c.MetricsPath = u.Path
	}
	c.Params = u.Query()
	c.ScrapeInterval = model.Duration(interval)
	c.ScrapeFallbackProtocol = config.PrometheusText0_0_4
	if u.User != nil {
		password, _ := u.User.Password()
		c.HTTPClientConfig.BasicAuth = &commoncfg.BasicAuth{Username: u.User.Username(), Password: commoncfg.Secret(password)}
	}
	if err := addHeaders(&c.HTTPClientConfig, header); err != nil {
		return nil, fmt.Errorf("%s: %w", sources.RedactURL(u), err)
	}
	c.ServiceDiscoveryConfigs = discovery.Configs{discovery.StaticConfig{{
		Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(address)}},
		Labels:  model.LabelSet{model.JobLabel: model.LabelValue(job), model.InstanceLabel: model.LabelValue(address)},
		Source:  "0",
	}}}
	return &c, nil
}

// addHeaders puts headers where Prometheus's client wants them. Errors do not
// repeat a value: it may be secret.
func addHeaders(c *commoncfg.HTTPClientConfig, header []string) error {
	for _, h := range header {
		name, value, ok := strings.Cut(h, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return errors.New("a header is not of the form \"Name: value\"")
		}
		if name == "Authorization" {
			scheme, credentials, ok := strings.Cut(value, " ")
			if !ok {
				return errors.New("the Authorization header is not of the form \"Authorization: Bearer token\"")
			}
			c.Authorization = &commoncfg.Authorization{Type: scheme, Credentials: commoncfg.Secret(strings.TrimSpace(credentials))}
			continue
		}
		if c.HTTPHeaders == nil {
			c.HTTPHeaders = &commoncfg.Headers{Headers: map[string]commoncfg.Header{}}
		}
		one := c.HTTPHeaders.Headers[name]
		one.Secrets = append(slices.Clip(one.Secrets), commoncfg.Secret(value))
		c.HTTPHeaders.Headers[name] = one
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("the headers: %w", err)
	}
	return nil
}

// groups are the static targets of a job.
func groups(j *config.ScrapeConfig) []*targetgroup.Group {
	var all []*targetgroup.Group
	for _, d := range j.ServiceDiscoveryConfigs {
		if static, ok := d.(discovery.StaticConfig); ok {
			all = append(all, static...)
		}
	}
	return all
}
