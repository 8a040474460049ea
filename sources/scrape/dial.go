package scrape

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
)

// dial makes connections that count what is read and that Close breaks: a
// scrape that is under way would otherwise hold it up until its timeout.
func (s *Source) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	c, err := dialer(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	counting := &conn{Conn: c, received: &s.received}
	counting.forget = context.AfterFunc(s.ctx, func() { _ = c.Close() }) // the reader learns of it
	return counting, nil
}

// dialer is replaced by tests.
var dialer = (&net.Dialer{}).DialContext

type conn struct {
	net.Conn
	received *atomic.Uint64
	forget   func() bool
}

// Read counts.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.received.Add(uint64(max(n, 0)))
	return n, err
}

// Close lets go of the source, too.
func (c *conn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// onSockets reports whether a job scrapes Unix sockets. Prometheus reaches them
// by a dial of its own, which ours would replace.
func onSockets(jobs []*config.ScrapeConfig) bool {
	for _, j := range jobs {
		for _, r := range j.RelabelConfigs {
			if r.TargetLabel == scrape.UnixSocketLabel {
				return true
			}
		}
		for _, g := range groups(j) {
			if _, ok := g.Labels[scrape.UnixSocketLabel]; ok {
				return true
			}
			for _, t := range g.Targets {
				if _, ok := t[scrape.UnixSocketLabel]; ok {
					return true
				}
			}
		}
	}
	return false
}
