package sources

import "time"

// Severity is OpenTelemetry's severity number, 1 to 24; 0 is unknown.
type Severity uint8

// The lowest number of each of the six named severities.
const (
	SeverityUnknown Severity = 0
	SeverityTrace   Severity = 1
	SeverityDebug   Severity = 5
	SeverityInfo    Severity = 9
	SeverityWarn    Severity = 13
	SeverityError   Severity = 17
	SeverityFatal   Severity = 21
)

// A LogQuery selects log lines.
type LogQuery struct {
	Window
	// Filter is in the source's own language; empty selects all.
	Filter string
	Limit  int
}

// A LogLine is one record of a log.
type LogLine struct {
	Time     time.Time // when it was said; zero: unknown
	Severity Severity
	Labels   Labels // where it came from
	Fields   Labels // what was parsed out of it
	Body     string
}

// A LogPage is a stretch of log lines, newest first.
type LogPage struct {
	Source string
	Lines  []LogLine
	// More reports that the limit left older lines out.
	More bool
}
