package panels

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/alerts/patterns"
	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui/units"
)

// A patternMiner mines patterns for the feed.
type patternMiner struct{ *patterns.Miner }

// A patternFind is what it finds.
type patternFind struct {
	list  []patterns.Pattern
	letGo uint64 // lines of patterns that were let go for the bounds
}

func newPatternMiner(window, before sources.Window, began time.Time) feed.Miner {
	both := sources.Window{Start: before.Start, End: window.End}
	return patternMiner{patterns.New(patterns.Options{Window: both, Began: began})}
}

// Find is the patterns as they are.
func (m patternMiner) Find(window, before sources.Window) any {
	return patternFind{m.Snapshot(window, before), m.Stats().EvictedLines}
}

// A patternList is the patterns of the range in the place of the lines: those that
// matter first. Once the reader moves, rows stay where they are: what comes is
// added at the end, until he goes to the top.
type patternList struct {
	shown  bool
	mined  *feed.Mined
	letGo  uint64
	rows   []patterns.Pattern
	hidden map[string]bool // IDs that the reader hid, until what is found is without them
	late   int             // rows that came after the order was held
	held   bool
	sel    int // row the reader stands on
	top    int // first row drawn
	h      int // rows drawn at once

	names map[sources.LogTerm]string // templates of terms that were made of patterns
}

// take takes what was found.
func (l *patternList) take(m *feed.Mined) {
	if m == nil || m == l.mined {
		return
	}
	found, ok := m.Found.(patternFind)
	if !ok {
		return
	}
	if l.held && !m.Whole {
		return // rows would go and come back elsewhere
	}
	l.mined, l.letGo = m, found.letGo
	list := slices.DeleteFunc(slices.Clone(found.list), func(p patterns.Pattern) bool { return l.hidden[p.ID] })
	if !l.held {
		l.rows, l.late = list, 0
		return
	}
	l.rows, l.late = inOrder(l.rows, list)
	l.sel = max(0, min(l.sel, len(l.rows)-1))
}

// inOrder puts patterns in the order of those that are shown, and new ones behind them.
func inOrder(shown, list []patterns.Pattern) (rows []patterns.Pattern, late int) {
	at := map[string]int{}
	for i := range shown {
		at[shown[i].ID] = i
	}
	place := func(p *patterns.Pattern) int {
		if i, ok := at[p.ID]; ok {
			return i
		}
		for _, id := range p.Former {
			if i, ok := at[id]; ok {
				return i
			}
		}
		return len(shown)
	}
	for i := range list {
		if place(&list[i]) == len(shown) {
			late++
		}
	}
	slices.SortStableFunc(list, func(a, b patterns.Pattern) int { return place(&a) - place(&b) })
	return list, late
}

// reset puts the worst first again, and the reader there.
func (l *patternList) reset() {
	l.held, l.sel, l.top, l.late = false, 0, 0, 0
	if l.mined != nil {
		m := *l.mined
		l.take(&m)
	}
}

// move goes n rows on; it reports whether there was anywhere to go.
func (l *patternList) move(n int) bool {
	to := max(0, min(l.sel+n, len(l.rows)-1))
	if to == l.sel {
		return false
	}
	l.held, l.sel = l.mined.Whole, to
	return true
}

// selected is the pattern the reader stands on, nil if there is none.
func (l *patternList) selected() *patterns.Pattern {
	if l.sel < 0 || l.sel >= len(l.rows) {
		return nil
	}
	return &l.rows[l.sel]
}

// Patterns reports whether patterns are shown rather than lines.
func (p *logView) Patterns() bool { return p.pats.shown }

// minedAll reports whether the patterns that are shown, if they are, are all there.
func (p *logView) minedAll() bool {
	m := p.page.Mined
	return !p.pats.shown || m != nil && m.Whole && !m.Busy
}

// mining is what the feed is asked for.
func (p *logView) mining(c Context) feed.Mining {
	if !p.pats.shown || c.Window.End.IsZero() {
		return feed.Mining{}
	}
	w := sources.Window{Start: c.Window.Start, End: c.Window.End}
	if late := w.End.Sub(c.Now.Truncate(10 * time.Second)); c.Window.Columns <= 1 && late > 0 { // its one cell has not passed yet
		w.Start, w.End = w.Start.Add(-late), w.End.Add(-late)
	}
	return feed.Mining{Window: w, New: newPatternMiner}
}

// togglePatterns switches between lines and patterns.
func (p *logView) togglePatterns() bool {
	p.pats.shown = !p.pats.shown
	p.pats.reset()
	return p.changed()
}

