package keys

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// A RemapError is one thing wrong with the user's keys.
type RemapError struct {
	Action  string // as the user wrote it: where to point
	Message string
	Unknown bool // there is no such action; Message has the nearest ones
}

func (e *RemapError) Error() string { return e.Action + ": " + e.Message }

// Remap gives actions the keys the user wants instead of their own; no keys
// leave an action without one. Clashes are looked for once all wishes are in,
// so two actions may swap keys. On any error nothing changes; every error is a
// *RemapError, ordered by action.
func (m *Map) Remap(want map[string][]string) []error {
	var errs []error
	next := Map{groups: m.Groups()}
	for _, action := range slices.Sorted(maps.Keys(want)) {
		b := next.binding(action)
		if b == nil {
			errs = append(errs, &RemapError{action, "no such action" + guess(action, m.actions()), true})
			continue
		}
		keys := make([]string, 0, len(want[action])+1)
		for _, k := range want[action] {
			if err := check(k); err != nil {
				errs = append(errs, &RemapError{Action: action, Message: err.Error()})
				continue
			}
			if k == Interrupt && action != "quit" {
				errs = append(errs, &RemapError{Action: action, Message: "key " + Interrupt + " always quits"})
				continue
			}
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		if action == "quit" && !slices.Contains(keys, Interrupt) {
			keys = append(keys, Interrupt)
		}
		b.Binding = key.NewBinding(key.WithKeys(keys...), key.WithHelp(label(keys), b.Help().Desc))
	}
	if errs = append(errs, next.clashes(want)...); len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b error) int { return strings.Compare(actionOf(a), actionOf(b)) })
		return errs
	}
	next.index()
	*m = next
	return nil
}

// clashes finds keys that two actions have. It points at what the user wrote.
func (m *Map) clashes(want map[string][]string) []error {
	var errs []error
	owner := map[string]string{}
	for _, g := range m.groups {
		for _, b := range g.Bindings {
			for _, k := range b.Keys() {
				other, taken := owner[k]
				if !taken {
					owner[k] = b.Action
					continue
				}
				mine, theirs := b.Action, other
				if _, wished := want[mine]; !wished {
					mine, theirs = theirs, mine
				}
				errs = append(errs, &RemapError{Action: mine, Message: fmt.Sprintf("key %s is already that of %s", k, theirs)})
			}
		}
	}
	return errs
}

func (m *Map) binding(action string) *Named {
	for _, g := range m.groups {
		for i := range g.Bindings {
			if g.Bindings[i].Action == action {
				return &g.Bindings[i]
			}
		}
	}
	return nil
}

// actions lists every action name.
func (m *Map) actions() []string {
	var out []string
	for _, g := range m.groups {
		for _, b := range g.Bindings {
			out = append(out, b.Action)
		}
	}
	return out
}

func actionOf(err error) string {
	if e, ok := err.(*RemapError); ok { //nolint:errorlint // made above, never wrapped
		return e.Action
	}
	return ""
}

// label is all keys as the help screen shows them.
func label(keys []string) string { return strings.Join(keys, " ") }
