package boards

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The kinds of variables.
const (
	VarText     = "text"     // any text
	VarCustom   = "custom"   // one of Options
	VarInterval = "interval" // one of Options, which are lengths of time
	VarQuery    = "query"    // one of the values that a label has in a source
	VarSource   = "source"   // one of the names of the sources there are
)

// All is how the choice of all values is written, where a variable has it.
const All = "All"

// A Variable is a named value that queries use as $name or ${name}.
type Variable struct {
	Name    string
	Label   string
	Kind    string
	Options []string // custom, interval
	Value   []string // what it is unless changed; none: the first there is. All stands for all
	Multi   bool     // it may have several values
	All     bool     // all values together are one of the choices
	AllText string   // put in as it is where all is chosen, as Grafana's custom all value; empty: the values, joined
	Hidden  bool     // not shown, not for choosing

	// Of kind query.
	Of     string   // label whose values they are
	Match  []string // selectors of the series that have it; may refer to variables above
	Source string   // name of the source that is asked, or $name; empty: the default one

	Regex *regexp.Regexp // query, source: what is kept of each value; nil: all
	Sort  string         // query: "name" (default), "-name", "number", "-number"
}

// Joined reports whether the variable's values are joined and escaped in a query,
// even if there is only one.
func (v *Variable) Joined() bool { return v.Multi || v.All }

// sample is a value that the variable may have; empty: not known.
func (v *Variable) sample() string {
	switch {
	case len(v.Value) > 0 && (v.Value[0] != All || !v.All):
		return v.Value[0]
	case len(v.Value) > 0 && v.AllText != "":
		return v.AllText
	case len(v.Options) > 0:
		return v.Options[0]
	}
	return ""
}

// Asks reports whether the values come from a source.
func (v *Variable) Asks() bool { return v.Kind == VarQuery }

// Refers are the names of the variables that the choices depend on.
func (v *Variable) Refers() []string {
	var out []string
	for _, text := range append([]string{v.Source}, v.Match...) {
		for _, ref := range references(text) {
			out = append(out, ref.name)
		}
	}
	return out
}

// Choices makes what can be chosen of what a source answers: kept by the regular
// expression (its group named value, else its first one, else all of the match),
// each once, sorted.
func (v *Variable) Choices(answer []string) []string {
	out := make([]string, 0, len(answer))
	seen := make(map[string]bool, len(answer))
	for _, s := range answer {
		if s, ok := v.kept(s); ok && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if v.Kind != VarQuery {
		return out
	}
	order := strings.Compare
	if strings.HasSuffix(v.Sort, "number") {
		order = byNumber
	}
	slices.SortFunc(out, order)
	if strings.HasPrefix(v.Sort, "-") {
		slices.Reverse(out)
	}
	return out
}

// kept is what the regular expression keeps of a value.
func (v *Variable) kept(s string) (string, bool) {
	if s == "" || v.Regex == nil {
		return s, s != ""
	}
	m := v.Regex.FindStringSubmatch(s)
	switch i := v.Regex.SubexpIndex("value"); {
	case m == nil:
		return "", false
	case i > 0:
		s = m[i]
	case len(m) > 1:
		s = m[1]
	}
	return s, s != ""
}

var firstNumber = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

// byNumber orders by the first number in each text; those without come last.
func byNumber(a, b string) int {
	x, errX := strconv.ParseFloat(firstNumber.FindString(a), 64)
	y, errY := strconv.ParseFloat(firstNumber.FindString(b), 64)
	switch {
	case errX != nil && errY != nil:
		return strings.Compare(a, b)
	case errX != nil:
		return 1
	case errY != nil:
		return -1
	}
	return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
}

// labelValues reads label_values(label) or label_values(selector, label), as
// Grafana has it.
func labelValues(query string) (match, label string, ok bool) {
	inner, ok := strings.CutPrefix(strings.TrimSpace(query), "label_values(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return "", "", false
	}
	inner = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
	label = inner
	if i := strings.LastIndexByte(inner, ','); i >= 0 {
		match, label = strings.TrimSpace(inner[:i]), strings.TrimSpace(inner[i+1:])
	}
	return match, label, nameLen(label) == len(label) && label != ""
}

// References are the names of the variables that an expression refers to, each once.
func References(expr string) []string {
	var out []string
	for _, ref := range references(expr) {
		if !slices.Contains(out, ref.name) {
			out = append(out, ref.name)
		}
	}
	return out
}

// ExpandText replaces variables in text for people, such as a title: several
// values are joined with a comma and a blank, all are All, and nothing is escaped.
func ExpandText(text string, m Macros) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		ref, ok := referenceAt(text, i)
		if !ok {
			i++
			continue
		}
		i = ref.end
		value, ok := m.Vars[ref.name]
		if values, several := m.Multi[ref.name]; several {
			value, ok = strings.Join(values, ", "), true
		}
		if _, all := m.All[ref.name]; all {
			value, ok = All, true
		}
		if ok {
			b.WriteString(text[done:ref.start])
			b.WriteString(value)
			done = ref.end
		}
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}
