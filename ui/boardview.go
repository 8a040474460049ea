package ui

import (
	"slices"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/layout"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A boardView is a board that is open: its live panels, which one has the
// focus, how far it is scrolled. It survives leaving and coming back.
type boardView struct {
	board  *boards.Board
	vars   []*variable
	rows   []rowView
	panels []*panelView // of all rows
	byID   map[string]*panelView
	focus  string // ID of the focused panel
	full   string // ID of the panel shown full screen; empty: none
	scroll int    // rows scrolled off the top
	sole   string // source that all panels ask, as the header says; see soleSource
	plan   layout.Plan

	// Where a link chose variables for it: those, and what was chosen before (nil: nothing).
	set    map[string]string
	before map[string]*pick
}

// A panelView is a live panel with what the root keeps about it: where it is,
// what it asked for, and the picture it made last.
type panelView struct {
	from  *boards.Panel // as the board has it
	scope pickScope     // what it is repeated for
	needs []string      // variables that its queries refer to
	asked []string      // source and queries, with the variables put in

	spec  *boards.Panel // its own: with the variables put in
	panel panels.Panel
	keys  []poll.Key // of its queries, in their order; nil entries are not asked
	got   []*poll.Result
	body  layout.Rect // on the last frame; for clicks
	place layout.Rect

	grid   *screen.Grid
	drawn  drawKey
	broke  error // a panic in this panel, shown in its place
	logged bool
	filter string // rows kept, as typed
}

// A drawKey is all that a panel's picture depends on.
type drawKey struct {
	version, results uint64
	w, h             int
	ctx              panels.Context
	title            string
	state            panels.FrameState
}

// focused is the panel that keys go to; nil on an empty board.
func (v *boardView) focused() *panelView {
	if v.full != "" {
		return v.byID[v.full]
	}
	return v.byID[v.focus]
}

// arrange lays the board out for a body of w x h. Panels that are optional are
// left out where others would be lower for them than they want to be.
func (v *boardView) arrange(w, h int) {
	v.plan = layout.Arrange(v.input(w, h, true))
	if v.full == "" && !v.roomy(h) {
		v.plan = layout.Arrange(v.input(w, h, false))
	}
	if n := len(v.plan.Places); n > 0 && !slices.ContainsFunc(v.plan.Places, func(pl layout.Place) bool { return pl.ID == v.focus }) {
		v.focus = v.plan.Places[0].ID // keys go to nothing unseen
	}
	v.scroll = min(v.scroll, max(0, v.plan.ContentHeight-h))
}

// input is what is to be laid out.
func (v *boardView) input(w, h int, optional bool) layout.Input {
	in := layout.Input{Width: w, Height: h, Full: v.full}
	for _, row := range v.rows {
		var items []layout.Item
		for _, live := range row.panels {
			p := live.spec
			if p.Optional && !optional {
				continue
			}
			items = append(items, layout.Item{
				ID: p.ID, Span: p.Span, MinWidth: p.MinWidth, Height: p.Height,
				MinHeight: p.MinHeight, Priority: p.Priority, Grow: grows(p.Kind) && !isNote(p.ID),
			})
		}
		if len(items) == 0 {
			continue
		}
		in.Rows = append(in.Rows, layout.Row{Title: row.title, Items: items})
		in.RowTitles = in.RowTitles || row.title != ""
	}
	return in
}

// roomy reports whether all is on a body h rows high and as high as it wants to
// be; true where no panel is optional.
func (v *boardView) roomy(h int) bool {
	optional := false
	for _, p := range v.panels {
		optional = optional || p.spec.Optional
	}
	if !optional {
		return true
	}
	for _, pl := range v.plan.Places {
		if p := v.byID[pl.ID]; p == nil || pl.H < p.spec.Height {
			return false
		}
	}
	return v.plan.ContentHeight <= h
}

// grows says which kinds of panel make use of more rows.
func grows(k boards.Kind) bool {
	switch k {
	case boards.KindGraph, boards.KindHeatmap, boards.KindTable, boards.KindText, boards.KindBars, boards.KindLogs:
		return true
	default:
		return false
	}
}

// visible calls f for each panel that has a row on a body h rows high.
func (v *boardView) visible(h int, f func(p *panelView, at layout.Rect)) {
	for _, pl := range v.plan.Places {
		at := layout.Rect{X: pl.X, Y: pl.Y - v.scroll, W: pl.W, H: pl.H}
		if at.Y < h && at.Y+at.H > 0 {
			f(v.byID[pl.ID], at)
		}
	}
}

// reveal scrolls so that the focused panel is on a body h rows high.
func (v *boardView) reveal(h int) {
	for _, pl := range v.plan.Places {
		if pl.ID != v.focus {
			continue
		}
		if pl.Y < v.scroll {
			v.scroll = pl.Y
		}
		if bottom := pl.Y + min(pl.H, h); bottom > v.scroll+h {
			v.scroll = bottom - h
		}
	}
}

// below is how many panels have no row on a body h rows high.
func (v *boardView) below(h int) int {
	n := len(v.plan.Places)
	v.visible(h, func(*panelView, layout.Rect) { n-- })
	return n
}

// set gives the panel a result of its i-th query.
func (p *panelView) set(i int, r *poll.Result) {
	if p.got[i] == r {
		return
	}
	p.got[i] = r
	p.guard(func() { p.panel.SetResult(i, r) })
}

// version sums what the panel's results are at.
func (p *panelView) version() uint64 {
	var n uint64
	for _, r := range p.got {
		if r != nil {
			n += r.Version + 1
		}
	}
	return n
}
