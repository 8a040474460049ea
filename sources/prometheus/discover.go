package prometheus

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"nightjar/sources"
)

// valuesPerSeries: a list of names is shorter than one of series, and has nowhere to say that it was cut but the status.
const valuesPerSeries = 10

// LabelNames lists label names; see sources.LabelDiscoverer. A list that was
// cut is noted in the Status.
func (s *Source) LabelNames(ctx context.Context, w sources.Window, match ...string) ([]string, error) {
	return s.names(ctx, call{op: "label_names", path: "/api/v1/labels", post: true}, w, match)
}

// LabelValues lists the values of a label; see sources.LabelDiscoverer. A list
// that was cut is noted in the Status.
func (s *Source) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	const op = "label_values"
	if label == "" || strings.Trim(label, ".") == "" {
		return nil, s.c.errorf(op, sources.KindQuery, "%q is no name of a label", label)
	}
	if strings.Contains(label, "/") { // which no server finds in a path otherwise
		label = model.EscapeName(label, model.ValueEncodingEscaping)
	}
	return s.names(ctx, call{op: op, path: "/api/v1/label/" + label + "/values"}, w, match)
}

func (s *Source) names(ctx context.Context, q call, w sources.Window, match []string) ([]string, error) {
	limit := valuesPerSeries * s.o.MaxSeries
	q.form = url.Values{"limit": {strconv.Itoa(limit + 1)}}
	if len(match) > 0 {
		q.form["match[]"] = match
	}
	s.c.window(q.form, w)
	var names []string
	var said remarks
	if _, err := s.do(ctx, q, into(&names, &said)); err != nil {
		return nil, err
	}
	cut := said.cut() || len(names) > limit
	slices.Sort(names)
	names = slices.Compact(names)
	names = names[:min(len(names), limit)]
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.remarks, q.path)
	if cut && len(s.remarks) < maxRemarks {
		s.remarks[q.path] = fmt.Sprintf("%s: more than %d names, the rest was left out", q.path, limit)
	}
	return names, nil
}

// Series finds series; see sources.SeriesFinder. There is at least one selector.
func (s *Source) Series(ctx context.Context, w sources.Window, match ...string) (*sources.SeriesPage, error) {
	const op = "series"
	if len(match) == 0 {
		return nil, s.c.errorf(op, sources.KindQuery, "no selector given")
	}
	limit := s.o.MaxSeries
	form := url.Values{"match[]": match, "limit": {strconv.Itoa(limit + 1)}}
	s.c.window(form, w)
	page := &sources.SeriesPage{Source: s.o.Name}
	_, err := s.do(ctx, call{op: op, path: "/api/v1/series", form: form, post: true}, func(r io.Reader) error {
		*page = sources.SeriesPage{Source: s.o.Name}
		return decodeSeries(r, page, limit)
	})
	if err != nil {
		return nil, err
	}
	if i := slices.Index(page.Warnings, truncated); i >= 0 {
		page.Warnings = slices.Delete(page.Warnings, i, i+1)
		page.Cut = max(page.Cut, 1)
	}
	slices.SortStableFunc(page.Series, sources.Labels.Compare)
	return page, nil
}

// decodeSeries reads a list of label sets.
func decodeSeries(r io.Reader, page *sources.SeriesPage, limit int) error {
	sc := newScanner(r)
	d := &decoder{scanner: sc, lset: newLabelReader(sc), f: &sources.Frame{}}
	err := d.object(func(key []byte) error {
		if string(key) != "data" {
			return d.envelope(key)
		}
		return d.array(func() error {
			if len(page.Series) >= limit {
				page.Cut++
				return d.skip()
			}
			set, err := d.lset.labels()
			page.Series = append(page.Series, set)
			return err
		})
	})
	if err == nil {
		err = d.finish()
	}
	if err == nil {
		err = d.good()
	}
	page.Warnings = d.f.Warnings
	return err
}

// Metadata reads what metrics mean; see sources.MetadataReader.
func (s *Source) Metadata(ctx context.Context, metric string) ([]sources.Metadata, error) {
	form := url.Values{}
	if metric != "" {
		form.Set("metric", metric)
	}
	var data map[string][]struct{ Type, Help, Unit string }
	if _, err := s.do(ctx, call{op: "metadata", path: "/api/v1/metadata", form: form}, into(&data, nil)); err != nil {
		return nil, err
	}
	all := make([]sources.Metadata, 0, len(data))
	for name, entries := range data {
		for _, e := range entries {
			all = append(all, sources.Metadata{Metric: name, Type: e.Type, Help: e.Help, Unit: e.Unit})
		}
	}
	slices.SortFunc(all, func(a, b sources.Metadata) int {
		return strings.Compare(a.Metric+"\xff"+a.Type+"\xff"+a.Help+"\xff"+a.Unit, b.Metric+"\xff"+b.Type+"\xff"+b.Help+"\xff"+b.Unit)
	})
	return slices.Compact(all), nil
}
