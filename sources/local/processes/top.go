package processes

import (
	"cmp"
	"math"
	"slices"
	"time"
)

const (
	// smoothing is the time constant of the scores by which Top chooses.
	smoothing = 10 * time.Second
	// lead is how much more a process must use than the least of the chosen to take its seat.
	lead = 1.3
	// The least that earns a seat: percent of a core, bytes/s.
	leastCPU = 0.5
	leastIO  = 1024
)

// top remembers who has a seat.
type top struct {
	of    *Snapshot
	n     int
	seats [3][]seat // by CPU, memory, I/O
	out   []Process
}

type seat struct {
	pid   int32
	start uint64
	at    int // its place in the snapshot; -1: gone
	score float64
}

// Top is the processes of the latest Read that are worth a time series: n by
// CPU, n by memory and n by I/O, at most 3n, in order of pid. CPU and I/O are
// smoothed over 10 s, and a newcomer must pass the least of the chosen by 30%
// to take its place, so that series do not flap. One that no longer works keeps
// its place until another wants it. The slice is good until the next call.
func (r *Reader) Top(n int) []Process {
	t := &r.top
	if r.latest == nil || n <= 0 {
		return nil
	}
	if t.of == r.latest && t.n == n {
		return t.out
	}
	t.of, t.n = r.latest, n
	all := r.latest.Processes
	entryOf := func(i int) *entry { return r.entries[all[i].PID] }
	t.seats[0] = choose(t.seats[0], all, n, leastCPU, func(i int) float64 { return entryOf(i).cpuScore })
	t.seats[1] = choose(t.seats[1], all, n, 1, func(i int) float64 { return orZero(all[i].RSS) })
	t.seats[2] = choose(t.seats[2], all, n, leastIO, func(i int) float64 { return entryOf(i).ioScore })
	t.out = t.out[:0]
	var places []int
	for _, seats := range t.seats {
		for _, s := range seats {
			places = append(places, s.at)
		}
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Compare(all[a].PID, all[b].PID) })
	for _, i := range slices.Compact(places) {
		t.out = append(t.out, all[i])
	}
	return t.out
}

// choose fills n seats: those who sit stay, free seats go to the best, and then
// the best outsider takes the seat of the least while it leads by enough.
func choose(seats []seat, all []Process, n int, least float64, score func(i int) float64) []seat {
	outsiders := make([]seat, 0, 2*n) // the best 2n, best first: no more can take part
	old := seats
	seats = make([]seat, 0, n)
	for i := range all {
		p := &all[i]
		s := seat{pid: p.PID, start: p.Start, at: i, score: score(i)}
		if slices.ContainsFunc(old, func(o seat) bool { return o.pid == s.pid && o.start == s.start }) {
			seats = append(seats, s)
			continue
		}
		if s.score < least || len(outsiders) == cap(outsiders) && s.score <= outsiders[len(outsiders)-1].score {
			continue
		}
		at, _ := slices.BinarySearchFunc(outsiders, s, func(a, b seat) int { return -cmp.Compare(a.score, b.score) })
		if len(outsiders) == cap(outsiders) {
			outsiders = outsiders[:len(outsiders)-1]
		}
		outsiders = slices.Insert(outsiders, at, s)
	}
	byScore := func(a, b seat) int { return cmp.Or(-cmp.Compare(a.score, b.score), cmp.Compare(a.pid, b.pid)) }
	slices.SortFunc(seats, byScore)
	seats = seats[:min(len(seats), n)] // n may be less than before
	for len(outsiders) > 0 {
		switch last := len(seats) - 1; {
		case len(seats) < n:
			seats = append(seats, outsiders[0])
		case outsiders[0].score > lead*math.Max(seats[last].score, 0):
			seats[last] = outsiders[0]
		default:
			return seats
		}
		outsiders = outsiders[1:]
		slices.SortFunc(seats, byScore)
	}
	return seats
}
