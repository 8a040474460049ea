package themes

import (
	"errors"
	"strings"
	"testing"
)

const ownFile = `# a comment
name: mine
base: night
paper: "#0a0a0a"
tokens:
  critical: "#ff0000 bold underline"
  link: underline
  ok: bright-green
  text: "#abc"
  selection: '#333333 reverse'
  series: ["#000001", "#000002"]
  heat: ["#000000", "#ffffff"]
`

func TestLoadOwn(t *testing.T) {
	th, err := Load([]byte(ownFile), "mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	night := NightTheme()
	if th.Name != "mine" || !th.Dark || th.Paper != Hex(0x0a0a0a) {
		t.Errorf("name %q, dark %v, paper %x", th.Name, th.Dark, th.Paper)
	}
	f := func(tok Token, want Look) {
		t.Helper()
		if got := th.Looks[tok]; got != want {
			t.Errorf("%s is %+v, want %+v", tok, got, want)
		}
	}
	f(Critical, Look{Hex(0xff0000), Bold | Underline})
	f(Link, Look{NoColor, Underline})
	f(OK, Look{ANSI(10), 0})
	f(Text, Look{Hex(0xaabbcc), 0})
	f(Selection, Look{Hex(0x333333), Reverse})
	f(Series(0), Look{Hex(1), 0})
	f(Series(1), Look{Hex(2), 0})
	f(Series(2), night.Looks[Series(2)])
	f(Warning, night.Looks[Warning])
	f(Heat(0), Look{Hex(0), 0})
	f(Heat(1), Look{Hex(0xffffff), 0})
}

func TestLoadProblems(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		_, err := Load([]byte(text), "f.yaml")
		if err == nil {
			t.Fatalf("%q loads", text)
		}
		if got := err.Error(); got != strings.Join(want, "\n") {
			t.Errorf("%q:\n got %s\nwant %s", text, got, strings.Join(want, "\n"))
		}
		var p *Problem
		if !errors.As(err, &p) {
			t.Errorf("%T holds no Problem", err)
		}
	}
	f("", "f.yaml: is empty")
	f("- a\n", "f.yaml:1:1: a theme is a mapping of keys to values")
	f("name: x\ncolour: y\n", `f.yaml:2:1: unknown key "colour"; there are name, dark, base, paper, tokens`)
	f("dark: true\n", "f.yaml: has no name")
	f("name: x\ndark: maybe\n", `f.yaml:2:7: dark is true or false, not "maybe"`)
	f("name: x\ntokens:\n  ok: \"#12\"\n  warning: redd\n",
		`f.yaml:3:7: ok: "#12" is no colour; write #rgb or #rrggbb`, `f.yaml:4:12: warning: unknown colour or attribute "redd"`)
	f("name: x\ntokens:\n  ok: red blue\n", `f.yaml:3:7: ok: two colours in "red blue"`)
	f("name: x\ntokens:\n  ok: [red]\n", `f.yaml:3:7: ok is a single value`)
	f("name: x\ntokens:\n  series: red\n", `f.yaml:3:11: series is a list of colours`)
	f("name: x\ntokens:\n  heat: [red]\n", `f.yaml:3:3: heat has 2 to 10 colours, not 1`)
	f("name: x\nname: y\n", `f.yaml:2:1: mapping key "name" already defined at [1:1]`)
	f("name: x\n---\nname: y\n", `f.yaml:3:5: a theme file has one document`)
	f("name: auto\n", `f.yaml:1:7: a theme cannot be called auto: that means by the background`)
	f("name: \"a\\eb\"\n", `f.yaml:1:7: a name has printable characters only`)
	f("name:\n", `f.yaml:1:1: name has no value`)
	f("scheme: x\nbase00: 12345\n", `f.yaml:1:1: the scheme lacks base01, base02, base03, base04, base05, base06, base07, base08, base09, base0A, base0B, base0C, base0D, base0E, base0F`, `f.yaml:2:9: base00 is no colour: "12345"`)
	f(strings.Repeat("# long\n", 20000), "f.yaml: is 140000 bytes long; a theme has at most 16384")
	_, err := Load([]byte("name: x\nbase: drak\n"), "f.yaml")
	if err == nil || !strings.HasPrefix(err.Error(), `f.yaml:2:7: no theme is called "drak"`) {
		t.Error(err)
	}
	_, err = Load([]byte("name: x\ntokens:\n  crit: red\n"), "f.yaml")
	if err == nil || !strings.HasPrefix(err.Error(), `f.yaml:3:3: unknown token "crit"; there are text, `) {
		t.Error(err)
	}
	_, err = Load([]byte("name: [x\n"), "f.yaml")
	if err == nil || !strings.HasPrefix(err.Error(), "f.yaml:1:") {
		t.Error(err)
	}
}

