package ui

import (
	"context"
	"strings"
	"testing"

	"nightjar/sources"
)

// rowSource answers with a row for each of its hosts that a query matches.
type rowSource struct {
	labelSource
	hosts []string // worst first
}

func (s *rowSource) QueryInstant(_ context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	f := &sources.Frame{Source: s.name, Kind: sources.Vector}
	for i, host := range s.hosts {
		if strings.Contains(q.Expr, `host=~".*"`) || strings.Contains(q.Expr, `host=~"`+host+`"`) {
			f.Series = append(f.Series, sources.Series{
				Labels: sources.NewLabels("host", host), Times: []int64{q.Time.UnixMilli()}, Values: []float64{float64(90 - i)},
			})
		}
	}
	return f, nil
}

const linked = `
name: node
variables: [{name: host, query: 'label_values(up, host)', all: .*, value: All}]
rows:
  - panels:
      - id: t
        title: Machines
        kind: KIND
        link: {board: node, set: [host]}
        queries: [{name: busy, expr: 'busy{host=~"$host"}', thresholds: [{at: 95}]}]
`

// In panels of every kind with rows: enter goes to the board of the selected row,
// esc back to that row, and there it is as it was.
func TestARowLeadsToItsBoard(t *testing.T) {
	for _, kind := range []string{"table", "bars", "limits"} {
		src := &rowSource{labelSource{name: "one"}, []string{"a", "b", "c"}}
		m := fleetModel(t, strings.Replace(linked, "KIND", kind, 1), nil, src)
		settled(t, m)
		frameOf(m)
		hit(m, "down", "enter")
		want(t, kind+": of the second row", exprs(m), `one busy{host=~"b"}`)
		settled(t, m)
		if head, _, _ := strings.Cut(frameOf(m), "\n"); !strings.Contains(head, "node › b ") || strings.Contains(head, "host") {
			t.Errorf("%s: where we are is not said once: %s", kind, head)
		}
		hit(m, "enter")
		if m.view().full != "t" || len(m.trail) != 2 {
			t.Errorf("%s: enter on the row that we are at leads %d boards deep, full screen %q", kind, len(m.trail), m.view().full)
		}
		hit(m, "esc", "esc")
		settled(t, m)
		want(t, kind+": back", exprs(m), `one busy{host=~".*"}`)
		if head, _, _ := strings.Cut(frameOf(m), "\n"); !strings.Contains(head, "node  host All") {
			t.Errorf("%s: back is not where we were: %s", kind, head)
		}
		hit(m, "enter")
		want(t, kind+": the row is kept", exprs(m), `one busy{host=~"b"}`)
		hit(m, "1")
		want(t, kind+": a screen of its own is of no row", exprs(m), `one busy{host=~".*"}`)
		if len(src.asked) > 0 {
			t.Errorf("%s: lists of values were asked for: %q", kind, src.asked)
		}
	}
}

// What someone chose before a link is what is chosen after it.
func TestBackFromARowRestoresTheChoice(t *testing.T) {
	src := &rowSource{labelSource{name: "one", values: map[string][]string{"host up": {"a", "b", "c"}}}, []string{"a", "b", "c"}}
	m := fleetModel(t, strings.Replace(linked, "KIND", "table", 1), nil, src)
	settled(t, m)
	frameOf(m)
	hit(m, "down", "enter")
	m.pickValues(m.view().variable("host"), pick{values: []string{"c"}})
	settled(t, m)
	if head, _, _ := strings.Cut(frameOf(m), "\n"); !strings.Contains(head, "host c") {
		t.Errorf("another choice is not said: %s", head)
	}
	hit(m, "esc")
	want(t, "back", exprs(m), `one busy{host=~".*"}`)
}

// Of a row that has no such label, a link to where we are is full screen.
func TestARowWithoutTheLabelLeadsNowhere(t *testing.T) {
	src := &rowSource{labelSource{name: "one"}, []string{"a"}}
	m := fleetModel(t, strings.NewReplacer("KIND", "bars", "set: [host]", "set: [host=rack]").Replace(linked), nil, src)
	settled(t, m)
	frameOf(m)
	hit(m, "enter")
	if len(m.trail) != 1 || m.view().full != "t" {
		t.Errorf("%d boards deep, full screen %q", len(m.trail), m.view().full)
	}
}
