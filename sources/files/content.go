package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// A content is the text of a part: read at offsets, by several at once.
type content interface {
	// readAt fills buf from off on. Less than that comes with an error, io.EOF at the end.
	readAt(ctx context.Context, buf []byte, off int64) (int, error)
	// rest gives back what has not been used since, and can be had again.
	rest(since time.Time)
	// identity is the name and the file; moved says that it has another name now.
	identity() (path string, info os.FileInfo)
	moved(path string, info os.FileInfo)
	open() bool
	close()
}

// alignment is what offsets in a file and in memory are best equal by: where they
// are not, copying out of the page cache takes more than three times as long.
const alignment = 64

// aligned is room in a large buffer for what is read from off on.
func aligned(buf []byte, off int64) []byte { return buf[off%alignment:] }

// plain is a file read where it lies. It is never mapped: a file that is
// truncated would then end the program.
type plain struct {
	mu   sync.Mutex
	path string
	info os.FileInfo
	f    *os.File
	held bool // f is not given back: the name may be gone
	used time.Time
}

// openPlain opens a regular file. It does not wait for what is none.
func openPlain(path string) (*plain, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, explain(path, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &plain{path: path, info: info, f: f, used: time.Now()}, nil
}

// regular is the error that says what is to be done with what is no regular file.
func regular(path string, info fs.FileInfo) error {
	switch m := info.Mode(); {
	case m.IsRegular():
		return nil
	case m.IsDir():
		return fmt.Errorf("%s is a directory: name the files in it, such as '%s/*.log'", path, path)
	case m&fs.ModeNamedPipe != 0:
		return fmt.Errorf("%s is a pipe, which can be read once only: read it as a stream, `nightjar - < %s`", path, path)
	default:
		return fmt.Errorf("%s is no regular file (%s)", path, m.Type())
	}
}

// explain says what to do about an error of opening; it names the path.
func explain(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w: run nightjar as a user or in a group that may read it (adm, or systemd-journal, on many machines)", path, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w: check the path; a glob may match nothing yet, a path may not", path, err)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return fmt.Errorf("%s: %w: name fewer files or raise ulimit -n", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// file is the open file.
func (c *plain) file() (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = time.Now()
	if c.f != nil {
		return c.f, nil
	}
	n, err := openPlain(c.path)
	if err != nil {
		return nil, err
	}
	if !os.SameFile(n.info, c.info) {
		n.f.Close()
		return nil, fmt.Errorf("%s is another file now", c.path)
	}
	c.f = n.f
	return c.f, nil
}

func (c *plain) readAt(ctx context.Context, buf []byte, off int64) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for again := false; ; again = true {
		f, err := c.file()
		if err != nil {
			return 0, err
		}
		n, err := f.ReadAt(buf, off)
		if errors.Is(err, os.ErrClosed) && !again {
			continue // given back in between
		}
		if err != nil && !errors.Is(err, io.EOF) {
			err = explain(c.path, err)
		}
		return n, err
	}
}

// stat is the file's size and times now, whatever its name is.
func (c *plain) stat() (os.FileInfo, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	return f.Stat()
}

func (c *plain) identity() (string, os.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.path, c.info
}

func (c *plain) moved(path string, info os.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.path, c.info = path, info
}

// open reports whether the file is open, and so cannot be another one.
func (c *plain) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.f != nil
}

// keep opens the file and keeps it open, so that it can be read though it is
// deleted. If that fails, reading it says so.
func (c *plain) keep() {
	c.hold(true)
	_, _ = c.file()
}

// hold says whether the file is kept open.
func (c *plain) hold(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = on
}

func (c *plain) rest(since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.f != nil && !c.held && c.used.Before(since) {
		c.f.Close()
		c.f = nil
	}
}

func (c *plain) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.f != nil {
		c.f.Close()
		c.f = nil
	}
	c.held = false
}
