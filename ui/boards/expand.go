package boards

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Macros are the values that Expand puts in.
type Macros struct {
	Interval time.Duration // of the plot's points: $__interval
	Scrape   time.Duration // how often the source has new samples
	Range    time.Duration // length of the range: $__range
	Vars     map[string]string
	// Found are those of Vars whose value a source gave: in a string it is escaped.
	Found map[string]bool
	// Multi are variables with several values, taken literally; they beat Vars.
	// In a regex matcher they are escaped and joined with |, in other strings
	// joined with |, elsewhere with a comma.
	Multi map[string][]string
	// All are variables of which all values are chosen; what stands for them beats Multi.
	All map[string]AllOf
}

// AllOf is what stands for all values of a variable in a query.
type AllOf struct {
	Text    string // put in as it is; empty: the values in Multi, as several are
	Matched bool   // only in regex matchers; elsewhere the values in Multi
}

// Expand replaces macros and variables in expr, in one pass: what is put in is
// not expanded again. A name is as long as it can be, so $hostname is never
// $host followed by "name". Comments and unknown names stay as they are.
//
// Macros, as Grafana has them for Prometheus: $__interval, $__interval_ms,
// $__rate_interval (max($__interval + scrape interval, 4 x scrape interval)),
// $__range, $__range_s, $__range_ms. Variables: $name, ${name}, [[name]], and
// ${name:format} with the formats raw, regex, pipe and csv. A single value is
// put in as it is.
func Expand(expr string, m Macros) string {
	s, _ := expand(expr, m)
	return s
}

// A shift says that output from offset out on comes from the text at offset in,
// byte by byte if copied, else all from that one place.
type shift struct {
	out, in int
	copied  bool
}

func expand(expr string, m Macros) (string, []shift) {
	var b strings.Builder
	var shifts []shift
	done := 0
	for _, ref := range references(expr) {
		value, ok := m.value(ref)
		if !ok {
			continue
		}
		shifts = append(shifts, shift{b.Len(), done, true})
		b.WriteString(expr[done:ref.start])
		shifts = append(shifts, shift{b.Len(), ref.start, false})
		b.WriteString(value)
		done = ref.end
	}
	if done == 0 {
		return expr, []shift{{0, 0, true}}
	}
	shifts = append(shifts, shift{b.Len(), done, true})
	b.WriteString(expr[done:])
	return b.String(), shifts
}

// origin is the offset in the text before expansion that offset out comes from.
func origin(shifts []shift, out int) int {
	at := 0
	for _, s := range shifts {
		if s.out > out {
			break
		}
		at = s.in
		if s.copied {
			at += out - s.out
		}
	}
	return at
}

// macroNames are the names that are no variables.
func macroNames() []string {
	return []string{"__interval", "__interval_ms", "__rate_interval", "__range", "__range_s", "__range_ms"}
}

// formats are what may follow the colon in ${name:format}.
func formats() []string { return []string{"raw", "regex", "pipe", "csv"} }

func (m Macros) value(ref reference) (string, bool) {
	interval, scrape := max(m.Interval, time.Millisecond), max(m.Scrape, 0)
	ms := func(d time.Duration) string { return strconv.FormatInt(max(d.Milliseconds(), 1), 10) }
	switch ref.name {
	case "__interval":
		return promDuration(interval), true
	case "__interval_ms":
		return ms(interval), true
	case "__rate_interval":
		return promDuration(max(interval+scrape, 4*scrape)), true
	case "__range":
		return promDuration(m.Range), true
	case "__range_s":
		return strconv.FormatInt(max(int64((m.Range+time.Second/2)/time.Second), 1), 10), true
	case "__range_ms":
		return ms(m.Range), true
	}
	if all, ok := m.All[ref.name]; ok && all.Text != "" && (!all.Matched || ref.quoted()) {
		return all.Text, true
	}
	if values, ok := m.Multi[ref.name]; ok {
		return ref.join(values), true
	}
	value, ok := m.Vars[ref.name]
	switch {
	case ok && ref.format == "regex":
		value = ref.literal(regexp.QuoteMeta(value))
	case ok && ref.format == "" && m.Found[ref.name]:
		value = ref.literal(value)
	}
	return value, ok
}

// promDuration is d in Prometheus's notation, at least a millisecond.
func promDuration(d time.Duration) string {
	if d = max(d, time.Millisecond); d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

// quoted reports whether values are put in as parts of a regular expression.
func (r reference) quoted() bool { return r.format == "regex" || r.format == "" && r.regex }

// join makes one text of several values, fit for where the reference stands.
func (r reference) join(values []string) string {
	sep := "|"
	if r.format == "csv" || r.format != "pipe" && r.quote == 0 {
		sep = ","
	}
	quoted := r.quoted()
	values = slices.Clone(values)
	for i, v := range values {
		if quoted {
			v = regexp.QuoteMeta(v)
		}
		if r.format != "raw" {
			v = r.literal(v)
		}
		values[i] = v
	}
	s := strings.Join(values, sep)
	if quoted && len(values) > 1 && !r.alone {
		s = "(?:" + s + ")"
	}
	return s
}

// literal escapes s for the string literal that the reference stands in.
func (r reference) literal(s string) string {
	switch r.quote {
	case '"', '\'':
		s = strings.ReplaceAll(s, `\`, `\\`)
		s = strings.ReplaceAll(s, "\n", `\n`)
		s = strings.ReplaceAll(s, string(r.quote), `\`+string(r.quote))
	}
	return s
}
