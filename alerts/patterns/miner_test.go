package patterns

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// epoch is when the logs of testdata begin.
var epoch = time.Date(2026, 2, 3, 4, 0, 0, 0, time.UTC)

// hours is a window that begins from hours after epoch.
func hours(from, to float64) sources.Window {
	at := func(h float64) time.Time { return epoch.Add(time.Duration(h * float64(time.Hour))) }
	return sources.Window{Start: at(from), End: at(to)}
}

// readLog parses a log of testdata.
func readLog(t testing.TB, name string) []sources.LogLine {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	r := logs.NewReader(logs.Options{Zone: time.UTC})
	r.Learn(text)
	rows := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	lines := make([]sources.LogLine, len(rows))
	for i, row := range rows {
		r.Parse(row, epoch.Add(24*time.Hour).UnixNano(), &lines[i])
		lines[i].Pos = sources.LogPos{Minor: uint64(i + 1)}
		lines[i].Source = name
	}
	return lines
}

var logNames = []string{"syslog.log", "json.log", "logfmt.log", "log4j.log"}

// templates of patterns, sorted.
func templates(ps []Pattern) []string {
	var out []string
	for i := range ps {
		out = append(out, ps[i].Template)
	}
	slices.Sort(out)
	return out
}

func mine(o Options, lines []sources.LogLine) *Miner {
	m := New(o)
	for i := range lines {
		m.Add(&lines[i])
	}
	return m
}

func day() Options { return Options{Window: hours(0, 24), Buckets: 240} }

func TestKnownTemplates(t *testing.T) {
	want := map[string][]string{
		"syslog.log": {
			"Accepted publickey for <*> from <*> port <*> ssh<*>",
			"Failed password for <*> from <*> port <*> ssh<*>",
			"Out of memory: Killed process <*> <*> total-vm:<*>",
			"Started session-<*>.scope - Session <*> of User <*>",
			"[ <*>] eth<*>: link is down",
			"[<*>] eth<*>: link is down",
		},
		"json.log": {
			`cannot open "<*>": no such file`,
			"request completed in <*>",
			"slow query <*> took <*> & blocked",
			"user <*> added sku-<*> to the cart",
		},
		"logfmt.log": {
			"Head GC completed",
			"Scrape of <*> failed after <*> tries",
			"reloaded",
		},
		"log4j.log": {
			"cannot reach http://<*>/pay/<*>",
			"opened the shop for <*>",
			"pool <*> exhausted: <*> of <*> in use",
		},
	}
	for name, w := range want {
		ps := mine(day(), readLog(t, name)).Snapshot(hours(0, 24), sources.Window{})
		if got := templates(ps); !slices.Equal(got, w) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(w, "\n"))
		}
	}
}

// Every line of a pattern passes its own term, and hardly one of another does.
func TestTermsSelectTheirLines(t *testing.T) {
	for _, name := range logNames {
		lines := readLog(t, name)
		m := New(day())
		of := make([]*cluster, len(lines))
		for range 2 { // the second time no template changes
			for i := range lines {
				m.Add(&lines[i])
				of[i] = m.newest
			}
		}
		ps := m.Snapshot(hours(0, 24), sources.Window{})
		foreign := 0
		for p := range ps {
			match, err := logs.Compile(ps[p].Terms())
			if err != nil {
				t.Fatalf("%s: %s: %v", name, ps[p].Template, err)
			}
			for i := range lines {
				own := of[i].template.text == ps[p].Template
				switch got := match.Match(&lines[i]); {
				case own && !got:
					t.Errorf("%s: %s\ndoes not match its line\n%s", name, ps[p].Terms()[0].Value, lines[i].Raw)
				case !own && got:
					foreign++
				}
			}
			if raw := ps[p].Example.Raw; !regexp.MustCompile(ps[p].Terms()[0].Value).MatchString(raw) {
				t.Errorf("%s: the example %q is not selected by %s", name, raw, ps[p].Terms()[0].Value)
			}
		}
		if foreign > 0 {
			t.Errorf("%s: %d lines pass terms of patterns they are not of", name, foreign)
		}
	}
}

