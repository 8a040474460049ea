package panels

import (
	"slices"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// A LogViewer is a panel that shows log lines. It says what it wants with Ask;
// the root adds the sources and brings pages.
type LogViewer interface {
	Panel
	// Ask is what it wants now in a body of w x h cells.
	Ask(w, h int, c Context) feed.Request
	SetPage(p *feed.Page)
	// SetNowhere says whether there is no source to read.
	SetNowhere(nowhere bool)
	// Moved gives the time that the reader went to by himself since it was last
	// asked, for the shared cursor; zero: to the newest line.
	Moved() (to time.Time, moved bool)
	// State is how the lines are to be read.
	State(c Context) FrameState
	// Settled reports whether lines and histogram are all there.
	Settled() bool
	// Current reports whether the lines are those that were asked for last.
	Current() bool
	// Patterns reports whether patterns are shown rather than lines.
	Patterns() bool
	// Ages reports whether times are shown as ages, which change by themselves.
	Ages() bool
	// Terms are the tests that lines must pass, as chips.
	Terms() []sources.LogTerm
	SetTerms(terms []sources.LogTerm)
	// Search highlights what passes a term and goes to the next hit, up or down.
	Search(term *sources.LogTerm, back bool)
	// Seek goes to the next line that passes terms.
	Seek(back bool, terms ...sources.LogTerm)
	// Columns are the fields that have columns of their own; Fields those of the lines on the screen.
	Columns() []string
	SetColumns(names []string)
	Fields() []string
	// Selected is the line that the reader stands on, nil if there is none.
	Selected() *sources.LogLine
}

// A Highlighter finds the spans of a text that terms are about.
type Highlighter interface {
	Spans(text string) [][2]int
}

// How times are written in front of lines.
const (
	timeAbsolute = iota
	timeRelative
	timeDelta
	timeForms
)

// A logView shows lines of logs around the place where the reader stands, with a
// histogram of lines over time above them. Only lines on the screen are looked at.
type logView struct {
	base
	page  *feed.Page
	terms []sources.LogTerm

	hits  Highlighter // of the terms and the search; nil: nothing is highlighted
	query *sources.LogTerm

	anchor feed.Anchor // of the pages asked for; zero: the end is followed
	sel    feed.Anchor // line the reader stands on; zero: at the end
	row    int         // of the list, on which that line is drawn
	seen   time.Time   // the cursor that the place goes by
	moved  bool        // the reader did, and the cursor does not know yet
	find   feed.Find
	sought string // what a find was for, until it is answered
	notice string // of the last find

	wrap     bool
	left     int // columns scrolled off
	times    int // form of times
	columns  []string
	expanded map[feed.Anchor]bool
	marked   []feed.Anchor // bookmarks, in the order they were set
	bare     bool          // terms do not count: the lines around are shown
	nowhere  bool          // there is no source

	pats patternList

	w, h int
	list int // rows of the list when it was drawn
	axis units.TimeAxis
	pic  logBars
}

func newLogs(p *boards.Panel) Panel {
	l := &logView{
		base: newBase(p), columns: p.Logs.Columns, wrap: p.Logs.Wrap, expanded: map[feed.Anchor]bool{},
		terms: slices.Clone(p.Logs.Terms),
	}
	l.highlight()
	return l
}

// A logLayout is where the parts of a body are, from the top: chips, histogram
// with its times, lines.
type logLayout struct {
	chips, bars, axis int // rows
	gutter            int // columns left of the histogram
	list              int // rows
}

// layout is a pure function of the size and of whether there are chips.
func (p *logView) layout(w, h int) logLayout {
	l := logLayout{}
	if len(p.terms) > 0 || p.query != nil {
		l.chips = min(1, h)
	}
	if w >= 40 && !p.nowhere {
		switch left := h - l.chips; {
		case left >= 24:
			l.bars, l.axis = 4, 1
		case left >= 14:
			l.bars, l.axis = 3, 1
		case left >= 9:
			l.bars, l.axis = 2, 1
		}
	}
	if l.bars > 0 {
		l.gutter = logGutter
	}
	l.list = h - l.chips - l.bars - l.axis
	return l
}

// Plot is the width of the histogram.
func (p *logView) Plot(w, h int) int {
	l := p.layout(w, h)
	if l.bars == 0 {
		return 0
	}
	return max(w-l.gutter, 0)
}

// Ask is the page around the reader, and the histogram.
func (p *logView) Ask(w, h int, c Context) feed.Request {
	p.obey(c)
	p.w, p.h = w, h
	l := p.layout(w, h)
	n := 2*max(l.list, 10) + 10
	r := feed.Request{ID: p.spec.ID, Terms: p.terms, Anchor: p.anchor, Before: n, After: n, Find: p.find, Paused: c.Paused, Mining: p.mining(c)}
	if p.bare {
		r.Terms = nil
	}
	if l.bars > 0 {
		r.Count, r.Step = sources.Window{Start: c.Window.Start, End: c.Window.End}, c.Window.Cell
	}
	return r
}

// obey goes where the shared cursor was put by others.
func (p *logView) obey(c Context) {
	to := c.Cursor
	if to.IsZero() {
		to = c.End
	}
	if to.Equal(p.seen) {
		return
	}
	p.seen = to
	switch {
	case to.IsZero():
		p.anchor, p.sel = feed.Anchor{}, feed.Anchor{}
	case p.sel != feed.Anchor{} && p.sel.Time.Equal(to):
		return
	default:
		p.anchor = feed.Anchor{Time: to}
		p.sel = p.anchor
	}
	p.changed()
}

// SetPage takes the newest page.
func (p *logView) SetPage(page *feed.Page) {
	p.page = page
	p.version++
	p.pats.take(page.Mined)
	if f := page.Found; f != nil && f.Seq == p.find.Seq && p.sought != "" {
		p.land(f)
	}
	if page.Request.Anchor != p.anchor || p.sel == (feed.Anchor{}) || p.sel.Pos != (sources.LogPos{}) {
		return
	}
	// The reader stands at a time or at the top: on the line that is there.
	if at := max(page.At, 0); at < len(page.Lines) {
		p.stand(at)
		if page.Request.Anchor.First {
			p.tell()
		}
	}
}

// SetNowhere says whether there is no source to read.
func (p *logView) SetNowhere(nowhere bool) {
	if p.nowhere != nowhere {
		p.nowhere = nowhere
		p.version++
	}
}

// land goes to what a find found.
func (p *logView) land(f *feed.Found) {
	switch {
	case f.Err != nil:
		p.notice = "cannot look further: " + f.Err.Error()
	case f.Anchor.Pos == (sources.LogPos{}):
		p.notice = "no " + p.sought + " further on"
		if p.find.Back {
			p.notice = "no " + p.sought + " before this"
		}
	default:
		p.notice = ""
		p.anchor, p.sel = f.Anchor, f.Anchor
		p.row = p.list / 2
		p.tell()
	}
	p.sought = ""
}

// stand puts the reader on line i of the page.
func (p *logView) stand(i int) { p.sel = feed.At(&p.page.Lines[i]) }

// tell lets the shared cursor follow the reader.
func (p *logView) tell() { p.seen, p.moved = p.sel.Time, true }

// Moved is where the reader went by himself.
func (p *logView) Moved() (to time.Time, moved bool) {
	moved, p.moved = p.moved, false
	return p.seen, moved
}

// State says what fails, and that lines are being read.
func (p *logView) State(c Context) FrameState {
	if p.nowhere {
		return FrameState{State: poll.Empty, Note: "empty", Short: "empty"}
	}
	if p.page == nil || !p.page.Ready {
		return FrameState{State: poll.Loading, Note: "loading…", Short: "loading…"}
	}
	failed, first := 0, -1
	for i, s := range p.page.Parts {
		if s.Err == nil {
			continue
		}
		failed++
		if first < 0 || s.Since.Before(p.page.Parts[first].Since) {
			first = i
		}
	}
	if failed == 0 {
		return FrameState{State: poll.OK}
	}
	s := FrameState{State: poll.Partial, Short: "error"}
	if n := len(p.page.Parts); n > 1 {
		s.Short = strconv.Itoa(failed) + " of " + strconv.Itoa(n) + " failed"
	}
	worst := p.page.Parts[first]
	s.Note = s.Short + " since " + units.Age(c.Now.Sub(worst.Since)) + ": " + sources.KindOf(worst.Err).String()
	return s
}

// Settled reports whether nothing that was asked for is still to come.
func (p *logView) Settled() bool {
	return p.page != nil && p.page.Ready && !p.page.Busy && p.minedAll() && (p.layout(p.w, p.h).bars == 0 || p.page.Counts != nil || p.page.Request.Step == 0)
}

// Current reports whether the page is that of the place, the filters and the find asked for.
func (p *logView) Current() bool {
	return p.page != nil && p.page.Ready && !p.page.Loading && p.sought == "" && p.page.Request.Anchor == p.anchor && slices.Equal(p.page.Request.Terms, p.terms)
}

// Ages reports whether lines are shown with their age.
func (p *logView) Ages() bool { return p.times == timeRelative }

// Terms are the chips.
func (p *logView) Terms() []sources.LogTerm { return p.terms }

// SetTerms sets the chips; the reader stays where he is.
func (p *logView) SetTerms(terms []sources.LogTerm) {
	p.pats.refilter(len(terms) < len(p.terms))
	p.terms, p.bare = terms, false
	p.reseat()
	p.highlight()
	p.changed()
}

// reseat asks for pages around the reader's line by its time: with other terms it may be gone.
func (p *logView) reseat() {
	if p.sel != (feed.Anchor{}) {
		p.anchor = p.sel
	}
}

// Search highlights a term, nil for none, and goes to its next hit.
func (p *logView) Search(term *sources.LogTerm, back bool) {
	p.query = term
	p.highlight()
	if term != nil {
		p.Seek(back, *term)
	}
	p.changed()
}

// Seek goes to the next line that passes.
func (p *logView) Seek(back bool, terms ...sources.LogTerm) {
	p.notice, p.sought, p.pats.shown = "", "hit", false
	if len(terms) == 1 && terms[0].Field == sources.FieldLevel {
		p.sought = "error"
	}
	p.find = feed.Find{Seq: p.find.Seq + 1, Back: back, Terms: terms}
	if p.sel == (feed.Anchor{}) && p.page != nil && len(p.page.Lines) > 0 {
		if !back {
			p.notice, p.sought = "no "+p.sought+" after the newest line", ""
			return
		}
		p.anchor = feed.Anchor{} // from the end on
	} else {
		p.anchor = p.sel
	}
	p.changed()
}

// index is where the reader's line is in the page, -1 if it is not there.
func (p *logView) index() int {
	if p.page == nil {
		return -1
	}
	if p.sel == (feed.Anchor{}) {
		return len(p.page.Lines) - 1
	}
	for i := range p.page.Lines {
		if l := &p.page.Lines[i]; l.Pos == p.sel.Pos && l.Source == p.sel.Source && l.Lost == 0 {
			return i
		}
	}
	return nearest(p.page.Lines, p.sel.Time)
}

// nearest is the last line at or before t, else the first; -1 if there is none.
func nearest(lines []sources.LogLine, t time.Time) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if !lines[i].Time.After(t) {
			return i
		}
	}
	return min(0, len(lines)-1)
}

// Selected is the line the reader stands on.
func (p *logView) Selected() *sources.LogLine {
	if i := p.index(); i >= 0 {
		return &p.page.Lines[i]
	}
	return nil
}

// following reports whether the newest line is kept in sight.
func (p *logView) following() bool { return p.sel == feed.Anchor{} }

// Draw draws the body.
func (p *logView) Draw(r screen.Region, c Context) {
	p.w, p.h = r.Size()
	l := p.layout(p.w, p.h)
	p.list = l.list
	y := 0
	if l.chips > 0 {
		p.drawChips(r.Sub(0, 0, p.w, 1), c)
		y++
	}
	if l.bars > 0 {
		p.drawBars(r.Sub(0, y, p.w, l.bars+l.axis), l, c)
		y += l.bars + l.axis
	}
	if p.pats.shown {
		p.drawPatterns(r.Sub(0, y, p.w, l.list), c)
		return
	}
	p.drawList(r.Sub(0, y, p.w, l.list), c)
}
