package sessions

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"nightjar/sources/local/processes/procfs"
)

const commandLimit = 1024 // bytes kept of a command line

// A terminal is a controlling terminal with the processes on it.
type terminal struct {
	name   string
	leader int32  // of the session; 0: not seen
	start  uint64 // of the leader, ticks
	group  int32  // foreground process group
	front  int32  // the process that is in the foreground
	state  byte   // of front
}

// A parent is what is kept of every process, to walk up from a terminal.
type parent struct {
	pid  int32
	role role
}

// A role is what a process is to the sessions below it.
type role uint8

const (
	noRole role = iota
	sshdRole
	loginRole
	tmuxRole
	screenRole
	moshRole
	nestedRole // gives its program a terminal of its own; not a login
)

// kinds are the words for roles.
func (r role) kind() string {
	return [...]string{"", "ssh", "console", "tmux", "screen", "mosh", ""}[r]
}

func roleOf(comm []byte) role {
	switch {
	case bytes.HasPrefix(comm, []byte("sshd")), string(comm) == "dropbear":
		return sshdRole
	case string(comm) == "login":
		return loginRole
	case bytes.HasPrefix(comm, []byte("tmux")):
		return tmuxRole
	case string(comm) == "screen", string(comm) == "SCREEN":
		return screenRole
	case bytes.HasPrefix(comm, []byte("mosh-server")):
		return moshRole
	case string(comm) == "sudo", string(comm) == "su", string(comm) == "script", string(comm) == "expect":
		return nestedRole
	}
	return noRole
}

// terminals are all controlling terminals of the machine.
type terminals struct {
	byDevice map[int32]*terminal
	parents  map[int32]parent
	first    bool // process 1 is visible: so are all
}

// readTerminals looks at every process once.
func readTerminals(dir *procfs.Dir, pids []int32) terminals {
	t := terminals{byDevice: map[int32]*terminal{}, parents: make(map[int32]parent, len(pids))}
	for _, pid := range pids {
		b, err := dir.ReadOnce(procfs.Path(pid, "stat"))
		var st procfs.Stat
		if err != nil || !procfs.ParseStat(b, &st) {
			continue
		}
		t.first = t.first || pid == 1
		if st.Kernel() {
			continue
		}
		t.parents[pid] = parent{pid: st.PPID, role: roleOf(st.Comm)}
		if st.TTY == 0 {
			continue
		}
		tt := t.byDevice[st.TTY]
		if tt == nil {
			tt = &terminal{name: terminalName(st.TTY)}
			t.byDevice[st.TTY] = tt
		}
		if pid == st.Session && !waits(st.Comm) {
			tt.leader, tt.start = pid, st.Start
		}
		// The group's leader stands for a pipeline; if it is gone, the first of it.
		if st.PGRP == st.TPGID && (tt.front == 0 || pid == st.TPGID) {
			tt.front, tt.group, tt.state = pid, st.TPGID, st.State
		}
	}
	return t
}

// waits reports whether a session's leader waits for somebody to log in.
func waits(comm []byte) bool {
	return bytes.HasSuffix(comm, []byte("getty")) || roleOf(comm) == loginRole || roleOf(comm) == sshdRole
}

// role is the first role above a process, and by whom. A process whose parent
// is outside (0) was put into this container.
func (t *terminals) role(pid int32) (role, int32) {
	for range 32 { // ids that are used again could make a circle
		p, ok := t.parents[pid]
		if !ok {
			break
		}
		pid = p.pid
		if above, ok := t.parents[pid]; ok && above.role != noRole {
			return above.role, pid
		}
	}
	return noRole, 0
}

// below reports whether pid is ancestor or one of its descendants.
func (t *terminals) below(pid, ancestor int32) bool {
	for range 32 {
		if pid == ancestor {
			return true
		}
		p, ok := t.parents[pid]
		if !ok {
			return false
		}
		pid = p.pid
	}
	return false
}

// byName is the terminal of that name, nil if none.
func (t *terminals) byName(name string) *terminal {
	for _, tt := range t.byDevice {
		if tt.name == name {
			return tt
		}
	}
	return nil
}

// terminalName is the name below /dev of a terminal's device number, as the
// kernel's list of devices has it.
func terminalName(device int32) string {
	d := uint32(device) //nolint:gosec // G115: the kernel prints an unsigned number as a signed one
	major, minor := d>>8&0xfff, d&0xff|d>>12&0xfff00
	n := func(prefix string, i uint32) string { return prefix + strconv.FormatUint(uint64(i), 10) }
	switch {
	case major >= 136 && major <= 143:
		return n("pts/", (major-136)<<8+minor)
	case major == 4 && minor < 64:
		return n("tty", minor)
	case major == 4:
		return n("ttyS", minor-64)
	case major == 5 && minor == 1:
		return "console"
	case major == 188:
		return n("ttyUSB", minor)
	case major == 204 && minor >= 64:
		return n("ttyAMA", minor-64)
	case major == 229:
		return n("hvc", minor)
	}
	return n(n("", major)+":", minor)
}

// command is the command line of the process in the foreground. One that is
// blocked is not asked: its memory map may be locked, and we would block too.
func command(dir *procfs.Dir, tt *terminal) string {
	if tt == nil || tt.front == 0 {
		return ""
	}
	if tt.state != 'D' {
		if b, err := dir.ReadFile(procfs.Path(tt.front, "cmdline")); err == nil && len(b) > 0 {
			return procfs.Command(b, commandLimit)
		}
	}
	b, err := dir.ReadOnce(procfs.Path(tt.front, "stat"))
	var st procfs.Stat
	if err != nil || !procfs.ParseStat(b, &st) {
		return ""
	}
	return string(st.Comm)
}

// sshPeer is where an SSH session comes from by its environment, of which
// nothing else is looked at. It is readable for one's own sessions, or for root.
func sshPeer(dir *procfs.Dir, pid int32) string {
	b, err := dir.ReadFile(procfs.Path(pid, "environ"))
	if err != nil {
		return ""
	}
	for len(b) > 0 {
		var v []byte
		v, b, _ = bytes.Cut(b, []byte{0})
		if v, ok := bytes.CutPrefix(v, []byte("SSH_CONNECTION=")); ok {
			peer, _, _ := strings.Cut(string(v), " ")
			if a, err := netip.ParseAddr(peer); err == nil {
				return a.Unmap().String()
			}
		}
	}
	return ""
}

// started is when a process that started at ticks did so.
func started(now time.Time, up time.Duration, ticks uint64) time.Time {
	if up <= 0 {
		return time.Time{}
	}
	return now.Add(procfs.Ticks(ticks) - up)
}
