package panels

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

func failed(state poll.State, kind sources.ErrorKind, since time.Duration) *poll.Result {
	r := &poll.Result{
		Source: "prom", State: state, ErrSince: noon().Add(-since), NextTry: noon().Add(8 * time.Second),
		Err: &sources.Error{Source: "prom", Op: "query_range", Kind: kind, Err: errors.New("Get https://user:secret@prom.example:9090/api/v1/query_range?token=secret: connection refused")},
	}
	if state == poll.Stale {
		r.At = noon().Add(-since)
		r.Frame = vector(lbl("a", "1"), 12.0)
	}
	return r
}

func fetched(ago time.Duration) *poll.Result {
	r := okResult(vector(lbl("a", "1"), 12.0))
	r.At = noon().Add(-ago)
	return r
}

func TestStateOf(t *testing.T) {
	cut := fetched(time.Second)
	cut.State, cut.Frame.Cut = poll.Partial, 12
	table := &poll.Result{State: poll.Partial, At: noon(), Table: &sources.Table{Total: 7, Rows: make([][]sources.Value, 4)}}
	empty := &poll.Result{State: poll.Empty, At: noon(), Source: "prom", Frame: &sources.Frame{}}
	f := func(got []*poll.Result, state poll.State, stale bool, note, short, age string) {
		t.Helper()
		s := StateOf(got, noon(), 5*time.Second)
		if s.State != state || s.Stale != stale || s.Note != note || s.Short != short || s.Age != age {
			t.Errorf("got %v stale %v %q %q %q, want %v %v %q %q %q", s.State, s.Stale, s.Note, s.Short, s.Age, state, stale, note, short, age)
		}
	}
	r := func(rs ...*poll.Result) []*poll.Result { return rs }
	f(nil, poll.OK, false, "", "", "")
	f(r(nil), poll.Loading, false, "loading…", "loading…", "")
	f(r(nil, &poll.Result{}), poll.Loading, false, "loading…", "loading…", "")
	f(r(fetched(0)), poll.OK, false, "", "", "5s")
	f(r(fetched(6*time.Second), nil), poll.OK, false, "", "", "10s")
	f(r(fetched(-time.Hour)), poll.OK, false, "", "", "5s") // the clock went back
	f(r(fetched(26*time.Second)), poll.Stale, true, "stale 26s", "stale 26s", "")
	f(r(empty), poll.Empty, false, "empty", "empty", "5s")
	f(r(empty, fetched(0)), poll.OK, false, "", "", "5s")
	f(r(failed(poll.Failed, sources.KindUnavailable, 2*time.Minute)), poll.Failed, false, "error for 2m00s, next in 8s", "error", "")
	f(r(failed(poll.Failed, sources.KindUnavailable, 2*time.Minute), fetched(0)), poll.Partial, false, "1 of 2 failed for 2m00s, next in 8s", "1 of 2 failed", "5s")
	f(r(failed(poll.Stale, sources.KindTimeout, 2*time.Minute)), poll.Stale, true, "stale 2m00s: timed out, next in 8s", "stale 2m00s", "")
	f(r(failed(poll.Stale, sources.KindTimeout, 2*time.Minute), fetched(0)), poll.Stale, false, "stale 2m00s: timed out, next in 8s", "stale 2m00s", "")
	// What is asked seldom is due seldom.
	seldom := fetched(26 * time.Second)
	seldom.Every = 30 * time.Second
	f(r(seldom), poll.OK, false, "", "", "30s")
	// What was empty and fails has nothing to show but the error.
	nothing := failed(poll.Stale, sources.KindQuery, 2*time.Minute)
	nothing.Frame = &sources.Frame{}
	f(r(nothing), poll.Failed, false, "error for 2m00s, next in 8s", "error", "")
	f(r(cut), poll.Partial, false, "12 cut by a limit", "12 cut", "5s")
	f(r(table), poll.Partial, false, "3 cut by a limit", "3 cut", "5s")
	f(r(&poll.Result{State: poll.Partial, At: noon(), Frame: &sources.Frame{}}), poll.Partial, false, "partial", "partial", "5s")
	f(r(&poll.Result{State: poll.Partial, At: noon(), Frame: &sources.Frame{Warnings: []string{"a store did not answer"}}}), poll.Partial, false, "partial: a store did not answer", "partial", "5s")
	if got := StateOf(r(fetched(time.Hour)), noon(), 0); got.State != poll.OK || got.Age != "1h00m" {
		t.Errorf("nothing is due: %+v", got)
	}
}

// The age stands still while all is well, so that a calm screen sends nothing.
func TestAgeStandsStillBetweenAnswers(t *testing.T) {
	r := []*poll.Result{fetched(0)}
	first := StateOf(r, noon(), 5*time.Second)
	for s := range 6 {
		if got := StateOf(r, noon().Add(time.Duration(s)*time.Second), 5*time.Second); got != first {
			t.Errorf("after %d s: %+v", s, got)
		}
	}
	if StateOf(r, noon().Add(6*time.Second), 5*time.Second) == first {
		t.Error("an answer that is overdue must show")
	}
}

