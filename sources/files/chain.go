package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A chain is a log: the file that is written under its name now, and the files
// that were before. Files are told apart by device and inode, and by their first
// bytes where an inode is not enough.
type chain struct {
	path   string
	s      *Source
	labels sources.Labels
	listed sync.Once

	mu      sync.RWMutex
	parts   []*part // oldest first
	live    *part   // the last of parts: the one that is followed
	before  *part   // the one before it while something may still be written to it
	turned  time.Time
	unread  int    // siblings that cannot be unpacked
	trouble string // why the path cannot be read now

	// Of the goroutine that follows.
	searched time.Time // when orphans were last looked for
	size     int64     // of the live file at the last look
	written  time.Time // likewise
}

const (
	// linger is how long a file that was rotated away is still followed: what
	// writes to it may not have noticed yet.
	linger = 10 * time.Second
	// orphaned is how long a file that has no name any more is kept open, which
	// keeps its space on the disk, and maxOrphans how many such there are.
	orphaned   = time.Minute
	maxOrphans = 16
	// partial is how long a line without an end is waited for before it is shown.
	partial = time.Second
	// tick is longer than the clock of any file system stands still.
	tick = 50 * time.Millisecond
	// searchEvery is how often a name is looked for that such a file may have got.
	searchEvery = 5 * time.Second
)

// open opens the file that has the chain's name now. gap is why lines may be missing before it.
func (c *chain) open(now time.Time, gap string) (*part, error) {
	f, err := openPlain(c.path)
	if err != nil {
		return nil, err
	}
	p := c.s.newPart(c.path, f.info.ModTime())
	if packing(c.path) != "" {
		f.close()
		p.text = newPacked(c.path, f.info)
	} else {
		f.hold(true)
		p.text = f
	}
	p.gap, p.gapAt = gap, now.UnixMilli()
	return p, nil
}

// take makes an opened file the one that is followed. c.mu is held.
func (c *chain) take(p *part) {
	p.id = c.s.newerID()
	c.parts = append(c.parts, p)
	c.live, c.trouble = p, ""
	c.size, c.written = -1, time.Time{}
}

// history is the parts as they are now, oldest first.
func (c *chain) history() []*part {
	c.list()
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.parts)
}

// current is the part that is followed, nil if there is none.
func (c *chain) current() *part {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.live
}

// follow looks at the files once and reports whether anything is different.
func (c *chain) follow(ctx context.Context, now time.Time) (changed bool) {
	c.list()
	c.mu.RLock()
	live, before := c.live, c.before
	c.mu.RUnlock()
	if live == nil || packing(c.path) != "" {
		return live == nil && c.start(ctx, now)
	}
	if before != nil {
		grown, _ := c.grow(ctx, before, now)
		changed = changed || grown
	}
	info, err := os.Stat(c.path)
	if err == nil {
		err = regular(c.path, info)
	} else {
		err = explain(c.path, err)
	}
	_, is := live.content().identity()
	switch {
	case err != nil:
		grown, _ := c.grow(ctx, live, now)
		changed = c.say(err.Error()) || grown || changed
	case os.SameFile(info, is):
		grown, cut := c.same(ctx, live, info, now)
		if changed = grown || changed; cut {
			changed = c.truncated(ctx, live, now) || changed
		}
		if cut || c.trouble != "" {
			changed = c.say("") || changed
		}
	default:
		for grown := true; grown; { // to its last byte
			if grown, _ = c.grow(ctx, live, now); grown {
				changed = true
			}
		}
		changed = c.turn(ctx, live, now) || changed
	}
	return c.tidy(now) || changed
}

// same looks at the live file if it was touched since the last look.
func (c *chain) same(ctx context.Context, p *part, info os.FileInfo, now time.Time) (grown, cut bool) {
	if info.Size() == c.size && info.ModTime().Equal(c.written) {
		return p.ripen(now), false
	}
	c.size, c.written = info.Size(), info.ModTime()
	if time.Since(c.written) < tick {
		c.written = time.Time{} // it may be written once more under the same time
	}
	if p.indexed() && p.bytes() == 0 && c.copiedUnseen(ctx, p, now) {
		return true, false
	}
	return c.grow(ctx, p, now)
}

// ripen shows a line that has waited for its end long enough.
func (p *part) ripen(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.early || !p.ready || p.lineAt < 0 || p.lineAt >= p.scanned || now.Sub(p.grown) < partial {
		return false
	}
	p.early = true
	p.publish()
	return true
}

