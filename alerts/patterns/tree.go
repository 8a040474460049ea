package patterns

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// wildcard is how what varies is shown.
const wildcard = "<*>"

// A token of a template.
type token struct {
	text string // masked; empty: learnt to vary
	wide bool   // learnt to vary, and white space may be in it
}

// plain reports whether a token is text, with masks in it or not, rather than a mask alone.
func (t token) plain() bool {
	return t.text != "" && (len(t.text) > 1 || t.text[0] != masked && t.text[0] != quoted)
}

// overflow is the key of the child for all that have none of their own; no token is this byte.
var overflow = []byte{0xfd}

// A node of the tree. The first level is the shape, then there is one for each of
// the leading tokens; the last holds the patterns:
//
//	shape        3 tokens                       8 tokens
//	1st token    user         <*>   ...         Accepted
//	             |            |                 |
//	patterns     user <*> in  <*> rows sent     Accepted password for <*> from <*> port <*>
//	             user quota reached
type node struct {
	parent   *node
	shape    shape
	key      string
	children map[string]*node
	patterns []*cluster
}

// leaf is where lines like the one that was scanned are.
func (m *Miner) leaf() *node {
	n := m.roots[m.scan.shape]
	if n == nil {
		n = &node{shape: m.scan.shape}
		m.roots[n.shape] = n
	}
	for i := range min(m.o.Depth, m.scan.tokens) {
		key := m.scan.token(i)
		child := n.children[string(key)]
		if child == nil && len(n.children) >= m.o.MaxChildren {
			key = overflow
			child = n.children[string(key)]
		}
		if child == nil {
			child = &node{parent: n, key: string(key)}
			if n.children == nil {
				n.children = map[string]*node{}
			}
			n.children[child.key] = child
		}
		n = child
	}
	return n
}

// prune takes away a node that holds nothing, and those above it.
func (m *Miner) prune(n *node) {
	for len(n.patterns) == 0 && len(n.children) == 0 {
		if n.parent == nil {
			delete(m.roots, n.shape)
			return
		}
		delete(n.parent.children, n.key)
		n = n.parent
	}
}

// best is the pattern of a leaf that is most like the line, nil if none is like
// it enough. One that the line fits already is taken before any other; of equals
// the one with more text, then the older.
func (m *Miner) best(n *node) (best *cluster, fits bool) {
	top, text := 0.0, -1
	most := int(float64(m.scan.tokens)*(1-m.o.Similarity) + 1e-9)
	for _, c := range n.patterns {
		like, plain := m.likeness(c, most)
		if like >= m.o.Similarity && (like > top || like == top && plain > text) {
			best, top, text = c, like, plain
		}
	}
	return best, top > 1
}

// likeness is the share of tokens that are equal, those not counted that are a
// mask in both: they say nothing. A token that was learnt to vary is equal to none,
// so that a template keeps most of its text. It is 2 if the line fits the template,
// and 0 if more than most tokens do not: the line is not like enough then.
func (m *Miner) likeness(c *cluster, most int) (like float64, plain int) {
	equal, both, other := 0, 0, 0
	for i := range c.tokens {
		if other > most {
			return 0, 0
		}
		t := &c.tokens[i]
		have := m.scan.token(i)
		switch {
		case t.text == "":
			if !t.wide && bytes.IndexByte(have, quoted) >= 0 {
				other++
			}
		case string(have) != t.text:
			other++
		case t.plain():
			equal++
		default:
			both++
		}
	}
	if other == 0 {
		return 2, equal
	}
	return float64(equal) / float64(len(c.tokens)-both), equal
}

// generalise makes a template fit the line as well. Tokens are copied, since
// patterns that were handed out share them.
func (m *Miner) generalise(c *cluster) {
	c.tokens = slices.Clone(c.tokens)
	for i := range c.tokens {
		if t, have := &c.tokens[i], m.scan.token(i); string(have) != t.text {
			*t = token{wide: t.wide || strings.IndexByte(t.text, quoted) >= 0 || bytes.IndexByte(have, quoted) >= 0}
		}
	}
	delete(m.templates, c.template)
	c.setTemplate()
	m.name(c)
}

// name makes a pattern known by its template, or puts it into the one that is already.
func (m *Miner) name(c *cluster) *cluster {
	if old := m.templates[c.template]; old != nil {
		return m.merge(old, c)
	}
	m.templates[c.template] = c
	return c
}

// merge puts two patterns of the same template into one, the older.
func (m *Miner) merge(a, b *cluster) *cluster {
	if a.born > b.born {
		a, b = b, a
	}
	a.tokens = slices.Clone(a.tokens)
	for i := range a.tokens {
		if t, u := &a.tokens[i], b.tokens[i]; *t != u {
			if t.plain() { // they are shown alike: one has quoted where the other has masked
				*t = token{text: strings.ReplaceAll(t.text, string([]byte{masked}), string([]byte{quoted}))}
				continue
			}
			*t = token{wide: t.wide || u.wide || t.text == string([]byte{quoted}) || u.text == string([]byte{quoted})}
		}
	}
	for _, n := range b.leaves {
		at := slices.Index(n.patterns, b)
		if slices.Contains(n.patterns, a) {
			n.patterns = slices.Delete(n.patterns, at, at+1)
			continue
		}
		n.patterns[at] = a
		a.leaves = append(a.leaves, n)
	}
	m.unlink(b)
	a.take(b)
	m.templates[a.template] = a
	m.stats.Merged++
	m.touch(a)
	return a
}

// evict lets a pattern go, and counts its lines.
func (m *Miner) evict(c *cluster) {
	for _, n := range c.leaves {
		n.patterns = slices.DeleteFunc(n.patterns, func(p *cluster) bool { return p == c })
		m.prune(n)
	}
	delete(m.templates, c.template)
	m.unlink(c)
	m.stats.EvictedPatterns++
	m.stats.EvictedLines += c.total
}

// stalest is the pattern of a full leaf whose last line is longest ago.
func stalest(n *node) *cluster {
	return slices.MinFunc(n.patterns, func(a, b *cluster) int { return cmp.Compare(a.used, b.used) })
}

// touch makes a pattern the one used last.
func (m *Miner) touch(c *cluster) {
	c.used = m.stats.Lines
	if m.newest == c {
		return
	}
	if c.older != nil || c.newer != nil {
		m.unlink(c)
	}
	c.older = m.newest
	if m.newest != nil {
		m.newest.newer = c
	}
	m.newest = c
	if m.oldest == nil {
		m.oldest = c
	}
	m.patterns++
}

// unlink takes a pattern out of the list by use.
func (m *Miner) unlink(c *cluster) {
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		m.newest = c.older
	}
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		m.oldest = c.newer
	}
	c.newer, c.older = nil, nil
	m.patterns--
}
