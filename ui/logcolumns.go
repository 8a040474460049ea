package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A columnPrompt asks which fields of log lines get columns of their own; tab
// completes their names.
type columnPrompt struct {
	in   input
	logs panels.LogViewer
}

func newColumnPrompt(p *panelView) *columnPrompt {
	c := &columnPrompt{}
	c.logs, _ = p.panel.(panels.LogViewer)
	c.in = newInput(strings.Join(c.logs.Columns(), " "))
	return c
}

// fits are the fields that begin with the word that is being typed.
func (c *columnPrompt) fits() []string {
	text := c.in.value()
	word := text[strings.LastIndexByte(text, ' ')+1:]
	var out []string
	for _, name := range c.logs.Fields() {
		if strings.HasPrefix(name, word) && name != word && !strings.ContainsAny(name, " ") {
			out = append(out, name)
		}
	}
	return out
}

func (c *columnPrompt) draw(_ *Model, body screen.Region) {
	w, _ := body.Size()
	promptLine(body, "columns ", &c.in, "   "+strings.Join(c.fits(), " ")+"   tab completes   enter ok   esc undo ", w/2, themes.Muted)
}

func (c *columnPrompt) key(m *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "esc":
		return true
	case "enter":
		c.logs.SetColumns(strings.FieldsFunc(c.in.value(), func(r rune) bool { return r == ' ' || r == ',' }))
		m.dirty = true
		return true
	case "tab":
		if fits := c.fits(); len(fits) > 0 {
			text := c.in.value()
			c.in = newInput(text[:strings.LastIndexByte(text, ' ')+1] + fits[0] + " ")
		}
		return false
	}
	c.in.key(k)
	return false
}

func (c *columnPrompt) paste(_ *Model, text string) { c.in.paste(text) }

func (c *columnPrompt) click(*Model, int, int) bool { return true }
