package patterns

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// check holds a miner to what is so of every one.
func check(t testing.TB, m *Miner) {
	t.Helper()
	s := m.Stats()
	total, held := uint64(0), 0
	for c := m.newest; c != nil; c = c.older {
		total += c.total
		held++
		severities := uint64(0)
		for _, n := range c.severities {
			severities += n
		}
		if severities != c.total {
			t.Errorf("%q: %d lines, %d by severity", c.template.text, c.total, severities)
		}
		if m.templates[c.template] != c {
			t.Errorf("%q is not known by its template", c.template.text)
		}
	}
	if total+s.EvictedLines != s.Lines {
		t.Errorf("%d lines in, %d in patterns + %d let go", s.Lines, total, s.EvictedLines)
	}
	if held != s.Patterns || held != len(m.templates) || held > m.o.MaxPatterns {
		t.Errorf("%d patterns in the list, %d counted, %d templates, at most %d", held, s.Patterns, len(m.templates), m.o.MaxPatterns)
	}
	nodes, leaves := 0, 0
	var walk func(n *node)
	walk = func(n *node) {
		nodes++
		if len(n.children) > m.o.MaxChildren+1 || len(n.patterns) > m.o.MaxLeaf || len(n.children)+len(n.patterns) == 0 {
			t.Errorf("a node has %d children and %d patterns", len(n.children), len(n.patterns))
		}
		leaves += len(n.patterns)
		for _, c := range n.children {
			walk(c)
		}
	}
	for _, n := range m.roots {
		walk(n)
	}
	if leaves < held || nodes > leaves*(m.o.Depth+1) {
		t.Errorf("%d nodes with %d entries for %d patterns", nodes, leaves, held)
	}
}

// Lines that have nothing in common: the bounds hold, and every line is accounted for.
func TestBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	word := func() string {
		b := make([]byte, 3+r.IntN(6))
		for i := range b {
			b[i] = 'g' + byte(r.IntN(20))
		}
		return string(b)
	}
	for _, o := range []Options{
		{MaxPatterns: 50, Window: hours(0, 1)},
		{MaxPatterns: 50, MaxChildren: 5, MaxLeaf: 3, Depth: 3},
		{MaxPatterns: 1, MaxLeaf: 1},
		{MaxLeaf: 1, MaxChildren: 1, Similarity: 0.3},
	} {
		m := New(o)
		for i := range 3000 {
			var words []string
			for range 1 + r.IntN(6) {
				words = append(words, word())
			}
			if i%3 == 0 {
				words[0] = "fixed"
			}
			m.AddText(strings.Join(words, " "), epoch.Add(time.Duration(i)*time.Second), sources.SeverityInfo)
			if i%500 == 0 {
				check(t, m)
			}
		}
		check(t, m)
		if s := m.Stats(); s.EvictedPatterns == 0 || s.EvictedLines < s.EvictedPatterns {
			t.Errorf("%+v: nothing was let go: %+v", o, s)
		}
	}
}

// hostile is what no log should be, yet may.
func hostile() []string {
	big := 1 << 20
	return []string{
		"", " ", "\n", "\n\n\n", "\x00", "\xff", "\xfe\xfd\xfc", "\xff \xff", strings.Repeat("\xff", big),
		strings.Repeat("x", big), strings.Repeat("1", big), strings.Repeat(" ", big), strings.Repeat("a ", big/2),
		strings.Repeat("=", big), strings.Repeat("a=", big/2), strings.Repeat(`"`, big), strings.Repeat(`\"`, big/2),
		strings.Repeat("é", big/2), "é" + strings.Repeat("é", big/2), strings.Repeat("<*>", 1000), strings.Repeat("a:", 1000) + "1",
		strings.Repeat("1:", 1000), strings.Repeat("1-", 1000), "a" + strings.Repeat("1a", 1000), strings.Repeat("x y ", 511) + "é1é",
		"a\u2028b \u00a0 c", "\ufffd \ufffd1", "[(*+?.^$|\\)]{}", `\Q x \E`, "a\vb c\fd\re", "…", "a …", "k=\"a\tb\"", "\"\"", "'' ``", strings.Repeat("x", 129) + `:"a b" c`,
	}
}

func TestHostileLines(t *testing.T) {
	m := New(Options{Window: hours(0, 1)})
	for range 2 {
		for _, h := range hostile() {
			m.AddText(h, epoch, 0)
			c := m.newest
			sel := selector{c.shape, c.tokens, c.place}
			re, err := regexp.Compile(sel.expression())
			if err != nil {
				t.Fatalf("%.60q: %v", h, err)
			}
			if len(h) < 4096 && !re.MatchString(h) {
				t.Errorf("%.60q is not selected by %s", h, re)
			}
			if len(c.template.text) > 3*maxBytes*maxTokens || len(c.example.Raw) > maxExample {
				t.Errorf("%.60q: %d bytes of template, %d of example", h, len(c.template.text), len(c.example.Raw))
			}
		}
	}
	check(t, m)
	for _, p := range m.Snapshot(hours(0, 1), sources.Window{}) {
		if p.Total == 1 {
			t.Errorf("%q was seen twice and counted once", p.Template)
		}
	}
}

