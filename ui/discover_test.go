package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nightjar/sources"
)

// stuckSource never answers; it ends with its context, as every source must.
type stuckSource struct{ labelSource }

func (*stuckSource) LabelValues(ctx context.Context, _ sources.Window, _ string, _ ...string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAnAskHasADeadline(t *testing.T) {
	m := fleetModel(t, fleet, nil, &stuckSource{labelSource{name: "one"}})
	synctest.Test(t, func(t *testing.T) {
		before := time.Now()
		msg := m.asks()[0](t.Context())
		if took := time.Since(before); took != askDeadline || !errors.Is(msg.err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", took, msg.err)
		}
	})
}

func TestValuesThatAreNotThereYetAreAskedAgain(t *testing.T) {
	src := fleetSource()
	src.values["cluster up"] = nil // nothing was collected yet
	m := fleetModel(t, fleet, nil, src)
	settled(t, m)
	if s := frameOf(m); !strings.Contains(s, "$cluster has no values in the range") {
		t.Errorf("not said:\n%s", s)
	}
	src.values["cluster up"] = []string{"eu"}
	now := m.now()
	m.opts.Clock = func() time.Time { return now }
	if len(m.asks()) > 0 {
		t.Error("asked again at once")
	}
	now = now.Add(firstRetry)
	settled(t, m)
	want(t, "panels", ids(m), "load#a sum")
}

// A source without labels, one that is not there and one that panics are errors of the variable.
func TestSourcesThatCannotBeAsked(t *testing.T) {
	f := func(src sources.Source, want string) {
		t.Helper()
		m := fleetModel(t, fleet, nil, src)
		m.Discover(t.Context())
		if err := m.view().vars[0].err; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(&fakeSource{}, "the source fake lists no labels")
	f(&panicSource{labelSource{name: "one"}}, "panic: out of range")
}

type panicSource struct{ labelSource }

func (*panicSource) LabelValues(context.Context, sources.Window, string, ...string) ([]string, error) {
	panic("out of range")
}
