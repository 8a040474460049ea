package boards

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func known(u string) bool { return u == "" || u == "bytes" || u == "percentunit" || u == "s" }

const full = `
name: all
title: Everything
description: One of each
range: 15m
refresh: 5s
variables:
  - name: host
    label: Host
    options: [a, b]
    value: b
  - name: window
    value: 10m
rows:
  - title: First
    panels:
      - id: cpu
        title: CPU by mode
        description: What it does
        kind: graph
        source: prom
        link: processes
        unit: percentunit
        decimals: 1
        min: 0
        max: 1.5
        span: 8
        min_width: 40
        height: 12
        min_height: 6
        priority: 1
        legend: right
        sort: max
        top: 8
        graph: {style: area, stack: true, auto: true}
        thresholds:
          - {at: 0.8, level: warning, area: true}
          - {at: 0.95, level: critical}
        queries:
          - rate(node_cpu_seconds_total{instance="$host"}[$window])
          - expr: sum(rate(x[$__rate_interval]))
            legend: "{{mode}}"
            name: sum
            unit: s
            reduce: max
            invert: true
            hidden: true
            thresholds: [{at: 3, below: true, level: info}]
      - title: "Memory: used"
        kind: stat
        queries: [up]
      - title: "Memory used"
        kind: gauge
        max: 10
        queries: [up]
  - panels:
      - kind: text
        text: |
          # Hello
      - title: Joined
        kind: table
        queries:
          - {expr: up, name: up}
        table:
          columns:
            - {label: instance, title: Instance, width: 20, priority: 1}
            - {query: up, unit: bytes, bar: true, thresholds: [{at: 1}]}
          sort: -up
          limit: 50
      - title: Processes
        kind: table
        list: processes
        table: {columns: [{field: pid}], only: command}
      - title: Limits
        kind: limits
        queries: [{expr: up, name: disk, hint: delete something}]
      - {title: Bars, kind: bars, height: 3, queries: [up]}
      - {title: Heat, kind: heatmap, queries: [up], heatmap: {scale: linear}}
      - {title: Each, kind: graph, queries: [up], graph: {log: true, split: svc}}
`

