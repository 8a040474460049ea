package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// judge notes what a run says of its collector, once per change.
func (l *loop) judge(r result) {
	var panicked *panicError
	switch {
	case r.err == nil && r.task.sink.skipped > 0:
		l.trouble(r.task, l.last, fmt.Sprintf("%d histograms and summaries are left out", r.task.sink.skipped))
	case r.err == nil || errors.Is(r.err, errAbsent):
		l.trouble(r.task, l.last, "")
	case errors.As(r.err, &panicked):
		if s := panicked.Error(); s != r.task.lastPanic {
			r.task.lastPanic = s
			l.o.Logger.Error("collector panicked", "collector", r.task.name, "panic", panicked.value, "stack", string(panicked.stack))
		}
		l.trouble(r.task, l.last, panicked.Error())
	default:
		l.trouble(r.task, l.last, r.err.Error())
	}
}

// trouble sets what is wrong with a task; nothing if empty.
func (l *loop) trouble(t *task, now time.Time, what string) {
	if what == t.trouble {
		return
	}
	if what == "" {
		l.o.Logger.Info("collector works again", "collector", t.name)
	} else {
		l.o.Logger.Warn("collector fails", "collector", t.name, "err", what)
	}
	t.trouble, t.since = what, now
}

// remark keeps what was noticed of the clock or the engine last.
func (l *loop) remark(now time.Time, what string) {
	l.o.Logger.Warn(what)
	l.clockWas = fmt.Sprintf("%s: %s", now.UTC().Format(time.TimeOnly+" UTC"), what)
}

// allNotes are the troubles of now, by collector.
func (l *loop) allNotes() []string {
	var notes []string
	for _, t := range l.tasks {
		if t.trouble != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", t.name, strings.TrimSpace(t.trouble)))
		}
	}
	for name, n := range l.leftOut {
		notes = append(notes, fmt.Sprintf("%s: %d series are left out, as %d are held: the bound is %d", name, n, l.Series(), maxSeries))
	}
	slices.Sort(notes)
	if l.clockWas != "" {
		notes = append(notes, l.clockWas)
	}
	return notes
}

// tell publishes the notes without counting a round.
func (l *loop) tell() {
	notes := l.allNotes()
	l.mu.Lock()
	l.notes = notes
	l.mu.Unlock()
}
