package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/layout"
	"nightjar/ui/screen"
)

// An overlay is drawn over the board and takes all keys while it is open.
type overlay interface {
	draw(m *Model, body screen.Region)
	// key handles a key; done closes the overlay.
	key(m *Model, k tea.KeyPressMsg) (done bool)
	// paste takes pasted text.
	paste(m *Model, text string)
	// click takes a click on the body at x, y; done closes the overlay.
	click(m *Model, x, y int) (done bool)
}

// box draws an overlay's frame, centered and clamped, and returns its inside.
func box(body screen.Region, w, h int, title, hint string, ascii bool) (screen.Region, layout.Rect) {
	bw, bh := body.Size()
	at := layout.Center(bw, bh, w, h)
	r := body.Sub(at.X, at.Y, at.W, at.H)
	back := screen.On(themes.Text).Over(themes.Overlay)
	r.Fill(' ', back)
	rule := screen.On(themes.Focus).Over(themes.Overlay)
	dash := '─'
	if ascii {
		dash = '-'
	}
	r.HLine(0, 0, at.W, dash, rule)
	r.Text(2, 0, " "+title+" ", rule)
	if n := screen.Width(hint); n > 0 && n+4 < at.W {
		r.HLine(0, at.H-1, at.W, dash, screen.On(themes.Rule).Over(themes.Overlay))
		r.Text(2, at.H-1, " "+hint+" ", screen.On(themes.Muted).Over(themes.Overlay))
	}
	return r.Sub(2, 1, at.W-4, at.H-2), layout.Rect{X: at.X + 2, Y: at.Y + 1, W: at.W - 4, H: at.H - 2}
}

// An input is one line of editable text: Bubbles' text input does the editing,
// the cells are ours.
type input struct{ model textinput.Model }

func newInput(text string) input {
	t := textinput.New()
	t.Prompt = ""
	t.CharLimit = 4096
	t.SetWidth(4096)
	t.SetValue(text)
	t.CursorEnd()
	t.Focus()
	return input{t}
}

func (i *input) key(k tea.KeyPressMsg) { i.model, _ = i.model.Update(k) }

func (i *input) paste(text string) {
	i.model, _ = i.model.Update(tea.PasteMsg{Content: screen.Clean(text)})
}

func (i *input) value() string { return i.model.Value() }

// draw paints the text with its cursor into w columns at x, y, scrolled so that the cursor is in sight.
func (i *input) draw(r screen.Region, x, y, w int, style screen.Style) {
	rs := []rune(i.model.Value())
	pos := min(i.model.Position(), len(rs))
	from := 0
	for screen.Width(string(rs[from:pos])) > w-2 && from < pos {
		from++
	}
	r.Sub(x, y, w, 1).Fill(' ', style)
	field := r.Sub(x, y, w, 1)
	at := field.Text(0, 0, string(rs[from:pos]), style)
	under := " "
	if pos < len(rs) {
		under = string(rs[pos])
	}
	n := field.Text(at, 0, under, style.With(themes.Reverse))
	if pos < len(rs) {
		field.Text(at+n, 0, string(rs[pos+1:]), style)
	}
}

// promptLine draws a prompt in the last line of the body: what it asks for, what
// is typed, and a note on the right in at most so many columns.
func promptLine(body screen.Region, label string, in *input, note string, most int, look themes.Token) {
	w, h := body.Size()
	r := body.Sub(0, h-1, w, 1)
	base := screen.On(themes.Text).Over(themes.Overlay)
	r.Fill(' ', base)
	n := 1 + r.Text(1, 0, label, base.As(themes.Key))
	width := min(screen.Width(note), most)
	in.draw(r, n, 0, w-n-width, base.As(themes.Strong))
	r.Fit(w-width, 0, width, note, base.As(look))
}

// A menu is a list with a selection that scrolls as little as it must.
type menu struct {
	selected, top int
}

func (l *menu) move(by, n int) { l.selected = min(max(l.selected+by, 0), max(n-1, 0)) }

// window gives the first row to draw of n in h rows.
func (l *menu) window(n, h int) int {
	l.selected = min(l.selected, max(n-1, 0))
	l.top = min(max(l.top, l.selected-h+1), l.selected)
	l.top = max(min(l.top, n-h), 0)
	return l.top
}

// menuKey moves the selection by the keys every list has; page is its height.
func (l *menu) key(k tea.KeyPressMsg, n, page int) bool {
	switch k.String() {
	case "up", "ctrl+p":
		l.move(-1, n)
	case "down", "ctrl+n":
		l.move(1, n)
	case "pgup":
		l.move(-page, n)
	case "pgdown":
		l.move(page, n)
	case "home":
		l.move(-n, n)
	case "end":
		l.move(n, n)
	default:
		return false
	}
	return true
}
