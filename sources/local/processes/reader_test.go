//go:build linux

package processes

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var t0 = time.Unix(1_700_000_000, 0) //nolint:gochecknoglobals // a constant of tests

func read(t *testing.T, r *Reader, after time.Duration) *Snapshot {
	t.Helper()
	s, err := r.Read(t0.Add(after))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func one(t *testing.T, s *Snapshot, pid int32) Process {
	t.Helper()
	i := slices.IndexFunc(s.Processes, func(p Process) bool { return p.PID == pid })
	if i < 0 {
		t.Fatalf("no process %d among %d", pid, len(s.Processes))
	}
	return s.Processes[i]
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestRates(t *testing.T) {
	tr := newTree(t)
	f := fake{pid: 42, ppid: 1, comm: "api", args: "/bin/api\x00--port\x0080\x00", ticks: 1000, start: 90_000, threads: 7, pages: 100, uid: 1000, in: 5000, out: 100, cgroup: "0::/system.slice/api.service\n"}
	tr.process(f)
	r := New(Options{Root: tr.root})
	p := one(t, read(t, r, 0), 42)
	near(t, "first cpu", p.CPU, math.NaN())
	near(t, "first read", p.Read, math.NaN())
	near(t, "rss", p.RSS, float64(100*os.Getpagesize()))
	near(t, "share", p.Memory, 100*float64(100*os.Getpagesize())/(1000000<<10))
	if p.PPID != 1 || p.User != "shop" || p.Name != "api" || p.Args != "/bin/api --port 80" || p.Cgroup != "api.service" ||
		p.State != "sleeping" || p.Threads != 7 || p.Age != 100*time.Second {
		t.Errorf("got %+v", p)
	}

	f.ticks, f.in, f.out = 1300, 5000+4096, 100+2048 // 3 s of CPU within 2 s
	tr.process(f)
	p = one(t, read(t, r, 2*time.Second), 42)
	near(t, "cpu", p.CPU, 150)
	near(t, "read", p.Read, 2048)
	near(t, "write", p.Write, 1024)

	p = one(t, read(t, r, 2*time.Second+50*time.Millisecond), 42)
	near(t, "cpu too soon after", p.CPU, 150)
	near(t, "read too soon after", p.Read, 2048)

	p = one(t, read(t, r, 4*time.Second), 42)
	near(t, "cpu when idle", p.CPU, 0)
	near(t, "read when idle", p.Read, 0)
}

func TestNewProcessIsChargedToItsInterval(t *testing.T) {
	tr := newTree(t)
	tr.process(fake{pid: 1, comm: "init", args: "init\x00"})
	r := New(Options{Root: tr.root})
	read(t, r, 0)
	tr.uptime(1002 * time.Second)
	tr.process(fake{pid: 50, comm: "burst", ticks: 100, start: 100_100})
	tr.process(fake{pid: 51, comm: "old", ticks: 100_000, start: 100}) // became visible only now
	s := read(t, r, 2*time.Second)
	near(t, "new", one(t, s, 50).CPU, 50)
	near(t, "old", one(t, s, 51).CPU, math.NaN())
}

func TestReusedPID(t *testing.T) {
	tr := newTree(t)
	tr.process(fake{pid: 42, comm: "same", args: "before\x00", ticks: 100_000, start: 1, in: 1 << 30})
	r := New(Options{Root: tr.root})
	for i := range 4 {
		read(t, r, time.Duration(2*i)*time.Second)
	}
	tr.uptime(1008 * time.Second)
	tr.process(fake{pid: 42, comm: "same", args: "after\x00", ticks: 20, start: 100_700, uid: 1000})
	p := one(t, read(t, r, 8*time.Second), 42)
	near(t, "cpu", p.CPU, 10)
	near(t, "read", p.Read, math.NaN())
	if p.Args != "after" || p.User != "shop" || p.Start != 100_700 || p.Age != time.Second {
		t.Errorf("got %+v", p)
	}
}

func TestExecAndSetuidAreSeen(t *testing.T) {
	tr := newTree(t)
	f := fake{pid: 42, comm: "sh", args: "sh\x00"}
	tr.process(f)
	r := New(Options{Root: tr.root})
	read(t, r, 0)
	f.uid = 1000 // dropped its rights under the same name: seen at the second sight
	tr.process(f)
	if p := one(t, read(t, r, 2*time.Second), 42); p.User != "shop" {
		t.Errorf("user %q", p.User)
	}
	read(t, r, 4*time.Second)
	f.comm, f.args = "java", "java\x00-jar\x00x\x00"
	tr.process(f)
	if p := one(t, read(t, r, 6*time.Second), 42); p.Args != "java -jar x" || p.Name != "java" {
		t.Errorf("after exec %+v", p)
	}
	f.args = "java: busy\x00" // a title set without a trace is seen in time
	tr.process(f)
	for i := range refreshEvery + 1 {
		read(t, r, time.Duration(8+2*i)*time.Second)
	}
	if p := one(t, r.latest, 42); p.Args != "java: busy" {
		t.Errorf("title %q", p.Args)
	}
}

func TestBlockedProcessIsNotAsked(t *testing.T) {
	tr := newTree(t)
	f := fake{pid: 42, comm: "db", args: "db --big\x00", state: "D"}
	tr.process(f)
	r := New(Options{Root: tr.root})
	for i := range 3 {
		if p := one(t, read(t, r, time.Duration(2*i)*time.Second), 42); p.Args != "[db]" || p.State != "blocked" {
			t.Fatalf("got %+v", p)
		}
	}
	f.state = "S"
	tr.process(f)
	if p := one(t, read(t, r, 6*time.Second), 42); p.Args != "db --big" {
		t.Errorf("awake, it is %q", p.Args)
	}
}

func TestHostileNames(t *testing.T) {
	names := []string{") R 1 (", "a b", "x\ny", "\x1b[2J\x1b]0;t\a", "((((", "))))", "", "\xff\xfe", "\u202eevil"}
	tr := newTree(t)
	for i, name := range names {
		tr.process(fake{pid: i + 1, ppid: 77, comm: name, args: "", ticks: 5})
	}
	s := read(t, New(Options{Root: tr.root}), 0)
	if len(s.Processes) != len(names) {
		t.Fatalf("%d of %d", len(s.Processes), len(names))
	}
	for i, name := range names {
		if p := one(t, s, int32(i+1)); p.Name != name || p.Args != "["+name+"]" || p.PPID != 77 || p.State != "sleeping" {
			t.Errorf("%q: %+v", name, p)
		}
	}
}

func TestKernelThreads(t *testing.T) {
	tr := newTree(t)
	tr.process(fake{pid: 2, comm: "kthreadd", flags: 0x00200000})
	tr.process(fake{pid: 9, ppid: 2, comm: "kworker/u8:2-events_unbound", flags: 0x00200000, in: 7})
	r := New(Options{Root: tr.root})
	read(t, r, 0)
	p := one(t, read(t, r, 2*time.Second), 9)
	if !p.Kernel || p.Name != "kworker/u8:2" || p.Args != "[kworker/u8:2]" {
		t.Errorf("got %+v", p)
	}
	near(t, "read", p.Read, math.NaN())
}

func TestVanishingAndUnreadable(t *testing.T) {
	tr := newTree(t)
	for pid := 1; pid <= 6; pid++ {
		tr.process(fake{pid: pid, comm: "p", args: "p\x00"})
	}
	r := New(Options{Root: tr.root})
	read(t, r, 0)
	tr.remove("proc/2/stat")         // ended between the listing and the reading
	tr.write("proc/3/stat", "")      // ended while it was read
	tr.write("proc/4/stat", "4 (p")  // cut
	tr.remove("proc/5/cmdline")      // the rest went away
	tr.remove("proc/5/status")       //
	tr.remove("proc/5/cgroup")       //
	tr.remove("proc/6")              // gone
	tr.write("proc/99999999999", "") // no process id
	tr.write("proc/0x7/stat", "")    //
	s := read(t, r, 2*time.Second)
	if len(s.Processes) != 2 || len(r.entries) != 2 {
		t.Fatalf("%d processes, %d entries", len(s.Processes), len(r.entries))
	}
	if p := one(t, s, 5); p.Args != "p" || p.User != "root" {
		t.Errorf("what was known is lost: %+v", p)
	}
	if !slices.Contains(s.Notes, "some processes could not be read") {
		t.Errorf("notes %q", s.Notes)
	}
	tr.remove("proc")
	if _, err := r.Read(t0.Add(4 * time.Second)); err == nil {
		t.Error("no proc, no error")
	}
}

func TestIdleProcessesAreAskedForIOSeldom(t *testing.T) {
	tr := newTree(t)
	f := fake{pid: 42, comm: "p"}
	tr.process(f)
	r := New(Options{Root: tr.root})
	read(t, r, 0)
	f.in = 16 << 20 // no CPU used
	tr.process(f)
	seen := 0.0
	for i := 1; i <= ioEvery+1; i++ {
		p := one(t, read(t, r, time.Duration(2*i)*time.Second), 42)
		if seen = p.Read; seen > 0 {
			near(t, "rate over the time since it was asked", seen, float64(16<<20)/float64(2*i))
			return
		}
	}
	t.Error("never asked again")
}

func TestClockSetBack(t *testing.T) {
	tr := newTree(t)
	f := fake{pid: 42, comm: "p", ticks: 100}
	tr.process(f)
	r := New(Options{Root: tr.root})
	read(t, r, time.Hour)
	f.ticks = 300
	tr.process(f)
	read(t, r, time.Hour+2*time.Second)
	near(t, "cpu kept", one(t, read(t, r, 0), 42).CPU, 100)
	f.ticks = 350
	tr.process(f)
	near(t, "cpu after", one(t, read(t, r, 2*time.Second), 42).CPU, 25)
}

func TestNotes(t *testing.T) {
	tr := newTree(t)
	tr.process(fake{pid: 7, comm: "p", noIO: true})
	tr.remove("proc/uptime")
	r := New(Options{Root: tr.root})
	want := []string{"hidden", "does not count it", "age of processes"}
	for i := range 3 {
		s := read(t, r, time.Duration(2*i)*time.Second)
		if len(s.Notes) != len(want) {
			t.Fatalf("notes %q", s.Notes)
		}
		for j, w := range want {
			if !strings.Contains(s.Notes[j], w) {
				t.Errorf("note %q, want %q", s.Notes[j], w)
			}
		}
		near(t, "read", s.Processes[0].Read, math.NaN())
	}
}

func TestTable(t *testing.T) {
	tr := newTree(t)
	for pid := 1; pid <= 9; pid++ {
		tr.process(fake{pid: pid, comm: "p", pages: pid})
	}
	r := New(Options{Root: tr.root, Rows: 4})
	read(t, r, 0)
	tr.process(fake{pid: 3, comm: "p", ticks: 100, pages: 1})
	s := read(t, r, 2*time.Second)
	table := s.Table("local")
	if table.Source != "local" || table.Name != "processes" || table.Total != 9 || len(table.Rows) != 4 {
		t.Fatalf("%s %s %d of %d", table.Source, table.Name, len(table.Rows), table.Total)
	}
	for i, pid := range []float64{3, 9, 8, 7} { // by CPU, then by memory
		if row := table.Rows[i]; len(row) != len(table.Columns) || row[0].Number != pid {
			t.Errorf("row %d: %v", i, row)
		}
	}
	for i, c := range table.Columns {
		if v := table.Rows[0][i]; c.Text && v.Number != 0 || !c.Text && v.Text != "" {
			t.Errorf("column %s has %v", c.Name, v)
		}
	}
}

func TestAllocations(t *testing.T) {
	tr := newTree(t)
	for pid := 1; pid <= 200; pid++ {
		tr.process(fake{pid: pid, comm: "p", args: "p\x00x\x00"})
	}
	r := New(Options{Root: tr.root})
	now := t0
	got := testing.AllocsPerRun(20, func() {
		now = now.Add(2 * time.Second)
		if _, err := r.Read(now); err != nil {
			t.Fatal(err)
		}
	})
	if got > 200*3 {
		t.Errorf("%v allocations for 200 processes, budget 3 each", got)
	}
}
