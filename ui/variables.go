package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	"nightjar/ui/boards"
	"nightjar/ui/panels"
)

// maxValues is the most values of a variable that are kept for choosing; the rest is counted.
const maxValues = 500

// A variable is a board's variable while the board is open: what can be chosen
// and how that is known. What is chosen is in Model.picks, by name, because
// boards share it.
type variable struct {
	spec   *boards.Variable
	values []string // what can be chosen
	left   int      // how many more there are
	err    error    // of the last ask; the values are those from before

	key      string // what was asked, with the variables it depends on put in
	gen      uint64 // of the newest ask; answers to older ones are dropped
	due      bool   // is to be asked
	asking   bool
	moved    bool               // what it depends on changed: the choice may be of no use
	answered bool               // was, at least once, without an error
	cancel   context.CancelFunc // of the ask under way
	retry    time.Time          // when it is asked again by itself; zero: not
	tries    int                // in a row, without a value
	from, to time.Time          // of the range it was asked for
}

// A pick is what is chosen of a variable.
type pick struct {
	values []string
	all    bool
	given  bool // by the user at the start: it stays, whatever the source answers
}

// A pickScope is the value of the variable that a panel is repeated for.
type pickScope struct{ name, value string }

func (m *Model) newVariables(b *boards.Board) []*variable {
	var out []*variable
	for i := range b.Variables {
		x := &variable{spec: &b.Variables[i], values: b.Variables[i].Options}
		if x.spec.Kind == boards.VarSource {
			x.values = x.spec.Choices(m.nameable())
		}
		out = append(out, x)
		if _, ok := m.picks[x.spec.Name]; !ok {
			m.reset(x, nil)
		}
	}
	return out
}

// reset chooses what the board says, as far as that is among all (nil: not
// known), else the first value.
func (m *Model) reset(x *variable, all []string) {
	said := pickOf(x.spec, x.spec.Value)
	if all != nil {
		said.values = among(said.values, all)
	}
	switch {
	case said.all || len(said.values) > 0:
		m.picks[x.spec.Name] = said
	case len(x.values) > 0:
		m.picks[x.spec.Name] = pick{values: x.values[:1:1]}
	}
}

// keep makes the choice one of all that there is, where it is not. With nothing
// there is, and where the user gave it at the start, it stays.
func (m *Model) keep(x *variable, all []string) {
	p := m.picks[x.spec.Name]
	if p.given || p.all && x.spec.All || len(all) == 0 {
		return
	}
	if p.values = among(p.values, all); len(p.values) > 0 {
		m.picks[x.spec.Name] = p
		return
	}
	m.reset(x, all)
}

// among are the values that are in all.
func among(values, all []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(s string) bool { return !slices.Contains(all, s) })
}

// pickOf reads a choice as it is written.
func pickOf(spec *boards.Variable, values []string) pick {
	if spec.All && len(values) == 1 && values[0] == boards.All {
		return pick{all: true}
	}
	return pick{values: values}
}

// give takes the choices that the user gave at the start, a,b where there may be several.
func (m *Model) give(b *boards.Board) {
	for i := range b.Variables {
		spec := &b.Variables[i]
		text, ok := m.opts.Vars[spec.Name]
		if _, have := m.picks[spec.Name]; !ok || have {
			continue
		}
		values := []string{text}
		if spec.Multi && strings.Contains(text, ",") {
			values = values[:0]
			for s := range strings.SplitSeq(text, ",") {
				if s = strings.TrimSpace(s); s != "" && !slices.Contains(values, s) {
					values = append(values, s)
				}
			}
		}
		p := pickOf(spec, values)
		p.given = true
		m.picks[spec.Name] = p
	}
}

// chosen is what is chosen of a variable, as far as its board lets it be.
func (m *Model) chosenOf(x *variable) []string {
	p := m.picks[x.spec.Name]
	switch {
	case p.all && x.spec.All:
		return x.values
	case p.all:
		return x.values[:min(1, len(x.values))]
	case len(p.values) > 1 && !x.spec.Multi:
		return p.values[:1]
	}
	return p.values
}

// allOf reports whether all values are chosen by that name.
func (m *Model) allOf(x *variable) bool { return x.spec.All && m.picks[x.spec.Name].all }

// pickValues chooses values of a variable, for all that is on the screen.
func (m *Model) pickValues(x *variable, p pick) {
	m.picks[x.spec.Name] = p
	m.applyVariables()
}

// macros are the board's variables as its queries use them.
func (m *Model) macros(scope pickScope) boards.Macros {
	out := boards.Macros{Vars: map[string]string{}, Multi: map[string][]string{}, Found: map[string]bool{}}
	for _, x := range m.view().vars {
		values := m.chosenOf(x)
		if x.spec.Name == scope.name {
			values = []string{scope.value}
		}
		if x.spec.Joined() {
			out.Multi[x.spec.Name] = values
			continue
		}
		out.Vars[x.spec.Name] = strings.Join(values, ",")
		out.Found[x.spec.Name] = x.spec.Asks()
	}
	return out
}

// applyVariables makes the board shown be of what is chosen: variables that
// depend on others are asked anew, panels are repeated, titles and queries follow.
func (m *Model) applyVariables() {
	v := m.view()
	for _, x := range v.vars {
		if !x.spec.Asks() {
			continue
		}
		if key := m.askKey(x); key != x.key {
			x.moved = x.key != ""
			x.key = key
			x.ask()
		}
	}
	m.repeat(v)
	for _, p := range v.panels {
		m.resolve(p)
	}
	m.relayout()
	m.dirty = true
}

// resolve puts the variables into what a panel is called and asks. What it holds
// of another query or source goes at once: it is not what the title says.
func (m *Model) resolve(p *panelView) {
	macros := m.macros(p.scope)
	p.spec.Title = boards.ExpandText(p.from.Title, macros)
	p.spec.Description = boards.ExpandText(p.from.Description, macros)
	if text := boards.ExpandText(p.from.Text, macros); text != p.spec.Text {
		p.spec.Text = text
		p.panel, p.drawn = panels.New(p.spec), drawKey{}
	}
	p.spec.Source = p.from.Source
	if name, ok := boards.SourceVariable(p.from.Source); ok {
		if values := values(macros, name); len(values) == 1 && values[0] != "" {
			p.spec.Source = values[0]
		}
	}
	for i := range p.got {
		asked := p.spec.Source // and the legend: panels keep the names they made
		if i < len(p.spec.Queries) {
			q := &p.spec.Queries[i]
			q.Legend = boards.ExpandText(p.from.Queries[i].Legend, macros)
			asked += "\x00" + boards.Expand(q.Expr, macros) + "\x00" + q.Legend
		}
		if p.asked[i] != asked && p.asked[i] != "" {
			p.keys[i] = ""
			p.set(i, nil)
		}
		p.asked[i] = asked
	}
}

// values are those of one variable.
func values(m boards.Macros, name string) []string {
	if several, ok := m.Multi[name]; ok {
		return several
	}
	return []string{m.Vars[name]}
}
