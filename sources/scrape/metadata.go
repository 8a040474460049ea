package scrape

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/scrape"

	"nightjar/sources"
)

// suffixes are what series add to the name of their family.
var suffixes = []string{"_bucket", "_count", "_sum", "_total", "_created", "_info", "_gcount", "_gsum"}

// Metadata gives what the targets that are scraped now say of a metric, or of
// all if it is empty, sorted by name; see
// sources.MetadataReader. The name of a series works as well as that of
// its family. Where targets differ there are several entries; there is none for
// what no page describes.
func (s *Source) Metadata(ctx context.Context, metric string) ([]sources.Metadata, error) {
	const op = "metadata"
	if s.ctx.Err() != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindUnavailable, "the source is closed")
	}
	var all []sources.Metadata
	for _, t := range s.pool.active() {
		if err := ctx.Err(); err != nil {
			return nil, sources.Errorf(s.o.Name, op, sources.KindCancelled, "%w", err)
		}
		if metric == "" {
			for _, m := range t.ListMetadata() {
				all = append(all, described(m))
			}
		} else if m, ok := family(t, metric); ok {
			all = append(all, described(m))
		}
	}
	slices.SortFunc(all, func(a, b sources.Metadata) int {
		return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(a.Type, b.Type),
			strings.Compare(a.Help, b.Help), strings.Compare(a.Unit, b.Unit))
	})
	return slices.Compact(all), nil
}

func family(t target, metric string) (scrape.MetricMetadata, bool) {
	if m, ok := t.GetMetadata(metric); ok {
		return m, true
	}
	for _, suffix := range suffixes {
		if name, ok := strings.CutSuffix(metric, suffix); ok {
			if m, ok := t.GetMetadata(name); ok {
				return m, true
			}
		}
	}
	return scrape.MetricMetadata{}, false
}

func described(m scrape.MetricMetadata) sources.Metadata {
	return sources.Metadata{Metric: m.MetricFamily, Type: string(m.Type), Help: m.Help, Unit: m.Unit}
}
