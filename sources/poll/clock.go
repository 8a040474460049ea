package poll

import "time"

// A Clock is the time a Poller lives in. The real one works inside
// testing/synctest too.
type Clock interface {
	// Now is the wall clock: it says where live windows end and is what results
	// are dated with. It may jump.
	Now() time.Time
	// Elapsed is the time since some fixed point. It never goes back, and is
	// what everything is scheduled by.
	Elapsed() time.Duration
	// AfterFunc calls f in its own goroutine after d; stop prevents that.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// RealClock is the machine's clock.
func RealClock() Clock { return WallClock(time.Now) }

// WallClock is the machine's clock, but now says what time it is, as for a demo
// that plays at another time.
func WallClock(now func() time.Time) Clock { return wallClock{now: now, origin: time.Now()} }

type wallClock struct {
	now    func() time.Time
	origin time.Time // its monotonic reading is what counts
}

func (c wallClock) Now() time.Time         { return c.now() }
func (c wallClock) Elapsed() time.Duration { return time.Since(c.origin) }

func (c wallClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}
