package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/prometheus/promql/parser"

	"nightjar/sources"
)

// Of every kind of expression one, with what evaluation changes in it.
var parsedExprs = []string{
	`m0`,
	`m0{cpu=~"1|2"}`,
	`m0 offset 10s`,
	`m0 @ end()`,
	`m0 @ start() offset -4s`,
	`rate(m0[20s])`,
	`rate(m0[20s] offset 10s)`,
	`sum by (cpu, a, __name__) (m0)`,
	`sum without (z, cpu) (m0)`,
	`topk(2, m0)`,
	`quantile by (cpu) (0.5, m0)`,
	`m0 / on (job, cpu) group_left (b, a) m1`,
	`m0 > bool 3`,
	`m0 and m1 unless m2`,
	`-m0`,
	`(m0 + 1) * 2`,
	`max_over_time(rate(m0[10s])[30s:5s])`,
	`max_over_time(m0[30s:5s] @ end())`,
	`label_replace(m0, "x", "$1", "cpu", "(.*)")`,
	`histogram_quantile(0.9, sum by (le) (rate(m0[20s])))`,
	`absent(nothing)`,
	`time()`,
	`"text"`,
	`1.5`,
	`clamp(m0, 1, 2)`,
}

func TestKeptExpressionsAnswerAsParsedOnes(t *testing.T) {
	e, c := open(t, Options{})
	machine(t, e, c, 30)
	ask := func(expr string, add time.Duration) []any {
		at := c.now.Add(add)
		f, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr, Time: at})
		g, err2 := e.QueryRange(t.Context(), sources.RangeQuery{Expr: expr, Start: at.Add(-20 * time.Second), End: at, Step: 2 * time.Second})
		return []any{f, err == nil, g, err2 == nil}
	}
	p := e.parse.(*cachingParser)
	for _, expr := range parsedExprs {
		clear(p.kept)
		want := ask(expr, -4*time.Second)
		if len(p.kept) != 1 {
			t.Errorf("%s is not kept", expr)
		}
		_ = ask(expr, 0) // of another time, so that what is left of it would show
		if diff := cmp.Diff(want, ask(expr, -4*time.Second), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: the second answer differs:\n%s", expr, diff)
		}
		fresh, err := p.Parser.ParseExpr(expr)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fresh.String(), p.kept[expr].String()); diff != "" {
			t.Errorf("%s: what is kept was changed:\n%s", expr, diff)
		}
	}
}

// Under the race detector this shows that no two queries share what they change.
func TestKeptExpressionsAreNotShared(t *testing.T) {
	e, c := open(t, Options{})
	machine(t, e, c, 30)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, expr := range parsedExprs {
				_, _ = e.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr, Time: c.now})
			}
		})
	}
	all.Wait()
}

func TestKeptExpressionsAreBoundedAndErrorsAreNotKept(t *testing.T) {
	p := newCachingParser(parser.NewParser(parser.Options{}))
	for i := range 3 * maxParsed {
		if _, err := p.ParseExpr(fmt.Sprint("m", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.kept) > maxParsed {
		t.Errorf("%d are kept", len(p.kept))
	}
	n := len(p.kept)
	if _, err := p.ParseExpr("sum("); err == nil || len(p.kept) != n {
		t.Errorf("error %v, %d kept", err, len(p.kept))
	}
}
