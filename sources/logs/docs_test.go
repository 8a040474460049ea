package logs

import (
	"os"
	"strings"
	"testing"
	"time"
)

// docs/logs.md promises formats and layouts; each must be so.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/logs.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	rows := map[string]bool{}
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			for name := range strings.SplitSeq(cells[1], ", ") {
				rows[strings.TrimSpace(name)] = true
			}
		}
	}
	for _, name := range shapeNames {
		if name != "" && !rows[name] {
			t.Errorf("the table of formats lacks %s", name)
		}
	}
	_, times, _ := strings.Cut(text, "## Times")
	_, times, _ = strings.Cut(times, "```\n")
	times, _, _ = strings.Cut(times, "```")
	n := 0
	for line := range strings.Lines(times) {
		s := strings.TrimSuffix(line, "\n")
		c := clock{&zone{loc: time.UTC}, ref}
		ns, end := c.scan(s)
		if at := time.Unix(0, ns).UTC(); end != len(s) || at.Format(time.DateOnly) != "2026-02-03" {
			t.Errorf("%q is read as %s, %d bytes of it", s, at, end)
		}
		n++
	}
	if n < 20 {
		t.Errorf("%d layouts found", n)
	}
	_, pattern, _ := strings.Cut(text, "## A format of your own")
	_, pattern, _ = strings.Cut(pattern, "```\n")
	pattern, _, _ = strings.Cut(pattern, "\n```")
	_, line, _ := strings.Cut(text, "reads `")
	line, _, _ = strings.Cut(line, "`")
	format, err := UserFormat("document", pattern)
	if err != nil {
		t.Fatal(err)
	}
	check(t, NewReader(Options{Formats: []*Format{format}}), written{line, "2026-02-03T04:05:06.5Z", 13, "low stock", "cart=c7", ""})
}
