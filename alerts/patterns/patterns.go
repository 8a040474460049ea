// Package patterns finds what lines of a log have in common: it mines templates
// such as "connected to <*> in <*>" out of a stream of lines, counts each over time,
// and says which are new, surge or have gone quiet against the window before.
//
// The miner is Drain (He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach
// with Fixed Depth Tree", ICWS 2017) with masks for what varies by its form;
// docs/log-patterns.md says where it departs from the paper. Its memory is bounded
// whatever the lines are, and what it lets go is counted: lines in = the sum of the
// patterns' totals + lines of patterns that were let go.
//
// All is arithmetic: no clock, no input, no output. The same lines in the same
// order give the same patterns. A Miner is not safe for concurrent use; the
// patterns of a Snapshot are, and stay as they are.
package patterns

import (
	"cmp"
	"time"

	"nightjar/sources"
)

// Options of a Miner; a zero field is its default.
type Options struct {
	// Window is what is counted over time, in Buckets of the same length (120). Lines
	// without a time, or with one outside, count in totals only. To compare two
	// windows it spans both, and the boundary is best one of buckets.
	Window  sources.Window
	Buckets int

	// Began is when the log is known to begin, so that what is not said from then on
	// is silence also where no line at all is added, for a filter perhaps. Zero: that
	// is told by the lines.
	Began time.Time

	MaxPatterns int     // 2,000; then the one whose last line is longest ago goes
	MaxChildren int     // of a node of the tree, 100; all further tokens share one more
	MaxLeaf     int     // patterns that differ behind the leading tokens, 200
	Depth       int     // leading tokens that must be equal, 1
	Similarity  float64 // share of equal tokens from which on a line is of a pattern, 0.6
}

// Stats is what a Miner has done.
type Stats struct {
	Lines           uint64 // added, gaps left out
	Patterns        int    // held now
	Undated         uint64 // lines without a time
	Outside         uint64 // lines with a time outside the window
	EvictedPatterns uint64 // let go for the bounds
	EvictedLines    uint64 // what those had counted
	Merged          uint64 // patterns whose template became that of another
}

// A Miner mines patterns. Make one with New.
type Miner struct {
	o         Options
	start     int64 // Unix ns of the grid
	step      int64 // ns, 0: there is no window
	head      int   // the first bucket's place in a ring
	first     int64 // Unix ns of the earliest line within the grid; 0: none
	scan      scanner
	roots     map[shape]*node
	templates map[template]*cluster
	newest    *cluster // by use
	oldest    *cluster
	patterns  int
	born      uint64
	stats     Stats
}

// New makes a Miner.
func New(o Options) *Miner {
	o.Buckets = cmp.Or(max(0, o.Buckets), 120)
	o.MaxPatterns = cmp.Or(max(0, o.MaxPatterns), 2000)
	o.MaxChildren = cmp.Or(max(0, o.MaxChildren), 100)
	o.MaxLeaf = cmp.Or(max(0, o.MaxLeaf), 200)
	o.Depth = cmp.Or(max(0, o.Depth), 1)
	o.Similarity = cmp.Or(max(0, o.Similarity), 0.6)
	m := &Miner{o: o, roots: map[shape]*node{}, templates: map[template]*cluster{}}
	if d := o.Window.End.Sub(o.Window.Start); d > 0 {
		m.start = o.Window.Start.UnixNano()
		m.step = (int64(d) + int64(o.Buckets) - 1) / int64(o.Buckets)
	}
	return m
}

// Stats is what the Miner has done so far.
func (m *Miner) Stats() Stats {
	s := m.stats
	s.Patterns = m.patterns
	return s
}

// AddText adds a line that is its message alone.
func (m *Miner) AddText(text string, at time.Time, severity sources.Severity) {
	m.Add(&sources.LogLine{Body: text, Raw: text, Time: at, Severity: severity})
}

// Add adds a line, by its body or, where it has none, by all of it. Of several
// lines the first that is not blank counts: those of stack traces vary. A gap is
// no line. l is not kept; a line of a pattern that is known allocates nothing.
func (m *Miner) Add(l *sources.LogLine) {
	if l.Lost != 0 {
		return
	}
	text := l.Body
	if text == "" {
		text = l.Raw
	}
	m.scan.scan(text)
	leaf := m.leaf()
	c, fits := m.best(leaf)
	if c == nil {
		c = m.begin(leaf)
		fits = true
	}
	m.stats.Lines++
	m.count(c, l)
	m.touch(c)
	if !fits {
		m.generalise(c)
	}
}

// begin makes a pattern of the line that was scanned. Equal templates are one
// pattern wherever they are in the tree.
func (m *Miner) begin(leaf *node) *cluster {
	c := &cluster{shape: m.scan.shape, tokens: make([]token, m.scan.tokens), leaves: []*node{leaf}}
	for i := range c.tokens {
		c.tokens[i].text = string(m.scan.token(i))
	}
	c.setTemplate()
	if m.step > 0 {
		c.buckets = make([]uint32, m.o.Buckets)
	}
	m.born++
	c.born = m.born
	var full *cluster
	if len(leaf.patterns) >= m.o.MaxLeaf {
		full = stalest(leaf)
	}
	leaf.patterns = append(leaf.patterns, c) // before another goes: an empty leaf goes too
	switch {
	case full != nil:
		m.evict(full)
	case m.patterns >= m.o.MaxPatterns:
		m.evict(m.oldest)
	}
	m.touch(c)
	return m.name(c)
}
