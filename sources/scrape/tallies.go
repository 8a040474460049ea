package scrape

import (
	"sync"

	"github.com/prometheus/prometheus/scrape"
)

// A target is known by its address: Prometheus keeps it for as long as the
// target is the same.
type target = *scrape.Target

// A tally is what a target's last scrape gave.
type tally struct {
	samples, leftOut int
	inWave           bool // it was scraped in the present round
}

// tallies are filled by scrapes and read by the loop and by tables.
type tallies struct {
	mu sync.Mutex
	of map[target]*tally
}

func (t *tallies) add(of target, samples, leftOut int) {
	if of == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[of] = &tally{samples: samples, leftOut: leftOut, inWave: true}
}

// waveHas reports whether the round has all of active.
func (t *tallies) waveHas(active []target) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range active {
		if y := t.of[a]; y == nil || !y.inWave {
			return false
		}
	}
	return true
}

// endWave begins the next round and forgets targets that are no more.
func (t *tallies) endWave(active []target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := make(map[target]*tally, len(active))
	for _, a := range active {
		if y := t.of[a]; y != nil {
			y.inWave = false
			kept[a] = y
		}
	}
	t.of = kept
}

// get gives a copy; ok is false for a target that has not been scraped.
func (t *tallies) get(of target) (_ tally, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if y := t.of[of]; y != nil {
		return *y, true
	}
	return tally{}, false
}
