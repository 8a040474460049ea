package boards

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed builtin/*.yaml
var builtinFiles embed.FS

// builtin are the built-in boards, decoded once. A test holds that they have no
// problems, so they are not checked again here.
var builtin = sync.OnceValue(func() []*Board {
	entries, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		return nil
	}
	var out []*Board
	for _, e := range entries {
		data, err := builtinFiles.ReadFile("builtin/" + e.Name())
		if err != nil {
			continue
		}
		if b, problems := Load(data, e.Name(), func(o *options) { o.unchecked = true }); len(problems) == 0 {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b *Board) int {
		if x, y := rank(a.Name), rank(b.Name); x != y {
			return x - y
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
})

// rank orders the built-in boards: this machine, then what a source is itself,
// then what it watches, the widest first. Others follow.
func rank(name string) int {
	first := []string{"host", "processes", "sessions", "prometheus", "targets", "kubernetes", "node", "alertmanager", "go-process", "metrics"}
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

// Builtin are the built-in boards, host first. They are shared: do not change them.
func Builtin() []*Board { return slices.Clone(builtin()) }

// ByName finds a board by its name; nil if there is none.
func ByName(boards []*Board, name string) *Board {
	for _, b := range boards {
		if b.Name == name {
			return b
		}
	}
	return nil
}
