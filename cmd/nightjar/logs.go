package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/command"
	"nightjar/sources/feed"
	"nightjar/sources/files"
	"nightjar/sources/logs"
)

// A logsRequest is what the flags of logs say.
type logsRequest struct {
	since, until string // a duration back, or a time; empty: open
	filters      []string
	level        string
	last         int
	follow       bool
	count        bool
	format       string
}

// followLines is how many lines come before those that are followed.
const followLines = 10

// logFormats are the forms that lines are printed in.
func logFormats() []string { return []string{"text", "json"} }

func logsCommand(s *session) *cobra.Command {
	r := &logsRequest{format: "text"}
	cmd := &cobra.Command{
		Use:   "logs [flags] TARGET...",
		Short: "Print log lines of files, the journal, containers or a log server",
		Long: `Prints the lines of logs, oldest first, several sources merged by time: the
same engine as the screen's, without the screen.

A TARGET is a file, a glob in quotes, "-" for standard input, journal:[UNIT],
docker:NAME or podman:NAME, the URL of a Loki or VictoriaLogs server (http://, or
loki+http:// and vlogs+http:// for one that is not asked which it is), or the name of
one of logs: in the configuration. Rotated files (app.log.1, app.log.2.gz) belong to
their log.

A filter is text, /regexp/, field=value, status>=500, level>=warn or has:field;
a minus before it turns it round. Several must all pass.
The output is text (the lines as they were written, behind their time where the
source keeps it apart, as the journal and log servers do) or json (an OpenTelemetry log record a line).

Exit status: 0 printed, 1 it failed, 2 usage, 3 a source is unreachable.`,
		Args: cobra.ArbitraryArgs,
		Example: `  nightjar logs --since 1h --level warn /var/log/syslog
  nightjar logs -f --filter 'status>=500' --filter -healthz '/var/log/nginx/*.log'
  kubectl logs deploy/api | nightjar logs --filter timeout -o json -`,
		ValidArgsFunction: s.completeTargets,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.resolve(cmd.Flags(), nil); err != nil {
				return err
			}
			if cmd.Flags().Changed("last") && r.last < 1 {
				return misused("--last %d: is no number of lines; it must be at least 1", r.last)
			}
			return s.logLines(cmd.Context(), r, args)
		},
	}
	f := cmd.Flags()
	addWindowFlags(cmd, r)
	f.IntVar(&r.last, "last", 0, "only the last `N` lines that pass")
	f.BoolVarP(&r.follow, "follow", "f", false, "go on with the lines that come; begins with the last 10 unless --since or --last says otherwise")
	f.BoolVarP(&r.count, "count", "c", false, "only the number of records that pass, of all targets together")
	f.VarP(&choiceValue{&r.format, logFormats()}, "output", "o", "`FORMAT`: "+strings.Join(logFormats(), ", "))
	s.addFlags(cmd, "config", "header", "utc", "log-file")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(logFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	cmd.AddCommand(patternsCommand(s))
	return cmd
}

// addWindowFlags adds the flags that say which lines are meant.
func addWindowFlags(cmd *cobra.Command, r *logsRequest) {
	f := cmd.Flags()
	f.Var((*textValue)(&r.since), "since", "from `TIME` on: 1h, 30m (back from now), 2026-11-24T03:12:00Z, 03:12 (default: the first line)")
	f.Var((*textValue)(&r.until), "until", "up to `TIME` (default: the last line)")
	f.Var(&listValue{&r.filters}, "filter", "only lines that pass `FILTER`; may be given several times")
	f.Var((*textValue)(&r.level), "level", "only lines of `LEVEL` or worse: trace, debug, info, warn, error, fatal")
}

// terms are the filters, read.
func (s *session) terms(r *logsRequest) ([]sources.LogTerm, error) {
	var terms []sources.LogTerm
	for _, text := range r.filters {
		t, err := logs.ParseTermAt(text, s.env.Now(), s.zone())
		if err != nil {
			return nil, misused("--filter %q: %w", text, err)
		}
		terms = append(terms, t)
	}
	if r.level != "" {
		t, err := logs.ParseTerm("level>=" + r.level)
		if err != nil {
			return nil, misused("--level: %q is no severity; there are trace, debug, info, warn, error, fatal", r.level)
		}
		terms = append(terms, t)
	}
	if _, err := logs.Compile(terms); err != nil {
		return nil, misused("--filter: %w", err)
	}
	return terms, nil
}

// window is what --since and --until say.
func (s *session) window(r *logsRequest) (sources.Window, error) {
	var w sources.Window
	for _, end := range []struct {
		flag, text string
		at         *time.Time
	}{{"since", r.since, &w.Start}, {"until", r.until, &w.End}} {
		if end.text == "" {
			continue
		}
		text := end.text
		if d, err := config.ParseDuration(text, 0); err == nil {
			*end.at = s.env.Now().Add(-d)
			continue
		}
		t, err := config.ParseTime(text, s.env.Now(), s.zone())
		if err != nil {
			return w, misused("--%s: %w", end.flag, err)
		}
		*end.at = t
	}
	if !w.End.IsZero() && w.End.Before(w.Start) {
		return w, misused("--until %s is before --since %s", r.until, r.since)
	}
	return w, nil
}

