package processes

import (
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

func newBackend(o Options) backend { return newProc(o) }

// bootClock is the clock that processes' starts are counted on. It is not
// faked inside containers as /proc/uptime can be. Nil: read Root/proc/uptime.
func bootClock(root string) func() (time.Duration, error) {
	if filepath.Clean(root) != "/" {
		return nil
	}
	return func() (time.Duration, error) {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
			return 0, err
		}
		return time.Duration(ts.Nano()), nil
	}
}
