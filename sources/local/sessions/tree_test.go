package sessions

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var now = time.Unix(1_700_000_000, 0) //nolint:gochecknoglobals // a constant of tests

// A tree is a machine's files made for a test.
type tree struct {
	t    *testing.T
	root string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	tr := &tree{t: t, root: t.TempDir()}
	tr.write("proc/uptime", "10000.00 1\n")
	tr.write("proc/net/tcp", "  sl  local_address rem_address   st\n")
	tr.write("etc/passwd", "root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n")
	tr.process(1, 0, "init", 0, 0, "init\x00")
	return tr
}

func (tr *tree) write(name, text string) {
	tr.t.Helper()
	path := filepath.Join(tr.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tr.t.Fatal(err)
	}
}

// tty makes a terminal that was last read from so long ago.
func (tr *tree) tty(name string, idle time.Duration) {
	tr.t.Helper()
	tr.write("dev/"+name, "")
	if err := os.Chtimes(filepath.Join(tr.root, "dev", name), now.Add(-idle), now); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) process(pid, ppid int, comm string, tty, uid int, args string) {
	tr.job(pid, ppid, pid, pid, comm, tty, uid, args)
}

// job is a process of a session whose terminal has group in the foreground.
func (tr *tree) job(pid, ppid, session, group int, comm string, tty, uid int, args string) {
	tr.t.Helper()
	if tty == 0 {
		group = -1
	}
	dir := fmt.Sprintf("proc/%d/", pid)
	tr.write(dir+"stat", fmt.Sprintf("%d (%s) S %d %d %d %d %d 0 0 0 0 0 1 1 0 0 20 0 1 0 %d 1 1 1\n", pid, comm, ppid, pid, session, tty, group, 100*pid))
	tr.write(dir+"status", fmt.Sprintf("Uid:\t%d\t%d\t%d\t%d\n", uid, uid, uid, uid))
	tr.write(dir+"cmdline", args)
}

func pts(n int) int { return 136<<8 | n }

// encode makes a record, the inverse of layout.decode.
func (l *layout) encode(kind int16, pid int32, line, user, host string, t time.Time, addr [16]byte) string {
	b := make([]byte, l.size)
	binary.LittleEndian.PutUint16(b[l.kind:], uint16(kind))
	binary.LittleEndian.PutUint32(b[l.pid:], uint32(pid))
	copy(b[l.line.at:l.line.at+l.line.size], line)
	copy(b[l.user.at:l.user.at+l.user.size], user)
	copy(b[l.host.at:l.host.at+l.host.size], host)
	if l.wide {
		binary.LittleEndian.PutUint64(b[l.sec:], uint64(t.Unix()))
	} else {
		binary.LittleEndian.PutUint32(b[l.sec:], uint32(t.Unix()))
	}
	if l.addr > 0 {
		copy(b[l.addr:], addr[:])
	}
	return string(b)
}

func login384(pid int32, line, user, host string, ago time.Duration) string {
	return utmp384.encode(userProcess, pid, line, user, host, now.Add(-ago), [16]byte{})
}

func read(t *testing.T, r *Reader, at time.Time) *Snapshot {
	t.Helper()
	s, err := r.Read(at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lines are the sessions in words.
func lines(s *Snapshot) (out []string) {
	for _, p := range s.Sessions {
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%v|%v|%s", p.User, p.TTY, p.Kind, p.From, now.Sub(p.Since), p.Idle, p.Command))
	}
	return out
}
