package sessions

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"runtime"
	"time"
)

// A layout says where the fields of a login record are. All numbers are little
// endian, as on every machine we build for.
//
//	glibc, 384 bytes, see utmp(5):       type pid line id user host exit session sec usec addr
//	glibc on arm64, 400 bytes:           the same, session and times of 8 bytes
//	darwin's /var/run/utmpx, 628 bytes:  user id line pid type sec usec host
type layout struct {
	size             int
	kind, pid        int
	line, user, host field
	sec              int
	wide             bool // times are of 8 bytes
	addr             int  // 0: none
}

type field struct{ at, size int }

// The layouts there are. What glibc writes depends on the architecture.
var (
	utmp384 = layout{size: 384, kind: 0, pid: 4, line: field{8, 32}, user: field{44, 32}, host: field{76, 256}, sec: 340, addr: 348}             //nolint:gochecknoglobals // a constant
	utmp400 = layout{size: 400, kind: 0, pid: 4, line: field{8, 32}, user: field{44, 32}, host: field{76, 256}, sec: 344, wide: true, addr: 360} //nolint:gochecknoglobals // a constant
	utmpx   = layout{size: 628, kind: 296, pid: 292, line: field{260, 32}, user: field{0, 256}, host: field{308, 256}, sec: 300, addr: 0}        //nolint:gochecknoglobals // a constant
)

// userProcess is the type of a record of a session that is open, on all systems.
const userProcess = 7

// A record is one login, or one attempt.
type record struct {
	kind             int16
	pid              int32
	line, user, host string
	time             time.Time
	addr             netip.Addr // not valid: none
}

// decode reads one record of l.size bytes.
//
//nolint:gosec // G115: signed numbers are read as their bits
func (l *layout) decode(b []byte) record {
	r := record{
		kind: int16(binary.LittleEndian.Uint16(b[l.kind:])), pid: int32(binary.LittleEndian.Uint32(b[l.pid:])),
		line: l.line.text(b), user: l.user.text(b), host: l.host.text(b),
	}
	sec, usec := l.times(b)
	if sec > 0 && sec < 1<<40 {
		r.time = time.Unix(sec, usec%1e6*1e3)
	}
	if l.addr > 0 {
		r.addr = address(b[l.addr : l.addr+16])
	}
	return r
}

// times are the seconds and microseconds of a record, as they stand.
//
//nolint:gosec // G115: signed numbers are read as their bits
func (l *layout) times(b []byte) (sec, usec int64) {
	if l.wide {
		return int64(binary.LittleEndian.Uint64(b[l.sec:])), int64(binary.LittleEndian.Uint64(b[l.sec+8:]))
	}
	// Of four bytes, unsigned: it lasts until 2106.
	return int64(binary.LittleEndian.Uint32(b[l.sec:])), int64(binary.LittleEndian.Uint32(b[l.sec+4:]))
}

// text is a field up to its first NUL; a full field has none.
func (f field) text(b []byte) string {
	b = b[f.at : f.at+f.size]
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// address is an IPv4 address in the first four bytes or an IPv6 one in all.
func address(b []byte) netip.Addr {
	all := netip.AddrFrom16([16]byte(b))
	switch {
	case all == netip.IPv6Unspecified():
		return netip.Addr{}
	case bytes.Equal(b[4:], make([]byte, 12)):
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	return all.Unmap()
}

// glibc is the layout that b, the start of a utmp or btmp, was written with:
// the one that makes sense of most of its first records, this machine's own
// where both do. Trees of other machines are so read too.
func glibc(b []byte) *layout {
	own, other := &utmp384, &utmp400
	if runtime.GOARCH == "arm64" {
		own, other = other, own
	}
	if other.sense(b) > own.sense(b) {
		return other
	}
	return own
}

// sense is the share of the first records that look like records.
func (l *layout) sense(b []byte) float64 {
	good, n := 0, min(len(b)/l.size, 16)
	if n == 0 {
		return 0
	}
	for i := range n {
		r := b[i*l.size : (i+1)*l.size]
		kind := binary.LittleEndian.Uint16(r[l.kind:])
		sec, usec := l.times(r)
		if kind <= 10 && r[2] == 0 && r[3] == 0 && sec >= 0 && sec < 1<<33 && usec >= 0 && usec < 1e6 {
			good++
		}
	}
	return float64(good) / float64(n)
}

// logins are the open sessions among the whole records of b; a record cut off
// at the end is left out.
func (l *layout) logins(b []byte) []record {
	var out []record
	for ; len(b) >= l.size; b = b[l.size:] {
		if binary.LittleEndian.Uint16(b[l.kind:]) != userProcess {
			continue
		}
		if r := l.decode(b); r.user != "" {
			out = append(out, r)
		}
	}
	return out
}