// meant is which lines the flags mean.
func (s *session) meant(r *logsRequest) (terms []sources.LogTerm, window sources.Window, err error) {
	if terms, err = s.terms(r); err == nil {
		window, err = s.window(r)
	}
	return terms, window, err
}

// openWalker opens the targets of a command and what reads their lines.
func (s *session) openWalker(ctx context.Context, targets []string, terms []sources.LogTerm) ([]feed.Part, *feed.Walker, error) {
	parts, err := s.openAllLogs(ctx, targets)
	if err != nil {
		return nil, nil, err
	}
	walker, err := feed.NewWalker(parts, terms)
	return parts, walker, err //nolint:wrapcheck // a *sources.Error says it all
}

// logLines prints the lines.
func (s *session) logLines(ctx context.Context, r *logsRequest, targets []string) error {
	if len(targets) == 0 {
		return misused("logs: needs a TARGET, such as /var/log/syslog or journal:")
	}
	terms, window, err := s.meant(r)
	if err != nil {
		return err
	}
	if r.follow && r.until != "" {
		return misused("--follow goes on: it has no --until")
	}
	if r.count && (r.follow || r.last != 0) {
		return misused("--count counts to the end: it goes with neither --follow nor --last")
	}
	s.endless = r.follow
	parts, walker, err := s.openWalker(ctx, targets, terms)
	if err != nil {
		return err
	}
	walker.Bare = r.format == "text" || r.count
	p := newLogPrinter(s.out, r.format, parts, s.zone())
	p.count = r.count
	_, p.clean = terminal(s.env.Stdout)
	switch streams := streamsOf(parts); {
	case r.count && countable(parts):
		p.counted, err = countLogs(ctx, parts, sources.LogQuery{Window: window, Terms: terms})
	case len(streams) == len(parts) && r.last == 0 && window == sources.Window{}:
		for _, in := range streams { // printed as it comes, to its end
			if p, ok := in.(*files.Stream); ok {
				p.Pace()
			}
		}
		err = s.followLogs(ctx, walker, p)
	default:
		for _, in := range streams {
			if r.follow {
				break
			}
			if err := waitForEnd(ctx, in); err != nil {
				return failed(exitFailed, "logs: %w", errInterrupted)
			}
		}
		err = s.walkLogs(ctx, walker, r, window, p)
	}
	if err == nil {
		err = p.total()
	}
	if flushed := p.flush(); err == nil {
		err = flushed
	}
	if err != nil && ctx.Err() != nil {
		if r.follow {
			return nil // that is how it ends
		}
		return failed(exitFailed, "logs: %w", errInterrupted)
	}
	return err
}

// walkLogs gives the printer what is asked for.
func (s *session) walkLogs(ctx context.Context, w *feed.Walker, r *logsRequest, window sources.Window, p *logPrinter) error {
	last := r.last
	if r.follow && last == 0 && r.since == "" {
		last = followLines
	}
	var err error
	if last > 0 {
		err = w.Last(ctx, last, window, p.print)
	} else {
		err = w.Walk(ctx, window, p.print)
	}
	if err != nil || !r.follow {
		return err //nolint:wrapcheck // a *sources.Error says it all
	}
	return s.followLogs(ctx, w, p)
}

// streamsOf are the parts that end by themselves.
func streamsOf(parts []feed.Part) (streams []sources.LogAwaiter) {
	for _, p := range parts {
		switch in := p.Source.(type) {
		case *files.Stream:
			streams = append(streams, in)
		case *command.Source:
			streams = append(streams, in)
		case *laterHeld:
			if in.log.Kind == "command" {
				streams = append(streams, in)
			}
		}
	}
	return streams
}

// waitForEnd returns when a stream has ended and all of it is held, or ctx is done.
func waitForEnd(ctx context.Context, in sources.LogAwaiter) error {
	for seen := uint64(0); ; {
		var err error
		switch seen, err = in.AwaitLogs(ctx, seen); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err //nolint:wrapcheck // a *sources.Error says it all
		}
	}
}

// followLogs gives the printer the lines that come, until all sources have ended.
func (s *session) followLogs(ctx context.Context, w *feed.Walker, p *logPrinter) error {
	if err := p.flush(); err != nil {
		return err
	}
	said := map[string]string{}
	err := w.Follow(ctx, func(l *sources.LogLine) error {
		return p.print(l)
	}, p.flush, func(source string, err error) {
		if text := oneLine(err); said[source] != text {
			said[source] = text
			fmt.Fprintf(s.env.Stderr, "nightjar: warning: %s; it is tried again\n", text)
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err //nolint:wrapcheck // a *sources.Error says it all
}
