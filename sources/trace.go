package sources

import "time"

// A TraceQuery selects traces in OpenTelemetry's terms.
type TraceQuery struct {
	Window
	Service string
	MinTime time.Duration
	Limit   int
}

// A Trace is a tree of spans, roots first.
type Trace struct {
	ID    string
	Spans []Span
}

// A Span is one operation.
type Span struct {
	ID, Parent    string
	Service, Name string
	Start         time.Time
	Duration      time.Duration
	Failed        bool
	Attributes    Labels
}
