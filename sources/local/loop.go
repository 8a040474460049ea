package local

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

const (
	// second is when the second round comes: soon, so that rates show soon.
	second = 250 * time.Millisecond
	// punctual is how late a round may be and still carry its time, in ms: even
	// spacing packs better and meets the steps of queries.
	punctual = 10
	// early is how much too soon a timer may seem to be, in ms, when the wall clock is being slowed down.
	early = 2
	// grace is how long a round waits for its slowest cheap collector before
	// the others' samples are made visible without it.
	grace = 200 * time.Millisecond
	// restingRounds is how many intervals lie between two rounds at rest: a rate is
	// taken over four intervals at least, and two samples are in those still.
	restingRounds = 2
	// hangAfter is when a collector that still runs is said to hang.
	hangAfter = 5 * time.Second
	// maxSeries bounds what is held; each costs about 4 bytes a sample and 1 kB.
	maxSeries = 20_000
	// setBack is how far the clock may go back before rounds go on at the new
	// time; less than that is waited out. The engine has the same bound.
	setBack = 3 * time.Second
)

// A loop is the one goroutine that decides when to collect and that writes
// samples; probes run in goroutines of their own.
type loop struct {
	*Source
	round    int
	last     time.Time // when the last round began, on the wall clock
	lastAt   int64     // its timestamp, ms
	waiting  int       // cheap runs of this round that are not in
	batch    []result
	flushed  bool           // the batch of this round is written
	leftOut  map[string]int // samples of new series beyond the bound in the last run, by collector
	refused  int
	refusal  error
	clockWas string // what was noticed of the clock last
	stale    float64
}

func newLoop(s *Source) *loop {
	return &loop{Source: s, flushed: true, leftOut: map[string]int{}, stale: math.Float64frombits(value.StaleNaN)}
}

func (l *loop) run() {
	defer close(l.done)
	tick, late := time.NewTimer(0), time.NewTimer(time.Hour)
	late.Stop()
	defer tick.Stop()
	defer late.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-tick.C:
			// What is too late for the round before must not be mixed into this one.
			l.flush()
			tick.Reset(l.begin(l.o.Clock().Round(0)))
			late.Reset(grace)
		case <-late.C:
			l.flush()
		case r := <-l.results:
			l.take(r)
		}
	}
}

// begin starts a round and gives the time until the next.
func (l *loop) begin(now time.Time) time.Duration {
	iv := l.o.Interval.Milliseconds()
	if l.o.resting.Load() {
		iv *= restingRounds
	}
	at := now.UnixMilli()
	if whole := at / iv * iv; at-whole <= punctual {
		at = whole
	} else if l.round > 0 && whole+iv-at <= early {
		at = whole + iv
	}
	wait := func() time.Duration {
		next := (at/iv + 1) * iv
		if l.round == 1 && iv > 2*second.Milliseconds() {
			next = at + second.Milliseconds()
		} else if l.round == 2 && next-at < iv/4 {
			next += iv // a rate over so short a time would be noise
		}
		return max(time.UnixMilli(next).Sub(now), time.Millisecond)
	}
	if l.round > 0 {
		switch gone := now.Sub(l.last); {
		case gone < -setBack:
			l.remark(now, fmt.Sprintf("the clock was set back by %v: samples after that are dropped", -gone.Round(time.Second)))
			l.wake()
		case at <= l.lastAt:
			return wait() // set back by a little: catch up
		case gone > max(3*l.o.Interval, 10*time.Second):
			l.remark(now, fmt.Sprintf("nothing was collected for %v: the machine slept or the clock was set", gone.Round(time.Second)))
			l.interrupt(l.lastAt + iv)
			l.wake()
		}
	}
	l.last, l.lastAt = now, at
	l.round++
	l.flushed = false
	for i, t := range l.tasks {
		if t.running {
			l.watch(t, now, at)
			continue
		}
		if l.round < t.due {
			continue
		}
		period := max(1, int(math.Ceil(float64(t.every)/float64(l.o.Interval))))
		t.due = l.round + period
		if l.round == 1 && period > 1 {
			t.due += 1 + i*period/len(l.tasks) - period // not all in one round
		}
		t.running, t.started = true, now
		if t.every == 0 {
			l.waiting++
		}
		round := l.round
		l.running.Go(func() {
			select {
			case l.results <- t.run(l.ctx, round, at):
			case <-l.ctx.Done():
			}
		})
	}
	if l.waiting == 0 {
		l.flush()
	}
	return wait()
}

