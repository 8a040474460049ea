package loki

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nightjar/sources"
)

// LogStreams lists the server's streams: by the label that most have, the ones
// with the most bytes first, where the server keeps volumes; else every stream.
func (s *Source) LogStreams(ctx context.Context, w sources.Window, limit int) ([]sources.LogStream, error) {
	const op = "list streams"
	selectors, err := s.selectors(ctx, "")
	if err != nil {
		return nil, err
	}
	var streams []sources.LogStream
	for _, sel := range selectors {
		v := s.window(w)
		v.Set("query", sel)
		v.Set("limit", strconv.Itoa(limit))
		var said answer[struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any // time, bytes as text
			}
		}]
		if _, err := s.ask(ctx, op, "/loki/api/v1/index/volume", v, true, &said); err != nil {
			if k := sources.KindOf(err); k == sources.KindQuery || k == sources.KindUnsupported || k == sources.KindProtocol {
				return s.listed(ctx, w, selectors, limit)
			}
			return nil, err
		}
		result := said.Data.Result
		size := func(v [2]any) float64 {
			text, _ := v[1].(string)
			n, _ := strconv.ParseFloat(text, 64)
			return n
		}
		slices.SortStableFunc(result, func(a, b struct {
			Metric map[string]string
			Value  [2]any
		},
		) int {
			return cmp.Compare(size(b.Value), size(a.Value))
		})
		for _, r := range result {
			if l := labelsOf(r.Metric); len(l) > 0 && len(streams) < limit {
				streams = append(streams, sources.LogStream{Select: selector(l), Labels: l})
			}
		}
	}
	if len(streams) == 0 { // the index may lack what is not yet stored
		return s.listed(ctx, w, selectors, limit)
	}
	return streams, nil
}

// listed are streams as the series endpoint has them.
func (s *Source) listed(ctx context.Context, w sources.Window, selectors []string, limit int) ([]sources.LogStream, error) {
	if len(selectors) == 0 {
		return nil, nil
	}
	page, err := s.Series(ctx, w, selectors...)
	if err != nil {
		return nil, err
	}
	var streams []sources.LogStream
	for _, l := range page.Series[:min(len(page.Series), limit)] {
		streams = append(streams, sources.LogStream{Select: selector(l), Labels: l})
	}
	return streams, nil
}

// Series lists the label sets of streams that match any of the selectors.
func (s *Source) Series(ctx context.Context, w sources.Window, match ...string) (*sources.SeriesPage, error) {
	if len(match) == 0 {
		all, err := s.selectors(ctx, "")
		if err != nil {
			return nil, err
		}
		match = all
	}
	page := &sources.SeriesPage{Source: s.c.Name}
	if len(match) == 0 {
		return page, nil
	}
	v := s.window(w)
	v["match[]"] = match
	var said answer[[]map[string]string]
	if _, err := s.ask(ctx, "series", "/loki/api/v1/series", v, true, &said); err != nil {
		return nil, err
	}
	page.Warnings = said.Warnings
	for _, m := range said.Data {
		page.Series = append(page.Series, labelsOf(m))
	}
	slices.SortFunc(page.Series, sources.Labels.Compare)
	page.Series = slices.CompactFunc(page.Series, sources.Labels.Equal)
	return page, nil
}

// LabelNames lists the names of stream labels, sorted; match are stream selectors.
func (s *Source) LabelNames(ctx context.Context, w sources.Window, match ...string) ([]string, error) {
	return s.names(ctx, "labels", "/loki/api/v1/labels", w, match)
}

// LabelValues lists the values of a stream label, sorted; match are stream selectors.
func (s *Source) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	return s.names(ctx, "label values", "/loki/api/v1/label/"+url.PathEscape(label)+"/values", w, match)
}

func (s *Source) names(ctx context.Context, op, path string, w sources.Window, match []string) ([]string, error) {
	if len(match) == 0 {
		match = []string{""}
	}
	var all []string
	for _, sel := range match {
		v := s.window(w)
		if sel != "" {
			v.Set("query", sel)
		}
		var names []string
		if _, err := s.ask(ctx, op, path, v, false, &names); err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
	all = slices.DeleteFunc(all, func(n string) bool { return strings.TrimSpace(n) == "" })
	slices.Sort(all)
	return slices.Compact(all), nil
}
