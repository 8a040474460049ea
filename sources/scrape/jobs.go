package scrape

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/file"
	"github.com/prometheus/prometheus/scrape"
)

// defaultBodySize bounds a page, uncompressed, where the job does not. The
// largest that are seen in the field, of kube-state-metrics, have some 30 MB.
const defaultBodySize = 64 << 20

// minInterval keeps Prometheus's timers from what they cannot do.
const minInterval = 10 * time.Millisecond

// Targets see who asks.
func init() { scrape.UserAgent = "nightjar" }

var errNoJobs = errors.New("there is nothing to scrape: no job has been given")

// prepare copies the jobs of o, fills in what they leave open, and refuses what
// cannot be done. Jobs with headers of their own follow no redirects.
func prepare(o Options) ([]*config.ScrapeConfig, error) {
	if len(o.Jobs) == 0 {
		return nil, errNoJobs
	}
	global := config.DefaultGlobalConfig
	global.ScrapeInterval = model.Duration(o.Interval)
	jobs := make([]*config.ScrapeConfig, len(o.Jobs))
	names := map[string]bool{}
	for i, given := range o.Jobs {
		if given == nil {
			return nil, errors.New("a job is empty")
		}
		j := *given
		if j.SampleLimit == 0 {
			j.SampleLimit = uint(o.MaxSeries)
		}
		if j.BodySizeLimit == 0 {
			j.BodySizeLimit = defaultBodySize
		}
		if h := j.HTTPClientConfig.HTTPHeaders; h != nil && len(h.Headers) > 0 {
			// Prometheus's client keeps credentials from another host that a target
			// redirects to, but not headers, and a tenant or a key may be in those.
			j.HTTPClientConfig.FollowRedirects = false
		}
		if err := j.Validate(global); err != nil {
			return nil, fmt.Errorf("job %q: %w", j.JobName, err)
		}
		if time.Duration(j.ScrapeInterval) < minInterval || time.Duration(j.ScrapeTimeout) < minInterval {
			return nil, fmt.Errorf("job %q: the interval %v or the timeout %v is shorter than %v", j.JobName, time.Duration(j.ScrapeInterval), time.Duration(j.ScrapeTimeout), minInterval)
		}
		if names[j.JobName] {
			return nil, fmt.Errorf("there are two jobs %q", j.JobName)
		}
		names[j.JobName] = true
		if len(j.ServiceDiscoveryConfigs) == 0 {
			return nil, fmt.Errorf("job %q has no targets: it needs static_configs or file_sd_configs", j.JobName)
		}
		for _, d := range j.ServiceDiscoveryConfigs {
			switch d.(type) {
			case discovery.StaticConfig, *file.SDConfig:
			default:
				return nil, fmt.Errorf("job %q: targets come from static_configs and file_sd_configs, not from %s", j.JobName, d.Name())
			}
		}
		jobs[i] = &j
	}
	return slices.Clip(jobs), nil
}
