package config

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	promconfig "github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A Log is one entry of logs: where lines come from, and how they are read.
type Log struct {
	Name   string
	Kind   string   // one of LogKinds: the key that says where the lines are
	Places []string // its value: paths, units, a program and its arguments, containers, or a URL
	Select string   // which streams are meant, in the language of the kind
	Zone   *time.Location
	// Formats are those of log_formats that lines are tried for; nil: all of them.
	Formats []*logs.Format
	Terms   []sources.LogTerm // that every line passes
	Header  http.Header       // of servers
	HTTP    *promconfig.HTTPClientConfig

	key     string
	formats []named // that are looked up once the whole file is read
}

// A named is a name in the file and where it is.
type named struct {
	text string
	at   Position
}

// Key is the log's name in Config.Problem.
func (l *Log) Key() string { return l.key }

// LogKinds are the keys that say where the lines of a log are; an entry has one of them.
func LogKinds() []string {
	return []string{"paths", "journal", "command", "docker", "podman", "loki", "victorialogs"}
}

// logKeys are the keys of an entry of logs.
func logKeys() []string {
	return append(LogKinds(), "name", "select", "zone", "formats", "filters", "headers", "http")
}

// onlyFor says which kinds take a key that not all do.
var onlyFor = map[string][]string{
	"select":  {"journal", "loki", "victorialogs"},
	"headers": {"loki", "victorialogs"},
	"http":    {"loki", "victorialogs"},
}

// logList reads the list of logs. What is wrong with one entry is reported at
// its own line, and the next is read.
func logList(d *decoder, n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return errors.New("must be a list of logs, such as [{name: web, paths: [/var/log/nginx/*.log]}]")
	}
	for i, e := range list.Values {
		l := Log{key: "logs." + strconv.Itoa(i+1)}
		d.c.at[l.key] = position(e)
		if pairs, ok := mapping(e); ok {
			d.log(&l, e, pairs)
		} else {
			d.problem(position(e), "%s: must have a name and one of %s", l.key, strings.Join(LogKinds(), ", "))
		}
	}
	return nil
}

// log reads one entry of logs.
func (d *decoder) log(l *Log, e ast.Node, pairs []*ast.MappingValueNode) {
	seen := map[string]Position{}
	bad := false
	for _, p := range pairs {
		name := keyText(p.Key)
		if !d.once(seen, name, p.Key) {
			continue
		}
		if err := l.take(name, p.Value); err != nil {
			d.problem(position(p.Key), "%s.%s: %v", l.key, name, err)
			bad = true
		}
	}
	for _, key := range []string{"select", "headers", "http"} {
		if at, given := seen[key]; given && l.Kind != "" && !slices.Contains(onlyFor[key], l.Kind) {
			d.problem(at, "%s.%s: is for %s, not for %s", l.key, key, strings.Join(onlyFor[key], ", "), l.Kind)
			bad = true
		}
	}
	switch {
	case bad:
	case l.Kind == "":
		d.problem(position(e), "%s: does not say where its lines are: it needs one of %s", l.key, strings.Join(LogKinds(), ", "))
	case l.Name == "":
		d.problem(position(e), "%s: has no name", l.key)
	case slices.ContainsFunc(d.c.Logs, func(o Log) bool { return o.Name == l.Name }):
		d.problem(position(e), "%s: a log is called %q already", l.key, l.Name)
	default:
		d.c.Logs = append(d.c.Logs, *l)
	}
}

func (l *Log) take(key string, n ast.Node) (err error) {
	var text string
	switch key {
	case "name":
		l.Name, err = nameOfSource(n)
	case "paths", "journal", "command", "docker", "podman":
		var list []string
		if list, err = scalars(n); err == nil {
			err = l.lies(key, list)
		}
	case "loki", "victorialogs":
		if text, err = scalar(n); err == nil {
			err = l.lies(key, []string{text})
		}
	case "select":
		l.Select, err = scalar(n)
	case "zone":
		if text, err = scalar(n); err == nil {
			l.Zone, err = zone(text)
		}
	case "formats":
		err = l.takeFormats(n)
	case "filters":
		err = l.takeFilters(n)
	case "headers":
		l.Header, err = headers(n)
	case "http":
		l.HTTP, err = httpClient(n.String())
	default:
		err = fmt.Errorf("unknown key%s", suggest(key, logKeys()))
	}
	return err
}

