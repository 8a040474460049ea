package files

import (
	"cmp"
	"context"
	"errors"
	"io"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// fileLabel is the label that tells the lines of several files apart.
const fileLabel = "file"

// A place is where a record stands: in a log by the file and the offset, among
// several logs by the key first.
type place struct {
	key int64 // Unix ms; 0 if the source has one log
	id  int64 // of the part
	off int64
	gap bool // it is the gap before the record there
}

const idBits = 23

func (z place) zero() bool { return z == place{} }

// less reports whether z comes before o.
func (z place) compare(o place) int {
	rank := func(gap bool) int {
		if gap {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(z.key, o.key), cmp.Compare(z.id, o.id), cmp.Compare(z.off, o.off), cmp.Compare(rank(z.gap), rank(o.gap)))
}

// pos is the place as others know it.
func (z place) pos(merged bool) sources.LogPos {
	minor := uint64(z.off) << 1 //nolint:gosec // not negative
	if !z.gap {
		minor |= 1
	}
	if !merged {
		return sources.LogPos{Major: z.id, Minor: minor}
	}
	return sources.LogPos{Major: z.key, Minor: uint64(z.id)<<(64-idBits) | minor} //nolint:gosec // 23 bits
}

// placeOf is the place that a position was made of.
func placeOf(p sources.LogPos, merged bool) place {
	if p == (sources.LogPos{}) {
		return place{}
	}
	if !merged {
		return place{id: p.Major, off: int64(p.Minor >> 1), gap: p.Minor&1 == 0}
	}
	const offset = 1<<(64-idBits) - 1
	return place{
		key: p.Major, id: int64(p.Minor >> (64 - idBits)),
		off: int64(p.Minor & offset >> 1), gap: p.Minor&1 == 0,
	}
}

// begins is the time that the part begins with, Unix ms, read from its first
// lines if it is not indexed; noTime if they have none.
func (p *part) begins(ctx context.Context) int64 {
	p.mu.RLock()
	known, t, ready := p.begun, p.begin, p.ready
	if ready && len(p.blocks) == 0 { // it may still grow
		b := p.now.tail
		p.mu.RUnlock()
		return b.firstTime()
	}
	if !known && ready && p.blocks[0] != nil {
		known, t = true, p.blocks[0].firstTime()
	}
	p.mu.RUnlock()
	if known {
		return t
	}
	head, err := p.head64(ctx)
	if err != nil || len(head) == 0 {
		return noTime // what cannot be read is said when it is searched
	}
	r := logs.NewReader(p.shared.options)
	r.Learn(head)
	b := indexChunk(newBuilder(r, 0, p.born.UnixNano()), head, 0)
	t = b.firstTime()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun, p.begin = true, t
	return t
}

// head64 is the first 64 kB of the part's text.
func (p *part) head64(ctx context.Context) ([]byte, error) {
	text := p.content()
	if _, ok := text.(*packed); ok {
		path, _ := text.identity()
		return first(path, headSize)
	}
	buf := make([]byte, headSize)
	n, err := text.readAt(ctx, buf, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return buf[:n], err
}

// after bounds the keys of a part that comes after all others, and theirs.
func (c *chain) after(ctx context.Context, p *part) {
	parts := c.history()
	if !c.s.merged || len(parts) < 2 {
		return
	}
	old := parts[len(parts)-2]
	l, err := old.look(ctx)
	if err != nil || c.clamp(ctx, old) != nil {
		return
	}
	top := old.clampKey(l.tail.top(l.bound.floor))
	p.mu.Lock()
	p.floor, p.clamped = top, true
	p.mu.Unlock()
	old.mu.Lock()
	old.ceil = max(top, old.floor)
	old.mu.Unlock()
}

func (p *part) clampKey(k int64) int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return max(p.floor, min(k, p.ceil))
}

// clamp bounds the keys of a part by those of the part after it.
func (c *chain) clamp(ctx context.Context, p *part) error {
	p.mu.RLock()
	clamped := p.clamped
	p.mu.RUnlock()
	if clamped {
		return nil
	}
	ceil := int64(noCeil)
	parts := c.history()
	for i, o := range parts {
		if o != p || i+1 == len(parts) {
			continue
		}
		next := parts[i+1]
		if err := c.clamp(ctx, next); err != nil {
			return err
		}
		l, err := next.look(ctx)
		if err != nil {
			break // it is said where it is searched
		}
		k, err := l.firstKey(ctx)
		if err != nil {
			return err
		}
		ceil = next.clampKey(k)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.clamped {
		p.ceil, p.clamped = min(p.ceil, ceil), true
	}
	return nil
}

// firstKey is the key of the first record of the part, noCeil if it is empty.
func (l look) firstKey(ctx context.Context) (int64, error) {
	for k := 0; k <= l.last; k++ {
		b, err := l.block(ctx, k)
		if err != nil {
			return 0, err
		}
		if len(b.entries) > 0 {
			keys, err := l.keys(ctx, b, k)
			if err != nil {
				return 0, err
			}
			return keys[0], nil
		}
	}
	return noCeil, nil
}
