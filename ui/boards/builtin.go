package boards

import (
	"cmp"
	"embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed builtin/*.yaml
var builtinFiles embed.FS

// named are the built-in boards by name, each decoded when it is first wanted: all
// of them take longer than a program may take to start. A test holds that they
// have no problems, so they are not checked again here.
var named = sync.OnceValue(func() map[string]func() *Board {
	entries, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		return nil
	}
	all := make(map[string]func() *Board, len(entries))
	for _, e := range entries {
		all[strings.TrimSuffix(e.Name(), ".yaml")] = sync.OnceValue(func() *Board {
			data, err := builtinFiles.ReadFile("builtin/" + e.Name())
			if err != nil {
				return nil
			}
			b, problems := Load(data, e.Name(), func(o *options) { o.unchecked = true })
			if len(problems) > 0 {
				return nil
			}
			return b
		})
	}
	return all
})

// BuiltinNamed gives the built-in boards of these names, which are shared: do not
// change them. Names of no board give none.
func BuiltinNamed(names ...string) []*Board {
	out := make([]*Board, len(names))
	var loading sync.WaitGroup
	for i, name := range names {
		if load := named()[name]; load != nil {
			loading.Go(func() { out[i] = load() })
		}
	}
	loading.Wait()
	return slices.DeleteFunc(out, func(b *Board) bool { return b == nil })
}

// rank orders the built-in boards: this machine, then what a source is itself,
// then what it watches, the widest first. Others follow.
func rank(name string) int {
	first := []string{"host", "processes", "sessions", "logs", "prometheus", "targets", "rules", "kubernetes", "node", "alertmanager", "go-process", "metrics"}
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

// Builtin are the built-in boards, host first. They are shared: do not change them.
func Builtin() []*Board {
	names := slices.SortedFunc(maps.Keys(named()), func(a, b string) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a, b))
	})
	return BuiltinNamed(names...)
}

// ByName finds a board by its name; nil if there is none.
func ByName(boards []*Board, name string) *Board {
	for _, b := range boards {
		if b.Name == name {
			return b
		}
	}
	return nil
}
