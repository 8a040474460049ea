package prometheus

import (
	"fmt"
	"net/http"
	"time"
)

// minSkew is how far a server's clock must be off to be told: less moves no point of a chart.
const minSkew = 5 * time.Second

// steady is by how much more than its error a measurement must differ from the
// one that is used to take its place: what is asked would move with each answer.
const steady = 2 * time.Second

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

// off is how far the clock is ahead, in whole seconds; 0 where that is too little to matter.
func (s skew) off() time.Duration {
	if !s.known || s.ahead.Abs() < minSkew+s.within {
		return 0
	}
	return s.ahead.Round(time.Second)
}

func (s skew) note() string {
	if s.off() == 0 {
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
	if off := s.off(); (off == 0) != (c.off == 0) || (off-c.off).Abs() > s.within+steady {
		c.off = off
	}
}

// ahead is how far the server's clock is ahead of ours; 0: too little to matter.
func (c *client) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.off
}

// now is the time by the server's clock, as well as it is known.
func (c *client) now() time.Time { return c.clock().Add(c.ahead()) }
