package sessions

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	// failedLimit is the most of a log of failed logins that one Read reads, bytes.
	failedLimit = 8 << 20
	hour        = 60 // minutes
)

// failures counts failed logins from var/log/btmp (utmp(5) records, appended).
// It reads what is new only. User names are not kept: people type passwords there.
type failures struct {
	path    string
	file    os.FileInfo // as last seen
	layout  *layout
	offset  int64
	total   int
	cut     bool      // the log was longer than what is read of it
	began   time.Time // the first record read of a log that was cut
	minutes [hour + 1]minute
	latest  time.Time
	from    string
	note    string
	ok      bool
	buf     []byte
}

// A minute counts the failures of one minute since 1970.
type minute struct {
	at    int64
	count int
}

func openFailures(root string) *failures {
	return &failures{path: filepath.Join(root, "var", "log", "btmp")}
}

// read brings the counts up to date.
func (f *failures) read(now time.Time) {
	f.ok, f.note = false, ""
	st, err := os.Stat(f.path)
	if err == nil && f.file != nil && os.SameFile(st, f.file) && st.Size() == f.file.Size() && f.behind(st.Size()) == 0 {
		f.ok = true
		return
	}
	file, err := os.Open(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.note = "failed logins are not known: there is no /var/log/btmp"
		f.file = nil
		return
	case err != nil:
		f.note = "failed logins are not known: /var/log/btmp may not be read"
		f.file = nil
		return
	}
	defer func() { _ = file.Close() }()
	if err := f.readFrom(file, now); err != nil {
		f.note = "failed logins are not known: /var/log/btmp cannot be read"
		f.file = nil
		return
	}
	f.ok = true
}

func (f *failures) readFrom(file *os.File, now time.Time) error {
	st, err := file.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return errors.New("not a file")
	}
	if f.buf == nil {
		f.buf = make([]byte, 384*400/16*8) // whole records of either size
	}
	if f.file == nil || !os.SameFile(st, f.file) || st.Size() < f.offset { // new, rotated or emptied
		*f = failures{path: f.path, buf: f.buf}
		n, err := file.ReadAt(f.buf, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		f.layout = glibc(f.buf[:n])
		if over := st.Size() - failedLimit; over > 0 {
			f.offset = over - over%int64(f.layout.size)
			f.cut = true
		}
	}
	f.file = st
	size := int64(f.layout.size)
	f.total = int(st.Size() / size)
	for read := 0; read < failedLimit && f.behind(st.Size()) > 0; {
		n, err := file.ReadAt(f.buf[:min(int64(len(f.buf)), f.behind(st.Size()))], f.offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		n -= n % f.layout.size
		if n == 0 {
			break
		}
		for b := f.buf[:n]; len(b) > 0; b = b[f.layout.size:] {
			r := f.layout.decode(b)
			if f.cut && f.began.IsZero() {
				f.began = r.time
			}
			f.add(&r, now)
		}
		f.offset += int64(n)
		read += n
	}
	return nil
}

// behind is the bytes of whole records that were not read yet.
func (f *failures) behind(size int64) int64 {
	if f.layout == nil {
		return size
	}
	left := size - f.offset
	return left - left%int64(f.layout.size)
}

func (f *failures) add(r *record, now time.Time) {
	if r.kind == 0 || r.time.IsZero() || r.time.After(now.Add(time.Minute)) {
		return
	}
	if !r.time.Before(f.latest) {
		f.latest, f.from = r.time, r.host
		if f.from == "" && r.addr.IsValid() {
			f.from = r.addr.String()
		}
		if f.from == "" {
			f.from = r.line
		}
	}
	at := r.time.Unix() / 60
	slot := &f.minutes[at%int64(len(f.minutes))]
	if at > slot.at || slot.at > now.Unix()/60+1 { // an older hour's, or from before the clock was set back
		*slot = minute{at: at}
	}
	if at == slot.at {
		slot.count++
	}
}

// atLeast reports whether the last hour began before what was read of the log.
func (f *failures) atLeast(now time.Time) bool {
	return f.cut && now.Sub(f.began) < time.Hour
}

// lastHour counts the failures of the last 60 whole minutes and the one that runs.
func (f *failures) lastHour(now time.Time) int {
	n, at := 0, now.Unix()/60
	for _, m := range f.minutes {
		if m.at >= at-hour && m.at <= at+1 {
			n += m.count
		}
	}
	return n
}
