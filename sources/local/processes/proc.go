package processes

import (
	"bytes"
	"os"
	"time"

	"nightjar/sources/local/processes/passwd"
	"nightjar/sources/local/processes/procfs"
)

// proc is the backend over /proc.
type proc struct {
	root    string
	users   *passwd.Users
	buffer  procfs.Buffer
	dir     *procfs.Dir
	now     time.Time
	up      time.Duration
	page    int
	memory  uint64
	memAge  int               // Reads since memory was read
	cgroups map[string]string // labels by path, so that each is made once

	first   bool // process 1 is visible
	denied  bool // some I/O may not be read
	someIO  bool
	noUp    bool
	skipped int
}

const cgroupsKept = 4096

func newProc(o Options) *proc {
	return &proc{root: o.Root, users: passwd.Open(o.Root), page: os.Getpagesize(), cgroups: map[string]string{}}
}

func (p *proc) handle(pid int32) string { return procfs.Path(pid, "stat") }

func (p *proc) open(now time.Time) (uint64, error) {
	dir, err := procfs.Open(p.root, &p.buffer)
	if err != nil {
		return 0, err
	}
	p.dir, p.now = dir, now
	p.first, p.skipped = false, 0
	p.up, err = dir.Uptime()
	p.noUp = err != nil
	if p.memory == 0 || p.memAge >= 64 { // it changes with hot plugging only
		p.memAge = 0
		if b, err := dir.ReadFile("meminfo"); err == nil {
			kib, _ := procfs.Field(b, "MemTotal")
			p.memory = kib << 10
		}
	}
	p.memAge++
	return p.memory, nil
}

func (p *proc) pids(dst []int32) ([]int32, error) { return p.dir.PIDs(dst) }

func (p *proc) sample(pid int32, handle string, s *sample) bool {
	if pid == 1 {
		p.first = true
	}
	b, err := p.dir.ReadOnce(handle)
	if err != nil {
		if !procfs.Gone(err) {
			p.skipped++
		}
		return false
	}
	var st procfs.Stat
	if !procfs.ParseStat(b, &st) {
		if len(b) > 0 { // an empty one is a process that just ended
			p.skipped++
		}
		return false
	}
	*s = sample{
		ppid: st.PPID, start: st.Start, comm: st.Comm, state: st.State, threads: st.Threads,
		cpu: procfs.Ticks(st.CPU), rss: float64(st.RSS) * float64(p.page), kernel: st.Kernel(),
	}
	if s.kernel {
		s.comm = workerName(s.comm)
	}
	if !p.noUp {
		s.age = p.up - procfs.Ticks(st.Start)
	}
	return true
}

func (p *proc) identify(pid int32, s *sample, id *identity) bool {
	// The sample's name lies in the buffer that is read into from here on.
	if b, err := p.dir.ReadFile(procfs.Path(pid, "status")); err == nil {
		if uid, ok := procfs.EffectiveUID(b); ok {
			id.user = p.users.Name(uid, p.now)
		}
	}
	if b, err := p.dir.ReadFile(procfs.Path(pid, "cgroup")); err == nil {
		id.cgroup = p.label(cgroupPath(b))
	}
	switch {
	case s.kernel || s.state == 'Z':
		return true // there is no command line
	case s.state == 'D':
		return false // reading it could block as well
	}
	if b, err := p.dir.ReadFile(procfs.Path(pid, "cmdline")); err == nil {
		id.args = procfs.Command(b, argsLimit)
	}
	return true
}

func (p *proc) label(path []byte) string {
	if l, ok := p.cgroups[string(path)]; ok {
		return l
	}
	if len(p.cgroups) >= cgroupsKept {
		clear(p.cgroups)
	}
	l := cgroupLabel(string(path))
	p.cgroups[string(path)] = l
	return l
}

func (p *proc) io(pid int32) (read, written uint64, ok bool) {
	b, err := p.dir.ReadOnce(procfs.Path(pid, "io"))
	if err != nil {
		if procfs.NotPermitted(err) {
			p.denied = true
		}
		return 0, 0, false
	}
	read, ok1 := procfs.Field(b, "read_bytes")
	written, ok2 := procfs.Field(b, "write_bytes")
	p.someIO = true
	return read, written, ok1 && ok2
}

func (p *proc) close() []string {
	p.dir.Close()
	p.dir = nil
	var notes []string
	if !p.first {
		notes = append(notes, "processes of other users are hidden (/proc is mounted with hidepid)")
	}
	if p.denied {
		notes = append(notes, "I/O of other users' processes may not be read (needs root or CAP_SYS_PTRACE)")
	} else if !p.someIO {
		notes = append(notes, "I/O of processes is not known: this kernel does not count it")
	}
	if p.noUp {
		notes = append(notes, "age of processes is not known: the uptime cannot be read")
	}
	if p.skipped > 0 {
		notes = append(notes, "some processes could not be read")
	}
	return notes
}

// workerName is a kernel worker's name without what it works on, which changes all the time.
func workerName(comm []byte) []byte {
	if bytes.HasPrefix(comm, []byte("kworker/")) {
		if i := bytes.IndexAny(comm, "+-"); i > 0 {
			return comm[:i]
		}
	}
	return comm
}
