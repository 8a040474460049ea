package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
	"nightjar/sources/prometheus"
	"nightjar/ui/screen"
)

// probeTimeout is how long a source may take to answer all that is tried. Tests
// have less.
var probeTimeout = 10 * time.Second

// A sourceLine is what is said of one source.
type sourceLine struct {
	Name         string   `json:"name"`
	Kind         string   `json:"kind"`
	URL          string   `json:"url,omitempty"`
	Version      string   `json:"version,omitempty"`
	Capabilities []string `json:"capabilities"`
	Latency      *float64 `json:"latency_seconds"`    // of a query; null: not measured
	Skew         *float64 `json:"clock_skew_seconds"` // of its clock ahead of ours; null: not known
	State        string   `json:"state"`              // ok, degraded or down
	Error        string   `json:"error,omitempty"`
}

// The states of a source.
const (
	stateOK       = "ok"
	stateDegraded = "degraded" // it answers, but not all of it is well
	stateDown     = "down"
)

// sourcesCommand says how each source is doing.
func sourcesCommand(s *session) *cobra.Command {
	format := "table"
	cmd := &cobra.Command{
		Use:   "sources [flags] [URL|LOG...]",
		Short: "Say what each source is, what it can do, and how it is doing",
		Long: `A line for each source: name, kind, version, state, latency of a query, how far
its clock is ahead of this machine's, and what it can do. The sources are the URLs
and logs given, else this machine and those of the configuration, its logs too.

Exit status: 0 all answer, 1 one is down, 2 usage.`,
		Example: `  nightjar sources
  nightjar sources -o json http://127.0.0.1:9090`,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, a := range args {
				if ext := filepath.Ext(a); ext == ".yaml" || ext == ".yml" {
					return misused("sources: %q is neither a URL nor a log", a)
				}
			}
			if err := s.resolve(cmd.Flags(), args); err != nil {
				return err
			}
			return s.listSources(cmd.Context(), format)
		},
	}
	cmd.Flags().VarP(&choiceValue{&format, []string{"table", "json"}}, "output", "o", "`FORMAT`: table, json")
	s.addFlags(cmd, "config", "interval", "header", "demo", "log-file")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return cmd
}

// listSources tries all sources, side by side, and prints a line for each.
func (s *session) listSources(ctx context.Context, format string) error {
	var all []sources.Source
	var err error
	if !s.logsOnly() {
		if all, err = s.openSources(ctx, openAll); err != nil {
			return err
		}
	}
	for _, l := range s.listedLogs() {
		all = append(all, s.later(l).source())
	}
	lines := make([]sourceLine, len(all))
	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	var looks sync.WaitGroup
	for i, src := range all {
		looks.Go(func() { lines[i] = s.look(limited, src) })
	}
	looks.Wait()
	if ctx.Err() != nil {
		return failed(exitFailed, "sources: %w", errInterrupted)
	}
	if err := s.printSources(lines, format); err != nil {
		return err
	}
	if slices.ContainsFunc(lines, func(l sourceLine) bool { return l.State == stateDown }) {
		return &failure{code: exitFailed, err: errSilent}
	}
	return nil
}

// listedLogs are the logs of the targets, else those of the configuration.
func (s *session) listedLogs() (list []*config.Log) {
	for _, t := range s.logTargets() {
		if l := s.namedLog(t); l != nil {
			list = append(list, l)
		}
	}
	if len(list) > 0 || s.urlTargets() {
		return list
	}
	for i := range s.file.Logs {
		list = append(list, s.configuredLog(s.file.Logs[i].Name))
	}
	return list
}

// lookAtLog reads the newest line of a log.
func (s *session) lookAtLog(ctx context.Context, src sources.LogSearcher, l *sourceLine) {
	start := time.Now()
	_, err := src.SearchLogs(ctx, sources.LogQuery{Limit: 1})
	took := time.Since(start).Seconds()
	if r, ok := src.(sources.StatusReporter); ok {
		st := r.Status()
		l.Kind, l.Version = st.Kind, st.Version
		if len(st.Notes) > 0 {
			l.State, l.Error = stateDegraded, oneLine(errors.New(st.Notes[0]))
		}
	}
	if err != nil {
		l.State, l.Error = stateDown, oneLine(err)
		return
	}
	l.Latency = &took
}

// look tries one source.
func (s *session) look(ctx context.Context, src sources.Source) sourceLine {
	l := sourceLine{Name: src.Name(), State: stateOK, Capabilities: capabilities(src)}
	if p, ok := src.(*prometheus.Source); ok {
		s.lookAtServer(ctx, p, &l)
		return l
	}
	q, metrics := src.(sources.InstantQuerier)
	if lines, ok := src.(sources.LogSearcher); ok && !metrics {
		s.lookAtLog(ctx, lines, &l)
		return l
	}
	start := time.Now()
	err := error(nil)
	if c, ok := src.(collector); ok {
		err = c.WaitFor(ctx, 1)
	}
	if metrics && err == nil {
		start = time.Now()
		_, err = q.QueryInstant(ctx, sources.InstantQuery{Expr: "1", Time: s.env.Now()})
	}
	took := time.Since(start).Seconds()
	if r, ok := src.(sources.StatusReporter); ok {
		st := r.Status()
		l.Kind, l.Version = st.Kind, st.Version
	}
	if err != nil {
		l.State, l.Error = stateDown, oneLine(errors.New(sources.Reason(err)))
		return l
	}
	l.Latency = &took
	s.lookAtTargets(ctx, src, &l)
	return l
}