// grow reads what was appended to a part. cut says that its text is not the one
// that was read before: it was truncated, or written anew.
func (c *chain) grow(ctx context.Context, p *part, now time.Time) (grown, cut bool) {
	f, ok := p.content().(*plain)
	if _, err := p.look(ctx); err != nil || !ok {
		return false, false
	}
	p.mu.RLock()
	at, print := p.scanned, p.print
	p.mu.RUnlock()
	if info, err := f.stat(); err != nil || info.Size() < at {
		return false, err == nil
	}
	held := chunks.Get().(*[]byte)
	defer chunks.Put(held)
	for ctx.Err() == nil {
		edge := p.lately()
		buf := (*held)[:len(edge)+chunkSize]
		n, err := f.readAt(ctx, buf, at-int64(len(edge)))
		if err != nil && !errors.Is(err, io.EOF) {
			break
		}
		head := make([]byte, len(print))
		m, err := f.readAt(ctx, head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			break
		}
		if !bytes.Equal(head[:m], print) || !bytes.HasPrefix(buf[:n], edge) {
			return grown, true
		}
		if n == len(edge) {
			break
		}
		p.append(buf[len(edge):n], now)
		p.shared.read.add(n)
		grown, at = true, at+int64(n-len(edge))
	}
	if grown {
		return true, false
	}
	return p.ripen(now), false
}

// append adds what was read to the index.
func (p *part) append(buf []byte, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if room := printSize - len(p.print); room > 0 {
		p.print = append(bytes.Clone(p.print), buf[:min(room, len(buf))]...)
	}
	p.edge = append(p.edge[:0:0], buf[max(0, len(buf)-edgeSize):]...)
	p.w.b.ref = max(p.w.b.ref, now.UnixNano())
	p.feed(buf, now.UnixMilli())
	p.grown = now
	if p.scanned < headSize && len(p.blocks) == 0 {
		p.relearn()
	}
	p.publish()
}

// relearn finds the format anew while there is little to tell it by.
func (p *part) relearn() {
	buf := make([]byte, p.scanned)
	n, err := p.text.readAt(context.Background(), buf, 0)
	if err != nil && !errors.Is(err, io.EOF) || int64(n) < p.scanned {
		return
	}
	r := logs.NewReader(p.shared.options)
	r.Learn(buf)
	if r.Format() == p.reader.Format() {
		return
	}
	w := newBuilder(r, 0, p.w.b.ref)
	p.reader, p.w, p.timed = r, w, false
	p.head, p.lineAt, p.scanned = nil, 0, 0
	p.feed(buf, p.grown.UnixMilli())
}

// start opens a file that could not be opened. It reports whether anything is different.
func (c *chain) start(ctx context.Context, now time.Time) bool {
	p, err := c.open(now, "")
	if err != nil {
		return c.say(err.Error())
	}
	c.mu.Lock()
	c.take(p)
	c.mu.Unlock()
	c.settle(ctx, p)
	return true
}

// tidy lets go of files that were rotated away long enough ago.
func (c *chain) tidy(now time.Time) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before != nil && now.Sub(c.turned) > linger {
		c.before = nil
	}
	orphans := 0
	for _, p := range slices.Backward(slices.Clone(c.parts)) {
		if p == c.live {
			continue
		}
		if !p.orphan.IsZero() && now.Sub(c.searched) > searchEvery {
			c.searched = now
			c.rescan(nil, nil, now)
		}
		if p.orphan.IsZero() {
			if f, ok := p.content().(*plain); ok {
				if now.Sub(p.retired) > linger {
					f.hold(false)
				} else if !f.open() { // its name changed while it was opened
					c.rescan(nil, nil, now)
					f.keep()
				}
			}
			p.content().rest(time.Now().Add(-linger))
		} else if orphans++; now.Sub(p.orphan) > orphaned || orphans > maxOrphans {
			c.drop(p)
			changed = true
		}
	}
	return changed
}

// drop forgets a part that cannot be read any more. c.mu is held.
func (c *chain) drop(p *part) {
	c.parts = slices.DeleteFunc(c.parts, func(o *part) bool { return o == p })
	p.content().close()
	c.s.cache.forget(p)
}

// close closes all files of the log and forgets what matched in them.
func (c *chain) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.parts {
		p.content().close()
		c.s.cache.forget(p)
	}
}

// say notes why the path cannot be read; empty: it can. It reports a change.
func (c *chain) say(why string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trouble == why {
		return false
	}
	c.trouble = why
	return true
}
