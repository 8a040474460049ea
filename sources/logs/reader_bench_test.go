package logs

import (
	"testing"

	"nightjar/sources"
)

// benchLines has a typical line of each format.
var benchLines = map[string]string{
	"JSON-zap":     `{"level":"info","ts":1700000000.1234567,"caller":"shop/cart.go:42","msg":"item added to the cart","sku":"a-1","n":3,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`,
	"JSON-zerolog": `{"level":"error","user":"ann","error":"no stock","n":3,"time":"2026-02-03T04:05:06+01:00","message":"sale failed"}`,
	"JSON-pino":    `{"level":30,"time":1700000000123,"pid":12,"hostname":"web-1","reqId":"r-17","msg":"request completed"}`,
	"logfmt":       `ts=2026-02-03T04:05:06.789Z caller=head.go:10 level=warn component=tsdb msg="Head GC completed" duration=1.2s`,
	"slog":         `time=2026-02-03T04:05:06.789+01:00 level=ERROR msg="no route" peer=192.0.2.1 attempt=3`,
	"syslog":       `Feb  3 04:05:06 db-1 sshd[99]: Accepted publickey for ann from 192.0.2.7 port 50022 ssh2`,
	"syslog-ISO":   `2026-02-03T04:05:06.789123+00:00 db-1 sshd[99]: Accepted publickey for ann from 192.0.2.7 port 50022 ssh2`,
	"RFC5424":      `<165>1 2026-02-03T04:05:06.003Z web-1 evntslog 1370 ID47 [ex@32473 iut="3"] An application event log entry`,
	"combined":     `192.0.2.1 - - [03/Feb/2026:04:05:06 +0100] "GET /a?b=c HTTP/1.1" 200 1534 "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64)"`,
	"glog":         `I0203 04:05:06.123456   99 server.go:42] Starting the server on port 8080`,
	"log4j":        `2026-02-03 04:05:06,789 [main] INFO  org.example.Shop - opened the shop for today`,
	"Python":       `2026-02-03 04:05:06,789 - shop.cart - WARNING - low stock`,
	"nginx":        `2026/02/03 04:05:06 [error] 31#32: *7 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.1, server: shop.example`,
	"PostgreSQL":   `2026-02-03 04:05:06.789 UTC [123] ann@shop LOG:  checkpoint complete: wrote 12 buffers`,
	"CRI":          `2026-02-03T04:05:06.789123456Z stdout F {"level":"info","msg":"served","status":200}`,
	"Docker":       `{"log":"level=error msg=\"a b\" n=2\n","stream":"stdout","time":"2026-02-03T04:05:06.789123456Z"}`,
	"text":         `2026-02-03T04:05:06.789Z the quick brown fox jumps over the lazy dog and does it again`,
	"coloured":     "\x1b[90m2026-02-03T04:05:06Z\x1b[0m \x1b[32mINF\x1b[0m served \x1b[36mstatus=\x1b[0m200",
	"plain":        `the quick brown fox jumps over the lazy dog and does it again`,
}

func BenchmarkHead(b *testing.B) {
	for name, line := range benchLines {
		b.Run(name, func(b *testing.B) {
			r := NewReader(Options{})
			r.Learn([]byte(line))
			in := []byte(line)
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				r.Head(in, ref)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, line := range benchLines {
		b.Run(name, func(b *testing.B) {
			r := NewReader(Options{})
			r.Learn([]byte(line))
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			var l sources.LogLine
			for b.Loop() {
				r.Parse(line, ref, &l)
			}
		})
	}
}

// The index reads every line of files of any size: it must leave nothing to collect.
func TestHeadAllocatesNothing(t *testing.T) {
	for name, line := range benchLines {
		r := NewReader(Options{})
		r.Learn([]byte(line))
		in := []byte(line)
		if n := testing.AllocsPerRun(100, func() { r.Head(in, ref) }); n > 0 {
			t.Errorf("%s: %v allocations a line", name, n)
		}
	}
}
