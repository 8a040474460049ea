package ui

import (
	"context"
	"errors"
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
)

var update = flag.Bool("update", false, "write the golden files of this package")

// labelSource is a fakeSource that lists the values of labels by what is asked.
type labelSource struct {
	fakeSource
	name   string
	values map[string][]string // by label and selectors, joined with a blank
	err    error
	asked  []string
}

func (s *labelSource) Name() string { return s.name }

func (s *labelSource) LabelNames(context.Context, sources.Window, ...string) ([]string, error) {
	return nil, nil
}

func (s *labelSource) LabelValues(ctx context.Context, w sources.Window, label string, match ...string) ([]string, error) {
	key := strings.Join(append([]string{label}, match...), " ")
	s.asked = append(s.asked, key)
	if !w.Start.Before(w.End) {
		return nil, errors.New("no window")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.values[key], s.err
}

const fleet = `
name: fleet
variables:
  - {name: cluster, query: 'label_values(up, cluster)'}
  - {name: host, label: Host, query: 'label_values(up{cluster="$cluster"}, host)', multi: true, all: true}
  - {name: every, kind: interval, values: [1m, 5m]}
  - {name: src, kind: source}
rows:
  - panels:
      - {id: load, title: Load of $host, kind: stat, repeat: host, repeat_max: 3, queries: ['load{host=~"$host"}']}
  - panels:
      - {id: sum, title: Sum of $cluster, kind: stat, source: $src, queries: ['sum(rate(x{cluster="$cluster"}[$every]))']}
`

func fleetSource() *labelSource {
	return &labelSource{name: "one", values: map[string][]string{
		"cluster up":              {"eu", "us"},
		`host up{cluster="eu"}`:   {"a", "b", "c", "d", "e"},
		`host up{cluster="us"}`:   {"b", "x"},
		`host up{cluster="none"}`: nil,
	}}
}

func fleetModel(t *testing.T, yaml string, vars map[string]string, srcs ...sources.Source) *Model {
	t.Helper()
	return fleetModelWith(t, yaml, func(o *Options) { o.Vars = vars }, srcs...)
}

func fleetModelWith(t *testing.T, yaml string, set func(*Options), srcs ...sources.Source) *Model {
	t.Helper()
	b, problems := boards.Load([]byte(yaml), "fleet.yaml")
	for _, p := range problems {
		t.Fatal(p)
	}
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	p := poll.New(poll.Options{Clock: poll.WallClock(func() time.Time { return now })})
	t.Cleanup(p.Close)
	o := Options{
		Sources: srcs, Poller: p, Boards: []*boards.Board{b}, Keys: keys.Default(),
		Zone: time.UTC, Clock: func() time.Time { return now }, Profile: colorprofile.TrueColor, Dark: true,
	}
	set(&o)
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	m.Resize(80, 24)
	return m
}

// settled runs what is asked and waits for the panels.
func settled(t *testing.T, m *Model) {
	t.Helper()
	m.Discover(t.Context())
	for deadline := time.Now().Add(10 * time.Second); !m.Settled(); {
		select {
		case <-m.opts.Poller.Changed():
			m.Take()
		case <-time.After(time.Until(deadline)):
			t.Fatal("the panels never had their answers")
		}
	}
}

// hit is press without a program behind: what is due is left to Discover.
func hit(m *Model, keys ...string) {
	for _, k := range keys {
		m.pressed(keyOf(k))
	}
}

func ids(m *Model) string {
	var out []string
	for _, p := range m.view().panels {
		out = append(out, p.spec.ID)
	}
	return strings.Join(out, " ")
}

func exprs(m *Model) string {
	var out []string
	for _, j := range m.wanted() {
		out = append(out, j.Source.Name()+" "+j.Expr)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "; ")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestVariablesAreAskedInTurnAndTakeTheFirstValue(t *testing.T) {
	src := fleetSource()
	m := fleetModel(t, fleet, nil, src)
	want(t, "before", exprs(m), "") // nothing is asked with half a query
	if m.Settled() {
		t.Error("settled before the values are there")
	}
	settled(t, m)
	want(t, "asked", strings.Join(src.asked, "; "), `cluster up; host up{cluster="eu"}`)
	want(t, "panels", ids(m), "load#a sum")
	want(t, "queries", exprs(m), `one load{host=~"a"}; one sum(rate(x{cluster="eu"}[1m]))`)
	if s := frameOf(m); !strings.Contains(s, "Sum of eu") || !strings.Contains(s, "cluster eu  Host a  every 1m") {
		t.Errorf("the values are not in titles and header:\n%s", s)
	}
}

func TestInAProgramValuesAreAskedByCommands(t *testing.T) {
	m := fleetModel(t, fleet, nil, fleetSource())
	for range 2 { // cluster, then host
		cmds := m.askCommands()
		if len(cmds) != 1 {
			t.Fatalf("%d commands, want one for each variable in turn", len(cmds))
		}
		if again := m.askCommands(); len(again) > 0 {
			t.Error("asked twice at once")
		}
		m.route(cmds[0]())
	}
}

func TestADependentVariableFollows(t *testing.T) {
	src := fleetSource()
	m := fleetModel(t, fleet, map[string]string{"host": "a,b"}, src)
	settled(t, m)
	want(t, "panels", ids(m), "load#a load#b sum")
	m.picks["host"] = pick{values: []string{"a", "b"}} // as chosen in the program
	m.pickValues(m.view().variable("cluster"), pick{values: []string{"us"}})
	want(t, "while hosts are asked", exprs(m), `one sum(rate(x{cluster="us"}[1m]))`)
	settled(t, m)
	want(t, "hosts that are there stay", ids(m), "load#b sum")
	m.pickValues(m.view().variable("host"), pick{values: []string{"x"}})
	m.pickValues(m.view().variable("cluster"), pick{values: []string{"eu"}})
	settled(t, m)
	want(t, "else the first", ids(m), "load#a sum")
}

func TestAGivenValueStays(t *testing.T) {
	m := fleetModel(t, fleet, map[string]string{"host": "gone, a", "cluster": "eu"}, fleetSource())
	settled(t, m)
	want(t, "panels", ids(m), "load#gone load#a sum")
}

func TestAnErrorKeepsTheValues(t *testing.T) {
	src := fleetSource()
	m := fleetModel(t, fleet, nil, src)
	settled(t, m)
	src.err = &sources.Error{Source: "one", Op: "label_values", Kind: sources.KindUnavailable, Err: errors.New("https://u:hunter2@db refused")}
	hit(m, "r")
	m.Discover(t.Context())
	want(t, "queries", exprs(m), `one load{host=~"a"}; one sum(rate(x{cluster="eu"}[1m]))`)
	m.notice = ""
	if s := frameOf(m); !strings.Contains(s, "cluster eu !") {
		t.Errorf("the header does not say so:\n%s", s)
	}
	hit(m, "V")
	s := frameOf(m)
	if !strings.Contains(s, "!! one: label_values: unavailable") || strings.Contains(s, "hunter2") {
		t.Errorf("the picker does not say why, or too much:\n%s", s)
	}
	if x := m.view().variable("cluster"); x.retry.IsZero() {
		t.Error("it is not asked again")
	}
	src.err = nil
	hit(m, "esc", "r")
	m.Discover(t.Context())
	if m.view().variable("cluster").err != nil {
		t.Error("the error stays")
	}
}

func TestAnErrorFromTheStartIsSaidInThePanels(t *testing.T) {
	src := fleetSource()
	src.err = errors.New("refused")
	m := fleetModel(t, fleet, nil, src)
	settled(t, m)
	if s := frameOf(m); !strings.Contains(s, "values of $cluster") || !strings.Contains(s, "refused") {
		t.Errorf("not said:\n%s", s)
	}
}

func TestAStaleAnswerIsDropped(t *testing.T) {
	m := fleetModel(t, fleet, nil, fleetSource())
	old := m.asks()
	hit(m, "r")
	answer := old[0](t.Context())
	if answer.err == nil {
		t.Error("what nobody waits for is not cancelled")
	}
	answer.err, answer.choices = nil, []string{"old"}
	m.route(answer)
	if len(m.view().vars[0].values) > 0 {
		t.Error("the answer to an older ask was taken")
	}
	settled(t, m)
	want(t, "values", strings.Join(m.view().vars[0].values, " "), "eu us")
}

func TestValuesAreBounded(t *testing.T) {
	src := fleetSource()
	for i := range 1234 {
		src.values["cluster up"] = append(src.values["cluster up"], "c"+strconv.Itoa(i))
	}
	m := fleetModel(t, fleet, map[string]string{}, src)
	settled(t, m)
	if x := m.view().vars[0]; len(x.values) != maxValues || x.left != 1236-maxValues {
		t.Errorf("%d values and %d more", len(x.values), x.left)
	}
	hit(m, "V")
	if s := frameOf(m); !strings.Contains(s, "500 values, 736 more not listed") {
		t.Errorf("the rest is not counted:\n%s", s)
	}
}

func TestARangeFarFromTheOneAskedForAsksAgain(t *testing.T) {
	src := fleetSource()
	m := fleetModel(t, fleet, nil, src)
	settled(t, m)
	f := func(key string, asks int) {
		t.Helper()
		src.asked = nil
		hit(m, key)
		m.Discover(t.Context())
		if len(src.asked) != asks {
			t.Errorf("%s: %d asks, want %d", key, len(src.asked), asks)
		}
	}
	f("-", 2)
	f("space", 0)
}

func TestPickerChooses(t *testing.T) {
	m := fleetModel(t, fleet, nil, fleetSource())
	settled(t, m)
	hit(m, "V")
	frameOf(m)
	hit(m, "u", "enter") // us, found by a letter
	if m.over != nil {
		t.Fatal("enter does not close")
	}
	settled(t, m)
	want(t, "one value", ids(m), "load#b sum")

	hit(m, "V", "tab")
	frameOf(m)
	hit(m, "down", "space") // x beside b
	want(t, "at once", ids(m), "load#b load#x sum")
	hit(m, "up", "space")
	want(t, "taken away", ids(m), "load#x sum")
	hit(m, "down", "space")
	want(t, "the last stays", ids(m), "load#x sum")
	hit(m, "up", "up", "space")
	want(t, "all", ids(m), "load#b load#x sum")
	if !strings.Contains(frameOf(m), "[x] All") {
		t.Error("All is not marked")
	}
	hit(m, "esc")
	if m.over != nil {
		t.Error("esc does not close")
	}
	want(t, "joined and escaped", exprs(m)[:20], `one load{host=~"b"};`)
}

func TestPickerTakesText(t *testing.T) {
	m := fleetModel(t, "variables: [{name: a, value: old}]\nrows: [{panels: [{title: A, kind: stat, queries: ['up{a=\"$a\"}']}]}]", nil, fleetSource())
	hit(m, "V", "x", "enter")
	want(t, "query", exprs(m), `one up{a="oldx"}`)
}

func TestABoardWithoutVariablesSaysSo(t *testing.T) {
	m := newTestModel(t, &fakeSource{})
	m.Resize(80, 24)
	hit(m, "V")
	if m.over != nil || !strings.Contains(frameOf(m), "no variables") {
		t.Error("the picker opens on nothing")
	}
}

func TestRepeatKeepsFocusStateAndFullScreen(t *testing.T) {
	m := fleetModel(t, fleet, map[string]string{"host": "a,b,c,d,e"}, fleetSource())
	settled(t, m)
	want(t, "at most repeat_max", ids(m), "load#a load#b load#c load# sum")
	if s := frameOf(m); !strings.Contains(s, "2 more of Host not shown") || !strings.Contains(s, "d, e") {
		t.Errorf("the rest is not counted:\n%s", s)
	}
	m.setFocus("load#b")
	b := m.view().byID["load#b"]
	hit(m, "f")
	m.pickValues(m.view().variable("host"), pick{values: []string{"b", "c"}})
	want(t, "panels", ids(m), "load#b load#c sum")
	if v := m.view(); v.focus != "load#b" || v.full != "load#b" || v.byID["load#b"] != b {
		t.Errorf("focus %q, full %q, or the panel is another", v.focus, v.full)
	}
	m.pickValues(m.view().variable("host"), pick{values: []string{"c"}})
	if v := m.view(); v.focus != "load#c" || v.full != "" {
		t.Errorf("without it the focus is on %q, full on %q", v.focus, v.full)
	}
	frameOf(m)
}

func TestASourceVariableIsFollowedAtOnce(t *testing.T) {
	other := &labelSource{name: "two"}
	m := fleetModel(t, fleet, nil, fleetSource(), other)
	settled(t, m)
	sum := m.view().byID["sum"]
	if sum.got[0] == nil {
		t.Fatal("no answer")
	}
	m.pickValues(m.view().variable("src"), pick{values: []string{"two"}})
	if r := sum.got[0]; r != nil && r.Source != "two" {
		t.Error("the other source's data stays")
	}
	if !strings.Contains(exprs(m), "two sum(") {
		t.Errorf("asked is %s", exprs(m))
	}
}

func TestHostileValuesStayInTheirPlace(t *testing.T) {
	src := fleetSource()
	src.values["cluster up"] = []string{"\x1b[2J\u202e" + strings.Repeat("w", 300)}
	m := fleetModel(t, fleet, nil, src)
	settled(t, m)
	hit(m, "V")
	for _, r := range frameOf(m) {
		if r < 0x20 && r != '\n' || r == 0x202e {
			t.Fatalf("%U reached the screen", r)
		}
	}
}

func TestPickerPicture(t *testing.T) {
	m := fleetModel(t, fleet, map[string]string{"host": "a,c,d"}, fleetSource())
	settled(t, m)
	hit(m, "V", "tab")
	got := frameOf(m)
	const path = "testdata/variables-80x24.txt"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(text) {
		t.Errorf("%s differs\n--- got\n%s--- want\n%s", path, got, text)
	}
}

func TestPickerFitsAnyScreen(t *testing.T) {
	yaml := "variables:\n"
	for i := range 30 {
		yaml += "  - {name: v" + strconv.Itoa(i) + ", values: [a, b]}\n"
	}
	m := fleetModel(t, yaml+"rows: [{panels: [{title: A, kind: stat, queries: [up]}]}]", nil, fleetSource())
	for _, size := range [][2]int{{40, 10}, {80, 24}, {200, 60}} {
		m.over = nil
		m.Resize(size[0], size[1])
		hit(m, "V")
		for range 29 {
			hit(m, "tab")
		}
		if s := frameOf(m); !strings.Contains(s, "> v29 a") {
			t.Errorf("%v: the variable in hand is out of sight:\n%s", size, s)
		}
	}
}

func TestTextAndLegendsFollow(t *testing.T) {
	m := fleetModel(t, `
variables: [{name: a, values: [one, two]}]
rows:
  - {title: Row $a, panels: [{kind: text, text: about $a}, {title: G, kind: graph, queries: [{expr: up, legend: of $a}]}]}`, nil, fleetSource())
	settled(t, m)
	f := func(value string) {
		t.Helper()
		m.pickValues(m.view().vars[0], pick{values: []string{value}})
		settled(t, m)
		if s := frameOf(m); !strings.Contains(s, "about "+value) || !strings.Contains(s, "of "+value) || !strings.Contains(s, "Row "+value) {
			t.Errorf("%s is not said:\n%s", value, s)
		}
	}
	f("one")
	f("two")
}

func TestAPanelRepeatsForEachSource(t *testing.T) {
	m := fleetModel(t, `
variables: [{name: src, kind: source, multi: true, value: [one, two]}]
rows: [{panels: [{title: Up in $src, kind: stat, repeat: src, source: $src, queries: [up]}]}]`, nil, fleetSource(), &labelSource{name: "two"})
	want(t, "panels", ids(m), "up-in-src#one up-in-src#two")
	want(t, "asked", exprs(m), "one up; two up")
}

// What has no room in the header goes from the end, and is counted.
func TestVariablesInTheHeader(t *testing.T) {
	yaml := "name: b\nvariables:\n"
	for i := range 12 {
		yaml += "  - {name: v" + strconv.Itoa(i) + ", values: [some]}\n"
	}
	m := fleetModel(t, yaml+"rows: [{panels: [{title: A, kind: stat, queries: [up]}]}]", nil, fleetSource())
	head, _, _ := strings.Cut(frameOf(m), "\n")
	if !strings.Contains(head, " b  v0 some  v1 some ") || !strings.Contains(head, " +") || strings.Contains(head, "v11") {
		t.Errorf("got %q", head)
	}
}
