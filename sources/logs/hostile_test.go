package logs

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"nightjar/sources"
)

func TestHostileLines(t *testing.T) {
	const huge = 8 << 20
	f := func(name, raw string, severity sources.Severity, fields int) sources.LogLine {
		t.Helper()
		r := NewReader(Options{})
		r.Learn([]byte(raw))
		var l sources.LogLine
		r.Parse(raw, ref, &l)
		if l.Raw != raw {
			t.Errorf("%s: %d bytes of %d", name, len(l.Raw), len(raw))
		}
		if l.Severity != severity || len(l.Fields) != fields {
			t.Errorf("%s: severity %d, %d fields", name, l.Severity, len(l.Fields))
		}
		if h := r.Head([]byte(raw), ref); h.Severity != severity {
			t.Errorf("%s: Head: severity %d", name, h.Severity)
		}
		return l
	}
	l := f("long text", "2026-02-03 04:05:06 ERROR "+strings.Repeat("x", huge), 17, 0)
	if len(l.Body) != huge {
		t.Errorf("body of %d bytes", len(l.Body))
	}
	f("long JSON", `{"level":"error","a":"`+strings.Repeat("x", huge)+`","b":1}`, 17, 1)
	f("level beyond the bound", `{"a":"`+strings.Repeat("x", maxScan)+`","level":"error"}`, 0, 1)
	f("many fields", `{"level":"warn"`+strings.Repeat(`,"a":1`, 5000)+`}`, 13, maxFields)
	f("many pairs", "level=warn"+strings.Repeat(" a=1", 5000), 13, maxFields)
	f("deep objects", `{"level":"warn","a":`+strings.Repeat(`{"b":`, 20000), 13, 1)
	f("deep arrays", `{"level":"warn","a":`+strings.Repeat(`[`, 20000), 13, 1)
	f("a long name", `{"`+strings.Repeat("n", 1000)+`":1,"level":"warn"}`, 13, 0)
	f("quotes", `{"level":"warn","a":"`+strings.Repeat(`\"`, 20000), 13, 1)
	f("nothing but NUL", strings.Repeat("\x00", huge), 0, 0)
	f("NUL before a line", "\x00\x00\x00level=warn msg=a b=c", 13, 1)
	f("a byte order mark", "\ufeff{\"level\":\"warn\"}", 13, 0)
	f("invalid UTF-8", "level=warn msg=\"\xff\xfe\" a=\xc3", 13, 1)
	f("colour", "\x1b[1m\x1b[38;5;12m2026-02-03 04:05:06\x1b[0m \x1b[33mWARN\x1b[0m a=\x1b[1m1\x1b[0m", 13, 1)
	f("escapes without an end", "2026-02-03 04:05:06 WARN \x1b]0;"+strings.Repeat("x", 100), 13, 0)
	f("brackets", strings.Repeat("[", 20000), 0, 0)

	r := NewReader(Options{})
	f("CRLF", "level=warn msg=a b=c", 13, 1)
	var crlf sources.LogLine
	r.Parse("level=warn msg=a b=c\r\n", ref, &crlf)
	if crlf.Raw != "level=warn msg=a b=c" || len(crlf.Fields) != 1 || crlf.Fields[0].Value != "c" {
		t.Errorf("CRLF: %+v", crlf)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := readers(t)[4]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, w := range lines {
				var l sources.LogLine
				r.Parse(w.line, ref, &l)
				h := r.Head([]byte(w.line), ref)
				if h.Severity != l.Severity {
					t.Errorf("%q: %d, %d", w.line, h.Severity, l.Severity)
				}
			}
		})
	}
	wg.Wait()
}

func TestUserFormat(t *testing.T) {
	format, err := UserFormat("shop", `^(?P<time>\d{4}-\S+ \S+) ! (?P<level>\w+) ! (?P<cart>\w+) ! (?P<message>.*)$`)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(Options{Formats: []*Format{format}})
	r.Learn([]byte("2026-02-03 04:05:06.5 ! warn ! c7 ! low stock\nlevel=info msg=a b=c\n"))
	if got := r.Format(); got != "logfmt + shop" {
		t.Error(got)
	}
	check(t, r, written{"2026-02-03 04:05:06.5 ! warn ! c7 ! low stock", "2026-02-03T04:05:06.5Z", 13, "low stock", "cart=c7", ""})
	check(t, r, written{"level=info msg=a b=c", "", 9, "a", "b=c", ""})
	check(t, r, written{"2026-02-30 04:05:06 ! odd ! c7 ! m", "", 0, "m", "time=2026-02-30 04:05:06 level=odd cart=c7", ""})

	for pattern, want := range map[string]string{
		`(?P<time>\S+`:            `format shop: column 1: missing closing ): "(?P<time>\\S+"`,
		`(?P<time>\S+) [z-a]`:     `format shop: column 16: invalid character class range: "z-a"`,
		`(\S+) .*`:                "format shop: no named groups",
		`(?P<a>x)(?P<a>y)`:        "the group a is there twice",
		`(?P<time>x)(?=lookahea)`: "RE2",
	} {
		if _, err := UserFormat("shop", pattern); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
