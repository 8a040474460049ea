package procfs

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// PIDs appends the ids of all processes that are visible, in the kernel's order.
func (d *Dir) PIDs(dst []int32) ([]int32, error) {
	if _, err := unix.Seek(d.fd, 0, 0); err != nil {
		return dst, err
	}
	for {
		n, err := ignoringEINTR(func() (int, error) { return unix.Getdents(d.fd, d.buf.dir) })
		if err != nil {
			return dst, err
		}
		if n <= 0 {
			return dst, nil
		}
		dst = parseDirents(dst, d.buf.dir[:n])
	}
}

// parseDirents appends the process ids among linux_dirent64 records (getdents(2)):
//
//	ino uint64 | off int64 | reclen uint16 | type uint8 | name, NUL-terminated
func parseDirents(dst []int32, b []byte) []int32 {
	const header = 19
	for len(b) > header {
		size := int(binary.NativeEndian.Uint16(b[16:]))
		if size <= header || size > len(b) {
			return dst
		}
		name := b[header:size]
		if i := bytes.IndexByte(name, 0); i >= 0 {
			name = name[:i]
		}
		if pid, ok := parsePID(name); ok {
			dst = append(dst, pid)
		}
		b = b[size:]
	}
	return dst
}
