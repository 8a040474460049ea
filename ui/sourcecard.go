package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// sourceCard says all that is known of one source: what it is, how it does, and
// what it could not read and why.
type sourceCard struct {
	name string
	top  int
}

func newSourceCard(_ *Model, name string) *sourceCard { return &sourceCard{name: name} }

func (c *sourceCard) lines(m *Model) []helpLine {
	var out []helpLine
	add := func(k, v string) {
		if v != "" {
			out = append(out, helpLine{k, v})
		}
	}
	for _, s := range m.opts.Poller.SourceStates() {
		if s.Name != c.name {
			continue
		}
		add("state", sourceLine(s))
		if !s.LastGood.IsZero() {
			add("last answer", units.Age(m.now().Sub(s.LastGood))+" ago")
		}
		add("requests now", itoa(s.InFlight))
	}
	if c.name == sources.All {
		var names []string
		for _, s := range m.opts.Sources {
			names = append(names, s.Name())
		}
		add("asks", strings.Join(names, ", "))
	}
	src := m.source(c.name)
	if r, ok := src.(sources.StatusReporter); ok {
		st := r.Status()
		add("kind", strings.TrimSpace(st.Kind+" "+st.Version))
		add("samples every", units.Duration(st.Interval))
		add("series", itoa(st.Series))
		if !st.Since.IsZero() {
			add("holds since", st.Since.In(m.opts.Zone).Format("2006-01-02 15:04:05"))
		}
		for _, n := range st.Notes {
			add("note", n)
		}
	}
	return out
}

func (c *sourceCard) draw(m *Model, body screen.Region) {
	lines := c.lines(m)
	r, _ := box(body, 90, len(lines)+2, "Source "+screen.Clean(c.name), "esc close", m.opts.ASCII)
	w, h := r.Size()
	c.top = max(0, min(c.top, len(lines)-h))
	base := screen.On(themes.Text).Over(themes.Overlay)
	for i := range min(h, len(lines)-c.top) {
		l := lines[c.top+i]
		r.Fit(0, i, 14, l.keys, base.As(themes.Muted))
		r.Fit(15, i, w-15, l.text, base)
	}
}

func (c *sourceCard) key(_ *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "up", "k":
		c.top--
	case "down", "j":
		c.top++
	default:
		return true
	}
	return false
}

func (c *sourceCard) paste(*Model, string) {}

func (c *sourceCard) click(*Model, int, int) bool { return true }
