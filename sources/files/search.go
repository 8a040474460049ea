package files

import (
	"context"
	"slices"
	"strings"

	"nightjar/sources"
)

const (
	// DefaultLimit is how many lines a page has unless the query says.
	DefaultLimit = 1000
	// pageBytes bounds the text of a page; one record is given in any case.
	pageBytes = 16 << 20
)

// SearchLogs gives up to q.Limit records, newest first unless q.Forward. The
// end of the files is found at once. The rotated siblings of a file come before
// it; they are read when a search passes the start of what comes after them.
// Select is not used.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	f, err := s.filter("search", q.Terms)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	m := s.merge(ctx, &q, f)
	defer m.stop()
	var picks []pick
	page := &sources.LogPage{Source: s.o.Name}
	for size := int64(0); ; {
		m.cheap(len(picks) == limit) // to know that there is more is not worth unpacking a file
		p, ok, err := m.next()
		if err != nil {
			return nil, sources.Errorf(s.o.Name, "search", sources.KindUnavailable, "%w", err)
		}
		if !ok {
			page.More = m.dear()
			break
		}
		if len(picks) == limit || size > pageBytes {
			page.More = true
			break
		}
		if p.gap == "" {
			if p.end, err = p.l.extent(ctx, p.b, p.k, p.i); err != nil {
				return nil, sources.Errorf(s.o.Name, "search", sources.KindUnavailable, "%w", err)
			}
			size += min(p.end-p.place.off, maxRecord)
		}
		picks = append(picks, p)
	}
	if page.Lines, err = s.lines(ctx, picks, m); err != nil {
		return nil, sources.Errorf(s.o.Name, "search", sources.KindUnavailable, "%w", err)
	}
	page.Lines = slices.DeleteFunc(page.Lines, func(l sources.LogLine) bool { return l.Lost == 0 && !q.Within(&l) })
	page.Notes = m.notes()
	page.Format, page.Total = s.format(), s.total()
	return page, nil
}

// filter compiles the terms of a query.
func (s *Source) filter(op string, terms []sources.LogTerm) (*filter, error) {
	f, err := newFilter(terms)
	if err != nil {
		return nil, sources.Errorf(s.o.Name, op, sources.KindQuery, "%w", err)
	}
	if f != nil {
		s.cache.use(f)
	}
	return f, nil
}

// format names how the files are read.
func (s *Source) format() string {
	var names []string
	for _, c := range s.logs() {
		for _, p := range c.history() {
			p.mu.RLock()
			if p.reader != nil && !slices.Contains(names, p.reader.Format()) {
				names = append(names, p.reader.Format())
			}
			p.mu.RUnlock()
		}
	}
	return strings.Join(names, " + ")
}

// total is how many records the files hold that are indexed; 0 while one is being indexed.
func (s *Source) total() (n int64) {
	for _, c := range s.logs() {
		live := c.current()
		for _, p := range c.history() {
			m, whole := p.records()
			if whole {
				n += m
			} else if p == live {
				return 0
			}
		}
	}
	return n
}

// records is how many records the part has, if it is indexed wholly.
func (p *part) records() (n int64, whole bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if !p.ready {
		return 0, false
	}
	for _, b := range p.blocks {
		if b == nil {
			return 0, false
		}
		n += int64(len(b.entries))
	}
	return n + int64(len(p.now.tail.entries)), true
}

// A pick is a record that a search found.
type pick struct {
	*stretch
	i     int
	place place
	end   int64
}

// A merger gives the records of all logs in the order of their places.
type merger struct {
	q       *sources.LogQuery
	s       *Source
	bare    bool // lines are not parsed
	cursors []*cursor
	due     []*cursor // those whose head was taken
}

// A cursor is where a search is in one log.
type cursor struct {
	w    *walker
	t    *stretch
	i    int // the next entry to look at
	head pick
	ok   bool // head is one
}

func (s *Source) merge(ctx context.Context, q *sources.LogQuery, f *filter) *merger {
	m := &merger{q: q, s: s, bare: q.Bare && q.Start.IsZero() && q.End.IsZero()} // windows go by nanoseconds
	for _, c := range s.logs() {
		m.cursors = append(m.cursors, &cursor{w: s.walk(ctx, c, q, f)})
	}
	m.due = slices.Clone(m.cursors)
	return m
}

func (m *merger) stop() {
	for _, c := range m.cursors {
		c.w.stop()
	}
}

// cheap says whether compressed files are left alone from now on.
func (m *merger) cheap(on bool) {
	for _, c := range m.cursors {
		c.w.cheap = on
	}
}

// dear reports whether one was left alone.
func (m *merger) dear() bool {
	return slices.ContainsFunc(m.cursors, func(c *cursor) bool { return c.w.dear })
}

// notes are what could not be read.
func (m *merger) notes() (notes []string) {
	for _, c := range m.cursors {
		notes = append(notes, c.w.notes...)
	}
	return notes
}

// next is the next record of all logs.
func (m *merger) next() (pick, bool, error) {
	for _, c := range m.due {
		if err := c.step(m); err != nil {
			return pick{}, false, err
		}
	}
	m.due = m.due[:0]
	var best *cursor
	for _, c := range m.cursors {
		if !c.ok {
			continue
		}
		if best != nil {
			if d := c.head.place.compare(best.head.place); m.q.Forward == (d > 0) {
				continue
			}
		}
		best = c
	}
	if best == nil {
		return pick{}, false, nil
	}
	m.due = append(m.due, best)
	return best.head, true, nil
}

// step finds the next record of one log that lies in the window and between the positions.
func (c *cursor) step(m *merger) error {
	c.ok = false
	before, after := placeOf(m.q.Before, m.s.merged), placeOf(m.q.After, m.s.merged)
	for {
		if c.t == nil {
			t, err := c.w.next()
			if err != nil || t == nil {
				return err
			}
			c.t, c.i = t, 0
			if !m.q.Forward && t.gap == "" {
				c.i = len(t.b.entries) - 1
			}
			if z := c.w.limit; t.gap == "" && !m.s.merged && z.id == t.l.p.id {
				c.i = max(t.b.find(z.off), 0) // the others are on the wrong side of it
			}
		}
		t, i := c.t, c.i
		switch {
		case t.gap != "":
			c.t = nil
		case i < 0 || i >= len(t.b.entries):
			c.t = nil
			continue
		case m.q.Forward:
			c.i++
		default:
			c.i--
		}
		if t.gap == "" && (!t.has(i) || !c.w.within(t.b, i)) {
			continue
		}
		z := t.place(i)
		if !before.zero() && z.compare(before) >= 0 || !after.zero() && z.compare(after) <= 0 {
			continue
		}
		c.head, c.ok = pick{stretch: t, i: i, place: z}, true
		return nil
	}
}

// within reports whether an entry may lie in the window.
func (w *walker) within(b *block, i int) bool {
	t := b.time(b.entries[i])
	return t == noTime || t <= w.to && t+b.unit > w.from
}

// place is where an entry stands.
func (t *stretch) place(i int) place {
	z := place{id: t.l.p.id, gap: t.gap != ""}
	if !z.gap {
		z.off = t.b.at(i)
	}
	if t.keys != nil {
		z.key = t.keys[i]
		if !z.gap {
			z.key = t.l.p.clampKey(z.key)
		}
	}
	return z
}
