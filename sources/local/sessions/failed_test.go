package sessions

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const btmp = "var/log/btmp"

func failure(host string, ago time.Duration) string {
	return utmp384.encode(6, 1, "ssh:notty", "hunter2", host, now.Add(-ago), [16]byte{})
}

func (tr *tree) append(name, text string) {
	tr.t.Helper()
	f, err := os.OpenFile(filepath.Join(tr.root, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		tr.t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		tr.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tr.t.Fatal(err)
	}
}

func TestFailedLogins(t *testing.T) {
	tr := newTree(t)
	r := New(Options{Root: tr.root})
	want := func(after time.Duration, hour, total int) *Snapshot {
		t.Helper()
		s := read(t, r, now.Add(after))
		if got := s.Stats(); got.FailedLogins != hour || got.FailedTotal != total || !got.FailedReadable {
			t.Fatalf("after %v: %+v, want %d of %d", after, got, hour, total)
		}
		return s
	}
	if s := read(t, r, now); s.Stats().FailedReadable || len(s.Notes) != 2 {
		t.Errorf("%+v %q", s.Stats(), s.Notes)
	}
	tr.write(btmp, "")
	want(0, 0, 0)
	whole := failure("192.0.2.1", 3*time.Hour) + failure("192.0.2.2", 50*time.Minute) + failure("192.0.2.3", time.Minute)
	tr.write(btmp, whole[:len(whole)-9]) // being written
	want(time.Second, 1, 2)
	tr.append(btmp, whole[len(whole)-9:])
	s := want(2*time.Second, 2, 3)
	table := s.Table("local")
	row := table.Rows[len(table.Rows)-1]
	if row[2].Text != "failed" || row[3].Text != "192.0.2.3" || row[4].Number != float64(now.Add(-time.Minute).UnixMilli()) ||
		row[7].Text != "2 failed logins in the last hour, 3 in the log" || !math.IsNaN(row[5].Number) {
		t.Errorf("row %v", row)
	}
	for _, cell := range row {
		if strings.Contains(cell.Text, "hunter2") {
			t.Error("a user name, maybe a password, is shown")
		}
	}
	want(20*time.Minute, 1, 3)                                                                         // an hour passes without a new one
	want(2*time.Hour, 0, 3)                                                                            //
	tr.append(btmp, failure("192.0.2.4", -2*time.Hour))                                                //
	want(2*time.Hour, 1, 4)                                                                            //
	tr.write(btmp, failure("192.0.2.5", -2*time.Hour))                                                 // emptied
	want(2*time.Hour, 1, 1)                                                                            //
	if err := os.Rename(filepath.Join(tr.root, btmp), filepath.Join(tr.root, btmp+".1")); err != nil { // rotated
		t.Fatal(err)
	}
	tr.write(btmp, failure("192.0.2.6", 0)+strings.Repeat(failure("192.0.2.6", -2*time.Hour), 5))
	want(2*time.Hour, 5, 6)
	tr.write(btmp, strings.Repeat("\xff", 3*384+7)) // no log at all
	read(t, r, now.Add(2*time.Hour))
}

func TestFailedLoginsAreBounded(t *testing.T) {
	tr := newTree(t)
	n := failedLimit/384 + 1000
	tr.write(btmp, strings.Repeat(failure("192.0.2.6", time.Minute), n))
	r := New(Options{Root: tr.root})
	s := read(t, r, now)
	if got := s.Stats(); got.FailedTotal != n || got.FailedLogins > failedLimit/384+1 || got.FailedLogins < failedLimit/384-1 {
		t.Errorf("%+v of %d", got, n)
	}
	if rows := s.Table("local").Rows; !strings.HasPrefix(rows[len(rows)-1][7].Text, "at least ") {
		t.Errorf("%v", rows)
	}
	if rows := read(t, r, now.Add(2*time.Hour)).Table("local").Rows; strings.HasPrefix(rows[len(rows)-1][7].Text, "at least ") {
		t.Errorf("of an hour that was read whole: %v", rows)
	}
}
