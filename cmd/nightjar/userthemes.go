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
	docs, err := s.documents("themes", s.file.Themes)
	if err != nil {
		return nil, err
	}
	list, err := decodeThemes(docs)
	if err != nil {
		return nil, err
	}
	named := func(t themes.Theme) bool { return t.Name == s.set.theme }
	if _, err := themes.Pick(s.set.theme, true); err != nil && !slices.ContainsFunc(list, named) {
		if own := themeNames(list); own != "" {
			err = fmt.Errorf("%w; of your own there are %s", err, own)
		}
		return nil, s.blame("theme", err)
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

// decodeThemes gives one theme of each document, or every problem of all of them.
func decodeThemes(docs []document) ([]themes.Theme, error) {
	var list []themes.Theme
	var problems config.Problems
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
	if len(problems) > 0 {
		return nil, problems
	}
	return list, nil
}
