package processes

import (
	"cmp"
	"math"
	"slices"
	"time"

	"nightjar/sources"
)

// TableName is the name of the table of processes.
const TableName = "processes"

// A Process is one process at the time of a snapshot. What is not known is NaN
// or empty.
type Process struct {
	PID, PPID int32
	// Start tells processes that had the same id one after the other apart; its unit is the system's own.
	Start  uint64
	User   string
	Name   string // the kernel's short name
	Args   string // the command line, raw; "[name]" where there is none, as for kernel threads
	Cgroup string // "docker 0123456789ab", "ssh.service" ...
	State  string // running, sleeping, blocked, zombie ...

	Threads int
	Age     time.Duration
	CPU     float64 // percent of one core over the last interval: 100 is one core
	RSS     float64 // bytes of memory held
	Memory  float64 // RSS in percent of the machine's memory
	Read    float64 // bytes/s from storage
	Write   float64 // bytes/s to storage
	Kernel  bool    // a kernel thread
}

// IO is the sum of read and written bytes/s; 0 where they are not known.
func (p *Process) IO() float64 {
	if sum := p.Read + p.Write; sum > 0 {
		return sum
	}
	return 0
}

// A Snapshot is all processes at one time. It is immutable and safe to share.
type Snapshot struct {
	Time      time.Time
	Processes []Process // in the kernel's order
	// Notes say what could not be read; they are the same words each time.
	Notes []string
	rows  int
}

// Columns are the columns of the table, in order.
func Columns() []sources.Column {
	return []sources.Column{
		{Name: "pid", Key: true, Help: "Process id."},
		{Name: "user", Text: true, Help: "Effective user."},
		{Name: "cpu", Unit: "percent", Help: "CPU time over the last interval, in percent of one core: 100 is one core."},
		{Name: "mem", Unit: "percent", Help: "Memory held, in percent of the machine's memory."},
		{Name: "rss", Unit: "bytes", Help: "Memory held (resident set), shared pages included."},
		{Name: "read", Unit: "Bps", Help: "Bytes read from storage per second; not known for other users' processes and kernel threads."},
		{Name: "write", Unit: "Bps", Help: "Bytes written to storage per second; not known for other users' processes and kernel threads."},
		{Name: "threads", Unit: "short", Help: "Number of threads."},
		{Name: "state", Text: true, Help: "What the process does; blocked is uninterruptible, mostly for a disk."},
		{Name: "age", Unit: "s", Help: "Time since the process started."},
		{Name: "cgroup", Text: true, Help: "Container, systemd unit or cgroup."},
		{Name: "ppid", Unit: "none", Help: "Process id of the parent."},
		{Name: "command", Text: true, Help: "Command line; [name] where there is none."},
	}
}

// Table is the snapshot as a table named "processes", those with most CPU
// first, then by memory. It has at most Options.Rows rows; Total counts all.
func (s *Snapshot) Table(source string) *sources.Table {
	order := make([]int, len(s.Processes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		p, q := &s.Processes[a], &s.Processes[b]
		return cmp.Or(cmp.Compare(q.CPU, p.CPU), cmp.Compare(q.RSS, p.RSS), cmp.Compare(p.PID, q.PID))
	})
	order = order[:min(len(order), s.rows)]
	t := &sources.Table{
		Source: source, Name: TableName, Time: s.Time, Columns: Columns(),
		Rows: make([][]sources.Value, len(order)), Total: len(s.Processes), Notes: slices.Clone(s.Notes),
	}
	width := len(t.Columns)
	cells := make([]sources.Value, width*len(order))
	for i, at := range order {
		row := cells[i*width : (i+1)*width : (i+1)*width]
		s.Processes[at].fill(row)
		t.Rows[i] = row
	}
	return t
}

// fill sets the cells in the order of Columns.
func (p *Process) fill(row []sources.Value) {
	threads := float64(p.Threads)
	if p.Threads == 0 {
		threads = math.NaN()
	}
	for i, v := range [...]sources.Value{
		{Number: float64(p.PID)},
		{Text: p.User},
		{Number: p.CPU},
		{Number: p.Memory},
		{Number: p.RSS},
		{Number: p.Read},
		{Number: p.Write},
		{Number: threads},
		{Text: p.State},
		{Number: p.Age.Seconds()},
		{Text: p.Cgroup},
		{Number: float64(p.PPID)},
		{Text: p.Args},
	} {
		row[i] = v
	}
}

// stateName is the word for a state letter of ps(1).
func stateName(c byte) string {
	switch c {
	case 'R':
		return "running"
	case 'S':
		return "sleeping"
	case 'D', 'U':
		return "blocked"
	case 'Z':
		return "zombie"
	case 'T':
		return "stopped"
	case 't':
		return "traced"
	case 'I':
		return "idle"
	case 'X', 'x':
		return "dead"
	case 'P':
		return "parked"
	}
	return ""
}
