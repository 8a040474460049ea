package keys

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// named are the keys that have a name rather than a character.
func named() []string {
	out := []string{
		"up", "down", "left", "right", "home", "end", "pgup", "pgdown", "insert", "delete",
		"enter", "tab", "backspace", "esc", "space",
	}
	for n := 1; n <= 12; n++ {
		out = append(out, fmt.Sprintf("f%d", n))
	}
	return out
}

// otherNames are what people call keys elsewhere.
func otherNames(name string) string {
	switch strings.ToLower(name) {
	case "return", "cr":
		return "enter"
	case "escape":
		return "esc"
	case "pageup", "page-up", "page_up":
		return "pgup"
	case "pagedown", "page-down", "page_down", "pgdn":
		return "pgdown"
	case "del":
		return "delete"
	case "ins":
		return "insert"
	case "bs":
		return "backspace"
	case " ", "spacebar", "spc":
		return "space"
	case "backtab":
		return "shift+tab"
	case "plus":
		return "+"
	case "minus":
		return "-"
	}
	return ""
}

// check says what is wrong with a key's name: nothing if a terminal without an
// extended keyboard protocol can send it, under this name.
func check(name string) error {
	if name == "" {
		return errors.New("empty key")
	}
	if utf8.RuneCountInString(name) == 1 {
		r, _ := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError || !unicode.IsPrint(r) || r == ' ' {
			return fmt.Errorf("no such key: %q%s", name, suggest(name, nil))
		}
		return nil
	}
	mods, base := split(name)
	order := []string{"ctrl", "alt", "shift"}
	last := -1
	for _, mod := range mods {
		at := slices.Index(order, mod)
		if at < 0 {
			return fmt.Errorf("no such key: %q: %q is not one of ctrl, alt, shift", name, mod)
		}
		if at <= last {
			return fmt.Errorf("key %q: modifiers are written once each, in the order ctrl+alt+shift", name)
		}
		last = at
	}
	if utf8.RuneCountInString(base) == 1 {
		return checkRune(name, mods, base)
	}
	if !slices.Contains(named(), base) {
		return fmt.Errorf("no such key: %q%s", name, suggest(name, named()))
	}
	if len(mods) == 0 {
		return nil
	}
	switch base {
	case "tab":
		if slices.Equal(mods, []string{"shift"}) {
			return nil
		}
	case "enter", "backspace", "esc", "space":
		if slices.Equal(mods, []string{"alt"}) && base != "esc" {
			return nil
		}
	default: // xterm's modified cursor and function keys
		return nil
	}
	return fmt.Errorf("key %q cannot be told from %q by most terminals", name, base)
}

// checkRune judges a character with modifiers.
func checkRune(name string, mods []string, base string) error {
	r, _ := utf8.DecodeRuneInString(base)
	ctrl, shift := slices.Contains(mods, "ctrl"), slices.Contains(mods, "shift")
	switch {
	case ctrl && shift:
		return fmt.Errorf("key %q cannot be sent by most terminals: no ctrl with shift", name)
	case shift:
		return fmt.Errorf("key %q: write the character that it makes, such as %q", name, strings.TrimSuffix(name, "shift+"+base)+strings.ToUpper(base))
	case !ctrl:
		if !unicode.IsPrint(r) || r == ' ' {
			return fmt.Errorf("no such key: %q", name)
		}
		return nil
	}
	switch {
	case r == 'i':
		return fmt.Errorf("key %q is tab in most terminals", name)
	case r == 'm':
		return fmt.Errorf("key %q is enter in most terminals", name)
	case r == '[':
		return fmt.Errorf("key %q is esc in most terminals", name)
	case r == 'h':
		return fmt.Errorf("key %q is backspace in some terminals", name)
	case r >= 'A' && r <= 'Z':
		return fmt.Errorf("key %q: write %q", name, strings.ToLower(name))
	case r < 'a' || r > 'z':
		return fmt.Errorf("key %q cannot be sent by most terminals: ctrl goes with a to z", name)
	}
	return nil
}

// split cuts "ctrl+alt+x" into modifiers and key; the key may be "+".
func split(name string) (mods []string, base string) {
	for {
		i := strings.IndexByte(name, '+')
		if i <= 0 || i+1 >= len(name) {
			return mods, name
		}
		mods, name = append(mods, name[:i]), name[i+1:]
	}
}

// suggest is ", did you mean X?" for the nearest of known, or nothing.
func suggest(name string, known []string) string {
	best, at := otherNames(name), 0
	if best == "" {
		at = max(2, len(name)/3) + 1
		for _, k := range known {
			if d := distance(strings.ToLower(name), k); d < at && d < len(k) {
				best, at = k, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// guess is ", did you mean X, Y or Z?" for the actions that word was probably
// meant to be, or nothing: those that share a word with it and those that differ
// by a few letters, nearest first.
func guess(word string, actions []string) string {
	const most = 3
	word = strings.ToLower(strings.ReplaceAll(word, "_", "-"))
	near := max(2, len(word)/3)
	far := func(action string) int {
		d := distance(word, action)
		shares := len(word) > 2 && strings.Contains(action, word) || len(action) > 2 && strings.Contains(word, action)
		switch {
		case shares:
			return min(d, 1)
		case d < len(action):
			return d
		}
		return near + 1
	}
	found := slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return far(a) > near })
	slices.SortStableFunc(found, func(a, b string) int { return far(a) - far(b) })
	found = found[:min(len(found), most)]
	if len(found) == 0 {
		return ""
	}
	for i, a := range found {
		found[i] = fmt.Sprintf("%q", a)
	}
	list := found[len(found)-1]
	if before := found[:len(found)-1]; len(before) > 0 {
		list = strings.Join(before, ", ") + " or " + list
	}
	return fmt.Sprintf(", did you mean %s?", list)
}

// distance is the number of single-byte edits between a and b (Levenshtein).
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diag+cost)
		}
	}
	return row[len(b)]
}
