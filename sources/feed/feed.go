// Package feed brings log lines to the panes of the screen: it reads the page
// around a place, keeps the end up to date, counts lines over time and finds the
// next hit, over several sources merged by time. The screen says what it wants
// and takes what is newest; it never waits.
//
// A Hub is safe for concurrent use. A page is immutable.
package feed

import (
	"slices"
	"time"

	"nightjar/sources"
)

// A Part is one source of a pane, and which of its streams.
type Part struct {
	Source sources.Source
	Select string // in the source's own language; empty: all
}

// An Anchor is the place in the lines that a page is read around. The zero
// Anchor is the newest line.
type Anchor struct {
	First  bool           // before all lines
	Time   time.Time      // the last line at or before it
	Source string         // with Pos: the line at Pos of this source, whose time is Time
	Pos    sources.LogPos // zero: by Time alone
}

// At is the anchor of a line; its source must be named.
func At(l *sources.LogLine) Anchor { return Anchor{Time: l.Time, Source: l.Source, Pos: l.Pos} }

// A Find asks for the next line that passes Terms beside those of the request,
// from the anchor on.
type Find struct {
	Seq   int // of the question; a new one is a new question; 0: none
	Back  bool
	Terms []sources.LogTerm
}

// A Request is what one pane wants. Times of the histogram are aligned to Step.
type Request struct {
	ID     string // of the pane
	Parts  []Part
	Terms  []sources.LogTerm
	Anchor Anchor
	// Before and After are how many lines are wanted up to the anchor's, and after it.
	Before, After int
	Find          Find
	// Count and Step say which histogram is wanted: lines in [t, t+Step) from
	// Count.Start up to before Count.End. Step 0: none.
	Count sources.Window
	Step  time.Duration
	// Mining says which lines are to be taken apart.
	Mining Mining
	// Paused: nothing new is read but what the pane itself asks for.
	Paused bool
}

// samePlace reports whether two requests want the same lines.
func (r *Request) samePlace(o *Request) bool {
	return r.Anchor == o.Anchor && r.Before == o.Before && r.After == o.After && r.sameLines(o)
}

// sameLines reports whether two requests are about the same lines.
func (r *Request) sameLines(o *Request) bool {
	return slices.Equal(r.Parts, o.Parts) && slices.Equal(r.Terms, o.Terms)
}

// sameCount reports whether two requests want the same histogram.
func (r *Request) sameCount(o *Request) bool {
	return r.Count == o.Count && r.Step == o.Step && r.sameLines(o)
}

// sameFind reports whether two requests ask the same question.
func (r *Request) sameFind(o *Request) bool { return r.Find.Seq == o.Find.Seq }

// sameMining reports whether two requests want the same lines taken apart.
func (r *Request) sameMining(o *Request) bool {
	return (r.Mining.New == nil) == (o.Mining.New == nil) && r.Mining.Window == o.Mining.Window && r.sameLines(o)
}

// movesOn reports whether the window of what is to be taken apart is that of the
// other request a little later.
func (r *Request) movesOn(o *Request) bool {
	a, b := o.Mining.Window, r.Mining.Window
	length, by := b.End.Sub(b.Start), b.End.Sub(a.End)
	return r.sameLines(o) && o.Mining.New != nil && length == a.End.Sub(a.Start) && by >= 0 && by < length/8
}

// A Page answers a request.
type Page struct {
	Request Request
	Version uint64            // grows with every page of a pane
	Lines   []sources.LogLine // oldest first
	At      int               // index of the anchor's line; -1: there is none
	First   bool              // no line comes before the first
	Last    bool              // no line came after the last when it was read
	Loading bool              // a newer page is being read
	Ready   bool              // the lines have been read once for this request's terms
	Found   *Found            // of Request.Find; nil: not answered yet
	Counts  *sources.Frame    // a series per severity; nil: none yet
	Counted sources.LogProgress
	Busy    bool      // Counts will grow
	Mined   *Mined    // of Request.Mining; nil: nothing was found yet
	Format  string    // how lines were read
	Total   int64     // lines held by the sources; 0: not known
	Notes   []string  // remarks of the sources
	Parts   []State   // in the order of the request
	Read    time.Time // when the lines were read
}

// A Found is the answer to a Find.
type Found struct {
	Seq    int
	Anchor Anchor // of the line; zero Pos: there is no such line
	Err    error
}

// A State is how a part is doing.
type State struct {
	Source string
	Err    error     // of the last try; nil: fine
	Since  time.Time // when it began to fail
	Retry  time.Time // when it is tried again; zero: not by itself
}
