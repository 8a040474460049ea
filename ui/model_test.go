package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/panels"
	"nightjar/ui/screen"
)

// fakeSource answers every query with one series, or as its hooks say.
type fakeSource struct {
	labels sources.Labels
	fail   error
	hang   bool
	block  chan struct{}
}

func (f *fakeSource) Name() string { return "fake" }
func (f *fakeSource) Close() error { return nil }

func (f *fakeSource) Status() sources.Status {
	return sources.Status{Kind: "local", Interval: 2 * time.Second}
}

func (f *fakeSource) wait(ctx context.Context) error {
	if f.hang {
		select {
		case <-f.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.fail
}

func (f *fakeSource) QueryRange(ctx context.Context, q sources.RangeQuery) (*sources.Frame, error) {
	if err := f.wait(ctx); err != nil {
		return nil, err
	}
	step := q.Step.Milliseconds()
	fr := &sources.Frame{Source: "fake", Start: q.Start.UnixMilli(), End: q.End.UnixMilli(), Step: step}
	s := sources.Series{Labels: f.labels}
	for t := fr.Start; t <= fr.End; t += step {
		s.Times = append(s.Times, t)
		s.Values = append(s.Values, float64(t/step%17))
	}
	fr.Series = []sources.Series{s}
	return fr, nil
}

func (f *fakeSource) QueryInstant(ctx context.Context, q sources.InstantQuery) (*sources.Frame, error) {
	if err := f.wait(ctx); err != nil {
		return nil, err
	}
	return &sources.Frame{Source: "fake", Kind: sources.Vector, Series: []sources.Series{
		{Labels: f.labels, Times: []int64{q.Time.UnixMilli()}, Values: []float64{7}},
	}}, nil
}

func testBoard() *boards.Board {
	return &boards.Board{Name: "one", Title: "one", Rows: []boards.Row{
		{Panels: []boards.Panel{
			{ID: "a", Title: "Alpha", Kind: boards.KindGraph, Span: 6, MinWidth: 20, Height: 8, MinHeight: 4, Priority: 1, Queries: []boards.Query{{Expr: "up"}}},
			{ID: "b", Title: "Beta", Kind: boards.KindStat, Span: 6, MinWidth: 20, Height: 8, MinHeight: 4, Priority: 1, Queries: []boards.Query{{Expr: "up"}}},
		}},
		{Panels: []boards.Panel{
			{
				ID: "c", Title: "Gamma", Kind: boards.KindTable, Span: 12, MinWidth: 20, Height: 8, MinHeight: 4, Priority: 2,
				Queries: []boards.Query{{Expr: "up", Name: "v"}}, Table: boards.TableOptions{Columns: []boards.Column{{Label: "host"}, {Query: "v"}}},
			},
		}},
	}}
}

// shown runs a model over a source until every panel has its answer, at w x h.
func shown(t *testing.T, src sources.Source, w, h int) (*Model, *screen.Grid) {
	t.Helper()
	m := newTestModel(t, src)
	m.Resize(w, h)
	for deadline := time.Now().Add(10 * time.Second); !m.Settled(); {
		select {
		case <-m.opts.Poller.Changed():
			m.Take()
		case <-time.After(time.Until(deadline)):
			t.Fatal("the panels never had their answers")
		}
	}
	g := screen.NewGrid(w, h)
	m.Frame(g)
	return m, g
}

func newTestModel(t *testing.T, src sources.Source) *Model {
	t.Helper()
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	p := poll.New(poll.Options{Clock: poll.WallClock(func() time.Time { return now })})
	t.Cleanup(p.Close)
	m, err := New(Options{
		Sources: []sources.Source{src}, Poller: p, Boards: []*boards.Board{testBoard()}, Keys: keys.Default(),
		Zone: time.UTC, Clock: func() time.Time { return now }, Profile: colorprofile.TrueColor, Dark: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func press(m *Model, keys ...string) {
	for _, k := range keys {
		m.Update(keyOf(k))
	}
}

func keyOf(k string) tea.KeyPressMsg {
	named := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "left": tea.KeyLeft, "right": tea.KeyRight,
		"up": tea.KeyUp, "down": tea.KeyDown, "space": tea.KeySpace, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace,
	}
	if c, ok := named[k]; ok {
		msg := tea.KeyPressMsg{Code: c}
		if k == "space" {
			msg.Text = " "
		}
		return msg
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func frameOf(m *Model) string {
	g := screen.NewGrid(m.width, m.height)
	m.Frame(g)
	return g.String()
}

func TestEveryLineFillsTheScreen(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 36}, {200, 60}, {500, 200}} {
		_, g := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, size[0], size[1])
		lines := strings.Split(strings.TrimSuffix(g.String(), "\n"), "\n")
		if len(lines) != size[1] {
			t.Errorf("%v: %d lines", size, len(lines))
		}
		for i, l := range lines {
			if n := screen.Width(l); n != size[0] {
				t.Errorf("%v: line %d is %d columns wide", size, i, n)
			}
		}
	}
}

func TestTinyTerminalsGetAMessage(t *testing.T) {
	m := newTestModel(t, &fakeSource{})
	for _, size := range [][2]int{{0, 0}, {1, 1}, {39, 9}, {39, 200}, {500, 9}} {
		m.Resize(size[0], size[1])
		got := frameOf(m)
		if size[0] >= 30 && !strings.Contains(got, "needs 40x10") {
			t.Errorf("%v: %q", size, got)
		}
	}
}

func TestHostileLabelsStayInTheirPlace(t *testing.T) {
	bad := "\x1b[2J\x1b]0;owned\x07\r\n\u202eevil\u200b日本" + strings.Repeat("e\u0301", 5000)
	_, g := shown(t, &fakeSource{labels: sources.NewLabels("host", bad, "__name__", bad)}, 80, 24)
	for _, r := range g.String() {
		if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r == 0x200b {
			t.Fatalf("%U reached the screen", r)
		}
	}
}

func TestAHangingSourceDelaysNoKey(t *testing.T) {
	src := &fakeSource{hang: true, block: make(chan struct{})}
	defer close(src.block)
	m := newTestModel(t, src)
	m.Resize(80, 24)
	press(m, "?")
	if !strings.Contains(frameOf(m), "esc close") {
		t.Error("help does not open while the source hangs")
	}
	press(m, "esc", "t")
	if !strings.Contains(frameOf(m), "Range, now") {
		t.Error("the range picker does not open while the source hangs")
	}
	press(m, "esc")
	if !strings.Contains(frameOf(m), "loading") {
		t.Error("the panels do not say that they load")
	}
}

func TestAnErrorSaysWhatSinceWhenAndNextTry(t *testing.T) {
	src := &fakeSource{fail: &sources.Error{
		Source: "fake", Op: "query", Kind: sources.KindUnavailable, Retryable: true,
		Err: errors.New("dial https://me:hunter2@db: refused"),
	}}
	m, g := shown(t, src, 120, 36)
	_ = m
	s := g.String()
	for _, want := range []string{"unavailable", "since", "next"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is not said:\n%s", want, s)
		}
	}
	if strings.Contains(s, "hunter2") {
		t.Error("the password is on the screen")
	}
}

// brokenPanel panics when it draws.
type brokenPanel struct{ panels.Panel }

func (brokenPanel) Draw(screen.Region, panels.Context) { panic("index out of range") }

func TestAPanicInAPanelStaysThere(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	v := m.view()
	v.byID["a"].panel = brokenPanel{v.byID["a"].panel}
	v.byID["a"].drawn = drawKey{}
	s := frameOf(m)
	if !strings.Contains(s, "this panel failed: index out of range") {
		t.Errorf("the panic is not shown:\n%s", s)
	}
	if !strings.Contains(s, "Beta") || !strings.Contains(s, "Gamma") {
		t.Error("the other panels are gone")
	}
}

func TestFocusFullScreenAndBack(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	press(m, "tab")
	if m.view().focus != "b" {
		t.Fatalf("focus is on %q after tab", m.view().focus)
	}
	press(m, "enter")
	if s := frameOf(m); strings.Contains(s, "Gamma") || !strings.Contains(s, "one › Beta") {
		t.Errorf("not full screen:\n%s", s)
	}
	press(m, "esc")
	if s := frameOf(m); !strings.Contains(s, "Gamma") || m.view().focus != "b" {
		t.Error("esc does not lead back to where one was")
	}
}

func TestCursorIsSharedAndLeftByEsc(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	press(m, "left", "left")
	if m.line.Cursor.IsZero() {
		t.Fatal("left moves no cursor in a focused chart")
	}
	at := m.line.Cursor
	if s := frameOf(m); !strings.Contains(s, "at "+at.Format("15:04:05")) {
		t.Errorf("the cursor's time %v is not said:\n%s", at, s)
	}
	press(m, "left")
	if !m.line.Cursor.Before(at) {
		t.Error("left does not go back in time")
	}
	press(m, "esc")
	if !m.line.Cursor.IsZero() {
		t.Error("esc keeps the cursor")
	}
}

func TestPauseFreezesTheTimeline(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	press(m, "space")
	if !strings.Contains(frameOf(m), "paused") {
		t.Error("pause is not said")
	}
	press(m, "0")
	if s := frameOf(m); strings.Contains(s, "paused") || !strings.Contains(s, "live") {
		t.Error("0 does not lead back to live")
	}
}

func TestRangePickerKeepsWhatIsWrong(t *testing.T) {
	m, _ := shown(t, &fakeSource{}, 120, 36)
	span := m.line.Span
	press(m, "t", "x", "y", "enter")
	if m.over == nil || m.line.Span != span {
		t.Fatal("text that is no range was taken")
	}
	press(m, "backspace", "backspace", "9", "0", "m", "enter")
	if m.over != nil || m.line.Span != 90*time.Minute {
		t.Errorf("90m gives %v", m.line.Span)
	}
}

func TestPaletteFindsByAFewLetters(t *testing.T) {
	m, _ := shown(t, &fakeSource{}, 120, 36)
	press(m, ":", "g", "m", "m", "a", "enter")
	if m.view().focus != "c" {
		t.Errorf("focus is on %q, want the panel Gamma", m.view().focus)
	}
}

func TestThemeChangesNoCell(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	before := frameOf(m)
	for range themes.Builtin() {
		press(m, "T")
	}
	m.notice = ""
	if frameOf(m) != before {
		t.Error("a theme changes what is drawn")
	}
}

func TestMouseFocusesAndScrolls(t *testing.T) {
	m, _ := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 120, 36)
	pl := m.view().plan.Places
	c := pl[len(pl)-1]
	m.Update(tea.MouseClickMsg{X: c.X + 2, Y: c.Y + 2, Button: tea.MouseLeft})
	if m.view().focus != "c" {
		t.Errorf("a click focuses %q", m.view().focus)
	}
	m.Update(tea.MouseWheelMsg{X: c.X + 2, Y: c.Y + 2, Button: tea.MouseWheelDown})
	m.Update(tea.MouseClickMsg{X: 500, Y: 500, Button: tea.MouseLeft}) // nowhere
}

func TestOnlyPanelsOnTheScreenAreAsked(t *testing.T) {
	m := newTestModel(t, &fakeSource{})
	m.Resize(40, 10)
	n := len(m.wanted())
	m.Resize(200, 60)
	if all := len(m.wanted()); all != 3 || n >= all {
		t.Errorf("%d jobs at 40x10 and %d at 200x60, want fewer and 3", n, all)
	}
}

func TestUnknownBoardNamesThoseThereAre(t *testing.T) {
	p := poll.New(poll.Options{})
	defer p.Close()
	_, err := New(Options{Boards: []*boards.Board{testBoard()}, Board: "nope", Poller: p, Clock: time.Now})
	if err == nil || !strings.Contains(err.Error(), "one") {
		t.Errorf("error %v does not name the boards", err)
	}
}

func TestRemappedKeysReachPanels(t *testing.T) {
	m := newTestModel(t, &fakeSource{labels: sources.NewLabels("host", "db-1")})
	if errs := m.keys.Remap(map[string][]string{"next-hit": {"M"}, "quit": {"x"}, "series-hide": {"ctrl+x"}}); errs != nil {
		t.Fatal(errs)
	}
	m.Resize(120, 36)
	for !m.Settled() {
		<-m.opts.Poller.Changed()
		m.Take()
	}
	frameOf(m)
	v := m.view().byID["a"].panel.Version()
	press(m, "n")
	if m.view().byID["a"].panel.Version() != v {
		t.Error("the old key still highlights a series")
	}
	press(m, "M")
	if m.view().byID["a"].panel.Version() == v {
		t.Error("the new key highlights no series")
	}
	press(m, "?")
	if s := frameOf(m); !strings.Contains(s, "M/N") {
		t.Errorf("help does not name the new key:\n%s", s)
	}
}

// quits reports whether a key ends the program.
func quits(m *Model, key string) bool {
	cmd := m.pressed(keyOf(key))
	if cmd == nil {
		return false
	}
	_, quit := cmd().(tea.QuitMsg)
	return quit
}

// The body says that esc shows all rows; full screen is left by the one after it.
func TestEscTakesAwayTheFilterFirst(t *testing.T) {
	m, g := shown(t, &fakeSource{labels: sources.NewLabels("host", "db-1")}, 80, 24)
	m.setFocus("c")
	press(m, "f", "/", "n", "o", "enter")
	m.Frame(g)
	if !strings.Contains(g.String(), `contains "no"`) {
		t.Fatalf("no row should be left:\n%s", g)
	}
	press(m, "esc")
	m.Frame(g)
	if !strings.Contains(g.String(), "db-1") || m.view().full == "" {
		t.Errorf("after esc:\n%s", g)
	}
	press(m, "esc")
	if m.view().full != "" {
		t.Error("the second esc leaves the full screen")
	}
}

// Below 40x10 the screen says "q quit" and nothing else: that is what q does, and
// no key reaches an overlay that is not seen.
func TestKeysOfATinyTerminal(t *testing.T) {
	m, _ := shown(t, &fakeSource{}, 80, 24)
	press(m, "/", "a")
	m.Resize(30, 5)
	if quits(m, "x") || quits(m, "esc") {
		t.Error("another key quits")
	}
	if !quits(m, "q") {
		t.Error("q does not quit")
	}
	m.Resize(80, 24)
	if m.over == nil || m.view().focused().filter != "a" {
		t.Errorf("what was typed is not kept: %q", m.view().focused().filter)
	}
}
