package logs

import (
	"errors"
	"testing"
	"time"

	"nightjar/sources"
)

var termNow = time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)

func TestParseTerm(t *testing.T) {
	f := func(text string, want sources.LogTerm) {
		t.Helper()
		got, err := ParseTermAt(text, termNow, time.UTC)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
		back := FormatTerm(want)
		if again, err := ParseTermAt(back, time.Time{}, time.UTC); err != nil || again != want {
			t.Errorf("%s is written as %s and read as %+v, %v", text, back, again, err)
		}
	}
	type term = sources.LogTerm
	text := func(s string) term { return term{Value: s} }
	f("pool exhausted", text("pool exhausted"))
	f("  pool ", text("pool"))
	f("-pool", term{Not: true, Value: "pool"})
	f("!pool exhausted", term{Not: true, Value: "pool exhausted"})
	f("--since", term{Not: true, Value: "-since"})
	f(`"-since"`, text("-since"))
	f(`"svc=api"`, text("svc=api"))
	f(`" a\tb\x00 "`, text(" a\tb\x00 "))
	f(`"level":"error"`, text(`"level":"error"`))
	f("~Pool", term{Op: sources.LogFolded, Value: "Pool"})
	f("-~Pool", term{Not: true, Op: sources.LogFolded, Value: "Pool"})
	f("~", text("~"))
	f("/var/log/syslog", text("/var/log/syslog"))
	f("//", text("//"))
	f("/time(out|d out)/", term{Op: sources.LogMatches, Value: "time(out|d out)"})
	f("/a/b/i", term{Op: sources.LogMatches, Value: "(?i)a/b"})
	f("-/x/", term{Not: true, Op: sources.LogMatches, Value: "x"})
	f("svc=api", term{Field: "svc", Op: sources.LogEqual, Value: "api"})
	f("svc==api", term{Field: "svc", Op: sources.LogEqual, Value: "api"})
	f("svc!=api", term{Not: true, Field: "svc", Op: sources.LogEqual, Value: "api"})
	f("-svc!=api", term{Field: "svc", Op: sources.LogEqual, Value: "api"})
	f("svc=~^a.*", term{Field: "svc", Op: sources.LogMatches, Value: "^a.*"})
	f(`svc!~"a b"`, term{Not: true, Field: "svc", Op: sources.LogMatches, Value: "a b"})
	f("svc*=ap", term{Field: "svc", Op: sources.LogContains, Value: "ap"})
	f("-svc~=AP", term{Not: true, Field: "svc", Op: sources.LogFolded, Value: "AP"})
	f("status>=500", term{Field: "status", Op: sources.LogGreaterEqual, Value: "500"})
	f("status>= 500", term{Field: "status", Op: sources.LogGreaterEqual, Value: "500"})
	f("-duration>1.5s", term{Not: true, Field: "duration", Op: sources.LogGreater, Value: "1.5s"})
	f("size<10MB", term{Field: "size", Op: sources.LogLess, Value: "10MB"})
	f("a=b c", term{Field: "a", Op: sources.LogEqual, Value: "b c"})
	f("a =b", text("a =b"))
	f("x a=b", text("x a=b"))
	f("conn->closed", text("conn->closed"))
	f("<13>kernel", text("<13>kernel"))
	f(`msg="a b"`, term{Field: "msg", Op: sources.LogEqual, Value: "a b"})
	f(`"my key"="=x"`, term{Field: "my key", Op: sources.LogEqual, Value: "=x"})
	f("svc=", term{Field: "svc", Op: sources.LogEqual})
	f("has:trace_id", term{Field: "trace_id", Op: sources.LogHas})
	f(`-has:"a b"`, term{Not: true, Field: "a b", Op: sources.LogHas})
	f("has: x", text("has: x"))
	f("level>=WARNING", term{Field: "level", Op: sources.LogGreaterEqual, Value: "warn"})
	f("-level=debug", term{Not: true, Field: "level", Op: sources.LogEqual, Value: "debug"})
	f("level>17", term{Field: "level", Op: sources.LogGreater, Value: "17"})
	f("time>=03:10", term{Field: "time", Op: sources.LogGreaterEqual, Value: "2026-11-24T03:10:00Z"})
	f("time<=04:10", term{Field: "time", Op: sources.LogLessEqual, Value: "2026-11-23T04:10:00Z"})
	f("time>-5m", term{Field: "time", Op: sources.LogGreater, Value: "2026-11-24T03:07:00Z"})
	f("time<2026-11-24T03:10:00.5+01:00", term{Field: "time", Op: sources.LogLess, Value: "2026-11-24T03:10:00.5+01:00"})
}

func TestParseTermErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ParseTermAt(text, termNow, time.UTC)
		var fault *TermError
		if !errors.As(err, &fault) || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	f(" ", "nothing to search for: col 1")
	f("-", `nothing after -; to search for it, write "-": col 1`)
	f(`""`, "nothing to search for: col 1")
	f("/foo(bar/", "regexp: missing closing ): col 5")
	f(`/a\((b|[)]/`, "regexp: missing closing ): col 5")
	f("/é)x/", "regexp: unexpected ): col 3")
	f("/ab[c/", "regexp: missing closing ]: col 4")
	f("/a*b|*c/", "regexp: missing argument to repetition operator *: col 6")
	f("/a{2000}/", "regexp: invalid repeat count {2000}: col 3")
	f(`svc=~a\`, `regexp: trailing backslash at end of expression: col 7`)
	f("svc=~(", "regexp: missing closing ): col 6")
	f(`"abc`, "no closing quote: col 1")
	f(`msg="abc`, "no closing quote: col 5")
	f(`msg=~"\d"`, `bad escape in quotes; write \\ for one backslash: col 7`)
	f("level>=loud", `level: "loud" is not one of trace, debug, info, warn, error, fatal and unknown: col 8`)
	f("time>=soon", `time: "soon" is not a time; write one such as 2026-11-24T03:12:00Z, 03:12 or -5m: col 7`)
	f("-time=~x", "time takes = != < <= > >= only: col 2")
	f("status>", "nothing to compare status with: col 8")
}

func TestParseQuantity(t *testing.T) {
	f := func(text string, kind quantityKind, value float64) {
		t.Helper()
		if q, ok := parseQuantity(text); !ok || q.kind != kind || q.value != value {
			t.Errorf("%s: %+v, %v", text, q, ok)
		}
	}
	f("0", plainNumber, 0)
	f("-12.5e3", plainNumber, -12500)
	f("1.5s", duration, 1.5)
	f("1h2m3s", duration, 3723)
	f("-5m", duration, -300)
	f("1e3ms", duration, 1)
	f("10MB", byteSize, 10e6)
	f("4 KiB", byteSize, 4096)
	for _, text := range []string{"", "-", "s", "1x", "1MB2", "1s2", "NaN", "inf", "0x10", "1_000", "1 2", "1h2MB", "e5"} {
		if q, ok := parseQuantity(text); ok {
			t.Errorf("%q is taken for %+v", text, q)
		}
	}
}

func FuzzTerm(f *testing.F) {
	for _, text := range []string{"pool", "-~Pool", "/a/i", "/(/", `"a\xff"`, `"k v"="x"`, "status>=500", "level>warn", "time>-5m", "has:x", "a!~b", "-a*=~", "--", "a= \"b\"c"} {
		f.Add(text, false, "", uint8(0))
	}
	f.Add("x", true, "my key", uint8(4))
	f.Fuzz(func(t *testing.T, text string, not bool, field string, op uint8) {
		check := func(term sources.LogTerm) {
			back := FormatTerm(term)
			if again, err := ParseTermAt(back, time.Time{}, time.UTC); err != nil || again != term {
				t.Fatalf("%+v is written as %q and read as %+v, %v", term, back, again, err)
			}
			if _, err := Compile([]sources.LogTerm{term}); err != nil {
				t.Fatalf("%+v is parsed but not compiled: %v", term, err)
			}
		}
		if term, err := ParseTermAt(text, termNow, time.UTC); err == nil {
			check(term)
		} else if fault := (*TermError)(nil); !errors.As(err, &fault) || fault.Col < 1 || fault.Col > len(text)+1 {
			t.Fatalf("%q: %v", text, err)
		}
		term := sources.LogTerm{Not: not, Field: field, Op: sources.LogOp(op % 9), Value: text}
		if _, err := Compile([]sources.LogTerm{term}); err == nil && sayable(term) {
			check(term)
		}
	})
}

// sayable leaves out terms that compile but that ParseTerm writes otherwise.
func sayable(t sources.LogTerm) bool {
	switch {
	case t.Op == sources.LogHas:
		return t.Value == ""
	case t.Field == sources.FieldTime, t.Field == sources.FieldLevel && t.Op >= sources.LogEqual:
		return false
	}
	return t.Value != ""
}
