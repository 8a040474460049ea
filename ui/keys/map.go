// Package keys is the key map: every key that the program listens to outside
// text entry, by a stable action name, with its help beside it. It is one value,
// handed to the root model; the help screen, the hints and the palette are made
// from it, so what they say is what the keys do.
//
// It guarantees: in one Map no key means two things; every key in it can be typed in a terminal
// without an extended keyboard protocol; ctrl+c always quits. A Map is
// immutable but for Remap and may be read from many goroutines.
package keys

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
)

// Interrupt is the key that always quits; Remap neither takes it from "quit"
// nor gives it to another action.
const Interrupt = "ctrl+c"

// A Named is a binding under its stable action name, as used in the config.
type Named struct {
	Action string
	key.Binding
}

// A Group is bindings that belong together, in the order of the help screen.
type Group struct {
	Name     string
	Bindings []Named
}

// A Map is all bindings. The zero Map has none. Copies may be remapped apart.
type Map struct {
	groups []Group
	byKey  map[string]string // key name to action
}

// Default is the map before the user's own wishes.
//
// Left free on purpose, for what will come: a (anomalies), c and C (compare), s (split), v (window).
func Default() Map {
	move := Group{Name: "Move", Bindings: []Named{
		bind("up", "panel or row above", "up", "k"),
		bind("down", "panel or row below", "down", "j"),
		bind("left", "panel to the left; in a chart the cursor", "left", "h"),
		bind("right", "panel to the right; in a chart the cursor", "right", "l"),
		bind("next-panel", "next panel", "tab"),
		bind("prev-panel", "panel before", "shift+tab"),
		bind("page-up", "scroll up a page", "pgup", "ctrl+b"),
		bind("page-down", "scroll down a page", "pgdown", "ctrl+f"),
		bind("top", "to the top", "home", "g"),
		bind("bottom", "to the bottom", "end", "G"),
	}}
	look := Group{Name: "Look", Bindings: []Named{
		bind("enter", "drill in", "enter"),
		bind("back", "back: filter, full screen, cursor, board", "esc"),
		bind("full", "panel in full screen and back", "f"),
		bind("filter", "filter the panel's rows; search in logs", "/"),
		bind("variables", "choose the board's variables", "V"),
		bind("copy", "copy the panel as text; in logs the line", "y"),
		bind("refresh", "ask all sources again", "r"),
	}}
	panel := Group{Name: "Rows and series", Bindings: []Named{
		bind("order", "order by the next column or rule", "o"),
		bind("order-reverse", "turn the order round", "O"),
		bind("next-hit", "in a chart: highlight the next series; in logs: next hit", "n"),
		bind("prev-hit", "in a chart: highlight the series before; in logs: hit before", "N"),
		bind("series-hide", "in a chart: hide or show the highlighted series; in patterns: hide the pattern", "x"),
		bind("legend", "show or hide the legend", "L"),
		bind("series-alone", "the highlighted series alone, or all again", "i"),
	}}
	logs := Group{Name: "Logs", Bindings: []Named{
		bind("log-filter", "filter lines: text, /regexp/, field=value, level>=warn", "&"),
		bind("drop-filter", "take the last filter away", "backspace"),
		bind("patterns", "patterns of the lines, and back to the lines", "p"),
		bind("next-error", "next error", "e"),
		bind("prev-error", "error before", "E"),
		bind("around", "the lines around this one, whatever the filters", "z"),
		bind("wrap", "wrap long lines or cut them", "W"),
		bind("log-time", "times absolute, as ages, or since the line before", "d"),
		bind("log-columns", "choose fields that get columns of their own", "F"),
		bind("bookmark", "set or remove a bookmark", "b"),
		bind("next-bookmark", "next bookmark", "B"),
		bind("save", "save the lines shown to a file", "w"),
	}}
	time := Group{Name: "Time", Bindings: []Named{
		bind("range", "pick the range", "t"),
		bind("pan-left", "earlier", "["),
		bind("pan-right", "later", "]"),
		bind("zoom-in", "shorter range", "+", "="),
		bind("zoom-out", "longer range", "-"),
		bind("live", "back to live", "0"),
		bind("pause", "pause and go on", "space"),
		bind("zone", "local time or UTC", "u"),
	}}
	program := Group{Name: "Program", Bindings: []Named{
		bind("help", "these keys", "?"),
		bind("palette", "command palette", ":"),
		bind("theme", "next theme", "T"),
		bind("redraw", "draw the whole screen anew", "ctrl+l"),
		bind("suspend", "suspend; fg comes back", "ctrl+z"),
		bind("quit", "quit", "q", Interrupt),
	}}
	screens := Group{Name: "Screens"}
	for n := 1; n <= 9; n++ {
		screens.Bindings = append(screens.Bindings, bind(fmt.Sprintf("screen-%d", n), fmt.Sprintf("screen %d", n), fmt.Sprint(n)))
	}
	m := Map{groups: []Group{move, look, panel, logs, time, program, screens}}
	m.index()
	return m
}

func bind(action, help string, keys ...string) Named {
	return Named{action, key.NewBinding(key.WithKeys(keys...), key.WithHelp(label(keys), help))}
}

// index rebuilds byKey. No two actions may share a key by now.
func (m *Map) index() {
	m.byKey = map[string]string{}
	for _, g := range m.groups {
		for _, b := range g.Bindings {
			for _, k := range b.Keys() {
				m.byKey[k] = b.Action
			}
		}
	}
}

// Action is the action of a key press (a tea.KeyPressMsg), "" if it has none.
func (m *Map) Action(press fmt.Stringer) string { return m.byKey[press.String()] }

// Matches reports whether a key press means action.
func (m *Map) Matches(press fmt.Stringer, action string) bool {
	got, ok := m.byKey[press.String()]
	return ok && got == action
}

// Groups lists all bindings for the help screen. What it returns is the caller's.
func (m *Map) Groups() []Group {
	out := slices.Clone(m.groups)
	for i := range out {
		out[i].Bindings = slices.Clone(out[i].Bindings)
	}
	return out
}

// Keys are the names of action's keys, the one to show first; nil if there is
// no such action or it has no key.
func (m *Map) Keys(action string) []string {
	for _, g := range m.groups {
		for _, b := range g.Bindings {
			if b.Action == action {
				return slices.Clone(b.Keys())
			}
		}
	}
	return nil
}

// Label is the one key to show in a hint for action, "" if it has none.
func (m *Map) Label(action string) string {
	if k := m.Keys(action); len(k) > 0 {
		return k[0]
	}
	return ""
}
