package logs

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nightjar/sources"
)

// A TermError says what is wrong in the text of a term, and where.
type TermError struct {
	Col  int // in characters, from 1
	What string
}

// Error is such as "regexp: missing closing ): col 5".
func (e *TermError) Error() string { return fmt.Sprintf("%s: col %d", e.What, e.Col) }

// ParseTerm reads one term as a person types it, by the clock and the zone of
// this machine; docs/logs-filter.md has the language. Its error is a *TermError.
func ParseTerm(text string) (sources.LogTerm, error) {
	return ParseTermAt(text, time.Now(), time.Local)
}

// ParseTermAt is ParseTerm with the moment and the zone that times without a
// date, a zone or either are read by. Times become RFC 3339, severities their
// names, so that the term means the same later.
func ParseTermAt(text string, now time.Time, zone *time.Location) (sources.LogTerm, error) {
	p := termParser{text: text, now: now, zone: zone}
	return p.parse()
}

type termOp struct {
	text string
	not  bool
	op   sources.LogOp
}

// The operators after the name of a field; of several that fit the longest
// counts, of several that mean one thing the first is written.
var termOps = []termOp{
	{"!=", true, sources.LogEqual},
	{"!~", true, sources.LogMatches},
	{"=~", false, sources.LogMatches},
	{"*=", false, sources.LogContains},
	{"~=", false, sources.LogFolded},
	{">=", false, sources.LogGreaterEqual},
	{"<=", false, sources.LogLessEqual},
	{"=", false, sources.LogEqual},
	{"==", false, sources.LogEqual},
	{">", false, sources.LogGreater},
	{"<", false, sources.LogLess},
}

const hasPrefix = "has:"

// foldPrefix marks text whose case does not matter.
const foldPrefix = "~"

type termParser struct {
	text string
	now  time.Time
	zone *time.Location
}

// fail is an error at a byte of the text.
func (p *termParser) fail(at int, format string, args ...any) error {
	return &TermError{Col: utf8.RuneCountInString(p.text[:at]) + 1, What: fmt.Sprintf(format, args...)}
}

func (p *termParser) parse() (sources.LogTerm, error) {
	end := len(strings.TrimRight(p.text, " \t"))
	at := len(p.text[:end]) - len(strings.TrimLeft(p.text[:end], " \t"))
	if at == end {
		return sources.LogTerm{}, p.fail(0, "nothing to search for")
	}
	not := p.text[at] == '-' || p.text[at] == '!'
	if not {
		at++
		if at == end {
			return sources.LogTerm{}, p.fail(at-1, "nothing after %s; to search for it, write %q", p.text[at-1:at], p.text[at-1:at])
		}
	}
	t, err := p.body(at, end)
	if err != nil {
		return sources.LogTerm{}, err
	}
	t.Not = t.Not != not
	return t, nil
}

// body reads what follows the sign.
func (p *termParser) body(at, end int) (sources.LogTerm, error) {
	text := p.text[at:end]
	if name, n, ok := p.name(at, end); ok {
		var op termOp
		for _, o := range termOps {
			if len(o.text) > len(op.text) && strings.HasPrefix(text[n:], o.text) {
				op = o
			}
		}
		if op.text != "" {
			return p.test(sources.LogTerm{Not: op.not, Field: name, Op: op.op}, at, at+n+len(op.text), end)
		}
	}
	if strings.HasPrefix(text, hasPrefix) {
		if name, n, ok := p.name(at+len(hasPrefix), end); ok && len(hasPrefix)+n == len(text) {
			return sources.LogTerm{Field: name, Op: sources.LogHas}, nil
		}
	}
	if pattern, fold, ok := slashed(text); ok {
		if err := p.regexp(pattern, at+1); err != nil {
			return sources.LogTerm{}, err
		}
		if fold {
			pattern = foldFlag + pattern
		}
		return sources.LogTerm{Op: sources.LogMatches, Value: pattern}, nil
	}
	op := sources.LogContains
	if rest, ok := strings.CutPrefix(text, foldPrefix); ok && rest != "" {
		op = sources.LogFolded
		at = end - len(strings.TrimLeft(rest, " \t"))
	}
	value, err := p.value(at, end)
	if err == nil && value == "" {
		err = p.fail(at, "nothing to search for")
	}
	return sources.LogTerm{Op: op, Value: value}, err
}

