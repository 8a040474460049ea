// Package procfs reads Linux's /proc, or a tree that looks like it, with few
// system calls and allocations: directories are read into a held buffer, files
// into another, paths are relative to one open directory.
//
// It guarantees that nothing in the tree can make it panic or read without a
// bound. A Dir is not safe for concurrent use.
package procfs

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// ReadLimit is the most that ReadFile gives of one file, in bytes.
const ReadLimit = 64 << 10

// A Buffer is the memory that a Dir reads into; keep one across Dirs.
type Buffer struct {
	file []byte
	dir  []byte
}

// A Dir is an open /proc.
type Dir struct {
	fd  int
	buf *Buffer
	own bool // the /proc of the machine this program runs on
}

// Open opens root/proc. Close it.
func Open(root string, buf *Buffer) (*Dir, error) {
	path := filepath.Join(root, "proc")
	fd, err := ignoringEINTR(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if buf.file == nil {
		buf.file = make([]byte, 4096)
		buf.dir = make([]byte, 32<<10)
	}
	return &Dir{fd: fd, buf: buf, own: filepath.Clean(root) == "/"}, nil
}

// Close releases the directory.
func (d *Dir) Close() { _ = unix.Close(d.fd) }

// Exists reports whether there is a process of this id, whoever owns it.
func (d *Dir) Exists(pid int32) bool {
	var st unix.Stat_t
	return unix.Fstatat(d.fd, strconv.Itoa(int(pid)), &st, 0) == nil
}

// ReadOnce is the start of a file of at most 4 kB that the kernel gives in one
// piece, such as PID/stat. The bytes are good until the next call.
func (d *Dir) ReadOnce(name string) ([]byte, error) {
	fd, err := d.open(name)
	if err != nil {
		return nil, err
	}
	n, err := read(fd, d.buf.file[:4096])
	_ = unix.Close(fd)
	if err != nil {
		return nil, err
	}
	return d.buf.file[:n], nil
}

// ReadFile is a file's first ReadLimit bytes. They are good until the next call.
func (d *Dir) ReadFile(name string) ([]byte, error) {
	fd, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	n := 0
	for n < ReadLimit {
		if n == len(d.buf.file) {
			d.buf.file = append(d.buf.file, make([]byte, min(n, ReadLimit-n))...)
		}
		m, err := read(fd, d.buf.file[n:])
		if err != nil {
			return nil, err
		}
		if m == 0 {
			break
		}
		n += m
	}
	return d.buf.file[:min(n, ReadLimit)], nil
}

// ReadLines calls line for each whole line of a file of any length, up to
// limit bytes, and reports whether that was all. The bytes are good during the call.
func (d *Dir) ReadLines(name string, limit int, line func([]byte)) (all bool, err error) {
	fd, err := d.open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(fd) }()
	buf := d.buf.dir // large, and not in use while a file is read
	held := 0
	for total := 0; total < limit; {
		m, err := read(fd, buf[held:])
		if err != nil {
			return false, err
		}
		if m == 0 {
			if held > 0 {
				line(buf[:held])
			}
			return true, nil
		}
		total += m
		rest := buf[:held+m]
		for {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			line(rest[:i])
			rest = rest[i+1:]
		}
		held = copy(buf, rest)
		if held == len(buf) { // a line longer than the buffer is no line of /proc
			held = 0
		}
	}
	return false, nil
}

func (d *Dir) open(name string) (int, error) {
	for {
		fd, err := unix.Openat(d.fd, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func read(fd int, p []byte) (int, error) {
	for {
		n, err := unix.Read(fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func ignoringEINTR(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// parsePID is the process id that a directory's name is; false for other names.
func parsePID(name []byte) (int32, bool) {
	if len(name) == 0 || len(name) > 10 {
		return 0, false
	}
	n := int64(0)
	for _, c := range name {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if n == 0 || n > 1<<31-1 {
		return 0, false
	}
	return int32(n), true
}

// NotPermitted reports whether err says that we lack the right to read.
func NotPermitted(err error) bool {
	return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)
}

// Gone reports whether err says that the process is no more.
func Gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH)
}
