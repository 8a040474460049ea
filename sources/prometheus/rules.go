package prometheus

import (
	"context"
	"net/url"
	"time"

	"nightjar/sources"
)

// ruleGroups is the answer of rules.
type ruleGroups struct {
	Groups []struct {
		Name, File string
		Rules      []rule
	}
}

type rule struct {
	Name           string
	Query          string
	Type           string // "alerting" or "recording"
	Labels         map[string]string
	State          string // of alerting rules
	Health         string
	LastError      string
	LastEvaluation time.Time
	EvaluationTime float64
}

func (s *Source) rules(ctx context.Context, form url.Values) (g ruleGroups, said remarks, err error) {
	_, err = s.do(ctx, call{op: "list rules", path: "/api/v1/rules", form: form}, into(&g, &said))
	return g, said, err
}

var ruleColumns = []sources.Column{
	{Name: "group", Text: true, Key: true, Help: "The group that the rule is evaluated with."},
	{Name: "rule", Text: true, Key: true, Help: "The alert's name, or the series that is recorded."},
	{Name: "type", Text: true, Key: true, Help: "Whether it alerts or records."},
	{Name: "health", Text: true, Help: "Whether the last evaluation went well: ok, err or unknown."},
	{Name: "state", Text: true, Help: "Of an alert: inactive, pending or firing."},
	{Name: "age", Unit: "s", Help: "How long ago it was evaluated."},
	{Name: "took", Unit: "s", Help: "How long the last evaluation took."},
	{Name: "error", Text: true, Help: "Why the last evaluation failed."},
	{Name: "labels", Text: true, Key: true, Help: "The labels that the rule adds, which tell rules of one name apart."},
}

func (s *Source) ruleTable(ctx context.Context) (*sources.Table, error) {
	data, said, err := s.rules(ctx, url.Values{"exclude_alerts": {"true"}})
	if err != nil {
		return nil, err
	}
	now := s.c.now()
	t := s.table("rules", ruleColumns, said)
	for _, g := range data.Groups {
		for _, r := range g.Rules {
			labels := ""
			if len(r.Labels) > 0 {
				labels = labelsOf(r.Labels).String()
			}
			t.Rows = append(t.Rows, []sources.Value{
				{Text: g.Name},
				{Text: r.Name},
				{Text: r.Type},
				{Text: r.Health},
				{Text: r.State},
				age(now, r.LastEvaluation),
				{Number: r.EvaluationTime},
				{Text: sources.Redact(r.LastError)},
				{Text: labels},
			})
		}
	}
	return s.finish(t, func(row []sources.Value) int { return 3*healthRank(row[3].Text) + stateRank(row[4].Text) }), nil
}

func stateRank(state string) int {
	switch state {
	case "firing":
		return 0
	case "pending":
		return 1
	}
	return 2
}

func labelsOf(m map[string]string) sources.Labels {
	l := make(sources.Labels, 0, len(m))
	for name, value := range m {
		l = append(l, sources.Label{Name: name, Value: value})
	}
	return tidy(l)
}
