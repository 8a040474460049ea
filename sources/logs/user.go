package logs

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// A Format is a format of lines that a user describes.
type Format struct {
	name    string
	pattern *regexp.Regexp
	groups  []string // names by number of the group
}

// UserFormat makes a format of a regular expression (RE2) with named groups. A
// line is of the format if the expression matches it, somewhere unless anchored.
// The group time holds a time as written in any of the layouts in docs/logs.md,
// level a severity as a word, letter or number, message what is shown; any other
// name becomes a field. name is what the screen shows.
func UserFormat(name, pattern string) (*Format, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		if e := (*syntax.Error)(nil); errors.As(err, &e) {
			at := strings.Index(pattern, e.Expr) + 1
			return nil, fmt.Errorf("format %s: column %d: %s: %q; write it in the syntax of RE2", name, at, e.Code, e.Expr)
		}
		return nil, fmt.Errorf("format %s: %w", name, err)
	}
	f := &Format{name: name, pattern: re, groups: re.SubexpNames()}
	seen := map[string]bool{}
	for _, g := range f.groups {
		if seen[g] {
			return nil, fmt.Errorf("format %s: the group %s is there twice; name each group once", name, g)
		}
		if g != "" {
			seen[g] = true
		}
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("format %s: no named groups; write (?P<time>...), (?P<level>...), (?P<message>...) or (?P<field>...)", name)
	}
	return f, nil
}

// user reads a line of a user's format.
func (r *record) user(f *Format, s string) bool {
	m := f.pattern.FindStringSubmatchIndex(s)
	if m == nil {
		return false
	}
	r.shape = shapeUser
	r.say(s, true)
	for i, name := range f.groups {
		if name == "" || m[2*i] < 0 {
			continue
		}
		v := s[m[2*i]:m[2*i+1]]
		switch name {
		case "time":
			if r.lift(meansTime, v) {
				continue
			}
		case "level":
			if r.lift(meansLevel, v) {
				continue
			}
		case "message":
			r.say(v, m[2*i+1] == len(s))
			continue
		}
		r.add(name, v)
	}
	return true
}
