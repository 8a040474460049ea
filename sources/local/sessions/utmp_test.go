package sessions

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestLayouts(t *testing.T) {
	four := [16]byte{192, 0, 2, 7}
	six := [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}
	for _, l := range []*layout{&utmp384, &utmp400, &utmpx} {
		b := l.encode(userProcess, 4242, "pts/12", strings.Repeat("u", 300), "host", now, six) +
			l.encode(userProcess, 1, "tty1", "ann", "", now, four) + l.encode(userProcess, 1, "tty2", "ann", "", time.Unix(0, 0), [16]byte{})
		for cut := range len(b) {
			if got := len(l.logins([]byte(b[:cut]))); got != cut/l.size {
				t.Fatalf("%d bytes of %d: %d records", cut, l.size, got)
			}
		}
		r := l.logins([]byte(b))
		if r[0].pid != 4242 || r[0].line != "pts/12" || r[0].user != strings.Repeat("u", l.user.size) || r[0].host != "host" || !r[0].time.Equal(now) {
			t.Errorf("%d: %+v", l.size, r[0])
		}
		if l.addr > 0 && (r[0].addr != netip.MustParseAddr("2001:db8::1") || r[1].addr != netip.MustParseAddr("192.0.2.7") || r[2].addr.IsValid()) {
			t.Errorf("%d: %v %v %v", l.size, r[0].addr, r[1].addr, r[2].addr)
		}
		if !r[2].time.IsZero() {
			t.Errorf("%d: no time is %v", l.size, r[2].time)
		}
		if l != &utmpx && glibc([]byte(b)) != l {
			t.Errorf("%d is not told from the other", l.size)
		}
	}
}

func TestTerminalName(t *testing.T) {
	f := func(device int32, want string) {
		t.Helper()
		if got := terminalName(device); got != want {
			t.Errorf("%#x is %q, want %q", device, got, want)
		}
	}
	f(136<<8|3, "pts/3")
	f(1<<20|136<<8|3, "pts/259") // minors above 255 lie above the major
	f(137<<8|3, "pts/259")
	f(4<<8|1, "tty1")
	f(4<<8|64, "ttyS0")
	f(5<<8|1, "console")
	f(204<<8|64, "ttyAMA0")
	f(204<<8|5, "204:5")
	f(229<<8, "hvc0")
	f(-1, "4095:1048575")
}

func FuzzUtmp(f *testing.F) {
	f.Add([]byte(login384(1, "pts/0", "ann", "host", 0)))
	f.Add([]byte(utmp400.encode(userProcess, 1, "pts/0", "ann", "", now, [16]byte{1})))
	f.Add([]byte(utmpx.encode(userProcess, 1, "ttys0", "ann", "", now, [16]byte{})))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range []*layout{glibc(b), &utmpx} {
			r := l.logins(b)
			if len(r) > len(b)/l.size {
				t.Errorf("%d records in %d bytes", len(r), len(b))
			}
			m := merger{}
			m.records(r, nil)
			m.sorted()
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add([]byte("USER=ann\nCLASS=user\nLEADER=1\nREALTIME=1\n"))
	f.Add([]byte("Port 22\nListenAddress [::1]:22\nInclude a b\nListenStream=[::]:22\n"))
	f.Add([]byte("   1: 010200C0:0016 070200C0:C350 01 00000000"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		parseLogind(b)
		sshdPorts(nil, b)
		sshdIncludes(b, "/r")
		socketPorts(nil, b)
		if _, peer, ok := parseConnection(b); ok {
			decodeAddress(peer)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := New(Options{})
	at := now
	for name, step := range map[string]time.Duration{"between": time.Millisecond, "scan": defaultScan} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				at = at.Add(step)
				if step < time.Second {
					r.scanned = at
				}
				if _, err := r.Read(at); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
