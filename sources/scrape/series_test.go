package scrape

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

func TestSeries(t *testing.T) {
	p := exporter(t, text, "x{b=\"2\"} 1\nx{a=\"1\"} 1\ny 1\n")
	s := watch(t, p.URL)
	gives(t, s, `count(x)`, `{} 2`)
	f := func(want string, w sources.Window, match ...string) {
		t.Helper()
		page, err := s.Series(t.Context(), w, match...)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(fmt.Sprint(page.Series), fmt.Sprintf("instance=%q, job=\"127.0.0.1\"", p.address()), "target")
		if got != want || page.Source != "scrape" {
			t.Errorf("%v: got %s, want %s", match, got, want)
		}
	}
	all := sources.Window{}
	f(`[x{a="1", target} x{b="2", target}]`, all, "x")
	f(`[x{a="1", target} x{b="2", target} y{target}]`, all, `{__name__=~"x|y"}`, `x{a="1"}`)
	f(`[]`, all, "z")
	f(`[]`, sources.Window{Start: time.Now().Add(-2 * time.Hour), End: time.Now().Add(-time.Hour)}, "x")
	for _, match := range [][]string{nil, {"x{"}} {
		if _, err := s.Series(t.Context(), all, match...); sources.KindOf(err) != sources.KindQuery {
			t.Errorf("%q: %v", match, err)
		}
	}
}
