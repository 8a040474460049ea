package files

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"nightjar/sources/logs"
)

// keptChunks is how many chunks of a compressed file are kept unpacked: those
// that were read last. A page further back costs a pass over the file.
const keptChunks = 32

// packed is a compressed file, read by stream. Nothing is written anywhere.
type packed struct {
	turn chan struct{} // held by the one that reads the stream

	mu   sync.Mutex
	path string
	info os.FileInfo
	kept map[int][]byte
	size int64 // unpacked; known after the first pass
	used time.Time
}

func newPacked(path string, info os.FileInfo) *packed {
	return &packed{path: path, info: info, turn: make(chan struct{}, 1), kept: map[int][]byte{}}
}

func (c *packed) identity() (string, os.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.path, c.info
}

func (c *packed) open() bool { return false }

func (c *packed) moved(path string, info os.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.path, c.info = path, info
}

// packing is the way a file is compressed, by its name: gz, zst, bz2 or none.
func packing(path string) string {
	for _, ext := range []string{".gz", ".zst", ".bz2"} {
		if strings.HasSuffix(path, ext) {
			return ext[1:]
		}
	}
	return ""
}

// unpack opens the text of a file, compressed or not.
func unpack(path string) (io.ReadCloser, error) {
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(f.f, 256<<10)
	switch packing(path) {
	case "gz":
		z, err := gzip.NewReader(in)
		if err != nil {
			f.f.Close()
			return nil, fmt.Errorf("%s cannot be unpacked: %w", path, err)
		}
		return stream{z, f.f}, nil
	case "zst":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			f.f.Close()
			return nil, fmt.Errorf("%s cannot be unpacked: %w", path, err)
		}
		return stream{z.IOReadCloser(), f.f}, nil
	case "bz2":
		return stream{io.NopCloser(bzip2.NewReader(in)), f.f}, nil
	}
	return f.f, nil
}

// stream closes the decoder and the file below it.
type stream struct {
	io.ReadCloser
	f *os.File
}

func (s stream) Close() error { return errors.Join(s.ReadCloser.Close(), s.f.Close()) }

// pass reads the stream from its start up to the end of chunk last, or to the
// end if that is negative, keeps the last chunks of it, and shows each to see.
// A stream that breaks off gives what came until then, and its error.
func (c *packed) pass(ctx context.Context, last int, see func([]byte)) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if last >= 0 && c.chunk(last) != nil {
		return nil // the one before us had it
	}
	path, _ := c.identity()
	in, err := unpack(path)
	if err != nil {
		return err
	}
	defer in.Close()
	kept, size := map[int][]byte{}, int64(0)
	var broken error
	for k := 0; last < 0 || k <= last; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		buf := kept[k-keptChunks]
		delete(kept, k-keptChunks)
		if buf == nil {
			buf = make([]byte, chunkSize)
		}
		n, err := fill(in, buf[:chunkSize])
		if n > 0 {
			kept[k] = buf[:n]
			size += int64(n)
			see(buf[:n])
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				broken = fmt.Errorf("%s cannot be unpacked past %d bytes: %w", path, size, err)
			}
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept, c.used = kept, time.Now()
	if last < 0 {
		c.size = size
	}
	return broken
}

// fill reads until buf is full. Unlike io.ReadFull it tells a stream that ends from one that breaks off.
func fill(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = in.Read(buf[n:])
		n += m
	}
	return n, err
}

// chunk is a chunk that is kept, nil if it is not.
func (c *packed) chunk(k int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = time.Now()
	return c.kept[k]
}

func (c *packed) readAt(ctx context.Context, buf []byte, off int64) (int, error) {
	n := 0
	for n < len(buf) {
		c.mu.Lock()
		end := c.size
		c.mu.Unlock()
		at := off + int64(n)
		if at >= end {
			return n, io.EOF
		}
		k := int(at >> chunkBits)
		text := c.chunk(k)
		if text == nil {
			// A record may reach into the chunk after: it is kept as well.
			to := min(k+1, int((end-1)>>chunkBits))
			if err := c.pass(ctx, to, func([]byte) {}); err != nil && c.chunk(k) == nil {
				return n, err
			}
			if text = c.chunk(k); text == nil {
				return n, io.ErrUnexpectedEOF
			}
		}
		m := copy(buf[n:], text[at&(chunkSize-1):])
		if m == 0 {
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

func (c *packed) rest(since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used.Before(since) {
		clear(c.kept)
	}
}

func (c *packed) close() { c.rest(time.Now().Add(time.Hour)) }

// prepareStream indexes a compressed file in one pass.
func (p *part) prepareStream(ctx context.Context, z *packed) error {
	p.mu.Lock()
	p.w, p.blocks, p.bounds, p.bounded = nil, nil, nil, 0
	p.lineAt, p.scanned, p.head = 0, 0, nil
	p.mu.Unlock()
	err := z.pass(ctx, -1, func(buf []byte) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.w == nil {
			p.start(buf)
		}
		p.feed(buf, noTime)
		p.shared.read.add(len(buf))
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		if err != nil {
			return err
		}
		p.start(nil)
	}
	if err != nil {
		p.damage = err.Error()
	}
	p.ready, p.early = true, true
	p.publish()
	return nil
}

// start begins the index of a stream with its first bytes. p.mu is held.
func (p *part) start(buf []byte) {
	p.print = bytes.Clone(buf[:min(len(buf), printSize)])
	p.reader = logs.NewReader(p.shared.options)
	p.reader.Learn(buf[:min(len(buf), headSize)])
	p.w = newBuilder(p.reader, 0, p.born.UnixNano())
}
