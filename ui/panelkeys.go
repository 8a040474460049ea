package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Panels know one key for each thing they do: that of the default key map.
// What the user remapped is translated here on the way in, and in help on the
// way out, so a panel needs no key map.

// panelKeys is the key that panels know for an action.
var panelKeys = map[string]tea.KeyPressMsg{
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"page-up": {Code: tea.KeyPgUp}, "page-down": {Code: tea.KeyPgDown}, "top": {Code: tea.KeyHome}, "bottom": {Code: tea.KeyEnd},
	"back":  {Code: tea.KeyEscape},
	"order": {Code: 'o', Text: "o"}, "order-reverse": {Code: 'o', Text: "O", Mod: tea.ModShift},
	"next-hit": {Code: 'n', Text: "n"}, "prev-hit": {Code: 'n', Text: "N", Mod: tea.ModShift},
	"next-error": {Code: 'e', Text: "e"}, "prev-error": {Code: 'e', Text: "E", Mod: tea.ModShift},
	"wrap": {Code: 'w', Text: "W", Mod: tea.ModShift}, "log-time": {Code: 'd', Text: "d"}, "around": {Code: 'z', Text: "z"},
	"bookmark": {Code: 'b', Text: "b"}, "next-bookmark": {Code: 'b', Text: "B", Mod: tea.ModShift},
	"patterns":    {Code: 'p', Text: "p"},
	"drop-filter": {Code: tea.KeyBackspace},
	"series-hide": {Code: 'x', Text: "x"}, "legend": {Code: 'l', Text: "L", Mod: tea.ModShift}, "series-alone": {Code: 'i', Text: "i"},
}

// panelKey is the press that a panel knows for an action, if panels have it.
func panelKey(action string) (tea.KeyPressMsg, bool) {
	k, ok := panelKeys[action]
	return k, ok
}

// ownKeys rewrites keys as a panel names them ("n/N") to those in force.
func (m *Model) ownKeys(text string) string {
	parts := strings.Split(text, "/")
	for i, p := range parts {
		for action, k := range panelKeys {
			if k.String() != p {
				continue
			}
			if label := m.keys.Label(action); label != "" {
				parts[i] = label
			}
		}
	}
	return strings.Join(parts, "/")
}
