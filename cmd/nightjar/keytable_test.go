package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nightjar/cmd/nightjar/config"
	"nightjar/ui/keys"
)

func TestKeysDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "keys.md")
	m := keys.Default()
	if *update {
		if err := os.WriteFile(path, []byte(keysDocument(m)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != keysDocument(m) {
		t.Errorf("docs/keys.md is not that of the key map; write it with -update:\n%s", lineDiff(keysDocument(m), string(text)))
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| (.*) \\| (.+) \\|$")
	rows := map[string][]string{}
	for _, r := range row.FindAllStringSubmatch(string(text), -1) {
		if rows[r[1]] != nil {
			t.Errorf("%s is there twice", r[1])
		}
		rows[r[1]] = r[2:]
	}
	n := 0
	for _, g := range m.Groups() {
		for _, b := range g.Bindings {
			n++
			r := rows[b.Action]
			if r == nil {
				t.Errorf("%s is missing", b.Action)
				continue
			}
			if typed := "`" + strings.Join(b.Keys(), "` `") + "`"; r[0] != typed || r[1] != b.Help().Desc {
				t.Errorf("%s is %q, want %s and %s", b.Action, r, typed, b.Help().Desc)
			}
		}
	}
	if n != len(rows) {
		t.Errorf("%d rows for %d actions", len(rows), n)
	}
}

// What the document shows as an example is taken.
func TestKeysDocumentExample(t *testing.T) {
	_, rest, _ := strings.Cut(keysDocument(keys.Default()), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	c, err := config.Decode("keys.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	m := keys.Default()
	if errs := m.Remap(c.Keys); errs != nil {
		t.Error(errs)
	}
}

func TestManualHasEveryKey(t *testing.T) {
	r := runInside(t, nil, "man")
	text := strings.ReplaceAll(r.stdout.String(), `\-`, "-")
	m := keys.Default()
	for _, g := range m.Groups() {
		for _, b := range g.Bindings {
			if !regexp.MustCompile(`(?m)^(\\fB|\\fC|T\{)?` + b.Action + `(\\fR|\\fP)?\t`).MatchString(text) {
				t.Errorf("%s is not in the manual", b.Action)
			}
		}
	}
}
