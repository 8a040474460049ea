package main

import (
	"errors"

	"nightjar/cmd/nightjar/config"
)

// review finds all that is wrong with a configuration: what the file alone
// tells, and what it takes the rest of the program to know. It asks the code that
// the program starts with, as if no flag or variable said anything; boards of
// --demo count as there. The problems are those of the file in the order of its
// lines, then those of the boards and themes that it names.
func (s *session) review(path string, text []byte) config.Problems {
	c, problems := config.Inspect(path, text)
	r := newSession(s.env, s.out)
	r.file, r.path, r.text = c, path, text
	r.set.demo = true
	for _, t := range settingsTable() {
		if err := t.fromFile(c, t.bind(&r.set)); err != nil {
			problems = append(problems, r.problemsOf(err)...)
		}
	}
	_, jobs := r.scrapeJobs()
	_, _, boards := r.boards()
	_, themes := r.themes()
	_, keys := r.keyMap()
	for _, err := range []error{r.checkRange(), r.checkLog(), jobs, boards, themes, keys} {
		problems = append(problems, r.problemsOf(err)...)
	}
	return problems.Sorted(path)
}

// whole adds to a problem of a file all that is wrong with the configuration,
// so that one run is enough to see it. Other errors stay as they are.
func (s *session) whole(err error) error {
	var problems config.Problems
	var problem *config.Problem
	if s.path == "" || !errors.As(err, &problems) && !errors.As(err, &problem) {
		return err
	}
	return append(s.problemsOf(err), s.review(s.path, s.text)...).Sorted(s.path)
}

// problemsOf is an error as problems; one that has no place is of the
// configuration as a whole.
func (s *session) problemsOf(err error) config.Problems {
	var problems config.Problems
	var problem *config.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &problems):
		return problems
	case errors.As(err, &problem):
		return config.Problems{problem}
	}
	return config.Problems{config.NewProblem(s.path, nil, config.Position{}, err.Error())}
}

// withProblems is an error that says the problems and err, which may be another
// of them; nil if there are none.
func withProblems(problems config.Problems, err error) error {
	var problem *config.Problem
	switch {
	case errors.As(err, &problem):
		return append(problems, problem)
	case len(problems) > 0:
		return problems
	}
	return err
}
