package logs

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"nightjar/sources"
)

// recordsIn splits a buffer of lines; a line that is indented goes on with the record before it.
func recordsIn(buf []byte) (all [][2]int) {
	for at := 0; at < len(buf); {
		end := lineEnd(buf, at)
		if len(all) > 0 && (buf[at] == ' ' || buf[at] == '\t') {
			all[len(all)-1][1] = end
		} else {
			all = append(all, [2]int{at, end})
		}
		at = end
	}
	return all
}

// checkNext holds MatchRaw and Next against what match says of each record.
func checkNext(t *testing.T, m *Matcher, buf []byte, match func(record []byte) bool) {
	t.Helper()
	var hits []int
	for at := 0; at < len(buf); {
		n := m.Next(buf[at:])
		if n < 0 {
			break
		}
		if at += n; at > 0 && buf[at-1] != '\n' {
			t.Fatalf("Next gives %d, which begins no line, in %q", at, buf)
		}
		hits = append(hits, at)
		at = lineEnd(buf, at)
	}
	for _, r := range recordsIn(buf) {
		record := buf[r[0]:r[1]]
		want := match(record)
		if got := m.MatchRaw(record); got != want {
			t.Fatalf("%+v in %q: %v, want %v", m.terms[0].term, record, got, want)
		}
		hit := false
		for _, h := range hits {
			hit = hit || r[0] <= h && h < r[1]
		}
		if want && !hit {
			t.Fatalf("%+v: Next gives no line of %q in %q", m.terms[0].term, record, buf)
		}
	}
}

func FuzzMatch(f *testing.F) {
	add := func(pattern, text string) { f.Add(pattern, []byte(text)) }
	add(`time(out|d out)`, "a timeout\nb timed out\n\tat x\r\nc")
	add(`^a.*z$`, "a z\r\nabz\nz a\n")
	add(`\bé\B|[^x]$`, "é\xff x\n\xe2\x84\n\xe2\x84\xaa")
	add(`(?i)kelvin|ſ`, "\u212aELVIN\ns")
	add(`(?m)^b$`, "a\n b\nb\n")
	add(`(?s)a.*b`, "a\n b\na\nb\n")
	add(`a\s+b|\z`, "a\n b\n\n")
	add(`[0-9]{3} [0-9]+ms$`, "200 13ms\n20 1ms\n")
	add(`(a|b)*c{2,3}\pL`, "abaccé\n")
	add(`x*`, "\n")
	add(`(?i:a)b`, "AB\nAb\n")
	add("\ufffd", "\xff\n")
	f.Fuzz(func(t *testing.T, pattern string, buf []byte) {
		if len(pattern) > 60 || len(buf) > 4000 {
			return
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		for _, not := range []bool{false, true} {
			m, err := Compile([]sources.LogTerm{{Op: sources.LogMatches, Value: pattern, Not: not}})
			if err != nil {
				t.Fatal(err)
			}
			checkNext(t, m, buf, func(record []byte) bool { return re.Match(trimLineEnd(record)) != not })
			// The automaton alone, where a literal would keep it from the line.
			if tree, err := syntax.Parse(pattern, syntax.Perl); err == nil {
				if a := newAutomaton(tree.Simplify()); a != nil {
					if at, ok := newDFA(a).run(buf, &a.text); ok && at >= 0 != re.Match(buf) {
						t.Fatalf("%q in %q: %d", pattern, buf, at)
					}
				}
			}
			// The pattern as text.
			m, err = Compile([]sources.LogTerm{{Value: pattern, Not: not}})
			if err != nil {
				t.Fatal(err)
			}
			checkNext(t, m, buf, func(record []byte) bool {
				return bytes.Contains(trimLineEnd(record), []byte(pattern)) != not
			})
			if quoted, err := regexp.Compile(foldFlag + regexp.QuoteMeta(pattern)); err == nil && !strings.Contains(pattern, "\ufffd") {
				m, err = Compile([]sources.LogTerm{{Op: sources.LogFolded, Value: pattern, Not: not}})
				if err != nil {
					t.Fatal(err)
				}
				checkNext(t, m, buf, func(record []byte) bool { return quoted.Match(trimLineEnd(record)) != not })
			}
		}
	})
}

// TestMatchRandom holds the matcher against regexp for patterns put together at random.
func TestMatchRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	atoms := []string{"a", "b", "ab", "k", "é", ".", "[^a]", "[a-c]", `\b`, `\B`, "^", "$", `\s`, `\w`, "(?i:k)", "(?m:^)", "(?m:$)", "(?s:.)", `\d`, `\pL`, `\n`, `\z`, `\r`}
	var pattern func(depth int) string
	pattern = func(depth int) string {
		if depth == 0 {
			return atoms[r.IntN(len(atoms))]
		}
		switch r.IntN(7) {
		case 0:
			return "(" + pattern(depth-1) + "|" + pattern(depth-1) + ")"
		case 1:
			return "(?:" + pattern(depth-1) + ")" + []string{"*", "+", "?", "{2}", "{0,2}"}[r.IntN(5)]
		case 2:
			return pattern(0)
		}
		return pattern(depth-1) + pattern(depth-1)
	}
	bytesOf := []string{"a", "b", "c", "k", "K", "\u212a", "é", "\xff", "\xe2\x84", " ", "\n", "\n\t", "\r\n", "1", "_", "\r"}
	for range 4000 {
		p := pattern(3)
		re := regexp.MustCompile(p)
		m, err := Compile([]sources.LogTerm{{Op: sources.LogMatches, Value: p}})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			var buf []byte
			for range r.IntN(30) {
				buf = append(buf, bytesOf[r.IntN(len(bytesOf))]...)
			}
			checkNext(t, m, buf, func(record []byte) bool { return re.Match(trimLineEnd(record)) })
		}
	}
}

