// Package panels draws boards' panels into regions of the screen. A panel
// holds the newest results and its own view state (legend choice, sort, scroll);
// it does no I/O, asks for nothing by itself, and draws only into the region it
// is given, whatever its size, whatever its data.
package panels

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
	"nightjar/ui/timeline"
)

// A Panel is the live form of a boards.Panel. Its methods are called from one goroutine.
type Panel interface {
	// Spec is what the board says of it.
	Spec() *boards.Panel
	// Plot is the number of columns of its plot in a body w x h cells; the
	// window of its range queries is made for it. 0: it has no plot (it wants
	// its values over the range only, or none).
	Plot(w, h int) int
	// SetResult gives the newest result of its i-th query (or of its list, i = 0).
	SetResult(i int, r *poll.Result)
	// Draw draws the body, without title, into r.
	Draw(r screen.Region, c Context)
	// Caption is what the title line says on its right: the value that matters, or a count. May be empty.
	Caption(c Context) string
	// Key handles a key while the panel is focused and reports whether it did.
	Key(k tea.KeyPressMsg, c Context) bool
	// Click handles a left click at x, y of the body.
	Click(x, y int, c Context) bool
	// Wheel scrolls by n lines (negative: up) and reports whether it moved.
	Wheel(n int, c Context) bool
	// Help lists the keys that Key handles now, for the help screen.
	Help() []KeyHelp
	// Version changes whenever the picture would: data or view state.
	Version() uint64
}

// A KeyHelp is a key and what it does.
type KeyHelp struct {
	Key, Text string
}

// Context is what a drawing depends on beside the panel's own state.
type Context struct {
	Now     time.Time
	Zone    *time.Location // times are shown in it
	ASCII   bool           // only 7-bit characters
	Focused bool
	Full    bool // full screen: more detail is welcome
	Window  timeline.Window
	Cursor  time.Time // zero: none
	End     time.Time // of a range in the past; zero: the range follows now
	Paused  bool
	Young   bool // the source has just begun to collect: what is not there may yet come
}

// zone is where times are shown.
func (c Context) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// A Filterer is a panel whose rows can be filtered by text.
type Filterer interface {
	// Filter keeps rows that contain text; empty shows all. It returns how many of how many are left.
	Filter(text string) (shown, total int)
}

// A Snapper is a panel whose samples the cursor can snap to.
type Snapper interface {
	// Snap is the time of the sample next to t in direction dir (-1 before, +1 after, 0 nearest); ok is false without samples.
	Snap(t time.Time, dir int) (at time.Time, ok bool)
}

// New makes the live form of a board's panel. Unknown kinds are shown as such.
func New(p *boards.Panel) Panel { return newPanel(p) }