// wake makes everything due.
func (l *loop) wake() {
	for _, t := range l.tasks {
		t.due = 0
	}
}

// watch ends the series of a run that does not end.
func (l *loop) watch(t *task, now time.Time, at int64) {
	if t.hangs || now.Sub(t.started) < hangAfter {
		return
	}
	t.hangs = true
	l.end(t, at)
	l.trouble(t, now, fmt.Sprintf("has not answered since %s", t.started.UTC().Format(time.TimeOnly+" UTC")))
}

// interrupt ends all series, so that a gap is a gap and not a straight line.
func (l *loop) interrupt(at int64) {
	for _, t := range l.tasks {
		l.end(t, at)
	}
}

// end writes staleness markers for all series of t.
func (l *loop) end(t *task, at int64) {
	t.stale = at
	if len(t.live) == 0 {
		return
	}
	app := l.Appender(l.ctx)
	for _, s := range t.live {
		l.append(app, s, at, l.stale)
	}
	t.live = t.live[:0]
	l.commit(app)
}

// take accepts what a run gave: cheap runs of one round are written together,
// so that no query sees half a round.
func (l *loop) take(r result) {
	if r.task.every == 0 && r.round == l.round && !l.flushed {
		l.batch = append(l.batch, r)
		if l.waiting--; l.waiting == 0 {
			l.flush()
		}
		return
	}
	l.write(r)
	l.tell()
}

// flush writes what is in of this round.
func (l *loop) flush() {
	if l.flushed {
		return
	}
	l.flushed, l.waiting = true, 0
	l.write(l.batch...)
	clear(l.batch)
	l.batch = l.batch[:0]
	l.collected(l.allNotes())
}

func (l *loop) write(results ...result) {
	if len(results) == 0 {
		return
	}
	app := l.Appender(l.ctx)
	for _, r := range results {
		t := r.task
		t.running, t.hangs = false, false
		if errors.Is(r.err, errNotDue) {
			continue
		}
		l.judge(r)
		if r.at <= t.stale {
			continue // too late: its series are marked as ended since
		}
		t.round++
		alive := t.spare[:0]
		delete(l.leftOut, t.name)
		if r.err == nil {
			room := maxSeries - l.Series()
			for _, s := range t.sink.samples {
				if s.s.round == t.round {
					continue // given twice; the first counts
				}
				if s.s.ref == 0 {
					if room--; room < 0 {
						l.leftOut[t.name]++
						continue
					}
				}
				s.s.round = t.round
				l.append(app, s.s, r.at, s.v)
				alive = append(alive, s.s)
			}
		}
		for _, s := range t.live {
			if s.round != t.round {
				l.append(app, s, r.at, l.stale)
			}
		}
		t.live, t.spare = alive, t.live
		ok := 1.0
		if r.err != nil {
			ok = 0
		}
		l.append(app, t.duration, r.at, r.took.Seconds())
		l.append(app, t.success, r.at, ok)
	}
	l.commit(app)
}

func (l *loop) append(app storage.Appender, s *series, at int64, v float64) {
	ref, err := app.Append(s.ref, s.lset, at, v)
	if err != nil {
		l.refused++
		l.refusal = err
		return
	}
	s.ref = ref
}

func (l *loop) commit(app storage.Appender) {
	if err := app.Commit(); err != nil && l.ctx.Err() == nil {
		l.refused++
		l.refusal = err
	}
	if l.refused > 0 {
		l.remark(l.last, fmt.Sprintf("%d samples were refused: %v", l.refused, l.refusal))
		l.refused = 0
	}
}
