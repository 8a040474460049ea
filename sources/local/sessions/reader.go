// Package sessions reads who is logged in to this machine, from where, since
// when, how long idle and what they run; how many connections sshd has, and how
// many logins failed.
//
// It puts together what the machine has: utmp, systemd-logind's files, and the
// controlling terminals of processes, which also serve where there is neither
// (containers, newer distributions). What a session runs is found by looking at
// all processes, so that is done every ten seconds or when somebody comes or
// goes; a Read in between costs a few system calls.
//
// It starts no goroutines and runs no programs. Where there is no /proc, as on
// darwin, sessions come from /var/run/utmpx and what they run is not known.
// Names, hosts and commands are raw: hostile until drawn by the screen.
package sessions

import (
	"cmp"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"nightjar/sources/local/processes/passwd"
	"nightjar/sources/local/processes/procfs"
)

// Options say where to read and how much to keep.
type Options struct {
	// Root is the directory that holds proc, run, var, etc and dev; empty is "/".
	Root string
	// Rows bounds a table's rows; 0 is 500.
	Rows int
	// Scan is how often all processes are looked at; 0 is 10 s.
	Scan time.Duration
}

const (
	defaultRows = 500
	defaultScan = 10 * time.Second
	utmpBytes   = 4 << 20
	portsFor    = 5 * time.Minute // how long sshd's configuration is believed
	connsScans  = 6               // scans for one count of connections: for each the kernel walks its whole table
)

// A Reader reads snapshots. Not safe for concurrent use; its snapshots are.
type Reader struct {
	options  Options
	users    *passwd.Users
	buffer   procfs.Buffer
	pids     []int32
	failures *failures
	ports    []uint16
	portNote string
	portsAt  time.Time

	counted  connections // as read at connsAt
	connsErr error
	connsAt  time.Time

	scanned  time.Time
	seen     stamp
	sessions []Session
	conns    connections
	notes    []string
}

// A stamp tells whether the lists of sessions have changed.
type stamp [4]int64

// New makes a Reader. It reads nothing yet.
func New(o Options) *Reader {
	if o.Root == "" {
		o.Root = "/"
	}
	if o.Rows <= 0 {
		o.Rows = defaultRows
	}
	if o.Scan <= 0 {
		o.Scan = defaultScan
	}
	return &Reader{options: o, users: passwd.Open(o.Root), failures: openFailures(o.Root)}
}

// Read gives the sessions as they are. An error says that there is nothing to
// read at all; what is merely missing is a note.
func (r *Reader) Read(now time.Time) (*Snapshot, error) {
	seen := r.stamp()
	if since := now.Sub(r.scanned); r.scanned.IsZero() || since < 0 || since >= r.options.Scan || seen != r.seen {
		if seen != r.seen {
			r.connsAt = time.Time{} // somebody came or went
		}
		if err := r.scan(now); err != nil {
			return nil, err
		}
		r.scanned, r.seen = now, seen
	}
	r.failures.read(now)
	s := &Snapshot{Time: now, Sessions: slices.Clone(r.sessions), Notes: slices.Clone(r.notes), rows: r.options.Rows}
	for i := range s.Sessions {
		p := &s.Sessions[i]
		p.Idle = r.idle(p.TTY, now)
		if p.login() {
			s.stats.Sessions++
		}
	}
	s.stats.SSHConnections = r.conns.count
	s.peers = strangers(r.conns, r.sessions)
	if f := r.failures; f.ok {
		s.stats.FailedReadable = true
		s.stats.FailedLogins, s.stats.FailedTotal = f.lastHour(now), f.total
		s.latest, s.from, s.least = f.latest, f.from, f.atLeast(now)
	} else if f.note != "" {
		s.Notes = append(s.Notes, f.note)
	}
	return s, nil
}

// stamp is the times and sizes of the lists of sessions.
func (r *Reader) stamp() (s stamp) {
	if path, _ := r.utmpPath(); path != "" {
		if st, err := os.Stat(path); err == nil {
			s[0], s[1] = st.ModTime().UnixNano(), st.Size()
		}
	}
	if st, err := os.Stat(filepath.Join(r.options.Root, logindDir)); err == nil {
		s[2], s[3] = st.ModTime().UnixNano(), st.Size()
	}
	return s
}

// utmpPath is the list of logins there is, and darwin whether it is darwin's; empty if none.
func (r *Reader) utmpPath() (path string, darwin bool) {
	for _, name := range [...]string{"run/utmp", "var/run/utmp", "var/run/utmpx"} {
		path := filepath.Join(r.options.Root, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
			return path, filepath.Base(name) == "utmpx"
		}
	}
	return "", false
}

func (r *Reader) utmp() (records []record, found bool, err error) {
	path, darwin := r.utmpPath()
	if path == "" {
		return nil, false, nil
	}
	b, err := readSmall(path, utmpBytes)
	if err != nil {
		return nil, !errors.Is(err, fs.ErrNotExist), err
	}
	if darwin {
		return utmpx.logins(b), true, nil
	}
	return glibc(b).logins(b), true, nil
}

