package loki

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// stages are the LogQL stages of terms, each with a space before it.
type stages struct {
	text  string // line filters: they decide
	sure  string // label filters whose lines pass for certain
	maybe string // label filters that all lines pass that match
	exact bool   // sure and maybe are the same: there is none
	known bool   // the server can be certain of some lines
}

// stagesOf says what the server can test. Parsers are not used: what json and
// logfmt make of a line differs from what is read out of it here, and labels that
// they add would change which line is which.
func stagesOf(terms []sources.LogTerm) stages {
	s := stages{exact: true, known: true}
	for _, t := range terms {
		switch {
		case !utf8.ValidString(t.Value):
		case t.Field == "" && t.Value != "":
			s.text += " " + lineFilter(t)
			continue
		case t.Field == sources.FieldLevel:
			good, bad, ok := levels(t)
			if !ok {
				break
			}
			s.exact = false
			s.maybe += bad
			if s.sure += good; good == "" {
				s.known = false
			}
			continue
		}
		s.exact, s.known = false, false
	}
	return s
}

func lineFilter(t sources.LogTerm) string {
	op, value := "|=", t.Value
	switch t.Op {
	case sources.LogFolded:
		op, value = "|~", "(?i)"+regexp.QuoteMeta(value)
	case sources.LogMatches:
		op = "|~"
	}
	if t.Not {
		op = "!" + op[1:]
	}
	return op + " " + strconv.Quote(value)
}

// The labels that a severity is taken from, the first first: what Loki 3 found out
// itself as it took a line in, and what senders set.
const (
	labelDetected = "detected_level"
	labelLevel    = "level"
)

// levelWords are what Loki and senders write into them.
var levelWords = []string{
	"trace", "trc", "verbose", "debug", "dbg", "info", "inf", "information", "informational", "notice", "warn", "warning", "wrn",
	"error", "err", "severe", "critical", "crit", "alert", "fatal", "emerg", "emergency", "panic",
}

// levels are label filters of a test of the level: whose lines pass for certain, and
// that only lines do not pass that fail for certain.
func levels(t sources.LogTerm) (sure, maybe string, ok bool) {
	m, err := logs.Compile([]sources.LogTerm{t})
	if err != nil {
		return "", "", false
	}
	var good, bad []string
	for _, w := range levelWords {
		if m.Match(&sources.LogLine{Severity: logs.Level(w)}) {
			good = append(good, w)
		} else {
			bad = append(bad, w)
		}
	}
	if len(good) > 0 {
		sure = " | " + labelDetected + "=~" + words(good) + " or (" + labelDetected + "!~" + words(levelWords) + " and " + labelLevel + "=~" + words(good) + ")"
	}
	if len(bad) > 0 {
		maybe = " | " + labelDetected + "!~" + words(bad) + " and (" + labelDetected + "=~" + words(levelWords) + " or " + labelLevel + "!~" + words(bad) + ")"
	}
	return sure, maybe, true
}

// unknownLevel is a label filter of the lines whose labels tell no level.
func unknownLevel() string {
	return " | " + labelDetected + "!~" + words(levelWords) + " and " + labelLevel + "!~" + words(levelWords)
}

func words(list []string) string { return strconv.Quote("(?i)(" + strings.Join(list, "|") + ")") } // label matchers are anchored

// selector writes labels as LogQL selects them.
func selector(l sources.Labels) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, label := range l {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(label.Name + "=" + strconv.Quote(label.Value))
	}
	b.WriteByte('}')
	return b.String()
}