// patternKey is Key while patterns are shown.
func (p *logView) patternKey(k tea.KeyPressMsg) bool {
	l := &p.pats
	switch k.String() {
	case "up":
		return l.move(-1) && p.changed()
	case "down":
		return l.move(1) && p.changed()
	case "pgup":
		l.move(-max(1, l.h-1))
	case "pgdown":
		l.move(max(1, l.h-1))
	case "home":
		l.reset()
	case "end":
		l.move(len(l.rows))
	case "enter":
		return p.pick(false)
	case "x":
		return p.pick(true)
	case "p", "esc":
		return p.togglePatterns()
	case "backspace":
		return p.dropTerm()
	case "n", "N", "e", "E", "z", "b", "B", "d", "W":
		p.notice = "that is of lines: esc goes back to them"
	default:
		return false
	}
	return p.changed()
}

// pick shows the lines of the reader's pattern, or hides it: either is one more filter.
func (p *logView) pick(hide bool) bool {
	l := &p.pats
	at := l.selected()
	if at == nil {
		p.notice = "there is no pattern yet"
		return p.changed()
	}
	terms := slices.Clone(p.terms)
	for _, t := range at.Terms() {
		t.Not = hide
		if l.names == nil {
			l.names, l.hidden = map[sources.LogTerm]string{}, map[string]bool{}
		}
		l.names[t] = patternName(at)
		if !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
	}
	if hide {
		l.hidden[at.ID] = true
		l.held = true // the rows below move up and no others
		l.rows = slices.Delete(slices.Clone(l.rows), l.sel, l.sel+1)
		l.sel = max(0, min(l.sel, len(l.rows)-1))
	} else {
		l.shown = false
	}
	p.SetTerms(terms)
	return true
}

// patternName is a template for the screen.
func patternName(p *patterns.Pattern) string {
	if p.Template == "" {
		return "(empty lines)"
	}
	return p.Template
}

// refilter keeps the rows until what is found with other filters is there. Fewer
// filters show again what was hidden.
func (l *patternList) refilter(fewer bool) {
	if fewer {
		clear(l.hidden)
	}
	if l.mined != nil {
		m := *l.mined
		m.Busy = true
		l.mined = &m
	}
}

// clickPattern stands on the row that was clicked; a second click shows its lines.
func (p *logView) clickPattern(row int) bool {
	l := &p.pats
	at := l.top + row - (p.list - l.h)
	switch {
	case row < p.list-l.h || at >= len(l.rows):
		return false
	case at == l.sel && l.held:
		return p.pick(false)
	}
	l.held, l.sel = l.mined.Whole, at
	return p.changed()
}

// changeMark says what became of a pattern.
func changeMark(p *patterns.Pattern) string {
	switch p.Change {
	case patterns.ChangeNew:
		return "NEW"
	case patterns.ChangeSurging:
		return strings.TrimSpace("SURGE " + p.FactorText())
	case patterns.ChangeQuiet:
		return "QUIET"
	}
	return ""
}

// patternCaption says what was found, of which lines, and what is still to come.
func (p *logView) patternCaption(c Context) string {
	l := &p.pats
	var parts []string
	if p.notice != "" {
		parts = append(parts, p.notice)
	}
	m := l.mined
	if m == nil {
		return plainText(strings.Join(append(parts, "patterns: reading…"), "  "), c.ASCII)
	}
	parts = append(parts, patterns.Summary(l.rows))
	if l.late > 0 {
		parts = append(parts, strconv.Itoa(l.late)+" came since, at the end")
	}
	length := m.Window.End.Sub(m.Window.Start)
	if length > 5*time.Minute { // whole cells of a chart are a little more
		length = length.Truncate(time.Minute)
	}
	span := units.Age(length)
	switch {
	case !slices.ContainsFunc(l.rows, func(p patterns.Pattern) bool { return p.Compared() }):
		parts = append(parts, span+", nothing before to hold it against")
	case m.Before.End.Sub(m.Before.Start).Round(time.Second) < m.Window.End.Sub(m.Window.Start).Round(time.Second):
		parts = append(parts, span+" against "+units.Age(m.Before.End.Sub(m.Before.Start))+" before")
	default:
		parts = append(parts, span+" against as long before")
	}
	if m.Cut > 0 {
		parts = append(parts, "of the newest "+thousands(m.Cut)+" lines")
	}
	switch {
	case m.Busy && !m.Whole:
		parts = append(parts, "reading… "+thousands(m.Lines)+" lines")
	case m.Busy:
		parts = append(parts, "reading…")
	}
	if m.Err != nil {
		parts = append(parts, "without "+sources.Redact(m.Err.Error()))
	}
	if l.letGo > 0 {
		parts = append(parts, thousands(int(min(l.letGo, math.MaxInt32)))+" lines too unlike to hold")
	}
	return plainText(strings.Join(parts, "  "), c.ASCII)
}

// thousands is a whole number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
