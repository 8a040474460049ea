package config

import (
	"errors"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const whole = `# everything
board: host
range: 2h
refresh: 1.5s
interval: 5s
theme: night
vars:
  host: db-1
  port: [5432, 5433]
ascii: true
mouse: false
read_only: true
utc: true
log_file: /var/log/nightjar.log
keys:
  quit: [q, ctrl+q]
  help: "?"
boards: [~/boards, one.yaml]
themes: mine.yaml
sources:
  - {name: prod, url: 'http://prom.example', kind: prometheus, interval: 30s, headers: {X-Scope-OrgID: team}}
scrape_configs:
  - job_name: apps
logs:
  - {name: web, paths: [/var/log/web/*.log, b.log], zone: Europe/Berlin, formats: [ours], filters: ['level>=warn', -healthz]}
  - {name: units, journal: [], select: PRIORITY=3}
  - name: pods
    command: [kubectl, logs, -f, deploy/api]
  - {name: box, docker: web-1}
  - {name: pod, podman: web-2}
  - {name: fleet, loki: 'https://loki.example', select: '{app="api"}', headers: {X-Scope-OrgID: team}, http: {follow_redirects: false}}
  - {name: vl, victorialogs: 'http://127.0.0.1:9428'}
log_formats:
  - {name: ours, pattern: '^(?P<time>\S+ \S+) ! (?P<level>\w+) ! (?P<message>.*)$'}
`

func TestEveryKeyIsRead(t *testing.T) {
	c, err := Decode("config.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Keys() {
		if !c.Has(k) {
			t.Errorf("%s is not read by this test's file", k)
		}
	}
	c.at, c.text, c.file = nil, nil, ""
	ours, err := logs.UserFormat("ours", `^(?P<time>\S+ \S+) ! (?P<level>\w+) ! (?P<message>.*)$`)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	plain := promconfig.DefaultHTTPClientConfig
	plain.FollowRedirects = false
	want := &Config{
		Board: "host", Range: "2h", Refresh: 1500 * time.Millisecond, Interval: 5 * time.Second, Theme: "night",
		Vars: map[string][]string{"host": {"db-1"}, "port": {"5432", "5433"}}, ASCII: true, ReadOnly: true, UTC: true,
		Sources: []Source{{
			Name: "prod", URL: "http://prom.example", Kind: "prometheus", Interval: 30 * time.Second,
			Header: http.Header{"X-Scope-Orgid": {"team"}}, key: "sources.1",
		}},
		ScrapeConfigs: "  - job_name: apps",
		Logs: []Log{
			{
				Name: "web", Kind: "paths", Places: []string{"/var/log/web/*.log", "b.log"}, Zone: berlin, Formats: []*logs.Format{ours},
				Terms: []sources.LogTerm{{Field: "level", Op: sources.LogGreaterEqual, Value: "warn"}, {Not: true, Op: sources.LogContains, Value: "healthz"}}, key: "logs.1",
			},
			{Name: "units", Kind: "journal", Places: []string{}, Select: "PRIORITY=3", key: "logs.2"},
			{Name: "pods", Kind: "command", Places: []string{"kubectl", "logs", "-f", "deploy/api"}, key: "logs.3"},
			{Name: "box", Kind: "docker", Places: []string{"web-1"}, key: "logs.4"},
			{Name: "pod", Kind: "podman", Places: []string{"web-2"}, key: "logs.5"},
			{
				Name: "fleet", Kind: "loki", Places: []string{"https://loki.example"}, Select: `{app="api"}`,
				Header: http.Header{"X-Scope-Orgid": {"team"}}, HTTP: &plain, key: "logs.6",
			},
			{Name: "vl", Kind: "victorialogs", Places: []string{"http://127.0.0.1:9428"}, key: "logs.7"},
		},
		LogFormats: []*logs.Format{ours},
		LogFile:    "/var/log/nightjar.log", Keys: map[string][]string{"quit": {"q", "ctrl+q"}, "help": {"?"}},
		Boards: []string{"~/boards", "one.yaml"}, Themes: []string{"mine.yaml"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestProblems(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		_, err := Decode("c.yaml", []byte(text))
		got := ""
		if err != nil {
			var p Problems
			if !errors.As(err, &p) {
				t.Fatalf("%q: %T is no Problems", text, err)
			}
			got = err.Error()
		}
		if want := strings.Join(want, "\n"); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	f("")
	f("# only a comment\n")
	f("---\n")
	f("rnage: 2h\n", `c.yaml:1:1: unknown key "rnage"; did you mean "range"?`)
	f("theme: night\nread-only: true\n", `c.yaml:2:1: unknown key "read-only"; did you mean "read_only"?`)
	f("frobnicate: 1\n", `c.yaml:1:1: unknown key "frobnicate"; known are `+strings.Join(Keys(), ", "))
	f("theme: a\ntheme: b\n", `c.yaml:2:1: mapping key "theme" already defined at [1:1]`)
	f("refresh: 5\n", `c.yaml:1:10: refresh: "5" needs a unit (ms, s, m, h, d, w), such as 5s`)
	f("refresh: 1ms\n", `c.yaml:1:10: refresh: "1ms" is too short; the least is 250ms`)
	f("interval: fast\n", `c.yaml:1:11: interval: "fast" is not a duration; write one such as 5s, 1.5h or 1h30m`)
	f("mouse: maybe\n", `c.yaml:1:8: mouse: must be true or false`)
	f("sources: [{name: all, url: 'http://h'}]\n",
		`c.yaml:1:12: sources.1.name: all is what asks every source: choose another name`)
	f("theme:\n", `c.yaml:1:1: theme: has no value`)
	f("theme: ''\n", `c.yaml:1:8: theme: is empty; leave the key out for the default`)
	f("theme: [a]\n", `c.yaml:1:8: theme: must be a single value`)
	f("vars: [a]\n", `c.yaml:1:7: vars: must be names and values, one a line`)
	f("vars:\n  a: {b: c}\n", `c.yaml:2:3: vars.a: must be a list such as [a, b]: must be a single value`)
	f("keys:\n  quit: [q, [x]]\n", `c.yaml:2:3: keys.quit: entry 2: must be a single value`)
	f("- a\n- b\n", `c.yaml:1:1: is not a list of keys and values, such as "theme: night"`)
	f("just words\n", `c.yaml:1:1: is not a list of keys and values, such as "theme: night"`)
	f("theme: a\n---\ntheme: b\n", `c.yaml:3:1: a second document: the file is one`)
	f("a: &x 1\ntheme: *x\n", `c.yaml:1:1: unknown key "a"; known are `+strings.Join(Keys(), ", "),
		`c.yaml:2:8: theme: anchors, aliases and tags are not supported here`)
	// All of them, in the order of the lines.
	f("mouse: 1\nthme: x\nutc: 2\n", `c.yaml:1:8: mouse: must be true or false`,
		`c.yaml:2:1: unknown key "thme"; did you mean "theme"?`, `c.yaml:3:6: utc: must be true or false`)
}

func TestProblemsOfLogs(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		c, problems := Inspect("c.yaml", []byte(text))
		got := ""
		if len(problems) > 0 {
			got = problems.Error()
		}
		if want := strings.Join(want, "\n"); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		if len(problems) > 0 && len(c.Logs) > 1 {
			t.Errorf("%q: %d logs are left", text, len(c.Logs))
		}
	}
	kinds := strings.Join(LogKinds(), ", ")
	f("logs: []\nlog_formats: []\n")
	f("logs:\n  - {name: a, paths: x.log}\n  - {name: b, journal: nginx}\n")
	f("logs: web\n", "c.yaml:1:7: logs: must be a list of logs, such as [{name: web, paths: [/var/log/nginx/*.log]}]")
	f("logs: [web]\n", "c.yaml:1:8: logs.1: must have a name and one of "+kinds)
	f("logs:\n  - {name: a}\n", "c.yaml:2:6: logs.1: does not say where its lines are: it needs one of "+kinds)
	f("logs:\n  - {paths: [a]}\n", "c.yaml:2:6: logs.1: has no name")
	f("logs:\n  - name: a\n    path: [a]\n", `c.yaml:3:5: logs.1.path: unknown key; did you mean "paths"?`)
	f("logs:\n  - name: a\n    paths: [a]\n    journal: []\n", "c.yaml:4:5: logs.1.journal: the log has paths already; make two logs of it")
	f("logs:\n  - {name: a, paths: []}\n", "c.yaml:2:15: logs.1.paths: is empty")
	f("logs:\n  - {name: a, command: [kubectl, '']}\n", "c.yaml:2:15: logs.1.command: has an empty value")
	f("logs:\n  - {name: a, loki: [x]}\n", "c.yaml:2:15: logs.1.loki: must be a single value")
	f("logs:\n  - {name: a b, docker: x}\n", "c.yaml:2:6: logs.1.name: must be letters, digits and . _ : -")
	f("logs:\n  - {name: all, docker: x}\n", "c.yaml:2:6: logs.1.name: all is what asks every source: choose another name")
	f("logs:\n  - {name: a, paths: x, name: b}\n", `c.yaml:2:25: mapping key "name" already defined at [2:6]`)
	f("logs:\n  - {name: a, paths: x}\n  - {name: a, docker: x}\n", `c.yaml:3:6: logs.2: a log is called "a" already`)
	f("logs:\n  - {name: a, docker: x}\nsources:\n  - {name: a, url: 'http://h'}\n", `c.yaml:2:6: logs.1: a source is called "a" already`)
	f("logs:\n  - {name: a, paths: x, zone: Mars/Olympus}\n",
		`c.yaml:2:25: logs.1.zone: "Mars/Olympus" is no time zone; write a name such as Europe/Berlin or UTC`)
	f("logs:\n  - {name: a, paths: x, headers: {A: b}}\n", "c.yaml:2:25: logs.1.headers: is for loki, victorialogs, not for paths")
	f("logs:\n  - {name: a, select: x, command: [y]}\n", "c.yaml:2:15: logs.1.select: is for journal, loki, victorialogs, not for command")
	f("logs:\n  - {name: a, loki: 'http://h', http: {basic_auht: 1}}\n",
		"c.yaml:2:33: logs.1.http: unmarshal errors:   line 1: field basic_auht not found in type config.plain")
	f("logs:\n  - {name: a, paths: x, filters: ['/[/']}\n",
		"c.yaml:2:25: logs.1.filters: entry 1, \"/[/\": regexp: missing closing ]: col 2")
	f("logs:\n  - name: a\n    paths: x\n    formats: [ours,\n      theirs]\nlog_formats: [{name: ours, pattern: '(?P<x>.)'}]\n",
		`c.yaml:5:7: logs.1.formats: log_formats has no "theirs"; formats that are built in are found by themselves`)
	f("log_formats: ours\n", `c.yaml:1:14: log_formats: must be a list of formats, such as [{name: ours, pattern: '^(?P<time>\S+) (?P<level>\w+) (?P<message>.*)$'}]`)
	f("log_formats:\n  - {name: a}\n", "c.yaml:2:6: log_formats.1: must have name and pattern")
	f("log_formats:\n  - {name: a, patern: x}\n", `c.yaml:2:15: log_formats.1.patern: unknown key; did you mean "pattern"?`)
	f("log_formats:\n  - {name: a, pattern: '(?P<x>.)'}\n  - {name: a, pattern: '(?P<x>.)'}\n", `c.yaml:3:6: log_formats.2: a format is called "a" already`)
	f("log_formats:\n  - {name: a, pattern: abc}\n",
		"c.yaml:2:24: log_formats.1.pattern: format a: no named groups; write (?P<time>...), (?P<level>...), (?P<message>...) or (?P<field>...)")
	// Of what names a format that is broken, nothing more is said.
	f("log_formats:\n  - {name: a, pattern: '(?P<x>['}\nlogs:\n  - {name: b, paths: x, formats: a}\n",
		"c.yaml:2:24: log_formats.1.pattern: format a: column 7: missing closing ]: \"[\"; write it in the syntax of RE2")
}

// What has a problem is as if it were not there; the rest can be looked at further.
func TestInspectKeepsTheRest(t *testing.T) {
	c, problems := Inspect("c.yaml", []byte("utc: maybe\nrefresh: soon\ntheme: night\nkeys: {quit: [q], full: [[x]], quit: x}\nboards: [a, b]\ntheme: dark\n"))
	if len(problems) != 5 || c.Has("utc") || c.Has("refresh") || c.Refresh != 0 || c.Theme != "night" || len(c.Boards) != 2 {
		t.Errorf("%v: %+v", problems, c)
	}
	if want := map[string][]string{"quit": {"q"}}; !reflect.DeepEqual(c.Keys, want) {
		t.Errorf("keys are %v", c.Keys)
	}
	if got := c.Problem("boards.2", "lost").Error(); got != "c.yaml:5:13: lost" {
		t.Error(got)
	}
}

func TestSortedPutsTheFileFirst(t *testing.T) {
	p := func(file string, line int) *Problem { return NewProblem(file, nil, Position{line, 1}, "x") }
	got := Problems{p("b", 9), p("b", 2), p("c", 7), p("a", 5), p("c", 1), p("c", 7)}.Sorted("c").Error()
	if want := "c:1:1: x\nc:7:1: x\nb:9:1: x\nb:2:1: x\na:5:1: x"; got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestTooLarge(t *testing.T) {
	_, err := Decode("c.yaml", make([]byte, MaxSize+1))
	if err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

func TestBrokenYAMLShowsItsLine(t *testing.T) {
	_, err := Decode("c.yaml", []byte("theme: night\nkeys: [a, b\nutc: true\n"))
	var p Problems
	if !errors.As(err, &p) || len(p) != 1 || p[0].Position.Line == 0 || p[0].Line == "" {
		t.Fatalf("got %#v", err)
	}
}

func TestExcerpt(t *testing.T) {
	_, err := Decode("c.yaml", []byte("board: host\nthème: x\nvars: {a: b, c: {d: e}}\n"))
	var p Problems
	if !errors.As(err, &p) || len(p) != 2 {
		t.Fatalf("got %v", err)
	}
	if got, want := p[0].Excerpt(), "    2 | thème: x\n      | ^\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got, want := p[1].Excerpt(), "    3 | vars: {a: b, c: {d: e}}\n      |              ^\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProblemOfAKey(t *testing.T) {
	c, err := Decode("c.yaml", []byte("keys:\n  quit: q\n  help: q\ntheme: nope\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Problem("theme", "no such theme").Error(); got != "c.yaml:4:8: no such theme" {
		t.Error(got)
	}
	if got := c.Problem("keys.help", "taken").Error(); got != "c.yaml:3:3: taken" {
		t.Error(got)
	}
	if got := c.Problem("range", "odd").Error(); got != "c.yaml: odd" {
		t.Error(got)
	}
}

func TestParseDuration(t *testing.T) {
	f := func(s string, want time.Duration) {
		t.Helper()
		got, err := ParseDuration(s, 0)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	f("500ms", 500*time.Millisecond)
	f("1.5s", 1500*time.Millisecond)
	f("1h30m", 90*time.Minute)
	f("2d", 48*time.Hour)
	f("1w", 168*time.Hour)
	f(" 5m ", 5*time.Minute)
	for _, bad := range []string{"", "5", "m", "-5s", "5x", "1e3s", "..s", "99999999999w", "5s!"} {
		if d, err := ParseDuration(bad, 0); err == nil {
			t.Errorf("%q is read as %v", bad, d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	// A key at a time: what it costs to make an input smaller grows with its square.
	for _, text := range wholeByKey(f) {
		f.Add([]byte(text))
	}
	f.Add([]byte("keys:\n  quit: [q, [x]]\n"))
	f.Add([]byte("a: &x {b: *x}\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Fuzz(checkDecode)
}

// wholeByKey cuts the text of every key into a text for each.
func wholeByKey(t testing.TB) []string {
	t.Helper()
	var texts []string
	for line := range strings.Lines(whole) {
		if strings.HasPrefix(line, " ") {
			texts[len(texts)-1] += line
			continue
		}
		texts = append(texts, line)
	}
	if len(texts) != len(Keys())+1 {
		t.Fatalf("%d texts of %d keys and a comment", len(texts), len(Keys()))
	}
	return texts
}

func TestAllKeysTogetherHold(t *testing.T) {
	checkDecode(t, []byte(whole))
	checkDecode(t, []byte(strings.ReplaceAll(whole, ": ", ": [")))
	checkDecode(t, []byte(strings.ReplaceAll(whole, "e", "\xff")))
}

// checkDecode fails unless there is a configuration or else problems, each of them short.
func checkDecode(t *testing.T, text []byte) {
	t.Helper()
	c, err := Decode("c.yaml", text)
	if (c == nil) == (err == nil) {
		t.Fatalf("config %v with error %v", c, err)
	}
	var p Problems
	if err != nil && !errors.As(err, &p) {
		t.Fatalf("%T is no Problems", err)
	}
	for _, x := range p {
		if strings.Count(x.Excerpt(), "\n") > 2 {
			t.Errorf("excerpt of more than two lines: %q", x.Excerpt())
		}
		if strings.Contains(x.Error(), "\n") {
			t.Errorf("message of more than one line: %q", x.Error())
		}
	}
}

// What docs/logs.md shows as a configuration is one.
func TestDocumentedLogs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/logs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\nlogs:")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("there is no example")
	}
	c, err := Decode("logs.md", []byte("logs:"+example))
	if err != nil || len(c.Logs) != 6 || len(c.LogFormats) != 1 {
		t.Errorf("%+v: %v", c, err)
	}
	for _, key := range logKeys() {
		if !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("the key %s is not documented", key)
		}
	}
}
