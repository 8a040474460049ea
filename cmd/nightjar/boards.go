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
// file is itself, a folder is the files in it, by name.
func (s *session) documents(key string, paths []string) ([]document, error) {
	var docs []document
	for _, p := range paths {
		p = s.near(p)
		files := []string{p}
		if isDir(p) {
			entries, err := os.ReadDir(p)
			if err != nil {
				return nil, s.file.Problem(key, fmt.Sprintf("%s: %v", key, pathError(err)))
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
				return nil, s.file.Problem(key, fmt.Sprintf("%s: %v", key, pathError(err)))
			}
			docs = append(docs, document{f, text})
		}
	}
	return docs, nil
}

// boards gives the boards in the order of the screens, and the name of the
// first one shown (empty: the first of the list): those named on the command
// line, the built-in ones, the user's own. A board of the user's takes the
// place of a built-in one of its name.
func (s *session) boards() (list []*boards.Board, first string, err error) {
	targets := make([]document, 0, len(s.targets))
	for _, t := range s.targets {
		text, err := os.ReadFile(t)
		if err != nil {
			return nil, "", failed(exitUsage, "board: %w", pathError(err))
		}
		targets = append(targets, document{t, text})
	}
	own, err := s.documents("boards", s.file.Boards)
	if err != nil {
		return nil, "", err
	}
	given, err := decodeBoards(append(slices.Clone(targets), own...))
	if err != nil {
		return nil, "", err
	}
	list = append(list, given[:len(targets)]...)
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
	if first != "" && boards.ByName(list, first) == nil {
		names := make([]string, len(list))
		for i, b := range list {
			names[i] = b.Name
		}
		return nil, "", s.blame("board", fmt.Errorf("no board is called %q; there are %s", first, strings.Join(names, ", ")))
	}
	return list, first, nil
}

// shopBoard is the board of the demo's own metrics: first with it, left out without.
const shopBoard = "shop"

func (s *session) builtinBoards() []*boards.Board {
	all := boards.Builtin()
	i := slices.IndexFunc(all, func(b *boards.Board) bool { return b.Name == shopBoard })
	if i < 0 {
		return all
	}
	shop := all[i]
	all = slices.Delete(all, i, i+1)
	if s.set.demo {
		all = slices.Insert(all, 0, shop)
	}
	return all
}

// decodeBoards gives one board of each document, or every problem of all of them.
func decodeBoards(docs []document) ([]*boards.Board, error) {
	var list []*boards.Board
	var problems config.Problems
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
		default:
			from[b.Name] = d.path
			list = append(list, b)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return list, nil
}

// keyMap is the keys as the configuration wants them.
func (s *session) keyMap() (keys.Map, error) {
	m := keys.Default()
	return m, remap(&m, s.file)
}
