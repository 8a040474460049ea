package procfs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const stat = "42 (a) b) S 1 40 39 34816 41 4194304 105 0 0 0 11 22 0 0 20 0 3 0 183007 3133440 416 18446744073709551615 9 9\n"

func TestParseStat(t *testing.T) {
	var s Stat
	if !ParseStat([]byte(stat), &s) {
		t.Fatal("not parsed")
	}
	if string(s.Comm) != "a) b" || s.State != 'S' || s.PPID != 1 || s.PGRP != 40 || s.Session != 39 || s.TTY != 34816 ||
		s.TPGID != 41 || s.CPU != 33 || s.Threads != 3 || s.Start != 183007 || s.RSS != 416 || s.Kernel() {
		t.Errorf("got %+v", s)
	}
	for i := range len(stat) - 27 { // up to the field after the last that is read
		if s := (Stat{}); i < strings.Index(stat, " 416") && ParseStat([]byte(stat[:i]), &s) {
			t.Errorf("%q was parsed", stat[:i])
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte(stat))
	f.Add([]byte("1 (\n)) R -1 x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Stat
		if ParseStat(b, &s) && (s.RSS < 0 || !bytes.Contains(b, s.Comm)) {
			t.Errorf("%+v", s)
		}
		Line(b, "Uid")
		Field(b, "read_bytes")
		EffectiveUID(b)
		Command(b, 10)
	})
}

func TestFields(t *testing.T) {
	b := []byte("Name:\tUid:\nUidx:\t9\nUid:\t1000\t1001\t0\t0\nVmRSS:\t  12 kB\n")
	if uid, ok := EffectiveUID(b); !ok || uid != 1001 {
		t.Error(uid, ok)
	}
	if n, ok := Field(b, "VmRSS"); !ok || n != 12 {
		t.Error(n, ok)
	}
	if _, ok := Field(b, "VmSwap"); ok {
		t.Error("found what is not there")
	}
	for _, bad := range []string{"", "Uid:", "Uid:\t1000", "Uid:\tx y", "Uid:\t1\t99999999999\t"} {
		if uid, ok := EffectiveUID([]byte(bad)); ok {
			t.Errorf("%q: %d", bad, uid)
		}
	}
	if got := Command([]byte("a\x00\x1b[1m b\x00\x00c\x00\x00"), 99); got != "a \x1b[1m b  c" {
		t.Errorf("%q", got)
	}
	if got := Command(bytes.Repeat([]byte("x"), 100), 10); len(got) != 10 {
		t.Errorf("%d bytes", len(got))
	}
}

func tree(t *testing.T, files map[string]string) *Dir {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, "proc", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(root, &Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestDir(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 8<<10) // 128 kB
	d := tree(t, map[string]string{"7/stat": "x", "12/stat": "y", "0/stat": "", "4294967296/stat": "", "12a/stat": "", "long": long, "uptime": "12.50 3\n"})
	for range 2 { // the directory is read from its start each time
		pids, err := d.PIDs(nil)
		slices.Sort(pids)
		if err != nil || !slices.Equal(pids, []int32{7, 12}) {
			t.Fatal(pids, err)
		}
	}
	if !d.Exists(7) || d.Exists(8) {
		t.Error("existence")
	}
	if b, err := d.ReadFile("long"); err != nil || string(b) != long[:ReadLimit] {
		t.Error(len(b), err)
	}
	if b, err := d.ReadOnce("long"); err != nil || len(b) != 4096 {
		t.Error(len(b), err)
	}
	if _, err := d.ReadOnce("8/stat"); !Gone(err) {
		t.Error(err)
	}
	if _, err := d.ReadFile("7"); err == nil {
		t.Error("a directory was read")
	}
	if up, err := d.Uptime(); err != nil || up != 12500*time.Millisecond {
		t.Error(up, err)
	}
	for _, bad := range []string{"", "x", "-1 2", "NaN", "1e300", "Inf"} {
		if up, err := tree(t, map[string]string{"uptime": bad}).Uptime(); err == nil {
			t.Errorf("%q: %v", bad, up)
		}
	}
}

func TestReadLines(t *testing.T) {
	var want []string
	for i := range 5000 {
		want = append(want, strings.Repeat("x", i%60))
	}
	text := strings.Join(want, "\n")
	d := tree(t, map[string]string{"tcp": text, "endless": strings.Repeat("y", 100<<10) + "\nend"})
	var got []string
	all, err := d.ReadLines("tcp", 1<<20, func(b []byte) { got = append(got, string(b)) })
	if err != nil || !all || strings.Join(got, "\n") != text {
		t.Error(all, err, len(got))
	}
	got = nil
	if all, err = d.ReadLines("tcp", 64<<10, func(b []byte) { got = append(got, string(b)) }); err != nil || all || len(got) == 0 || len(got) >= 5000 {
		t.Error(all, err, len(got))
	}
	last := ""
	if _, err = d.ReadLines("endless", 1<<20, func(b []byte) { last = string(b) }); err != nil || last != "end" {
		t.Error(err, len(last))
	}
}