func TestLoad(t *testing.T) {
	b, problems := Load([]byte(full), "all.yaml", KnownUnit(known))
	for _, p := range problems {
		t.Error(p)
	}
	if b == nil {
		t.FailNow()
	}
	f := func(v float64) *float64 { return &v }
	one := 1
	want := &Board{
		Name: "all", Title: "Everything", Description: "One of each", Range: 15 * time.Minute, Refresh: 5 * time.Second,
		Variables: []Variable{
			{Name: "host", Label: "Host", Kind: "custom", Options: []string{"a", "b"}, Value: []string{"b"}},
			{Name: "window", Label: "window", Kind: "text", Value: []string{"10m"}},
		},
		Rows: []Row{{Title: "First", Panels: []Panel{
			{
				ID: "cpu", Title: "CPU by mode", Description: "What it does", Kind: KindGraph, Source: "prom", Link: "processes",
				Unit: "percentunit", Decimals: &one, Min: f(0), Max: f(1.5),
				Span: 8, MinWidth: 40, Height: 12, MinHeight: 6, Priority: 1,
				Queries: []Query{
					{Expr: `rate(node_cpu_seconds_total{instance="$host"}[$window])`, Reduce: "last"},
					{
						Expr: "sum(rate(x[$__rate_interval]))", Legend: "{{mode}}", Name: "sum", Unit: "s", Reduce: "max",
						Invert: true, Hidden: true, Thresholds: []Threshold{{At: 3, Below: true, Level: LevelInfo}},
					},
				},
				Thresholds: []Threshold{{At: 0.8, Level: LevelWarning, Area: true}, {At: 0.95, Level: LevelCritical}},
				Graph:      GraphOptions{Style: "area", Stack: true, Auto: true}, Legend: "right", Sort: "max", Top: 8,
			},
			{
				ID: "memory-used", Title: "Memory: used", Kind: KindStat, Span: 3, MinWidth: 16, Height: 4, MinHeight: 3, Priority: 2,
				Queries: []Query{{Expr: "up", Reduce: "last"}},
			},
			{
				ID: "memory-used-2", Title: "Memory used", Kind: KindGauge, Max: f(10), Span: 3, MinWidth: 18, Height: 4, MinHeight: 2,
				Priority: 2, Queries: []Query{{Expr: "up", Reduce: "last"}},
			},
		}}, {Panels: []Panel{
			{ID: "text", Kind: KindText, Text: "# Hello\n", Span: 12, MinWidth: 24, Height: 6, MinHeight: 3, Priority: 2},
			{
				ID: "joined", Title: "Joined", Kind: KindTable, Span: 6, MinWidth: 36, Height: 12, MinHeight: 5, Priority: 2,
				Queries: []Query{{Expr: "up", Name: "up", Reduce: "last"}},
				Table: TableOptions{Sort: "-up", Limit: 50, Columns: []Column{
					{Label: "instance", Title: "Instance", Width: 20, Priority: 1},
					{Query: "up", Unit: "bytes", Bar: true, Priority: 2, Thresholds: []Threshold{{At: 1, Level: LevelWarning}}},
				}},
			},
			{
				ID: "processes", Title: "Processes", Kind: KindTable, Span: 6, MinWidth: 36, Height: 12, MinHeight: 5, Priority: 2,
				List: "processes", Table: TableOptions{Only: "command", Columns: []Column{{Field: "pid", Priority: 2}}},
			},
			{
				ID: "limits", Title: "Limits", Kind: KindLimits, Span: 6, MinWidth: 36, Height: 8, MinHeight: 4, Priority: 2,
				Queries: []Query{{Expr: "up", Name: "disk", Hint: "delete something", Reduce: "last"}},
			},
			{
				ID: "bars", Title: "Bars", Kind: KindBars, Span: 4, MinWidth: 24, Height: 3, MinHeight: 3, Priority: 2,
				Queries: []Query{{Expr: "up", Reduce: "last"}},
			},
			{
				ID: "heat", Title: "Heat", Kind: KindHeatmap, Span: 6, MinWidth: 30, Height: 12, MinHeight: 5, Priority: 2,
				Queries: []Query{{Expr: "up", Reduce: "last"}}, Heatmap: HeatmapOptions{Scale: "linear"},
			},
			{
				ID: "each", Title: "Each", Kind: KindGraph, Span: 6, MinWidth: 30, Height: 10, MinHeight: 5, Priority: 2,
				Queries: []Query{{Expr: "up", Reduce: "last"}}, Graph: GraphOptions{Style: "line", Log: true, Split: "svc"},
			},
		}}},
	}
	if d := cmp.Diff(want, b); d != "" {
		t.Error(d)
	}
}

// Each file of testdata/bad is wrong in the places that its comments name:
// "#! col message" is a problem of the line it stands in, "#!! line:col message"
// one of another line below. The message is the beginning of the real one.
func TestLoadProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files, %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i, line := range strings.Split(string(data), "\n") {
			for _, note := range strings.Split(line, "#! ")[1:] {
				want = append(want, fmt.Sprintf("%d:%s", i+1, strings.TrimSpace(note)))
			}
			if _, note, ok := strings.Cut(line, "#!! "); ok {
				want = append(want, note)
			}
		}
		b, problems := Load(data, file, KnownUnit(known))
		if b != nil {
			t.Errorf("%s: gave a board", file)
		}
		for i, p := range problems {
			got := fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Message)
			if i >= len(want) || !strings.HasPrefix(got, want[i]) {
				t.Errorf("%s: got  %s", file, got)
			}
		}
		if len(problems) != len(want) {
			t.Errorf("%s: got %d problems, want %d:\n%s", file, len(problems), len(want), strings.Join(want, "\n"))
		}
	}
}

