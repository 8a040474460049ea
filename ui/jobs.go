package ui

import (
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
	"nightjar/ui/layout"
	"nightjar/ui/timeline"
)

// wanted is the set of jobs for what is on the screen: panels that cannot be
// seen are not asked for. It remembers each panel's keys on the way.
func (m *Model) wanted() []poll.Job {
	var jobs []poll.Job
	v := m.view()
	_, body := m.bodySize()
	v.visible(body, func(p *panelView, at layout.Rect) {
		if p.spec.Kind == boards.KindText || p.spec.Kind == boards.KindLogs {
			return
		}
		held := m.heldBack(p)
		for i := range p.keys {
			if held != nil {
				p.keys[i] = ""
				p.set(i, m.heldResult(held))
				continue
			}
			j, ok := m.job(p, i, at)
			if !ok {
				if m.source(p.spec.Source) == nil {
					p.set(i, m.noSource(p.spec.Source))
				}
				continue
			}
			p.keys[i] = j.Key()
			jobs = append(jobs, j)
		}
	})
	return jobs
}

// noSource is the result of a panel whose source is not there.
func (m *Model) noSource(name string) *poll.Result {
	var have []string
	for _, s := range m.opts.Sources {
		have = append(have, s.Name())
	}
	err := sources.Errorf(name, "find source", sources.KindQuery, "no source is called %q; there are %s", name, strings.Join(have, ", "))
	return &poll.Result{Source: name, State: poll.Failed, Err: err}
}

// job is what the i-th query of a panel asks for at its present size and time.
func (m *Model) job(p *panelView, i int, at layout.Rect) (poll.Job, bool) {
	src := m.source(p.spec.Source)
	if src == nil {
		return poll.Job{}, false
	}
	j := poll.Job{Source: src, Every: m.every(src)}
	if p.spec.List != "" {
		j.What, j.Expr, j.Live = poll.List, p.spec.List, true
		return j, true
	}
	if i >= len(p.spec.Queries) {
		return poll.Job{}, false
	}
	j.Every = max(j.Every, p.spec.Queries[i].Every)
	interval := m.interval(src)
	plot := p.panel.Plot(at.W, at.H-1)
	if plot == 0 && reduces(p.spec, i) {
		plot = reduceSteps
	}
	w := m.fit(src, max(plot, 1))
	step := w.Step
	if plot == 0 {
		step = interval
	}
	macros := m.macros(p.scope)
	macros.Interval, macros.Scrape, macros.Range = step, interval, m.span(src)
	j.Expr = boards.Expand(p.spec.Queries[i].Expr, macros)
	live := m.line.Live && !m.line.Paused
	switch {
	case plot > 0:
		j.What, j.Step, j.Live = poll.Range, step, live
		j.Span = w.End.Sub(w.Start)
		j.Start, j.End = w.Steps()
	case !m.line.Cursor.IsZero():
		j.What, j.Step = poll.Instant, step
		j.Start, j.End = m.line.Cursor, m.line.Cursor
	default:
		j.What, j.Step, j.Live = poll.Instant, step, live
		_, j.End = m.line.Range(m.now())
		j.Start = j.End
	}
	return j, true
}

// grow asks anew when charts of a young source have come to show a longer range.
func (m *Model) grow() {
	if span := m.span(m.source("")); span != m.grown {
		m.grown = span
		m.want()
	}
}

// reduceSteps is the width of the window that is asked where a panel without a
// plot shows the greatest, least or average value of the range.
const reduceSteps = 60

// reduces reports whether a query is about the range and not only about now.
func reduces(p *boards.Panel, i int) bool {
	switch p.Queries[i].Reduce {
	case "max", "min", "avg":
		return true
	}
	switch p.Sort {
	case "max", "min", "avg":
		return p.Kind == boards.KindBars
	}
	return false
}

// window is what a panel whose plot is columns wide draws.
func (m *Model) window(p *panelView, columns int) timeline.Window {
	if p.spec.Kind == boards.KindLogs { // lines come at any time, and are as old as they are
		return m.line.Fit(m.now(), max(columns, 1), 0)
	}
	return m.fit(m.source(p.spec.Source), max(columns, 1))
}

// fit makes a chart's window over a source. While a live range is longer than
// what the source holds, the window is as long as that: a machine that has been
// watched for a minute is shown that minute, not a corner of an hour.
func (m *Model) fit(src sources.Source, columns int) timeline.Window {
	line := m.line
	line.Span = m.span(src)
	return line.Fit(m.now(), columns, m.interval(src))
}

// young are the ranges that a source's first minutes are shown in.
var young = [...]time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}

// span is the range that charts of a source show: the timeline's, unless the
// source is too young for it.
func (m *Model) span(src sources.Source) time.Duration {
	st := m.status(src)
	if !st.Fresh || !m.line.Live || m.line.Paused {
		return m.line.Span
	}
	held := time.Duration(0)
	if !st.Since.IsZero() {
		held = m.now().Sub(st.Since)
	}
	for _, d := range young {
		if held < d-5*time.Second {
			return min(d, m.line.Span)
		}
	}
	return m.line.Span
}

// youth is how long a source that begins empty needs for all that it collects.
const youth = 12 * time.Second

// young reports whether a source has begun to collect just now.
func (m *Model) young(src sources.Source) bool {
	st := m.status(src)
	return st.Fresh && (st.Since.IsZero() || m.now().Sub(st.Since) < youth)
}

// status is what a source says of itself; it is asked once a message, as every
// panel wants to know.
func (m *Model) status(src sources.Source) sources.Status {
	if st, ok := m.statuses[src]; ok {
		return st
	}
	var st sources.Status
	if r, ok := src.(sources.StatusReporter); ok {
		st = r.Status()
	}
	m.statuses[src] = st
	return st
}

// source finds a source by name; the empty name is the default one.
func (m *Model) source(name string) sources.Source {
	if name == sources.All {
		return m.together()
	}
	for _, s := range m.opts.Sources {
		if name == "" || s.Name() == name {
			return s
		}
	}
	return nil
}

// interval is how often a source has new samples.
func (m *Model) interval(s sources.Source) time.Duration {
	if d := m.status(s).Interval; d > 0 {
		return d
	}
	return 15 * time.Second
}

// every is how often a source is asked.
func (m *Model) every(s sources.Source) time.Duration {
	if m.opts.Refresh > 0 {
		return m.opts.Refresh
	}
	if d := m.view().board.Refresh; d > 0 {
		return d
	}
	return max(m.interval(s), time.Second)
}

// want tells the poller what the screen needs now.
func (m *Model) want() {
	if m.width == 0 {
		return
	}
	m.opts.Poller.Want(m.wanted())
	m.wantLogs()
	// What the poller holds already is shown at once.
	_, h := m.bodySize()
	m.view().visible(h, func(p *panelView, _ layout.Rect) {
		for i, k := range p.keys {
			if r := m.opts.Poller.Result(k); r != nil {
				p.set(i, r)
			}
		}
	})
	m.dirty = true
}

// deliver hands new results to the panels that show them.
func (m *Model) deliver(results []*poll.Result) {
	byKey := make(map[poll.Key]*poll.Result, len(results))
	for _, r := range results {
		byKey[r.Key] = r
	}
	for _, p := range m.view().panels {
		for i, k := range p.keys {
			if r := byKey[k]; r != nil {
				p.set(i, r)
			}
		}
	}
}
