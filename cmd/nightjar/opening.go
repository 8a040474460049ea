package main

import (
	"context"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/prometheus"
	"nightjar/ui"
	"nightjar/ui/boards"
)

// How long it is until a target that does not answer is asked again: longer each time.
const (
	firstWait = time.Second
	lastWait  = 10 * time.Second
)

// An opening asks the targets of a dashboard what they are and what they have,
// beside the screen, and tells the screen what is known by then. A target that
// is not there is asked again until it is. What must not wait is asked at once:
// which metrics a target has goes with the question what it is, as if it were a
// server. So the first panels have data after two round trips, and after one
// where the kind and the board are given.
type opening struct {
	s       *session
	list    []*boards.Board // that were asked for
	offer   func() *offer
	rounds  *rounds
	updates chan ui.Opening // holds the newest
	ctx     context.Context
	finding sync.WaitGroup

	mu    sync.Mutex
	slots []*slot
}

// A slot is a source of the settings, open or to come.
type slot struct {
	remote  remote             // of a target
	server  *prometheus.Source // what a target is taken for until it says what it is
	src     sources.Source     // nil: not known yet
	boards  []*boards.Board    // for it
	pending *ui.Pending        // nil: all is known
	err     error              // it is none that can be opened
}

// openBeside opens what needs not be asked first and begins with the rest.
func (s *session) openBeside(ctx context.Context, d *deck, list []*boards.Board) error {
	remotes, err := s.remotes()
	if err != nil {
		return err
	}
	o := &opening{
		s: s, list: list, offer: sync.OnceValue(func() *offer { return newOffer(list) }), rounds: s.newRounds(ctx), updates: make(chan ui.Opening, 1),
	}
	var cancel context.CancelFunc
	o.ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.closer = append(s.closer, func() error {
		cancel()
		o.finding.Wait()
		return o.close()
	})
	if kind := s.ownKind(); kind != "" {
		src, err := adapters()[kind](ctx, s)
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case err != nil:
			return failed(exitUnreachable, "%w; --log-file keeps the details", err)
		}
		o.slots = append(o.slots, &slot{src: src})
	}
	for _, r := range remotes {
		sl, err := o.slotOf(ctx, r)
		if err != nil {
			return err
		}
		o.slots = append(o.slots, sl)
	}
	if s.file.ScrapeConfigs != "" && !s.urlTargets() {
		src, err := s.openJobs(ctx)
		if err != nil {
			return err
		}
		o.slots = append(o.slots, &slot{src: src, pending: o.asked(src.Name())})
	}
	for _, sl := range o.slots {
		if sl.src != nil {
			o.rounds.watch(sl.src)
		}
	}
	now := o.known()
	d.options.Sources, d.options.Boards, d.options.Pending = now.Sources, now.Boards, now.Pending
	d.options.Default, d.options.Samples = o.slots[0].name(), o.rounds.out
	if len(now.Pending) == 0 {
		return now.Err
	}
	d.options.Opening = o.updates
	d.begin = o.begin
	return nil
}

// slotOf is a target as it is before anything is asked of it.
func (o *opening) slotOf(ctx context.Context, r remote) (sl *slot, err error) {
	sl = &slot{remote: r, pending: o.asked(r.name)}
	if r.kind == "scrape" {
		sl.src, err = o.s.openScrape(ctx, r, r.url)
		return sl, err
	}
	if sl.server, err = o.s.openServer(ctx, r, r.url, 0); err != nil {
		return nil, err
	}
	if r.kind != "" {
		sl.src = sl.server
	}
	return sl, nil
}

func (o *opening) asked(name string) *ui.Pending {
	return &ui.Pending{Name: name, Doing: "asking what it is and what it has", Since: o.s.env.Now()}
}

func (sl *slot) name() string {
	if sl.src != nil {
		return sl.src.Name()
	}
	return sl.remote.name
}

// begin asks all that is pending, each beside the others.
func (o *opening) begin() {
	for _, sl := range o.slots {
		if sl.pending != nil {
			o.finding.Go(func() { o.find(sl) })
		}
	}
}