func TestLoadWholeFileProblems(t *testing.T) {
	f := func(what, data, want string) {
		t.Helper()
		b, problems := Load([]byte(data), "f.yaml")
		if b != nil || len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", what, b, problems, want)
		}
	}
	f("empty", "", "f.yaml:1:1: the board is empty")
	f("only comments", "# nothing\n", "f.yaml:1:1: the board is empty")
	f("a list", "- a\n", "f.yaml:1:1: a board must be keys and values, not a list")
	f("text", "hello", "f.yaml:1:1: a board must be keys and values, not text")
	f("no YAML", "rows: [a\n", "f.yaml:1:")
	f("a tab", "rows:\n\t- a\n", "f.yaml:2:")
	f("two documents", "rows: []\n---\nrows: []\n", "f.yaml:3:1: a file has one board")
	f("not UTF-8", "name: a\ntitle: \xff\n", "f.yaml:2:1: the line is not valid UTF-8")
	f("too large", strings.Repeat("# comment\n", 30_000), "f.yaml:1:1: the file is larger than 256 kB")
	f("a long line", "\n# "+strings.Repeat("a", 9000), "f.yaml:2:1: the line is longer than 8 kB")
	f("deep", "a: "+strings.Repeat("[", 5000), "f.yaml:1:104: more than 100 brackets")
	f("no anchor", "title: *a\nrows: []\n", "f.yaml:1:")
}

// Nesting that the line limit lets through must not take long or much stack.
func TestLoadDeepNesting(t *testing.T) {
	for _, s := range []string{"- ", "? ", "a: &x "} {
		start := strings.Repeat(s, maxLine/len(s))
		if b, problems := Load([]byte(start), "f.yaml"); b != nil || len(problems) == 0 {
			t.Errorf("%q repeated is a board", s)
		}
	}
}

// A few hundred bytes of aliases must not become a billion panels.
func TestLoadAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("rows:\n- &row {panels: &panels [&p {title: a, kind: graph, queries: &q [up, up, up, up, up, up, up, up, up]}")
	b.WriteString(strings.Repeat(", *p", 1000) + "]}\n" + strings.Repeat("- *row\n", 2000))
	board, problems := Load([]byte(b.String()), "f.yaml")
	if board != nil || len(problems) == 0 || len(problems) > maxProblems {
		t.Fatalf("got a board or %d problems", len(problems))
	}
	if !strings.Contains(problems[0].Message, "too large") {
		t.Errorf("got %v", problems[0])
	}
}

func TestLoadAnchorsAndMerges(t *testing.T) {
	b, problems := Load([]byte(`
name: merged
rows:
  - panels:
      - &base {title: A, kind: stat, unit: bytes, span: 2, queries: [up]}
      - {<<: *base, title: B}
      - <<: [{span: 4}, *base]
        title: C
`), "f.yaml")
	for _, p := range problems {
		t.Fatal(p)
	}
	var got []string
	for _, p := range b.Rows[0].Panels {
		got = append(got, fmt.Sprint(p.ID, " ", p.Title, " ", p.Unit, " ", p.Span, " ", p.Queries[0].Expr))
	}
	if d := cmp.Diff([]string{"a A bytes 2 up", "b B bytes 2 up", "c C bytes 4 up"}, got); d != "" {
		t.Error(d)
	}
	_, problems = Load([]byte("rows: &a [*a]\n"), "f.yaml")
	if len(problems) == 0 {
		t.Error("an alias of itself is a board")
	}
}

func TestNames(t *testing.T) {
	f := func(data, file, name, title string) {
		t.Helper()
		b, problems := Load([]byte(data+"\nrows: [{panels: [{kind: text, text: a}]}]\n"), file)
		if len(problems) > 0 || b.Name != name || b.Title != title {
			t.Errorf("%q in %s: got %+v, %v, want %q and %q", data, file, b, problems, name, title)
		}
	}
	f("", "some/Où est-il?.yaml", "où-est-il", "où-est-il")
	f("title: My  Board!", "a.yaml", "my-board", "My  Board!")
	f("name: x", "a.yaml", "x", "x")
	f("", "", "board", "board")
}

func TestDidYouMean(t *testing.T) {
	f := func(word, want string) {
		t.Helper()
		if got := didYouMean(word, []string{"title", "kind", "unit", "queries"}); got != want {
			t.Errorf("%.20q: got %s, want %s", word, got, want)
		}
	}
	f("titel", `did you mean "title"?`)
	f("Kind", `did you mean "kind"?`)
	f("query", "known are title, kind, unit and queries")
	f("quieres", `did you mean "queries"?`)
	f("zzz", "known are title, kind, unit and queries")
	f(strings.Repeat("a", 10000), "known are title, kind, unit and queries")
}

