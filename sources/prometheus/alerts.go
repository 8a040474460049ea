package prometheus

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"nightjar/sources"
)

// exprsKept is how long the expressions of alerting rules count as known.
const exprsKept = 5 * time.Minute

// expressions are those of the alerting rules, which the list of alerts lacks.
type expressions struct {
	read time.Time
	by   map[string][]rule // by the alert's name
}

// find gives the expression of the rule that made an alert: of that name, and
// with labels that the alert has, templates aside.
func (e expressions) find(labels sources.Labels) (expr string, ok bool) {
	rules, ok := e.by[labels.Value("alertname")]
	best := -1
	for _, r := range rules {
		fits := 0
		for name, value := range r.Labels {
			if labels.Value(name) == value {
				fits++
			}
		}
		if fits > best {
			best, expr = fits, r.Query
		}
	}
	return expr, ok
}

// Alerts lists what is pending or firing, firing first, then by labels; see
// sources.AlertLister. Expressions come from the rules, which are read at most
// every five minutes or when an alert is new; without them Expr is empty. Since is
// by this machine's clock.
func (s *Source) Alerts(ctx context.Context) ([]sources.Alert, error) {
	var data struct {
		Alerts []struct {
			Labels, Annotations map[string]string
			State               string
			ActiveAt            time.Time
			Value               string
		}
	}
	if _, err := s.do(ctx, call{op: "alerts", path: "/api/v1/alerts"}, into(&data, nil)); err != nil {
		return nil, err
	}
	ahead := s.c.ahead()
	all := make([]sources.Alert, 0, len(data.Alerts))
	for _, x := range data.Alerts {
		a := sources.Alert{
			Source: s.o.Name, Labels: labelsOf(x.Labels), Annotations: labelsOf(x.Annotations), Since: x.ActiveAt.Add(-ahead), Value: math.NaN(),
		}
		switch x.State {
		case "firing":
			a.State = sources.AlertFiring
		case "pending":
			a.State = sources.AlertPending
		default:
			continue // inactive, which some servers list
		}
		if v, err := strconv.ParseFloat(x.Value, 64); err == nil {
			a.Value = v
		}
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b sources.Alert) int {
		if a.State != b.State {
			return int(b.State) - int(a.State)
		}
		return a.Labels.Compare(b.Labels)
	})
	s.explain(ctx, all)
	return all, nil
}

// explain adds expressions and links. That it cannot is no failure of the list.
func (s *Source) explain(ctx context.Context, all []sources.Alert) {
	now := s.o.Clock()
	s.mu.Lock()
	known := s.exprs
	s.mu.Unlock()
	missing := slices.ContainsFunc(all, func(a sources.Alert) bool {
		_, ok := known.find(a.Labels)
		return !ok
	})
	since := now.Sub(known.read)
	if len(all) > 0 && (known.read.IsZero() || since > exprsKept || missing && since > defaultInterval) {
		if g, _, err := s.rules(ctx, url.Values{"type": {"alert"}, "exclude_alerts": {"true"}}); err == nil {
			known.by = map[string][]rule{}
			for _, group := range g.Groups {
				for _, r := range group.Rules {
					known.by[r.Name] = append(known.by[r.Name], r)
				}
			}
		}
		known.read = now // a server that has no rules to show is not asked with every list
		s.mu.Lock()
		s.exprs = known
		s.mu.Unlock()
	}
	for i := range all {
		a := &all[i]
		if a.Expr, _ = known.find(a.Labels); a.Expr != "" {
			a.Link = s.c.place("/graph") + "?" + url.Values{"g0.expr": {a.Expr}, "g0.tab": {"0"}}.Encode()
		}
	}
}
