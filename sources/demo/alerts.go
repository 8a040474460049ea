package demo

import (
	"context"
	"time"

	"nightjar/sources"
)

// A rule fires on a strength of the incident, after having been pending for a while.
type rule struct {
	name, severity, svc, instance, summary string
	from                                   time.Duration // after the onset
	pending                                time.Duration
	value                                  func(moment) float64
}

var rules = []rule{
	{
		"HighErrorRate", "critical", "payments", "pay-1:8080", "payments answers errors to more than 5 % of requests",
		90 * time.Second, 2 * time.Minute, func(m moment) float64 { return 0.28 * m.heat },
	},
	{
		"PoolNearlyExhausted", "warning", "payments", "pay-1:8080", "the pool orders of db-1 has fewer than 10 connections left",
		60 * time.Second, time.Minute, func(m moment) float64 { return min(14+110*m.heat, 100) },
	},
	{
		"HighLatency", "warning", "checkout", "app-1:8080", "checkout's 95th percentile is over a second",
		2 * time.Minute, 3 * time.Minute, func(m moment) float64 { return 0.09 * (1 + 21*m.heat) * 2.7 },
	},
}

// Alerts lists what is pending or firing now.
func (s *Source) Alerts(ctx context.Context) ([]sources.Alert, error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(s.Name(), "alerts", sources.KindCancelled, "%w", err)
	}
	s.mu.Lock()
	m := s.shop.moment(s.o.Clock())
	onset := s.shop.onset
	s.mu.Unlock()
	var out []sources.Alert
	for _, r := range rules {
		if m.since < r.from || m.heat < 0.15 {
			continue
		}
		a := sources.Alert{
			Source: s.Name(), State: sources.AlertPending, Since: onset.Add(r.from), Value: r.value(m),
			Labels:      sources.NewLabels("alertname", r.name, "severity", r.severity, "svc", r.svc, "instance", r.instance),
			Annotations: sources.NewLabels("summary", r.summary),
		}
		if m.since >= r.from+r.pending {
			a.State = sources.AlertFiring
		}
		out = append(out, a)
	}
	return out, nil
}
