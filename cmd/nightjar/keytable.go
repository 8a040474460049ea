package main

import (
	"fmt"
	"strings"

	"nightjar/ui/keys"
)

// keyTables is the key map as Markdown: one table for each group, of every
// action name, its keys and what it does. level is that of the headings.
func keyTables(m keys.Map, level string) string {
	var b strings.Builder
	for _, g := range m.Groups() {
		fmt.Fprintf(&b, "%s %s\n\n| action | keys | does |\n|---|---|---|\n", level, g.Name)
		for _, n := range g.Bindings {
			var typed []string
			for _, k := range n.Keys() {
				typed = append(typed, "`"+k+"`")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", n.Action, strings.Join(typed, " "), n.Help().Desc)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// keysDocument is docs/keys.md.
func keysDocument(m keys.Map) string {
	return `# Keys

Every action, the keys it has unless you say otherwise, and what it does. ` + "`?`" + ` in the program shows the keys as they are.
This page is made from the key map: ` + "`go test ./cmd/nightjar -run TestKeysDocument -update`" + `.

## Other keys

` + "`keys:`" + ` in the configuration gives actions other keys:

` + "```yaml" + `
keys:
  quit: [q, ctrl+q]
  pause: [P, space]     # instead of its own, so name those that are to stay
  full: M               # one key needs no list
  theme: []             # none at all
` + "```" + `

A key is a character (` + "`f`, `F`, `/`" + `), a name (` + "`up` `down` `left` `right` `home` `end` `pgup` `pgdown` `insert` `delete` `enter` `tab`" + `
` + "`backspace` `esc` `space` `f1`" + ` to ` + "`f12`" + `), or one of these after ` + "`ctrl+`, `alt+` or `shift+`" + `, as far as terminals can send it. No
key means two things, and ` + "`" + keys.Interrupt + "`" + ` always quits. ` + "`nightjar check`" + ` says what is wrong with a configuration, line by line.

` + strings.TrimRight(keyTables(m, "##"), "\n") + "\n"
}