// test reads the value of a field test.
func (p *termParser) test(t sources.LogTerm, start, at, end int) (sources.LogTerm, error) {
	at = end - len(strings.TrimLeft(p.text[at:end], " \t"))
	value, err := p.value(at, end)
	if err != nil {
		return t, err
	}
	t.Value = value
	compares := t.Op >= sources.LogEqual && t.Op <= sources.LogGreaterEqual
	switch {
	case t.Field == sources.FieldTime && !compares:
		return t, p.fail(start, "time takes = != < <= > >= only")
	case t.Op == sources.LogMatches:
		quoted := value != p.text[at:end]
		if err := p.regexp(value, at); err != nil && quoted {
			return t, p.fail(at, "%s", err.(*TermError).What) //nolint:errorlint // regexp returns no other
		} else if err != nil {
			return t, err
		}
	case t.Field == sources.FieldTime:
		when, err := parseWhen(value, p.now, p.zone)
		if err != nil {
			return t, p.fail(at, "%v", err)
		}
		t.Value = when.Format(time.RFC3339Nano)
	case t.Field == sources.FieldLevel && compares:
		band, ok := parseLevel(value)
		if !ok {
			return t, p.fail(at, "level: %q is not one of trace, debug, info, warn, error, fatal and unknown", value)
		}
		t.Value = band.name
	case compares && t.Op != sources.LogEqual && value == "":
		return t, p.fail(at, "nothing to compare %s with", t.Field)
	}
	return t, nil
}

// name reads the name of a field, bare or quoted, and says how many bytes it took.
func (p *termParser) name(at, end int) (name string, n int, ok bool) {
	text := p.text[at:end]
	if strings.HasPrefix(text, `"`) {
		name, n, bad := unquote(text)
		return name, n, bad < 0 && name != ""
	}
	for n < len(text) && isNameByte(text[n], n == 0) {
		n++
	}
	return text[:n], n, n > 0 && text[n-1] != '-' // "a->b" is no test
}

func isNameByte(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '@':
		return true
	case '0' <= c && c <= '9', c == '.', c == '-', c == '/', c == '$':
		return !first
	}
	return false
}

// value is the text, or what its quotes hold if they hold all of it.
func (p *termParser) value(at, end int) (string, error) {
	text := p.text[at:end]
	if !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	value, n, bad := unquote(text)
	switch {
	case bad == len(text):
		return "", p.fail(at, "no closing quote")
	case n < len(text): // such as "level":"error", pasted
		return text, nil
	case bad >= 0:
		return "", p.fail(at+bad, `bad escape in quotes; write \\ for one backslash`)
	}
	return value, nil
}

// FormatTerm writes a term so that ParseTerm gives it back. A term that the
// language cannot say (see Compile) is written as text.
func FormatTerm(t sources.LogTerm) string {
	name := t.Field
	if bare, n, ok := (&termParser{text: name}).name(0, len(name)); !ok || n != len(name) || bare != name {
		name = quote(name)
	}
	if t.Field == "" {
		switch t.Op {
		case sources.LogFolded:
			return formatted(t, sign(t.Not)+foldPrefix)
		case sources.LogMatches:
			return sign(t.Not) + slash(t.Value)
		}
		return formatted(t, sign(t.Not))
	}
	if t.Op == sources.LogHas {
		return sign(t.Not) + hasPrefix + name
	}
	// An operator that says Not itself, as != does, before a sign.
	same := func(not bool) func(termOp) bool {
		return func(o termOp) bool { return o.op == t.Op && o.not == not }
	}
	if i := slices.IndexFunc(termOps, same(t.Not)); i >= 0 {
		return formatted(t, name+termOps[i].text)
	}
	if i := slices.IndexFunc(termOps, same(false)); i >= 0 {
		return formatted(t, sign(t.Not)+name+termOps[i].text)
	}
	return quote(t.Value)
}

// formatted is prefix and value, in quotes if it does not mean t without them.
func formatted(t sources.LogTerm, prefix string) string {
	text := prefix + t.Value
	if got, err := ParseTermAt(text, time.Time{}, time.UTC); err == nil && got == t && strings.IndexByte(text, '\n') < 0 {
		return text
	}
	return prefix + quote(t.Value)
}

func sign(not bool) string {
	if not {
		return "-"
	}
	return ""
}

// foldFlag begins a regexp whose case does not matter, as RE2 writes it.
const foldFlag = "(?i)"

// slashed takes /re/ or /re/i apart. What has no second slash there is text,
// such as /var/log; so is // without a regexp in it.
func slashed(text string) (pattern string, fold, ok bool) {
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return "", false, false
	}
	rest, fold = strings.CutSuffix(rest, "i")
	pattern, ok = strings.CutSuffix(rest, "/")
	return pattern, fold, ok && pattern != ""
}

func slash(pattern string) string {
	if rest, ok := strings.CutPrefix(pattern, foldFlag); ok && rest != "" {
		return "/" + rest + "/i"
	}
	return "/" + pattern + "/"
}

// regexp checks a pattern that stands at a byte of the text.
func (p *termParser) regexp(pattern string, at int) error {
	_, err := syntax.Parse(pattern, syntax.Perl)
	if err == nil {
		return nil
	}
	offset, what := patternFault(pattern, err)
	if at+offset > len(p.text) {
		offset = 0
	}
	return p.fail(at+offset, "regexp: %s", what)
}