// scan reads the lists and all processes, and makes sessions of them.
func (r *Reader) scan(now time.Time) error {
	records, hasUtmp, utmpErr := r.utmp()
	logins, hasLogind := readLogind(r.options.Root)
	r.notes, r.conns = nil, connections{}
	dir, err := procfs.Open(r.options.Root, &r.buffer)
	if err != nil {
		if !hasUtmp && !hasLogind {
			return err
		}
		r.notes = append(r.notes, "what sessions run and SSH connections are not known: there is no /proc")
		m := merger{}
		m.logins(logins, nil)
		m.records(records, nil)
		r.sessions = m.sorted()
		return nil
	}
	defer dir.Close()
	if r.pids, err = dir.PIDs(r.pids[:0]); err != nil {
		return err
	}
	terminals := readTerminals(dir, r.pids)
	m := merger{}
	m.logins(logins, &terminals)
	m.records(records, func(pid int32) bool { return terminals.first && !dir.Exists(pid) })
	r.fromTerminals(&m, dir, &terminals, now)
	r.sessions = m.sorted()
	for i := range r.sessions {
		p := &r.sessions[i]
		p.Command = command(dir, terminals.byName(p.TTY))
	}
	switch {
	case utmpErr != nil:
		r.notes = append(r.notes, "utmp may not be read: sessions are found by their terminals")
	case !hasUtmp && !hasLogind:
		r.notes = append(r.notes, "no utmp and no systemd-logind here: sessions are found by their terminals")
	}
	if !terminals.first {
		r.notes = append(r.notes, "processes of other users are hidden (/proc is mounted with hidepid), and so is what they run")
	}
	r.connections(dir, now)
	return nil
}

func (r *Reader) connections(dir *procfs.Dir, now time.Time) {
	if age := now.Sub(r.portsAt); r.ports == nil || age < 0 || age >= portsFor {
		r.ports, r.portNote = sshPorts(r.options.Root)
		r.portsAt = now
	}
	if r.portNote != "" {
		r.notes = append(r.notes, r.portNote)
	}
	if age := now.Sub(r.connsAt); r.connsAt.IsZero() || age < 0 || age >= connsScans*r.options.Scan {
		r.counted, r.connsErr = readConnections(dir, r.ports)
		r.connsAt = now
	}
	conns, err := r.counted, r.connsErr
	if err != nil {
		r.notes = append(r.notes, "SSH connections are not known: /proc/net/tcp cannot be read")
		return
	}
	if !conns.all {
		r.notes = append(r.notes, "SSH connections are counted among the first 16 MB of /proc/net/tcp only")
	}
	r.conns = conns
}

// fromTerminals adds sessions that only their terminals tell of, and fills in
// what the lists left out.
func (r *Reader) fromTerminals(m *merger, dir *procfs.Dir, t *terminals, now time.Time) {
	up, _ := dir.Uptime()
	for _, tt := range t.byDevice {
		if tt.leader == 0 {
			continue
		}
		role, _ := t.role(tt.leader)
		kind := role.kind()
		if kind == "" && role == noRole {
			switch parent := t.parents[tt.leader].pid; {
			case parent == 0:
				kind = "container" // put here from outside: docker run -t, kubectl exec
			case isConsole(tt.name):
				kind = "console"
			}
		}
		p := m.byTTY(tt.name)
		if p == nil {
			if kind == "" { // a window of a desktop, a pipe of sudo: part of another login
				continue
			}
			p = m.add(Session{TTY: tt.name, Kind: kind, Since: started(now, up, tt.start)})
			if b, err := dir.ReadFile(procfs.Path(tt.leader, "status")); err == nil {
				if uid, ok := procfs.EffectiveUID(b); ok {
					p.User = r.users.Name(uid, now)
				}
			}
		}
		if kind != "" && p.Kind != "graphical" {
			p.Kind = kind
		}
		if p.PID == 0 {
			p.PID = tt.leader
		}
		if p.From == "" && p.Kind == "ssh" {
			p.From = sshPeer(dir, tt.leader)
			p.addr, _ = netip.ParseAddr(p.From)
		}
	}
}

// idle is the time since a terminal was last read from, as w(1) has it; the
// kernel keeps it to eight seconds. Below 0: not known.
func (r *Reader) idle(tty string, now time.Time) time.Duration {
	if tty == "" || !filepath.IsLocal(tty) {
		return -1
	}
	var st unix.Stat_t
	if unix.Stat(filepath.Join(r.options.Root, "dev", tty), &st) != nil {
		return -1
	}
	return max(now.Sub(time.Unix(st.Atim.Unix())), 0)
}

// strangers are the peers with more connections than sessions. While a session
// is not known by its address, none can be told from the others.
func strangers(c connections, sessions []Session) []peer {
	held := map[netip.Addr]int{}
	for i := range sessions {
		if p := &sessions[i]; p.Kind == "ssh" {
			if !p.addr.IsValid() {
				return nil
			}
			held[p.addr]++
		}
	}
	var out []peer
	for addr, n := range c.peers {
		if n > held[addr] {
			out = append(out, peer{addr: addr, count: n - held[addr]})
		}
	}
	slices.SortFunc(out, func(a, b peer) int { return cmp.Or(cmp.Compare(b.count, a.count), a.addr.Compare(b.addr)) })
	return out
}
