package feed

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Options say what a hub depends on.
type Options struct {
	Clock  func() time.Time
	Logger *slog.Logger
}

// A Hub serves the panes that are on the screen.
type Hub struct {
	o       Options
	ctx     context.Context
	stop    context.CancelFunc
	changed chan struct{}

	mu    sync.Mutex
	panes map[string]*pane

	life sync.Mutex // nothing is started once the hub is closed
	wg   sync.WaitGroup
}

// New makes a hub.
func New(o Options) *Hub {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Hub{o: o, ctx: ctx, stop: stop, changed: make(chan struct{}, 1), panes: map[string]*pane{}}
}

// Want says what all panes want from now on. Panes that are not named rest; what
// they had read is kept for when they are wanted again.
func (h *Hub) Want(all []Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return
	}
	named := map[string]bool{}
	for _, r := range all {
		named[r.ID] = true
		p := h.panes[r.ID]
		if p == nil {
			p = newPane(h)
			h.panes[r.ID] = p
		}
		p.ask(r)
	}
	for id, p := range h.panes {
		if !named[id] {
			p.rest()
		}
	}
}

// Changed delivers when there may be newer pages to take; it is closed with the hub.
func (h *Hub) Changed() <-chan struct{} { return h.changed }

// Take gives the panes' pages that were not taken yet.
func (h *Hub) Take() []*Page {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*Page
	for _, p := range h.panes {
		if page := p.take(); page != nil {
			out = append(out, page)
		}
	}
	return out
}

// Refresh reads all panes again, and tries parts that failed.
func (h *Hub) Refresh() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.panes {
		p.refresh()
	}
}

// Close ends all reading.
func (h *Hub) Close() {
	h.life.Lock()
	ended := h.ctx.Err() != nil
	h.stop()
	h.life.Unlock()
	h.wg.Wait()
	if !ended {
		close(h.changed)
	}
}

// notify says that there is something to take; the newest is taken, so one signal is enough.
func (h *Hub) notify() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// start runs f until the hub is closed.
func (h *Hub) start(f func()) {
	h.life.Lock()
	defer h.life.Unlock()
	if h.ctx.Err() != nil {
		return
	}
	h.wg.Add(1)
	go func() {
		defer h.wg.Done()
		f()
	}()
}
