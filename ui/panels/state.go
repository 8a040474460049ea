package panels

import (
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/units"
)

// A FrameState is how a panel's data is to be read as a whole: the state of all
// its results in one. Make it with StateOf.
type FrameState struct {
	State poll.State
	// Stale: all the data there is comes from before an error or is too old; the body is dimmed.
	Stale bool
	// Note is what the title says of the state, Short the same where room is
	// short; empty when all is well. Age is how old the data is at most.
	Note, Short, Age string
}

// bad reports whether the state is one that must not be overlooked.
func (s FrameState) bad() bool { return s.Stale || s.State == poll.Failed || s.State == poll.Partial }

// token is the meaning of the note.
func (s FrameState) token() themes.Token {
	switch {
	case s.State == poll.Failed:
		return themes.Critical
	case s.bad():
		return themes.Warning
	}
	return themes.Muted
}

// StateOf sums up the results of a panel at time now. A panel that asks for
// nothing (no results) is OK; a nil result is one still loading.
//
// every is how often new data is due; 0 if none is (paused, in the past). A
// result that is asked more seldom is due then. Data is stale when it is older
// than three times that and ten seconds more. The age is given in those steps,
// rounded up, so that it stands still while all is well.
func StateOf(got []*poll.Result, now time.Time, every time.Duration) FrameState {
	n := tally(got, now, every)
	s := FrameState{Age: n.age(now)}
	switch {
	case len(got) == 0:
		return FrameState{State: poll.OK}
	case n.data == 0 && n.failed > 0 && unsupported(n.worst):
		s.State, s.Age, s.Note = poll.Empty, "", "not supported" // nothing is wrong
	case n.data == 0 && n.failed > 0:
		s.State = poll.Failed
		s.Short = "error"
		s.Note = "error" + errorSpan(n.worst, now)
	case n.data == 0 && n.empty > 0 && n.loading == 0:
		s.State, s.Note = poll.Empty, "empty"
	case n.data == 0 && n.empty == 0:
		s.State, s.Note = poll.Loading, "loading…"
	case n.failed > 0:
		s.State = poll.Partial
		s.Short = strconv.Itoa(n.failed) + " of " + strconv.Itoa(len(got)) + " failed"
		s.Note = s.Short + errorSpan(n.worst, now)
	case n.stale > 0:
		s.State, s.Stale = poll.Stale, n.stale == n.data+n.empty
		s.Short = "stale " + units.Age(now.Sub(n.oldest))
		s.Note = s.Short
		if n.worst != nil {
			s.Note += ": " + sources.KindOf(n.worst.Err).String() + nextTry(n.worst, now)
		}
	case n.cut > 0:
		s.State, s.Short = poll.Partial, strconv.Itoa(n.cut)+" cut"
		s.Note = s.Short + " by a limit"
	case n.partial > 0:
		s.State, s.Short = poll.Partial, "partial"
		s.Note = "partial" + remark(got)
	default:
		s.State = poll.OK
	}
	if n.stale > 0 || s.State == poll.Failed {
		s.Age = "" // the note has it
	}
	if s.Note == "" {
		s.Note = s.Short
	}
	if s.Short == "" {
		s.Short = s.Note
	}
	return s
}

// A count is how many of a panel's results are in which state.
type count struct {
	data, empty, failed, stale, partial, loading, cut int

	oldest time.Time     // fetch of the oldest data
	step   time.Duration // how often that is due
	worst  *poll.Result  // the one that fails for longest
}

func tally(got []*poll.Result, now time.Time, every time.Duration) count {
	var n count
	for _, r := range got {
		if r == nil {
			n.loading++
			continue
		}
		due := every
		if every > 0 {
			due = max(every, r.Every)
		}
		old := due > 0 && !r.At.IsZero() && now.Sub(r.At) > 3*due+10*time.Second
		failed := r.State == poll.Failed || r.Err != nil && holdsNothing(r)
		switch {
		case r.State == poll.Loading:
			n.loading++
			continue
		case failed:
			n.failed++
		case r.State == poll.Empty:
			n.empty++
		default:
			n.data++
		}
		if !failed && (r.State == poll.Stale || old) {
			n.stale++
		}
		if r.State == poll.Partial {
			n.partial++
		}
		n.cut += cutOf(r)
		if !r.At.IsZero() && (n.oldest.IsZero() || r.At.Before(n.oldest)) {
			n.oldest, n.step = r.At, due
		}
		if r.Err != nil && (n.worst == nil || r.ErrSince.Before(n.worst.ErrSince)) {
			n.worst = r
		}
	}
	return n
}

