// Package passwd names user ids from a passwd file, without cgo and name
// services. It reads the file when it has changed, never more than every ten
// seconds, and gives the number itself for a user it does not know.
//
// Not safe for concurrent use.
package passwd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	readLimit  = 8 << 20
	checkAfter = 10 * time.Second
)

// Users are the users of a machine.
type Users struct {
	path    string
	names   map[uint32]string
	numbers map[uint32]string // names made of numbers, kept so that they are made once
	checked time.Time
	changed time.Time
	size    int64
}

// Open names the users of root/etc/passwd. It reads nothing yet.
func Open(root string) *Users {
	return &Users{path: filepath.Join(root, "etc", "passwd"), numbers: map[uint32]string{}}
}

// Name is the name of uid, or uid itself in digits.
func (u *Users) Name(uid uint32, now time.Time) string {
	if name, ok := u.names[uid]; ok {
		return name
	}
	if since := now.Sub(u.checked); u.checked.IsZero() || since >= checkAfter || since < 0 {
		u.checked = now
		u.load()
		if name, ok := u.names[uid]; ok {
			return name
		}
	}
	if name, ok := u.numbers[uid]; ok {
		return name
	}
	name := strconv.FormatUint(uint64(uid), 10)
	if len(u.numbers) < 4096 {
		u.numbers[uid] = name
	}
	return name
}

func (u *Users) load() {
	f, err := os.Open(u.path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil || st.ModTime().Equal(u.changed) && st.Size() == u.size {
		return
	}
	b, err := io.ReadAll(io.LimitReader(f, readLimit))
	if err != nil {
		return
	}
	u.changed, u.size = st.ModTime(), st.Size()
	u.names = parse(b)
}

// parse reads passwd(5): name:password:uid:... The first entry of a uid wins.
func parse(b []byte) map[uint32]string {
	names := map[uint32]string{}
	for line := range bytes.Lines(b) {
		name, rest, ok1 := bytes.Cut(line, []byte{':'})
		_, rest, ok2 := bytes.Cut(rest, []byte{':'})
		id, _, ok3 := bytes.Cut(rest, []byte{':'})
		if !ok1 || !ok2 || !ok3 || len(name) == 0 {
			continue
		}
		uid, err := strconv.ParseUint(string(id), 10, 32)
		if err != nil {
			continue
		}
		if _, ok := names[uint32(uid)]; !ok {
			names[uint32(uid)] = string(name)
		}
	}
	return names
}