// lookAtTargets counts the targets of a source that scrapes: it is down when none of them answers.
func (s *session) lookAtTargets(ctx context.Context, src sources.Source, l *sourceLine) {
	q, ok := src.(sources.InstantQuerier)
	if !ok || l.Kind != "scrape" {
		return
	}
	f, err := q.QueryInstant(ctx, sources.InstantQuery{Expr: "up", Time: s.env.Now()})
	if err != nil {
		return
	}
	bad := 0
	for i := range f.Series {
		if _, v, ok := f.Series[i].Last(); ok && v == 0 {
			bad++
		}
	}
	switch {
	case bad == 0:
		return
	case bad == len(f.Series):
		l.State = stateDown
	default:
		l.State = stateDegraded
	}
	l.Error = fmt.Sprintf("%d of %d targets are down", bad, len(f.Series))
	if r, ok := src.(sources.StatusReporter); ok {
		if notes := r.Status().Notes; len(notes) > 0 {
			l.Error = oneLine(errors.New(notes[0]))
		}
	}
}

func (s *session) lookAtServer(ctx context.Context, p *prometheus.Source, l *sourceLine) {
	got, err := p.Probe(ctx)
	l.Kind, l.Version, l.URL = got.Kind, got.Version, got.URL
	l.Capabilities = []string{}
	for _, c := range got.Capabilities {
		if c.OK {
			l.Capabilities = append(l.Capabilities, c.Name)
		}
	}
	if err != nil {
		l.State, l.Error = stateDown, oneLine(errors.New(sources.Reason(err)))
		s.lookOnce(ctx, p, err, l)
		return
	}
	latency := got.Latency.Seconds()
	l.Latency = &latency
	if got.SkewWithin > 0 {
		skew := got.Skew.Seconds()
		l.Skew = &skew
		if math.Abs(skew) > max(5, 2*got.SkewWithin.Seconds()) {
			l.State = stateDegraded
			l.Error = "its clock and this machine's differ: what is newest here may be old there, or not there yet"
		}
	}
}

// lookOnce says what is there instead, where something answers err that is no
// server of Prometheus's API, or not to us.
func (s *session) lookOnce(ctx context.Context, p *prometheus.Source, err error, l *sourceLine) {
	if sources.KindOf(err) == sources.KindTimeout {
		return
	}
	what, err := p.Detect(ctx)()
	switch {
	case err != nil:
		if l.Error = oneLine(errors.New(sources.Reason(err))); sources.KindOf(err) == sources.KindUnsupported {
			l.Kind = "" // what is there is none that we know
		}
	case what.Found == prometheus.FoundAlertmanager:
		l.Kind, l.Error = "alertmanager", isAlertmanager(what)
	}
}

// capabilities are what a source can do, by the interfaces it has.
func capabilities(src sources.Source) []string {
	all := []string{}
	add := func(name string, ok bool) {
		if ok {
			all = append(all, name)
		}
	}
	_, instant := src.(sources.InstantQuerier)
	_, ranged := src.(sources.RangeQuerier)
	_, labels := src.(sources.LabelDiscoverer)
	_, series := src.(sources.SeriesFinder)
	_, metadata := src.(sources.MetadataReader)
	_, alerts := src.(sources.AlertLister)
	_, logs := src.(sources.LogSearcher)
	_, tail := src.(sources.LogTailer)
	add("query", instant)
	add("query_range", ranged)
	add("labels", labels)
	add("series", series)
	add("metadata", metadata)
	add("alerts", alerts)
	add("logs", logs)
	add("tail", tail)
	if t, ok := src.(sources.Lister); ok {
		all = append(all, t.Tables()...)
	}
	return all
}

func (s *session) printSources(lines []sourceLine, format string) error {
	if format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(lines)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKIND\tVERSION\tSTATE\tLATENCY\tCLOCK SKEW\tCAPABILITIES")
	for i := range lines {
		l := &lines[i]
		latency, skew := "-", "-"
		if l.Latency != nil {
			latency = fmt.Sprintf("%.1f ms", *l.Latency*1000)
		}
		if l.Skew != nil {
			skew = fmt.Sprintf("%+.1f s", *l.Skew)
		}
		fmt.Fprintln(w, strings.Join([]string{
			screen.Clean(l.Name), dash(l.Kind), dash(screen.Clean(l.Version)), l.State, latency, skew, strings.Join(l.Capabilities, ","),
		}, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for i := range lines {
		if lines[i].Error != "" {
			fmt.Fprintf(s.env.Stderr, "nightjar: %s: %s\n", screen.Clean(lines[i].Name), lines[i].Error)
		}
	}
	return nil
}

// dash is text, or a dash where there is none.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
