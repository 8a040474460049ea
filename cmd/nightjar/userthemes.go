package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"nightjar/cmd/nightjar/config"
	"nightjar/themes"
)

// themes gives the user's own themes, and sees to it that the one asked for
// is among them or built in.
func (s *session) themes() ([]themes.Theme, error) {
	docs, problems := s.documents("themes", s.file.Themes)
	list, broken := decodeThemes(docs)
	problems = append(problems, broken...)
	named := func(t themes.Theme) bool { return t.Name == s.set.theme }
	_, err := themes.Pick(s.set.theme, true)
	switch {
	case err == nil, slices.ContainsFunc(list, named), len(broken) > 0: // a broken one may be meant
		err = nil
	case len(list) > 0:
		err = s.blame("theme", fmt.Errorf("%w; of your own there are %s", err, themeNames(list)))
	default:
		err = s.blame("theme", err)
	}
	if err := withProblems(problems, err); err != nil {
		return nil, err
	}
	return list, nil
}

func themeNames(list []themes.Theme) string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// decodeThemes gives the themes of the documents that have no problem, and every
// problem of the others.
func decodeThemes(docs []document) (list []themes.Theme, problems config.Problems) {
	for _, d := range docs {
		t, err := themes.Load(d.text, d.path)
		if err == nil {
			list = append(list, t)
			continue
		}
		var found themes.Problems
		errors.As(err, &found) // by the word of Load
		for _, p := range found {
			problems = append(problems, config.NewProblem(d.path, d.text, config.Position{Line: p.Line, Column: p.Col}, p.Message))
		}
	}
	return list, problems
}
