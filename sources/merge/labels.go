package merge

import (
	"context"
	"maps"
	"slices"
	"strings"

	"nightjar/sources"
)

const (
	sourceLabel = "source"
	// exported is put before the name of a label that a part gave and we give too.
	exported = "exported_"
)

// label is l with the name of its source, in pool's memory; a label source that
// is there is renamed.
func label(pool, l sources.Labels, source string) (labelled, rest sources.Labels) {
	from := len(pool)
	pool = append(pool, l...)
	out := pool[from:]
	if i := slices.IndexFunc(out, func(x sources.Label) bool { return x.Name == sourceLabel }); i >= 0 {
		name := exported + sourceLabel
		for slices.ContainsFunc(out, func(x sources.Label) bool { return x.Name == name }) {
			name = exported + name
		}
		out[i].Name = name
	}
	pool = append(pool, sources.Label{Name: sourceLabel, Value: source})
	out = pool[from:len(pool):len(pool)]
	slices.SortFunc(out, func(a, b sources.Label) int { return strings.Compare(a.Name, b.Name) })
	return out, pool
}

// LabelNames lists the names that the parts know, and source; see
// sources.LabelDiscoverer. Parts that fail are left out unless all do.
func (s *Source) LabelNames(ctx context.Context, w sources.Window, match ...string) ([]string, error) {
	answers, err := s.names(ctx, w, match)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := range answers {
		for _, name := range answers[i].value {
			out[name] = true
			if name == sourceLabel {
				out[exported+sourceLabel] = true
			}
		}
		if len(answers[i].value) > 0 {
			out[sourceLabel] = true
		}
	}
	return slices.Sorted(maps.Keys(out)), nil
}

func (s *Source) names(ctx context.Context, w sources.Window, match []string) ([]answer[[]string], error) {
	return s.discover(ctx, "label names", func(ctx context.Context, d sources.LabelDiscoverer) ([]string, error) {
		return d.LabelNames(ctx, w, match...)
	})
}

// LabelValues lists the values of a label in all parts; those of source are the
// names of the parts that have series which match. Parts that fail are left out
// unless all do.
func (s *Source) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	out := map[string]bool{}
	if label == sourceLabel {
		answers, err := s.names(ctx, w, match)
		for i := range answers {
			if len(answers[i].value) > 0 {
				out[answers[i].part.name] = true
			}
		}
		return slices.Sorted(maps.Keys(out)), err
	}
	asked := []string{label}
	if label == exported+sourceLabel {
		asked = append(asked, sourceLabel) // what the parts call it
	}
	for _, name := range asked {
		answers, err := s.discover(ctx, "label values", func(ctx context.Context, d sources.LabelDiscoverer) ([]string, error) {
			return d.LabelValues(ctx, w, name, match...)
		})
		if err != nil {
			return nil, err
		}
		for i := range answers {
			for _, v := range answers[i].value {
				out[v] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(out)), nil
}

// discover asks the parts that list labels. It is an error only if all fail.
func (s *Source) discover(ctx context.Context, op string, f func(context.Context, sources.LabelDiscoverer) ([]string, error)) ([]answer[[]string], error) {
	answers, err := ask(ctx, s, op, func(ctx context.Context, src sources.Source) ([]string, error) {
		d, ok := src.(sources.LabelDiscoverer)
		if !ok {
			return nil, errCannot
		}
		return f(ctx, d)
	})
	if err != nil {
		return nil, err
	}
	return answers, settle(s, op, answers)
}
