package logs

import (
	"testing"
	"time"

	"nightjar/sources"
)

func TestMatch(t *testing.T) {
	line := sources.LogLine{
		Time: termNow, Severity: sources.SeverityWarn + 1,
		Labels: sources.Labels{{Name: "pod", Value: "api-1"}},
		Fields: []sources.Label{
			{Name: "svc", Value: "api"},
			{Name: "status", Value: "503"},
			{Name: "took", Value: "1500ms"},
			{Name: "size", Value: "2048"},
			{Name: "empty", Value: ""},
			{Name: "date", Value: "2026-11-24"},
		},
		Raw: "WARN pool exhausted svc=api status=503 took=1500ms size=2048 empty= Grüße",
	}
	f := func(want bool, texts ...string) {
		t.Helper()
		var terms []sources.LogTerm
		for _, text := range texts {
			term, err := ParseTermAt(text, termNow, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			terms = append(terms, term)
		}
		m, err := Compile(terms, "pod")
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Match(&line); got != want {
			t.Errorf("%q: %v", texts, got)
		}
		if raw := m.MatchRaw([]byte(line.Raw + "\r\n")); raw != want && (want || m.Raw()) {
			t.Errorf("%q: %v by its text", texts, raw)
		}
		if !m.Match(&sources.LogLine{Lost: -1}) {
			t.Errorf("%q: the gap is left out", texts)
		}
	}
	f(true)
	f(true, "pool exhausted", "-refused", "status>=500")
	f(false, "pool exhausted", "-svc")
	f(false, "Pool")
	f(true, "~POOL")
	f(true, "~GRÜẞE", "-~zz")
	f(true, "/po{2}l .*=503/", "/WARN/", "/^warn/i", "/Grüße$/")
	f(false, "/warn/")
	f(true, "svc=api", "pod=api-1", "svc!=db", "none!=x", "svc=~^a", "svc!~^b", "svc*=p", "svc~=AP")
	f(false, "svc=ap")
	f(false, "none=")
	f(true, "empty=", "has:empty", "-has:none", "has:pod")
	f(false, "none>0")
	f(true, "status>=500", "status<504", "status<=503", "-status>503")
	f(false, "status>503")
	f(true, "took>1.4s", "took<=1.5s", "took>=1.5s")
	f(false, "took>1")
	f(true, "size>=2KiB", "size<3kB", "size>2047")
	f(false, "size>1s")
	f(false, "svc>5")
	f(true, "date>2026-11-23", "svc>aaa")
	f(true, "level=warn", "level>=warn", "level<error", "level>info", "level>13", "level=14", "has:level", "level=~^warn$")
	f(false, "level>warn")
	f(true, "time>-5m", "time>=03:12", "time<=03:12", "has:time")
	f(false, "time<03:12")
}

func TestCompileErrors(t *testing.T) {
	for _, term := range []sources.LogTerm{
		{Op: sources.LogEqual, Value: "x"},
		{Op: sources.LogHas},
		{Op: sources.LogMatches, Value: "("},
		{Field: "time", Op: sources.LogLess, Value: "03:12"},
		{Field: "time", Op: sources.LogContains, Value: "x"},
		{Field: "level", Op: sources.LogEqual, Value: "loud"},
	} {
		if _, err := Compile([]sources.LogTerm{term}); err == nil {
			t.Errorf("%+v compiles", term)
		}
	}
}

func TestSpans(t *testing.T) {
	terms := []sources.LogTerm{{Value: "aba"}, {Op: sources.LogMatches, Value: "b|x*"}, {Op: sources.LogFolded, Value: "k"}, {Not: true, Value: "z"}, {Field: "f", Value: "z"}}
	m, err := Compile(terms)
	if err != nil {
		t.Fatal(err)
	}
	got := m.Spans("ababaz Kelvin \u212a bb")
	want := [][2]int{{0, 4}, {7, 8}, {14, 17}, {18, 20}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}
