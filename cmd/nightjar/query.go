package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/spf13/cobra"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/ui/timeline"
)

// A queryRequest is what the flags of query say.
type queryRequest struct {
	expr   string
	span   time.Duration // 0: an instant query
	step   time.Duration // 0: from the span
	at     string        // empty: now
	wait   time.Duration // 0: until there is enough for a rate
	format string
	asked  []string // of --source: names and URLs; none: the first source
}

// patience is how long a query waits for the first samples when nobody says:
// the second round, which a rate needs, comes a quarter of a second after the
// first.
const patience = 10 * time.Second

func queryCommand(s *session) *cobra.Command {
	q := &queryRequest{format: "table"}
	cmd := &cobra.Command{
		Use:   "query [flags] EXPR",
		Short: "Ask one PromQL query and print the answer",
		Long: `Ask one PromQL query and print the answer: of this machine, of --demo, or of
--source: a source of the configuration by its name, or the URL of a Prometheus
server or of a page of metrics. --source all asks every source there is, and
several --source ask those, all at once: each series has a label source then.

What collects by itself collects first, for long enough that a rate has two samples; --wait sets for
how long. With --range the query is evaluated at every --step of it, else once.
The output is table, json (Prometheus's own API format), csv (RFC 4180) or chart.
A native histogram is a summary in a table, several records in csv (count, sum and
a bucket each, by the column histogram), and a heatmap in a chart of a range.

Exit status: 0 answered, 1 the query failed, 2 usage, 3 the source is unreachable.`,
		Example: `  nightjar query 'rate(node_cpu_seconds_total{mode!="idle"}[1m])'
  nightjar query --source http://127.0.0.1:9090 'up == 0'
  nightjar query --source all 'up == 0'
  nightjar query --wait 1m --range 1m --step 2s -o csv node_load1 > load.csv`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 || strings.TrimSpace(args[0]) == "":
				return misused("query: needs an expression, such as node_load1")
			case len(args) > 1:
				return misused("query: takes one expression, got %d arguments; put it in quotes", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			targets := s.choose(q.asked)
			if err := s.resolve(cmd.Flags(), targets); err != nil {
				return err
			}
			if len(q.asked) == 0 {
				s.only = []string{s.ownKind()}
			}
			q.expr = args[0]
			return s.query(cmd.Context(), q)
		},
	}
	f := cmd.Flags()
	f.Var(&durationValue{&q.span, time.Millisecond}, "range", "evaluate at every step of the last `DURATION`")
	f.Var(&durationValue{&q.step, time.Millisecond}, "step", "`DURATION` between two values of a range (default: 240 of them, whole seconds)")
	f.Var((*textValue)(&q.at), "at", "evaluate at `TIME` (or end the range there): 2026-11-24T03:12:00Z, \"2026-11-24 03:12\", 03:12, -5m, Unix seconds (default now)")
	f.Var(&durationValue{&q.wait, 0}, "wait", "collect for `DURATION` first (default: enough for a rate)")
	f.VarP(&choiceValue{&q.format, queryFormats()}, "output", "o", "`FORMAT`: "+strings.Join(queryFormats(), ", "))
	f.Var(&listValue{&q.asked}, "source", "`NAME|URL` that is asked: one of the configuration's sources, local, an address, or all; may be repeated (default: this machine)")
	s.addFlags(cmd, "config", "interval", "theme", "header", "demo", "ascii", "utc", "log-file")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(queryFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return cmd
}

// query collects, asks and prints.
func (s *session) query(ctx context.Context, q *queryRequest) error {
	if q.step > 0 && q.span == 0 {
		return misused("query: --step needs --range")
	}
	if _, err := s.queryTime(q, s.env.Now()); err != nil {
		return err
	}
	if q.format == "chart" && q.step == 0 && q.span > 0 {
		w, _ := s.chartSize()
		q.step = max((q.span/time.Duration(2*w) + time.Second - 1).Truncate(time.Second), time.Second) // a braille cell has two columns of dots
	}
	if err := q.checkSteps(); err != nil {
		return err
	}
	all, err := s.openSources(ctx, true)
	if errors.Is(err, errInterrupted) {
		return failed(exitFailed, "query: %w", err)
	}
	if err != nil {
		return err
	}
	src := s.answering(all)
	if err := s.collect(ctx, all, q.wait); err != nil {
		return err
	}
	at, err := s.queryTime(q, s.env.Now())
	if err != nil {
		return err
	}
	frame, err := s.ask(ctx, src, q, at)
	if err != nil && ctx.Err() != nil {
		return failed(exitFailed, "query: %w", errInterrupted)
	}
	if err != nil {
		if q.format == "json" {
			writeJSONError(s.out, err)
		}
		return err
	}
	s.remarks(src, frame)
	for _, one := range all {
		s.warnShort(one, q, at)
	}
	if err := s.sayWho(src, q); err != nil {
		return err
	}
	return s.print(q, frame, at)
}

// maxSteps is Prometheus's own limit of points in one series of an answer.
const maxSteps = 11_000

func (q *queryRequest) checkSteps() error {
	if n := q.span / q.spacing(); q.span > 0 && n > maxSteps {
		return failed(exitUsage, "query: --range %s by --step %s is %d steps, more than %d; use a longer --step", q.span, q.spacing(), n, maxSteps)
	}
	return nil
}

// spacing is the step asked for, or 240 of them rounded up to whole seconds.
func (q *queryRequest) spacing() time.Duration {
	if q.step > 0 {
		return q.step
	}
	step := q.span / 240
	if step < time.Second {
		return time.Second
	}
	return (step + time.Second - 1).Truncate(time.Second)
}

func (s *session) queryTime(q *queryRequest, now time.Time) (time.Time, error) {
	if q.at == "" {
		return now, nil
	}
	t, err := config.ParseTime(q.at, now, s.zone())
	if err != nil {
		return t, misused("--at: %w", err)
	}
	return t, nil
}

// ask evaluates the query at a time, or over the range that ends there.
func (s *session) ask(ctx context.Context, src sources.Source, q *queryRequest, at time.Time) (*sources.Frame, error) {
	if q.span == 0 {
		i, ok := src.(sources.InstantQuerier)
		if !ok {
			return nil, failed(exitFailed, "%s: cannot answer queries", src.Name())
		}
		return i.QueryInstant(ctx, sources.InstantQuery{Expr: q.expr, Time: at}) //nolint:wrapcheck // a *sources.Error says it all
	}
	r, ok := src.(sources.RangeQuerier)
	if !ok {
		return nil, failed(exitFailed, "%s: cannot answer queries over a range", src.Name())
	}
	return r.QueryRange(ctx, sources.RangeQuery{Expr: q.expr, Start: at.Add(-q.span), End: at, Step: q.spacing()}) //nolint:wrapcheck // a *sources.Error says it all
}

// remarks says on stderr what the answer alone does not: warnings, what a limit
// left out, and why there may be nothing.
func (s *session) remarks(src sources.Source, f *sources.Frame) {
	for _, w := range f.Warnings {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: %s\n", oneLine(fmt.Errorf("%s", w)))
	}
	if f.Cut > 0 {
		fmt.Fprintf(s.env.Stderr, "nightjar: warning: %d more series were left out by a limit\n", f.Cut)
	}
	if len(f.Series) > 0 || f.Kind == sources.Scalar || f.Kind == sources.String {
		return
	}
	since := ""
	if r, ok := src.(sources.StatusReporter); ok {
		if t := r.Status().Since; !t.IsZero() {
			since = "; samples begin at " + t.In(s.zone()).Format("15:04:05")
		}
	}
	fmt.Fprintf(s.env.Stderr, "nightjar: no series%s\n", since)
}

// warnShort says when an expression looks back further than samples go:
// Prometheus divides a rate by the whole of its range, so that it comes out too low.
func (s *session) warnShort(src sources.Source, q *queryRequest, at time.Time) {
	r, ok := src.(sources.StatusReporter)
	if !ok {
		return
	}
	since := r.Status().Since
	back := longestRange(q.expr)
	if since.IsZero() || since.After(at) || !at.Add(-back).Before(since) {
		return
	}
	of := "samples"
	if s.together {
		of += " of " + src.Name()
	}
	fmt.Fprintf(s.env.Stderr, "nightjar: warning: the expression looks back %s, %s only %s: a rate over it is too low; use irate, a shorter range, or --wait %s\n",
		timeline.FormatSpan(back), of, at.Sub(since).Round(100*time.Millisecond), timeline.FormatSpan(back))
}

// longestRange is the longest range that an expression takes a rate or an
// increase over, such as [1m]; 0 if there is none. Other functions of a range
// are right over what there is.
func longestRange(expr string) time.Duration {
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return 0
	}
	longest := time.Duration(0)
	parser.Inspect(tree, func(n parser.Node, _ []parser.Node) error {
		call, ok := n.(*parser.Call)
		if !ok || call.Func.Name != "rate" && call.Func.Name != "increase" {
			return nil
		}
		switch arg := call.Args[0].(type) {
		case *parser.MatrixSelector:
			longest = max(longest, arg.Range)
		case *parser.SubqueryExpr:
			longest = max(longest, arg.Range)
		}
		return nil
	})
	return longest
}