// lies takes where the lines are.
func (l *Log) lies(kind string, places []string) error {
	switch {
	case l.Kind != "":
		return fmt.Errorf("the log has %s already; make two logs of it", l.Kind)
	case len(places) == 0 && (kind == "paths" || kind == "command"):
		return errors.New("is empty")
	case slices.Contains(places, ""):
		return errors.New("has an empty value")
	}
	l.Kind, l.Places = kind, places
	return nil
}

// zone finds a time zone by its IANA name.
func zone(name string) (*time.Location, error) {
	z, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return nil, fmt.Errorf("%q is no time zone; write a name such as Europe/Berlin or UTC", name)
	}
	return z, nil
}

func (l *Log) takeFormats(n ast.Node) error {
	names, err := scalars(n)
	if err != nil {
		return err
	}
	l.Formats = []*logs.Format{}
	entries := []ast.Node{n}
	if s, ok := n.(*ast.SequenceNode); ok {
		entries = s.Values
	}
	for i, name := range names {
		l.formats = append(l.formats, named{name, position(entries[i])})
	}
	return nil
}

func (l *Log) takeFilters(n ast.Node) error {
	texts, err := scalars(n)
	if err != nil {
		return err
	}
	for i, text := range texts {
		t, err := logs.ParseTerm(text)
		if err != nil {
			return fmt.Errorf("entry %d, %q: %w", i+1, text, err)
		}
		l.Terms = append(l.Terms, t)
	}
	if _, err := logs.Compile(l.Terms); err != nil {
		return err
	}
	return nil
}

// A logFormats is what the file says about formats: they may stand behind the logs that name them.
type logFormats struct {
	names  []string
	broken bool // something of them could not be read, so that a name that is not known may well be theirs
}

// logFormatList reads the list of log_formats.
func logFormatList(d *decoder, n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.formats.broken = true
		return errors.New(`must be a list of formats, such as [{name: ours, pattern: '^(?P<time>\S+) (?P<level>\w+) (?P<message>.*)$'}]`)
	}
	for i, e := range list.Values {
		key := "log_formats." + strconv.Itoa(i+1)
		d.c.at[key] = position(e)
		if !d.logFormat(key, e) {
			d.formats.broken = true
		}
	}
	return nil
}

// logFormat reads one format, and reports whether it can be used.
func (d *decoder) logFormat(key string, e ast.Node) bool {
	pairs, ok := mapping(e)
	if !ok {
		d.problem(position(e), "%s: must have name and pattern", key)
		return false
	}
	var name, pattern string
	at := position(e)
	seen := map[string]Position{}
	for _, p := range pairs {
		k := keyText(p.Key)
		if !d.once(seen, k, p.Key) {
			return false
		}
		var err error
		switch k {
		case "name":
			name, err = scalar(p.Value)
		case "pattern":
			at = position(p.Value)
			pattern, err = scalar(p.Value)
		default:
			err = fmt.Errorf("unknown key%s", suggest(k, []string{"name", "pattern"}))
		}
		if err != nil {
			d.problem(position(p.Key), "%s.%s: %v", key, k, err)
			return false
		}
	}
	switch {
	case name == "" || pattern == "":
		d.problem(position(e), "%s: must have name and pattern", key)
		return false
	case slices.Contains(d.formats.names, name):
		d.problem(position(e), "%s: a format is called %q already", key, name)
		return false
	}
	f, err := logs.UserFormat(name, pattern)
	if err != nil {
		d.problem(at, "%s.pattern: %v", key, err)
		return false
	}
	d.formats.names = append(d.formats.names, name)
	d.c.LogFormats = append(d.c.LogFormats, f)
	return true
}

// nameFormats gives each log the formats that it names.
func (d *decoder) nameFormats() {
	for i := range d.c.Logs {
		l := &d.c.Logs[i]
		for _, f := range l.formats {
			at := slices.Index(d.formats.names, f.text)
			switch {
			case at >= 0:
				l.Formats = append(l.Formats, d.c.LogFormats[at])
			case !d.formats.broken:
				d.problem(f.at, "%s.formats: log_formats has no %q; formats that are built in are found by themselves", l.key, f.text)
			}
		}
		l.formats = nil
	}
}

// tellApart takes away logs that are called as a source is: both are shown and asked by name.
func (d *decoder) tellApart() {
	d.c.Logs = slices.DeleteFunc(d.c.Logs, func(l Log) bool {
		taken := slices.ContainsFunc(d.c.Sources, func(s Source) bool { return s.Name == l.Name })
		if taken {
			d.problem(d.c.at[l.key], "%s: a source is called %q already", l.key, l.Name)
		}
		return taken
	})
}
