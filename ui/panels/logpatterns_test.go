package panels

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/alerts/patterns"
	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/logs"
)

// shop are lines of both windows of logContext: what is new, surges, has gone quiet and stays.
func shop(more ...string) []sources.LogLine {
	var out []sources.LogLine
	say := func(ago time.Duration, s sources.Severity, format string, args ...any) {
		body := fmt.Sprintf(format, args...)
		out = append(out, sources.LogLine{Time: noon().Add(-ago), Severity: s, Body: body, Raw: body, Source: "app", Pos: sources.LogPos{Minor: uint64(len(out)) + 1}})
	}
	for i := range 160 {
		say(29*time.Minute-time.Duration(i)*10*time.Second, sources.SeverityInfo, "GET /cart %d in %d ms", 200, i)
	}
	for i := range 4 {
		say(time.Duration(28-3*i)*time.Minute, sources.SeverityWarn, "retry %d of payment", i)
	}
	for i := range 60 {
		say(5*time.Minute-time.Duration(i)*4*time.Second, sources.SeverityWarn, "retry %d of payment", i)
	}
	for i := range 40 {
		say(29*time.Minute-time.Duration(i)*20*time.Second, sources.SeverityDebug, "cache hit for key k%d", i)
	}
	for i := range 9 {
		say(3*time.Minute-time.Duration(i)*9*time.Second, sources.SeverityError, "pool exhausted after %d ms\tin checkout", i)
	}
	for i, m := range more {
		say(time.Duration(i)*time.Second, sources.SeverityFatal, "%s", m)
	}
	return out
}

// minedOf is what the feed would bring of lines.
func minedOf(p *logView, w int, lines []sources.LogLine) *feed.Mined {
	r := p.Ask(w, 20, logContext(w))
	now := r.Mining.Window
	before := patterns.Preceding(now)
	m := r.Mining.New(now, before, time.Time{})
	for i := range lines {
		m.Add(&lines[i])
	}
	return &feed.Mined{Window: now, Before: before, Asked: now, Lines: len(lines), Whole: true, Found: m.Find(now, before)}
}

// patternPanel is a panel that shows patterns.
func patternPanel(t *testing.T, w int, more ...string) *logView {
	t.Helper()
	p := logPanel(t, pageOf(said(300)))
	hit(t, p, "p")
	page := pageOf(said(300))
	page.Mined = minedOf(p, w, shop(more...))
	p.SetPage(page)
	return p
}

