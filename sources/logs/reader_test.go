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

// lines are as real programs write them; the values are made up.
var lines = []written{
	// JSON, by logger
	{
		`{"level":"info","ts":1700000000.1234567,"caller":"shop/cart.go:42","msg":"item added","sku":"a-1","n":3}`, // zap
		"2023-11-14T22:13:20.1234567Z", 9, "item added", "caller=shop/cart.go:42 sku=a-1 n=3", "JSON",
	},
	{
		`{"level":"error","user":{"id":7,"tags":["a","b"]},"error":"no \"stock\"","time":"2026-02-03T04:05:06+01:00","message":"sale failed"}`, // zerolog
		"2026-02-03T03:05:06Z", 17, "sale failed", `user.id=7 user.tags=["a","b"] error=no "stock"`, "JSON",
	},
	{
		`{"level":30,"time":1700000000123,"pid":12,"hostname":"web-1","msg":"listening"}`, // pino
		"2023-11-14T22:13:20.123Z", 9, "listening", "pid=12 hostname=web-1", "JSON",
	},
	{
		`{"name":"api","hostname":"web-1","pid":9,"level":50,"msg":"boom","time":"2026-02-03T04:05:06.789Z","v":0}`, // bunyan
		"2026-02-03T04:05:06.789Z", 17, "boom", "name=api hostname=web-1 pid=9 v=0", "JSON",
	},
	{
		`{"time":"2026-02-03T04:05:06.789123456+01:00","level":"WARN","source":{"function":"main.main","line":12},"msg":"low"}`, // slog
		"2026-02-03T03:05:06.789123456Z", 13, "low", "source.function=main.main source.line=12", "JSON",
	},
	{
		`{"@timestamp":"2026-02-03T04:05:06.789Z","log":{"level":"error","logger":"shop"},"message":"m","ecs":{"version":"8.11"}}`, // ECS
		"2026-02-03T04:05:06.789Z", 17, "m", "log.logger=shop ecs.version=8.11", "JSON",
	},
	{
		`{"@timestamp":"2026-02-03T04:05:06.789Z","log.level":"INFO","message":"m"}`, // ECS, dotted
		"2026-02-03T04:05:06.789Z", 9, "m", "", "JSON",
	},
	{
		`{"version":"1.1","host":"a","short_message":"disk","timestamp":1770091506.789,"level":3,"_unit":"b"}`, // GELF
		"2026-02-03T04:05:06.789Z", 17, "disk", "version=1.1 host=a _unit=b", "JSON",
	},
	{
		`{"t":{"$date":"2026-02-03T04:05:06.789+00:00"},"s":"W","c":"NETWORK","id":22,"ctx":"conn1","msg":"Slow"}`, // MongoDB
		"2026-02-03T04:05:06.789Z", 13, "Slow", "c=NETWORK id=22 ctx=conn1", "JSON",
	},
	{
		`{"@t":"2026-02-03T04:05:06.789Z","@mt":"Hello {Name}","@l":"Warning","Name":"ann"}`, // Serilog
		"2026-02-03T04:05:06.789Z", 13, "Hello {Name}", "@mt=Hello {Name} Name=ann", "JSON",
	},
	{
		`{"__REALTIME_TIMESTAMP":"1770091506789123","PRIORITY":"4","MESSAGE":"hot","_PID":"1"}`, // journal
		"2026-02-03T04:05:06.789123Z", 13, "hot", "_PID=1", "JSON",
	},
	{
		`{"timeUnixNano":"1770091506789123456","severityNumber":18,"severityText":"ERROR2","body":"b"}`, // OpenTelemetry
		"2026-02-03T04:05:06.789123456Z", 18, "b", "severityText=ERROR2 body=b", "JSON",
	},
	{
		`{"time_local":"03/Feb/2026:04:05:06 +0000","status":502,"request":"GET / HTTP/1.1","time":0.023}`,
		"", 17, `{"time_local":"03/Feb/2026:04:05:06 +0000","status":502,"request":"GET / HTTP/1.1","time":0.023}`,
		"time_local=03/Feb/2026:04:05:06 +0000 status=502 request=GET / HTTP/1.1 time=0.023", "JSON",
	},
	{
		`{"asctime": "2026-02-03 04:05:06,789", "levelno": 40, "message": "caf\u00e9 \ud83d\ude00"}`, // Python
		"2026-02-03T04:05:06.789Z", 17, "café 😀", "", "JSON",
	},
	{`{"msg":"cut in the mid`, "", 0, "cut in the mid", "", "JSON"},
	{`{"level":"error","msg":"","error":"gone"}`, "", 17, `{"level":"error","msg":"","error":"gone"}`, "msg= error=gone", "JSON"},
	// envelopes of containers
	{
		`{"log":"{\"level\":\"warn\",\"msg\":\"low\",\"n\":1}\n","stream":"stderr","time":"2026-02-03T04:05:06.789123456Z"}`,
		"2026-02-03T04:05:06.789123456Z", 13, "low", "stream=stderr n=1", "JSON in Docker",
	},
	{
		`{"log":"level=error msg=\"a b\" n=2\n","stream":"stdout","time":"2026-02-03T04:05:06.789123456Z"}`,
		"2026-02-03T04:05:06.789123456Z", 17, "a b", "stream=stdout n=2", "logfmt in Docker",
	},
	{
		`{"log":"started\n","stream":"stdout","time":"2026-02-03T04:05:06.789123456Z"}`,
		"2026-02-03T04:05:06.789123456Z", 0, "started", "stream=stdout", "Docker",
	},
	{
		`2026-02-03T04:05:06.789123456Z stdout F hello pod`,
		"2026-02-03T04:05:06.789123456Z", 0, "hello pod", "stream=stdout", "CRI",
	},
	{
		`2026-02-03T04:05:06.789123456+01:00 stderr F {"level":"error","msg":"m","k":"v"}`,
		"2026-02-03T03:05:06.789123456Z", 17, "m", "stream=stderr k=v", "JSON in CRI",
	},
	{
		`2026-02-03T04:05:06.789123456Z stderr P E0203 04:05:06.700000       1 leader.go:9] "lost" err="gone away"`,
		"2026-02-03T04:05:06.789123456Z", 17, "lost", "stream=stderr logtag=P pid=1 caller=leader.go:9 err=gone away", "glog in CRI",
	},
	{
		`2026-02-03T04:05:06.789123456Z stdout F 2026-02-03 04:05:06.700 WARN slow`,
		"2026-02-03T04:05:06.789123456Z", 13, "slow", "stream=stdout", "CRI",
	},
	// logfmt and slog
	{
		`level=warn ts=2026-02-03T04:05:06.789Z caller=head.go:10 component=tsdb msg="slow \"flush\"" took=1.2s`,
		"2026-02-03T04:05:06.789Z", 13, `slow "flush"`, "caller=head.go:10 component=tsdb took=1.2s", "logfmt",
	},
	{
		`time="2026-02-03T04:05:06+01:00" level=fatal msg="no db" db=shop empty=`, // logrus
		"2026-02-03T03:05:06Z", 21, "no db", "db=shop empty=", "logfmt",
	},
	{
		`time=2026-02-03T04:05:06.789+01:00 level=ERROR+2 msg="no route" peer=192.0.2.1`,
		"2026-02-03T03:05:06.789Z", 19, "no route", "peer=192.0.2.1", "slog",
	},
	{
		`at=info method=GET path=/ host=shop.example dyno=web.1 status=200`,
		"", 0, "at=info method=GET path=/ host=shop.example dyno=web.1 status=200",
		"at=info method=GET path=/ host=shop.example dyno=web.1 status=200", "logfmt",
	},
	{`method=GET path=/ status=503 took=1s`, "", 17, "method=GET path=/ status=503 took=1s", "method=GET path=/ status=503 took=1s", "logfmt"},
	// syslog and systemd
	{
		`<34>Oct 11 22:14:15 db-1 su[231]: 'su root' failed for lonvick on /dev/pts/8`,
		"2025-10-11T22:14:15Z", 18, "'su root' failed for lonvick on /dev/pts/8", "facility=auth host=db-1 app=su pid=231", "syslog",
	},
	{`<13>no time at all`, "", 10, "no time at all", "facility=user", "syslog"},
	{
		`Mar  1 09:10:11 db-1 sshd[99]: Accepted publickey for ann from 192.0.2.7 port 50022 ssh2`,
		"2026-03-01T09:10:11Z", 0, "Accepted publickey for ann from 192.0.2.7 port 50022 ssh2", "host=db-1 app=sshd pid=99", "syslog",
	},
	{
		`Mar  1 09:10:11 db-1 kernel: [ 12.345678] IN=eth0 OUT= SRC=192.0.2.9 DPT=22`,
		"2026-03-01T09:10:11Z", 0, "[ 12.345678] IN=eth0 OUT= SRC=192.0.2.9 DPT=22", "host=db-1 app=kernel IN=eth0 OUT= SRC=192.0.2.9 DPT=22", "syslog",
	},
	{
		`Feb 28 23:10:11 web-1 shop[7]: {"level":"error","msg":"m","k":{"a":1}}`,
		"2026-02-28T23:10:11Z", 17, "m", "host=web-1 app=shop pid=7 k.a=1", "syslog",
	},
	{
		`Feb 28 23:10:11 web-1 prometheus[7]: ts=2026-02-28T23:10:11.001Z level=warn msg="out of order" n=3`,
		"2026-02-28T23:10:11Z", 13, "out of order", "host=web-1 app=prometheus pid=7 ts=2026-02-28T23:10:11.001Z n=3", "syslog",
	},
	{
		`2026-02-03T04:05:06.789123+01:00 web-1 CRON[12]: (root) CMD (true)`,
		"2026-02-03T03:05:06.789123Z", 0, "(root) CMD (true)", "host=web-1 app=CRON pid=12", "syslog",
	},
	{
		`<165>1 2026-02-03T04:05:06.003Z web-1 evntslog 1370 ID47 [ex@32473 iut="3" src="a\]b"][o@1 x="y"] An event`,
		"2026-02-03T04:05:06.003Z", 10, "An event", "facility=local4 host=web-1 app=evntslog pid=1370 msgid=ID47 ex@32473.iut=3 ex@32473.src=a]b o@1.x=y", "syslog (RFC 5424)",
	},
	{
		`<27>1 - - app - - - {"level":"debug","msg":"m"}`, "", 5, "m", "facility=daemon app=app", "syslog (RFC 5424)",
	},
	{
		`Mar 01 09:10:11 db-1 systemd[1]: Started cron.service.`,
		"2026-03-01T09:10:11Z", 0, "Started cron.service.", "host=db-1 app=systemd pid=1", "systemd",
	},
	{
		`Feb 11 09:10:11.123456 db-1 systemd[1]: Started cron.service.`,
		"2026-02-11T09:10:11.123456Z", 0, "Started cron.service.", "host=db-1 app=systemd pid=1", "systemd",
	},
	{
		`2026-02-03T04:05:06+0100 db-1 kernel: Linux version 6.1`,
		"2026-02-03T03:05:06Z", 0, "Linux version 6.1", "host=db-1 app=kernel", "systemd",
	},
	// access logs
	{
		`192.0.2.1 - ann [03/Feb/2026:04:05:06 +0100] "GET /a?b=c HTTP/1.1" 404 153 "https://shop.example/" "Mozilla/5.0 (X11)"`,
		"2026-02-03T03:05:06Z", 13, `"GET /a?b=c HTTP/1.1" 404 153 "https://shop.example/" "Mozilla/5.0 (X11)"`,
		"client=192.0.2.1 user=ann method=GET path=/a?b=c protocol=HTTP/1.1 status=404 bytes=153 referer=https://shop.example/ user_agent=Mozilla/5.0 (X11)", "combined",
	},
	{
		`2001:db8::1 - - [03/Feb/2026:04:05:06 -0730] "POST /pay HTTP/2.0" 503 -`,
		"2026-02-03T11:35:06Z", 17, `"POST /pay HTTP/2.0" 503 -`, "client=2001:db8::1 method=POST path=/pay protocol=HTTP/2.0 status=503", "access log",
	},
	{
		`shop.example 192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] "\x16\x03" 400 0 "-" "-" rt=0.001`,
		"2026-02-03T04:05:06Z", 13, `"\x16\x03" 400 0 "-" "-" rt=0.001`, `vhost=shop.example client=192.0.2.1 request=\x16\x03 status=400 bytes=0 rt=0.001`, "combined",
	},
	// glog and klog
	{
		`I1124 15:04:05.123456   99 server.go:42] Starting on :8080 tls=true`,
		"2025-11-24T15:04:05.123456Z", 9, "Starting on :8080 tls=true", "pid=99 caller=server.go:42 tls=true", "glog",
	},
	{
		`E0203 04:05:06.000001       1 reflector.go:7] "Failed to watch" err="no \"x\"" kind="Pod"`,
		"2026-02-03T04:05:06.000001Z", 17, "Failed to watch", `pid=1 caller=reflector.go:7 err=no "x" kind=Pod`, "glog",
	},
	// log4j, logback, Spring
	{
		`2026-02-03 04:05:06,789 [main] INFO  org.example.Shop - opened`,
		"2026-02-03T04:05:06.789Z", 9, "opened", "thread=main logger=org.example.Shop", "log4j",
	},
	{
		`2026-02-03 04:05:06.789 ERROR [http-8080-1] o.e.Cart:77 - sale failed id=9`,
		"2026-02-03T04:05:06.789Z", 17, "sale failed id=9", "thread=http-8080-1 logger=o.e.Cart:77 id=9", "log4j",
	},
	{
		`2026-02-03T04:05:06.789+01:00  WARN 4711 --- [           main] org.example.Shop                         : low stock`,
		"2026-02-03T03:05:06.789Z", 13, "low stock", "thread=main logger=org.example.Shop pid=4711", "log4j",
	},
	{
		`[2026-02-03 04:05:06,789] INFO [Controller id=1] Ready (kafka.controller.KafkaController)`, // Kafka
		"2026-02-03T04:05:06.789Z", 9, "Ready (kafka.controller.KafkaController)", "thread=Controller id=1", "text",
	},
	{
		`26/02/03 04:05:06 INFO Executor: Running task`, // Spark
		"2026-02-03T04:05:06Z", 9, "Running task", "logger=Executor", "text",
	},
	{
		`03-Feb-2026 04:05:06.789 SEVERE [main] org.apache.catalina.Startup.run Cannot start`, // Tomcat
		"2026-02-03T04:05:06.789Z", 17, "org.apache.catalina.Startup.run Cannot start", "thread=main", "text",
	},
	// Python
	{
		`2026-02-03 04:05:06,789 - shop.cart - WARNING - low stock`,
		"2026-02-03T04:05:06.789Z", 13, "low stock", "logger=shop.cart", "Python",
	},
	{`ERROR:root:no - stock`, "", 17, "no - stock", "logger=root", "Python"},
	{
		`2026-02-03 04:05:06,789 CRITICAL shop.cart: gone`,
		"2026-02-03T04:05:06.789Z", 21, "gone", "logger=shop.cart", "text",
	},
	// servers
	{
		`2026/02/03 04:05:06 [error] 31#32: *7 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.1, server: shop.example, request: "GET /x HTTP/1.1", host: "shop.example"`,
		"2026-02-03T04:05:06Z", 17,
		`open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.1, server: shop.example, request: "GET /x HTTP/1.1", host: "shop.example"`,
		"pid=31 tid=32 connection=7 client=192.0.2.1 server=shop.example request=GET /x HTTP/1.1 host=shop.example", "nginx error",
	},
	{
		`2026/02/03 04:05:06 [notice] 1#1: start worker processes`,
		"2026-02-03T04:05:06Z", 10, "start worker processes", "pid=1 tid=1", "nginx error",
	},
	{
		`2026-02-03 04:05:06.789 UTC [123] ann@shop ERROR:  relation "x" does not exist at character 15`,
		"2026-02-03T04:05:06.789Z", 17, `relation "x" does not exist at character 15`, "pid=123 user=ann database=shop", "PostgreSQL",
	},
	{
		`2026-02-03 04:05:06.789 CET [123] LOG:  checkpoint starting: time`,
		"2026-02-03T03:05:06.789Z", 9, "checkpoint starting: time", "pid=123", "PostgreSQL",
	},
	{
		`[Tue Feb 03 04:05:06.789123 2026] [core:error] [pid 12] AH00037: no link`, // Apache
		"2026-02-03T04:05:06.789123Z", 17, "[core:error] [pid 12] AH00037: no link", "", "text",
	},
	{
		`2026-02-03T04:05:06.789123Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.`, // MySQL
		"2026-02-03T04:05:06.789123Z", 13, "[Server] CA certificate is self signed.", "thread=MY-010068 pid=0", "text",
	},
	{
		`12:M 03 Feb 2026 04:05:06.789 # Server initialized`, // Redis
		"2026-02-03T04:05:06.789Z", 0, "# Server initialized", "", "text",
	},
	{
		`update-alternatives 2026-02-03 04:05:06: link group pager updated`, // Debian
		"2026-02-03T04:05:06Z", 0, "link group pager updated", "app=update-alternatives", "text",
	},
	// plain text
	{`2026-02-03T04:05:06,789 plain words`, "2026-02-03T04:05:06.789Z", 0, "plain words", "", "text"},
	{"2026/02/03 04:05:06 [ERROR] cannot open", "2026-02-03T04:05:06Z", 17, "cannot open", "", "text"},
	{"2026/02/03 04:05:06 http: error in handler user=ann", "2026-02-03T04:05:06Z", 0, "http: error in handler user=ann", "user=ann", "text"},
	{"2026-02-03T04:05:06.000Z [INFO]  agent: joined: peer=a", "2026-02-03T04:05:06Z", 9, "joined: peer=a", "logger=agent peer=a", "text"},
	{"2026-02-03T04:05:06.000Z\tWARN\tshop/cart.go:12\tlow\t{\"n\": 1, \"sku\": \"a\"}", "2026-02-03T04:05:06Z", 13, "low\t{\"n\": 1, \"sku\": \"a\"}", "caller=shop/cart.go:12 n=1 sku=a", "text"},
	{"1770091506.789 checked", "2026-02-03T04:05:06.789Z", 0, "checked", "", "text"},
	{
		"2026-02-03T04:05:06Z " + strings.Repeat("A", 68) + " LOGGER", // the search ends behind LOG
		"2026-02-03T04:05:06Z", 0, strings.Repeat("A", 68) + " LOGGER", "", "text",
	},
	{"WARNING: low disk", "", 13, "low disk", "", "text"},
	{`WARN[0012] slow  n=3`, "", 13, "slow  n=3", "n=3", "text"},
	{"no time, no level", "", 0, "no time, no level", "", "text"},
	{"", "", 0, "", "", "text"},
	{"\xff\xfe\x00bin\x00ary", "", 0, "\xff\xfe\x00bin\x00ary", "", "text"},
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
