package local

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestFailingAndPanickingCollectors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bad atomic.Bool
		good, runs := counting("good", 0)
		failing := probe{name: "failing", open: opened(func(_ context.Context, to *sink) error {
			if bad.Load() {
				return errors.New("not today")
			}
			to.add("of_failing", 1)
			return nil
		})}
		panicking := probe{name: "panicking", open: opened(func(_ context.Context, to *sink) error {
			to.add("of_panicking", 1)
			if bad.Load() {
				panic("oh dear")
			}
			return nil
		})}
		closed := probe{name: "closed", open: func() (read, error) {
			if bad.Load() {
				return nil, os.ErrPermission
			}
			return nil, errAbsent
		}}
		r := start(t, failing, panicking, good, closed)
		defer r.close()
		r.wait(time.Second)
		if notes := r.Status().Notes; len(notes) > 0 {
			t.Errorf("all is well, but %q", notes)
		}
		if v, ok := r.value("of_failing + on() of_panicking"); !ok || v != 2 {
			t.Errorf("they give %v %v", v, ok)
		}

		bad.Store(true)
		r.wait(9 * time.Second)
		want := []string{"closed: permission denied", "failing: not today", "panicking: panic: oh dear"}
		if notes := r.Status().Notes; !slices.Equal(notes, want) {
			t.Errorf("notes are %q, want %q", notes, want)
		}
		for _, name := range []string{"of_failing", "of_panicking"} {
			if v, ok := r.value(name); ok {
				t.Errorf("%s still is %v", name, v)
			}
		}
		if v, ok := r.value(`node_scrape_collector_success{collector="panicking"}`); !ok || v != 0 {
			t.Errorf("success of a panic is %v %v", v, ok)
		}
		if v, ok := r.value("good"); !ok || v != float64(runs.Load()) || v < 6 {
			t.Errorf("the good one is at %v, %v", v, ok)
		}
		for _, said := range []string{"not today", "permission denied", "panic=\"oh dear\""} {
			if n := strings.Count(r.logged.String(), said); n != 1 {
				t.Errorf("%q was logged %d times", said, n)
			}
		}
		if !strings.Contains(r.logged.String(), "faults_test.go") {
			t.Error("the stack of the panic was not logged")
		}

		bad.Store(false)
		r.wait(4 * time.Second)
		if notes := r.Status().Notes; len(notes) > 0 {
			t.Errorf("all is well again, but %q", notes)
		}
		if v, ok := r.value("of_failing + on() of_panicking"); !ok || v != 2 {
			t.Errorf("they give %v %v again", v, ok)
		}
	})
}

func TestHangingCollectors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var hang atomic.Bool
		good, _ := counting("good", 0)
		hanging := probe{name: "hanging", open: opened(func(_ context.Context, to *sink) error {
			to.add("of_hanging", 1)
			if hang.Load() {
				<-release
			}
			return nil
		})}
		r := start(t, hanging, good)
		r.wait(3 * time.Second)
		before := len(r.times("good"))
		hang.Store(true)
		r.wait(10 * time.Second)
		if got := len(r.times("good")) - before; got != 5 {
			t.Errorf("the good one was collected %d times in 10 s", got)
		}
		notes := r.Status().Notes
		if len(notes) != 1 || !strings.HasPrefix(notes[0], "hanging: has not answered since 00:00:04 UTC") {
			t.Errorf("notes are %q", notes)
		}
		if v, ok := r.value("of_hanging"); ok {
			t.Errorf("it still is %v", v)
		}
		hang.Store(false)
		close(release)
		r.wait(3 * time.Second)
		if v, ok := r.value("of_hanging"); !ok || v != 1 || len(r.Status().Notes) > 0 {
			t.Errorf("released, it gives %v %v; notes %q", v, ok, r.Status().Notes)
		}
		if got := r.times("of_hanging"); slices.Contains(got, 4*time.Second) {
			t.Errorf("a sample came in late, under the marker: %v", got)
		}
		r.close()
	})
}

func TestCloseDoesNotWaitForAHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := start(t, probe{name: "hanging", open: opened(func(context.Context, *sink) error {
			<-release
			return nil
		})})
		r.wait(time.Second)
		dir := r.Dir()
		begun := time.Now()
		r.close()
		if took := time.Since(begun); took > time.Second {
			t.Errorf("closing took %v", took)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
		close(release)
	})
}

func TestNoPlaceForTheRunTimeDirectory(t *testing.T) {
	_, err := Open(t.Context(), Options{Dirs: []string{"/proc"}})
	if sources.KindOf(err) != sources.KindUnavailable || !strings.Contains(err.Error(), "/proc") {
		t.Errorf("opened in a read-only place: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, Options{}); sources.KindOf(err) != sources.KindCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNumberOfSeriesIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, _ := counting("good", 0)
		n := 0
		r := start(t, good, probe{name: "many", open: opened(func(_ context.Context, to *sink) error {
			for range 9000 {
				n++
				to.add("many", 1, "id", strconv.Itoa(n))
			}
			return nil
		})})
		defer r.close()
		r.wait(7 * time.Second)
		if got := r.Series(); got > maxSeries+10 {
			t.Errorf("%d series are held", got)
		}
		if v, ok := r.value("good"); !ok || v != 5 {
			t.Errorf("the other one is at %v, %v", v, ok)
		}
		want := "many: 9000 series are left out, as 20000 are held: the bound is 20000"
		if notes := r.Status().Notes; len(notes) != 1 || notes[0] != want {
			t.Errorf("notes are %q, want %q", notes, want)
		}
	})
}
