package ui

import (
	"slices"
	"strings"

	"nightjar/sources"
	"nightjar/ui/boards"
)

// together is the sources that there are as one, called sources.All; nil if
// nobody said how they are merged.
func (m *Model) together() sources.Source {
	if m.opts.Merge == nil || len(m.opts.Sources) == 0 {
		return nil
	}
	if m.all == nil || !slices.Equal(m.allParts, m.opts.Sources) {
		m.allParts = slices.Clone(m.opts.Sources)
		m.all = m.opts.Merge(m.allParts)
	}
	return m.all
}

// nameable are the names that a variable of kind source chooses from: those of
// the sources and, where there are several, all.
func (m *Model) nameable() []string {
	names := make([]string, 0, len(m.opts.Sources)+1)
	for _, s := range m.opts.Sources {
		names = append(names, s.Name())
	}
	if len(names) > 1 && m.together() != nil {
		names = append(names, sources.All)
	}
	return names
}

// sourceName is the name of the source that a panel asks; empty: it asks none.
func (m *Model) sourceName(p *panelView) string {
	switch {
	case p.spec.Kind == boards.KindText, p.spec.Kind == boards.KindLogs && p.spec.Source == "":
		return "" // logs are of all sources that have any, and each line says which
	case p.spec.Source == sources.All:
		return sources.All
	}
	if src := m.source(p.spec.Source); src != nil {
		return src.Name()
	}
	return p.spec.Source
}

// soleSource is the source that all panels of a board ask, where there are
// several and the board's title does not say which; empty: it need not be said.
func (m *Model) soleSource(v *boardView) string {
	if len(m.opts.Sources) < 2 {
		return ""
	}
	sole := ""
	for _, p := range v.panels {
		switch name := m.sourceName(p); {
		case name == "" || name == sole:
		case sole != "":
			return ""
		default:
			sole = name
		}
	}
	if says(v.board.Title, sole) {
		return ""
	}
	return sole
}

// titled is a panel's title with the source that it asks, where there are several
// and neither the title nor the board says which.
func (m *Model) titled(p *panelView) string {
	v := m.view()
	name := ""
	if len(m.opts.Sources) > 1 {
		name = m.sourceName(p)
	}
	if name == "" || v.sole != "" || says(v.board.Title, name) || says(p.spec.Title, name) {
		return p.spec.Title
	}
	return p.spec.Title + " · " + name
}

// incomplete reports whether a panel shows an answer to which a source gave nothing.
func (m *Model) incomplete() bool {
	for _, p := range m.view().panels {
		for _, r := range p.got {
			if r != nil && r.Frame != nil && r.Frame.Incomplete {
				return true
			}
		}
	}
	return false
}

// asksFor reports whether a panel of this source wants the log lines of the one
// of that name: without a source it wants all.
func asksFor(source, name string) bool {
	return source == "" || source == sources.All || source == name
}

// says reports whether a title has a name among its words.
func says(title, name string) bool {
	return slices.Contains(strings.Fields(title), name)
}
