package procfs

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Uptime is the time since boot, suspend included, on the clock that the
// starts of processes are counted on. Of the machine that this program runs on
// the clock itself is asked, since containers may be shown another uptime file.
func (d *Dir) Uptime() (time.Duration, error) {
	if d.own {
		if up, ok := bootClock(); ok {
			return up, nil
		}
	}
	b, err := d.ReadOnce("uptime")
	if err != nil {
		return 0, err
	}
	word, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte{' '})
	seconds, err := strconv.ParseFloat(string(word), 64)
	if err != nil || !(seconds >= 0 && seconds < 1e9) {
		return 0, fmt.Errorf("uptime %q is no time", word)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// Ticks is a number of ticks as a duration.
func Ticks(n uint64) time.Duration {
	const most = 1 << 38 // 87 years; a duration holds no more than 292
	return time.Duration(min(n, most)) * (time.Second / TicksPerSecond)
}
