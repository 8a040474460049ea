package files

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// turn follows the file that has the name now. What was written under other
// names in between is found among the siblings: it is there once this one is open.
func (c *chain) turn(ctx context.Context, old *part, now time.Time) bool {
	p, err := c.open(now, "")
	if err != nil {
		return c.say(err.Error())
	}
	c.grow(ctx, old, now) // what writes to the new file has done with the old one, as a rule
	c.mu.Lock()
	c.insert(c.rescan(old, p, now), now)
	c.retire(old, now)
	c.take(p)
	c.mu.Unlock()
	c.settle(ctx, p)
	return true
}

// settle reads a file that was just taken.
func (c *chain) settle(ctx context.Context, p *part) {
	c.after(ctx, p)
	if _, err := p.look(ctx); err != nil {
		c.say(err.Error())
	}
}

// retire makes old the part that was followed before. c.mu is held.
func (c *chain) retire(old *part, now time.Time) {
	c.before, c.turned = old, now
	old.retired = now
}

// insert adds files that were written and rotated away between two looks. They
// are kept open for a while, so that they can be read though they are deleted.
// c.mu is held.
func (c *chain) insert(missed []sibling, now time.Time) {
	for _, f := range missed {
		p := c.sibling(f)
		p.id, p.retired = c.s.newerID(), now
		c.parts = append(c.parts, p)
	}
}

// truncated begins anew with a file that was emptied in place. What was copied
// away before is found among the siblings; else lines may be missing: those that
// were written after the last look.
func (c *chain) truncated(ctx context.Context, old *part, now time.Time) bool {
	p, err := c.open(now, "")
	if err == nil {
		_, err = p.look(ctx) // before its copies are looked for: it may be emptied again
	}
	if err != nil {
		return c.say(err.Error())
	}
	c.mu.Lock()
	missed := c.rescan(old, nil, now)
	copied := old.orphan.IsZero()
	if copied {
		c.retire(old, now)
	} else {
		p.gap = fmt.Sprintf("%s was truncated: what was written to it between two looks may be lost", c.path)
		c.drop(old)
	}
	c.mu.Unlock()
	if copied {
		c.grow(ctx, old, now) // the rest of the copy
	}
	c.mu.Lock()
	c.insert(missed, now)
	c.take(p)
	c.mu.Unlock()
	c.settle(ctx, p)
	return true
}

// unknown are the files that are no parts yet. c.mu is held.
func (c *chain) unknown(found []sibling) []sibling {
	return slices.DeleteFunc(slices.Clone(found), func(f sibling) bool { return c.knows(f) != nil })
}

// copiedUnseen looks for copies of what a file held that was empty at the last
// look and was touched since, and puts them before it. It reports whether there are any.
func (c *chain) copiedUnseen(ctx context.Context, live *part, now time.Time) bool {
	p, err := c.open(now, "")
	if err != nil {
		return false // it is said at the next look
	}
	if _, err := p.look(ctx); err != nil {
		p.content().close()
		return false
	}
	c.mu.Lock()
	found, _, err := siblings(c.path)
	missed := c.unknown(found)
	if err != nil || len(missed) == 0 {
		c.mu.Unlock()
		p.content().close()
		return false
	}
	c.drop(live) // it is empty
	c.insert(missed, now)
	c.take(p)
	c.mu.Unlock()
	c.settle(ctx, p)
	return true
}
