package docker

import (
	"context"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
)

// limit is how many lines a page has whose query names no limit.
const limit = 1000

// selected are the stores that a query is about, once what their containers said before is read.
func (s *Source) selected(ctx context.Context, op, names string) (stores []*store, err error) {
	if names == "" {
		s.mu.Lock()
		stores = slices.Clone(s.stores)
		s.mu.Unlock()
	}
	for _, name := range strings.Fields(names) {
		st, err := s.store(ctx, op, name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(stores, st) {
			stores = append(stores, st)
		}
	}
	for _, st := range stores {
		select {
		case <-st.ready:
		case <-ctx.Done():
			return nil, sources.Errorf(s.o.Name, op, sources.KindCancelled, "%w", ctx.Err())
		}
	}
	return stores, nil
}

// SearchLogs gives lines of the containers that q.Select names, parted by spaces,
// else of all that are followed, merged by time.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	stores, err := s.selected(ctx, "search logs", q.Select)
	if err != nil {
		return nil, err
	}
	q.Select = ""
	if q.Limit <= 0 {
		q.Limit = limit
	}
	all := &sources.LogPage{Source: s.o.Name}
	var formats []string
	for _, st := range stores {
		page, err := st.ring.SearchLogs(ctx, q)
		if err != nil {
			return nil, err
		}
		all.Lines = append(all.Lines, page.Lines...)
		all.More = all.More || page.More
		all.Total += page.Total
		for _, note := range page.Notes {
			all.Notes = append(all.Notes, st.name+": "+note)
		}
		all.Notes = append(all.Notes, st.notes()...)
		if !slices.Contains(formats, page.Format) {
			formats = append(formats, page.Format)
		}
	}
	all.Format = strings.Join(formats, " + ")
	slices.SortStableFunc(all.Lines, func(a, b sources.LogLine) int {
		if q.Forward {
			return a.Pos.Compare(b.Pos)
		}
		return b.Pos.Compare(a.Pos)
	})
	if len(all.Lines) > q.Limit {
		all.Lines, all.More = all.Lines[:q.Limit], true
	}
	return all, nil
}

// CountLogs counts lines over time by severity.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, _ func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	stores, err := s.selected(ctx, "count logs", q.Select)
	if err != nil {
		return nil, err
	}
	q.Select = ""
	all := &sources.Frame{Source: s.o.Name, Step: step.Milliseconds()}
	for _, st := range stores {
		f, err := st.ring.CountLogs(ctx, q, step, nil)
		if err != nil {
			return nil, err
		}
		all.Start, all.End = f.Start, f.End
		for _, series := range f.Series {
			i := slices.IndexFunc(all.Series, func(o sources.Series) bool { return o.Labels.Equal(series.Labels) })
			if i < 0 {
				all.Series = append(all.Series, series)
				continue
			}
			for j, v := range series.Values {
				all.Series[i].Values[j] += v
			}
		}
	}
	return all, nil
}

// AwaitLogs returns when lines of any container have come or gone since version seen.
func (s *Source) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	return s.signal.Await(ctx, seen)
}

// LogSpan is from the earliest to the latest time held.
func (s *Source) LogSpan(ctx context.Context) (all sources.Window, err error) {
	s.mu.Lock()
	stores := slices.Clone(s.stores)
	s.mu.Unlock()
	for _, st := range stores {
		w, err := st.ring.LogSpan(ctx)
		if err != nil || w.Start.IsZero() {
			continue
		}
		if all.Start.IsZero() || w.Start.Before(all.Start) {
			all.Start = w.Start
		}
		if w.End.After(all.End) {
			all.End = w.End
		}
	}
	return all, nil
}

// LogStreams lists the containers, those that are stopped too.
func (s *Source) LogStreams(ctx context.Context, _ sources.Window, limit int) ([]sources.LogStream, error) {
	list, err := s.engine.list(ctx, true)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b container) int { return strings.Compare(a.name(), b.name()) })
	var out []sources.LogStream
	for _, c := range list {
		if limit > 0 && len(out) == limit {
			break
		}
		out = append(out, sources.LogStream{Select: c.name(), Labels: sources.NewLabels("container", c.name(), "image", c.Image, "state", c.State)})
	}
	return out, nil
}
