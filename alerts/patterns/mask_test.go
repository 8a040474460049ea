package patterns

import (
	"strings"
	"testing"
)

// shown is the template of a line alone.
func shown(line string) string {
	m := New(Options{})
	return m.leafPattern(line).template.text
}

func (m *Miner) leafPattern(line string) *cluster {
	m.scan.scan(line)
	return m.begin(m.leaf())
}

func TestMask(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		if got := shown(line); got != want {
			t.Errorf("%q\n got %q\nwant %q", line, got, want)
		}
	}
	f("", "")
	f("   ", "")
	f("no numbers at all", "no numbers at all")
	f("took 12ms or 1h3m0.5s or 12µs", "took <*> or <*> or <*>")
	f("free 12.5% of 4KiB, -3 left", "free <*>% of <*>, <*> left")
	f("0xdeadBEEF at 0x0", "<*> at <*>")
	f("commit a1b2c3d4 is deadbeef1", "commit <*> is <*>")
	f("id=550e8400-e29b-41d4-a716-446655440000 done", "id=<*> done")
	f("id=fbbae400-e29b-41d4-abcd-446655440000 done", "id=<*> done")
	f("from 10.0.0.1:8080 to [2001:db8::1]:443 via fe80::1: ok", "from <*> to [<*>]:<*> via <*>: ok")
	f("mac aa:bb:cc:dd:ee:ff up", "mac <*> up")
	f("::1 refused", "::<*> refused")
	f("at 2026-02-03T04:05:06.789+01:00 and 2026/02/03 04:05:06,789", "at <*> and <*> <*>")
	f("eth0 is on web-12 with x86_64 and k8s and i18n", "eth<*> is on web-<*> with x<*> and k8s and i18n")
	f("pod api-7f9c4d8b6-x2x4z ready", "pod api-<*> ready")
	f("GET /api/v1/users/42/orders HTTP/1.1", "GET /api/v<*>/users/<*>/orders HTTP/<*>")
	f(`open "/srv/a b" failed: 'x y'`, `open "<*>" failed: '<*>'`)
	f(`don't stop, it's "fine`, `don't stop, it's "fine`)
	f(`{"level":"info","n":3}`, `{"level":"<*>","n":<*>}`)
	f(`level=warn msg="Head GC completed" took=3`, `level=warn msg="Head GC completed" took=<*>`)
	f(`user="ann b" a= b`, `user="<*>" a= b`)
	f("a   b\tc", "a b c")
	f("literal <*> here", "literal <*> here")
	f("bad \xff\xfe\xc0 bytes and \ufffd", "bad <*> bytes and \ufffd")
	f("größe überschritten", "größe überschritten")
	f("first line\n  at frame 1\n", "first line")
	f("\n\nsecond", "second")
	f("main.go:12:undefined", "main.go:<*>:undefined")
	f("libc6 2.36-9+deb12u10 over 1.4.3~rc1", "libc<*> <*> over <*>")
	f("std::string abc::def", "std::string abc::def")
	f("x -- y - z +", "x -- y - z +")
	f("ends in =", "ends in =")

	x := strings.Repeat("x", maxToken)
	f("a "+x+" b", "a "+x+" b")
	f("a "+x+"x b", "a <*> b")
	f(`a `+x+`"x" `+x+`:'q r' b`, `a <*> <*> b`)
	many := strings.Repeat("w ", maxTokens-1) + "w"
	f(many, many)
	f(many+" one more", many+" …")
	y := strings.Repeat("y", 63)
	long := strings.Repeat(y+" ", maxBytes/64-1) // 64 bytes are left
	f(long+y+"y", long+y+"y")
	f(long+y+"yy", strings.TrimSuffix(long, " ")+" …")
	f(long+y+" y", strings.TrimSuffix(long, " ")+" "+y+" …")
	f(strings.Repeat("x", maxBytes+1), "<*> …")
	f(strings.Repeat("x", maxBytes-1)+" y", "<*> …")
}
