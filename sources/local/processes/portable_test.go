//go:build linux

package processes

import (
	"math"
	"os"
	"slices"
	"testing"
	"time"
)

// The backend for other systems agrees with /proc about this very process.
func TestPortableAgreesWithProc(t *testing.T) {
	pid := int32(os.Getpid())
	both := map[string]*Reader{"proc": New(Options{}), "portable": New(Options{})}
	both["portable"].backend = newPortable(Options{})
	got := map[string]Process{}
	now := time.Now()
	for range 3 {
		for range 3_000_000 { // some CPU
			now = now.Add(1)
		}
		now = now.Add(2 * time.Second)
		for name, r := range both {
			s, err := r.Read(now)
			if err != nil {
				t.Fatal(name, err)
			}
			got[name] = one(t, s, pid)
			if table := s.Table("x"); len(table.Columns) != len(Columns()) || table.Total < 1 {
				t.Errorf("%s: table %v", name, table)
			}
		}
	}
	a, b := got["proc"], got["portable"]
	if a.PPID != b.PPID || a.User != b.User || a.Name != b.Name || a.Args != b.Args {
		t.Errorf("proc %+v\nportable %+v", a, b)
	}
	if math.Abs(float64(a.Threads-b.Threads)) > 5 || a.RSS == 0 || math.Abs(a.RSS-b.RSS) > 0.5*a.RSS || math.Abs(a.Memory-b.Memory) > 0.5*a.Memory {
		t.Errorf("threads %d %d, rss %v %v, share %v %v", a.Threads, b.Threads, a.RSS, b.RSS, a.Memory, b.Memory)
	}
	for name, p := range got {
		if math.IsNaN(p.CPU) || math.IsNaN(p.Read) {
			t.Errorf("%s: cpu %v, read %v", name, p.CPU, p.Read)
		}
	}
	if notes := both["portable"].latest.Notes; !slices.Contains(notes, "state and container of processes are not known on this system") {
		t.Errorf("notes %q", notes)
	}
}
