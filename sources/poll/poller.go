package poll

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	defaultParallel = 4
	defaultTimeout  = 10 * time.Second
	defaultCache    = 1 << 20 // values: 8 MB
	// hangGrace is how long after its deadline a request may take to return
	// before its job is told that it timed out. Its place in the source's cap
	// stays taken until it does return.
	hangGrace = 500 * time.Millisecond
	// closeGrace is how long Close waits for requests that ignore their context.
	closeGrace = 2 * time.Second
)

// Options say how a Poller works. The zero value is good.
type Options struct {
	Clock    Clock         // nil: RealClock()
	Rand     *rand.Rand    // of the jitter; used by the poller alone; nil: seeded by chance
	Parallel int           // requests at a time to a source that does not say how many it takes; 0: 4
	Timeout  time.Duration // of one query; 0: 10 s
	// Overlap is how late samples may come; 0, or less than that: two steps and two
	// intervals of the source, whichever is longer.
	Overlap time.Duration
	// CacheValues bounds what is kept of jobs that are not wanted; 0: a million values.
	CacheValues int
	Logger      *slog.Logger // nil: discard
}

// A Poller asks sources for what is wanted, when it is due. It is safe for
// concurrent use.
type Poller struct {
	o       Options
	ctx     context.Context // of all requests
	cancel  context.CancelFunc
	kick    chan struct{} // the schedule has to be looked at
	changed chan struct{}
	stopped chan struct{} // the scheduler has ended
	drained chan struct{} // closed, and no request is under way

	mu      sync.Mutex
	closed  bool
	paused  bool
	entries map[Key]*entry
	lanes   map[string]*lane
	shelf   *shelf
	running int // requests
	reqs    map[*request]struct{}
	version uint64
	jumps   jumps
	depends map[string]bool // windowed, by expression

	work    chan *request // to a worker that has nothing to do
	workers int
}

// New makes a Poller. It ends with Close.
func New(o Options) *Poller {
	if o.Clock == nil {
		o.Clock = RealClock()
	}
	if o.Rand == nil {
		o.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) //nolint:gosec // jitter is no secret
	}
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.CacheValues <= 0 {
		o.CacheValues = defaultCache
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Poller{
		o: o, kick: make(chan struct{}, 1), changed: make(chan struct{}, 1),
		stopped: make(chan struct{}), drained: make(chan struct{}),
		entries: map[Key]*entry{}, lanes: map[string]*lane{}, shelf: newShelf(o.CacheValues),
		work: make(chan *request),
		reqs: map[*request]struct{}{}, depends: map[string]bool{},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.jumps.note(o.Clock)
	go p.schedule()
	return p
}

// Want says all that is wanted from now on. Jobs with equal keys are one. A new
// job shows at once what is held of it, and is asked at once for what is not; a
// job that is not wanted any more is cancelled. A set that differs from the one
// before also gives jobs whose query failed for good another try.
func (p *Poller) Want(jobs []Job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	wanted := make(map[Key]Job, len(jobs))
	order := make([]Key, 0, len(jobs))
	for _, j := range jobs {
		if j.Source == nil {
			continue
		}
		k := j.Key()
		if o, ok := wanted[k]; ok {
			if o.Every == 0 || j.Every > 0 && j.Every < o.Every {
				o.Every = j.Every
			}
			o.Timeout = max(o.Timeout, j.Timeout)
			wanted[k] = o
			continue
		}
		wanted[k] = j
		order = append(order, k)
	}
	differs := len(wanted) != len(p.entries)
	for k, e := range p.entries {
		if j, ok := wanted[k]; !ok || !sameSource(j.Source, e.job.Source) {
			differs = true
			p.retire(e)
		}
	}
	now := p.o.Clock.Elapsed()
	for i, k := range order {
		e := p.entries[k]
		if e == nil {
			differs = true
			e = p.admit(k, wanted[k], now)
		}
		e.order = i
		if every := wanted[k].Every; every != e.job.Every {
			e.job.Every = every
			if e.scheduled && e.failures == 0 {
				e.at(min(e.due, now+e.every()))
			}
		}
		e.job.Timeout = wanted[k].Timeout
	}
	if differs {
		for _, e := range p.entries {
			if e.halted {
				e.halted = false
				e.at(now)
			}
		}
		p.trim()
	}
	p.wake()
}

// Refresh asks for everything wanted now, and for the whole of each window:
// samples that came later than any overlap, or were changed, are seen by it. It
// asks while paused too, but not before the time that a source asked to be left alone.
func (p *Poller) Refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Clock.Elapsed()
	for _, e := range p.entries {
		e.halted, e.whole = false, true
		if e.req != nil {
			e.again = true
		}
		e.at(now)
	}
	p.wake()
}

// Nudge says that a source has new samples: its live jobs are asked now, but
// for those that were asked within their Every, and their periodic timer is only a fallback. Jobs that are waiting after an error keep waiting.
func (p *Poller) Nudge(source string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[source]
	if l == nil {
		return
	}
	now := p.o.Clock.Elapsed()
	l.nudged, l.nudges = now, true
	for _, e := range p.entries {
		if e.lane != l || e.halted || e.failures > 0 || !e.repeats(p.o.Clock.Now()) {
			continue
		}
		if every := e.every(); every > l.interval && now-e.asked < every-l.interval/2 {
			continue // wanted less often than there are samples
		}
		if e.req != nil {
			e.again = true
		}
		e.at(now)
	}
	p.wake()
}

// Pause stops asking live jobs, or begins again, at once.
func (p *Poller) Pause(paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused == paused {
		return
	}
	p.paused = paused
	if now := p.o.Clock.Elapsed(); !paused {
		for _, e := range p.entries {
			e.good = max(e.good, now)
			if e.scheduled && e.failures == 0 {
				e.at(now)
			}
		}
	}
	p.wake()
}

// Changed delivers when there is something to Take. It is closed by Close.
func (p *Poller) Changed() <-chan struct{} { return p.changed }

// Take gives the newest result of each job that changed since the last Take, in
// the order they were wanted.
func (p *Poller) Take() []*Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	var changed []*entry
	for _, e := range p.entries {
		if e.changed {
			e.changed = false
			changed = append(changed, e)
		}
	}
	slices.SortFunc(changed, func(a, b *entry) int { return cmp.Compare(a.order, b.order) })
	results := make([]*Result, len(changed))
	for i, e := range changed {
		results[i] = e.result
	}
	return results
}

// Result is the newest of a job that is wanted, nil if it is not.
func (p *Poller) Result(k Key) *Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.entries[k]; e != nil {
		return e.result
	}
	return nil
}

// Close cancels everything and waits until it has ended: at most two seconds
// for a source that ignores its context, whose goroutine then ends when that returns.
func (p *Poller) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		p.cancel()
		close(p.changed)
		if p.running == 0 {
			close(p.drained)
		}
		p.wake()
	}
	p.mu.Unlock()
	<-p.stopped
	late := make(chan struct{})
	stop := p.o.Clock.AfterFunc(closeGrace, func() { close(late) })
	defer stop()
	select {
	case <-p.drained:
	case <-late:
		p.o.Logger.Warn("requests still under way at the end were left behind")
	}
}

// wake makes the scheduler look again.
func (p *Poller) wake() {
	select {
	case p.kick <- struct{}{}:
	default:
	}
}
