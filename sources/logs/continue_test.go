package logs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// records are logs as files hold them; a line that must belong to the one before begins with "| ".
var joinedLogs = map[string]string{
	"Java": `
2026-02-03 04:05:06,789 [main] ERROR org.example.Shop - sale failed
| java.lang.IllegalStateException: no stock
| 	at org.example.Shop.sell(Shop.java:42) ~[shop.jar:1.0]
| 	at org.example.Main.main(Main.java:7)
| Caused by: java.io.IOException: broken pipe
| 	... 2 more
2026-02-03 04:05:07,001 [main] INFO  org.example.Shop - next
2026-02-03 04:05:07,002 [main] WARN  org.example.Shop - a message
| of two lines
| since 2026-02-03 04:05:06 or so
2026-02-03 04:05:07,003 [main] INFO  org.example.Shop - done`,
	"Python": `
2026-02-03 04:05:06,789 - shop - ERROR - failed
| Traceback (most recent call last):
|   File "/srv/shop.py", line 3, in sell
|     raise ValueError("no")
| ValueError: no
| 
| During handling of the above exception, another exception occurred:
| 
| Traceback (most recent call last):
|   File "/srv/shop.py", line 9, in <module>
| KeyError: 'x'
2026-02-03 04:05:07,789 - shop - INFO - next`,
	"Python without times": `
starting
Traceback (most recent call last):
|   File "/srv/shop.py", line 3, in sell
|     raise shop.StockError("no")
| shop.StockError: no
Error: something of its own
stopped`,
	"Go": `
2026/02/03 04:05:06 http: panic serving 192.0.2.1:5000: runtime error
| goroutine 34 [running]:
| net/http.(*conn).serve.func1()
| 	/usr/lib/go/src/net/http/server.go:1947 +0xbe
| created by net/http.(*Server).Serve in goroutine 1
| 	/usr/lib/go/src/net/http/server.go:3454 +0x485
2026/02/03 04:05:07 next`,
	"Go without times": `
listening on :8080
panic: assignment to entry in nil map
| 
| goroutine 1 [running]:
| main.(*shop).sell(0xc000012345, {0x0, 0x0})
| 	/srv/shop.go:10 +0x1d
| main.main()
| 	/srv/main.go:5 +0x1f
| exit status 2
stopped`,
	"JSON": `
{"level":"info","msg":"a"}
{"level":"info","msg":"b"}
 {"level":"info","msg":"indented"}
{"level":"error","msg":"c","stack":"goroutine 1 [running]:\n\tmain.main()"}`,
	"pretty JSON in text": `
2026-02-03T04:05:06Z answer
| {
|   "a": 1
| }
2026-02-03T04:05:07Z next`,
	"PostgreSQL": `
2026-02-03 04:05:06.789 UTC [123] ann@shop ERROR:  relation "x" does not exist at character 15
| 2026-02-03 04:05:06.789 UTC [123] ann@shop STATEMENT:  select *
| 	from x
2026-02-03 04:05:07.789 UTC [9] LOG:  checkpoint complete`,
	"CRI": `
2026-02-03T04:05:06.1Z stderr F Exception in thread "main" java.lang.Error: no
| 2026-02-03T04:05:06.2Z stderr F 	at org.example.Shop.sell(Shop.java:42)
| 2026-02-03T04:05:06.3Z stderr F Caused by: java.io.IOException: broken
2026-02-03T04:05:06.4Z stdout F next`,
	"Docker": `
{"log":"panic: no\n","stream":"stderr","time":"2026-02-03T04:05:06.1Z"}
| {"log":"goroutine 1 [running]:\n","stream":"stderr","time":"2026-02-03T04:05:06.2Z"}
| {"log":"\tmain.go:3\n","stream":"stderr","time":"2026-02-03T04:05:06.3Z"}
{"log":"next\n","stream":"stdout","time":"2026-02-03T04:05:06.4Z"}`,
	"text and JSON, mixed": `
2026-02-03T04:05:06Z INFO starting
{"level":"info","msg":"a"}
2026-02-03T04:05:07Z INFO working
| not a record of its own
{"level":"info","msg":"b"}
level=info msg="no time but a format of this source"
level=warn msg="likewise"`,
	"lines without times that are more than those with": `
starting
2026-02-03T04:05:06Z INFO one
working
still working
| 	indented
done`,
	"plain lines": `
one
two
| 	indented
three`,
}

