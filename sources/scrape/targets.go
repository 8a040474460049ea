package scrape

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/scrape"

	"nightjar/sources"
)

const (
	tableName = "targets"
	// maxRows bounds the table.
	maxRows = 1000
	// maxNamed is how many targets that are down are named in notes.
	maxNamed = 5
	// maxCause bounds the text of an error, which may quote a page.
	maxCause = 300
)

var targetColumns = []sources.Column{
	{Name: "job", Text: true, Key: true, Help: "The job label."},
	{Name: "instance", Text: true, Key: true, Help: "The instance label."},
	{Name: "health", Text: true, Help: "up, down, or unknown before the first scrape."},
	{Name: "age", Unit: "s", Help: "Time since the last scrape began."},
	{Name: "took", Unit: "s", Help: "How long the last scrape took."},
	{Name: "samples", Unit: "short", Help: "Samples on the page, before metric_relabel_configs."},
	{Name: "error", Text: true, Help: "Why the last scrape failed."},
	{Name: "url", Text: true, Key: true, Help: "What is scraped, without credentials."},
}

// Tables names the one table, "targets".
func (s *Source) Tables() []string { return []string{tableName} }

// List gives the targets as they are now; see sources.Lister.
func (s *Source) List(ctx context.Context, table string) (*sources.Table, error) {
	op := "list " + table
	if table != tableName {
		return nil, sources.Errorf(s.o.Name, op, sources.KindUnsupported, "there is no such table, there is %q", tableName)
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindCancelled, "%w", err)
	}
	if s.ctx.Err() != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindUnavailable, "the source is closed")
	}
	now := s.o.Clock()
	active := s.pool.active()
	slices.SortStableFunc(active, func(a, b target) int { return wrong(b) - wrong(a) })
	t := &sources.Table{
		Source: s.o.Name, Name: tableName, Time: now, Columns: targetColumns,
		Total: len(active), Notes: s.Status().Notes,
	}
	for _, a := range active[:min(len(active), maxRows)] {
		t.Rows = append(t.Rows, s.row(a, now))
	}
	return t, nil
}

// wrong is 1 for a target that is down: those come first, and are not cut.
func wrong(t target) int {
	if t.Health() == scrape.HealthBad {
		return 1
	}
	return 0
}

func (s *Source) row(t target, now time.Time) []sources.Value {
	age, took, samples := math.NaN(), math.NaN(), math.NaN()
	if last := t.LastScrape(); !last.IsZero() {
		age = max(0, now.Sub(last).Seconds())
		took = t.LastScrapeDuration().Seconds()
	}
	if y, ok := s.tallies.get(t); ok {
		samples = float64(y.samples)
	}
	return []sources.Value{
		{Text: t.GetValue(model.JobLabel)},
		{Text: t.GetValue(model.InstanceLabel)},
		{Text: string(t.Health())},
		{Number: age},
		{Number: took},
		{Number: samples},
		{Text: cause(t)},
		{Text: sources.RedactURL(t.URL())},
	}
}

// cause is why the last scrape of t failed, empty if it did not.
func cause(t target) string {
	err := t.LastError()
	if err == nil {
		return ""
	}
	s := strings.TrimPrefix(err.Error(), "Get "+strconv.Quote(t.URL().String())+": ") // who it is about is said beside it
	switch {
	case strings.Contains(s, "while parsing"), strings.Contains(s, "unsupported Content-Type"):
		s = "the page cannot be read as metrics: " + s
	case s == "sample limit exceeded":
		s = "the page has more samples than sample_limit allows"
	case s == "body size limit exceeded":
		s = "the page is larger than body_size_limit allows"
	}
	s = strings.Join(strings.Fields(sources.Redact(s)), " ")
	if r := []rune(s); len(r) > maxCause {
		s = string(r[:maxCause]) + "..."
	}
	return s
}

// remarks are the notes of now.
func (s *Source) remarks(active []target) []string {
	var notes []string
	down, left := 0, 0
	targets := map[string]int{}
	for _, t := range active {
		if y, ok := s.tallies.get(t); ok {
			left += y.leftOut
		}
		if t.Health() != scrape.HealthBad {
			continue
		}
		if down++; down <= maxNamed {
			notes = append(notes, fmt.Sprintf("%s %s is down: %s", t.GetValue(model.JobLabel), t.GetValue(model.InstanceLabel), cause(t)))
		}
		if s.counted && t.GetValue(scrape.UnixSocketLabel) != "" {
			notes = append(notes, "Unix sockets are not reached where only a file_sd file names them: set "+scrape.UnixSocketLabel+" in the job")
		}
	}
	if down > maxNamed {
		notes = append(notes, fmt.Sprintf("%d more targets are down", down-maxNamed))
	}
	if left > 0 {
		notes = append(notes, fmt.Sprintf("%d samples of the last scrapes are left out, as %d series are held: the bound is %d", left, s.Engine.Series(), s.o.MaxSeries))
	}
	for name, ts := range s.pool.manager.TargetsActive() {
		targets[name] = len(ts)
	}
	dropped := s.pool.manager.TargetsDroppedCounts()
	for _, j := range s.pool.jobs {
		if targets[j.JobName] > 0 {
			continue
		}
		if n := dropped[j.JobName]; n > 0 {
			notes = append(notes, fmt.Sprintf("job %s has no targets: relabel_configs drop all %d", j.JobName, n))
		} else {
			notes = append(notes, fmt.Sprintf("job %s has no targets", j.JobName))
		}
	}
	if what := s.log.trouble(); what != "" {
		notes = append(notes, what)
	}
	if n := s.Rewinds(); n > 0 {
		notes = append(notes, fmt.Sprintf("the clock was set back %d times: samples after that were dropped", n))
	}
	return notes
}