// TestStatesAreEmptied runs regexps that have more states than are kept.
func TestStatesAreEmptied(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var buf []byte
	for range 3000 {
		for range r.IntN(60) {
			buf = append(buf, "abababc "[r.IntN(8)])
		}
		buf = append(buf, '\n')
	}
	for _, pattern := range []string{`a[ab]{6}c `, `a[ab]{5}b$`, `\ba[ab]{3}a[ab]{4}\b`} {
		re := regexp.MustCompile(pattern)
		tree, _ := syntax.Parse(pattern, syntax.Perl)
		d := newDFA(newAutomaton(tree.Simplify()))
		d.limit = 8 * d.columns
		found, gaveUp := 0, 0
		for at := 0; at < len(buf); {
			d.spent = 1000 // as if it had paid
			hit, ok := d.scan(buf[at:])
			next := len(buf)
			switch {
			case !ok:
				gaveUp++
				next = at
			case hit >= 0:
				found++
				next = lineStart(buf, at+hit)
			}
			for ; at < next; at = lineEnd(buf, at) {
				if line := trimLineEnd(buf[at:lineEnd(buf, at)]); re.Match(line) {
					t.Fatalf("%s: left out %q", pattern, line)
				}
			}
			if at < len(buf) {
				end := lineEnd(buf, at)
				if matched, ok := d.run(trimLineEnd(buf[at:end]), &d.text); ok && matched >= 0 != re.Match(trimLineEnd(buf[at:end])) {
					t.Fatalf("%s in %q: %d", pattern, buf[at:end], matched)
				}
				at = end
			}
		}
		if d.emptied == 0 || found == 0 {
			t.Errorf("%s: emptied %d times, found %d, gave up %d", pattern, d.emptied, found, gaveUp)
		}
	}
}

// TestRegexpTakesOver gives up the automaton where its states do not pay.
func TestRegexpTakesOver(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing concurrent is in it, and it is slow under the race detector")
	}
	r := rand.New(rand.NewPCG(1, 1))
	pattern := `a[ab]{40}c|b[ab]{50}d|[c-d]{3}`
	re := regexp.MustCompile(pattern)
	m, err := Compile([]sources.LogTerm{{Op: sources.LogMatches, Value: pattern}})
	if err != nil {
		t.Fatal(err)
	}
	test := m.terms[0].text
	for i := 0; i < 500 && !test.slow.Load(); i++ {
		line := make([]byte, 4000)
		for j := range line {
			line[j] = "ab"[r.IntN(2)]
		}
		if i%2 == 0 {
			line[3000] = 'c'
		}
		if got, want := m.MatchRaw(line), re.Match(line); got != want {
			t.Fatalf("line %d: %v, want %v", i, got, want)
		}
	}
	if line := []byte("xcdc\n"); !test.slow.Load() || m.Next(line) != 0 || !m.MatchRaw(line) || m.MatchRaw(line[2:]) {
		t.Error("no regexp took over")
	}
}