// unsupported reports whether r fails because its source cannot do what is asked.
func unsupported(r *poll.Result) bool {
	return r != nil && sources.KindOf(r.Err) == sources.KindUnsupported
}

// holdsNothing reports whether the last good answer of r, if any, was empty.
func holdsNothing(r *poll.Result) bool {
	switch {
	case r.Frame != nil:
		return len(r.Frame.Series) == 0 && r.Frame.Text == ""
	case r.Table != nil:
		return len(r.Table.Rows) == 0
	}
	return len(r.Alerts) == 0
}

// age is the age of the oldest data in steps of how often it is due.
func (n *count) age(now time.Time) string {
	if n.oldest.IsZero() {
		return ""
	}
	age, step := max(0, now.Sub(n.oldest)), n.step
	if step <= 0 { // nothing is due: in steps that leave the screen still
		step = 10 * time.Second
		if age >= time.Minute {
			step = time.Minute
		}
	}
	age = max(step, (age+step-1)/step*step)
	return units.Age(age)
}

// cutOf is how much a limit left out of a result.
func cutOf(r *poll.Result) int {
	n := 0
	if r.Frame != nil {
		n += max(0, r.Frame.Cut)
	}
	if r.Table != nil {
		n += max(0, r.Table.Total-len(r.Table.Rows))
	}
	return n
}

// errorSpan says for how long a result fails and when it is tried again.
func errorSpan(r *poll.Result, now time.Time) string {
	if r == nil {
		return ""
	}
	s := ""
	if !r.ErrSince.IsZero() {
		s = " for " + units.Age(now.Sub(r.ErrSince))
	}
	return s + nextTry(r, now)
}

func nextTry(r *poll.Result, now time.Time) string {
	if r.NextTry.IsZero() {
		return ""
	}
	if !r.NextTry.After(now) {
		return ", trying now"
	}
	return ", next in " + units.Age(r.NextTry.Sub(now).Round(time.Second))
}

// remedy says what a person can do about a kind of failure.
func remedy(k sources.ErrorKind) string {
	switch k {
	case sources.KindUnavailable:
		return "Is it running, and can it be reached from here? r asks again now."
	case sources.KindTimeout:
		return "A shorter range (t) or a simpler query answers sooner. r asks again now."
	case sources.KindAuth:
		return "Check the source's credentials in the config."
	case sources.KindThrottled:
		return "It is asked less often until it answers; fewer panels ask less."
	case sources.KindQuery:
		return "Correct the query in the board."
	case sources.KindTooLarge:
		return "Narrow the query or take a shorter range (t)."
	case sources.KindProtocol:
		return "Is this the address of the right kind of server? --log-file has the details."
	case sources.KindUnsupported:
		return "This source cannot do it: give the panel another source."
	case sources.KindInternal:
		return "This is a fault of ours: --log-file has the details."
	}
	return "r asks again now; --log-file has the details."
}

// remark is the first thing that a source says of a partial answer.
func remark(got []*poll.Result) string {
	for _, r := range got {
		switch {
		case r == nil || r.State != poll.Partial:
		case r.Frame != nil && len(r.Frame.Warnings) > 0:
			return ": " + r.Frame.Warnings[0]
		case r.Table != nil && len(r.Table.Notes) > 0:
			return ": " + r.Table.Notes[0]
		}
	}
	return ""
}

// reason says why an answer is empty.
func reason(got []*poll.Result) string {
	for _, r := range got {
		switch {
		case r == nil:
		case r.Frame != nil && len(r.Frame.Warnings) > 0:
			return "no data: " + r.Frame.Warnings[0]
		case r.Frame != nil && len(r.Frame.Infos) > 0:
			return "no data: " + r.Frame.Infos[0]
		case r.Table != nil && len(r.Table.Notes) > 0:
			return "no rows: " + r.Table.Notes[0]
		case r.Table != nil:
			return "no rows now"
		case r.Source != "":
			return "no data: " + r.Source + " has no series for this in the range"
		}
	}
	return "no data: no series for this in the range"
}
