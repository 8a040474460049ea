package loki

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"nightjar/sources"
)

// A cover is how to ask for all streams: the server wants a label that is not
// empty in every selector, and no label need be on all streams. So streams are
// listed, and the fewest labels that are on all of them make selectors that no stream has twice:
//
//	{service_name=~".+"}   {service_name="", job=~".+"}   ...
type cover struct {
	selectors []string
	at        time.Time
	note      string
}

const (
	coverAge  = 5 * time.Minute
	coverBack = 6 * time.Hour // streams of the last hours are listed; none: of all the time that is searched
)

// preferred are labels that most streams have, the best first.
var preferred = []string{"service_name", "job", "app", "namespace", "container", "host", "instance", "filename"}

// selectors are what to ask for: what the query selects, else what the source does, else all.
func (s *Source) selectors(ctx context.Context, selected string) ([]string, error) {
	for _, sel := range []string{selected, s.o.Select} {
		if sel != "" {
			return []string{sel}, nil
		}
	}
	s.mu.Lock()
	known := s.cover
	s.mu.Unlock()
	now := s.c.Clock()
	if len(known.selectors) > 0 && now.Sub(known.at) < coverAge {
		return known.selectors, nil
	}
	for _, span := range []time.Duration{coverBack, back} {
		found, err := s.findCover(ctx, sources.Window{Start: now.Add(-span), End: now.Add(time.Minute)})
		if err != nil {
			return nil, err
		}
		if len(found.selectors) > 0 {
			found.at = now
			s.mu.Lock()
			s.cover = found
			s.mu.Unlock()
			return found.selectors, nil
		}
	}
	return nil, nil
}

func (s *Source) findCover(ctx context.Context, w sources.Window) (cover, error) {
	names, err := s.LabelNames(ctx, w)
	if err != nil || len(names) == 0 {
		return cover{}, err
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	var match []string
	for _, name := range names {
		match = append(match, "{"+name+`=~".+"}`)
	}
	page, err := s.Series(ctx, w, match...)
	if k := sources.KindOf(err); k == sources.KindTooLarge || k == sources.KindQuery || k == sources.KindUnsupported {
		return cover{selectors: match[:1], note: fmt.Sprintf("the server does not list its streams: only those with a label %s are read; set select to others", names[0])}, nil
	}
	if err != nil {
		return cover{}, err
	}
	return cover{selectors: covering(names, page.Series)}, nil
}

func rank(label string) int {
	if i := slices.Index(preferred, label); i >= 0 {
		return i
	}
	return len(preferred)
}

// covering are selectors that have each stream once, of labels in the order of preference.
func covering(names []string, streams []sources.Labels) (selectors []string) {
	absent := ""
	for len(streams) > 0 {
		best, most := "", 0
		for _, name := range names {
			n := 0
			for _, l := range streams {
				if l.Value(name) != "" {
					n++
				}
			}
			if n > most {
				best, most = name, n
			}
		}
		if most == 0 {
			break // streams without labels, which there are none of
		}
		selectors = append(selectors, "{"+absent+best+`=~".+"}`)
		absent += best + `="", `
		streams = slices.DeleteFunc(slices.Clone(streams), func(l sources.Labels) bool { return l.Value(best) != "" })
	}
	return selectors
}

// window is a window as the API takes it; of an open one the last hours.
func (s *Source) window(w sources.Window) url.Values {
	if w.End.IsZero() {
		w.End = s.c.Clock().Add(time.Minute)
	}
	if w.Start.IsZero() {
		w.Start = w.End.Add(-coverBack)
	}
	return url.Values{"start": {strconv.FormatInt(w.Start.UnixNano(), 10)}, "end": {strconv.FormatInt(w.End.UnixNano(), 10)}}
}
