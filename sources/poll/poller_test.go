package poll

import (
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

func TestLiveWindowAsksOnlyWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &fake{name: "a", status: sources.Status{Kind: "local", Interval: 5 * time.Second}}
		p := New(Options{})
		defer p.Close()
		j := live(src, "up", time.Hour, 5*time.Second)
		p.Want([]Job{j})
		synctest.Wait()
		if r := one(t, p, j); r.State != OK || len(r.Frame.Series[0].Values) != 721 {
			t.Fatalf("first answer: %v, %d steps", r.State, len(r.Frame.Series[0].Values))
		}
		src.forget()
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		n, steps := src.calls()
		if n != 12 {
			t.Errorf("asked %d times in a minute, want 12", n)
		}
		if steps > 12*5 {
			t.Errorf("asked for %d steps, want a few each time", steps)
		}
		r := one(t, p, j)
		s := r.Frame.Series[0]
		if len(s.Values) != 721 || s.Times[720] != floor(time.Now().UnixMilli(), 5000) {
			t.Errorf("window is %d steps to %d", len(s.Values), s.Times[len(s.Times)-1])
		}
		for i := range s.Values {
			if s.Values[i] != float64(s.Times[i])/1000 {
				t.Fatalf("at %d the value is %v", s.Times[i], s.Values[i])
			}
		}
	})
}
