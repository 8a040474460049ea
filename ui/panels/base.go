package panels

import (
	tea "charm.land/bubbletea/v2"

	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// base is what all simple panels share: the spec, the newest results and the
// version. A panel embeds it and overrides what it does more of.
type base struct {
	spec    *boards.Panel
	results []*poll.Result // as many as queries, at least one; of numbers only, unless whole
	native  []int          // series left out of each, because they are native histograms
	whole   bool           // the panel draws native histograms
	version uint64
	dirty   bool // what was computed from results is out of date
}

func newBase(p *boards.Panel) base {
	n := max(1, len(p.Queries))
	return base{spec: p, results: make([]*poll.Result, n), native: make([]int, n), version: 1, dirty: true}
}

// Spec is what the board says of the panel.
func (b *base) Spec() *boards.Panel { return b.spec }

// Plot is 0: no plot.
func (b *base) Plot(int, int) int { return 0 }

// SetResult keeps the newest result of query i.
func (b *base) SetResult(i int, r *poll.Result) {
	if i < 0 || i >= len(b.results) {
		return
	}
	if !b.whole {
		r, b.native[i] = numbersOf(r)
	}
	b.results[i] = r
	b.dirty = true
	b.version++
}

// Caption is empty.
func (b *base) Caption(Context) string { return "" }

// Key handles none.
func (b *base) Key(tea.KeyPressMsg, Context) bool { return false }

// Click does nothing.
func (b *base) Click(int, int, Context) bool { return false }

// Wheel does nothing.
func (b *base) Wheel(int, Context) bool { return false }

// Help lists no keys.
func (b *base) Help() []KeyHelp { return nil }

// Version grows with every change.
func (b *base) Version() uint64 { return b.version }

// changed marks the picture as out of date and reports true, for Key and its like.
func (b *base) changed() bool {
	b.version++
	return true
}
