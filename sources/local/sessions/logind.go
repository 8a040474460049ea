package sessions

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// logindDir holds systemd-logind's state, one file of KEY=value lines a session.
const logindDir = "run/systemd/sessions"

const (
	logindFiles = 1000
	logindBytes = 64 << 10
)

// A login is what systemd-logind knows of a session.
type login struct {
	user, tty, from, kind string
	leader                int32
	since                 time.Time
}

// readLogind reads all sessions of root; ok is false where there is no logind.
func readLogind(root string) (logins []login, ok bool) {
	dir, err := os.Open(filepath.Join(root, logindDir))
	if err != nil {
		return nil, false
	}
	defer func() { _ = dir.Close() }()
	names, _ := dir.Readdirnames(logindFiles)
	for _, name := range names {
		if strings.HasSuffix(name, ".ref") || strings.HasPrefix(name, ".") { // a pipe, a file being written
			continue
		}
		if b, err := readSmall(filepath.Join(root, logindDir, name), logindBytes); err == nil {
			if l, ok := parseLogind(b); ok {
				logins = append(logins, l)
			}
		}
	}
	return logins, true
}

// parseLogind reads one session; false for those that are nobody's login:
// managers, greeters, cron jobs.
func parseLogind(b []byte) (login, bool) {
	var l login
	var service, class, display, typ, state string
	for line := range bytes.Lines(b) {
		key, value, ok := strings.Cut(strings.TrimRight(string(line), "\r\n"), "=")
		if !ok {
			continue
		}
		switch key {
		case "USER":
			l.user = value
		case "TTY":
			l.tty = strings.TrimPrefix(value, "/dev/")
		case "REMOTE_HOST":
			l.from = value
		case "LEADER":
			if pid, err := strconv.ParseInt(value, 10, 32); err == nil && pid > 0 {
				l.leader = int32(pid)
			}
		case "REALTIME":
			if us, err := strconv.ParseInt(value, 10, 64); err == nil && us > 0 && us < 1<<60 {
				l.since = time.UnixMicro(us)
			}
		case "SERVICE":
			service = value
		case "CLASS":
			class = value
		case "DISPLAY":
			display = value
		case "TYPE":
			typ = value
		case "STATE":
			state = value
		}
	}
	if l.user == "" || !strings.HasPrefix(class, "user") || state == "closing" || service == "cron" || service == "crond" || service == "atd" {
		return l, false
	}
	switch {
	case typ == "x11" || typ == "wayland" || typ == "mir":
		l.kind = "graphical"
		if l.from == "" {
			l.from = display
		}
	case service == "sshd" || service == "ssh" || l.from != "":
		l.kind = "ssh"
	case strings.HasPrefix(l.tty, "tty"):
		l.kind = "console"
	}
	return l, true
}

// readSmall is the start of a file, at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, os.ErrInvalid // a pipe would block
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, limit))
}
