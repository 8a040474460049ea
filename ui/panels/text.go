package panels

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

// A textPanel shows Markdown's basics, wrapped to its width: headings, paragraphs,
// lists, quotes, code, emphasis; links as their text and address. It scrolls.
// What else Markdown knows is shown as it was written.
type textPanel struct {
	base
	blocks []block
	lines  []textLine // wrapped for width and ascii
	width  int
	ascii  bool
	w, h   int
	top    int
}

func newText(p *boards.Panel) Panel {
	return &textPanel{base: newBase(p), blocks: parseMarkdown(p.Text), width: -1}
}

// Plot keeps the size for Caption; a text has no plot.
func (p *textPanel) Plot(w, h int) int {
	p.w, p.h = w, h
	return 0
}

// Caption says which lines are seen, if not all.
func (p *textPanel) Caption(c Context) string {
	p.Wrap(p.w, c.ASCII)
	n := len(p.lines)
	if p.h <= 0 || n <= p.h {
		return ""
	}
	top := min(p.top, n-p.h)
	return strconv.Itoa(top+1) + "-" + strconv.Itoa(top+p.h) + " of " + strconv.Itoa(n) + " lines"
}

// Wrap lays the blocks out for a width, if that is not done yet.
func (p *textPanel) Wrap(w int, ascii bool) {
	if w == p.width && ascii == p.ascii {
		return
	}
	p.width, p.ascii = w, ascii
	p.lines = layBlocks(p.blocks, w, ascii)
}

// Draw draws the lines in sight.
func (p *textPanel) Draw(r screen.Region, c Context) {
	p.w, p.h = r.Size()
	p.Wrap(p.w, c.ASCII)
	p.top = max(0, min(p.top, len(p.lines)-p.h))
	for y := range min(p.h, len(p.lines)-p.top) {
		x := 0
		for _, s := range p.lines[p.top+y] {
			x += r.Text(x, y, s.text, s.style)
		}
	}
	if len(p.lines) == 0 && p.h > 0 {
		r.Text(0, 0, "no text", screen.On(themes.Muted))
	}
}

// Key scrolls.
func (p *textPanel) Key(k tea.KeyPressMsg, c Context) bool {
	if n, ok := scrollKey(k, p.h, len(p.lines)); ok {
		return p.Wheel(n, c)
	}
	return false
}

// Wheel scrolls.
func (p *textPanel) Wheel(n int, _ Context) bool {
	to := max(0, min(p.top+n, len(p.lines)-p.h))
	if to == p.top {
		return false
	}
	p.top = to
	return p.changed()
}

// Help lists the keys.
func (p *textPanel) Help() []KeyHelp {
	if len(p.lines) <= p.h {
		return nil
	}
	return []KeyHelp{{"up/down", "scroll"}}
}