// Patterns whose templates become the same are one, with all that both counted.
func TestMerge(t *testing.T) {
	m := New(Options{Window: hours(0, 1), Similarity: 0.75})
	add := func(text string, minute int, s sources.Severity) {
		m.Add(&sources.LogLine{Body: text, Raw: text, Severity: s, Source: fmt.Sprint("s", minute), Time: epoch.Add(time.Duration(minute) * time.Minute)})
	}
	add("job a of pool b is done", 5, sources.SeverityInfo)
	add("job a of pool c is done", 6, sources.SeverityInfo)  // job a of pool <*>
	add("job x of pool y is done", 7, sources.SeverityInfo)  // too far from it
	add("job x of pool z is done", 8, sources.SeverityError) // job x of pool <*>
	if m.patterns != 2 {
		t.Fatalf("%d patterns, want 2", m.patterns)
	}
	before := m.Snapshot(hours(0, 1), sources.Window{})
	c := m.newest
	m.scan.scan("job q of pool q is done")
	m.generalise(m.newest.older)
	m.scan.scan("job r of pool r is done")
	m.generalise(c)
	ps := m.Snapshot(hours(0, 1), sources.Window{})
	if len(ps) != 1 || m.Stats().Merged != 1 {
		t.Fatalf("%d patterns after %d merges", len(ps), m.Stats().Merged)
	}
	p := &ps[0]
	if p.Template != "job <*> of pool <*> is done" || p.Total != 4 || p.Count != 4 || p.Worst != sources.SeverityError ||
		p.Example.Raw != "job x of pool z is done" || len(p.Sources) != 4 ||
		!p.First.Equal(epoch.Add(5*time.Minute)) || !p.Last.Equal(epoch.Add(8*time.Minute)) || p.LatestFrom != "s8" {
		t.Errorf("%+v", p)
	}
	if len(p.Former) != 2 || !strings.Contains(fmt.Sprint(p.Former), before[0].ID) || !strings.Contains(fmt.Sprint(p.Former), before[1].ID) {
		t.Errorf("it was called %q, and says %q", []string{before[0].ID, before[1].ID}, p.Former)
	}
	check(t, m)
}

// A template that is learnt twice, in two places of the tree, is one pattern.
func TestEqualTemplatesAcrossLeaves(t *testing.T) {
	m := New(Options{MaxChildren: 2})
	m.AddText("ann logged in", epoch, 0)
	m.AddText("eve logged in", epoch, 0)
	m.AddText("bob logged in", epoch, 0) // no room for a child bob
	m.evict(m.oldest)
	m.evict(m.oldest)
	m.AddText("bob logged in", epoch, 0) // there is room now
	if m.patterns != 1 || m.newest.total != 2 || m.stats.Merged != 1 {
		t.Errorf("%d patterns, %+v", m.patterns, m.stats)
	}
	check(t, m)
	m.evict(m.newest)
	if len(m.roots) != 0 || m.newest != nil || m.oldest != nil {
		t.Errorf("an empty miner has %d roots", len(m.roots))
	}
}

func TestKnownPatternsAllocateNothing(t *testing.T) {
	for _, name := range logNames {
		lines := readLog(t, name)
		m := mine(day(), lines)
		n := testing.AllocsPerRun(10, func() {
			for i := range lines {
				m.Add(&lines[i])
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations for %d lines", name, n, len(lines))
		}
	}
}

func FuzzMiner(f *testing.F) {
	for _, h := range hostile() {
		if len(h) < 4096 {
			f.Add([]byte(h), uint8(3))
		}
	}
	f.Add([]byte("user ann in\nuser bob in\nuser \"a b\" in\n"), uint8(50))
	f.Add([]byte("{\"msg\":\"a \\\"b\\\" c\"}\n{\"msg\":\"a d c\"}\n"), uint8(9))
	f.Fuzz(func(t *testing.T, text []byte, most uint8) {
		m := New(Options{MaxPatterns: int(most), MaxLeaf: 1 + int(most)/4, MaxChildren: 1 + int(most)/8, Window: hours(0, 1)})
		r := logs.NewReader(logs.Options{Zone: time.UTC})
		r.Learn(text)
		lines := map[*cluster][]string{} // as they were written
		for i, row := range bytes.Split(text, []byte{'\n'}) {
			var l sources.LogLine
			r.Parse(string(row), 0, &l)
			if l.Time.IsZero() && i%2 == 0 {
				l.Time = epoch.Add(time.Duration(i) * time.Minute)
			}
			m.Add(&l)
			c := m.newest
			if strings.Contains(l.Raw, m.scan.text) {
				lines[c] = append(lines[c], l.Raw)
			}
		}
		check(t, m)
		for c := m.newest; c != nil; c = c.older {
			sel := selector{c.shape, c.tokens, c.place}
			re, err := regexp.Compile(sel.expression())
			if err != nil {
				t.Fatal(err)
			}
			for _, raw := range lines[c] {
				if !re.MatchString(raw) {
					t.Errorf("%q of pattern %q is not selected by %s", raw, c.template.text, re)
				}
			}
		}
		for _, p := range m.Snapshot(hours(0.5, 1), hours(0, 0.5)) {
			if len(p.ID) != 12 || p.Count+p.Before > p.Total || p.Score < 0 {
				t.Errorf("%+v", p)
			}
		}
	})
}
