package sessions

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"nightjar/sources"
)

// TableName is the name of the table of sessions.
const TableName = "sessions"

// A Session is one login, or one pane of a terminal multiplexer.
type Session struct {
	User    string
	TTY     string // below /dev: "pts/0", "tty1"; empty: none
	From    string // host or address; empty: this machine, or not known
	Kind    string // ssh, console, graphical, mosh, tmux, screen, container, remote
	Since   time.Time
	Idle    time.Duration // since the last key; below 0: not known
	Command string        // in the foreground of its terminal
	PID     int32         // the session's leader; 0: not known

	addr netip.Addr
}

// login reports whether somebody logged in for it; panes belong to a login.
func (s *Session) login() bool { return s.Kind != "tmux" && s.Kind != "screen" }

// Stats are a snapshot in numbers.
type Stats struct {
	Sessions       int // logins; panes of multiplexers are not counted
	SSHConnections int // established connections to sshd
	FailedLogins   int // in the last hour, to the minute
	FailedTotal    int // since their log began
	FailedReadable bool
}

// A Snapshot is the sessions at one time. It is immutable and safe to share.
type Snapshot struct {
	Time     time.Time
	Sessions []Session // by terminal
	// Notes say what could not be read; they are the same words each time.
	Notes []string

	stats  Stats
	rows   int
	latest time.Time // failed login
	from   string
	least  bool // there were more failed logins than were counted
	peers  []peer
}

// A peer has connections to sshd that no session accounts for.
type peer struct {
	addr  netip.Addr
	count int
}

// Stats are the snapshot's numbers, for series.
func (s *Snapshot) Stats() Stats { return s.stats }

// Columns are the columns of the table, in order.
func Columns() []sources.Column {
	return []sources.Column{
		{Name: "user", Text: true, Key: true, Help: "Who logged in."},
		{Name: "tty", Text: true, Key: true, Help: "Terminal."},
		{Name: "kind", Text: true, Key: true, Help: "How: ssh, console, graphical, mosh, tmux, screen, container; failed is the sum of failed logins."},
		{Name: "from", Text: true, Key: true, Help: "Host or address it comes from."},
		{Name: "since", Unit: "dateTimeAsIso", Help: "When it began, Unix milliseconds; of failed logins the latest."},
		{Name: "idle", Unit: "s", Help: "Time since the last key was pressed."},
		{Name: "pid", Help: "Process id of the session's leader."},
		{Name: "command", Text: true, Help: "What runs in the foreground of the terminal."},
	}
}

// Table is the snapshot as a table named "sessions": a row for each session,
// then one for each address with SSH connections that have no session (copies,
// tunnels, logins under way), then one for failed logins if there were any.
func (s *Snapshot) Table(source string) *sources.Table {
	t := &sources.Table{Source: source, Name: TableName, Time: s.Time, Columns: Columns(), Notes: slices.Clone(s.Notes)}
	none := math.NaN()
	add := func(user, tty, kind, from string, since, idle, pid float64, command string) {
		t.Total++
		if len(t.Rows) < s.rows {
			t.Rows = append(t.Rows, []sources.Value{
				{Text: user},
				{Text: tty},
				{Text: kind},
				{Text: from},
				{Number: since},
				{Number: idle},
				{Number: pid},
				{Text: command},
			})
		}
	}
	if s.stats.FailedTotal > 0 { // first to be sure of a row, moved to the end below
		least := ""
		if s.least {
			least = "at least "
		}
		add("", "", "failed", s.from, millis(s.latest), none, none,
			fmt.Sprintf("%s%d failed logins in the last hour, %d in the log", least, s.stats.FailedLogins, s.stats.FailedTotal))
	}
	for i := range s.Sessions {
		p := &s.Sessions[i]
		idle, pid := none, none
		if p.Idle >= 0 {
			idle = p.Idle.Truncate(time.Second).Seconds()
		}
		if p.PID > 0 {
			pid = float64(p.PID)
		}
		add(p.User, p.TTY, p.Kind, p.From, millis(p.Since), idle, pid, p.Command)
	}
	for _, p := range s.peers {
		noun := "connection"
		if p.count > 1 {
			noun = "connections"
		}
		add("", "", "ssh", p.addr.String(), none, none, none, fmt.Sprintf("%d %s without a session", p.count, noun))
	}
	if s.stats.FailedTotal > 0 && len(t.Rows) > 1 {
		t.Rows = append(t.Rows[1:], t.Rows[0])
	}
	return t
}

func millis(t time.Time) float64 {
	if t.IsZero() {
		return math.NaN()
	}
	return float64(t.UnixMilli())
}
