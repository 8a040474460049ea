package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A LogSave is which lines to write to which file.
type LogSave struct {
	Path   string // a name that ends in .json or .jsonl is written as JSON lines
	Parts  []feed.Part
	Terms  []sources.LogTerm
	Window sources.Window
}

// savedMsg says how saving went.
type savedMsg struct{ text string }

// saveTimeout bounds how long lines are read for a file.
const saveTimeout = 10 * time.Minute

// A savePrompt asks where to write the lines that pass the filters in the range.
type savePrompt struct {
	in   input
	logs panels.LogViewer
	what LogSave
}

func newSavePrompt(m *Model, p *panelView) overlay {
	if m.opts.SaveLogs == nil {
		m.notice = "saving is not possible here"
		return nil
	}
	start, end := m.line.Range(m.now())
	s := &savePrompt{in: newInput("nightjar-" + end.In(m.opts.Zone).Format("20060102-150405") + ".log")}
	s.logs, _ = p.panel.(panels.LogViewer)
	s.what = LogSave{Parts: m.logParts(p), Terms: s.logs.Terms(), Window: sources.Window{Start: start, End: end}}
	return s
}

func (s *savePrompt) draw(m *Model, body screen.Region) {
	w, _ := body.Size()
	note := "   lines of " + m.line.Label(m.opts.Zone) + " that pass the filters; .jsonl for JSON   enter save   esc undo "
	if screen.Width(note) > w/2 {
		note = "   enter save   esc undo "
	}
	promptLine(body, "save to ", &s.in, note, w, themes.Muted)
}

func (s *savePrompt) key(m *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "esc":
		return true
	case "enter":
		s.what.Path = strings.TrimSpace(s.in.value())
		if s.what.Path == "" {
			return false
		}
		what, save := s.what, m.opts.SaveLogs
		m.notice = "saving to " + screen.Clean(what.Path)
		m.later = func() tea.Msg {
			ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
			defer cancel()
			n, err := save(ctx, what)
			if err != nil {
				return savedMsg{"not saved: " + err.Error()}
			}
			return savedMsg{"saved " + itoa(n) + " lines to " + what.Path}
		}
		return true
	}
	s.in.key(k)
	return false
}

func (s *savePrompt) paste(_ *Model, text string) { s.in.paste(text) }

func (s *savePrompt) click(*Model, int, int) bool { return true }