func TestFrameTitles(t *testing.T) {
	states := map[string][]*poll.Result{
		"loading": {nil}, "ok": {fetched(0)}, "stale": {failed(poll.Stale, sources.KindTimeout, 2*time.Minute)},
		"error": {failed(poll.Failed, sources.KindUnavailable, 3*time.Minute)}, "empty": {{State: poll.Empty, At: noon(), Source: "prom"}},
	}
	for name, got := range states {
		var b strings.Builder
		for _, w := range []int{80, 50, 40, 26, 16, 10, 5, 2, 1} {
			for _, ascii := range []bool{false, true} {
				c := at3()
				c.ASCII, c.Focused = ascii, w == 50
				g := screen.NewGrid(w, 1)
				DrawFrame(g.All(), "CPU by mode", "23.4 %", StateOf(got, noon(), 2*time.Second), c)
				if ascii {
					assertASCII(t, g)
				}
				b.WriteString(plain(t, g))
			}
		}
		goldenText(t, "frame/titles-"+name, b.String())
	}
}

func TestFrameReturnsTheBody(t *testing.T) {
	for _, size := range sizes() {
		g := screen.NewGrid(size[0], size[1])
		body := DrawFrame(g.All(), nasty()[7], nasty()[1], StateOf([]*poll.Result{nil}, noon(), 0), at3())
		if w, h := body.Size(); w != size[0] && h > 0 || h != max(0, size[1]-1) {
			t.Errorf("the body of %v is %dx%d", size, w, h)
		}
		plain(t, g)
	}
}

func TestStateBodies(t *testing.T) {
	f := func(name string, w, h int, got ...*poll.Result) {
		t.Helper()
		g := screen.NewGrid(w, h)
		if !DrawState(g.All(), got, at3()) {
			t.Errorf("%s: nothing was drawn", name)
		}
		golden(t, "frame/body-"+name, g)
	}
	bad := failed(poll.Failed, sources.KindUnavailable, 3*time.Minute)
	f("error-80x5", 80, 5, bad)
	f("error-40x4", 40, 4, bad)
	f("error-40x1", 40, 1, bad)
	f("error-40x2", 40, 2, bad)
	f("error-10x3", 10, 3, bad)
	f("loading-20x2", 20, 2, nil)
	f("empty-60x2", 60, 2, &poll.Result{State: poll.Empty, Source: "prom", Frame: &sources.Frame{}})
	f("empty-why-60x2", 60, 2, &poll.Result{State: poll.Empty, Frame: &sources.Frame{Warnings: []string{"PromQL warning: metric might not be a counter"}}})
	f("empty-table-60x2", 60, 2, &poll.Result{State: poll.Empty, Table: &sources.Table{Notes: []string{"/var/run/utmp: permission denied"}}})
	g := screen.NewGrid(20, 2)
	for _, got := range [][]*poll.Result{nil, {fetched(0)}, {fetched(0), bad}, {{State: poll.Empty}, nil}} {
		if DrawState(g.All(), got, at3()) {
			t.Errorf("drew over a picture: %v", got)
		}
	}
	for k := sources.KindUnknown; k <= sources.KindInternal; k++ {
		if remedy(k) == "" {
			t.Errorf("%v has no remedy", k)
		}
	}
}

func TestStateBodiesSurvive(t *testing.T) {
	for _, s := range nasty() {
		bad := &poll.Result{State: poll.Failed, Err: errors.New(s)}
		for _, size := range sizes() {
			for _, ascii := range []bool{false, true} {
				g, c := screen.NewGrid(size[0], size[1]), at3()
				c.ASCII = ascii
				DrawState(g.All(), []*poll.Result{bad}, c)
				plain(t, g)
				DrawState(g.All(), []*poll.Result{{State: poll.Failed}, {State: poll.Empty, Source: s}}, c)
				DrawState(g.All(), []*poll.Result{{State: poll.Empty, Source: s}}, c)
				if ascii {
					assertASCII(t, g)
				}
			}
		}
	}
}

func TestErrorsHideCredentials(t *testing.T) {
	g := screen.NewGrid(200, 4)
	plain := &poll.Result{State: poll.Failed, Err: errors.New("dial https://user:secret@host")} // not a sources.Error
	if DrawState(g.All(), []*poll.Result{plain}, at3()); strings.Contains(g.String(), "secret") {
		t.Errorf("got %s", g)
	}
	DrawState(g.All(), []*poll.Result{failed(poll.Failed, sources.KindAuth, time.Minute)}, at3())
	if s := g.String(); strings.Contains(s, "secret") || !strings.Contains(s, "not allowed") {
		t.Errorf("got %s", s)
	}
}

// What a source cannot do is said, but nothing is wrong.
func TestUnsupportedIsNoAlarm(t *testing.T) {
	got := []*poll.Result{failed(poll.Failed, sources.KindUnsupported, time.Minute)}
	if s := StateOf(got, noon(), time.Second); s.State != poll.Empty || s.Note != "not supported" || s.bad() {
		t.Errorf("got %+v", s)
	}
	g := screen.NewGrid(200, 4)
	DrawState(g.All(), got, at3())
	if s := g.String(); strings.Contains(s, "!!") || !strings.Contains(s, "not supported") || !strings.Contains(s, "another source") {
		t.Errorf("got %s", s)
	}
}

func TestUnknownKindSaysSo(t *testing.T) {
	golden(t, "frame/unknown-kind-60x2", picture(New(&boards.Panel{Kind: "pie"}), 60, 2, at3()))
}
