package panels

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/sources/logs"
	"nightjar/ui/boards"
	"nightjar/ui/timeline"
)

// said are n lines, one a second up to noon; every tenth is an error, the last a stack trace.
func said(n int) []sources.LogLine {
	out := make([]sources.LogLine, n)
	for i := range out {
		l := sources.LogLine{
			Pos: sources.LogPos{Minor: uint64(i) + 1}, Source: "app", Time: noon().Add(time.Duration(i-n+1) * time.Second),
			Severity: sources.SeverityInfo, Body: fmt.Sprintf("request %d served", i),
			Fields: []sources.Label{{Name: "status", Value: "200"}, {Name: "path", Value: "/a b"}},
		}
		if i%10 == 9 {
			l.Severity, l.Body, l.Fields = sources.SeverityError, fmt.Sprintf("pool exhausted after %d ms\n\tat Pool.take\n\tat main", i), nil
		}
		l.Raw = l.Body
		out[i] = l
	}
	return out
}

// logPanel is a panel with a page of lines at its end.
func logPanel(t *testing.T, page *feed.Page) *logView {
	t.Helper()
	p, ok := newLogs(&boards.Panel{ID: "logs", Kind: boards.KindLogs}).(*logView)
	if !ok {
		t.Fatal("not a panel of logs")
	}
	p.SetPage(page)
	return p
}

// countsOf is the histogram of lines in a panel w wide.
func countsOf(lines []sources.LogLine, w int) *sources.Frame {
	window := logContext(w).Window
	h, err := logs.NewHistogram(sources.Window{Start: window.Start, End: window.End}, window.Cell)
	if err != nil {
		panic(err)
	}
	for i := range lines {
		h.Line(lines[i].Time, lines[i].Severity)
	}
	return h.Frame("app")
}

func pageOf(lines []sources.LogLine) *feed.Page {
	return &feed.Page{
		Ready: true, Lines: lines, At: len(lines) - 1, Last: true, First: true, Counts: countsOf(lines, 80), Format: "logfmt", Total: 12_345,
		Parts: []feed.State{{Source: "app"}},
	}
}

func logContext(w int) Context {
	c := at3()
	c.Focused = true
	line := timeline.Timeline{Live: true, Span: 15 * time.Minute}
	c.Window = line.Fit(noon(), max(w-logGutter, 1), 0)
	return c
}

func key(p Panel, keys ...rune) {
	for _, k := range keys {
		p.Key(tea.KeyPressMsg{Code: k}, Context{})
	}
}

func TestLogsPictures(t *testing.T) {
	f := func(name string, w, h int, p *logView) {
		t.Helper()
		p.page.Counts = countsOf(p.page.Lines, w)
		golden(t, "logs/"+name, picture(p, w, h, logContext(w)))
	}
	f("follow-80x20", 80, 20, logPanel(t, pageOf(said(300))))
	f("few-80x12", 80, 12, logPanel(t, pageOf(said(3))))
	f("tiny-40x4", 40, 4, logPanel(t, pageOf(said(30))))

	p := logPanel(t, pageOf(said(300)))
	p.SetTerms([]sources.LogTerm{{Value: "pool"}})
	key(p, tea.KeyUp, tea.KeyEnter)
	f("open-80x20", 80, 20, p)

	p = logPanel(t, pageOf(said(300)))
	p.Key(tea.KeyPressMsg{Code: 'w', Text: "W", Mod: tea.ModShift}, Context{})
	p.Key(tea.KeyPressMsg{Code: 'd', Text: "d"}, Context{})
	f("wrap-ages-60x12", 60, 12, p)

	lines := said(40)
	for i := range lines {
		if i%3 == 0 {
			lines[i].Source = "database"
		}
	}
	lines[35] = sources.LogLine{Time: lines[35].Time, Source: "app", Lost: 512, Body: "the buffer was full"}
	page := pageOf(lines)
	page.Parts = []feed.State{{Source: "app"}, {Source: "database", Err: errors.New("connection refused"), Since: noon().Add(-time.Minute)}}
	f("sources-100x16", 100, 16, logPanel(t, page))

	f("none-80x8", 80, 8, logPanel(t, pageOf(nil)))
	failed := pageOf(nil)
	failed.Parts[0].Err = errors.New("open /var/log/x: permission denied; run as a member of adm")
	f("failed-60x8", 60, 8, logPanel(t, failed))
}

