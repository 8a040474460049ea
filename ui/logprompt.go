package ui

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/themes"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// A logPrompt takes a search or a filter of log lines in the last line of the
// body, so that the lines stay in sight. What is typed is looked at as it is
// typed; what cannot be read keeps the last that could.
type logPrompt struct {
	in     input
	logs   panels.LogViewer
	search bool
	err    *logs.TermError
	past   []string // typed before in this session, oldest first
	at     int      // in past; len(past): what is being typed
}

// A logHistory is what was typed in this session, the newest last.
type logHistory struct{ searches, filters []string }

func newLogPrompt(m *Model, p *panelView, search bool) *logPrompt {
	f := &logPrompt{in: newInput(""), search: search, past: m.typed.filters}
	f.logs, _ = p.panel.(panels.LogViewer)
	if search {
		f.past = m.typed.searches
	}
	f.at = len(f.past)
	return f
}

// term reads what is typed; nil without text or with a mistake, which is kept.
func (f *logPrompt) term(m *Model) *sources.LogTerm {
	f.err = nil
	text := strings.TrimSpace(f.in.value())
	if text == "" {
		return nil
	}
	t, err := logs.ParseTermAt(text, m.now(), m.opts.Zone)
	if err == nil {
		_, err = logs.Compile([]sources.LogTerm{t})
	}
	if err != nil {
		if !errors.As(err, &f.err) {
			f.err = &logs.TermError{Col: 1, What: err.Error()}
		}
		return nil
	}
	t = ownTerm(t)
	return &t
}

func (f *logPrompt) draw(_ *Model, body screen.Region) {
	w, _ := body.Size()
	mark, note, look := "& ", "   text  /regexp/  field=value  level>=warn  -not   enter add   esc undo ", themes.Muted
	if f.search {
		mark, note = "/ ", "   text  /regexp/  field=value   enter find back   ctrl+n find on   esc undo "
	}
	switch {
	case f.err != nil:
		note, look = "   "+f.err.Error()+" ", themes.Critical
	case screen.Width(note) > w-24:
		note = "   enter ok   esc undo "
	}
	promptLine(body, mark, &f.in, note, w/2, look)
}

func (f *logPrompt) key(m *Model, k tea.KeyPressMsg) bool {
	switch k.String() {
	case "esc":
		return true
	case "enter":
		return f.accept(m, true)
	case "ctrl+n":
		return f.accept(m, false)
	case "up", "down":
		f.recall(k.String())
		return false
	}
	f.in.key(k)
	f.term(m)
	return false
}

// recall goes through what was typed before.
func (f *logPrompt) recall(dir string) {
	to := f.at + 1
	if dir == "up" {
		to = f.at - 1
	}
	if to < 0 || to > len(f.past) {
		return
	}
	f.at = to
	text := ""
	if to < len(f.past) {
		text = f.past[to]
	}
	f.in = newInput(text)
}

// accept uses what is typed and reports whether the prompt is done.
func (f *logPrompt) accept(m *Model, back bool) bool {
	t := f.term(m)
	if f.err != nil {
		return false
	}
	if t != nil {
		f.remember(m)
	}
	switch {
	case f.search:
		f.logs.Search(t, back)
	case t != nil && !slices.Contains(f.logs.Terms(), *t):
		f.logs.SetTerms(append(slices.Clone(f.logs.Terms()), *t))
	}
	m.followLogs(m.view().focused())
	m.want()
	return true
}

// remember keeps what was typed, the newest last, each once.
func (f *logPrompt) remember(m *Model) {
	text := strings.TrimSpace(f.in.value())
	list := &m.typed.filters
	if f.search {
		list = &m.typed.searches
	}
	*list = append(slices.DeleteFunc(slices.Clone(*list), func(s string) bool { return s == text }), text)
}

func (f *logPrompt) paste(m *Model, text string) {
	f.in.paste(text)
	f.term(m)
}

func (f *logPrompt) click(*Model, int, int) bool { return true }
