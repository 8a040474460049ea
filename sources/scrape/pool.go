package scrape

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	commoncfg "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/scrape"
)

// settle is the most that a change of targets, such as an edited file, takes to
// be followed. Prometheus's 5 s spare it large discoveries.
const settle = 500 * time.Millisecond

// A pool is Prometheus's discovery and scrape managers, running.
type pool struct {
	manager *scrape.Manager
	cancel  context.CancelFunc // of discovery
	running sync.WaitGroup
	jobs    []*config.ScrapeConfig
}

// startPool runs jobs, whose targets write to s.
func (s *Source) startPool(jobs []*config.ScrapeConfig, longest time.Duration) (*pool, error) {
	reg := prometheus.NewRegistry()
	o := &scrape.Options{
		DiscoveryReloadOnStartup: true,
		DiscoveryReloadInterval:  model.Duration(settle),
		PassMetadataInContext:    true, // the appender learns whose samples it takes
		// Added to the place in the interval that Prometheus picks for a target:
		// what is due before now is done now.
		InitialScrapeOffset: -longest - time.Second,
	}
	_ = askNoName(o) // held by a test
	if !onSockets(jobs) {
		s.counted = true
		o.HTTPClientOptions = []commoncfg.HTTPClientOption{commoncfg.WithDialContextFunc(s.dial)}
	}
	log := s.log.logger()
	m, err := scrape.NewManager(o, log, nil, s, nil, reg)
	if err != nil {
		return nil, fmt.Errorf("make the scrape manager: %w", err)
	}
	cfg, err := loaded()
	if err != nil {
		return nil, err
	}
	cfg.ScrapeConfigs = jobs
	if err := m.ApplyConfig(cfg); err != nil {
		return nil, fmt.Errorf("apply the jobs: %w", err)
	}
	sd, err := discovery.CreateAndRegisterSDMetrics(reg)
	if err != nil {
		return nil, fmt.Errorf("make the discovery's metrics: %w", err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	d := discovery.NewManager(ctx, log, reg, sd, discovery.Name("scrape"), discovery.Updatert(settle))
	if d == nil {
		cancel()
		return nil, errors.New("make the discovery manager: see the log")
	}
	found := make(map[string]discovery.Configs, len(jobs))
	for _, j := range jobs {
		found[j.JobName] = j.ServiceDiscoveryConfigs
	}
	if err := d.ApplyConfig(found); err != nil {
		cancel()
		return nil, fmt.Errorf("apply the jobs' targets: %w", err)
	}
	p := &pool{manager: m, cancel: cancel, jobs: jobs}
	p.running.Go(func() { _ = d.Run() }) // gives ctx's error
	p.running.Go(func() { _ = m.Run(d.SyncCh()) })
	return p, nil
}

// stop ends all scraping. Without jobs first, since a reload that is due could
// otherwise start them again after Stop.
func (p *pool) stop() error {
	p.cancel()
	var err error
	if cfg, lerr := loaded(); lerr != nil {
		err = lerr
	} else {
		err = p.manager.ApplyConfig(cfg)
	}
	p.manager.Stop()
	p.running.Wait()
	return err
}

// active are the targets that are scraped, in a stable order.
func (p *pool) active() []target {
	var all []target
	for _, ts := range p.manager.TargetsActive() {
		all = append(all, ts...)
	}
	key := func(t target) string {
		return t.GetValue(model.JobLabel) + "\xff" + t.GetValue(model.InstanceLabel) + "\xff" + t.URL().String()
	}
	slices.SortFunc(all, func(a, b target) int { return strings.Compare(key(a), key(b)) })
	return all
}

// loaded is an empty configuration that counts as loaded from a file.
func loaded() (*config.Config, error) {
	cfg, err := config.Load("", nil)
	if err != nil {
		return nil, fmt.Errorf("make an empty configuration: %w", err)
	}
	return cfg, nil
}

// askNoName keeps the manager from looking up this machine's name to spread
// scrapes over the interval, which we do not want done: where name servers do
// not answer, and then someone is looking, it would delay the first scrape by
// 10 s and more. The option is not exported. Without it all else still works.
func askNoName(o *scrape.Options) bool {
	f := reflect.ValueOf(o).Elem().FieldByName("skipJitterOffsetting")
	if !f.IsValid() || f.Kind() != reflect.Bool {
		return false
	}
	*(*bool)(f.Addr().UnsafePointer()) = true
	return true
}

// intervals are the shortest and the longest of all jobs.
func intervals(jobs []*config.ScrapeConfig) (shortest, longest time.Duration) {
	shortest = math.MaxInt64
	for _, j := range jobs {
		shortest = min(shortest, time.Duration(j.ScrapeInterval))
		longest = max(longest, time.Duration(j.ScrapeInterval))
	}
	return shortest, longest
}
