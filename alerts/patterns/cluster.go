package patterns

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nightjar/sources"
)

// The bounds of what a pattern keeps.
const (
	maxExample = 4096 // bytes of the example's text
	maxSources = 16   // names of sources; lines of others are counted as one
	maxFormer  = 8    // earlier IDs
)

// A template is what a pattern is known by.
type template struct {
	shape shape
	text  string // as shown
}

// id is a hash of the template and nothing else.
func (t template) id() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.text))
	if t.shape.cut {
		_, _ = h.Write([]byte{0})
	}
	return strconv.FormatUint(h.Sum64()|1<<63, 16)[:12] // the bit keeps the length
}

// A cluster is a pattern as it grows.
type cluster struct {
	shape        shape
	tokens       []token
	template     template
	place        place
	leaves       []*node // that hold it: several once patterns were merged
	older, newer *cluster
	born, used   uint64
	told         string   // the ID a Snapshot gave last
	former       []string // and those before

	total, undated uint64
	buckets        []uint32
	first, last    int64 // Unix ns of the earliest and the latest line with a time
	dated          bool
	severities     [sources.Severities]uint64
	worst          sources.Severity
	example        sources.LogLine
	latest         sources.LogPos // of the line that was added last
	latestSource   string
	sources        []SourceCount
	others         uint64
}

// setTemplate writes the template out.
func (c *cluster) setTemplate() {
	var b strings.Builder
	for i, t := range c.tokens {
		if i > 0 && c.shape.glue>>i&1 == 0 {
			b.WriteByte(' ')
		}
		if t.text == "" {
			b.WriteString(wildcard)
			continue
		}
		eachPart(t.text, func(text string, mask byte) {
			b.WriteString(text)
			if mask != 0 {
				b.WriteString(wildcard)
			}
		})
	}
	if c.shape.cut {
		b.WriteString(" …")
	}
	c.template = template{c.shape, b.String()}
}

// count counts the line that was scanned.
func (m *Miner) count(c *cluster, l *sources.LogLine) {
	c.place.see(&m.scan, l, c.total == 0)
	c.total++
	c.severities[l.Severity.Class()]++
	if c.total == 1 || l.Severity > c.worst {
		c.worst = l.Severity
		c.example = sources.LogLine{
			Pos: l.Pos, Time: l.Time, Severity: l.Severity, Source: l.Source, Labels: l.Labels,
			Body: shorten(l.Body), Raw: shorten(l.Raw),
		}
	}
	c.latest, c.latestSource = l.Pos, l.Source
	c.from(l.Source, 1)
	if l.Time.IsZero() {
		m.stats.Undated++
		c.undated++
		return
	}
	at := l.Time.UnixNano()
	if !c.dated || at < c.first {
		c.first = at
	}
	if !c.dated || at > c.last {
		c.last = at
	}
	c.dated = true
	end := m.start + m.step*int64(m.o.Buckets)
	if m.step == 0 || at < m.start || at > end {
		m.stats.Outside++
		return
	}
	if m.first == 0 || at < m.first {
		m.first = at
	}
	at = min(at, end-1) // windows have their ends in them
	c.buckets[(m.head+int((at-m.start)/m.step))%m.o.Buckets]++
}

// from counts lines of a source.
func (c *cluster) from(name string, n uint64) {
	for i := range c.sources {
		if c.sources[i].Name == name {
			c.sources[i].Count += n
			return
		}
	}
	if len(c.sources) == maxSources {
		c.others += n
		return
	}
	c.sources = append(c.sources, SourceCount{strings.Clone(name), n})
}

// take counts what another pattern has counted.
func (c *cluster) take(o *cluster) {
	if o.total == 0 {
		return
	}
	if c.total == 0 {
		c.place = o.place
	} else {
		c.place.merge(&o.place)
	}
	for i, n := range o.buckets {
		c.buckets[i] += n
	}
	for i, n := range o.severities {
		c.severities[i] += n
	}
	if c.total == 0 || o.worst > c.worst {
		c.worst, c.example = o.worst, o.example
	}
	if c.total == 0 || o.used > c.used {
		c.latest, c.latestSource = o.latest, o.latestSource
	}
	if o.dated {
		if !c.dated || o.first < c.first {
			c.first = o.first
		}
		if !c.dated || o.last > c.last {
			c.last = o.last
		}
		c.dated = true
	}
	c.total += o.total
	c.undated += o.undated
	c.others += o.others
	for _, s := range o.sources {
		c.from(s.Name, s.Count)
	}
	for _, id := range append(o.former, o.told) {
		c.wasCalled(id)
	}
}

// wasCalled keeps an ID that a Snapshot gave the pattern.
func (c *cluster) wasCalled(id string) {
	if id == "" || slices.Contains(c.former, id) {
		return
	}
	if len(c.former) == maxFormer {
		c.former = c.former[1:]
	}
	c.former = append(slices.Clip(c.former), id)
}

// shorten copies text, or its beginning: the line's memory is not the miner's to keep.
func shorten(text string) string {
	if len(text) > maxExample {
		n := maxExample
		for n > maxExample-utf8.UTFMax && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	return strings.Clone(text)
}

// Slide moves the window that is counted over time so that it ends at end, or
// up to a bucket later; it never goes back. What falls out of it stays in the totals.
func (m *Miner) Slide(end time.Time) {
	if m.step == 0 {
		return
	}
	over := end.UnixNano() - (m.start + m.step*int64(m.o.Buckets))
	if over <= 0 {
		return
	}
	n := (over + m.step - 1) / m.step
	gone := int(min(n, int64(m.o.Buckets)))
	for c := m.newest; c != nil; c = c.older {
		for i := range gone {
			c.buckets[(m.head+i)%m.o.Buckets] = 0
		}
	}
	m.head = (m.head + gone) % m.o.Buckets
	m.start += n * m.step
	if m.first < m.start {
		m.first = m.earliest()
	}
}
