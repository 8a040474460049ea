package procfs

import (
	"bytes"
	"strconv"
)

// TicksPerSecond is USER_HZ, the unit of the times in PID/stat. It is 100 on
// every architecture that Go runs on.
const TicksPerSecond = 100

// A Stat is what PID/stat says of a process, see proc_pid_stat(5).
type Stat struct {
	Comm    []byte // at most 15 bytes of a program's own choice; any bytes but NUL; part of what was parsed
	State   byte   // R S D Z T t I X ...
	PPID    int32
	PGRP    int32 // process group
	Session int32 // id of the session's leader
	TTY     int32 // device number of the controlling terminal; 0: none
	TPGID   int32 // foreground process group of that terminal; -1: none
	Flags   uint64
	CPU     uint64 // user and system time of all threads, ticks
	Threads int32
	Start   uint64 // when it started, ticks since boot
	RSS     int64  // resident pages
}

// Kernel reports whether it is a kernel thread (PF_KTHREAD).
func (s *Stat) Kernel() bool { return s.Flags&0x00200000 != 0 }

// ParseStat reads PID/stat. The name may itself have parentheses, spaces and
// newlines: it ends at the last parenthesis.
//
//nolint:gosec // G115: the kernel's own C ints come back as they were; a forged number is only wrong
func ParseStat(b []byte, s *Stat) bool {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return false
	}
	*s = Stat{Comm: b[open+1 : end]}
	rest := b[end+1:]
	word := next(&rest)
	if len(word) != 1 {
		return false
	}
	s.State = word[0]
	for field := 4; field <= 24; field++ { // numbered as in proc_pid_stat(5)
		word := next(&rest)
		n, ok := parseInt(word)
		if !ok {
			return false
		}
		switch field {
		case 4:
			s.PPID = int32(n)
		case 5:
			s.PGRP = int32(n)
		case 6:
			s.Session = int32(n)
		case 7:
			s.TTY = int32(n)
		case 8:
			s.TPGID = int32(n)
		case 9:
			s.Flags = uint64(n)
		case 14, 15:
			s.CPU += uint64(max(n, 0))
		case 20:
			s.Threads = int32(n)
		case 22:
			s.Start = uint64(n)
		case 24:
			s.RSS = max(n, 0)
		}
	}
	return true
}

// next cuts the next word off b.
func next(b *[]byte) []byte {
	s := *b
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
		i++
	}
	j := i
	for j < len(s) && s[j] != ' ' && s[j] != '\n' {
		j++
	}
	*b = s[j:]
	return s[i:j]
}

// parseInt reads a decimal number; unsigned 64 bit values wrap, as they do in C.
func parseInt(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// Line is what follows "name:" at the start of a line, as in PID/io, PID/status
// and meminfo, without the blanks around it.
func Line(b []byte, name string) ([]byte, bool) {
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		if len(line) > len(name) && line[len(name)] == ':' && string(line[:len(name)]) == name {
			return bytes.TrimSpace(line[len(name)+1:]), true
		}
	}
	return nil, false
}

// Field is the number at the start of Line.
//
//nolint:gosec // G115: what was unsigned comes back as it was
func Field(b []byte, name string) (uint64, bool) {
	line, _ := Line(b, name)
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		line = line[:i]
	}
	n, ok := parseInt(line)
	return uint64(n), ok
}

// Command is a command line as PID/cmdline has it, arguments parted by spaces
// instead of NULs, at most limit bytes. It is otherwise raw: what draws it must
// make it harmless.
func Command(cmdline []byte, limit int) string {
	cmdline = bytes.TrimRight(cmdline, "\x00")
	if len(cmdline) > limit {
		cmdline = cmdline[:limit]
	}
	return string(bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '}))
}

// Path is the name of a process's file, relative to the Dir.
func Path(pid int32, file string) string {
	return strconv.Itoa(int(pid)) + "/" + file
}

// EffectiveUID is the second number of "Uid: real effective saved filesystem" in PID/status.
func EffectiveUID(status []byte) (uint32, bool) {
	uids, ok := Line(status, "Uid")
	if !ok {
		return 0, false
	}
	word := 0
	n := uint64(0)
	in := false
	for i := 0; i <= len(uids); i++ {
		if i < len(uids) && uids[i] >= '0' && uids[i] <= '9' {
			n, in = n*10+uint64(uids[i]-'0'), true
			continue
		}
		if in {
			if word++; word == 2 {
				return uint32(n), n <= 1<<32-1
			}
			n, in = 0, false
		}
	}
	return 0, false
}
