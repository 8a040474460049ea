package local

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nightjar/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A rig is a source with made-up probes on a clock that can jump.
type rig struct {
	*Source
	t      *testing.T
	jump   atomic.Int64
	logged bytes.Buffer
}

func (r *rig) now() time.Time { return time.Now().Add(time.Duration(r.jump.Load())) }

// start runs probes; it is called in a bubble of synctest.
func start(t *testing.T, probes ...probe) *rig {
	t.Helper()
	r := &rig{t: t}
	s, err := open(t.Context(), Options{
		Hostname: "here", Dirs: []string{t.TempDir()}, Clock: r.now,
		Logger: slog.New(slog.NewTextHandler(&r.logged, nil)),
	}, func(Options) ([]probe, tables) { return probes, tables{} })
	if err != nil {
		t.Fatal(err)
	}
	r.Source = s
	return r
}

func (r *rig) close() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
}

// wait lets time pass, and everything that is due in it happen.
func (r *rig) wait(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// value is the one value of expr now.
func (r *rig) value(expr string) (float64, bool) {
	r.t.Helper()
	f, err := r.QueryInstant(r.t.Context(), sources.InstantQuery{Expr: expr})
	if err != nil {
		r.t.Fatal(err)
	}
	if len(f.Series) == 0 {
		return 0, false
	}
	return f.Series[0].Values[0], true
}

// times are when name has samples, since the bubble's time began, which is a whole second.
func (r *rig) times(name string) []time.Duration {
	r.t.Helper()
	f, err := r.QueryInstant(r.t.Context(), sources.InstantQuery{Expr: name + "[1h]"})
	if err != nil {
		r.t.Fatal(err)
	}
	var all []time.Duration
	if len(f.Series) > 0 {
		for _, ms := range f.Series[0].Times {
			all = append(all, time.UnixMilli(ms).Sub(bubble))
		}
	}
	return all
}

var bubble = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// counting gives a probe that counts its runs into name.
func counting(name string, every time.Duration) (probe, *atomic.Int64) {
	var n atomic.Int64
	return probe{name: name, every: every, open: opened(func(_ context.Context, to *sink) error {
		to.add(name, float64(n.Add(1)))
		return nil
	})}, &n
}

func seconds(s ...float64) []time.Duration {
	d := make([]time.Duration, len(s))
	for i := range s {
		d[i] = time.Duration(s[i] * float64(time.Second))
	}
	return d
}

func TestRoundsAreSoonThenAligned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(700 * time.Millisecond)
		cheap, _ := counting("cheap", 0)
		slow, _ := counting("slow", 10*time.Second)
		r := start(t, cheap, slow)
		defer r.close()
		r.wait(8 * time.Second)
		if got, want := r.times("cheap"), seconds(0.7, 0.95, 2, 4, 6, 8); !slices.Equal(got, want) {
			t.Errorf("rounds at %v, want %v", got, want)
		}
		r.wait(20 * time.Second)
		if got := r.times("slow"); len(got) < 3 || got[0] != 700*time.Millisecond || got[2]-got[1] != 10*time.Second {
			t.Errorf("slow rounds at %v", got)
		}
		if r.Rounds() != 16 {
			t.Errorf("%d rounds", r.Rounds())
		}
	})
}

func TestSecondRoundKeepsItsDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1700 * time.Millisecond)
		cheap, _ := counting("cheap", 0)
		r := start(t, cheap)
		defer r.close()
		r.wait(5 * time.Second)
		if got, want := r.times("cheap"), seconds(1.7, 1.95, 4, 6); !slices.Equal(got, want) {
			t.Errorf("rounds at %v, want %v", got, want)
		}
	})
}

func TestLabelsAreAScrapes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := counting("cheap", 0)
		r := start(t, p)
		defer r.close()
		r.wait(time.Second)
		f, err := r.QueryInstant(t.Context(), sources.InstantQuery{Expr: `{job="node"}`})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range f.Series {
			got = append(got, s.Labels.String())
		}
		slices.Sort(got)
		want := []string{
			`cheap{instance="here", job="node"}`,
			`node_scrape_collector_duration_seconds{collector="cheap", instance="here", job="node"}`,
			`node_scrape_collector_success{collector="cheap", instance="here", job="node"}`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("series are %q", got)
		}
	})
}

func TestSlowCollectorsDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, _ := counting("good", 0)
		slow := probe{name: "slow", every: 10 * time.Second, open: opened(func(_ context.Context, to *sink) error {
			time.Sleep(time.Second)
			to.add("of_slow", 1)
			return nil
		})}
		late := probe{name: "late", open: opened(func(_ context.Context, to *sink) error {
			time.Sleep(800 * time.Millisecond)
			to.add("of_late", 1)
			return nil
		})}
		r := start(t, good, slow, late)
		defer r.close()
		r.wait(grace)
		if _, ok := r.value("good"); !ok || r.Rounds() != 1 {
			t.Errorf("%d rounds after %v", r.Rounds(), grace)
		}
		r.wait(time.Second)
		if _, ok := r.value("of_slow"); !ok {
			t.Error("the slow one's samples are missing")
		}
		if got, want := r.times("of_slow"), seconds(0); !slices.Equal(got, want) {
			t.Errorf("the slow one's samples are of %v: they belong to the time of the round", got)
		}
		if _, ok := r.value("of_late"); !ok {
			t.Error("the late one's samples are missing")
		}
	})
}

func TestVanishedSeriesEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var present atomic.Bool
		present.Store(true)
		r := start(t, probe{name: "disks", open: opened(func(_ context.Context, to *sink) error {
			to.add("disk", 1, "device", "a")
			if present.Load() {
				to.add("disk", 2, "device", "b")
			}
			return nil
		})})
		defer r.close()
		r.wait(3 * time.Second)
		if v, ok := r.value("sum(disk)"); !ok || v != 3 {
			t.Errorf("the sum is %v %v", v, ok)
		}
		present.Store(false)
		r.wait(2 * time.Second)
		if v, ok := r.value("sum(disk)"); !ok || v != 1 {
			t.Errorf("without b the sum is %v %v", v, ok)
		}
		present.Store(true)
		r.wait(2 * time.Second)
		if v, ok := r.value("sum(disk)"); !ok || v != 3 {
			t.Errorf("with b again the sum is %v %v", v, ok)
		}
	})
}

func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := counting("cheap", 0)
		r := start(t, p)
		begun := time.Now()
		if err := r.WaitFor(t.Context(), 2); err != nil || time.Since(begun) != 250*time.Millisecond {
			t.Errorf("2 rounds took %v, %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := r.WaitFor(ctx, 99); sources.KindOf(err) != sources.KindTimeout {
			t.Errorf("99 rounds: %v", err)
		}
		failed := make(chan error)
		go func() { failed <- r.WaitFor(t.Context(), 99) }()
		synctest.Wait()
		r.close()
		if err := <-failed; sources.KindOf(err) != sources.KindUnavailable {
			t.Errorf("closed: %v", err)
		}
		r.close() // once more does no harm
	})
}
