package ui

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"nightjar/sources"
	"nightjar/sources/demo"
	"nightjar/sources/feed"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/screen"
)

// logModel is a model on the demo with a chart and its logs.
func logModel(t *testing.T) *Model {
	t.Helper()
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	src, err := demo.Open(t.Context(), demo.Options{Clock: clock, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	p := poll.New(poll.Options{Clock: poll.WallClock(clock)})
	t.Cleanup(p.Close)
	h := feed.New(feed.Options{Clock: clock})
	t.Cleanup(h.Close)
	board, problems := boards.Load([]byte(`
name: both
title: Both
range: 15m
rows:
  - panels:
      - {id: chart, title: Requests, kind: graph, height: 12, span: 12, queries: [{expr: 'sum(rate(http_requests_total[1m]))'}]}
  - panels:
      - {id: lines, title: Logs, kind: logs, height: 22, priority: 1}
`), "both.yaml")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	m, err := New(Options{
		Sources: []sources.Source{src}, Poller: p, Feed: h, Boards: []*boards.Board{board}, Keys: keys.Default(),
		Zone: time.UTC, Clock: clock, Profile: colorprofile.TrueColor, Dark: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Resize(120, 36)
	settleLogs(t, m)
	return m
}

// settleLogs waits until nothing that is on the screen is still to come.
func settleLogs(t *testing.T, m *Model) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for frameOf(m); !m.Settled() || m.loadingLogs(); frameOf(m) {
		select {
		case <-m.opts.Poller.Changed():
		case <-m.opts.Feed.Changed():
		case <-limit:
			t.Fatalf("the screen does not settle:\n%s", frameOf(m))
		}
		m.Take()
	}
}

// loadingLogs reports whether a page is under way for some panel.
func (m *Model) loadingLogs() bool {
	for _, p := range m.view().panels {
		if l := m.logPanel(p); l != nil && !l.Current() {
			return true
		}
	}
	return false
}

// Scrolling the lines moves the cursor of the charts, and the cursor of a chart scrolls the lines.
func TestLogsAndChartsShareTheCursor(t *testing.T) {
	m := logModel(t)
	m.setFocus("lines")
	press(m, "up", "up", "up")
	settleLogs(t, m)
	lines := m.logPanel(m.view().byID["lines"])
	if l := lines.Selected(); l == nil || !m.line.Cursor.Equal(l.Time) {
		t.Fatalf("three lines up the cursor is at %v, the line %+v", m.line.Cursor, l)
	}
	m.setFocus("chart")
	for range 30 {
		press(m, "left")
	}
	settleLogs(t, m)
	at := m.line.Cursor
	l := lines.Selected()
	if l == nil || l.Time.After(at) || at.Sub(l.Time) > 20*time.Second {
		t.Fatalf("the cursor is at %v, the line %+v", at, l)
	}
	press(m, "0")
	settleLogs(t, m)
	if !strings.Contains(frameOf(m), "following") {
		t.Errorf("back to live does not follow:\n%s", frameOf(m))
	}
}

func TestLogPromptFilters(t *testing.T) {
	m := logModel(t)
	m.setFocus("lines")
	press(m, "&")
	for _, r := range "(pool" {
		press(m, string(r))
	}
	press(m, "enter")
	settleLogs(t, m)
	lines := m.logPanel(m.view().byID["lines"])
	if n := len(lines.Terms()); n != 1 {
		t.Fatalf("%d filters", n)
	}
	press(m, "backspace", "&")
	for _, r := range "/po(ol/" {
		press(m, string(r))
	}
	press(m, "enter")
	if s := frameOf(m); !strings.Contains(s, "missing closing )") {
		t.Errorf("a bad regexp is not said:\n%s", s)
	}
	if n := len(lines.Terms()); n != 0 {
		t.Errorf("a bad regexp filters: %d", n)
	}
	press(m, "esc", "&")
	for _, r := range "POOL" {
		press(m, string(r))
	}
	press(m, "backspace", "backspace", "backspace", "backspace")
	for _, r := range "level>=error" {
		press(m, string(r))
	}
	press(m, "enter")
	settleLogs(t, m)
	if s := frameOf(m); strings.Contains(s, " I GET") || !strings.Contains(s, " E ") {
		t.Errorf("errors only:\n%s", s)
	}
	press(m, "/")
	for _, r := range "pool" {
		press(m, string(r))
	}
	press(m, "enter")
	settleLogs(t, m)
	if l := lines.Selected(); l == nil || !strings.Contains(l.Body, "pool") {
		t.Errorf("the search stands on %+v", l)
	}
	press(m, "esc", "esc")
	if n := len(lines.Terms()); n != 0 {
		t.Errorf("esc leaves %d filters", n)
	}
}

// The keys of patterns, from the lines and back.
func TestLogPatterns(t *testing.T) {
	m := logModel(t)
	m.setFocus("lines")
	press(m, "p")
	settleLogs(t, m)
	lines := m.logPanel(m.view().byID["lines"])
	s := frameOf(m)
	if !lines.Patterns() || !strings.Contains(s, " patterns, ") || !strings.Contains(s, "GET /products/<*>") || !strings.Contains(s, "enter its lines") {
		t.Fatalf("patterns:\n%s", s)
	}
	press(m, "x", "down", "enter")
	settleLogs(t, m)
	if terms := lines.Terms(); lines.Patterns() || len(terms) != 2 || !terms[0].Not || terms[1].Not {
		t.Errorf("hid one and chose the next: %+v", terms)
	}
	if l := lines.Selected(); l == nil || !strings.Contains(frameOf(m), "& -pattern ") {
		t.Errorf("the lines of the pattern:\n%s", frameOf(m))
	}
	press(m, "p", "esc")
	if lines.Patterns() || len(lines.Terms()) != 2 {
		t.Error("esc does more than to go back to the lines")
	}
}

func TestLogColumns(t *testing.T) {
	m := logModel(t)
	m.setFocus("lines")
	press(m, "F")
	for _, r := range "sv" {
		press(m, string(r))
	}
	press(m, "tab", "enter")
	if got := m.logPanel(m.view().byID["lines"]).Columns(); len(got) != 1 || got[0] != "svc" {
		t.Fatalf("columns %v", got)
	}
	if s := frameOf(m); !strings.Contains(s, "E payments") {
		t.Errorf("no column of the service:\n%s", s)
	}
}

func TestLinesAreOnTheScreenBeforeTheProgramRuns(t *testing.T) {
	m := logModel(t)
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	terminal := screen.NewTerminal(out, m.Palette())
	m.opts.Terminal = terminal
	m.setFocus("lines")
	press(m, "&", "e", "r", "r", "enter")
	drawn := m.lastDraw
	m.ShowLines(time.Minute)
	if m.lastDraw.Equal(drawn) {
		t.Error("nothing was drawn though lines were asked for")
	}
	settleLogs(t, m)
	drawn = m.lastDraw
	m.ShowLines(time.Hour) // nothing is still to come: it does not wait
	if !m.lastDraw.Equal(drawn) {
		t.Error("drawn for nothing")
	}
	if err := terminal.Close(); err != nil {
		t.Error(err)
	}
}
