package sources

import "context"

// A SeriesFinder lists what series there are, without their samples.
type SeriesFinder interface {
	// Series gives the label sets of series that match any of the selectors and
	// have samples in the window.
	Series(ctx context.Context, w Window, match ...string) (*SeriesPage, error)
}

// A SeriesPage is a list of label sets, in label order. It is immutable.
type SeriesPage struct {
	Source string
	Series []Labels
	// Cut is the number of series that a limit left out, at least; 0: none.
	Cut      int
	Warnings []string
}

// A MetadataReader knows what metrics mean.
type MetadataReader interface {
	// Metadata gives what is known of a metric, or of all if the name is empty,
	// sorted by metric. Instances that disagree give several entries for one metric.
	Metadata(ctx context.Context, metric string) ([]Metadata, error)
}

// Metadata is what a metric's exposition says of it.
type Metadata struct {
	Metric string
	Type   string // "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"
	Help   string
	Unit   string // as in the metric's name: "seconds", "bytes" ...; often empty
}
