// Package merge asks several sources at once and makes one answer of theirs.
//
// It is a source itself, of its own kind: it answers what any of its parts can
// answer and hides none of them, for they stay sources in their own right.
//
//   - Every series of an answer has a label source, the name of the part it is
//     of. A label source that a part gave is kept as exported_source, as
//     Prometheus does with honor_labels: false. What a query adds up is added up
//     in each part: sum(up) gives one series for each.
//   - Series are in the order of the parts, within a part as it answered. A
//     scalar becomes a series of a vector for each part; a string cannot be merged.
//   - Parts are asked side by side and have nine tenths of the time that the
//     caller has. A part that fails, hangs or panics is a warning of the answer;
//     only where all fail is there an error, of the kind that tells most.
//   - A part that cannot be reached, or wants to be left alone, is not asked again
//     for a while that grows, 1 s to 30 s, so that it does not hold up the others.
//   - A limit holds over the whole; each part has an equal share, and what one
//     does not use goes to the others.
package merge

import (
	"slices"
	"time"

	"nightjar/sources"
)

// defaultSeries bounds an answer where nobody says, as it does that of a server.
const defaultSeries = 10_000

// Options say how a Source works.
type Options struct {
	Name      string           // empty: sources.All
	MaxSeries int              // of an answer; 0: 10,000
	Clock     func() time.Time // nil: time.Now
}

// A Source asks its parts. It is safe for concurrent use.
type Source struct {
	o     Options
	parts []*part
}

var (
	_ sources.RangeQuerier    = (*Source)(nil)
	_ sources.InstantQuerier  = (*Source)(nil)
	_ sources.LabelDiscoverer = (*Source)(nil)
	_ sources.Lister          = (*Source)(nil)
	_ sources.StatusReporter  = (*Source)(nil)
)

// New makes a source of parts, whose names differ. They stay the caller's, who closes them.
func New(o Options, parts ...sources.Source) *Source {
	if o.Name == "" {
		o.Name = sources.All
	}
	if o.MaxSeries <= 0 {
		o.MaxSeries = defaultSeries
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Source{o: o}
	for _, src := range parts {
		s.parts = append(s.parts, &part{src: src, name: src.Name()})
	}
	return s
}

// Name is that of the options.
func (s *Source) Name() string { return s.o.Name }

// Close does nothing: the parts are the caller's.
func (s *Source) Close() error { return nil }

// Parts are the sources that it asks, in their order. The slice is the caller's.
func (s *Source) Parts() []sources.Source {
	out := make([]sources.Source, len(s.parts))
	for i, p := range s.parts {
		out[i] = p.src
	}
	return out
}

// usualInterval is taken for a part that does not say how often it has samples.
const usualInterval = 15 * time.Second

// Status sums what the parts say. The interval is the longest of theirs, so that
// a rate over a few of it has samples of all; it is not known where the longest
// may be that of a part that does not say.
func (s *Source) Status() sources.Status {
	out := sources.Status{Kind: "merged", Fresh: len(s.parts) > 0}
	silent := false
	for _, p := range s.parts {
		r, ok := p.src.(sources.StatusReporter)
		if !ok {
			silent, out.Fresh = true, false
			continue
		}
		st := r.Status()
		silent = silent || st.Interval == 0
		out.Interval = max(out.Interval, st.Interval)
		out.Series += st.Series
		out.Received += st.Received
		out.Fresh = out.Fresh && st.Fresh
		if !st.Since.IsZero() && (out.Since.IsZero() || st.Since.Before(out.Since)) {
			out.Since = st.Since
		}
		for _, n := range st.Notes {
			out.Notes = append(out.Notes, p.name+": "+n)
		}
	}
	if silent && out.Interval < usualInterval {
		out.Interval = 0
	}
	for _, p := range s.parts {
		if err := p.failing(); err != nil {
			out.Notes = slices.Insert(out.Notes, 0, p.says(err))
		}
	}
	return out
}
