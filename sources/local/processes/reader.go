// Package processes reads the processes of this machine: who they are, what
// CPU, memory and storage they use. It is made to run every two seconds on a
// loaded machine: of most processes it reads one small file, of those that did
// work a second one, and who a process is only when it is new, has changed its
// name, or at long intervals.
//
// It starts no goroutines. Processes that vanish while they are read are left
// out; ids that are used again are told apart by their start. Names and command
// lines are raw: hostile until drawn by the screen.
//
// On Linux it reads /proc; elsewhere gopsutil.
package processes

import (
	"math"
	"slices"
	"time"
)

// Options say where to read and how much to keep.
type Options struct {
	// Root is the directory that holds proc and etc; empty is "/".
	Root string
	// Rows bounds a table's rows; 0 is 2000.
	Rows int
}

const (
	defaultRows = 2000
	argsLimit   = 4096 // bytes kept of a command line
	// tooSoon is the interval below which ticks of 10 ms make no rate.
	tooSoon = 100 * time.Millisecond
	// refreshEvery and ioEvery are counts of Reads: processes change their user
	// and title without a trace; idle ones may still do a little I/O.
	refreshEvery = 16
	ioEvery      = 8
)

// A Reader reads snapshots. Not safe for concurrent use; its snapshots are.
type Reader struct {
	options Options
	backend backend
	entries map[int32]*entry
	pids    []int32
	sample  sample
	last    time.Time
	reads   uint32
	count   int
	latest  *Snapshot
	top     top
}

// A backend is a system's way to tell of processes. All calls come between
// open and close.
type backend interface {
	// open begins a Read and gives the machine's memory in bytes; 0 is not known.
	open(now time.Time) (memory uint64, err error)
	// pids appends the ids of all processes.
	pids(dst []int32) ([]int32, error)
	// sample reads the usage of one; false if it is gone or unreadable.
	sample(pid int32, handle string, s *sample) bool
	// identify reads who it is, and keeps what it cannot read; false asks to be called again soon.
	identify(pid int32, s *sample, id *identity) bool
	// io is what it read from and wrote to storage since it started, bytes.
	io(pid int32) (read, written uint64, ok bool)
	// close ends a Read and gives what could not be read in it.
	close() []string
}

// A sample is what changes all the time.
type sample struct {
	ppid    int32
	start   uint64
	comm    []byte // good until the next call
	state   byte
	threads int32
	age     time.Duration
	cpu     time.Duration
	rss     float64
	kernel  bool
	opaque  bool // CPU and memory could not be read
}

// An identity is what seldom changes.
type identity struct {
	user, name, args, cgroup string
}

// An entry is what is remembered of a process.
type entry struct {
	handle string
	start  uint64
	identity
	seen       uint32 // the Read that saw it last
	identified uint32 // the Read that identified it last
	sights     uint32
	partial    bool // not all of the identity could be read

	cpu      time.Duration
	cpuUsed  float64 // percent, as last worked out
	ioAt     time.Time
	ioRead   uint32 // the Read that read its I/O last
	ioNever  bool
	ioBusy   bool
	in, out  uint64
	inRate   float64
	outRate  float64
	cpuScore float64 // smoothed, for Top
	ioScore  float64
}

// New makes a Reader. It reads nothing yet.
func New(o Options) *Reader {
	if o.Root == "" {
		o.Root = "/"
	}
	if o.Rows <= 0 {
		o.Rows = defaultRows
	}
	return &Reader{options: o, backend: newBackend(o), entries: map[int32]*entry{}}
}

// Read reads all processes. Rates are over the time since the Read before, and
// NaN in the first; when that was less than 100 ms ago its rates are kept. An
// error says that there is nothing to read at all; what is merely missing is a
// note.
func (r *Reader) Read(now time.Time) (*Snapshot, error) {
	memory, err := r.backend.open(now)
	if err != nil {
		return nil, err
	}
	r.pids, err = r.backend.pids(r.pids[:0])
	if err != nil {
		r.backend.close()
		return nil, err
	}
	elapsed := now.Sub(r.last)
	first := r.reads == 0
	r.reads++
	t := tick{now: now, elapsed: elapsed, first: first, back: elapsed < 0, keep: !first && elapsed < tooSoon, memory: float64(memory)}
	t.smooth = 1 - math.Exp(-elapsed.Seconds()/smoothing.Seconds())
	processes := make([]Process, 0, max(len(r.pids), 16))
	for _, pid := range r.pids {
		if e := r.read(pid, &t); e != nil {
			processes = append(processes, Process{})
			r.describe(&processes[len(processes)-1], pid, e, &t)
		}
	}
	if len(processes) < len(r.entries) {
		for pid, e := range r.entries {
			if e.seen != r.reads {
				delete(r.entries, pid)
			}
		}
	}
	if !t.keep || t.back {
		r.last = now
	}
	r.count = len(processes)
	r.latest = &Snapshot{Time: now, Processes: processes, Notes: slices.Clip(r.backend.close()), rows: r.options.Rows}
	return r.latest, nil
}

