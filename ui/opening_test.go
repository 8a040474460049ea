package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/screen"
)

// pendingModel is a dashboard of a target that is still asked.
func pendingModel(t *testing.T, list ...*boards.Board) (*Model, *time.Time) {
	t.Helper()
	p := poll.New(poll.Options{})
	t.Cleanup(p.Close)
	now := time.Date(2026, 11, 24, 3, 12, 9, 0, time.UTC)
	m, err := New(Options{
		Poller: p, Boards: list, Default: "fake", Keys: keys.Default(), Zone: time.UTC, Clock: func() time.Time { return now },
		Pending: []Pending{{Name: "fake", Doing: "asking what it is", Since: now}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Resize(100, 30)
	return m, &now
}

func seen(m *Model) string {
	g := screen.NewGrid(m.width, m.height)
	m.Frame(g)
	return g.String()
}

func wantSeen(t *testing.T, m *Model, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if s := seen(m); !strings.Contains(s, text) {
			t.Errorf("%q is not in:\n%s", text, s)
		}
	}
}

// While nothing is known every key is safe, and the screen says what is waited for and since when.
func TestOpeningTakesEveryKey(t *testing.T) {
	m, now := pendingModel(t)
	wantSeen(t, m, "fake  asking", "since 03:12:09, asking what it is", "q quit")
	*now = now.Add(12 * time.Second)
	wantSeen(t, m, "no answer 12s")
	for _, g := range m.keys.Groups() {
		for _, b := range g.Bindings {
			for _, size := range [][2]int{{100, 30}, {40, 10}, {1, 1}} {
				m.Resize(size[0], size[1])
				m.do(b.Action)
				_ = seen(m)
				m.over = nil
			}
		}
	}
	for _, k := range []tea.KeyPressMsg{{Code: tea.KeyUp}, {Code: tea.KeyLeft}, {Code: tea.KeyPgDown}, {Code: tea.KeyEscape}, {Code: tea.KeyEnter}} {
		m.Update(k)
	}
	m.Resize(100, 30)
	m.opened(openingMsg{Opening{Pending: []Pending{{Name: "fake", Since: m.opts.Pending[0].Since, Err: errors.New("refused \x1b[2J"), NextTry: now.Add(4 * time.Second)}}}, true})
	wantSeen(t, m, "fake  error 12s", "refused", "asked again in 4s")
	if strings.Contains(seen(m), "\x1b") {
		t.Error("an escape sequence of an error reaches the screen")
	}
}

// A board that is known is laid out at once; its panels wait for their source, say
// what is wrong with it, and ask when it is there.
func TestBoardWaitsForItsSource(t *testing.T) {
	m, now := pendingModel(t, testBoard())
	wantSeen(t, m, "Alpha", "loading", "asking")
	m.opened(openingMsg{Opening{Boards: m.opts.Boards, Pending: []Pending{{Name: "fake", Since: *now, Err: errors.New("refused")}}}, true})
	wantSeen(t, m, "Alpha", "refused", "error")
	if n := len(m.wanted()); n != 0 {
		t.Errorf("%d jobs of a source that is not there", n)
	}
	m.opened(openingMsg{Opening{Boards: m.opts.Boards, Sources: []sources.Source{&fakeSource{}}}, true})
	if n := len(m.wanted()); n == 0 {
		t.Error("the panels do not ask")
	}
	if s := seen(m); strings.Contains(s, "refused") || strings.Contains(s, "asking") {
		t.Errorf("left over:\n%s", s)
	}
}

// The first board takes the place of the placeholder, and later ones do not take its.
func TestOpeningGivesWayToTheFirstBoard(t *testing.T) {
	m, _ := pendingModel(t)
	one, two := testBoard(), testBoard()
	two.Name, two.Title = "two", "two"
	m.opened(openingMsg{Opening{Boards: []*boards.Board{two}, Sources: []sources.Source{&fakeSource{}}}, true})
	if b := m.view().board; b != two {
		t.Errorf("the board shown is %s", b.Name)
	}
	m.opened(openingMsg{Opening{Boards: []*boards.Board{one, two}, Sources: []sources.Source{&fakeSource{}}}, true})
	if b := m.view().board; b != two {
		t.Errorf("the board shown is %s", b.Name)
	}
	failure := errors.New("no such thing")
	if cmd := m.opened(openingMsg{Opening{Err: failure}, true}); cmd == nil || !errors.Is(m.Failure(), failure) {
		t.Errorf("the program goes on: %v", m.Failure())
	}
}
