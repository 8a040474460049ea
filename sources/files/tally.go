package files

import (
	"bytes"
	"context"
	"sync"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	// pieceSize is how much is read at once to count: it stays in the cache of a core.
	pieceSize = 64 << 10
	// pieceSlack is how far a record may reach into the next piece, at most, and
	// pieceLines how many lines it may have; the index counts what is larger. Most
	// end within shortSlack.
	shortSlack = 4 << 10
	pieceSlack = 64 << 10
	pieceLines = 1000
)

// pieces are buffers for a piece, the byte before it and its slack.
var pieces = sync.Pool{New: func() any {
	b := make([]byte, 1+pieceSize+pieceSlack+alignment)
	return &b
}}

// plain reports whether the text of a record alone decides whether it passes.
func (f *filter) plain() bool {
	return f != nil && f.rest != nil && f.rest.Raw() && f.classes == 1<<sources.Severities-1
}

// bare reports whether chunk k is one of a file that can be read anywhere, and is not indexed.
func (l look) bare(k int) bool {
	if k == l.last {
		return false
	}
	l.p.mu.RLock()
	defer l.p.mu.RUnlock()
	_, ok := l.p.text.(*plain)
	return ok && l.p.blocks[k] == nil
}

// tally counts the records of chunk k that pass without indexing it: only around
// a hit is it asked where the record begins and ends. ok is false where that
// depends on more than the lines around, as in very long records.
func (p *part) tally(ctx context.Context, k int, m *logs.Matcher) (sum int, ok bool, err error) {
	p.mu.RLock()
	t := tally{m: m, reader: p.reader, ref: p.reference(k)}
	end := p.now.end
	p.mu.RUnlock()
	held := pieces.Get().(*[]byte)
	defer pieces.Put(held)
	start := int64(k) << chunkBits
	for from := start; from < start+chunkSize; from += pieceSize {
		begin := max(from-1, 0)
		ok = false
		for slack := int64(shortSlack); slack <= pieceSlack && !ok; slack *= pieceSlack / shortSlack {
			t.buf = aligned(*held, begin)[:min(from+pieceSize+slack, end)-begin]
			if _, err := p.readText(ctx, t.buf, begin); err != nil {
				return 0, false, err
			}
			n, counted := t.piece(begin < from, int(from+pieceSize-begin))
			sum, ok = sum+n, counted
		}
		if !ok {
			return 0, false, nil
		}
	}
	return sum, true, nil
}

// A tally counts the records of pieces of a file.
type tally struct {
	m      *logs.Matcher
	reader *logs.Reader
	ref    int64
	buf    []byte
}

// piece counts the records that begin in buf before limit. Unless it is the start
// of the file, buf begins with the byte before the piece. ok is false, and sum 0, if it cannot.
//
//	...\n|  at Pool.java   a record a record a record   a rec|ord
//	     ^ before the piece: skipped                         ^ limit
func (t *tally) piece(inside bool, limit int) (sum int, ok bool) {
	n := bytes.LastIndexByte(t.buf, '\n') + 1
	if n < limit {
		return 0, false
	}
	t.buf = t.buf[:n]
	o := 0
	if inside {
		o = bytes.IndexByte(t.buf, '\n') + 1
		for lines := 0; o < limit && t.goesOn(o); lines++ {
			if lines == pieceLines {
				return 0, false
			}
			o = t.next(o)
		}
	}
	if o >= limit {
		return 0, false
	}
	for o < limit {
		hit := t.m.Next(t.buf[o:])
		if hit < 0 {
			break
		}
		from, to, ok := t.record(o, o+hit)
		if !ok {
			return 0, false
		}
		if from >= limit {
			break
		}
		if t.m.MatchRaw(t.buf[from:to]) {
			sum++
		}
		o = to
	}
	return sum, true
}

// record is where the record begins and ends that holds the line at hit. One
// begins at first, which is not behind it.
func (t *tally) record(first, hit int) (from, to int, ok bool) {
	from, to = hit, t.next(hit)
	lines := 0
	for ; from > first && t.goesOn(from); lines++ {
		from = bytes.LastIndexByte(t.buf[:from-1], '\n') + 1
	}
	for ; to < len(t.buf) && t.goesOn(to); lines++ {
		to = t.next(to)
	}
	return from, to, to < len(t.buf) && lines < pieceLines
}

// next is where the line after the one at o begins.
func (t *tally) next(o int) int { return o + bytes.IndexByte(t.buf[o:], '\n') + 1 }

// goesOn reports whether the line at o belongs to the record before it.
func (t *tally) goesOn(o int) bool {
	line := t.buf[o : t.next(o)-1]
	return t.reader.Head(trimCR(line[:min(len(line), headSize)]), t.ref).Continues
}
