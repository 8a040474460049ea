package boards_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nightjar/ui/boards"
	"nightjar/ui/units"
)

func TestBuiltinBoardsHaveNoProblems(t *testing.T) {
	files, err := filepath.Glob("builtin/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b, problems := boards.Load(data, file, boards.KnownUnit(units.Known))
		for _, p := range problems {
			t.Error(p)
		}
		if b != nil && b.Name+".yaml" != filepath.Base(file) {
			t.Errorf("%s is named %q", file, b.Name)
		}
	}
	all := boards.Builtin()
	if len(all) != len(files) {
		t.Fatalf("%d of %d boards", len(all), len(files))
	}
	for i, name := range []string{"host", "processes", "sessions"} {
		if all[i].Name != name || boards.ByName(all, name) != all[i] {
			t.Errorf("board %d is %q, want %q", i, all[i].Name, name)
		}
	}
	if boards.ByName(all, "nowhere") != nil {
		t.Error("there is a board named nowhere")
	}
	for _, b := range all {
		for _, row := range b.Rows {
			for _, p := range row.Panels {
				if target := p.Link; target != "" && boards.ByName(all, target) == nil {
					t.Errorf("%s: panel %s links to %q, which is no board", b.Name, p.ID, target)
				}
			}
		}
	}
}

// A fleet's board opens with all of it, and asks for no list of it: that would cost
// a round trip before anything is seen. Rows lead to boards with such variables.
func TestBuiltinBoardsOpenWithoutLists(t *testing.T) {
	all := boards.Builtin()
	for _, b := range all {
		for _, v := range b.Variables {
			if v.Kind != boards.VarQuery || v.AllText == "" || !slices.Equal(v.Value, []string{boards.All}) || !v.Multi {
				t.Errorf("%s: the variable %s is not of a list that is asked only to choose from", b.Name, v.Name)
			}
		}
		for _, row := range b.Rows {
			for _, p := range row.Panels {
				for _, s := range p.LinkSet {
					to := boards.ByName(all, p.Link)
					if to == nil || !slices.ContainsFunc(to.Variables, func(v boards.Variable) bool { return v.Name == s.Variable }) {
						t.Errorf("%s: a row of %s sets %s, which the board %s has not", b.Name, p.ID, s.Variable, p.Link)
					}
				}
			}
		}
	}
}

// Keys can be remapped, so what a board says about itself names none: no
// letter or sign alone, and none of the keys that have a name.
func TestBuiltinBoardsNameNoKeys(t *testing.T) {
	names := []string{"enter", "esc", "tab", "space", "pgup", "pgdown", "left", "right", "up", "down", "home", "end"}
	f := func(where, text string) {
		t.Helper()
		for _, word := range strings.Fields(text) {
			bare := strings.Trim(word, "`*.,;:()")
			quoted := strings.Contains(word, "`")
			alone := utf8.RuneCountInString(bare) == 1 && bare != "a" && bare != "A"
			if alone || quoted && slices.Contains(names, bare) || strings.Contains(bare, "ctrl+") {
				t.Errorf("%s names the key %s: %s", where, word, text)
			}
		}
	}
	for _, b := range boards.Builtin() {
		f(b.Name, b.Description)
		for _, row := range b.Rows {
			for _, p := range row.Panels {
				f(b.Name+"/"+p.ID, p.Description)
				f(b.Name+"/"+p.ID, p.Text)
				for _, q := range p.Queries {
					f(b.Name+"/"+p.ID, q.Hint)
				}
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	data, err := os.ReadFile("builtin/host.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := boards.Load(data, "host.yaml"); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
