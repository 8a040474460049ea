//go:build !linux

package procfs

import "time"

func bootClock() (time.Duration, bool) { return 0, false }
