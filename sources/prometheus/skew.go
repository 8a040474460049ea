package prometheus

import (
	"fmt"
	"net/http"
	"time"
)

// minSkew is how far a server's clock must be off to be told: less moves no point of a chart.
const minSkew = 5 * time.Second

// A skew is how far the server's clock is ahead of ours, give or take within.
//
//	began ----------- middle ----------- header
//	             Date (whole seconds, cut)
type skew struct {
	known  bool
	ahead  time.Duration
	within time.Duration
}

func measureSkew(a *answer) skew {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil || a.header.Get("Age") != "" { // what a cache kept tells of the past
		return skew{}
	}
	return skew{
		known:  true,
		ahead:  date.Add(time.Second / 2).Sub(a.began.Add(a.took / 2)).Round(time.Millisecond),
		within: (time.Second + a.took) / 2,
	}
}

func (s skew) note() string {
	if !s.known || s.ahead.Abs() < minSkew+s.within {
		return ""
	}
	way := "ahead of"
	if s.ahead < 0 {
		way = "behind"
	}
	unit := time.Second
	if s.ahead.Abs() > time.Minute {
		unit = 10 * time.Second
	}
	return fmt.Sprintf("the server's clock is %s %s this machine's", s.ahead.Abs().Round(unit), way)
}

func (c *client) setSkew(a *answer) {
	s := measureSkew(a)
	if !s.known {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = s
}

// now is the time by the server's clock, as well as it is known.
func (c *client) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.skew.note() == "" {
		return c.clock()
	}
	return c.clock().Add(c.skew.ahead)
}
