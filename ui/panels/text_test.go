package panels

import (
	"fmt"
	"strings"
	"testing"

	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

const readme = `# On call

The **shop** is *three* services; see [the runbook](https://example.com/run) or <https://example.com/status>.
Start with ` + "`api`" + `, it fails first.

1. Look at the *errors*.
2. Look at what changed:
   - deploys
   - traffic, which on a Monday morning is three times what it is at night
3. Ask.

> Nobody was ever blamed
> for waking a colleague.

---

` + "```" + `
nightjar query 'rate(http_requests_total[5m])'
	indented
` + "```" + `

## Then
A line<br>with html and an ![image](x.png).
`

func TestText(t *testing.T) {
	spec := &boards.Panel{Kind: boards.KindText, Text: readme}
	for _, size := range [][2]int{{30, 30}, {60, 24}, {100, 5}, {8, 6}} {
		golden(t, fmt.Sprintf("text/readme-%dx%d", size[0], size[1]), picture(New(spec), size[0], size[1], at3()))
	}
	c := at3()
	c.ASCII = true
	g := picture(New(spec), 60, 24, c)
	golden(t, "text/readme-60x24-ascii", g)
	assertASCII(t, g)
}

func TestTextScrolls(t *testing.T) {
	p, c := New(&boards.Panel{Kind: boards.KindText, Text: readme}), at3()
	p.Plot(60, 4)
	if got := p.Caption(c); got != "1-4 of 21 lines" {
		t.Errorf("caption = %q", got)
	}
	if !p.Key(press("end"), c) {
		t.Error("end did not scroll")
	}
	if got := p.Caption(c); got != "18-21 of 21 lines" {
		t.Errorf("caption = %q", got)
	}
	if p.Key(press("down"), c) {
		t.Error("scrolled past the end")
	}
}

func TestTextSurvivesHostileText(t *testing.T) {
	for _, s := range append(nasty(), strings.Repeat("> ", 3000)+"deep", strings.Repeat("- ", 3000)+"deep", strings.Repeat("*a", 5000), strings.Repeat("[", 5000)) {
		torture(t, &boards.Panel{Kind: boards.KindText, Text: s + "\n\n# " + s + "\n- " + s + "\n\n```\n" + s + "\n```\n"})
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add(readme, 40)
	f.Add("- \n 1. x\n> `", 3)
	f.Fuzz(func(t *testing.T, s string, w int) {
		if w < 0 || w > 300 || len(s) > 4000 {
			return
		}
		for _, line := range layBlocks(parseMarkdown(s), w, true) {
			n := 0
			for _, sp := range line {
				n += screen.Width(sp.text)
			}
			if n > w {
				t.Errorf("a line is %d columns wide, more than %d: %v", n, w, line)
			}
		}
	})
}

func TestAWordOfSeveralStylesIsNotTornApart(t *testing.T) {
	var got []string
	for _, line := range layBlocks(parseMarkdown("see **this** (`x`), or"), 10, true) {
		s := ""
		for _, sp := range line {
			s += sp.text
		}
		got = append(got, s)
	}
	if want := "see this|(x), or"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrap(t *testing.T) {
	f := func(text string, w int, want ...string) {
		t.Helper()
		if got := Wrap(text, w); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("Wrap(%q, %d) = %q, want %q", text, w, got, want)
		}
	}
	f("", 5)
	f("one", 0)
	f("one two three", 7, "one two", "three")
	f("abcdefgh i", 3, "abc", "def", "gh", "i")
	f("日本語", 2, "日", "本", "語")
	f("日本", 1, "日", "本")
	f("a\n b\t c", 9, "a b c")
}
