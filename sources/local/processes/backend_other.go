//go:build !linux

package processes

import "time"

func newBackend(o Options) backend { return newPortable(o) }

// bootClock has nothing to say where /proc is a tree made for tests.
func bootClock(string) func() (time.Duration, error) { return nil }
