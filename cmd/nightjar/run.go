package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/ui/screen"
)

// Run is the whole program: it does what args say and returns the exit code.
// It stops when ctx is done.
func Run(ctx context.Context, args []string, env Env) int {
	out := &output{w: env.Stdout}
	s := newSession(env, out)
	root := rootCommand(s)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(out)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	s.close()
	if first := out.first(); first != nil && (err == nil || errors.Is(err, first)) {
		err = nil
		if !left(first) {
			err = fmt.Errorf("stdout: %w", first)
		}
	}
	report(env.Stderr, err)
	return exitCode(err)
}

// report says what went wrong, in one line; problems of a file also show the line.
func report(w io.Writer, err error) {
	var problems config.Problems
	var problem *config.Problem
	switch {
	case err == nil || errors.Is(err, errSilent):
	case errors.As(err, &problems):
		for _, p := range problems {
			reportProblem(w, p)
		}
	case errors.As(err, &problem):
		reportProblem(w, problem)
	default:
		hint := ""
		if f := (*failure)(nil); errors.As(err, &f) && f.hint {
			hint = "; see nightjar --help"
		}
		fmt.Fprintf(w, "nightjar: %s%s\n", oneLine(err), hint)
	}
}

func reportProblem(w io.Writer, p *config.Problem) {
	fmt.Fprintf(w, "nightjar: %s\n", oneLine(p))
	for line := range strings.Lines(p.Excerpt()) {
		fmt.Fprintln(w, screen.Clean(strings.TrimSuffix(line, "\n")))
	}
}

// oneLine is an error fit for a terminal: harmless, without credentials, in one line.
func oneLine(err error) string {
	text := strings.TrimSpace(err.Error())
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	return screen.Clean(sources.Redact(text))
}

// rootCommand is nightjar and its subcommands.
func rootCommand(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "nightjar [flags] [TARGET...]",
		Short: "The terminal for the person on call",
		Long: `nightjar is a terminal dashboard for the person on call.

Without a TARGET it watches the machine it runs on. A TARGET is the URL of a
Prometheus-compatible server or of a page of metrics, a board file, or a log: a
file, a glob in quotes, - for standard input, journal:[UNIT], docker:NAME,
podman:NAME, the URL of a Loki or VictoriaLogs (http://, or loki+http:// and
vlogs+http:// for one that is not asked which it is), or the name of one of the
logs of the configuration. There may be several.
Flags beat NIGHTJAR_* environment variables (NIGHTJAR_RANGE for --range ...),
and these beat the configuration file. It changes nothing anywhere.`,
		Example: `  nightjar                                  this machine, live
  nightjar http://HOST:9090                 a Prometheus-compatible server
  nightjar http://HOST:9100/metrics         one exporter, with no server at all
  nightjar --demo                           a made-up shop with an incident
  nightjar web.yaml                         your own board
  nightjar /var/log/syslog                  a log: filter, search, patterns, a timeline
  kubectl logs -f deploy/api | nightjar -   what another program prints
  nightjar query 'rate(node_cpu_seconds_total{mode!="idle"}[1m])'
  nightjar frame --size 120x36 > report.txt`,
		Version:           version,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.resolve(cmd.Flags(), args); err != nil {
				return err
			}
			if err := s.canDraw(); err != nil {
				return err
			}
			if code := openDashboard(cmd.Context(), s); code != exitOK {
				return &failure{code: code, err: errSilent}
			}
			return nil
		},
	}
	root.SetVersionTemplate("nightjar {{.Version}}\n")
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(help)
	s.addFlags(root, allSettings...)
	root.ValidArgsFunction = s.completeTargets
	root.AddCommand(queryCommand(s), logsCommand(s), frameCommand(s), sourcesCommand(s), checkCommand(s), infoCommand(s), completionCommand(s), manCommand(s))
	return root
}

// flagError words what is wrong with a flag.
func flagError(_ *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return misused("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	}
	return misused("%w", err)
}

// completeFiles completes file names with one of the extensions.
func completeFiles(extensions ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// help prints what a command does. That a switch could also be given as
// --ascii=false is true of all of them and not worth its room.
func help(cmd *cobra.Command, _ []string) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	const choice = "[=true|false]"
	usage := strings.ReplaceAll(cmd.UsageString(), choice, strings.Repeat(" ", len(choice)))
	cmd.Print(text, "\n\n", usage)
}
