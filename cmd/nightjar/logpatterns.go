package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"nightjar/alerts/patterns"
	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/ui/screen"
)

// patternWindow is how long the window is unless --since or --until says otherwise.
const patternWindow = time.Hour

// patternFormats are the forms that patterns are printed in.
func patternFormats() []string { return []string{"table", "json"} }

func patternsCommand(s *session) *cobra.Command {
	r := &logsRequest{format: "table"}
	cmd := &cobra.Command{
		Use:   "patterns [flags] TARGET...",
		Short: "Print the patterns of log lines, with what changed of them",
		Long: `Prints what the lines of logs have in common, with <*> for what varies, what is
new, surges or has gone quiet first: how many lines a pattern has in the window, and
in the window before it, which is as long. The window is the last hour up to the
newest line unless --since or --until says otherwise. Both are read once and whole.

TARGET and filters are those of nightjar logs. The output is a table, or json: one
object with both windows and a list of patterns, each with an ID that is the same
tomorrow and on another machine, and the filter that selects its lines.

Exit status: 0 printed, 1 it failed, 2 usage, 3 a source is unreachable.`,
		Example: `  nightjar logs patterns /var/log/syslog
  nightjar logs patterns --since 15m --level warn '/var/log/nginx/*.log'
  nightjar logs patterns -o json app.log | jq '.patterns[] | select(.change == "new") | .template'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.resolve(cmd.Flags(), nil); err != nil {
				return err
			}
			return s.logPatterns(cmd.Context(), r, args)
		},
	}
	addWindowFlags(cmd, r)
	cmd.Flags().Lookup("since").Usage = "from `TIME` on: 1h, 30m (back from now), 2026-11-24T03:12:00Z, 03:12 (default: 1h before the end)"
	cmd.Flags().VarP(&choiceValue{&r.format, patternFormats()}, "output", "o", "`FORMAT`: "+strings.Join(patternFormats(), ", "))
	s.addFlags(cmd, "config", "header", "ascii", "utc", "log-file")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(patternFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return cmd
}

// logPatterns prints the patterns.
func (s *session) logPatterns(ctx context.Context, r *logsRequest, targets []string) error {
	if len(targets) == 0 {
		return misused("logs patterns: needs a TARGET, such as /var/log/syslog or journal:")
	}
	terms, window, err := s.meant(r)
	if err != nil {
		return err
	}
	parts, walker, err := s.openWalker(ctx, targets, terms)
	if err != nil {
		return err
	}
	for _, in := range streamsOf(parts) {
		if err := waitForEnd(ctx, in); err != nil {
			return failed(exitFailed, "logs patterns: %w", errInterrupted)
		}
	}
	span := feed.Span(ctx, parts)
	report := patternReport{Window: s.wholeWindow(window, span, parts)}
	both := report.Window
	if both != (sources.Window{}) {
		report.Before = patterns.Preceding(report.Window)
		both.Start = report.Before.Start
	}
	miner := patterns.New(patterns.Options{Window: both, Began: span.Start})
	err = walker.Walk(ctx, both, func(l *sources.LogLine) error {
		miner.Add(l)
		if l.Lost != 0 {
			fmt.Fprintf(s.env.Stderr, "nightjar: warning: %s: %s\n", screen.Clean(l.Source), lostText(l.Lost))
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return failed(exitFailed, "logs patterns: %w", errInterrupted)
	case err != nil:
		return err //nolint:wrapcheck // a *sources.Error says it all
	}
	report.list, report.stats = miner.Snapshot(report.Window, report.Before), miner.Stats()
	if r.format == "json" {
		return s.patternsJSON(&report)
	}
	return s.patternsTable(&report)
}

// wholeWindow sets the ends that were not given: the end is the newest line, the
// start an hour before. It is zero, without ends, for lines that all have no time.
func (s *session) wholeWindow(w, span sources.Window, parts []feed.Part) sources.Window {
	if w.End.IsZero() {
		w.End = span.End
		for _, p := range parts {
			_, known := p.Source.(sources.LogSpanner)
			if w.End.IsZero() && (!known || !w.Start.IsZero()) || !w.End.IsZero() && w.End.Before(w.Start) {
				w.End = s.env.Now()
			}
		}
	}
	if w.Start.IsZero() && !w.End.IsZero() {
		w.Start = w.End.Add(-patternWindow)
	}
	return w
}

// A patternReport is what was found.
type patternReport struct {
	Window, Before sources.Window // zero: there are no times
	list           []patterns.Pattern
	stats          patterns.Stats
}

// A jsonWindow is a window in JSON; nil times are open.
type jsonWindow struct {
	Start *time.Time `json:"start"`
	End   *time.Time `json:"end"`
}

func windowJSON(w sources.Window) jsonWindow {
	if w == (sources.Window{}) {
		return jsonWindow{}
	}
	start, end := w.Start.UTC(), w.End.UTC()
	return jsonWindow{&start, &end}
}

// patternsJSON writes one object.
func (s *session) patternsJSON(r *patternReport) error {
	doc := struct {
		Window   jsonWindow        `json:"window"`
		Before   jsonWindow        `json:"before"`
		Lines    uint64            `json:"lines"`    // of both windows
		Undated  uint64            `json:"undated"`  // among them, without a time: they count in the window
		LetGo    uint64            `json:"let_go"`   // lines of patterns that were let go for the bounds
		Patterns []patterns.Record `json:"patterns"` // in the order of the table
	}{windowJSON(r.Window), windowJSON(r.Before), r.stats.Lines, r.stats.Undated, r.stats.EvictedLines, make([]patterns.Record, 0, len(r.list))}
	for i := range r.list {
		doc.Patterns = append(doc.Patterns, r.list[i].Record())
	}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	return e.Encode(&doc) //nolint:wrapcheck // that of stdout
}

// patternsTable writes what was counted over which time, and a line for each pattern.
func (s *session) patternsTable(r *patternReport) error {
	width := 0
	if fd, ok := terminal(s.env.Stdout); ok {
		if cols, _, err := term.GetSize(fd); err == nil {
			width = cols
		}
	}
	more := "…"
	if s.set.ascii {
		more = "~"
	}
	fit := func(text string, cells int) string {
		text = screen.Clean(text)
		if s.set.ascii {
			text = strings.Map(func(r rune) rune {
				if r > unicode.MaxASCII {
					return '?'
				}
				return r
			}, text)
		}
		if cells > 0 {
			text = ansi.Truncate(text, cells, more)
		}
		return text
	}
	if _, err := fmt.Fprintln(s.out, patterns.Summary(r.list)+" in "+s.windowsText(r)); err != nil {
		return err //nolint:wrapcheck // that of stdout
	}
	for _, line := range patterns.Table(r.list, width, s.set.ascii, fit) {
		if _, err := fmt.Fprintln(s.out, line); err != nil {
			return err //nolint:wrapcheck // that of stdout
		}
	}
	if n := r.stats.EvictedLines; n > 0 {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: %d lines are of %d patterns that were let go: more than can be held are unlike each other\n", n, r.stats.EvictedPatterns)
	}
	return nil
}

// windowsText says which lines were read.
func (s *session) windowsText(r *patternReport) string {
	text := fmt.Sprintf("%d lines", r.stats.Lines)
	if r.Window == (sources.Window{}) {
		return text + " without times"
	}
	at := func(t time.Time) string { return t.In(s.zone()).Format(time.DateTime) }
	text += ", " + at(r.Window.Start) + " to " + at(r.Window.End)
	for i := range r.list {
		if r.list[i].Compared() {
			return text + " against as long before"
		}
	}
	return text + "; there is nothing before to hold them against"
}
