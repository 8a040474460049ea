package merge

import (
	"strings"
	"sync"
	"time"

	"nightjar/sources"
)

const (
	firstRest = time.Second
	lastRest  = 30 * time.Second
)

// A part is one source that is asked, and whether it is to be left alone.
type part struct {
	src  sources.Source
	name string

	mu       sync.Mutex
	failures int       // in a row that say it is not there
	err      error     // the newest of them
	failed   time.Time // when that was
	good     time.Time // when it last answered
	until    time.Time // it is left alone until then
	wished   bool      // as it asked for
}

// due reports whether the part is to be asked at now. While it fails, one ask
// at a time finds out whether it is back. With urgent, nobody else is left to
// answer, and only what the part asked for itself counts.
func (p *part) due(now time.Time, urgent bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.failures == 0 || urgent && !p.wished:
		return true
	case now.Before(p.until):
		return false
	}
	p.until = now.Add(rest(p.failures))
	return true
}

// failing is why the part is left alone; nil if it is not.
func (p *part) failing() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures == 0 {
		return nil
	}
	return p.err
}

// heard takes in how an ask that began at started ended at now. An error of the
// query alone is an answer. A timeout says something about the part only if
// nothing else was answered meanwhile.
func (p *part) heard(started, now time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kind := sources.KindOf(err)
	_, after := sources.Retryable(err)
	switch {
	case kind == sources.KindCancelled:
		return
	case kind == sources.KindUnavailable, kind == sources.KindThrottled, kind == sources.KindTimeout && p.good.Before(started):
	default:
		p.failures, p.err, p.wished, p.good = 0, nil, false, now
		return
	}
	if p.failures > 0 && started.Before(p.failed) {
		return // it went along with the one that was counted
	}
	p.failures++
	p.err, p.failed = err, now
	p.until, p.wished = now.Add(max(rest(p.failures), after)), after > 0
}

// rest is how long a part is left alone after so many failures in a row.
func rest(failures int) time.Duration {
	return min(firstRest<<min(failures-1, 10), lastRest)
}

// says is an error of the part with its name before it.
func (p *part) says(err error) string {
	text := sources.Redact(err.Error())
	if strings.HasPrefix(text, p.name+": ") {
		return text
	}
	return p.name + ": " + text
}
