package procfs

import (
	"time"

	"golang.org/x/sys/unix"
)

func bootClock() (time.Duration, bool) {
	var ts unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
	return time.Duration(ts.Nano()), err == nil
}
