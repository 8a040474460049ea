//go:build !linux

package procfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// PIDs appends the ids of all processes that are visible. Where there is no
// /proc it serves trees made for tests only.
func (d *Dir) PIDs(dst []int32) ([]int32, error) {
	fd, err := unix.Openat(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return dst, err
	}
	f := os.NewFile(uintptr(fd), "proc")
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	for _, name := range names {
		if pid, ok := parsePID([]byte(name)); ok {
			dst = append(dst, pid)
		}
	}
	return dst, err
}
