package processes

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A tree is a machine's proc and etc made for a test.
type tree struct {
	t    testing.TB
	root string
}

func newTree(t testing.TB) *tree {
	t.Helper()
	tr := &tree{t: t, root: t.TempDir()}
	tr.write("proc/uptime", "1000.00 4000.00\n")
	tr.write("proc/meminfo", "MemTotal:        1000000 kB\nMemFree:          400000 kB\n")
	tr.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nshop:x:1000:1000::/home/shop:/bin/sh\n")
	return tr
}

func (tr *tree) write(name, text string) {
	tr.t.Helper()
	path := filepath.Join(tr.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) remove(name string) {
	tr.t.Helper()
	if err := os.RemoveAll(filepath.Join(tr.root, name)); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) uptime(d time.Duration) {
	tr.write("proc/uptime", fmt.Sprintf("%.2f 0\n", d.Seconds()))
}

// A fake is one process of a tree.
type fake struct {
	pid, ppid  int
	comm, args string // args with NULs
	state      string
	ticks      int // CPU used
	start      int // ticks
	threads    int
	pages      int
	uid        int
	flags      int
	in, out    int
	cgroup     string
	noIO       bool
}

func (tr *tree) process(f fake) {
	tr.t.Helper()
	dir := fmt.Sprintf("proc/%d/", f.pid)
	if f.state == "" {
		f.state = "S"
	}
	tr.write(dir+"stat", fmt.Sprintf("%d (%s) %s %d %d %d 0 -1 %d 5 0 0 0 %d %d 0 0 20 0 %d 0 %d 1000000 %d 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		f.pid, f.comm, f.state, f.ppid, f.pid, f.pid, f.flags, f.ticks-f.ticks/3, f.ticks/3, max(f.threads, 1), f.start, f.pages))
	tr.write(dir+"status", fmt.Sprintf("Name:\t%s\nUid:\t0\t%d\t0\t0\n", "x", f.uid))
	tr.write(dir+"cmdline", f.args)
	tr.write(dir+"cgroup", f.cgroup)
	if !f.noIO {
		tr.write(dir+"io", fmt.Sprintf("rchar: 9\nwchar: 9\nsyscr: 1\nsyscw: 1\nread_bytes: %d\nwrite_bytes: %d\ncancelled_write_bytes: 0\n", f.in, f.out))
	}
}