// The flat form, with colours that YAML takes for numbers.
const flatScheme = `scheme: "Flat Example"
author: "Somebody (https://example.org)"
base00: 181818
base01: 282828
base02: 383838
base03: 585858
base04: "b8b8b8"
base05: d8d8d8
base06: e8e8e8
base07: f8f8f8
base08: ab4642
base09: dc9656
base0A: f7ca88
base0B: a1b56c
base0C: 86c1b9
base0D: 7cafc2
base0E: ba8baf
base0F: 001122
`

const paletteScheme = `system: "base24"
name: "Light Example"
author: "Somebody"
variant: "light"
palette:
  base00: "#fdf6e3"
  base01: "#eee8d5"
  base02: "#93a1a1"
  base03: "#839496"
  base04: "#657b83"
  base05: "#586e75"
  base06: "#073642"
  base07: "#002b36"
  base08: "#dc322f"
  base09: "#cb4b16"
  base0A: "#b58900"
  base0B: "#859900"
  base0C: "#2aa198"
  base0D: "#268bd2"
  base0E: "#6c71c4"
  base0F: "#d33682"
  base10: "#eee8d5"
  base11: "#fdf6e3"
  base12: "#dc322f"
  base13: "#b58900"
  base14: "#859900"
  base15: "#2aa198"
  base16: "#268bd2"
  base17: "#6c71c4"
`

func TestLoadSchemes(t *testing.T) {
	for name, text := range map[string]string{"Flat Example": flatScheme, "Light Example": paletteScheme} {
		th, err := Load([]byte(text), "s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if th.Name != name || th.Dark != (name == "Flat Example") {
			t.Errorf("%q, dark %v", th.Name, th.Dark)
		}
		for i := 1; i < NumTokens; i++ {
			if _, _, _, ok := th.Looks[i].Color.IsRGB(); !ok {
				t.Errorf("%s: %s has no colour", name, Token(i))
			}
		}
		for tok, least := range map[Token]float64{Text: 4.5, Muted: 3.5, Stale: 2.5, Warning: 3, Critical: 3, OK: 3, Series(5): 2.5, Faint: 1.5} {
			if got := Contrast(th.Looks[tok].Color, th.Paper); got < least {
				t.Errorf("%s: %s has contrast %.2f, floor %.1f", name, tok, got, least)
			}
		}
	}
	th, _ := Load([]byte(flatScheme), "s.yaml")
	if th.Looks[Text].Color != Hex(0xd8d8d8) || th.Looks[Selection].Color != Hex(0x383838) || th.Paper != Hex(0x181818) {
		t.Errorf("mapped wrongly: %+v", th.Looks[:8])
	}
	if _, err := Load([]byte(strings.Replace(flatScheme, "base0F", "base0G", 1)), "s.yaml"); err == nil {
		t.Error("a scheme with base0G loads")
	}
	if _, err := Load([]byte(strings.Replace(paletteScheme, "base0F", "base18", 1)), "s.yaml"); err == nil {
		t.Error("a palette with base18 loads")
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{ownFile, flatScheme, paletteScheme, "", "a: &a [*a]", "name: !!binary x", "? : x", "name: |\n  x\n", "\xff", "name: x\ntokens: {series: [null, ~]}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		th, err := Load(data, "f")
		if err != nil {
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("%T is no Problems", err)
			}
			for _, p := range ps {
				if p.Line < 0 || p.Line > 0 && p.Col < 1 {
					t.Fatalf("nowhere: %+v", p)
				}
			}
			return
		}
		if th.Name == "" {
			t.Fatal("loads without a name")
		}
	})
}
