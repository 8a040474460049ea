package poll

// dispatch gives r to a worker that has nothing to do, or to a new one. Workers
// stay because an evaluation needs a deep stack: growing it anew for each of
// two dozen queries every other second was a tenth of all CPU.
func (p *Poller) dispatch(r *request) {
	select {
	case p.work <- r:
	default:
		p.workers++
		go p.serveRequests(r)
	}
}

// serveRequests runs r and then what comes, until the poller is closed or there
// are more workers than a source may have requests.
func (p *Poller) serveRequests(r *request) {
	defer func() { // also when a source ends the goroutine
		p.mu.Lock()
		p.workers--
		p.mu.Unlock()
	}()
	for {
		p.run(r)
		p.mu.Lock()
		surplus := p.workers > p.o.Parallel
		p.mu.Unlock()
		if surplus {
			return
		}
		select {
		case r = <-p.work:
		case <-p.ctx.Done():
			return
		}
	}
}
