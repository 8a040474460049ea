package ui

import (
	"slices"
	"strings"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/layout"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A rowView is a row of live panels.
type rowView struct {
	title  string
	panels []*panelView
}

// newPanelView makes a panel live, under an ID of its own.
func newPanelView(from *boards.Panel, id string, scope pickScope) *panelView {
	spec := *from
	spec.ID, spec.Queries = id, slices.Clone(from.Queries)
	n := max(1, len(spec.Queries))
	if spec.Kind == boards.KindText || spec.Kind == boards.KindLogs {
		n = 0 // asks the poller for nothing
	}
	p := &panelView{
		from: from, spec: &spec, scope: scope, grid: screen.NewGrid(0, 0),
		keys: make([]poll.Key, n), got: make([]*poll.Result, n), asked: make([]string, n),
	}
	p.panel = panels.New(p.spec)
	for _, q := range spec.Queries {
		p.needs = append(p.needs, boards.References(q.Expr)...)
	}
	return p
}

// repeat makes the panels of a board: of each that repeats one for every chosen
// value, under the ID of the panel, # and the value. Panels that were there stay
// what they are, so the others' state, the focus and full screen survive.
func (m *Model) repeat(v *boardView) {
	old := v.byID
	v.byID, v.panels, v.rows = map[string]*panelView{}, nil, nil
	macros := m.macros(pickScope{})
	for r := range v.board.Rows {
		row := &v.board.Rows[r]
		live := rowView{title: boards.ExpandText(row.Title, macros)}
		var notes []rowView
		for i := range row.Panels {
			spec := &row.Panels[i]
			x := v.variable(spec.Repeat)
			if x == nil {
				live.panels = append(live.panels, v.admit(old, spec, spec.ID, pickScope{}))
				continue
			}
			values := m.chosenOf(x)
			n := min(len(values), max(spec.RepeatMax, 1))
			for _, value := range values[:n] {
				if id := spec.ID + "#" + value; v.byID[id] == nil {
					live.panels = append(live.panels, v.admit(old, spec, id, pickScope{x.spec.Name, value}))
				}
			}
			if len(values) == 0 || n < len(values) {
				note := repeatNote(spec, x, values[n:])
				notes = append(notes, rowView{panels: []*panelView{v.admitNote(old, note)}})
			}
		}
		if len(live.panels) > 0 {
			v.rows = append(v.rows, live)
		}
		v.rows = append(v.rows, notes...)
	}
	v.refocus()
}

// variable finds a variable of the board; nil if it has none of that name.
func (v *boardView) variable(name string) *variable {
	for _, x := range v.vars {
		if x.spec.Name == name {
			return x
		}
	}
	return nil
}

// admit gives a panel its place among the live ones: the one that was there, or a new one.
func (v *boardView) admit(old map[string]*panelView, spec *boards.Panel, id string, scope pickScope) *panelView {
	p := old[id]
	if p == nil || p.from != spec {
		p = newPanelView(spec, id, scope)
	}
	v.panels = append(v.panels, p)
	v.byID[id] = p
	return p
}

// admitNote is admit for a note, which is another one if it says something else.
func (v *boardView) admitNote(old map[string]*panelView, note *boards.Panel) *panelView {
	if p := old[note.ID]; p != nil && p.spec.Text == note.Text && p.from.Title == note.Title {
		note = p.from
	}
	return v.admit(old, note, note.ID, pickScope{})
}

// repeatNote says why panels of a repeated one are not there.
func repeatNote(spec *boards.Panel, x *variable, left []string) *boards.Panel {
	note := &boards.Panel{
		ID: spec.ID + "#", Kind: boards.KindText, Span: layout.Columns, MinWidth: spec.MinWidth,
		Height: noteHeight, MinHeight: noteHeight, Priority: spec.Priority,
	}
	switch {
	case len(left) > 0:
		note.Title = itoa(len(left)) + " more of " + x.spec.Label + " not shown"
		note.Text = "past repeat_max: " + strings.Join(left[:min(len(left), 20)], ", ")
	case len(x.values) == 0 && x.err != nil:
		note.Title, note.Text = spec.Title, "the values of "+x.spec.Label+" cannot be read"
	case x.due || x.asking:
		note.Title, note.Text = spec.Title, "reading the values of "+x.spec.Label
	default:
		note.Title, note.Text = spec.Title, x.spec.Label+" has no value"
	}
	return note
}

// isNote reports whether a panel's ID is that of a note.
func isNote(id string) bool { return strings.HasSuffix(id, "#") }

// noteHeight is a title and a line.
const noteHeight = 2

// refocus moves the focus from a panel that is gone to one of the same kin, or
// to the first, and leaves the full screen of one that is gone.
func (v *boardView) refocus() {
	if v.byID[v.full] == nil {
		v.full = ""
	}
	if v.byID[v.focus] != nil && !isNote(v.focus) || len(v.panels) == 0 {
		return
	}
	kin, _, _ := strings.Cut(v.focus, "#")
	if v.byID[v.focus] == nil {
		v.focus = v.panels[0].spec.ID
	}
	for _, p := range v.panels {
		if id, _, _ := strings.Cut(p.spec.ID, "#"); id == kin && !isNote(p.spec.ID) {
			v.focus = p.spec.ID
			return
		}
	}
}
