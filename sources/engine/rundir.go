package engine

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	runDirPrefix = "nightjar-"
	lockName     = "lock"
	// youth is how long a directory may lack its lock: another engine is
	// about to take it.
	youth = 10 * time.Second
)

// A runDir is a directory of ours for as long as the process lives. The lock in
// it is held by the open file, so that a crash frees it and the next start can
// tell a leftover from a neighbour.
type runDir struct {
	path string
	lock *os.File
}

// defaultDirs prefers memory to disk: a disk can be full or read-only.
func defaultDirs() []string {
	var dirs []string
	if d := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(d) {
		dirs = append(dirs, d)
	}
	dirs = append(dirs, "/dev/shm")
	if os.Geteuid() == 0 {
		dirs = append(dirs, "/run")
	}
	return append(dirs, os.TempDir())
}

// openRunDir makes nightjar-PID-xxxx in the first candidate where that works,
// after removing leftovers from all of them.
func openRunDir(candidates []string, logger *slog.Logger) (*runDir, error) {
	for _, c := range candidates {
		removeLeftovers(c, logger)
	}
	var failed []error
	for _, c := range candidates {
		d, err := makeRunDir(c)
		if err == nil {
			return d, nil
		}
		failed = append(failed, err)
	}
	return nil, fmt.Errorf("no place for a run-time directory, tried %s: %w", strings.Join(candidates, ", "), errors.Join(failed...))
}

func makeRunDir(parent string) (*runDir, error) {
	var suffix [4]byte
	_, _ = rand.Read(suffix[:]) // never fails, by its documentation
	path := filepath.Join(parent, fmt.Sprintf("%s%d-%s", runDirPrefix, os.Getpid(), hex.EncodeToString(suffix[:])))
	if err := os.Mkdir(path, 0o700); err != nil {
		return nil, err
	}
	d := &runDir{path: path}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_EXCL|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, errors.Join(err, d.remove())
	}
	d.lock = lock
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", lock.Name(), err), d.remove())
	}
	return d, nil
}

func (d *runDir) remove() error {
	err := os.RemoveAll(d.path)
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}

// removeLeftovers removes directories of ours in parent whose lock is free.
func removeLeftovers(parent string, logger *slog.Logger) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // a candidate that cannot be read is found out when it is tried
	}
	for _, entry := range entries {
		if !entry.IsDir() || !runDirName.MatchString(entry.Name()) {
			continue
		}
		path := filepath.Join(parent, entry.Name())
		if !leftover(path) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			logger.Warn("remove the leftover of a crash", "dir", path, "err", err)
		} else {
			logger.Info("removed the leftover of a crash", "dir", path)
		}
	}
}

// runDirName is what makeRunDir calls a directory. Nothing of another name is
// ever touched, however much it looks like one of ours.
var runDirName = regexp.MustCompile(`^` + runDirPrefix + `[0-9]+-[0-9a-f]{8}$`)

// leftover reports whether path is a run-time directory of this user that no
// process holds.
func leftover(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || !ours(info) {
		return false
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		// A crash between making the directory and the file: then it is empty.
		entries, err := os.ReadDir(path)
		return err == nil && len(entries) == 0 && time.Since(info.ModTime()) > youth
	}
	if err != nil {
		return false
	}
	defer func() { _ = lock.Close() }() // opened for its lock only
	if time.Since(info.ModTime()) <= youth && !hasHead(path) {
		return false // its owner is between making the file and locking it
	}
	return unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}

// hasHead reports whether the head has made its directory, which it does after the lock.
func hasHead(path string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && len(entries) > 1
}

func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}