func hit(t *testing.T, p *logView, keys ...string) {
	t.Helper()
	codes := map[string]rune{"up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}
	for _, k := range keys {
		msg := tea.KeyPressMsg{Code: codes[k]}
		if msg.Code == 0 {
			msg = tea.KeyPressMsg{Code: rune(k[0]), Text: k}
		}
		p.Key(msg, Context{})
	}
}

// templates are the patterns in the order shown.
func templates(p *logView) string {
	var out []string
	for i := range p.pats.rows {
		out = append(out, p.pats.rows[i].Template)
	}
	return strings.Join(out, "\n")
}

func TestPatternsPictures(t *testing.T) {
	f := func(name string, w, h int, p *logView, c Context) {
		t.Helper()
		p.page.Counts = countsOf(p.page.Lines, w)
		golden(t, "logs/"+name, picture(p, w, h, c))
	}
	for _, size := range [][2]int{{40, 4}, {80, 20}, {120, 20}, {200, 24}} {
		w, h := size[0], size[1]
		f(fmt.Sprintf("patterns-%dx%d", w, h), w, h, patternPanel(t, w), logContext(w))
	}
	p := patternPanel(t, 80)
	hit(t, p, "down", "x")
	c := logContext(80)
	c.ASCII = true
	f("patterns-hidden-ascii-80x14", 80, 14, p, c)
	hit(t, p, "enter")
	f("patterns-lines-80x14", 80, 14, p, logContext(80))
}

// Enter filters for the lines of the pattern and shows them, x filters them out and stays.
func TestPatternsFilter(t *testing.T) {
	p := patternPanel(t, 80)
	list := p.pats.rows
	if len(list) != 4 || list[0].Change != patterns.ChangeNew || list[1].Change != patterns.ChangeSurging || list[2].Change != patterns.ChangeQuiet {
		t.Fatalf("patterns are\n%s", templates(p))
	}
	passing := func() (n int) {
		m, err := logs.Compile(p.Terms())
		if err != nil {
			t.Fatal(err)
		}
		lines := shop()
		for i := range lines {
			if m.Match(&lines[i]) {
				n++
			}
		}
		return n
	}
	all := len(shop())
	hit(t, p, "down", "x")
	if got := passing(); got != all-64 || !p.Patterns() || len(p.pats.rows) != 3 {
		t.Errorf("hidden: %d of %d lines pass, patterns\n%s", got, all, templates(p))
	}
	if at := p.pats.selected(); at == nil || at.Template != list[2].Template {
		t.Errorf("after hiding the reader stands on %+v", at)
	}
	// A page that was made before has it still; it stays hidden.
	page := pageOf(nil)
	page.Mined = minedOf(p, 80, shop())
	p.SetPage(page)
	if len(p.pats.rows) != 3 {
		t.Errorf("what was hidden is back:\n%s", templates(p))
	}
	hit(t, p, "backspace")
	page = pageOf(nil)
	page.Mined = minedOf(p, 80, shop())
	p.SetPage(page)
	if len(p.pats.rows) != 4 || len(p.Terms()) != 0 {
		t.Errorf("without the filter there are\n%s", templates(p))
	}
	hit(t, p, "home", "enter")
	if got := passing(); got != 9 || p.Patterns() {
		t.Errorf("chosen: %d lines pass, patterns shown: %v", got, p.Patterns())
	}
	if r := p.Ask(80, 20, logContext(80)); r.Mining.New != nil {
		t.Error("lines are taken apart that nobody looks at")
	}
	hit(t, p, "p", "esc")
	if p.Patterns() {
		t.Error("esc does not go back to the lines")
	}
	hit(t, p, "p")
	p.Search(&sources.LogTerm{Value: "x"}, true)
	if p.Patterns() {
		t.Error("a search does not go to the lines")
	}
}

// Rows stay where they are while the reader is among them; what comes is at the
// end, and first when he goes to the top.
func TestPatternsStandStill(t *testing.T) {
	p := patternPanel(t, 80)
	first := templates(p)
	hit(t, p, "down")
	page := pageOf(nil)
	lines := append(shop("disk is gone"), shop()[:160]...)
	page.Mined = minedOf(p, 80, lines)
	p.SetPage(page)
	if got := templates(p); got != first+"\ndisk is gone" {
		t.Errorf("rows are\n%s", got)
	}
	if c := p.Caption(logContext(80)); !strings.Contains(c, "1 came since, at the end") {
		t.Errorf("caption %q", c)
	}
	// Some of what is read anew is no reason to move.
	some := minedOf(p, 80, lines[:20])
	some.Whole, some.Busy = false, true
	page = pageOf(nil)
	page.Mined = some
	p.SetPage(page)
	if got := templates(p); got != first+"\ndisk is gone" {
		t.Errorf("while reading rows are\n%s", got)
	}
	hit(t, p, "home")
	if got := templates(p); !strings.HasPrefix(got, "disk is gone\n") && !strings.Contains(strings.SplitN(got, "\n", 3)[1], "disk is gone") {
		t.Errorf("at the top rows are\n%s", got)
	}
}

func TestPatternsCaption(t *testing.T) {
	p := patternPanel(t, 80)
	f := func(change func(m *feed.Mined), want ...string) {
		t.Helper()
		m := *minedOf(p, 80, shop())
		change(&m)
		page := pageOf(nil)
		page.Mined = &m
		p.SetPage(page)
		for _, w := range want {
			if got := p.Caption(logContext(80)); !strings.Contains(got, w) {
				t.Errorf("%q lacks %q", got, w)
			}
		}
	}
	f(func(*feed.Mined) {}, "4 patterns, 1 new, 1 surging, 1 quiet", "against as long before")
	f(func(m *feed.Mined) { m.Cut = 200_000 }, "of the newest 200,000 lines")
	f(func(m *feed.Mined) { m.Before.Start = m.Before.Start.Add(10 * time.Minute) }, " before")
	f(func(m *feed.Mined) { m.Busy, m.Whole, m.Lines = true, false, 40_000 }, "reading… 40,000 lines")
	f(func(m *feed.Mined) { m.Err = errors.New("app: connection refused") }, "without app: connection refused")
	if p.Settled() != true {
		t.Error("all is there, and not settled")
	}
}

// Templates are text of a log: nothing of it reaches the terminal, at any size.
func TestPatternsDrawAnything(t *testing.T) {
	hostile := []string{"", "\x1b]0;title\x07 a", "\xff\xfe broken \u202e x", strings.Repeat("x ", 1<<15), "tab\tbed", strings.Repeat("界", 3000), "<*> <*>", "a\x00b"}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {5, 3}, {39, 5}, {40, 9}, {80, 24}, {200, 60}} {
		p := patternPanel(t, size[0], hostile...)
		for range len(p.pats.rows) + 1 {
			for _, r := range plain(t, picture(p, size[0], size[1], logContext(size[0]))) {
				if r != '\n' && r < ' ' || r == '\x7f' || r == '\u202e' {
					t.Fatalf("%v: %U reached the screen", size, r)
				}
			}
			hit(t, p, "down")
			p.Click(1, size[1]-1, logContext(size[0]))
			hit(t, p, "x")
		}
	}
}
