package logs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// written is a line and what becomes of it.
type written struct {
	line     string
	time     string // RFC 3339 in UTC; empty: none
	severity sources.Severity
	body     string
	fields   string // name=value, joined by a space
	format   string
}

var ref = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano()

var lines = []written{
	{
		`{"level":"info","ts":1700000000.1234567,"caller":"shop/cart.go:42","msg":"item added","sku":"a-1","n":3}`,
		"2023-11-14T22:13:20.1234567Z", 9, "item added", "caller=shop/cart.go:42 sku=a-1 n=3", "JSON",
	},
	{
		`{"level":"error","user":{"id":7,"tags":["a","b"]},"error":"no \"stock\"","time":"2026-02-03T04:05:06+01:00","message":"sale failed"}`,
		"2026-02-03T03:05:06Z", 17, "sale failed", `user.id=7 user.tags=["a","b"] error=no "stock"`, "JSON",
	},
	{
		`{"level":30,"time":1700000000123,"pid":12,"hostname":"web-1","msg":"listening"}`,
		"2023-11-14T22:13:20.123Z", 9, "listening", "pid=12 hostname=web-1", "JSON",
	},
	{
		`level=warn ts=2026-02-03T04:05:06.789Z caller=head.go:10 component=tsdb msg="slow \"flush\"" took=1.2s`,
		"2026-02-03T04:05:06.789Z", 13, `slow "flush"`, "caller=head.go:10 component=tsdb took=1.2s", "logfmt",
	},
	{
		`time=2026-02-03T04:05:06.789+01:00 level=ERROR+2 msg="no route" peer=192.0.2.1`,
		"2026-02-03T03:05:06.789Z", 19, "no route", "peer=192.0.2.1", "slog",
	},
	{
		`<34>Oct 11 22:14:15 db-1 su[231]: 'su root' failed for lonvick on /dev/pts/8`,
		"2025-10-11T22:14:15Z", 18, "'su root' failed for lonvick on /dev/pts/8", "facility=auth host=db-1 app=su pid=231", "syslog",
	},
	{
		`Mar  1 09:10:11 db-1 sshd[99]: Accepted publickey for ann from 192.0.2.7 port 50022 ssh2`,
		"2026-03-01T09:10:11Z", 0, "Accepted publickey for ann from 192.0.2.7 port 50022 ssh2", "host=db-1 app=sshd pid=99", "syslog",
	},
	{
		`2026-02-03T04:05:06,789 plain words`, "2026-02-03T04:05:06.789Z", 0, "plain words", "", "text",
	},
	{"2026/02/03 04:05:06 [ERROR] cannot open", "2026-02-03T04:05:06Z", 17, "cannot open", "", "text"},
	{"no time, no level", "", 0, "no time, no level", "", "text"},
}

func TestParse(t *testing.T) {
	for _, w := range lines {
		t.Run(w.format+"/"+w.line[:min(len(w.line), 24)], func(t *testing.T) {
			r := NewReader(Options{})
			r.Learn([]byte(w.line + "\n"))
			if got := r.Format(); got != w.format {
				t.Errorf("format %q, want %q", got, w.format)
			}
			check(t, r, w)
			check(t, NewReader(Options{}), w) // what was learnt must not matter
		})
	}
}

func check(t *testing.T, r *Reader, w written) {
	t.Helper()
	var l sources.LogLine
	r.Parse(w.line, ref, &l)
	at := ""
	if !l.Time.IsZero() {
		at = l.Time.UTC().Format(time.RFC3339Nano)
	}
	if at != w.time {
		t.Errorf("time %q, want %q", at, w.time)
	}
	if l.Severity != w.severity {
		t.Errorf("severity %d, want %d", l.Severity, w.severity)
	}
	if l.Body != w.body {
		t.Errorf("body %q, want %q", l.Body, w.body)
	}
	var fields []string
	for _, f := range l.Fields {
		fields = append(fields, fmt.Sprintf("%s=%s", f.Name, f.Value))
	}
	if got := strings.Join(fields, " "); got != w.fields {
		t.Errorf("fields %s\n want %s", got, w.fields)
	}
	if l.Raw != w.line {
		t.Errorf("raw %q", l.Raw)
	}
	h := r.Head([]byte(w.line), ref)
	if h.HasTime != !l.Time.IsZero() || h.HasTime && h.Time != l.Time.UnixNano() || h.Severity != l.Severity {
		t.Errorf("Head says %+v", h)
	}
}
