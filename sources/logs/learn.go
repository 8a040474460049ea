package logs

import (
	"bytes"
	"slices"
	"strings"
)

// everyGrammar is the order in which grammars are tried on a line that nothing is known about.
var everyGrammar = []grammar{asJSON, asSyslog, asCRI, asAccess, asGlog, asLogfmt, asText, asPrefixed, asLevelled}

// habits are what a Reader has learnt of its source.
type habits struct {
	name   string
	order  []grammar
	learnt [grammars]bool
	timed  bool // records begin with a time: a line without one goes on with the record before
	joins  bool // records may have several lines
}

const (
	sampleLines = 512
	sampleBytes = 256 << 10
)

// Learn recognises the formats of a source from a block of its lines. The block
// may begin and end in the middle of one.
func (r *Reader) Learn(sample []byte) {
	var (
		names  = map[string]int{}
		counts [grammars]int
		timed  int // records that begin with a time
		plain  int // lines outside a trace that could be records, but have none

		inTrace bool
		bare    int // lines of JSON in no envelope
		h       habits
	)
	fresh := habits{order: everyGrammar, joins: true}
	sample = sample[:min(len(sample), sampleBytes)]
	rec := record{clock: clock{&r.zone, 1 << 62}, full: true}
	for range sampleLines {
		line, rest, found := bytes.Cut(sample, []byte{'\n'})
		if !found && len(sample) == 0 {
			break
		}
		sample = rest
		s := strings.TrimPrefix(strings.TrimLeft(trimEnd(string(line[:min(len(line), maxScan)])), "\x00"), "\ufeff")
		if strings.IndexByte(s, 0x1b) >= 0 {
			s = string(appendPlain(nil, s))
		}
		name, g, ok := r.recognise(s, &rec, fresh.order)
		switch {
		case ok:
			names[name]++
			if g < grammars {
				counts[g]++
			}
			inTrace = false
			switch {
			case g == asJSON && rec.envelope == shapeText:
				bare++
			case rec.hasTime:
				timed++
			case g == asLevelled:
				plain++
			}
		case goesOn(s):
			inTrace = true
		case !inTrace:
			plain++
		}
	}
	if len(names) == 0 {
		return
	}
	h.timed = timed > 0 && timed >= plain
	h.order = slices.Clone(everyGrammar)
	// What was seen goes first, the most frequent first; but plain text reads
	// whatever begins with a time, and goes behind the others that were seen.
	slices.SortStableFunc(h.order, func(a, b grammar) int {
		if (a >= asText || b >= asText) && counts[a] > 0 && counts[b] > 0 {
			return int(a) - int(b)
		}
		return counts[b] - counts[a]
	})
	for g, n := range counts {
		h.learnt[g] = n > 0
	}
	h.learnt[asPrefixed] = 2*counts[asPrefixed] > timed // else they are words of a message
	// Lines of JSON never join, but for those in Docker's envelopes.
	h.joins = bare == 0 || 9*(timed+plain) >= bare
	h.name = joined(names)
	r.learnt.Store(&h)
}

// recognise names the format of a line.
func (r *Reader) recognise(s string, rec *record, order []grammar) (string, grammar, bool) {
	rec.reset()
	for _, f := range r.formats {
		if rec.user(f, s) {
			return f.name, grammars, true
		}
	}
	if s == "" || s[0] == ' ' || s[0] == '\t' {
		return "", grammars, false
	}
	for _, g := range order {
		if begins[s[0]]>>g&1 != 0 && rec.read(g, s) {
			name := shapeNames[rec.shape]
			if rec.envelope != 0 {
				name = shapeNames[rec.envelope]
				if rec.shape != shapeText {
					name = shapeNames[rec.shape] + " in " + name
				}
			}
			return name, g, true
		}
	}
	return "", grammars, false
}

// joined names the formats that are more than stray lines, the most frequent first.
func joined(names map[string]int) string {
	all := 0
	list := make([]string, 0, len(names))
	for name, n := range names {
		list = append(list, name)
		all += n
	}
	slices.SortFunc(list, func(a, b string) int {
		if names[a] != names[b] {
			return names[b] - names[a]
		}
		return strings.Compare(a, b)
	})
	list = slices.DeleteFunc(list, func(name string) bool { return names[name]*50 < all })
	return strings.Join(list, " + ")
}