// The reader keeps his line when others come or go above and below it.
func TestLogsStandStill(t *testing.T) {
	all := said(400)
	p := logPanel(t, pageOf(all[:300]))
	picture(p, 80, 20, logContext(80))
	for range 5 {
		key(p, tea.KeyUp)
	}
	at := p.Selected()
	if at == nil || at.Pos != all[294].Pos {
		t.Fatalf("five up from the end is %+v", at)
	}
	before := plain(t, picture(p, 80, 20, logContext(80)))
	next := pageOf(all[250:400])
	next.Request.Anchor = p.anchor
	next.Counts = p.page.Counts
	p.SetPage(next)
	if got := p.Selected(); got.Pos != at.Pos {
		t.Errorf("now stands on %v, was on %v", got.Pos, at.Pos)
	}
	after := plain(t, picture(p, 80, 20, logContext(80)))
	if rowIn(before, "request 294") != rowIn(after, "request 294") {
		t.Errorf("the line moved\n--- before\n%s--- after\n%s", before, after)
	}
	if to, moved := p.Moved(); !moved || !to.Equal(at.Time) {
		t.Errorf("the cursor is told %v, %v", to, moved)
	}
	key(p, tea.KeyEnd)
	if to, moved := p.Moved(); !p.following() || !moved || !to.IsZero() {
		t.Errorf("the end: following %v, told %v %v", p.following(), to, moved)
	}
}

func rowIn(picture, text string) int {
	return strings.Count(picture[:strings.Index(picture, text)], "\n")
}

// The cursor of a chart puts the reader on the last line before it, and leaves the cursor where it is.
func TestLogsObeyTheCursor(t *testing.T) {
	all := said(300)
	p := logPanel(t, pageOf(all))
	c := logContext(80)
	c.Cursor = all[100].Time.Add(500 * time.Millisecond)
	r := p.Ask(80, 20, c)
	if !r.Anchor.Time.Equal(c.Cursor) {
		t.Fatalf("asks around %v", r.Anchor)
	}
	page := pageOf(all[50:150])
	page.Request.Anchor, page.At = r.Anchor, 50
	p.SetPage(page)
	if got := p.Selected(); got.Pos != all[100].Pos {
		t.Errorf("stands on %v", got.Pos)
	}
	if _, moved := p.Moved(); moved {
		t.Error("the cursor was moved")
	}
	c.Cursor = time.Time{}
	if r := p.Ask(80, 20, c); r.Anchor != (feed.Anchor{}) || !p.following() {
		t.Error("without a cursor the end is not followed")
	}
}

// Near the end of what was read more is asked for.
func TestLogsReadOn(t *testing.T) {
	page := pageOf(said(120))
	page.First = false
	p := logPanel(t, page)
	picture(p, 80, 20, logContext(80))
	for range 7 {
		key(p, tea.KeyPgUp)
	}
	if p.anchor == (feed.Anchor{}) || p.anchor != p.sel {
		t.Errorf("anchor %v for a reader at %v", p.anchor, p.sel)
	}
}

// Of a line with more rows than there are each can be read, down and up again.
func TestLogsReadLongLines(t *testing.T) {
	all := said(60)
	for i := range 90 {
		all[50].Body += "\n\tat com.acme.Pay.step" + strconv.Itoa(i) + "(Pay.java)"
	}
	p := logPanel(t, pageOf(all))
	show := func() string { return plain(t, picture(p, 80, 20, logContext(80))) }
	show()
	for range 10 {
		key(p, tea.KeyUp)
	}
	key(p, tea.KeyEnter)
	read := func(code rune) map[int]bool {
		seen := map[int]bool{}
		for range 200 {
			text := show()
			if p.Selected().Pos != all[50].Pos {
				return seen
			}
			for i := range 90 {
				seen[i] = seen[i] || strings.Contains(text, "step"+strconv.Itoa(i)+"(")
			}
			key(p, code)
		}
		t.Fatal("the line has no end")
		return nil
	}
	for _, f := range []struct{ to, back rune }{{tea.KeyDown, tea.KeyUp}, {tea.KeyUp, tea.KeyDown}, {tea.KeyPgDown, tea.KeyUp}} {
		for i, ok := range read(f.to) {
			if !ok {
				t.Errorf("%q passes row %d", f.to, i)
			}
		}
		for range 30 {
			if p.Selected().Pos == all[50].Pos {
				break
			}
			key(p, f.back)
			show()
		}
	}
}

