package files

import (
	"bytes"
	"context"
	"math/bits"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// A filter is the terms of a query. Tests of the severity are decided by the
// index where they hold for all or none of the severities of a class; only the
// rest is looked for in the text.
type filter struct {
	key     string
	classes uint8         // those that may pass, by bits
	rest    *logs.Matcher // nil: classes decide
	all     *logs.Matcher
}

// newFilter makes a filter of terms; nil if there are none.
func newFilter(terms []sources.LogTerm) (*filter, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	f := &filter{classes: 1<<sources.Severities - 1}
	var rest []sources.LogTerm
	var key strings.Builder
	for _, t := range terms {
		m, err := logs.Compile([]sources.LogTerm{t}, fileLabel)
		if err != nil {
			return nil, err
		}
		key.WriteString(logs.FormatTerm(t))
		key.WriteByte(0)
		if classes, ok := decided(t, m); ok {
			f.classes &= classes
		} else {
			rest = append(rest, t)
		}
	}
	f.key = key.String()
	var err error
	if f.all, err = logs.Compile(terms, fileLabel); err != nil || len(rest) == 0 {
		return f, err
	}
	f.rest, err = logs.Compile(rest, fileLabel)
	return f, err
}

// decided are the classes of severity that pass a term that is about nothing else.
func decided(t sources.LogTerm, m *logs.Matcher) (classes uint8, ok bool) {
	if t.Field != sources.FieldLevel {
		return 0, false
	}
	var passed, failed uint8
	for s := sources.SeverityUnknown; s <= sources.SeverityFatal+3; s++ {
		bit := uint8(1) << s.Class()
		if m.Match(&sources.LogLine{Severity: s}) {
			passed |= bit
		} else {
			failed |= bit
		}
	}
	return passed, passed&failed == 0
}

// hits are the records of a block that pass a filter.
type hits struct {
	n     int // entries that were tested
	count int
	bits  []uint64 // by entry; nil if none
}

func (h *hits) has(i int) bool { return h.bits != nil && h.bits[i/64]&(1<<(i%64)) != 0 }

func (h *hits) set(i int) {
	h.bits[i/64] |= 1 << (i % 64)
	h.count++
}

// A cache keeps the hits of the filters used last, a bit a record, so that a
// page of a filtered log, its histogram and its count read the text once.
type cache struct {
	mu    sync.Mutex
	order []string // filters, the newest last
	of    map[string]map[*part]map[int]*hits
}

const maxFilters = 8

func (c *cache) get(f *filter, p *part, k int) *hits {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[f.key][p][k]
}

func (c *cache) put(f *filter, p *part, k int, h *hits) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]map[*part]map[int]*hits{}
	}
	parts := c.of[f.key]
	if parts == nil {
		if len(c.order) >= maxFilters {
			delete(c.of, c.order[0])
			c.order = c.order[1:]
		}
		parts = map[*part]map[int]*hits{}
		c.of[f.key], c.order = parts, append(c.order, f.key)
	}
	if parts[p] == nil {
		parts[p] = map[int]*hits{}
	}
	if old := parts[p][k]; old == nil || old.n <= h.n {
		parts[p][k] = h
	}
}

// use makes a filter the one used last.
func (c *cache) use(f *filter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, key := range c.order {
		if key == f.key {
			c.order = append(append(c.order[:i:i], c.order[i+1:]...), key)
			return
		}
	}
}

// forget drops what is known of a part.
func (c *cache) forget(p *part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, parts := range c.of {
		delete(parts, p)
	}
}

// texts are buffers for a chunk and the record at its end.
var texts = sync.Pool{New: func() any {
	b := make([]byte, chunkSize+maxRecord+alignment)
	return &b
}}