func TestContinues(t *testing.T) {
	for name, log := range joinedLogs {
		t.Run(name, func(t *testing.T) {
			var text []string
			var want []bool
			for line := range strings.SplitSeq(strings.TrimPrefix(log, "\n"), "\n") {
				s, joins := strings.CutPrefix(line, "| ")
				text, want = append(text, s), append(want, joins)
			}
			r := NewReader(Options{})
			r.Learn([]byte(strings.Join(text, "\n")))
			for _, i := range slices.Backward(text) { // no order is remembered
				r.Head([]byte(i), ref)
			}
			for i, s := range text {
				if got := r.Head([]byte(s), ref).Continues; got != want[i] {
					t.Errorf("%s: %q continues: %v", r.Format(), s, got)
				}
			}
		})
	}
}

func TestParseJoined(t *testing.T) {
	f := func(raw, body string, fields int) {
		t.Helper()
		r := NewReader(Options{})
		r.Learn([]byte(raw))
		var l sources.LogLine
		r.Parse(raw, ref, &l)
		if l.Body != body || l.Raw != raw || len(l.Fields) != fields {
			t.Errorf("body %q, raw %q, fields %v", l.Body, l.Raw, l.Fields)
		}
	}
	f("2026-02-03 04:05:06,789 [main] ERROR a.B - no\n\tat x(y)\n\tat z", "no\n\tat x(y)\n\tat z", 2)
	f("level=error msg=no a=b\n\tat x", "no\n\tat x", 1)
	f("2026-02-03T04:05:06.1Z stderr F no\n2026-02-03T04:05:06.2Z stderr F \tat x\nlost", "no\n\tat x\nlost", 1)
	f("{\"log\":\"no\\n\",\"stream\":\"stderr\",\"time\":\"2026-02-03T04:05:06.1Z\"}\n"+
		"{\"log\":\"\\tat\\tx\\n\",\"stream\":\"stderr\",\"time\":\"2026-02-03T04:05:06.1Z\"}", "no\n\tat\tx", 1)
	f("\x1b[31m2026-02-03 04:05:06 ERROR\x1b[0m red\n\tat x", "red\n\tat x", 0)
}

