package sessions

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// A merger makes one session of what several lists tell of it. A terminal is
// one session; those without one are told apart by their leader.
type merger struct {
	sessions []Session
}

func (m *merger) add(s Session) *Session {
	if !s.addr.IsValid() {
		if a, err := netip.ParseAddr(s.From); err == nil {
			s.addr = a.Unmap().WithZone("")
		}
	}
	s.Idle = -1
	m.sessions = append(m.sessions, s)
	return &m.sessions[len(m.sessions)-1]
}

// byTTY is the session on a terminal, good until the next add; nil if none.
func (m *merger) byTTY(tty string) *Session {
	for i := range m.sessions {
		if p := &m.sessions[i]; tty != "" && p.TTY == tty {
			return p
		}
	}
	return nil
}

// logins adds what systemd-logind knows. It may not know the terminal of an SSH
// session; it is then the one below the session's leader. t may be nil.
func (m *merger) logins(logins []login, t *terminals) {
	for _, l := range logins {
		if t != nil && l.leader != 0 {
			if _, alive := t.parents[l.leader]; !alive && t.first {
				continue
			}
			if l.tty == "" {
				l.tty = t.terminalBelow(l.leader)
			}
		}
		if m.byTTY(l.tty) == nil {
			m.add(Session{User: l.user, TTY: l.tty, From: l.from, Kind: l.kind, Since: l.since, PID: l.leader})
		}
	}
}

// records adds what utmp knows; stale reports whether a record's process is gone.
func (m *merger) records(records []record, stale func(pid int32) bool) {
	for i := range records {
		u := &records[i]
		if stale != nil && u.pid > 0 && stale(u.pid) {
			continue
		}
		from, kind := u.host, recordKind(u)
		if from == "" && u.addr.IsValid() {
			from = u.addr.String()
		}
		p := m.byTTY(u.line)
		if p == nil {
			m.add(Session{User: u.user, TTY: u.line, From: from, Kind: kind, Since: u.time, PID: u.pid, addr: u.addr})
			continue
		}
		if p.User == "" {
			p.User = u.user
		}
		if p.From == "" {
			p.From = from
		}
		if !p.addr.IsValid() {
			p.addr = u.addr
		}
		if p.Kind == "" {
			p.Kind = kind
		}
		if p.Since.IsZero() {
			p.Since = u.time
		}
	}
}

// recordKind tells from a record what sort of session it is.
func recordKind(u *record) string {
	switch {
	case strings.HasPrefix(u.host, "tmux("):
		return "tmux"
	case strings.HasPrefix(u.host, ":S.") || strings.Contains(u.host, ":S."):
		return "screen"
	case strings.HasPrefix(u.host, "mosh "), strings.Contains(u.host, "via mosh"):
		return "mosh"
	case strings.HasPrefix(u.line, ":"), strings.HasPrefix(u.host, ":"):
		return "graphical"
	case u.host == "" && !u.addr.IsValid():
		if isConsole(u.line) {
			return "console"
		}
		return "terminal"
	}
	return "remote"
}

// isConsole reports whether a terminal is the machine's own: "tty1", not darwin's "ttys001".
func isConsole(tty string) bool {
	n, ok := strings.CutPrefix(tty, "tty")
	return tty == "console" || ok && strings.Trim(n, "0123456789") == "" && n != "" || strings.HasPrefix(tty, "ttyS") || strings.HasPrefix(tty, "hvc")
}

// sorted is the sessions by terminal, pts/2 before pts/10.
func (m *merger) sorted() []Session {
	slices.SortFunc(m.sessions, func(a, b Session) int {
		return cmp.Or(cmp.Compare(len(a.TTY), len(b.TTY)), cmp.Compare(a.TTY, b.TTY), cmp.Compare(a.PID, b.PID), cmp.Compare(a.User, b.User))
	})
	return m.sessions
}

// terminalBelow is the terminal that a session's leader or its descendants lead; empty if none.
func (t *terminals) terminalBelow(leader int32) string {
	best, name := int32(0), ""
	for _, tt := range t.byDevice {
		if tt.leader != 0 && (best == 0 || tt.leader < best) && t.below(tt.leader, leader) {
			best, name = tt.leader, tt.name
		}
	}
	return name
}
