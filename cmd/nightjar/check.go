package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"nightjar/cmd/nightjar/config"
	"nightjar/ui/keys"
	"nightjar/ui/screen"
)

func checkCommand(s *session) *cobra.Command {
	quiet := false
	cmd := &cobra.Command{
		Use:   "check [flags] FILE...",
		Short: "Say what is wrong with configurations, boards and themes",
		Long: `Say what is wrong with configurations, boards and themes: one line
"file:line:col: message" for each problem, "file: ok" for a file without one.
What a file is, is seen from its content. Of a configuration, the boards and
themes that it names are checked too; its paths start at its folder.

Exit status: 0 no problems, 1 problems, 2 usage or a file that cannot be read.`,
		Example: "  nightjar check ~/.config/nightjar/config.yaml boards/*.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misused("check: needs a file")
			}
			return nil
		},
		ValidArgsFunction: completeFiles("yaml", "yml"),
		RunE: func(_ *cobra.Command, args []string) error {
			return s.check(args, quiet)
		},
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "print problems only")
	return cmd
}

func (s *session) check(files []string, quiet bool) error {
	code := exitOK
	said := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			report(s.env.Stderr, fmt.Errorf("check: %w", pathError(err)))
			code = max(code, exitUsage)
			continue
		}
		problems := s.checkFile(file, text)
		for _, p := range problems {
			if line := p.Error(); !said[line] { // a configuration names boards that may be named here too
				said[line] = true
				fmt.Fprintln(s.out, screen.Clean(line))
			}
			code = max(code, exitFailed)
		}
		if len(problems) == 0 && !quiet {
			fmt.Fprintf(s.out, "%s: ok\n", screen.Clean(file))
		}
	}
	if code != exitOK {
		return &failure{code: code, err: errSilent}
	}
	return nil
}

// pathError words an error of a file without the name of the system call.
func pathError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// checkFile finds what is wrong with a file of any kind.
func (s *session) checkFile(file string, text []byte) config.Problems {
	names := config.Names(text)
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(names, k) })
	}
	checkBoard := func() config.Problems {
		_, problems := decodeBoards([]document{{file, text}})
		return problems
	}
	switch {
	case has("rows"):
		return checkBoard()
	case has("tokens", "paper", "base", "base00", "palette", "scheme", "system", "variant"):
		_, problems := decodeThemes([]document{{file, text}})
		return problems
	case has("title", "variables", "description") && !has(config.Keys()...):
		return checkBoard()
	default:
		return s.review(file, text)
	}
}

// remap gives m the keys of the configuration. Its error is a config.Problems.
func remap(m *keys.Map, c *config.Config) error {
	var problems config.Problems
	for _, err := range m.Remap(c.Keys) {
		var r *keys.RemapError
		errors.As(err, &r) // by the word of Remap
		message := "keys." + err.Error()
		if r.Unknown {
			message += "; docs/keys.md and nightjar man list all"
		}
		problems = append(problems, c.Problem("keys."+r.Action, message))
	}
	if len(problems) == 0 {
		return nil
	}
	return problems
}