// match finds the records of chunk k that pass a filter.
func (s *Source) match(ctx context.Context, c *chain, l look, b *block, k int, f *filter) (*hits, error) {
	if f.rest == nil {
		return f.byClass(b), nil
	}
	n := len(b.entries)
	old := s.cache.get(f, l.p, k)
	if old != nil && old.n >= n || n == 0 {
		return old.or(), nil
	}
	h := &hits{bits: make([]uint64, (n+63)/64)}
	if old != nil {
		h.n, h.count = old.n, old.count
		copy(h.bits, old.bits)
	}
	if !f.any(b, h.n) {
		h.n = n
		return h, nil
	}
	end, err := l.extent(ctx, b, k, n-1)
	if err != nil {
		return nil, err
	}
	final := *h // without the record at the end, which may grow
	if err := s.scan(ctx, c, l, b, end, f, h); err != nil {
		return nil, err
	}
	if h.n = n; end == l.end {
		final.bits = append([]uint64(nil), h.bits...)
		final.n, final.count = n-1, h.count
		if h.has(n - 1) {
			final.count--
			final.bits[(n-1)/64] &^= 1 << ((n - 1) % 64)
		}
	} else {
		final = *h
	}
	if final.count == 0 {
		final.bits = nil
	}
	s.cache.put(f, l.p, k, &final)
	return h, nil
}

// or is h, or no hits.
func (h *hits) or() *hits {
	if h == nil {
		return &hits{}
	}
	return h
}

// byClass are the hits by severity alone.
func (f *filter) byClass(b *block) *hits {
	h := &hits{n: len(b.entries)}
	if !f.any(b, 0) {
		return h
	}
	h.bits = make([]uint64, (len(b.entries)+63)/64)
	for i, e := range b.entries {
		if f.classes&(1<<e.class()) != 0 {
			h.bits[i/64] |= 1 << (i % 64)
		}
	}
	for _, w := range h.bits {
		h.count += bits.OnesCount64(w)
	}
	return h
}

// any reports whether a block has an entry from the i-th on whose class may pass.
func (f *filter) any(b *block, i int) bool {
	if i > 0 {
		return i < len(b.entries)
	}
	for class, n := range b.classes {
		if n > 0 && f.classes&(1<<class) != 0 {
			return true
		}
	}
	return false
}

// scan tests the entries of a block from h.n on. The last ends at end.
func (s *Source) scan(ctx context.Context, c *chain, l look, b *block, end int64, f *filter, h *hits) error {
	held := texts.Get().(*[]byte)
	defer texts.Put(held)
	last := len(b.entries) - 1
	start := b.at(h.n)
	end = min(end, b.at(last)+maxRecord)
	buf := aligned(*held, start)[:end-start]
	if _, err := l.p.readText(ctx, buf, start); err != nil {
		return err
	}
	var line sources.LogLine
	for i, o := h.n, 0; o < len(buf); {
		next := f.rest.Next(buf[o:])
		if next < 0 {
			break
		}
		o += next
		for i < last && b.at(i+1)-start <= int64(o) {
			i++
		}
		from, to := int(b.at(i)-start), len(buf)
		if i < last {
			to = min(int(b.at(i+1)-start), len(buf))
		}
		if f.classes&(1<<b.entries[i].class()) != 0 && f.passes(c, l.p, b, i, buf[from:to], &line) {
			h.set(i)
		}
		o = to
	}
	return nil
}

// passes tests one record. line is room.
func (f *filter) passes(c *chain, p *part, b *block, i int, record []byte, line *sources.LogLine) bool {
	record = bytes.TrimSuffix(record, []byte{'\n'})
	if !f.rest.MatchRaw(record) {
		return false
	}
	if f.rest.Raw() {
		return true
	}
	*line = sources.LogLine{}
	p.read(b, i, string(record), line)
	line.Labels = c.labels
	return f.rest.Match(line)
}

// read parses a record. i is its entry; -1: none of this block.
func (p *part) read(b *block, i int, record string, line *sources.LogLine) {
	p.reading().Parse(record, b.ref, line)
	if i < 0 || !line.Time.IsZero() {
		return
	}
	line.Time = p.timeOf(b, i)
}

// timeOf is the time of entry i as the index has it, to the millisecond; zero: none.
func (p *part) timeOf(b *block, i int) time.Time {
	if t := b.time(b.entries[i]); t != noTime {
		return time.UnixMilli(t).In(p.shared.zone())
	}
	return time.Time{}
}
