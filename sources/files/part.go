package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"nightjar/sources/logs"
)

// A part is one file that a log was written to: the one that is written now, or
// one that was before. Its index grows at the end as lines come, and towards
// the start as it is needed.
type part struct {
	id      int64     // ascends with age within a log; of positions
	path    string    // where it was first, or what it became
	orphan  time.Time // since when its file has no name; of the chain
	retired time.Time // when it was rotated away; of the chain
	born    time.Time // of what it says of year-less times: when it was last written
	multi   bool      // it is merged with others: its entries need keys
	shared  *shared

	mu       sync.RWMutex
	text     content
	reader   *logs.Reader
	blocks   []*block // by chunk, without the last; nil: not built yet
	bounds   []bound  // of the keys of each of blocks, if multi
	bounded  int      // the lowest chunk whose bound is known
	building map[int]chan struct{}
	ready    bool // the last chunk is indexed
	tried    bool // the indexer has been through it

	// The end, which grows.
	w       *builder // of the last chunk
	lineAt  int64    // where the line that has no end yet begins; -1: in an earlier chunk
	scanned int64    // how far it was read
	head    []byte   // of that line
	grown   time.Time
	early   bool   // the line without an end is shown
	timed   bool   // a line at the end had a time
	bound   bound  // of keys of the last chunk
	now     look   // what is shown
	print   []byte // its first bytes
	edge    []byte // the last that were read
	gap     string // why lines may be missing before its first
	gapAt   int64  // Unix ms
	damage  string // what of it cannot be read, and why
	floor   int64  // all keys are at least this: the last of the part before, if that came first
	ceil    int64  // and at most this: the first of the part after, if that came first
	clamped bool   // floor and ceil are known
	begun   bool   // begin is known
	begin   int64  // the time of its first line
}

// A look is a part as it is at a moment: complete lines up to end.
type look struct {
	p     *part
	end   int64
	tail  *block
	last  int // the number of the chunk of tail
	bound bound
}

// shared is what the parts of a source have in common.
type shared struct {
	options logs.Options
	clock   func() time.Time
	read    counter // bytes
}

// zone is where times are shown that name none.
func (s *shared) zone() *time.Location { return s.options.Zone }

// printSize and edgeSize are how much of the start, and of what was read last,
// tells a file from another.
const (
	printSize = 256
	edgeSize  = 64
)

// extent is where the record that begins at entry i of the block of chunk k
// ends. It may have to index the chunks that follow.
func (l look) extent(ctx context.Context, b *block, k, i int) (int64, error) {
	if i+1 < len(b.entries) {
		return b.at(i + 1), nil
	}
	for k++; k <= l.last; k++ {
		n, err := l.block(ctx, k)
		if err != nil {
			return 0, err
		}
		if len(n.entries) > 0 {
			return n.at(0), nil
		}
	}
	return l.end, nil
}

// block is the index of chunk k, 0 to l.last.
func (l look) block(ctx context.Context, k int) (*block, error) {
	if k == l.last {
		return l.tail, nil
	}
	return l.p.block(ctx, k)
}

// look gives the part as it is, having indexed its last chunk.
func (p *part) look(ctx context.Context) (look, error) {
	p.mu.RLock()
	ready, l := p.ready, p.now
	p.mu.RUnlock()
	if ready {
		return l, nil
	}
	if err := p.prepare(ctx); err != nil {
		return look{}, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.now, nil
}

// prepare learns the format and indexes the last chunk; of a compressed file, all of it.
func (p *part) prepare(ctx context.Context) error {
	const all = -1
	ch, mine := p.claim(all)
	if !mine {
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		}
		p.mu.RLock()
		defer p.mu.RUnlock()
		if !p.ready {
			return fmt.Errorf("%s cannot be read", p.path)
		}
		return nil
	}
	defer p.release(all, ch)
	p.mu.RLock()
	ready, text := p.ready, p.text
	p.mu.RUnlock()
	if ready {
		return nil
	}
	switch f := text.(type) {
	case *packed:
		return p.prepareStream(ctx, f)
	case *plain:
		info, err := f.stat()
		if err != nil {
			return err
		}
		return p.prepareEnd(ctx, f, info.Size())
	}
	return nil
}

