package files

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sync"
)

// chunks are buffers for a chunk and the head of a line that goes on after it.
var chunks = sync.Pool{New: func() any {
	b := make([]byte, 1+chunkSize+headSize+alignment)
	return &b
}}

// block is the index of a chunk before the last one, made if it is not there.
func (p *part) block(ctx context.Context, k int) (*block, error) {
	for {
		p.mu.RLock()
		b := p.blocks[k]
		p.mu.RUnlock()
		if b != nil {
			return b, nil
		}
		ch, mine := p.claim(k)
		if mine {
			b, err := p.build(ctx, k)
			p.release(k, ch)
			return b, err
		}
		select {
		case <-ch: // built, or the other one gave up
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// build reads a chunk and indexes it.
func (p *part) build(ctx context.Context, k int) (*block, error) {
	p.mu.RLock()
	b, end, reader, ref := p.blocks[k], p.scanned, p.reader, p.reference(k)
	p.mu.RUnlock()
	if b != nil {
		return b, nil
	}
	held := chunks.Get().(*[]byte)
	defer chunks.Put(held)
	from := int64(k) << chunkBits
	begin := max(from-1, 0)
	buf := aligned(*held, begin)[:min(from-begin+chunkSize+headSize, end-begin)]
	n, err := p.readText(ctx, buf, begin)
	if err != nil {
		return nil, err
	}
	b = indexChunk(newBuilder(reader, from, ref), buf[:n], begin)
	p.mu.Lock()
	p.blocks[k] = b
	p.mu.Unlock()
	return b, nil
}

// indexChunk indexes the lines that begin in the chunk of w. buf is the chunk
// from one byte before it on, and some of what follows.
func indexChunk(w *builder, buf []byte, begin int64) *block {
	end := int(w.b.start + chunkSize - begin)
	o := 0
	if begin < w.b.start {
		o = bytes.IndexByte(buf, '\n') + 1
		if o == 0 {
			o = len(buf)
		}
	}
	w.b.entries = make([]entry, 0, chunkSize/128)
	for o < min(end, len(buf)) {
		next := len(buf)
		if i := bytes.IndexByte(buf[o:], '\n'); i >= 0 {
			next = o + i
		}
		w.add(begin+int64(o), trimCR(buf[o:next]), noTime)
		o = next + 1
	}
	return w.block()
}

// reference is the time that no line of a chunk can be much later than: that of
// the chunks after it as far as they are known.
func (p *part) reference(k int) int64 {
	for i := k + 1; i < min(k+8, len(p.blocks)); i++ {
		if b := p.blocks[i]; b != nil && b.timed > 0 {
			return b.firstTime() * 1e6
		}
	}
	if len(p.blocks)-k < 8 && p.w.b.timed > 0 {
		return p.w.b.firstTime() * 1e6
	}
	return p.born.UnixNano()
}

// firstTime is the time of the first entry that has one of its own.
func (b *block) firstTime() int64 {
	for _, e := range b.entries {
		if e.timed() {
			return b.time(e)
		}
	}
	return noTime
}

// Lines of several files are merged by keys: Unix ms, ascending within a log
// whatever its clock did, and the same for a line as long as the source is open.
// Within a chunk a key is the latest time so far. Chunks that were there at the
// start are bounded from above by the first key of the chunk after them, so that
// keys can be given from the end backwards; chunks that came since are bounded
// from below by the last key of the chunk before.
type bound struct{ floor, ceil int64 }

const noCeil = math.MaxInt64

var unbounded = bound{noTime, noCeil}

// top is the highest key of a block.
func (b *block) top(floor int64) int64 {
	for _, e := range b.entries {
		floor = max(floor, b.time(e))
	}
	return floor
}

// keys are those of the entries of a block; fallback is the key of a block that knows no time.
func (b *block) keys(w bound, fallback int64) []int64 {
	keys := make([]int64, len(b.entries))
	k := w.floor
	if k == noTime {
		k = min(w.ceil, fallback)
		if i := slices.IndexFunc(b.entries, func(e entry) bool { return e.delta() > 0 }); i >= 0 {
			k = b.time(b.entries[i])
		}
	}
	for i, e := range b.entries {
		k = max(k, b.time(e))
		keys[i] = min(k, w.ceil)
	}
	return keys
}

// keys are the keys of chunk k, for which all chunks after it must be indexed.
func (l look) keys(ctx context.Context, b *block, k int) ([]int64, error) {
	p := l.p
	fallback := p.born.UnixMilli()
	if k == l.last {
		return b.keys(l.bound, fallback), nil
	}
	p.mu.RLock()
	from := p.bounded
	w := p.bounds[k]
	p.mu.RUnlock()
	if k >= from {
		return b.keys(w, fallback), nil
	}
	for i := from - 1; i >= k; i-- {
		next, err := l.block(ctx, i+1)
		if err != nil {
			return nil, err
		}
		above := l.bound
		p.mu.Lock()
		if i+1 < len(p.bounds) {
			above = p.bounds[i+1]
		}
		w = bound{noTime, above.ceil}
		if len(next.entries) > 0 {
			w.ceil = next.keys(above, fallback)[0]
		}
		if p.bounded > i {
			p.bounds[i], p.bounded = w, i
		}
		w = p.bounds[i]
		p.mu.Unlock()
	}
	return b.keys(w, fallback), nil
}