func TestLearn(t *testing.T) {
	f := func(want, sample string) {
		t.Helper()
		r := NewReader(Options{})
		r.Learn([]byte(sample))
		if got := r.Format(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f("text", "")
	f("text", "\n\n\n")
	f("text", "\x00\x01\x02\xff")
	f("JSON", `the end of a line that was cut"}`+strings.Repeat("\n{\"msg\":\"m\",\"a\":1}", 100)+"\n{\"msg\":")
	f("logfmt + JSON", strings.Repeat("level=info msg=a\n", 3)+strings.Repeat("{\"msg\":\"b\"}\n", 2))
	f("logfmt", strings.Repeat("level=info msg=a\n", 100)+"{\"msg\":\"stray\"}\n")
	f("syslog", strings.Repeat("Mar 11 09:10:11 db-1 sshd[99]: Accepted\n", 20))
}

// Plain text reads whatever begins with a time; however frequent, it must leave
// to the others what is theirs.
func TestMixedFile(t *testing.T) {
	cri := "2026-02-03T04:05:06.1Z stdout F {\"level\":\"warn\",\"msg\":\"m\",\"k\":\"v\"}"
	r := NewReader(Options{})
	r.Learn([]byte(strings.Repeat("2026-02-03T04:05:06Z INFO one\n", 50) + strings.Repeat(cri+"\n", 3)))
	if got := r.Format(); got != "text + JSON in CRI" {
		t.Error(got)
	}
	check(t, r, written{cri, "2026-02-03T04:05:06.1Z", 13, "m", "stream=stdout k=v", ""})
}

func TestZones(t *testing.T) {
	f := func(zone, line, want string) {
		t.Helper()
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(Options{Zone: loc})
		for range 2 { // the second time with what the zone remembers
			var l sources.LogLine
			r.Parse(line, ref, &l)
			if got := l.Time.UTC().Format(time.RFC3339Nano); got != want {
				t.Errorf("%s, %s: %s, want %s", zone, line, got, want)
			}
		}
	}
	f("Europe/Berlin", "2025-07-01 12:00:00 a", "2025-07-01T10:00:00Z")
	f("Europe/Berlin", "2025-12-01 12:00:00 a", "2025-12-01T11:00:00Z")
	f("Europe/Berlin", "2025-10-26 01:59:59 a", "2025-10-25T23:59:59Z")
	f("Europe/Berlin", "2025-10-26 02:30:00 CEST a", "2025-10-26T00:30:00Z") // twice that night
	f("Europe/Berlin", "2025-10-26 02:30:00 CET a", "2025-10-26T01:30:00Z")
	f("Europe/Berlin", "2025-10-26 03:00:00 a", "2025-10-26T02:00:00Z")
	f("Europe/Berlin", "2025-03-30 03:00:00 a", "2025-03-30T01:00:00Z")
	f("America/New_York", "2026-02-03 04:05:06.5 EST [1] LOG:  a", "2026-02-03T09:05:06.5Z")
	f("America/New_York", "Feb  3 04:05:06 h p[1]: a", "2026-02-03T09:05:06Z")
	f("Asia/Kolkata", "2026-02-03 04:05:06 IST a", "2026-02-02T22:35:06Z")
	f("Asia/Jerusalem", "2026-02-03 04:05:06 IST a", "2026-02-03T02:05:06Z") // its own IST
	f("Asia/Shanghai", "2026-02-03 04:05:06 CST a", "2026-02-02T20:05:06Z")
	f("UTC", "2026-02-03 04:05:06 CST a", "2026-02-03T10:05:06Z")
	f("UTC", "2026-02-03 04:05:06 INFO a", "2026-02-03T04:05:06Z")
	f("Europe/Berlin", "2026-02-03T04:05:06Z a", "2026-02-03T04:05:06Z")
	f("Australia/Lord_Howe", "2026-04-05 12:00:00 a", "2026-04-05T01:30:00Z") // half an hour
	f("Pacific/Apia", "2011-12-31 00:00:00 a", "2011-12-30T10:00:00Z")        // a day was left out
}

// Every local hour of years with changes of the clocks, forward and backward,
// must agree with the time package, whatever the zone remembers.
func TestZonesEveryHour(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		z := zone{loc: loc}
		from := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		for step := int64(1); step >= -1; step -= 2 {
			for n := int64(0); n < 24*365*8; n++ {
				local := from + n*3600
				if step < 0 {
					local = from + (24*365*8-n)*3600
				}
				u := time.Unix(local, 0).UTC()
				want := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), 0, 0, 0, loc).Unix()
				if got := z.unix(local); got != want {
					t.Fatalf("%s %s: %d, want %d", name, u, got, want)
				}
			}
		}
	}
}

