package boards

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

func macros() Macros {
	return Macros{
		Interval: 30 * time.Second, Scrape: 15 * time.Second, Range: time.Hour,
		Vars: map[string]string{
			"host": "web-1", "hostname": "long", "h": "short", "nested": "$host", "quoted": `a"b`, "dot": "a.b", "empty": "",
		},
		Multi: map[string][]string{
			"env": {"prod", "a.b"}, "one": {"a+b"}, "none": {}, "by": {"job", "instance"}, "odd": {`q"\`},
		},
	}
}

func TestExpand(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		if got := Expand(expr, macros()); got != want {
			t.Errorf("%s\n got %s\nwant %s", expr, got, want)
		}
	}
	f("", "")
	f("up", "up")
	f("rate(x[$__rate_interval])", "rate(x[60s])")
	f("rate(x[$__interval])", "rate(x[30s])")
	f("x*$__interval_ms", "x*30000")
	f("increase(x[$__range])/$__range_s+$__range_ms", "increase(x[3600s])/3600+3600000")
	f("rate(x[${__rate_interval}])[[__range_s]]", "rate(x[60s])3600")

	// The longest name, and never a part of one.
	f("$hostname $host $h", "long web-1 short")
	f("${host}name [[host]]name", "web-1name web-1name")
	f("$hosts $__intervals", "$hosts $__intervals")
	f("$host-$h/$host.$h", "web-1-short/web-1.short")

	// One pass, unknown names stay, what label_replace needs stays.
	f("$nested", "$host")
	f(`label_replace(x, "a", "$1-${2}", "b", "(.*)$")`, `label_replace(x, "a", "$1-${2}", "b", "(.*)$")`)
	f("$unknown ${unknown} [[unknown]] $ ${ ${} [[]] $$ ${host", "$unknown ${unknown} [[unknown]] $ ${ ${} [[]] $$ ${host")
	f(`x{a=~"[[:alpha:]]+"}`, `x{a=~"[[:alpha:]]+"}`)
	f("x # it's $host\n+ $h", "x # it's $host\n+ short")
	f(`x{a="#$host"}`, `x{a="#web-1"}`)
	f("$empty|", "|")

	// Single values as they are, whatever they stand in.
	f(`x{a="$dot", b=~"$dot", c=~"${dot:regex}", d="$quoted"}`, `x{a="a.b", b=~"a.b", c=~"a\\.b", d="a"b"}`)

	// Several values: escaped and joined where they are matched.
	f(`x{env=~"$env"}`, `x{env=~"prod|a\\.b"}`)
	f("x{env!~ `$env`}", "x{env!~ `prod|a\\.b`}")
	f(`x{env=~"eu-$env"}`, `x{env=~"eu-(?:prod|a\\.b)"}`)
	f(`x{env=~"${env}|other"}`, `x{env=~"(?:prod|a\\.b)|other"}`)
	f(`x{env="$env"}`, `x{env="prod|a.b"}`)
	f(`x{a=~"$one", b=~"$none", c=~'$odd'}`, `x{a=~"a\\+b", b=~"", c=~'q"\\\\'}`)
	f("sum by ($by) (x)", "sum by (job,instance) (x)")
	f("sum by (${by:csv}) (x{a=~'\\'$h', b=\"${env:pipe}\", c=~\"${env:raw}\"})", "sum by (job,instance) (x{a=~'\\'short', b=\"prod|a.b\", c=~\"prod|a.b\"})")
}

// All as Grafana has it: a text of its own is put in as it is wherever it stands;
// without one all values are, unless there are more than are known.
func TestExpandAll(t *testing.T) {
	m := Macros{
		Multi: map[string][]string{"own": {"a", "b"}, "cut": {"a", "b.c"}, "list": {"a", "b.c"}},
		All:   map[string]AllOf{"own": {Text: ".+"}, "cut": {Text: ".*", Matched: true}, "list": {}},
	}
	f := func(expr, want string) {
		t.Helper()
		if got := Expand(expr, m); got != want {
			t.Errorf("%s\n got %s\nwant %s", expr, got, want)
		}
	}
	f(`x{a=~"$own", b!~"x-$own", c="$own", d=~"${own:regex}"}`, `x{a=~".+", b!~"x-.+", c=".+", d=~".+"}`)
	f(`x{a=~"$cut", b="$cut", c=~"${cut:pipe}"}`, `x{a=~".*", b="a|b.c", c=~"a|b.c"}`)
	f("sum by ($cut) (x)", "sum by (a,b.c) (x)")
	f(`x{a=~"$list", b=~"x-$list"}`, `x{a=~"a|b\\.c", b=~"x-(?:a|b\\.c)"}`)
	if got, want := ExpandText("of $own, $cut and $list", m), "of All, All and All"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRateInterval(t *testing.T) {
	f := func(interval, scrape time.Duration, want string) {
		t.Helper()
		if got := Expand("$__rate_interval", Macros{Interval: interval, Scrape: scrape}); got != want {
			t.Errorf("%v over %v: got %s, want %s", interval, scrape, got, want)
		}
	}
	f(15*time.Second, 15*time.Second, "60s")
	f(time.Minute, 15*time.Second, "75s")
	f(2*time.Minute, 15*time.Second, "135s")
	f(2*time.Second, 2*time.Second, "8s")
	f(0, 0, "1ms")
	f(500*time.Millisecond, time.Second, "4s")
	f(1500*time.Millisecond, 0, "1500ms")
	f(-time.Hour, -time.Hour, "1ms")
}

// What several values stand for must be PromQL that matches exactly them.
func TestExpandedMatcherParses(t *testing.T) {
	p := parser.NewParser(parser.Options{})
	hostile := []string{`a"b`, `a\b`, "a`b", "a'b", "a\nb", "(", "[[h]]", "$h", "é|è", "{}"}
	for _, quote := range []string{`"`, `'`} {
		m := macros()
		m.Multi["v"] = hostile
		expr := Expand("x{a=~"+quote+"$v"+quote+"}", m)
		got, err := p.ParseExpr(expr)
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		matcher := got.(*parser.VectorSelector).LabelMatchers[0]
		if matcher.Name != "a" {
			matcher = got.(*parser.VectorSelector).LabelMatchers[1]
		}
		for _, v := range hostile {
			if !matcher.Matches(v) || matcher.Matches(v+"x") {
				t.Errorf("%s: matches %q: %v", matcher, v, matcher.Matches(v))
			}
		}
	}
}

func TestOrigin(t *testing.T) {
	expr := "ab$host cd$h"
	out, shifts := expand(expr, macros())
	if out != "abweb-1 cdshort" {
		t.Fatal(out)
	}
	f := func(at, want int) {
		t.Helper()
		if got := origin(shifts, at); got != want {
			t.Errorf("%d comes from %d, want %d", at, got, want)
		}
	}
	f(0, 0)
	f(1, 1)
	f(2, 2) // all of a value comes from its reference
	f(6, 2)
	f(7, 7)
	f(9, 9)
	f(10, 10)
	f(14, 10)
	f(15, 12)
	_, shifts = expand("plain", macros())
	f(3, 3)
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{
		`rate(x{a=~"$env", b='${host:regex}'}[$__rate_interval]) # $h`, "[[host]]", "${", "$", "${a:", "`$host", `"\`, "${__range_s}", "[[a]", "$é",
	} {
		f.Add(s, "a|b")
	}
	f.Fuzz(func(t *testing.T, expr, value string) {
		m := macros()
		m.Vars["host"], m.Multi["env"] = value, []string{value, "x"}
		out, shifts := expand(expr, m)
		end := 0
		for _, ref := range references(expr) {
			if ref.start < end || ref.end <= ref.start || ref.end > len(expr) || ref.name == "" || strings.ContainsAny(ref.name, "$ {}[]:") {
				t.Fatalf("%q: %+v after %d", expr, ref, end)
			}
			end = ref.end
		}
		last := 0
		for i := range len(out) + 1 {
			at := origin(shifts, i)
			if at < last || at > len(expr) {
				t.Fatalf("%q to %q: %d comes from %d after %d", expr, out, i, at, last)
			}
			last = at
		}
		if !strings.ContainsAny(expr, "$[") && out != expr {
			t.Fatalf("%q became %q", expr, out)
		}
	})
}