// A tick is what one Read knows about itself.
type tick struct {
	now     time.Time
	elapsed time.Duration
	first   bool
	keep    bool // rates stay as they are: the interval is too short
	back    bool // the clock went backwards: begin anew
	memory  float64
	smooth  float64 // weight of the newest value in the scores
}

// read samples one process and brings its entry up to date; nil if it is gone.
func (r *Reader) read(pid int32, t *tick) *entry {
	e := r.entries[pid]
	if e == nil {
		e = &entry{handle: r.handle(pid)}
	}
	s := &r.sample
	if !r.backend.sample(pid, e.handle, s) {
		return nil
	}
	if e.sights == 0 || e.start != s.start {
		*e = entry{handle: e.handle, start: s.start, inRate: math.NaN(), outRate: math.NaN(), cpuUsed: math.NaN()}
		r.entries[pid] = e
		if !t.first && !t.keep && s.age <= t.elapsed+tooSoon && !s.opaque {
			e.cpuUsed = percent(s.cpu, t.elapsed) // all it used, it used in this interval
		}
	} else if !t.keep && !s.opaque {
		e.cpuUsed = percent(s.cpu-e.cpu, t.elapsed)
	}
	e.seen = r.reads
	e.sights++
	r.identify(pid, e, s)
	r.readIO(pid, e, s, t)
	if !t.keep || t.back || e.sights == 1 {
		e.cpu = s.cpu
	}
	if !t.keep {
		e.cpuScore += t.smooth * (orZero(e.cpuUsed) - e.cpuScore)
		e.ioScore += t.smooth * (orZero(e.inRate+e.outRate) - e.ioScore)
	}
	return e
}

// identify reads who a process is when it is new, once more the next time (a
// fork becomes another program, a login another user), when its name changes,
// and now and then. A blocked process may hold its memory map, so that reading
// its command line would block too: the backend leaves that for later.
func (r *Reader) identify(pid int32, e *entry, s *sample) {
	renamed := string(s.comm) != e.name
	due := e.sights <= 2 || e.partial || r.reads-e.identified >= refreshEvery
	if !renamed && !due {
		return
	}
	e.identified = r.reads
	if e.sights > 2 { // spread the refreshes over the Reads
		e.identified -= uint32(pid % (refreshEvery / 2)) //nolint:gosec // G115: ids are positive
	}
	if renamed {
		e.name = string(s.comm)
		e.args = ""
	}
	e.partial = !r.backend.identify(pid, s, &e.identity)
	e.ioNever = false // it may have become ours to read
	if e.args == "" {
		e.args = "[" + e.name + "]"
	}
}

// readIO reads what a process read and wrote. One that used no CPU since is
// taken to have done nothing, and is asked every eighth Read only; the rate is
// over the time since it was asked.
func (r *Reader) readIO(pid int32, e *entry, s *sample, t *tick) {
	if e.ioNever || s.kernel || t.keep && e.sights > 1 {
		return
	}
	if !e.ioAt.IsZero() && s.cpu == e.cpu && !e.ioBusy && r.reads-e.ioRead < ioEvery {
		e.inRate, e.outRate = 0, 0
		return
	}
	in, out, ok := r.backend.io(pid)
	if !ok {
		e.ioNever = true
		e.inRate, e.outRate = math.NaN(), math.NaN()
		return
	}
	if span := t.now.Sub(e.ioAt); !e.ioAt.IsZero() && span >= tooSoon {
		e.inRate, e.outRate = perSecond(e.in, in, span), perSecond(e.out, out, span)
		e.ioBusy = in != e.in || out != e.out
	}
	e.in, e.out, e.ioAt, e.ioRead = in, out, t.now, r.reads
}

func (r *Reader) describe(p *Process, pid int32, e *entry, t *tick) {
	s := &r.sample
	*p = Process{
		PID: pid, PPID: s.ppid, Start: s.start,
		User: e.user, Name: e.name, Args: e.args, Cgroup: e.cgroup, State: stateName(s.state),
		Threads: int(s.threads), Age: max(s.age, 0), CPU: e.cpuUsed, RSS: s.rss, Memory: math.NaN(),
		Read: e.inRate, Write: e.outRate, Kernel: s.kernel,
	}
	if s.opaque {
		p.RSS = math.NaN()
	} else if t.memory > 0 {
		p.Memory = 100 * p.RSS / t.memory
	}
}

// handle is the string the backend wants with each sample of a process.
func (r *Reader) handle(pid int32) string {
	if h, ok := r.backend.(interface{ handle(pid int32) string }); ok {
		return h.handle(pid)
	}
	return ""
}

func percent(used, elapsed time.Duration) float64 {
	if elapsed <= 0 {
		return math.NaN()
	}
	return 100 * max(used.Seconds(), 0) / elapsed.Seconds()
}

// perSecond is the rate of a counter; it is 0 when the counter went backwards.
func perSecond(from, to uint64, span time.Duration) float64 {
	if to < from {
		return 0
	}
	return float64(to-from) / span.Seconds()
}

func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