func TestNewYear(t *testing.T) {
	f := func(line, at, want string) {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		h := NewReader(Options{}).Head([]byte(line), when.UnixNano())
		if got := time.Unix(0, h.Time).UTC().Format(time.RFC3339); !h.HasTime || got != want {
			t.Errorf("%s before %s: %s, want %s", line, at, got, want)
		}
	}
	f("Dec 31 23:59:59 h p: a", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z")
	f("Jan  1 00:00:01 h p: a", "2026-01-01T00:00:10Z", "2026-01-01T00:00:01Z")
	f("Jan  1 00:00:01 h p: a", "2025-12-31T23:59:50Z", "2026-01-01T00:00:01Z") // the clock of the writer is ahead
	f("Jan  3 00:00:01 h p: a", "2025-12-31T23:59:50Z", "2025-01-03T00:00:01Z")
	f("Feb 29 10:00:00 h p: a", "2026-03-01T00:00:00Z", "2024-02-29T10:00:00Z")
	f("I1231 23:59:59.000000       1 a.go:1] a", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z")
	r := NewReader(Options{})
	r.Learn([]byte("Jan  1 00:00:01 a\nJan  1 00:00:02 b\n"))
	if h := r.Head([]byte("Jan  1 00:00:02 b"), 0); h.HasTime || h.Continues {
		t.Errorf("without a reference: %+v", h)
	}
	if h := NewReader(Options{}).Head([]byte("Dec 31 23:59:59 h p: a"), 0); h.HasTime {
		t.Error("a year out of nothing")
	}
}

// The first and the last day of every year have to be found, from either side of midnight.
func TestYearlessEveryYear(t *testing.T) {
	c := clock{zone: &zone{loc: time.UTC}}
	for y := 1971; y < lastYear; y++ {
		for _, at := range []time.Time{
			time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(y, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(y, 7, 1, 0, 0, 0, 0, time.UTC),
		} {
			for _, later := range []time.Duration{-23 * time.Hour, 0, 48 * time.Hour, 300 * 24 * time.Hour} {
				c.ref = at.Add(later).UnixNano()
				if ns, n := c.scan(at.Format(time.Stamp)); n == 0 || ns != at.UnixNano() {
					t.Fatalf("%s as of %s later: %s", at, later, time.Unix(0, ns).UTC())
				}
			}
		}
	}
}

// What time.Format writes is read back as it was.
func TestLayouts(t *testing.T) {
	layouts := []string{
		time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05,000Z07:00", "2006-01-02 15:04:05.000000 -0700", "2006-01-02 15:04:05Z07",
		"2006-01-02T15:04:05.000-0700", "2006/01/02 15:04:05", "2006/01/02 15:04:05.000000", "2006-01-02 15:04:05,000", "2006.01.02 15:04:05",
		"02/Jan/2006:15:04:05 -0700", "02-Jan-2006 15:04:05.000", "02 Jan 2006 15:04:05.000", "02.01.2006 15:04:05", "06/01/02 15:04:05",
		"20060102T150405Z0700", "20060102-15:04:05.000", "20060102 15:04:05", time.ANSIC, time.UnixDate, time.RFC1123, time.RFC1123Z, time.RubyDate,
		"Mon Jan 02 15:04:05.000000 2006", "Jan 02 2006 15:04:05", "Jan 2, 2006 3:04:05 PM", "Jan _2 15:04:05", "Jan 02 15:04:05.000000",
		"Mon 2006-01-02 15:04:05 MST", "[2006-01-02 15:04:05,000]", "[Mon Jan _2 15:04:05 2006]", "2006-01-02T15:04:05.999999999 -0700 MST",
	}
	for _, layout := range layouts {
		for _, at := range []time.Time{
			time.Date(2026, 2, 3, 4, 5, 6, 123456789, time.UTC), time.Date(2025, 12, 31, 23, 59, 59, 999e6, time.UTC),
			time.Date(2025, 11, 30, 12, 0, 0, 0, time.UTC), time.Date(2025, 7, 13, 0, 30, 0, 5e8, time.UTC),
		} {
			s := at.Format(layout)
			want, err := time.Parse(layout, s)
			if err != nil {
				t.Fatal(err)
			}
			if want.Year() == 0 {
				want = want.AddDate(at.Year(), 0, 0)
			}
			c := clock{&zone{loc: time.UTC}, ref}
			for _, after := range []string{"", " INFO message"} {
				if ns, n := c.scan(s + after); n != len(s) || ns != want.UnixNano() {
					t.Errorf("%s: %q: %s, %d of %d bytes", layout, s+after, time.Unix(0, ns).UTC(), n, len(s))
				}
			}
		}
	}
	for _, none := range []string{
		"", "2026", "2026-13-01 00:00:00", "2026-02-30 00:00:00", "2026-02-03 24:00:00", "2026-02-03 04:60:00", "2026-02-03", "Feb 30 00:00:00",
		"1234567890123456789012", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "Febrary", "Mon Tue Wed Thu Fri", "192.168.100.200 - -", "12345678901",
		"2026-02-0304:05:06", "Jan 99 04:05:06", "[", "[[[[[[[[[[[[[[[[", "99/99/9999 99:99:99",
	} {
		c := clock{&zone{loc: time.UTC}, ref}
		if ns, n := c.scan(none); n != 0 && ns != noTime {
			t.Errorf("%q is a time: %s", none, time.Unix(0, ns).UTC())
		}
	}
}
