package ui

import (
	"slices"
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// allModel is a model of a board over several sources, which it can merge.
func allModel(t *testing.T, yaml string, names ...string) *Model {
	t.Helper()
	var srcs []sources.Source
	for _, n := range names {
		srcs = append(srcs, &labelSource{name: n})
	}
	return fleetModelWith(t, yaml, func(o *Options) {
		o.Merge = func(parts []sources.Source) sources.Source {
			return &labelSource{name: sources.All, asked: make([]string, len(parts))}
		}
	}, srcs...)
}

const mixed = `
title: Fleet
source: one
variables:
  - {name: ds, kind: source, value: all}
rows:
  - panels:
      - {id: a, title: Load, kind: stat, queries: [load]}
      - {id: b, title: Load of two, kind: stat, source: two, queries: [load]}
      - {id: c, title: Load, kind: stat, source: $ds, queries: [load]}
      - {id: d, title: Load, kind: stat, source: nope, queries: [load]}
      - {id: e, kind: text, text: hello}
`

// A panel says its source where the board does not.
func TestPanelsSayTheirSource(t *testing.T) {
	titles := func(m *Model) string {
		var out []string
		m.view().sole = m.soleSource(m.view())
		for _, p := range m.view().panels {
			out = append(out, m.titled(p))
		}
		return strings.Join(out, "|")
	}
	if got, want := titles(allModel(t, mixed, "one", "two")), "Load · one|Load of two|Load · all|Load · nope|"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := titles(allModel(t, mixed, "one")), "Load|Load of two|Load|Load|"; got != want {
		t.Errorf("one source: got %s, want %s", got, want)
	}
	const alike = "title: Load %s\nrows: [{panels: [{title: Load, kind: stat, queries: [load]}, {title: CPU, kind: stat, queries: [cpu]}]}]"
	m := allModel(t, strings.ReplaceAll(alike, " %s", ""), "one", "two")
	g := screen.NewGrid(80, 24)
	m.Frame(g)
	if got := g.String(); titles(m) != "Load|CPU" || !strings.Contains(strings.SplitN(got, "\n", 2)[0], "Load · one") {
		t.Errorf("the header does not say it:\n%s", got)
	}
	m = allModel(t, strings.ReplaceAll(alike, "%s", "one"), "one", "two")
	if titles(m) != "Load|CPU" || m.view().sole != "" {
		t.Errorf("it is said twice: %s, header %q", titles(m), m.view().sole)
	}
}

func TestAllIsASource(t *testing.T) {
	m := allModel(t, mixed, "one", "two")
	all := m.source(sources.All)
	if all == nil || all != m.source(sources.All) {
		t.Fatalf("%v, then %v", all, m.source(sources.All))
	}
	if x := m.view().variable("ds"); !slices.Equal(x.values, []string{"one", "two", "all"}) || m.chosenOf(x)[0] != "all" {
		t.Errorf("values %q, chosen %q", x.values, m.chosenOf(x))
	}
	m.opts.Sources = append(m.opts.Sources, &labelSource{name: "three"})
	if now := m.source(sources.All).(*labelSource); now == all || len(now.asked) != 3 {
		t.Errorf("it does not ask the source that came: %+v", now)
	}
	if m := allModel(t, mixed, "one"); m.source(sources.All) == nil || slices.Contains(m.nameable(), "all") {
		t.Errorf("one source: %v, %q", m.source(sources.All), m.nameable())
	}
	if m := fleetModel(t, fleet, nil, fleetSource()); m.source(sources.All) != nil {
		t.Error("there is an all without a way to merge")
	}
	var kinds []string
	for _, p := range m.view().panels {
		if p.spec.Kind != boards.KindText {
			kinds = append(kinds, p.spec.Source)
		}
	}
	if !slices.Equal(kinds, []string{"one", "two", "all", "nope"}) {
		t.Errorf("sources %q", kinds)
	}
}

func TestHeaderSaysThatASourceIsMissing(t *testing.T) {
	m := allModel(t, mixed, "one", "two")
	if m.incomplete() {
		t.Error("nothing is missing yet")
	}
	p := m.view().panels[2]
	p.got[0] = &poll.Result{Frame: &sources.Frame{Incomplete: true}}
	if !m.incomplete() {
		t.Error("a part is missing")
	}
}
