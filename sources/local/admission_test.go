package local

import (
	"slices"
	"testing"
	"time"

	"nightjar/sources/local/processes"
)

func TestAdmission(t *testing.T) {
	a, now := newAdmission(), time.Unix(1000, 0)
	pids := func(top []processes.Process) []int32 {
		var all []int32
		for i := range top {
			all = append(all, top[i].PID)
		}
		return all
	}
	top := func(n, from int) []processes.Process {
		all := make([]processes.Process, n)
		for i := range all {
			all[i] = processes.Process{PID: int32(from + i), CPU: float64(i)}
		}
		return all
	}
	in, out := a.admit(top(24, 100), now)
	if len(in) != 24 || out != 0 {
		t.Errorf("at first %d are in, %d out", len(in), out)
	}
	// Nobody leaves: all keep their place.
	if in, out = a.admit(top(24, 100), now); len(in) != 24 || out != 0 {
		t.Errorf("then %d are in, %d out", len(in), out)
	}
	// All are replaced at once, and again: the bucket is empty.
	if in, out = a.admit(top(24, 200), now.Add(time.Second)); len(in) != 0 || out != 24 {
		t.Errorf("of the new ones %d are in, %d out", len(in), out)
	}
	// One place each 5 s, to those who use most.
	now = now.Add(10 * time.Second)
	if in, out = a.admit(top(24, 300), now); !slices.Equal(pids(in), []int32{322, 323}) || out != 22 {
		t.Errorf("10 s later %v are in, %d out", pids(in), out)
	}
	// The same pid, but another process.
	other := top(24, 300)
	other[23].Start = 7
	if in, _ = a.admit(other, now); !slices.Equal(pids(in), []int32{322}) {
		t.Errorf("a pid that is used again: %v are in", pids(in))
	}
	// Idle time does not pile up beyond the first lot.
	if in, _ = a.admit(top(40, 400), now.Add(time.Hour)); len(in) != newcomers {
		t.Errorf("after an hour %d are in", len(in))
	}
	// The clock set back gives nothing and takes nothing.
	if in, _ = a.admit(top(40, 400), now.Add(-time.Hour)); len(in) != newcomers {
		t.Errorf("an hour back %d are in", len(in))
	}
	if in, _ = a.admit(top(40, 400), now.Add(-time.Hour+5*time.Second)); len(in) != newcomers+1 {
		t.Errorf("5 s after that %d are in", len(in))
	}
}
