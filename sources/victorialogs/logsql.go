package victorialogs

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// form makes parameters of names and values in turn.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// all is the LogsQL filter of the lines that are meant at all.
func (s *Source) all(only string) string {
	var parts []string
	for _, p := range []string{s.o.Select, only} {
		if p = strings.TrimSpace(p); p != "" && p != "*" {
			parts = append(parts, "("+p+")")
		}
	}
	if len(parts) == 0 {
		return "*"
	}
	return strings.Join(parts, " ")
}

// between is the LogsQL filter of a time span in Unix nanoseconds, from <= t < to.
func between(from, to int64) string {
	return "_time:[" + stamp(from) + ", " + stamp(to) + ")"
}

func stamp(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }

// A test is what the server can say of a term. The server does not see what is
// parsed out of a message here, such as the fields of a line of JSON in it: of a line without
// a field of that name it cannot tell.
type test struct {
	sure  string // lines that pass for certain; empty: of none it is certain
	maybe string // all lines that pass, and perhaps others; empty: all
}

func exactly(filter string) test { return test{filter, filter} }

// tests are the tests of terms in turn.
func tests(terms []sources.LogTerm) []test {
	var all []test
	for _, t := range terms {
		all = append(all, testOf(t))
	}
	return all
}

// maybe is a filter that all lines that pass the tests pass; exact reports that no others do.
func maybe(all []test) (filter string, exact bool) {
	exact = true
	for _, t := range all {
		if t.maybe != "" {
			filter += " " + t.maybe
		}
		exact = exact && t.sure != "" && t.sure == t.maybe
	}
	return filter, exact
}

// sure is a filter whose lines pass all tests; ok reports that there is one.
func sure(all []test) (filter string, ok bool) {
	for _, t := range all {
		if t.sure == "" {
			return "", false
		}
		filter += " " + t.sure
	}
	return filter, true
}

func testOf(t sources.LogTerm) test {
	if !utf8.ValidString(t.Value) {
		return test{}
	}
	switch {
	case t.Field == "":
		return ofText(t)
	case t.Field == sources.FieldTime:
		return ofTime(t)
	case t.Field == sources.FieldLevel:
		return ofLevel(t)
	case strings.HasPrefix(t.Field, "_"): // the server's own, which are no fields of a line
		return test{}
	}
	return ofField(t)
}

func ofText(t sources.LogTerm) test {
	re, ok := expression(t)
	if !ok {
		return test{}
	}
	return exactly(negated(t.Not, "_msg:~"+strconv.Quote(re)))
}

// expression is the regexp that a test of text is.
func expression(t sources.LogTerm) (string, bool) {
	switch {
	case t.Value == "":
	case t.Op == sources.LogContains:
		return regexp.QuoteMeta(t.Value), true
	case t.Op == sources.LogFolded:
		return "(?i)" + regexp.QuoteMeta(t.Value), true
	case t.Op == sources.LogMatches:
		return "(?-s:" + t.Value + ")", true // a dot is no line end, whatever the server thinks
	}
	return "", false
}

func negated(not bool, filter string) string {
	if not {
		return "!(" + filter + ")"
	}
	return "(" + filter + ")"
}

func ofTime(t sources.LogTerm) test {
	at, err := time.Parse(time.RFC3339Nano, t.Value)
	if err != nil {
		return test{}
	}
	const first, last = "1970-01-01T00:00:00Z", "2262-01-01T00:00:00Z"
	lo, hi := first, last
	ns := at.UnixNano()
	switch t.Op {
	case sources.LogEqual:
		lo, hi = stamp(ns), stamp(ns+1)
	case sources.LogLess:
		hi = stamp(ns)
	case sources.LogLessEqual:
		hi = stamp(ns + 1)
	case sources.LogGreater:
		lo = stamp(ns + 1)
	case sources.LogGreaterEqual:
		lo = stamp(ns)
	default:
		return test{}
	}
	return exactly(negated(t.Not, "_time:["+lo+", "+hi+")"))
}

// plain is a number whose order the server and we see the same.
var plain = regexp.MustCompile(`^[0-9]{1,15}$`)

var comparisons = map[sources.LogOp][2]string{ // and its opposite
	sources.LogLess:         {"<", ">="},
	sources.LogLessEqual:    {"<=", ">"},
	sources.LogGreater:      {">", "<="},
	sources.LogGreaterEqual: {">=", "<"},
}

func ofField(t sources.LogTerm) test {
	name := strconv.Quote(t.Field) + ":"
	there, absent := name+"*", name+`""`
	switch t.Op {
	case sources.LogHas:
		if t.Not {
			return test{maybe: absent}
		}
		return test{sure: there}
	case sources.LogContains, sources.LogFolded, sources.LogMatches:
		re, ok := expression(t)
		if !ok {
			return test{}
		}
		return decided(t.Not, name+"~"+strconv.Quote(re), there, absent)
	case sources.LogEqual:
		if t.Value == "" {
			return test{}
		}
		return decided(t.Not, name+"="+strconv.Quote(t.Value), there, absent)
	}
	c, ok := comparisons[t.Op]
	if !ok || !plain.MatchString(t.Value) {
		return test{}
	}
	number := " " + name + "~" + strconv.Quote(plain.String())
	holds, fails := "("+name+c[0]+t.Value+number+")", "("+name+c[1]+t.Value+number+")"
	if t.Not {
		holds, fails = fails, holds
	}
	return test{holds, "!" + fails}
}

// decided is a test of a field's value that the server decides where the field is.
func decided(not bool, passes, there, absent string) test {
	if not {
		return test{"(" + there + " !" + passes + ")", "!" + passes}
	}
	return test{passes, "(" + passes + " or " + absent + ")"}
}

// levelFields are the fields that a severity is taken from, the first first.
var levelFields = []string{"level", "severity", "severity_text", "log.level", "detected_level", "lvl", "PRIORITY"}

// levelWords are what programs write into them.
var levelWords = []string{
	"trace", "trc", "verbose", "debug", "dbg", "info", "inf", "information", "informational", "notice", "warn", "warning", "wrn",
	"error", "err", "severe", "critical", "crit", "alert", "fatal", "emerg", "emergency", "panic", "t", "d", "i", "w", "e", "f",
	"0", "1", "2", "3", "4", "5", "6", "7",
}

// ofLevel tests what levelFields hold, the first that is there deciding.
func ofLevel(t sources.LogTerm) test {
	m, err := logs.Compile([]sources.LogTerm{t})
	if err != nil {
		return test{}
	}
	var good, bad []string
	for _, w := range levelWords {
		if m.Match(&sources.LogLine{Severity: logs.Level(w)}) {
			good = append(good, w)
		} else {
			bad = append(bad, w)
		}
	}
	return test{sure: ofWords(good), maybe: negatedIf(ofWords(bad))}
}

func negatedIf(filter string) string {
	if filter == "" {
		return ""
	}
	return "!" + filter
}

// ofWords are the lines whose level is one of the words.
func ofWords(words []string) string {
	if len(words) == 0 {
		return ""
	}
	value := "~" + strconv.Quote("(?i)^("+strings.Join(words, "|")+")$")
	var any []string
	absent := ""
	for _, f := range levelFields {
		name := strconv.Quote(f) + ":"
		any = append(any, "("+absent+name+value+")")
		absent += name + `"" `
	}
	return "(" + strings.Join(any, " or ") + ")"
}
