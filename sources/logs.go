package sources

import (
	"cmp"
	"context"
	"time"
)

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

// Severities are how many named severities there are, the unknown one included.
const Severities = 7

// Class is 0 for unknown, else 1 (trace) to 6 (fatal).
func (s Severity) Class() int {
	if s == SeverityUnknown {
		return 0
	}
	return min(int(s-1)/4+1, Severities-1)
}

// String is the name of the severity's class in lower case: trace, debug, info,
// warn, error, fatal or unknown.
func (s Severity) String() string {
	return [...]string{"unknown", "trace", "debug", "info", "warn", "error", "fatal"}[s.Class()]
}

// A LogPos is where a line stands in its source: opaque to all but the source
// that gave it, ascending in the order of the source, and the same for the same
// line as long as the source is open. The zero LogPos is no position.
type LogPos struct {
	Major int64  // what the source orders by first: Unix nanoseconds, or the number of a file
	Minor uint64 // tells apart what shares Major: an offset in bytes, a hash of the line
}

// Compare orders two positions of one source.
func (p LogPos) Compare(q LogPos) int {
	return cmp.Or(cmp.Compare(p.Major, q.Major), cmp.Compare(p.Minor, q.Minor))
}

// A LogLine is one record of a log: a line, or several that belong together,
// such as a stack trace. With Lost set it is no line but a gap.
type LogLine struct {
	Pos      LogPos
	Time     time.Time // when it was said, else that of the line before it; zero: unknown
	Severity Severity
	Source   string  // the name of its source, where lines of several are put together
	Labels   Labels  // where it came from; shared by many lines
	Fields   []Label // what was parsed out of it, in the order it was written
	Body     string  // the message alone
	Raw      string  // all of it as it was written, without the last line end; never empty but for empty lines
	// Lost is how many lines are missing here, -1 for an unknown number: the source
	// was down, or something dropped them; Body says why. Such a record matches every query.
	Lost int
}

// Field is the value of a field, else of a label of that name.
func (l *LogLine) Field(name string) (string, bool) {
	for _, f := range l.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	for _, f := range l.Labels {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// A LogOp is how a LogTerm compares.
type LogOp uint8

// The operators. Less to GreaterEqual compare as numbers where both sides are
// numbers or durations, as times for the field time, by severity for level.
const (
	LogContains LogOp = iota // as text, case matters
	LogFolded                // as text, case does not matter
	LogMatches               // a regular expression of RE2, unanchored
	LogEqual
	LogLess
	LogLessEqual
	LogGreater
	LogGreaterEqual
	LogHas // the field is there
)

// The names that every line answers to in a LogTerm whatever its fields are called.
const (
	FieldLevel = "level" // its severity
	FieldTime  = "time"
)

// A LogTerm is one test of a line. Terms of a query stack: a line must pass all.
type LogTerm struct {
	Not   bool
	Field string // empty: the whole line as it was written
	Op    LogOp
	Value string
}

// A LogQuery selects log lines.
type LogQuery struct {
	// Window bounds the times; a zero end is open.
	Window
	// Select is which streams are meant, in the source's own language (a LogQL
	// selector, a LogsQL filter, a unit); empty selects all.
	Select string
	// Terms are tests that all must pass. A source pushes down what its server
	// can test and tests the rest itself.
	Terms []LogTerm
	// Limit bounds the lines of a page; 0: the source's own limit.
	Limit int
	// Forward reads oldest first, from After on or from the window's start; else
	// newest first, back from Before or from the window's end.
	Forward bool
	// Bare says that of the lines Pos, Raw and a time to put them in order are wanted:
	// a source may leave out the rest, which takes time to parse.
	Bare bool
	// Before and After are the position of a line that itself is left out; zero: none.
	Before, After LogPos
}

// Within reports whether a line lies in the query's window and between its
// positions. A line without a time is in every window.
func (q *LogQuery) Within(l *LogLine) bool {
	if !l.Time.IsZero() && (!q.Start.IsZero() && l.Time.Before(q.Start) || !q.End.IsZero() && l.Time.After(q.End)) {
		return false
	}
	zero := LogPos{}
	return (q.After == zero || l.Pos.Compare(q.After) > 0) && (q.Before == zero || l.Pos.Compare(q.Before) < 0)
}

// A LogPage is a stretch of log lines in the order that was asked for.
type LogPage struct {
	Source string
	Lines  []LogLine
	// More reports that the limit left lines out in the direction that was read.
	More bool
	// Format is how the lines were read, such as "JSON" or "syslog", for the screen; empty: as plain text.
	Format string
	// Total is how many lines the source holds, matching or not; 0: not known.
	Total int64
	// Notes are the source's remarks, such as what a limit cut.
	Notes []string
	// Bytes is what the page cost on the wire; 0 in-process.
	Bytes int
}

// A LogBatch is what a tail brings at once, oldest first.
type LogBatch struct {
	Lines []LogLine
}

// A LogProgress says how far a count of lines has come.
type LogProgress struct {
	Done, Total int64 // bytes; Total 0: not known
	Matched     int64 // lines so far
}

// A LogSearcher reads stored log lines.
type LogSearcher interface {
	// SearchLogs gives up to q.Limit lines of the window, newest first unless q.Forward.
	SearchLogs(ctx context.Context, q LogQuery) (*LogPage, error)
}

// A LogTailer follows log lines as they come.
type LogTailer interface {
	// TailLogs sends lines that come from now on until ctx is done or the source
	// ends, and returns why. It closes nothing. Window, Limit and positions of q are not used.
	TailLogs(ctx context.Context, q LogQuery, out chan<- LogBatch) error
}

// A LogAwaiter holds its lines where SearchLogs finds them at once, so that it
// need not send what is new, only say that there is some.
type LogAwaiter interface {
	// AwaitLogs returns when the source's version is not seen any more: it holds
	// lines that it did not hold then, or lost some. Version 0 was never seen.
	AwaitLogs(ctx context.Context, seen uint64) (version uint64, err error)
}

// A LogCounter counts lines over time.
type LogCounter interface {
	// CountLogs gives a matrix: a series per severity that occurs, labelled
	// level="error" and so on, whose value at t is the number of matching lines
	// with times in [t, t+step), for t from q.Start in steps up to before q.End.
	// Both must be set. progress, if not nil, is called now and then from one goroutine
	// with the frame so far, which is the caller's.
	CountLogs(ctx context.Context, q LogQuery, step time.Duration, progress func(LogProgress, *Frame)) (*Frame, error)
}

// A LogSpanner knows the times of its first and last line, so that a window can be chosen.
type LogSpanner interface {
	// LogSpan is the window its lines fill; zero times if there is none or none has a time.
	LogSpan(ctx context.Context) (Window, error)
}

// A LogLister names the streams of a source that has several, such as the units
// of the journal or the containers of an engine.
type LogLister interface {
	// LogStreams lists what LogQuery.Select may name, each with the labels that
	// describe it, at most limit.
	LogStreams(ctx context.Context, w Window, limit int) ([]LogStream, error)
}

// A LogStream is one stream of lines in a source.
type LogStream struct {
	Select string // as a LogQuery takes it
	Labels Labels
}
