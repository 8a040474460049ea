package keys

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestDefaultHasEachKeyOnceWithHelp(t *testing.T) {
	m := Default()
	seen := map[string]string{}
	for _, g := range m.Groups() {
		if g.Name == "" || len(g.Bindings) == 0 {
			t.Errorf("group %q is empty", g.Name)
		}
		for _, b := range g.Bindings {
			if b.Help().Desc == "" || len(b.Keys()) == 0 {
				t.Errorf("%s has no help or no key", b.Action)
			}
			for _, k := range b.Keys() {
				if other := seen[k]; other != "" {
					t.Errorf("%s is %s and %s", k, other, b.Action)
				}
				seen[k] = b.Action
				if err := check(k); err != nil {
					t.Errorf("%s: %v", b.Action, err)
				}
				if !strings.Contains(b.Help().Key, k) {
					t.Errorf("help of %s does not show %s: %q", b.Action, k, b.Help().Key)
				}
			}
		}
	}
	for _, k := range []string{"a", "c", "C", "s", "v"} {
		if seen[k] != "" {
			t.Errorf("%s is kept free for later, but is %s", k, seen[k])
		}
	}
}

func TestActionOfRealKeyPresses(t *testing.T) {
	m := Default()
	f := func(k tea.KeyPressMsg, want string) {
		t.Helper()
		if got := m.Action(k); got != want {
			t.Errorf("%s is %q, want %q", k, got, want)
		}
		if want != "" && !m.Matches(k, want) {
			t.Errorf("%s does not match %q", k, want)
		}
	}
	f(tea.KeyPressMsg{Code: tea.KeyUp}, "up")
	f(tea.KeyPressMsg{Code: 'k', Text: "k"}, "up")
	f(tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}, "prev-panel")
	f(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, "pause")
	f(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}, "quit")
	f(tea.KeyPressMsg{Code: 'q', Text: "q"}, "quit")
	f(tea.KeyPressMsg{Code: 't', ShiftedCode: 'T', Mod: tea.ModShift, Text: "T"}, "theme")
	f(tea.KeyPressMsg{Code: '/', Text: "/"}, "filter")
	f(tea.KeyPressMsg{Code: '+', Text: "+"}, "zoom-in")
	f(tea.KeyPressMsg{Code: tea.KeyPgDown}, "page-down")
	f(tea.KeyPressMsg{Code: '7', Text: "7"}, "screen-7")
	f(tea.KeyPressMsg{Code: 'x', Text: "x"}, "series-hide")
	f(tea.KeyPressMsg{Code: 'D', Text: "D"}, "")
	f(tea.KeyPressMsg{}, "")
	var zero Map
	if zero.Action(tea.KeyPressMsg{Code: 'q', Text: "q"}) != "" || zero.Label("quit") != "" || len(zero.Groups()) != 0 {
		t.Error("the zero map has keys")
	}
}

func TestRemap(t *testing.T) {
	m := Default()
	before := m
	if errs := m.Remap(map[string][]string{"quit": {"Q"}, "full": {"/", "M"}, "filter": {"f"}, "theme": {}}); errs != nil {
		t.Fatal(errs)
	}
	f := func(m Map, action, want string) {
		t.Helper()
		if got := strings.Join(m.Keys(action), " "); got != want {
			t.Errorf("%s: %q, want %q", action, got, want)
		}
	}
	f(m, "quit", "Q ctrl+c")
	f(m, "full", "/ M")
	f(m, "filter", "f")
	f(m, "theme", "")
	f(before, "quit", "q ctrl+c") // a copy made earlier stays as it was
	if got := m.Action(tea.KeyPressMsg{Code: 'q', Text: "q"}); got != "" {
		t.Errorf("q is still %s", got)
	}
	if got := m.Action(tea.KeyPressMsg{Code: 'f', Text: "f"}); got != "filter" {
		t.Errorf("f is %s", got)
	}
	if b := m.binding("full"); b.Help().Key != "/ M" || b.Help().Desc == "" {
		t.Errorf("help is %+v", b.Help())
	}
}

func TestRemapErrors(t *testing.T) {
	f := func(want string, wish map[string][]string) {
		t.Helper()
		m := Default()
		var got []string
		for _, err := range m.Remap(wish) {
			got = append(got, err.Error())
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("got  %s\nwant %s", s, want)
		}
		if m.Action(tea.KeyPressMsg{Code: 'q', Text: "q"}) != "quit" || m.Label("full") != "f" {
			t.Error("a wrong wish changed the map")
		}
	}
	f(`pause: key P is already that of full`, map[string][]string{"full": {"P"}, "pause": {"P"}})
	f(`full: key q is already that of quit`, map[string][]string{"full": {"q"}})
	f(`help: key f is already that of full`, map[string][]string{"help": {"f"}})
	f(`qiut: no such action, did you mean "quit"?`, map[string][]string{"qiut": {"x"}})
	f(`quti: no such action, did you mean "quit"?`, map[string][]string{"quti": {"x"}})
	f(`fullscreen: no such action, did you mean "full"?`, map[string][]string{"fullscreen": {"x"}})
	f(`next_panel: no such action, did you mean "next-panel"?`, map[string][]string{"next_panel": {"x"}})
	f(`zoom: no such action, did you mean "zoom-in", "zoom-out" or "zone"?`, map[string][]string{"zoom": {"x"}})
	f(`something-else: no such action`, map[string][]string{"something-else": {"x"}})
	f(`full: no such key: "escape", did you mean "esc"?`, map[string][]string{"full": {"escape"}})
	f(`full: no such key: "pgupp", did you mean "pgup"?`, map[string][]string{"full": {"pgupp"}})
	f(`full: no such key: " ", did you mean "space"?`, map[string][]string{"full": {" "}})
	f(`full: empty key`, map[string][]string{"full": {""}})
	f(`full: no such key: "\x1b"`, map[string][]string{"full": {"\x1b"}})
	f(`full: no such key: "super+x": "super" is not one of ctrl, alt, shift`, map[string][]string{"full": {"super+x"}})
	f(`full: key "shift+ctrl+x": modifiers are written once each, in the order ctrl+alt+shift`, map[string][]string{"full": {"shift+ctrl+x"}})
	f(`full: key "ctrl+shift+x" cannot be sent by most terminals: no ctrl with shift`, map[string][]string{"full": {"ctrl+shift+x"}})
	f(`full: key "ctrl+i" is tab in most terminals`, map[string][]string{"full": {"ctrl+i"}})
	f(`full: key "shift+f": write the character that it makes, such as "F"`, map[string][]string{"full": {"shift+f"}})
	f(`full: key "ctrl+enter" cannot be told from "enter" by most terminals`, map[string][]string{"full": {"ctrl+enter"}})
	f(`full: key ctrl+c always quits`, map[string][]string{"full": {"ctrl+c"}})
	f(`a: no such action; full: key q is already that of quit`, map[string][]string{"full": {"q"}, "a": nil})
	m := Default()
	if errs := m.Remap(map[string][]string{"full": {"ctrl+x", "alt+x", "shift+up", "ctrl+left", "f5", "alt++", "ü", "ctrl+alt+x"}}); errs != nil {
		t.Error(errs)
	}
}
