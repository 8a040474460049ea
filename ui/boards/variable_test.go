package boards

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func loadVariables(t *testing.T, yaml string) []Variable {
	t.Helper()
	b, problems := Load([]byte("variables:\n"+yaml+"\nrows: [{panels: [{kind: text, text: a}]}]\n"), "f.yaml")
	for _, p := range problems {
		t.Fatal(p)
	}
	return b.Variables
}

func TestVariables(t *testing.T) {
	vs := loadVariables(t, `
  - {name: src, kind: source, regex: prom.*}
  - {name: cluster, label: Cluster, query: 'label_values(up{job="a", x="b"}, cluster)', all: true, value: All, source: $src}
  - {name: host, multi: true, hidden: true, query: {label: instance, match: ['up{cluster=~"$cluster"}', x]}, value: [a, b]}
  - {name: every, kind: interval, values: [1m, 5m], value: 5m}
  - {name: mode, values: [user, system], multi: true}
  - {name: any, query: label_values(job), sort: -number, regex: '/(?P<value>[a-z]+)'}`)
	f := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	f("kind", vs[0].Kind+" "+vs[1].Kind+" "+vs[3].Kind+" "+vs[4].Kind, "source query interval custom")
	f("of", vs[1].Of+" "+vs[2].Of+" "+vs[5].Of, "cluster instance job")
	f("match", strings.Join(vs[1].Match, ";"), `up{job="a", x="b"}`)
	f("no match", len(vs[5].Match), 0)
	f("refers", strings.Join(vs[1].Refers(), " ")+"/"+strings.Join(vs[2].Refers(), " "), "src/cluster")
	f("joined", vs[1].Joined() && vs[2].Joined() && !vs[3].Joined(), true)
	f("value", strings.Join(vs[2].Value, ","), "a,b")
	f("first option", strings.Join(vs[4].Value, ","), "user")
	f("none chosen", len(vs[5].Value), 0)
	f("hidden", vs[2].Hidden, true)
}

func TestChoices(t *testing.T) {
	f := func(regex, sort string, answer []string, want ...string) {
		t.Helper()
		v := Variable{Kind: VarQuery, Sort: sort}
		if regex != "" {
			v.Regex = regexp.MustCompile(regex)
		}
		if got := v.Choices(answer); !slices.Equal(got, want) {
			t.Errorf("%q %q: got %q, want %q", regex, sort, got, want)
		}
	}
	f("", "", []string{"b", "a", "", "b"}, "a", "b")
	f("", "-name", []string{"b", "a", "c"}, "c", "b", "a")
	f("", "number", []string{"db-10", "none", "db-2", "db-1.5"}, "db-1.5", "db-2", "db-10", "none")
	f("", "-number", []string{"db-10", "db-2"}, "db-10", "db-2")
	f("^db", "", []string{"web-1", "db-1"}, "db-1")
	f("^(.*):[0-9]+$", "", []string{"a:9100", "a:9090", "b:1", "c"}, "a", "b")
	f("(x)?-(?P<value>[0-9]+)", "", []string{"x-1", "-2"}, "1", "2")
}

func TestExpandText(t *testing.T) {
	m := Macros{Vars: map[string]string{"a": "1", "ab": "2"}, Multi: map[string][]string{"m": {"x", "y.z"}}}
	f := func(text, want string) {
		t.Helper()
		if got := ExpandText(text, m); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	f("", "")
	f("CPU", "CPU")
	f("# of $a, \"$ab\" and ${m} [[a]]", "# of 1, \"2\" and x, y.z 1")
	f("cost in $ of $nobody", "cost in $ of $nobody")
}

// What a source gave cannot end the string that it stands in.
func TestExpandFound(t *testing.T) {
	m := Macros{Vars: map[string]string{"a": `x"} or vector(1) or up{a="`}, Found: map[string]bool{"a": true}}
	if got, want := Expand(`up{a="$a"}`, m), `up{a="x\"} or vector(1) or up{a=\""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A board's source is that of panels and query variables that name none; a
// variable that it is of must stand above those.
func TestBoardSource(t *testing.T) {
	f := func(source, variables, panels string) {
		t.Helper()
		b, problems := Load([]byte(`
source: `+source+`
variables:
  - {name: a, query: 'label_values(x)'}
  - {name: ds, kind: source}
  - {name: b, query: 'label_values(x)'}
  - {name: c, query: 'label_values(x)', source: own}
rows:
  - panels:
      - {title: A, kind: stat, queries: [x]}
      - {title: B, kind: stat, source: own, queries: [x]}
      - {kind: text, text: t}
`), "b.yaml")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var vs, ps []string
		for _, v := range b.Variables {
			vs = append(vs, v.Source)
		}
		for _, p := range b.Rows[0].Panels {
			ps = append(ps, p.Source)
		}
		if got := strings.Join(vs, "|"); got != variables {
			t.Errorf("source: %s: variables ask %s, want %s", source, got, variables)
		}
		if got := strings.Join(ps, "|"); got != panels {
			t.Errorf("source: %s: panels ask %s, want %s", source, got, panels)
		}
	}
	f("all", "all||all|own", "all|own|")
	f("$ds", "||$ds|own", "$ds|own|")
	if _, problems := Load([]byte("source: $no\nrows: [{panels: [{title: A, kind: stat, queries: [x]}]}]\n"), "b.yaml"); len(problems) != 1 || problems[0].Line != 1 {
		t.Errorf("a variable that is not there: %v", problems)
	}
}
