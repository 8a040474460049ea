package ui

import (
	"context"
	"log/slog"
	"time"

	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/screen"
)

// A Terminal is what the root model shows frames on; *screen.Terminal is one.
// None of its methods may block.
type Terminal interface {
	Present(g *screen.Grid)
	SetPalette(p *themes.Palette)
	SetSync(on bool)
	Enter()
	Repaint()
	Send(seq string)
	Stats() (sent, frames, replaced uint64)
}

// Options are all that the root model depends on.
type Options struct {
	Sources []sources.Source
	Default string // name of the source of panels that name none; empty: the first
	// Merge makes one source of several, called sources.All, for panels that ask all; nil: none can.
	Merge  func(parts []sources.Source) sources.Source
	Poller *poll.Poller
	Feed   *feed.Hub           // brings log lines; nil: there are none
	Logs   []sources.Source    // sources of logs alone, beside those of Sources that have logs
	Host   string              // of the machine that is watched, for the header; empty: it is none
	Boards []*boards.Board     // screens 1 to 9 and the palette, in this order
	Board  string              // name of the first board shown; empty: the first
	Vars   map[string][]string // of boards, as given at the start; each may be a list as CSV has it

	// Without a pending target there is at least one source and one board.
	Pending []Pending
	Opening <-chan Opening // what becomes known of them; nil: nothing is pending

	Keys    keys.Map
	Themes  []themes.Theme // the user's own, before the built-in ones
	Theme   string         // name; empty or "auto": by the terminal's background
	Dark    bool           // what is assumed until the terminal says
	Profile colorprofile.Profile

	Span    time.Duration // 0: the board's
	Range   string        // free text, as typed in the range picker; beats Span
	Refresh time.Duration // 0: the board's, or the source's interval
	Zone    *time.Location
	ASCII   bool
	Mouse   bool

	// SaveLogs writes lines to a new file and returns how many; nil: it cannot be done.
	// It never overwrites a file.
	SaveLogs func(ctx context.Context, what LogSave) (int, error)

	Terminal Terminal // nil: frames are only drawn by Frame
	Clock    func() time.Time
	// Samples delivers the name of a source each time it has new samples; may be nil.
	Samples <-chan string
	Logger  *slog.Logger
}