// Who does not follow is told so, also when all lines fit into what was read.
func TestLogsSayThatTheyAreHeld(t *testing.T) {
	p := logPanel(t, pageOf(said(30)))
	picture(p, 80, 20, logContext(80))
	if c := p.Caption(logContext(80)); !strings.Contains(c, "following") {
		t.Errorf("at the end: %q", c)
	}
	key(p, tea.KeyUp)
	if c := p.Caption(logContext(80)); !strings.Contains(c, "held") {
		t.Errorf("a line above: %q", c)
	}
}

func TestLogsFindTheNextError(t *testing.T) {
	all := said(300)
	p := logPanel(t, pageOf(all))
	picture(p, 80, 20, logContext(80))
	key(p, tea.KeyUp)
	p.Key(tea.KeyPressMsg{Code: 'e', Text: "E", Mod: tea.ModShift}, Context{})
	r := p.Ask(80, 20, logContext(80))
	if r.Find.Seq == 0 || !r.Find.Back || len(r.Find.Terms) != 1 {
		t.Fatalf("asks for %+v", r.Find)
	}
	page := pageOf(all)
	page.Found = &feed.Found{Seq: r.Find.Seq, Anchor: feed.At(&all[289])}
	p.SetPage(page)
	if got := p.Selected(); got.Pos != all[289].Pos {
		t.Errorf("stands on %v", got)
	}
	page = pageOf(all)
	p.Seek(true, sources.LogTerm{Field: sources.FieldLevel, Op: sources.LogGreaterEqual, Value: "error"})
	page.Found = &feed.Found{Seq: p.find.Seq}
	p.SetPage(page)
	if c := p.Caption(logContext(80)); !strings.Contains(c, "no error before this") {
		t.Errorf("nothing found is said as %q", c)
	}
}

// What a source says is drawn as text whatever it is, at any size, opened, wrapped and scrolled.
func TestLogsDrawAnything(t *testing.T) {
	hostile := []string{
		"", "\x1b[31mred\x1b[0m \x1b]0;title\x07", "a\x00b\x7f", "\xff\xfe broken", strings.Repeat("x", 1<<20), "tab\tbed", "\u202egnirts",
		strings.Repeat("界", 3000), "many\n\n\nlines\r\nof it", `{"a":{"b":[1,2,{"c":"d"}]}}`,
	}
	var lines []sources.LogLine
	for i, h := range hostile {
		lines = append(lines, sources.LogLine{
			Pos: sources.LogPos{Minor: uint64(i) + 1}, Source: "x", Time: noon(), Body: h, Raw: h,
			Fields: []sources.Label{{Name: h, Value: h}},
		})
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {5, 3}, {40, 9}, {200, 60}} {
		p := logPanel(t, pageOf(lines))
		p.SetTerms([]sources.LogTerm{{Value: "e"}})
		for range len(lines) {
			plain(t, picture(p, size[0], size[1], logContext(size[0])))
			key(p, tea.KeyUp, tea.KeyEnter, tea.KeyRight)
			p.Key(tea.KeyPressMsg{Code: 'w', Text: "W", Mod: tea.ModShift}, Context{})
		}
		for _, r := range plain(t, picture(p, size[0], size[1], logContext(size[0]))) {
			if r != '\n' && r < ' ' || r == '\x7f' || r == '\u202e' {
				t.Fatalf("%v: %U reached the screen", size, r)
			}
		}
	}
}

func BenchmarkLogs(b *testing.B) {
	p, _ := newLogs(&boards.Panel{ID: "logs", Kind: boards.KindLogs}).(*logView)
	p.SetPage(pageOf(said(300)))
	p.SetTerms([]sources.LogTerm{{Value: "pool"}})
	c := logContext(200)
	g := picture(p, 200, 58, c)
	b.ReportAllocs()
	for b.Loop() {
		p.Draw(g.All(), c)
	}
}
