package feed

import (
	"context"
	"sync"
	"time"
)

// A lane does one thing at a time, each time the newest that is wanted: what is
// asked for anew ends what is under way.
type lane struct {
	hub  *Hub
	work func(ctx context.Context)
	gap  time.Duration

	mu      sync.Mutex
	running bool
	again   bool               // wanted while it ran
	stop    context.CancelFunc // of the run
	timer   *time.Timer
	began   time.Time // the last run, or the lane itself
}

func newLane(h *Hub, gap time.Duration, work func(context.Context)) *lane {
	return &lane{hub: h, work: work, gap: gap, began: time.Now()}
}

// now ends what is under way and begins again at once.
func (l *lane) now() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drain()
	if l.running {
		l.again = true
		l.stop()
		return
	}
	l.begin()
}

// soon begins again when at least wait has gone by since the last time; what is
// under way goes on.
func (l *lane) soon(wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		return
	}
	left := max(wait-time.Since(l.began), 0)
	l.timer = time.AfterFunc(left, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.timer = nil
		if l.running {
			l.again = true
			return
		}
		l.begin()
	})
}

// drop ends what is under way and forgets what was wanted.
func (l *lane) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drain()
	l.again = false
	if l.running {
		l.stop()
	}
}

func (l *lane) drain() {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// begin runs the work until nothing is wanted. l.mu is held.
func (l *lane) begin() {
	ctx, stop := context.WithCancel(l.hub.ctx)
	l.running, l.stop, l.began = true, stop, time.Now()
	l.hub.start(func() {
		l.work(ctx)
		stop()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.running = false
		if l.again {
			l.again = false
			l.begin()
		}
	})
}
