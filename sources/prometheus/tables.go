package prometheus

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
)

var tableNames = []string{"targets", "rules"}

// Tables names the tables of the server.
func (s *Source) Tables() []string { return slices.Clone(tableNames) }

// List gives a table as it stands now; see sources.Lister. What is in trouble
// comes first. Ages are by the server's clock.
func (s *Source) List(ctx context.Context, table string) (*sources.Table, error) {
	switch table {
	case "targets":
		return s.targetTable(ctx)
	case "rules":
		return s.ruleTable(ctx)
	}
	return nil, s.c.errorf("list "+table, sources.KindUnsupported, "there is no such table; there are: %s", strings.Join(tableNames, ", "))
}

// targets is the answer of targets.
type targets struct {
	ActiveTargets []struct {
		Labels             map[string]string
		ScrapePool         string
		ScrapeURL          string
		LastError          string
		LastScrape         time.Time
		LastScrapeDuration float64
		Health             string
		ScrapeInterval     string
	}
}

type doer func(context.Context, call, reader) (answer, error)

func (s *Source) targets(ctx context.Context, do doer) (t targets, said remarks, err error) {
	_, err = do(ctx, call{op: "list targets", path: "/api/v1/targets", form: url.Values{"state": {"active"}}}, into(&t, &said))
	return t, said, err
}

var targetColumns = []sources.Column{
	{Name: "job", Text: true, Key: true, Help: "The job that the target belongs to."},
	{Name: "instance", Text: true, Key: true, Help: "The target's instance label."},
	{Name: "health", Text: true, Help: "Whether the last scrape went well: up, down or unknown."},
	{Name: "age", Unit: "s", Help: "How long ago it was scraped."},
	{Name: "took", Unit: "s", Help: "How long the last scrape took."},
	{Name: "error", Text: true, Help: "Why the last scrape failed."},
	{Name: "url", Text: true, Key: true, Help: "What is scraped."},
}

func (s *Source) targetTable(ctx context.Context) (*sources.Table, error) {
	data, said, err := s.targets(ctx, s.do)
	if err != nil {
		return nil, err
	}
	now := s.c.now()
	t := s.table("targets", targetColumns, said)
	for _, x := range data.ActiveTargets {
		job := x.Labels["job"]
		if job == "" {
			job = x.ScrapePool
		}
		t.Rows = append(t.Rows, []sources.Value{
			{Text: job},
			{Text: x.Labels["instance"]},
			{Text: x.Health},
			age(now, x.LastScrape),
			{Number: x.LastScrapeDuration},
			{Text: sources.Redact(strings.TrimPrefix(x.LastError, "Get "+strconv.Quote(x.ScrapeURL)+": "))}, // its own column has the address
			{Text: redactText(x.ScrapeURL)},
		})
	}
	return s.finish(t, func(row []sources.Value) int { return healthRank(row[2].Text) }), nil
}

func (s *Source) table(name string, columns []sources.Column, said remarks) *sources.Table {
	return &sources.Table{Source: s.o.Name, Name: name, Time: s.o.Clock(), Columns: columns, Notes: append(said.Warnings, said.Infos...)}
}

// finish orders the rows, the worst first, and cuts them at the limit.
func (s *Source) finish(t *sources.Table, rank func([]sources.Value) int) *sources.Table {
	slices.SortStableFunc(t.Rows, func(a, b []sources.Value) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		for i, c := range t.Columns {
			if !c.Key {
				continue
			}
			if c := strings.Compare(a[i].Text, b[i].Text); c != 0 {
				return c
			}
		}
		return 0
	})
	t.Total = len(t.Rows)
	t.Rows = slices.Clip(t.Rows[:min(len(t.Rows), s.o.MaxSeries)])
	return t
}

func healthRank(health string) int {
	switch health {
	case "down", "err":
		return 0
	case "unknown", "":
		return 1
	}
	return 2
}

// age is how long ago t was, in seconds; NaN: never.
func age(now, t time.Time) sources.Value {
	if t.IsZero() || t.Unix() <= 0 {
		return sources.Value{Number: math.NaN()}
	}
	return sources.Value{Number: max(now.Sub(t).Seconds(), 0)}
}

func redactText(s string) string {
	if u, err := url.Parse(s); err == nil {
		return sources.RedactURL(u)
	}
	return sources.Redact(s)
}
