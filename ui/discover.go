package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// How the values of variables are asked: one ask of a variable at a time, with
// a deadline; while there is no value, again after a while that grows.
const (
	askDeadline = 10 * time.Second
	firstRetry  = 2 * time.Second
	lastRetry   = time.Minute
)

// valuesMsg is the answer to an ask for a variable's values.
type valuesMsg struct {
	of      *variable
	gen     uint64
	choices []string
	err     error
}

// An ask reads a variable's values. It may take as long as askDeadline.
type ask func(context.Context) valuesMsg

// ask makes the variable due; what is under way is given up.
func (x *variable) ask() {
	if x.cancel != nil {
		x.cancel()
	}
	x.due, x.asking, x.cancel = true, false, nil
	x.retry = time.Time{}
	x.gen++
}

// askKey is what a variable asks for.
func (m *Model) askKey(x *variable) string {
	macros := m.macros(pickScope{})
	match := make([]string, len(x.spec.Match))
	for i, s := range x.spec.Match {
		match[i] = boards.Expand(s, macros)
	}
	return m.askSource(x) + "\x00" + x.spec.Of + "\x00" + strings.Join(match, "\x00")
}

// askSource is the name of the source that a variable asks; empty: the default one.
func (m *Model) askSource(x *variable) string {
	return boards.Expand(x.spec.Source, m.macros(pickScope{}))
}

// waits reports whether a variable must wait for one that it depends on.
func (m *Model) waits(x *variable) bool {
	refers := x.spec.Refers()
	return slices.ContainsFunc(m.view().vars, func(y *variable) bool {
		return slices.Contains(refers, y.spec.Name) && y.spec.Asks() && (m.needed(y) && (y.due || y.asking) || !m.has(y))
	})
}

// ready reports whether a variable is to be asked now.
func (m *Model) ready(x *variable) bool { return x.due && m.needed(x) && !m.waits(x) }

// pending reports whether values are asked for, or are to be.
func (m *Model) pending() bool {
	return slices.ContainsFunc(m.view().vars, func(x *variable) bool { return x.asking || m.ready(x) })
}

// asks starts all that is due on the board shown: the caller runs each, anywhere,
// and hands what it gives to gotValues.
func (m *Model) asks() []ask {
	var out []ask
	now := m.now()
	for _, x := range m.view().vars {
		if !x.retry.IsZero() && !now.Before(x.retry) {
			x.ask()
		}
		if m.ready(x) && m.pendingOf(m.askSource(x)) == nil {
			x.from, x.to = m.line.Range(now)
			out = append(out, m.newAsk(x))
		}
	}
	return out
}

func (m *Model) newAsk(x *variable) ask {
	x.due, x.asking = false, true
	life, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	spec, gen, window := x.spec, x.gen, sources.Window{Start: x.from, End: x.to}
	name := m.askSource(x)
	src := m.source(name)
	var match []string
	if parts := strings.Split(x.key, "\x00"); len(spec.Match) > 0 {
		match = parts[2:]
	}
	return func(ctx context.Context) (out valuesMsg) {
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		out = valuesMsg{of: x, gen: gen}
		defer func() {
			if v := recover(); v != nil { // the adapter's fault, as in the poller
				out.err = sources.Errorf(name, "label values", sources.KindInternal, "panic: %v", v)
			}
		}()
		if src == nil {
			out.err = fmt.Errorf("no source is called %q", name)
			return out
		}
		d, ok := src.(sources.LabelDiscoverer)
		if !ok {
			out.err = fmt.Errorf("the source %s lists no labels", src.Name())
			return out
		}
		limited, stop := context.WithTimeout(life, askDeadline)
		defer stop()
		answer, err := d.LabelValues(limited, window, spec.Of, match...)
		if err != nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s: %w", askDeadline, err)
		}
		if out.err = err; err == nil {
			out.choices = spec.Choices(answer)
		}
		return out
	}
}

// askCommands runs what is due beside the program.
func (m *Model) askCommands() []tea.Cmd {
	var out []tea.Cmd
	for _, a := range m.asks() {
		out = append(out, func() tea.Msg { return a(context.Background()) })
	}
	return out
}

// Discover asks for the values of the board's variables and waits for them,
// until ctx is done; for callers that run without a program.
func (m *Model) Discover(ctx context.Context) {
	for ctx.Err() == nil {
		due := m.asks()
		if len(due) == 0 {
			return
		}
		for _, a := range due {
			m.gotValues(a(ctx))
		}
	}
}

// gotValues takes an answer. A failed one leaves the values as they are.
func (m *Model) gotValues(msg valuesMsg) {
	x := msg.of
	if msg.gen != x.gen {
		return
	}
	x.asking, x.moved, x.err, x.cancel = false, false, msg.err, nil
	if msg.err == nil {
		x.answered = true
		n := min(len(msg.choices), maxValues)
		x.values, x.left = slices.Clone(msg.choices[:n]), len(msg.choices)-n
		m.keep(x, msg.choices)
	}
	if msg.err == nil && len(x.values) > 0 {
		x.tries = 0
	} else {
		x.retry = m.now().Add(min(firstRetry<<min(x.tries, 10), lastRetry))
		x.tries++
	}
	m.applyVariables()
}

// refreshVariables asks for all values again.
func (m *Model) refreshVariables() {
	for _, x := range m.view().vars {
		if x.spec.Asks() {
			x.tries = 0
			x.ask()
		}
	}
}

// followRange asks again where the range is another one than that which was
// asked for: twice or half as long, or half its length away.
func (m *Model) followRange() {
	from, to := m.line.Range(m.now())
	for _, x := range m.view().vars {
		if x.to.IsZero() || x.due {
			continue
		}
		before, span := x.to.Sub(x.from), to.Sub(from)
		if span >= 2*before || 2*span <= before || 2*to.Sub(x.to).Abs() > before {
			x.ask()
		}
	}
}

// heldBack is the variable without which a panel cannot ask; nil: it can.
func (m *Model) heldBack(p *panelView) *variable {
	for _, x := range m.view().vars {
		if x.spec.Asks() && slices.Contains(p.needs, x.spec.Name) &&
			(x.moved && !m.stands(x) || x.spec.Name != p.scope.name && !m.has(x)) {
			return x
		}
	}
	return nil
}

// heldResult is what a panel shows that cannot ask for want of a variable's value; nil: it loads.
func (m *Model) heldResult(x *variable) *poll.Result {
	r := &poll.Result{Source: m.askSource(x), NextTry: x.retry}
	switch {
	case x.moved || x.due || x.asking:
		return nil
	case x.err != nil:
		r.State, r.Err = poll.Failed, fmt.Errorf("values of $%s: %w", x.spec.Name, x.err)
	default:
		r.State = poll.Empty
		r.Frame = &sources.Frame{Warnings: []string{"$" + x.spec.Name + " has no values in the range"}}
	}
	return r
}
