//go:build linux

package processes

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// A scene is a few processes whose use of CPU is set step by step.
type scene struct {
	t     *testing.T
	tr    *tree
	r     *Reader
	now   time.Duration
	ticks map[int]int
}

func newScene(t *testing.T) *scene {
	return &scene{t: t, tr: newTree(t), ticks: map[int]int{}}
}

// step lets each process use so many percent of a core for two seconds.
func (s *scene) step(cpu map[int]int) []int32 {
	s.t.Helper()
	if s.r == nil {
		s.r = New(Options{Root: s.tr.root})
	}
	for pid, percent := range cpu {
		s.ticks[pid] += 2 * percent
		s.tr.process(fake{pid: pid, comm: fmt.Sprint("p", pid), ticks: s.ticks[pid], start: 1})
	}
	s.now += 2 * time.Second
	read(s.t, s.r, s.now)
	var pids []int32
	for _, p := range s.r.Top(2) {
		pids = append(pids, p.PID)
	}
	return pids
}

func (s *scene) want(got []int32, want ...int32) {
	s.t.Helper()
	if !slices.Equal(got, want) {
		s.t.Fatalf("at %v: top %v, want %v", s.now, got, want)
	}
}

func TestTopIsSteady(t *testing.T) {
	s := newScene(t)
	s.want(s.step(map[int]int{1: 0, 2: 0, 3: 0, 4: 0})) // nothing is known of the first interval
	for range 10 {
		s.step(map[int]int{1: 50, 2: 40, 3: 38})
	}
	s.want(s.step(map[int]int{1: 50, 2: 40, 3: 38}), 1, 2)
	for i := range 20 { // 2 and 3 take turns at being a little ahead
		s.want(s.step(map[int]int{1: 50, 2: 38 + i%2*4, 3: 42 - i%2*4}), 1, 2)
	}
	var got []int32
	for range 10 { // 3 really takes the lead
		got = s.step(map[int]int{1: 50, 2: 20, 3: 90})
	}
	s.want(got, 1, 3)
	for range 20 { // who stops keeps the seat while nobody wants it
		got = s.step(map[int]int{1: 0, 3: 0})
	}
	s.want(got, 1, 3)
	s.tr.remove("proc/1")
	s.want(s.step(nil), 3)
}

func TestTopIsBounded(t *testing.T) {
	tr := newTree(t)
	r := New(Options{Root: tr.root})
	if r.Top(3) != nil {
		t.Error("a top of nothing")
	}
	for i := range 3 {
		for pid := 1; pid <= 60; pid++ { // each third is best at something else
			f := fake{pid: pid, comm: "p", start: 1}
			switch pid % 3 {
			case 0:
				f.ticks = i * pid
			case 1:
				f.pages = 1000 * pid
			case 2:
				f.in, f.ticks = i*pid<<20, i
			}
			tr.process(f)
		}
		read(t, r, time.Duration(i)*2*time.Second)
	}
	var pids []int32
	for _, p := range r.Top(2) {
		pids = append(pids, p.PID)
	}
	if want := []int32{55, 56, 57, 58, 59, 60}; !slices.Equal(pids, want) {
		t.Errorf("top %v, want %v", pids, want)
	}
	if n := len(r.Top(100)); n > 60 {
		t.Errorf("%d of 60", n)
	}
	if n := len(r.Top(1)); n != 3 {
		t.Errorf("%d, want 3", n)
	}
}

func TestTopTellsReusedIDsApart(t *testing.T) {
	s := newScene(t)
	s.step(map[int]int{1: 0, 2: 0})
	for range 5 {
		s.step(map[int]int{1: 90, 2: 80})
	}
	s.want(s.step(map[int]int{1: 90, 2: 80}), 1, 2)
	s.tr.process(fake{pid: 2, comm: "other", start: 5000})
	s.now += 2 * time.Second
	read(t, s.r, s.now)
	for _, p := range s.r.Top(2) {
		if p.Name == "other" {
			t.Error("a new process inherited a seat")
		}
	}
}
