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