// prepareEnd indexes the last chunk of a file that has size bytes.
func (p *part) prepareEnd(ctx context.Context, f content, size int64) error {
	sample, err := p.sample(ctx, f, size)
	if err != nil {
		return err
	}
	r := logs.NewReader(p.shared.options)
	r.Learn(sample)
	at, err := lastLine(ctx, f, size)
	if err != nil {
		return err
	}
	k := int(at >> chunkBits)
	from := int64(k) << chunkBits
	buf := make([]byte, size-from+1)
	begin := max(from-1, 0)
	n, err := f.readAt(ctx, buf[:size-begin], begin)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	buf = buf[:n]
	endless := false // the line is longer than what was read: it begins in an earlier chunk
	if from > 0 {
		i := bytes.IndexByte(buf, '\n')
		if endless = i < 0; endless {
			i = n - 1
		}
		begin, buf = begin+int64(i)+1, buf[i+1:]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reader = r
	p.blocks, p.bounded = make([]*block, k), k
	if p.multi {
		p.bounds = make([]bound, k)
	}
	p.w = newBuilder(r, from, p.born.UnixNano())
	p.lineAt, p.scanned = begin, begin
	if endless {
		p.lineAt = -1
	}
	p.feed(buf, noTime)
	p.edge = bytes.Clone(buf[max(0, len(buf)-edgeSize):])
	p.ready, p.early = true, true
	p.publish()
	return nil
}

// sample is text that tells the format: the end of the file, and its start.
func (p *part) sample(ctx context.Context, f content, size int64) ([]byte, error) {
	const some = 64 << 10
	buf := make([]byte, min(size, some))
	n, err := f.readAt(ctx, buf, size-int64(len(buf)))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	buf = buf[:n]
	if size > some {
		if i := bytes.IndexByte(buf, '\n'); i >= 0 {
			buf = buf[i+1:]
		}
	}
	print := make([]byte, min(size, printSize))
	if n, err = f.readAt(ctx, print, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	p.mu.Lock()
	p.print = print[:n]
	p.mu.Unlock()
	return buf, nil
}

// lastLine is where the last line that begins before size begins, looking back a few chunks.
func lastLine(ctx context.Context, f content, size int64) (int64, error) {
	buf := make([]byte, headSize)
	for end := size; end > 0 && size-end < 8*chunkSize; {
		from := max(0, end-int64(len(buf)))
		n, err := f.readAt(ctx, buf[:end-from], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if end == size && bytes.HasSuffix(buf[:n], []byte{'\n'}) {
			n-- // the end of the last line
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		if end = from; end == 0 {
			return 0, nil
		}
	}
	return max(size-1, 0), nil
}

// content is where the part's text is now.
func (p *part) content() content {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.text
}

// reading is how its lines are read.
func (p *part) reading() *logs.Reader {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.reader
}

// name is where the part is, or was when it was opened.
func (p *part) name() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.path
}

// lately is the last bytes that were read.
func (p *part) lately() []byte {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.edge
}

// readText reads the part's text and makes sure that it is still this part's: a
// file that was emptied and written anew has other first bytes. Less than buf
// comes with an error.
func (p *part) readText(ctx context.Context, buf []byte, off int64) (int, error) {
	p.mu.RLock()
	text, print, path := p.text, p.print, p.path
	p.mu.RUnlock()
	n, err := text.readAt(ctx, buf, off)
	p.shared.read.add(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, err
	}
	short := n < len(buf)
	if _, ok := text.(*plain); ok && !short {
		var room [printSize]byte
		head := room[:len(print)]
		m, err := text.readAt(ctx, head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		short = !bytes.Equal(head[:m], print)
	}
	if short {
		return 0, fmt.Errorf("%s %w", path, errReplaced)
	}
	return n, nil
}

var errReplaced = errors.New("was truncated while it was read")

// indexed reports whether the end of the part is indexed.
func (p *part) indexed() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.ready
}

// claim says whether the caller is to do a piece of work, else what to wait for.
func (p *part) claim(k int) (chan struct{}, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ch := p.building[k]; ch != nil {
		return ch, false
	}
	if p.building == nil {
		p.building = map[int]chan struct{}{}
	}
	ch := make(chan struct{})
	p.building[k] = ch
	return ch, true
}

func (p *part) release(k int, ch chan struct{}) {
	p.mu.Lock()
	delete(p.building, k)
	p.mu.Unlock()
	close(ch)
}