// The same lines shuffled give the same templates and IDs.
func TestOrderDoesNotMatter(t *testing.T) {
	for _, name := range logNames {
		lines := readLog(t, name)
		ids := func() string {
			var out []string
			for _, p := range mine(day(), lines).Snapshot(hours(0, 24), sources.Window{}) {
				out = append(out, fmt.Sprint(p.ID, p.Count, p.Template))
			}
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		want := ids()
		r := rand.New(rand.NewPCG(1, 2))
		for range 10 {
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			if got := ids(); got != want {
				t.Fatalf("%s:\n%s\nwant\n%s", name, got, want)
			}
		}
	}
}

// What says nothing does not count: masks that both have. What was learnt to vary counts as unequal.
func TestLikeness(t *testing.T) {
	f := func(want int, lines ...string) {
		t.Helper()
		m := New(Options{})
		for _, line := range lines {
			m.AddText(line, epoch, 0)
		}
		if m.patterns != want {
			t.Errorf("%q: %d patterns, want %d", lines, m.patterns, want)
		}
	}
	f(1, "1 2 3 4 done with ann", "1 2 3 4 done with bob") // 2 of 3
	f(2, "1 2 3 4 done ann", "1 2 3 4 done bob")           // 1 of 2
	f(1, "1 2 3 4", "5 6 7 8")
	f(1, "a b c d e", "a b c x y")                    // 3 of 5
	f(2, "a b c d e", "a b x y z")                    // 2 of 5
	f(2, "a b c d e", "a b c x y", "a b z d e")       // a b c <*> <*> is not like the third
	f(1, "a b c d e", "a b c x y", "a b c \"v w\" z") // quoted text varies as words do
	f(2, "a b", "a b c")
	f(2, "k=v w", "k= v w")
}

// Of two patterns that a line fits the one with more text has it.
func TestNarrowerFirst(t *testing.T) {
	m := New(Options{})
	for _, line := range []string{"job a of b c", "job x of b c", "job y of v c", "job q of q q"} {
		m.AddText(line, epoch, 0)
	}
	if got := templates(m.Snapshot(hours(0, 1), sources.Window{})); len(got) != 0 {
		t.Errorf("%q without a window", got)
	}
	wide := m.newest
	for range 2 {
		m.leafPattern("job n of m c")
	}
	narrow := m.newest
	m.AddText("job n of m c", epoch, 0)
	if m.newest != narrow || wide == narrow {
		t.Errorf("%q has the line", m.newest.template.text)
	}
}

// A term holds for lines of every form that a pattern was seen in.
func TestTermsOfSeveralForms(t *testing.T) {
	forms := []struct{ before, after string }{
		{"", ""},
		{"x: ", ""},
		{"sshd[12]: ", ""},
		{`{"msg":"`, `","n":1}`},
		{`{"message":"`, `","n":1}`},
		{`level=info msg="`, `"`},
		{"msg=", " n=1"},
		{"  ", "  "},
		{"", "\n  at f\n"},
		{"x ", "\r"},
		{`{"msg": "`, ` \u003cb\u003e"}`},
	}
	line := func(form int, who string) sources.LogLine {
		f := forms[form]
		body := who + " is in the house"
		return sources.LogLine{Body: body, Raw: f.before + body + f.after, Time: epoch}
	}
	for a := range forms {
		for b := range forms {
			m := New(Options{Window: hours(0, 1)})
			for form := range forms {
				if form == a || form == b {
					l := line(form, "ann")
					m.Add(&l)
				}
			}
			ps := m.Snapshot(hours(0, 1), sources.Window{})
			match, err := logs.Compile(ps[0].Terms())
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range []int{a, b} {
				if l := line(form, "ann"); !match.Match(&l) {
					t.Errorf("%q is not selected by %s", l.Raw, ps[0].Terms()[0].Value)
				}
			}
			if l := (sources.LogLine{Raw: "ann is not in the house"}); match.Match(&l) {
				t.Errorf("%q is selected by %s", l.Raw, ps[0].Terms()[0].Value)
			}
			// Two patterns, each seen in a form of its own, that become one.
			m = New(Options{Window: hours(0, 1)})
			l := line(a, "ann")
			m.Add(&l)
			one := m.newest
			l = line(b, "bob")
			m.Add(&l)
			if m.newest == one {
				t.Fatal("one pattern already")
			}
			m.merge(one, m.newest)
			sel := selector{m.newest.shape, m.newest.tokens, m.newest.place}
			re := regexp.MustCompile(sel.expression())
			for form, who := range map[int]string{a: "ann"} {
				if l := line(form, who); !re.MatchString(l.Raw) {
					t.Errorf("%q is not selected by %s", l.Raw, re)
				}
			}
			if l := line(b, "ann"); !re.MatchString(l.Raw) {
				t.Errorf("%q is not selected by %s", l.Raw, re)
			}
		}
	}
}

// Text with escapes or colours in its line is selected by its words.
func TestTermsOfEscapedText(t *testing.T) {
	m := New(Options{Window: hours(0, 1)})
	l := sources.LogLine{Body: "slow <b> & \"x\" a/b of 12", Raw: `{"msg":"slow \u003cb\u003e \u0026 \"x\" a\/b of 12"}`, Time: epoch}
	m.Add(&l)
	p := m.Snapshot(hours(0, 1), sources.Window{})[0]
	re := regexp.MustCompile(p.Terms()[0].Value)
	if !re.MatchString(l.Raw) || !re.MatchString("\x1b[1mslow\x1b[0m <b> & \"y\" a/b of 7") || re.MatchString(`{"msg":"slow of a/b b 12"}`) {
		t.Error(re)
	}
}
