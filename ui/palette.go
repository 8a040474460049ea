package ui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"nightjar/themes"
	"nightjar/ui/screen"
)

// A command is something the palette can do.
type command struct {
	kind  string // "board", "panel", "source", "theme", "action"
	name  string
	about string // what it is, beside the name; not searched
	hint  string // its key, or its form
	run   func(m *Model)
}

// commands implements fuzzy.Source.
type commands []command

func (c commands) String(i int) string { return c[i].kind + " " + c[i].name }
func (c commands) Len() int            { return len(c) }

// palette finds a command by a few letters of it.
type palette struct {
	in   input
	all  commands
	hits []fuzzy.Match
	menu menu
	rows int
	top  int // screen row of the first hit
}

func newPalette(m *Model) *palette {
	p := &palette{in: newInput(""), all: m.commands()}
	p.find()
	return p
}

// find ranks the commands by the typed letters; with none all are listed in their own order.
func (p *palette) find() {
	p.menu = menu{}
	p.hits = p.hits[:0]
	if p.in.value() == "" {
		for i := range p.all {
			p.hits = append(p.hits, fuzzy.Match{Index: i})
		}
		return
	}
	p.hits = fuzzy.FindFrom(p.in.value(), p.all)
}

func (p *palette) draw(m *Model, body screen.Region) {
	_, bh := body.Size()
	title := "Go to or do: " + itoa(len(p.hits)) + " of " + itoa(len(p.all))
	r, at := box(body, 72, min(bh-2, max(8, len(p.all)+4)), title, "enter run   esc close   up/down choose", m.opts.ASCII)
	w, h := r.Size()
	base := screen.On(themes.Text).Over(themes.Overlay)
	r.Text(0, 0, ":", base.As(themes.Key))
	p.in.draw(r, 2, 0, w-2, base.As(themes.Strong))
	p.rows, p.top = max(h-2, 1), at.Y+2
	first := p.menu.window(len(p.hits), p.rows)
	for row := range min(p.rows, len(p.hits)-first) {
		hit := p.hits[first+row]
		c := p.all[hit.Index]
		s := base
		if first+row == p.menu.selected {
			s = s.Over(themes.Selection)
			r.Sub(0, row+2, w, 1).Fill(' ', s)
			r.Text(0, row+2, ">", s.As(themes.Focus))
		}
		x := 2 + r.Fit(2, row+2, 7, c.kind, s.As(themes.Muted)) + 1
		hintW := min(screen.Width(c.hint), w/3)
		r.Fit(x, row+2, w-x-hintW-1, c.name, s.As(themes.Text))
		if at := x + screen.Width(c.name) + 2; c.about != "" && at < w-hintW-1 {
			r.Fit(at, row+2, w-at-hintW-1, c.about, s.As(themes.Muted))
		}
		r.Right(w-hintW, row+2, hintW, c.hint, s.As(themes.Muted))
	}
	if len(p.hits) == 0 {
		r.Text(2, 2, "nothing is called that", base.As(themes.Muted))
	}
}

func (p *palette) key(m *Model, k tea.KeyPressMsg) bool {
	switch {
	case p.menu.key(k, len(p.hits), p.rows):
	case k.String() == "esc":
		return true
	case k.String() == "enter":
		return p.choose(m)
	default:
		before := p.in.value()
		p.in.key(k)
		if p.in.value() != before {
			p.find()
		}
	}
	return false
}

// choose closes the palette and runs what is selected.
func (p *palette) choose(m *Model) bool {
	if p.menu.selected < len(p.hits) {
		m.over = nil
		p.all[p.hits[p.menu.selected].Index].run(m)
		return m.over == nil
	}
	return false
}

func (p *palette) paste(_ *Model, text string) {
	p.in.paste(text)
	p.find()
}

func (p *palette) click(m *Model, _, y int) bool {
	if row := y - p.top; row >= 0 && row < p.rows && p.menu.top+row < len(p.hits) {
		p.menu.selected = p.menu.top + row
		return p.choose(m)
	}
	return true
}
