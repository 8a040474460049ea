package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/cmd/nightjar/config"
	"nightjar/ui/boards"
	"nightjar/ui/keys"
	"nightjar/ui/units"
)

// A document is a file that was read.
type document struct {
	path string
	text []byte
}

// documents reads the YAML files that a list in the configuration names: a
// file is itself, a folder is the files in it, by name. What cannot be read is a
// problem of its entry.
func (s *session) documents(key string, paths []string) (docs []document, problems config.Problems) {
	for i, p := range paths {
		lost := func(err error) {
			problems = append(problems, s.file.Problem(fmt.Sprintf("%s.%d", key, i+1), fmt.Sprintf("%s: %v", key, pathError(err))))
		}
		p = s.near(p)
		files := []string{p}
		if isDir(p) {
			entries, err := os.ReadDir(p)
			if err != nil {
				lost(err)
				continue
			}
			files = files[:0]
			for _, e := range entries {
				if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
					files = append(files, filepath.Join(p, e.Name()))
				}
			}
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				lost(err)
				continue
			}
			docs = append(docs, document{f, text})
		}
	}
	return docs, problems
}

// boards gives the boards in the order of the screens, and the name of the
// first one shown (empty: the first of the list): those named on the command
// line, the built-in ones, the user's own. A board of the user's takes the
// place of a built-in one of its name.
func (s *session) boards() (list []*boards.Board, first string, err error) {
	targets := make([]document, 0, len(s.targets))
	for _, t := range s.targets {
		if s.isURL(t) || s.isLog(t) {
			continue // a source
		}
		text, err := os.ReadFile(t)
		if err != nil {
			return nil, "", failed(exitUsage, "board: %w", pathError(err))
		}
		targets = append(targets, document{t, text})
	}
	own, problems := s.documents("boards", s.file.Boards)
	decoded, broken := decodeBoards(append(slices.Clone(targets), own...))
	problems = append(problems, broken...)
	list, given := present(decoded[:len(targets)]), present(decoded)
	for _, b := range s.builtinBoards() {
		if mine := boards.ByName(given, b.Name); mine == nil {
			list = append(list, b)
		} else if !slices.Contains(list, mine) {
			list = append(list, mine)
		}
	}
	for _, b := range given {
		if !slices.Contains(list, b) {
			list = append(list, b)
		}
	}
	first = s.set.board
	if len(broken) == 0 && !s.remoteBoards() { // a broken one may be meant, or one that is proposed
		if err = s.checkBoard(list, first); err == nil {
			err = s.checkVars(list)
		}
	}
	if err := withProblems(problems, err); err != nil {
		return nil, "", err
	}
	return list, first, nil
}

// checkVars says which variable of --var no board has. What the environment and
// the configuration set may be for boards that are not always there.
func (s *session) checkVars(list []*boards.Board) error {
	var names []string
	for _, b := range list {
		for _, v := range b.Variables {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range s.asked {
		switch {
		case slices.Contains(names, name):
		case len(names) == 0:
			return failed(exitUsage, "--var: there is no variable %q; no board has any", name)
		default:
			return failed(exitUsage, "--var: there is no variable %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// present leaves out the boards that could not be loaded.
func present(decoded []*boards.Board) []*boards.Board {
	return slices.DeleteFunc(slices.Clone(decoded), func(b *boards.Board) bool { return b == nil })
}

// builtinBoards are those of this machine, and of the demo's own metrics first:
// the others are proposed by what a source has, and this machine has host.
func (s *session) builtinBoards() []*boards.Board {
	names := []string{"host", "processes", "sessions", logsBoard}
	if s.set.demo {
		names = append([]string{"shop"}, names...)
	}
	return boards.BuiltinNamed(names...)
}

// remoteBoards reports whether there are sources that boards are proposed for.
func (s *session) remoteBoards() bool {
	return s.urlTargets() || len(s.file.Sources) > 0 || s.file.ScrapeConfigs != ""
}

// checkBoard says that no board of the list has the name asked for.
func (s *session) checkBoard(list []*boards.Board, name string) error {
	if name == "" || boards.ByName(list, name) != nil {
		return nil
	}
	names := make([]string, len(list))
	for i, b := range list {
		names[i] = b.Name
	}
	return s.blame("board", fmt.Errorf("no board is called %q; there are %s", name, strings.Join(names, ", ")))
}

// decodeBoards gives the board of each document, nil for one with problems, and
// every problem of all of them.
func decodeBoards(docs []document) (list []*boards.Board, problems config.Problems) {
	from := map[string]string{}
	for _, d := range docs {
		b, found := boards.Load(d.text, d.path, boards.KnownUnit(units.Known))
		for _, p := range found {
			problems = append(problems, config.NewProblem(d.path, d.text, config.Position{Line: p.Line, Column: p.Col}, p.Message))
		}
		switch {
		case b == nil:
		case from[b.Name] != "":
			problems = append(problems, config.NewProblem(d.path, nil, config.Position{},
				fmt.Sprintf("a board is called %q already, in %s", b.Name, from[b.Name])))
			b = nil
		default:
			from[b.Name] = d.path
		}
		list = append(list, b)
	}
	return list, problems
}

// keyMap is the keys as the configuration wants them.
func (s *session) keyMap() (keys.Map, error) {
	m := keys.Default()
	return m, remap(&m, s.file)
}
