package panels

import (
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/ui/boards"
)

func TestSeriesName(t *testing.T) {
	l := sources.NewLabels
	f := func(legend string, all []sources.Labels, want ...string) {
		t.Helper()
		for i, w := range want {
			if got := seriesName(boards.Query{Legend: legend}, all, all[i]); got != w {
				t.Errorf("legend %q of %v: %q, want %q", legend, all[i], got, w)
			}
		}
	}
	f("", []sources.Labels{l("__name__", "up", "job", "a")}, "up")
	f("", []sources.Labels{l()}, "value")
	f("", []sources.Labels{l("__name__", "up", "job", "a", "env", "x"), l("__name__", "up", "job", "b", "env", "x")}, "a", "b")
	f("", []sources.Labels{l("job", "a", "zone", "1"), l("job", "b", "zone", "2")}, "job=a zone=1", "job=b zone=2")
	f("", []sources.Labels{l("__name__", "in", "dev", "e0"), l("__name__", "out", "dev", "e0")}, "in", "out")
	f("", []sources.Labels{l("job", "a"), l("job", "a", "extra", "y")}, "value", "y")
	f("{{ device }} in", []sources.Labels{l("device", "eth0")}, "eth0 in")
	f("{{nope}}", []sources.Labels{l("__name__", "up")}, "up")
	f("a {{ broken", []sources.Labels{l()}, "a {{ broken")
	f("total", []sources.Labels{l("cpu", "0"), l("cpu", "1")}, "total 0", "total 1")
	f("total", []sources.Labels{l("cpu", "0")}, "total")
	long := strings.Repeat("é", 10_000)
	if got := seriesName(boards.Query{Legend: "{{x}}"}, nil, l("x", long)); len(got) > maxName || !strings.HasSuffix(got, "é…") {
		t.Errorf("a name of 20 kB became %d bytes: %q", len(got), got)
	}
	if got := seriesName(boards.Query{Name: "swap"}, nil, l()); got != "swap" {
		t.Errorf("got %q, want the query's name", got)
	}
}

// Where all sources are asked, each name begins with the source.
func TestSeriesNameOfAllSources(t *testing.T) {
	l := sources.NewLabels
	f := func(legend string, all []sources.Labels, want ...string) {
		t.Helper()
		n := newNamer(boards.Query{Legend: legend}, all, true)
		for i, w := range want {
			if got := n.name(all[i]); got != w {
				t.Errorf("legend %q of %v: %q, want %q", legend, all[i], got, w)
			}
		}
	}
	f("", []sources.Labels{l("__name__", "up", "source", "prod")}, "prod up")
	f("", []sources.Labels{l("source", "prod")}, "prod")
	f("", []sources.Labels{l("source", "a"), l("source", "b")}, "a", "b")
	f("", []sources.Labels{l("job", "x", "source", "a"), l("job", "y", "source", "b")}, "a x", "b y")
	f("load", []sources.Labels{l("source", "a"), l("source", "b")}, "a load", "b load")
	f("{{job}} on {{ source }}", []sources.Labels{l("job", "x", "source", "a")}, "x on a")
}
