package local

import (
	"cmp"
	"slices"
	"time"

	"nightjar/sources/local/processes"
)

const (
	// newcomers are how many processes may get series at once, and
	// newcomersEvery how soon after that each further one may. On a machine that
	// starts thousands of short processes, all of them busy, the series of two
	// hours stay under 5 x (24 + 1440).
	newcomers      = 3 * topProcesses
	newcomersEvery = 5 * time.Second
)

// An admission bounds how fast processes get series of their own. Those that
// have them keep them for as long as they are among the top.
type admission struct {
	known  map[seat]bool
	tokens int
	last   time.Time // when tokens were handed out last
}

type seat struct {
	pid   int32
	start uint64
}

func newAdmission() *admission { return &admission{known: map[seat]bool{}, tokens: newcomers} }

// admit gives those of top that have series, in its order, and how many are
// left out. Among newcomers those with most CPU, then memory, come first.
func (a *admission) admit(top []processes.Process, now time.Time) (in []processes.Process, out int) {
	if a.last.IsZero() || now.Before(a.last) {
		a.last = now
	}
	if n := int(now.Sub(a.last) / newcomersEvery); n > 0 {
		a.tokens = min(a.tokens+n, newcomers)
		a.last = a.last.Add(time.Duration(n) * newcomersEvery)
	}
	seats := make(map[seat]bool, len(top))
	var fresh []processes.Process
	for i := range top {
		if s := (seat{top[i].PID, top[i].Start}); a.known[s] {
			seats[s] = true
		} else {
			fresh = append(fresh, top[i])
		}
	}
	slices.SortStableFunc(fresh, func(p, q processes.Process) int {
		return cmp.Or(cmp.Compare(q.CPU, p.CPU), cmp.Compare(q.RSS, p.RSS))
	})
	for i := range fresh[:min(a.tokens, len(fresh))] {
		seats[seat{fresh[i].PID, fresh[i].Start}] = true
		a.tokens--
	}
	a.known = seats
	for i := range top {
		if seats[seat{top[i].PID, top[i].Start}] {
			in = append(in, top[i])
		}
	}
	return in, len(top) - len(in)
}
