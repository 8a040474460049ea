package logs

import (
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// readers are sources of every kind, as a line of any kind may turn up in each.
func readers(t testing.TB) []*Reader {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	user, err := UserFormat("mine", `^(?P<time>\S+ \S+) (?P<level>\w+) <(?P<who>[^>]*)> (?P<message>.*)`)
	if err != nil {
		t.Fatal(err)
	}
	list := []*Reader{NewReader(Options{}), NewReader(Options{Zone: berlin}), NewReader(Options{Formats: []*Format{user}})}
	for _, name := range []string{"JSON-zap", "log4j", "syslog", "plain", "CRI"} {
		r := NewReader(Options{Zone: berlin})
		r.Learn([]byte(strings.Repeat(benchLines[name]+"\n", 3)))
		list = append(list, r)
	}
	return list
}

func seed(f *testing.F) {
	for _, w := range lines {
		f.Add(w.line)
	}
	for _, l := range benchLines {
		f.Add(l)
	}
	for _, log := range joinedLogs {
		f.Add(log)
	}
	f.Add("\x00\x00\xef\xbb\xbf{\"a\":1}\r\n")
	f.Add(strings.Repeat(`{"a":`, 100) + "1")
	f.Add(`{"":{""},"t":"2000-01-01 00:00:00`) // broken within an object that Head does not read
	f.Add("<0>2000-01-01 0:00:000 a")          // nearly a time
	f.Add("\x1b[31m\x1b]0;title\x07[\x1b[")
	f.Add(`{"log":"\u001b[31m{\"log\":\"{}\",\"stream\":\"x\"}","stream":"a","time":"2026-02-03T04:05:06Z"}`)
}

func FuzzHead(f *testing.F) {
	seed(f)
	all := readers(f)
	f.Fuzz(func(t *testing.T, line string) {
		line, _, _ = strings.Cut(line, "\n")
		for _, r := range all {
			h := r.Head([]byte(line), ref)
			var l sources.LogLine
			r.Parse(line, ref, &l)
			if h.HasTime == l.Time.IsZero() || h.HasTime && h.Time != l.Time.UnixNano() || h.Severity != l.Severity {
				t.Fatalf("%s: %q: Head %+v, Parse %s %d", r.Format(), line, h, l.Time, l.Severity)
			}
			if !h.HasTime && h.Time != 0 {
				t.Fatalf("%q: time %d where there is none", line, h.Time)
			}
			if with := r.Head([]byte(line+"\r\n"), ref); !strings.HasSuffix(line, "\r") && with != h {
				t.Fatalf("%q: the line end matters: %+v, %+v", line, h, with)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	seed(f)
	all := readers(f)
	f.Fuzz(func(t *testing.T, raw string) {
		for _, r := range all {
			var l sources.LogLine
			r.Parse(raw, ref, &l)
			if want := trimEnd(raw); l.Raw != want {
				t.Fatalf("raw %q of %q", l.Raw, raw)
			}
			if len(l.Fields) > maxFields || l.Severity > 24 {
				t.Fatalf("%q: %d fields, severity %d", raw, len(l.Fields), l.Severity)
			}
			for _, v := range l.Fields {
				if v.Name == "" || len(v.Name) > maxName || len(v.Value) > maxValue {
					t.Fatalf("field %q of %d bytes", v.Name, len(v.Value))
				}
			}
			if l.Body == "" && strings.Trim(l.Raw, "\x00\ufeff \r\n\t") != "" && l.Time.IsZero() && l.Severity == 0 && len(l.Fields) == 0 &&
				strings.IndexByte(raw, 0x1b) < 0 && strings.IndexByte(raw, '{') < 0 && !strings.Contains(raw, "<") {
				t.Fatalf("%s: %q has no body and nothing else", r.Format(), raw)
			}
			again := l
			r.Parse(raw, ref, &again)
			if again.Body != l.Body || again.Time != l.Time {
				t.Fatalf("%q: read twice, two ways", raw)
			}
		}
	})
}
