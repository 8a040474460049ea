package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// Fields of entries, as systemd.journal-fields(7) names them.
const (
	fieldMessage    = "MESSAGE"
	fieldPriority   = "PRIORITY"
	fieldIdentifier = "SYSLOG_IDENTIFIER"
	fieldPID        = "_PID"
	fieldUnit       = "_SYSTEMD_UNIT"
	fieldHost       = "_HOSTNAME"
	fieldComm       = "_COMM"
	fieldTransport  = "_TRANSPORT"
	fieldCursor     = "__CURSOR"
	fieldTime       = "__REALTIME_TIMESTAMP"
)

// Labels of lines, in the words that other formats have.
const (
	labelUnit = "unit"
	labelHost = "host"
	labelApp  = "app"
	labelPID  = "pid"
)

// severities of the priorities 0 (emerg) to 7 (debug).
var severities = [...]sources.Severity{
	sources.SeverityFatal + 3, sources.SeverityFatal + 1, sources.SeverityFatal, sources.SeverityError,
	sources.SeverityWarn, sources.SeverityInfo + 1, sources.SeverityInfo, sources.SeverityDebug,
}

// A value is a field's, in one of the shapes that journalctl -o json has: text,
// bytes as numbers where it is no UTF-8 or has control characters, null where it is too
// long, and an array of these where the entry has the field several times.
type value []string

// UnmarshalJSON takes any of the shapes.
func (v *value) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*v = value{s}
		return nil
	case 'n':
		*v = nil
		return nil
	}
	var numbers []uint16
	if err := json.Unmarshal(b, &numbers); err == nil {
		text := make([]byte, len(numbers))
		for i, n := range numbers {
			if n > 255 {
				return fmt.Errorf("%d is no byte", n)
			}
			text[i] = byte(n)
		}
		*v = value{string(text)}
		return nil
	}
	var several []value
	if err := json.Unmarshal(b, &several); err != nil {
		return err
	}
	*v = slices.Concat(several...)
	return nil
}

// An entry is the fields of one entry.
type entry map[string]value

func (e entry) first(name string) string {
	if v := e[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// A decoder makes lines of entries. It is not safe for concurrent use.
type decoder struct {
	reader *logs.Reader
	zone   *time.Location
	labels map[[3]string]sources.Labels
}

func (s *Source) decoder() *decoder {
	return &decoder{reader: s.reader, zone: s.o.Zone, labels: map[[3]string]sources.Labels{}}
}

// line reads one entry.
func (d *decoder) line(text []byte) (sources.LogLine, error) {
	var e entry
	if err := json.Unmarshal(text, &e); err != nil {
		return sources.LogLine{}, fmt.Errorf("an entry that is no JSON: %w", err)
	}
	us, err := strconv.ParseInt(e.first(fieldTime), 10, 64)
	if err != nil || us > 1<<53 {
		return sources.LogLine{}, fmt.Errorf("an entry without a time: %s is %q", fieldTime, e.first(fieldTime))
	}
	at := time.UnixMicro(us).In(d.zone)
	var l sources.LogLine
	app, pid := e.first(fieldIdentifier), e.first(fieldPID)
	if app == "" {
		app = e.first(fieldComm)
	}
	message := strings.TrimSuffix(strings.Join(e[fieldMessage], "\n"), "\n")
	d.reader.Parse(message, at.UnixNano(), &l)
	l.Raw = prefix(app, pid) + message
	l.Time, l.Pos = at, sources.LogPos{Major: at.UnixNano(), Minor: sequence(e.first(fieldCursor))}
	if n, err := strconv.Atoi(e.first(fieldPriority)); l.Severity == sources.SeverityUnknown && err == nil && n >= 0 && n < len(severities) {
		l.Severity = severities[n]
	}
	l.Labels = d.origin(e.first(fieldUnit), e.first(fieldHost), app)
	if pid != "" {
		l.Fields = append(l.Fields, sources.Label{Name: labelPID, Value: pid})
	}
	l.Fields = append(l.Fields, e.rest()...)
	return l, nil
}

// prefix is how journalctl begins a line after its time and host.
func prefix(app, pid string) string {
	switch {
	case app == "":
		return ""
	case pid == "":
		return app + ": "
	}
	return app + "[" + pid + "]: "
}

// rest are all fields but what the line says already.
func (e entry) rest() []sources.Label {
	var out []sources.Label
	for name, values := range e {
		if strings.HasPrefix(name, "__") || name == fieldMessage {
			continue
		}
		for _, v := range values {
			out = append(out, sources.Label{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b sources.Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// origin are labels that many lines share.
func (d *decoder) origin(unit, host, app string) sources.Labels {
	key := [3]string{unit, host, app}
	l, ok := d.labels[key]
	if !ok {
		var pairs []string
		for i, name := range []string{labelUnit, labelHost, labelApp} {
			if key[i] != "" {
				pairs = append(pairs, name, key[i])
			}
		}
		l = sources.NewLabels(pairs...)
		d.labels[key] = l
	}
	return l
}

// sequence is the sequence number in a cursor, "s=...;i=1f;b=...". It ascends in a journal.
func sequence(cursor string) uint64 {
	for part := range strings.SplitSeq(cursor, ";") {
		if n, ok := strings.CutPrefix(part, "i="); ok {
			if i, err := strconv.ParseUint(n, 16, 64); err == nil {
				return i
			}
		}
	}
	return 0
}