// pieces are boards that have all of the syntax between them. They are small: the
// time that the go command takes to make an input smaller grows with its square.
func pieces() []string {
	return []string{
		"name: a\nrows: [{panels: [{title: t, kind: stat, queries: [up]}]}]",
		"name: a\ntitle: A\ndescription: d\nrange: 15m\nrefresh: 5s\nneeds: [up]\nrows:\n - panels: [{kind: text, text: x}]",
		"name: a\nvariables: [{name: h, label: H, options: [a, b], value: b}]\nrows: [{panels: [{kind: text, text: $h}]}]",
		"name: a\nvariables: [{name: h, query: 'label_values(up, job)', multi: true, all: true}]\nrows: [{panels: [{kind: text, text: x, repeat: h}]}]",
		"name: a\nrows:\n - title: F\n   panels:\n    - {id: c, title: C, kind: graph, source: s, link: b, queries: [up]}",
		"name: a\nrows: [{panels: [{title: t, kind: graph, unit: s, decimals: 1, min: 0, max: 1.5, span: 8, queries: [up]}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: graph, min_width: 40, height: 12, min_height: 6, priority: 1, queries: [up]}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: graph, legend: right, sort: max, top: 8, queries: [up], graph: {style: area, stack: true}}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: bars, queries: [up], thresholds: [{at: 0.8, level: warning, below: true}]}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: stat, queries: [{expr: 'rate(x[$__interval])', legend: '{{m}}', name: n, reduce: max}]}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: table, queries: [{expr: up, name: u}], table: {columns: [{label: j}, {query: u}], sort: -u, limit: 5}}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: table, list: processes, table: {columns: [{field: pid}]}}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: limits, queries: [{expr: up, name: d, hint: h}]}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: heatmap, queries: [up], heatmap: {scale: linear}}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: graph, queries: [up], graph: {log: true, split: svc}}]}]",
		"name: a\nrows: [{panels: [{title: t, kind: gauge, max: 1, queries: [up]}]}]",
		"name: A b\nrow: 1\nrows: [{panels: [{kind: pie, queries: ['up(', {}]}]}, 1]",
		"? [a]\n: &x {b: *x}\n---\n",
	}
}

func FuzzLoad(f *testing.F) {
	for _, text := range pieces() {
		f.Add([]byte(text))
	}
	f.Fuzz(checkLoad)
}

// Whole boards, good and bad, hold what FuzzLoad looks for in small ones.
func TestWholeBoardsHold(t *testing.T) {
	checkLoad(t, []byte(full))
	for _, pattern := range []string{"testdata/bad/*.yaml", "builtin/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkLoad(t, data)
			if t.Failed() {
				t.Fatal(file)
			}
		}
	}
}

// Most pieces are boards without a problem, so that fuzzing begins past them.
func TestPieces(t *testing.T) {
	bad := 0
	for _, text := range pieces() {
		if b, problems := Load([]byte(text), "f.yaml", KnownUnit(known)); b == nil {
			bad++
			t.Logf("%s\n%v", text, problems)
		}
	}
	if bad != 2 {
		t.Errorf("%d pieces have problems, not the last 2", bad)
	}
}

// checkLoad fails unless a board comes without problems or not at all, problems
// are where the text is, and panels can be laid out.
func checkLoad(t *testing.T, data []byte) {
	t.Helper()
	b, problems := Load(data, "f.yaml", KnownUnit(known))
	if (b == nil) != (len(problems) > 0) || len(problems) > maxProblems {
		t.Fatalf("board %v with %d problems", b != nil, len(problems))
	}
	lines := strings.Count(string(data), "\n") + 1
	for _, p := range problems {
		// A lone carriage return is a line break to YAML.
		if p.Line < 1 || p.Col < 1 || p.Line > lines+strings.Count(string(data), "\r") || p.Message == "" {
			t.Fatalf("%v in a file of %d lines", p, lines)
		}
	}
	if b == nil {
		return
	}
	ids := map[string]bool{}
	for _, row := range b.Rows {
		for _, p := range row.Panels {
			if ids[p.ID] || p.ID == "" || p.Span < 1 || p.Span > 12 || p.MinHeight < 2 || p.MinHeight > p.Height || p.Priority < 1 {
				t.Fatalf("%+v", p)
			}
			ids[p.ID] = true
		}
	}
}
