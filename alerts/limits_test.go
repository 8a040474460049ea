package alerts

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var none = math.NaN()

func TestJudge(t *testing.T) {
	f := func(value, warn, crit float64, below bool, level Level, score, limit float64) {
		t.Helper()
		got := Rank([]Check{{ID: "x", Value: value, Warn: warn, Crit: crit, Below: below}})[0]
		if got.Level != level || math.Abs(got.Score-score) > 1e-9 || got.Limit != limit {
			t.Errorf("value %v of %v, %v (below %v): %v %v against %v, want %v %v against %v",
				value, warn, crit, below, got.Level, got.Score, got.Limit, level, score, limit)
		}
	}
	inf := math.Inf(1)
	// ceilings
	f(40, 80, 90, false, LevelOK, 0.5, 80)
	f(63.9, 80, 90, false, LevelOK, 0.79875, 80)
	f(64, 80, 90, false, LevelNear, 0.8, 80)
	f(80, 80, 90, false, LevelWarning, 1, 80)
	f(85, 80, 90, false, LevelWarning, 1.5, 80)
	f(90, 80, 90, false, LevelCritical, 2, 90)
	f(180, 80, 90, false, LevelCritical, 2.5, 90)
	f(inf, 80, 90, false, LevelCritical, 3, 90)
	f(-inf, 80, 90, false, LevelOK, 0, 80)
	f(-5, 80, 90, false, LevelOK, 0, 80)
	f(160, 80, none, false, LevelWarning, 1.5, 80)
	f(45, none, 90, false, LevelOK, 0.5, 90)
	f(90, none, 90, false, LevelCritical, 2, 90)
	f(0, 1, none, false, LevelOK, 0, 1)
	f(-10, -5, none, false, LevelOK, 0.5, -5)
	f(3, 0, none, false, LevelWarning, 2, 0)
	f(0, 0, none, false, LevelWarning, 1, 0)
	// floors
	f(20, 10, 5, true, LevelOK, 0.5, 10)
	f(12.5, 10, 5, true, LevelNear, 0.8, 10)
	f(10, 10, 5, true, LevelWarning, 1, 10)
	f(7.5, 10, 5, true, LevelWarning, 1.5, 10)
	f(5, 10, 5, true, LevelCritical, 2, 5)
	f(0, 10, 5, true, LevelCritical, 2.5, 5)
	f(-inf, 10, 5, true, LevelCritical, 3, 5)
	f(inf, 10, 5, true, LevelOK, 0, 10)
	f(-4, -8, none, true, LevelOK, 0.5, -8)
	// a warning past critical is no warning
	f(85, 95, 90, false, LevelNear, 85.0/90, 90)
	f(91, 95, 90, false, LevelCritical, 2+1.0/90/(1+1.0/90), 90)
}

func TestUnmeasuredIsLastAndLimitlessIsLeftOut(t *testing.T) {
	got := Rank([]Check{
		{ID: "nan", Value: math.NaN(), Warn: 1, Crit: 2},
		{ID: "free", Value: 5, Warn: none, Crit: none},
		{ID: "b", Value: 0.1, Warn: 1, Crit: 2},
		{ID: "a", Value: 0.1, Warn: 1, Crit: 2},
		{ID: "bad", Value: 3, Warn: 1, Crit: 2},
	})
	if ids := idsOf(got); !slices.Equal(ids, []string{"bad", "a", "b", "nan"}) {
		t.Errorf("order is %v", ids)
	}
	if got[3].Level != LevelUnknown || got[0].Index != 4 {
		t.Errorf("got %+v", got)
	}
	if len(Rank(nil)) != 0 {
		t.Error("nothing ranks as something")
	}
}

func idsOf(near []Near) []string {
	var ids []string
	for _, n := range near {
		ids = append(ids, n.ID)
	}
	return ids
}

func TestSettle(t *testing.T) {
	rank := func(values ...float64) []Near {
		var c []Check
		for i, v := range values {
			c = append(c, Check{ID: fmt.Sprint("c", i), Value: v, Warn: 100, Crit: 200})
		}
		return Rank(c)
	}
	f := func(before, now []Near, want ...string) {
		t.Helper()
		if got := idsOf(Settle(before, now)); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f(rank(90, 88), rank(88, 90), "c0", "c1")                         // a small difference moves nothing
	f(rank(90, 84), rank(84, 90), "c1", "c0")                         // a large one does
	f(rank(99, 98), rank(99, 101), "c1", "c0")                        // a limit that is passed does at once
	f(nil, rank(88, 90), "c1", "c0")                                  // nothing before: by score
	f(rank(90, 85), rank(90, 85, 88), "c0", "c2", "c1")               // a new one goes where its score is
	f(rank(90, 88, 86), rank(86, 88, 90), "c0", "c1", "c2")           // three within the margin
	if got := Settle(rank(81), rank(78)); got[0].Level != LevelNear { // held
		t.Errorf("78 after 81 is %v", got[0].Level)
	}
	if got := Settle(rank(81), rank(76)); got[0].Level != LevelOK { // let go
		t.Errorf("76 after 81 is %v", got[0].Level)
	}
	if got := Settle(rank(70), rank(78)); got[0].Level != LevelOK {
		t.Errorf("78 after 70 is %v", got[0].Level)
	}
}

func TestRankHoldsItsPromises(t *testing.T) {
	value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1, -1, 1e308, -1e308, 5e-324}))
	checks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Check {
		return Check{ID: rapid.StringN(0, 3, 3).Draw(t, "id"), Value: value.Draw(t, "value"), Warn: value.Draw(t, "warn"), Crit: value.Draw(t, "crit"), Below: rapid.Bool().Draw(t, "below")}
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		a, b := Rank(checks.Draw(t, "a")), Rank(checks.Draw(t, "b"))
		for i, n := range a {
			if !(n.Score >= 0 && n.Score <= 3 && n.Way >= 0 && n.Way <= 1) {
				t.Fatalf("score %v", n.Score)
			}
			if i > 0 && (a[i-1].Level < n.Level || a[i-1].Level == n.Level && a[i-1].Score < n.Score) {
				t.Fatalf("out of order at %d", i)
			}
		}
		settled := Settle(b, a)
		if len(settled) != len(a) {
			t.Fatal("Settle lost or made checks")
		}
		for i := 1; i < len(settled); i++ {
			if settled[i-1].Level < settled[i].Level {
				t.Fatal("a milder level is above a worse one")
			}
		}
	})
}

func BenchmarkRank(b *testing.B) {
	checks := make([]Check, 500)
	for i := range checks {
		checks[i] = Check{ID: fmt.Sprint(i), Value: float64(i * 37 % 101), Warn: 80, Crit: 95}
	}
	b.ReportAllocs()
	for b.Loop() {
		Rank(checks)
	}
}
