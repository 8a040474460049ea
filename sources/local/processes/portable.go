package processes

import (
	"context"
	"errors"
	"os/user"
	"strconv"
	"time"

	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"
)

// portable is the backend over gopsutil, for systems without /proc. It is
// compiled and tested on Linux too, against the same expectations.
//
// What would start another program (on darwin, a process's state by ps) is not
// asked for and stays empty.
type portable struct {
	ctx    context.Context
	now    time.Time
	users  map[uint32]string
	opaque bool
	denied bool
}

func newPortable(Options) *portable {
	return &portable{ctx: context.Background(), users: map[uint32]string{}}
}

func (p *portable) open(now time.Time) (uint64, error) {
	p.now, p.opaque = now, false
	m, err := mem.VirtualMemoryWithContext(p.ctx)
	if err != nil {
		return 0, nil //nolint:nilerr // the share of memory is then not known; all else is
	}
	return m.Total, nil
}

func (p *portable) pids(dst []int32) ([]int32, error) {
	pids, err := process.PidsWithContext(p.ctx)
	for _, pid := range pids {
		if pid > 0 { // 0 is darwin's kernel
			dst = append(dst, pid)
		}
	}
	return dst, err
}

func (p *portable) sample(pid int32, _ string, s *sample) bool {
	proc := process.Process{Pid: pid}
	start, err := proc.CreateTimeWithContext(p.ctx)
	if err != nil {
		return false
	}
	*s = sample{start: uint64(max(start, 0)), age: p.now.Sub(time.UnixMilli(start)), comm: s.comm}
	s.ppid, _ = proc.PpidWithContext(p.ctx)
	if name, err := proc.NameWithContext(p.ctx); err == nil {
		s.comm = append(s.comm[:0], name...)
	} else {
		s.comm = s.comm[:0]
	}
	s.threads, _ = proc.NumThreadsWithContext(p.ctx)
	times, err1 := proc.TimesWithContext(p.ctx)
	memory, err2 := proc.MemoryInfoWithContext(p.ctx)
	// Darwin answers with zeros, not with an error, where it may not tell.
	if err1 != nil || err2 != nil || s.threads == 0 {
		s.opaque, p.opaque = true, true
		return true
	}
	s.cpu = time.Duration((times.User + times.System) * float64(time.Second))
	s.rss = float64(memory.RSS)
	return true
}

func (p *portable) identify(pid int32, _ *sample, id *identity) bool {
	proc := process.Process{Pid: pid}
	if uids, err := proc.UidsWithContext(p.ctx); err == nil && len(uids) > 0 {
		id.user = p.user(uids[min(1, len(uids)-1)]) // real, effective ...; darwin gives the effective only
	}
	if args, err := proc.CmdlineWithContext(p.ctx); err == nil {
		id.args = args[:min(len(args), argsLimit)]
	}
	return true
}

func (p *portable) user(uid uint32) string {
	if name, ok := p.users[uid]; ok {
		return name
	}
	name := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	if len(p.users) < 4096 {
		p.users[uid] = name
	}
	return name
}

func (p *portable) io(pid int32) (read, written uint64, ok bool) {
	proc := process.Process{Pid: pid}
	c, err := proc.IOCountersWithContext(p.ctx)
	if err != nil {
		p.denied = p.denied || !errors.Is(err, process.ErrorProcessNotRunning)
		return 0, 0, false
	}
	return c.DiskReadBytes, c.DiskWriteBytes, true
}

func (p *portable) close() []string {
	var notes []string
	if p.opaque {
		notes = append(notes, "CPU and memory of other users' processes may not be read (needs root)")
	}
	if p.denied {
		notes = append(notes, "I/O of other users' processes may not be read (needs root)")
	}
	return append(notes, "state and container of processes are not known on this system")
}