// find asks one target until all is known of it, or that it is none.
func (o *opening) find(sl *slot) {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := o.try(sl)
		switch {
		case o.ctx.Err() != nil || err == nil:
			return
		case !mayCome(err):
			o.update(func() {
				sl.err, sl.pending.Err, sl.pending.NextTry, sl.pending.Final = err, err, time.Time{}, true
			})
			return
		}
		o.s.log.Warn("the target does not say what it is", "source", sl.name(), "err", err)
		o.update(func() { sl.pending.Err, sl.pending.NextTry = err, o.s.env.Now().Add(wait) })
		select {
		case <-time.After(wait):
		case <-o.ctx.Done():
			return
		}
		o.update(func() { sl.pending.NextTry = time.Time{} })
	}
}

// A proposed is what a source was proposed.
type proposed struct {
	boards []*boards.Board
	err    error
}

// try asks a target once.
func (o *opening) try(sl *slot) error {
	asking, stop := context.WithCancel(o.ctx)
	defer stop()
	propose := func(src sources.Source) (p proposed) {
		p.boards, p.err = o.offer().proposal(asking, o.s.env.Now(), src)
		return p
	}
	if sl.src != nil {
		p := propose(sl.src)
		if p.err != nil && mayCome(p.err) {
			return p.err
		}
		o.update(func() { sl.boards, sl.pending = p.boards, nil })
		return nil
	}
	limited, cancel := context.WithTimeout(asking, detectTimeout)
	defer cancel()
	what := sl.server.Detect(limited)
	guess := make(chan proposed, 1)
	if !sl.remote.looksLikePage() {
		go func() { guess <- propose(sl.server) }()
	}
	found, err := what()
	if kind := o.s.logServer(limited, sl.remote, found, err); kind != "" {
		src, err := o.s.openLogServer(o.ctx, sl.remote, kind)
		if err != nil {
			return err
		}
		_ = sl.server.Close() // it never fails
		o.update(func() { sl.src, sl.boards, sl.pending = src, nil, nil })
		return nil
	}
	if err != nil {
		return unreachable(&sl.remote, err)
	}
	src, err := o.s.openFound(o.ctx, sl.remote, sl.server, found)
	if err != nil {
		return err
	}
	o.rounds.watch(src)
	o.update(func() { sl.src, sl.pending.Doing, sl.pending.Err = src, "asking what it has", nil })
	var p proposed
	if src == sources.Source(sl.server) {
		p = <-guess
	} else {
		p = propose(src)
	}
	o.update(func() { sl.boards, sl.pending = p.boards, nil })
	return nil
}

// update changes what is known and tells the screen, which sees the newest.
func (o *opening) update(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	now := o.known()
	select {
	case <-o.updates:
	default:
	}
	o.updates <- now
}

// known is what is known by now.
func (o *opening) known() ui.Opening {
	var now ui.Opening
	var own []*boards.Board
	var wrong error
	open := false
	for _, sl := range o.slots {
		if sl.src != nil {
			now.Sources = append(now.Sources, sl.src)
		}
		own = append(own, boardsFor(sl.boards, sl.name(), len(o.slots) > 1)...)
		if sl.pending != nil {
			now.Pending = append(now.Pending, *sl.pending)
			open = open || !sl.pending.Final
		}
		if wrong == nil {
			wrong = sl.err
		}
	}
	now.Boards = o.s.arranged(o.list, own, now.Sources)
	switch {
	case open: // the rest may be on its way
	case len(now.Sources) == 0:
		now.Err = wrong
	case wrong == nil && o.s.remoteBoards():
		if now.Err = o.s.checkBoard(now.Boards, o.s.set.board); now.Err == nil {
			now.Err = o.s.checkVars(now.Boards)
		}
	}
	return now
}

// close closes what was opened.
func (o *opening) close() error {
	for _, sl := range o.slots {
		switch {
		case sl.src != nil:
			if err := sl.src.Close(); err != nil {
				o.s.log.Error("close", "source", sl.name(), "err", err)
			}
		case sl.server != nil:
			_ = sl.server.Close() // it never fails
		}
	}
	return nil
}
