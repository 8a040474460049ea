//go:build linux

package processes

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// An ordinary user sees all processes, and is told once what is missing. The
// test runs itself as nobody when it is root.
func TestUnprivileged(t *testing.T) {
	if os.Getuid() == 0 {
		again(t)
		return
	}
	r := New(Options{})
	var s *Snapshot
	for i := range 3 {
		s = read(t, r, time.Duration(2*i)*time.Second)
	}
	n := 0
	for _, note := range s.Notes {
		if note == "I/O of other users' processes may not be read (needs root or CAP_SYS_PTRACE)" {
			n++
		}
	}
	others := slices.ContainsFunc(s.Processes, func(p Process) bool { return p.User == "root" && !p.Kernel })
	if others && n != 1 {
		t.Errorf("notes %q", s.Notes)
	}
	if p := one(t, s, int32(os.Getpid())); p.Read != p.Read { // NaN
		t.Error("our own I/O is not known")
	}
}

// again runs the calling test as nobody.
func again(t *testing.T) {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "unprivileged") // t.TempDir is closed to others
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "test")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
