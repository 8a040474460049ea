package sessions

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources/local/processes/procfs"
)

func want(t *testing.T, s *Snapshot, lns ...string) {
	t.Helper()
	if got := lines(s); !slices.Equal(got, lns) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lns, "\n"))
	}
}

// sshd puts a login under sshd: the listener, the session, the shell, and what it runs.
func (tr *tree) sshd(base, n, uid int) {
	tr.process(50, 1, "sshd", 0, 0, "sshd\x00")
	tr.process(base, 50, "sshd-session", 0, 0, "sshd-session: ann\x00")
	tr.job(base+1, base, base+1, base+2, "bash", pts(n), uid, "-bash\x00")
	tr.job(base+2, base+1, base+1, base+2, "vim", pts(n), uid, "vim\x00notes.txt\x00")
}

func TestUtmp(t *testing.T) {
	tr := newTree(t)
	tr.sshd(60, 0, 1000)
	tr.process(70, 1, "login", 0, 0, "login\x00")
	tr.job(71, 70, 71, 71, "sh", 4<<8|1, 0, "-sh\x00")
	tr.process(80, 1, "agetty", 4<<8|2, 0, "agetty\x00")
	tr.tty("pts/0", 90*time.Second)
	tr.tty("tty1", time.Hour)
	tr.write("run/utmp", utmp384.encode(2, 0, "~", "reboot", "6.1", now, [16]byte{})+
		login384(60, "pts/0", "ann", "192.0.2.7", time.Hour)+
		login384(71, "tty1", "root", "", 2*time.Hour)+
		login384(999, "pts/9", "gone", "192.0.2.8", time.Hour)+ // its process is gone
		utmp384.encode(8, 60, "pts/3", "", "", now, [16]byte{})+
		login384(60, "pts/4", "cut", "", 0)[:383])
	s := read(t, New(Options{Root: tr.root}), now)
	want(t, s, "root|tty1|console||2h0m0s|1h0m0s|-sh", "ann|pts/0|ssh|192.0.2.7|1h0m0s|1m30s|vim notes.txt")
	if got := s.Stats(); got.Sessions != 2 || got.FailedReadable {
		t.Errorf("%+v", got)
	}
}

func TestLogind(t *testing.T) {
	tr := newTree(t)
	tr.sshd(60, 0, 1000)
	tr.sshd(64, 1, 1001)
	tr.process(90, 1, "sshd-session", 0, 0, "")
	file := func(id, text string) { tr.write(logindDir+"/"+id, "# private\nSTATE=active\nCLASS=user\n"+text) }
	file("1", "USER=ann\nTTY=pts/0\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nLEADER=60\nSERVICE=sshd\nTYPE=tty\nREALTIME=1699999000000000\n")
	file("2", "USER=bob\nREMOTE=1\nREMOTE_HOST=2001:db8::1\nLEADER=64\nSERVICE=sshd\nTYPE=tty\nREALTIME=1699999900000000\n") // its terminal is found below its leader
	file("3", "USER=carl\nREMOTE_HOST=192.0.2.9\nLEADER=90\nSERVICE=sshd\nTYPE=tty\nREALTIME=1699999990000000\n")            // a copy: no terminal
	file("4", "USER=root\nLEADER=1\nSERVICE=cron\n")
	file("5", "USER=ann\nCLASS=manager\nLEADER=1\n")
	file("6", "USER=gone\nLEADER=999\nTTY=pts/7\n")
	file("7", "USER=left\nLEADER=60\nTTY=pts/8\nSTATE=closing\n")
	file("8", "USER=dora\nLEADER=1\nTTY=tty2\nTYPE=wayland\nSERVICE=gdm-password\nREALTIME=1699999999000000\n")
	file(".#9", "USER=tmp\nLEADER=1\n")
	s := read(t, New(Options{Root: tr.root}), now)
	want(t, s, "carl||ssh|192.0.2.9|10s|-1ns|", "dora|tty2|graphical||1s|-1ns|",
		"ann|pts/0|ssh|192.0.2.7|16m40s|-1ns|vim notes.txt", "bob|pts/1|ssh|2001:db8::1|1m40s|-1ns|vim notes.txt")
	tr.write("run/utmp", login384(60, "pts/0", "ann", "host.example", 0)) // both know it: one session
	if n := len(read(t, New(Options{Root: tr.root}), now).Sessions); n != 4 {
		t.Errorf("%d sessions", n)
	}
}

func TestTerminalsAlone(t *testing.T) {
	tr := newTree(t)
	tr.sshd(60, 0, 1000)
	tr.write("proc/61/environ", "HOME=/\x00SSH_CONNECTION=192.0.2.7 50000 192.0.2.1 22\x00SECRET=x\x00")
	tr.process(70, 1, "tmux: server", 0, 1000, "tmux\x00")
	tr.job(71, 70, 71, 71, "bash", pts(1), 1000, "-bash\x00")
	tr.job(72, 0, 72, 72, "sh", pts(2), 0, "sh\x00") // put here by docker exec
	tr.process(75, 61, "sudo", 0, 0, "sudo\x00")
	tr.job(76, 75, 76, 76, "id", pts(3), 0, "id\x00") // sudo's own terminal
	tr.process(80, 1, "xterm", 0, 1000, "xterm\x00")
	tr.job(81, 80, 81, 81, "bash", pts(4), 1000, "bash\x00")
	s := read(t, New(Options{Root: tr.root}), now)
	up := 10000 * time.Second
	at := func(pid int) string { return (up - time.Duration(pid)*time.Second).String() }
	want(t, s, "ann|pts/0|ssh|192.0.2.7|"+at(61)+"|-1ns|vim notes.txt",
		"ann|pts/1|tmux||"+at(71)+"|-1ns|-bash", "root|pts/2|container||"+at(72)+"|-1ns|sh")
	if s.Stats().Sessions != 2 { // the pane is no login
		t.Errorf("%+v", s.Stats())
	}
	if !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.HasPrefix(n, "no utmp and no systemd-logind") }) {
		t.Errorf("notes %q", s.Notes)
	}
}

func TestDarwin(t *testing.T) {
	tr := newTree(t)
	if err := os.RemoveAll(filepath.Join(tr.root, "proc")); err != nil {
		t.Fatal(err)
	}
	tr.write("var/run/utmpx", utmpx.encode(10, 0, "", "utmpx-1.00", "", now, [16]byte{})+
		utmpx.encode(userProcess, 9, "console", "ann", "", now.Add(-time.Hour), [16]byte{})+
		utmpx.encode(userProcess, 8, "ttys001", "ann", "", now.Add(-time.Minute), [16]byte{})+
		utmpx.encode(userProcess, 7, "ttys002", "bob", "192.0.2.7", now, [16]byte{}))
	tr.tty("ttys001", time.Minute)
	s := read(t, New(Options{Root: tr.root}), now)
	want(t, s, "ann|console|console||1h0m0s|-1ns|", "ann|ttys001|terminal||1m0s|1m0s|", "bob|ttys002|remote|192.0.2.7|0s|-1ns|")
	if len(s.Notes) != 2 || !strings.Contains(s.Notes[0], "no /proc") || !strings.Contains(s.Notes[1], "no /var/log/btmp") {
		t.Errorf("notes %q", s.Notes)
	}
	if _, err := New(Options{Root: t.TempDir()}).Read(now); err == nil {
		t.Error("nothing to read, no error")
	}
}

func TestConnections(t *testing.T) {
	tr := newTree(t)
	tr.write("etc/ssh/sshd_config", "# Port 1\nInclude sshd_config.d/*.conf\nPort 22\nListenAddress [::1]:2200 # local\nListenAddress 10.0.0.1\n")
	tr.write("etc/ssh/sshd_config.d/a.conf", "port=2222\nPort 99999\nPort x\n")
	tr.write("etc/systemd/system/ssh.socket.d/b.conf", "[Socket]\nListenStream=\nListenStream=[::]:2022\n")
	tr.write("proc/net/tcp", `  sl  local_address rem_address   st tx_queue
   0: 00000000:0016 00000000:0000 0A 00000000
   1: 010200C0:0016 070200C0:C350 01 00000000
   2: 010200C0:08AE 080200C0:C351 01 00000000
   3: 010200C0:1F90 080200C0:C351 01 00000000
   4: 010200C0:0016 080200C0:C352 06 00000000
   5: cut
   6: 010200C0:0016 zz0200C0:C352 01
`)
	tr.write("proc/net/tcp6", "  sl\n   0: 0000000000000000FFFF0000010200C0:07E6 0000000000000000FFFF0000070200C0:C353 01 0\n"+
		"   1: B80D0120000000000000000001000000:0898 B80D0120000000000000000002000000:C353 01 0")
	tr.sshd(60, 0, 1000)
	tr.write("run/utmp", login384(60, "pts/0", "ann", "192.0.2.7", time.Hour))
	s := read(t, New(Options{Root: tr.root}), now)
	if got := s.Stats().SSHConnections; got != 5 {
		t.Errorf("%d connections", got)
	}
	var got []string
	for _, row := range s.Table("local").Rows[1:] {
		got = append(got, row[2].Text+" "+row[3].Text+" "+row[7].Text)
	}
	if w := []string{"ssh 192.0.2.7 1 connection without a session", "ssh 192.0.2.8 1 connection without a session", "ssh 2001:db8::2 1 connection without a session"}; !slices.Equal(got, w) {
		t.Errorf("got %q", got)
	}
}

func TestReadIsCheapBetweenScans(t *testing.T) {
	tr := newTree(t)
	tr.sshd(60, 0, 1000)
	tr.tty("pts/0", 10*time.Second)
	tr.write("run/utmp", login384(60, "pts/0", "ann", "", time.Hour))
	r := New(Options{Root: tr.root})
	read(t, r, now)
	tr.job(62, 61, 61, 62, "top", pts(0), 1000, "top\x00")
	if p := read(t, r, now.Add(2*time.Second)).Sessions[0]; p.Command != "vim notes.txt" || p.Idle != 12*time.Second {
		t.Errorf("scanned again, or not aged: %+v", p)
	}
	if p := read(t, r, now.Add(defaultScan)).Sessions[0]; p.Command != "top" {
		t.Errorf("not scanned in time: %+v", p)
	}
	tr.write("run/utmp", login384(60, "pts/0", "ann", "", time.Hour)+login384(1, "pts/5", "bob", "", 0))
	if n := len(read(t, r, now.Add(defaultScan+time.Second)).Sessions); n != 2 {
		t.Errorf("who came is not seen at once: %d sessions", n)
	}
	if p := read(t, r, now.Add(-time.Hour)).Sessions[0]; p.Idle != 0 { // clock set back
		t.Errorf("idle %v", p.Idle)
	}
}

func TestHiddenProcesses(t *testing.T) {
	tr := newTree(t)
	if err := os.RemoveAll(filepath.Join(tr.root, "proc", "1")); err != nil {
		t.Fatal(err)
	}
	tr.write("run/utmp", login384(60, "pts/0", "ann", "", time.Hour))
	s := read(t, New(Options{Root: tr.root}), now)
	if len(s.Sessions) != 1 || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "hidepid") }) {
		t.Errorf("%v %q", s.Sessions, s.Notes)
	}
}

func TestHostile(t *testing.T) {
	tr := newTree(t)
	evil := "\x1b]0;x\a\n\xff" + strings.Repeat("w", 400)
	tr.job(60, 1, 60, 60, ") S (\n", pts(0), 1000, evil)
	tr.write("run/utmp", login384(60, "../../etc/passwd", evil, evil, 0)+login384(60, "", "x", "", 0)+login384(60, "pts/0", evil, "", 0))
	s := read(t, New(Options{Root: tr.root, Rows: 2}), now)
	if len(s.Sessions) != 3 {
		t.Fatalf("%q", lines(s))
	}
	for _, p := range s.Sessions {
		if len(p.User) > 32 || len(p.From) > 256 || len(p.Command) > commandLimit || p.Idle != -1 {
			t.Errorf("%+v", p)
		}
	}
	table := s.Table("local")
	if len(table.Rows) != 2 || table.Total != 3 {
		t.Errorf("%d of %d", len(table.Rows), table.Total)
	}
	for _, row := range table.Rows {
		if len(row) != len(table.Columns) {
			t.Errorf("row of %d cells", len(row))
		}
	}
}

// A pipeline in the foreground is named after its group's leader, in whatever order it is met.
func TestPipeline(t *testing.T) {
	tr := newTree(t)
	tr.sshd(60, 0, 1000)
	tr.write("proc/63/stat", "63 (less) S 61 62 61 34816 62 0 0 0 0 0 1 1 0 0 20 0 1 0 1 1 1 1\n")
	dir, err := procfs.Open(tr.root, &procfs.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, pids := range [][]int32{{61, 62, 63}, {63, 62, 61}} {
		all := readTerminals(dir, pids)
		if got := command(dir, all.byName("pts/0")); got != "vim notes.txt" {
			t.Errorf("%v: %q", pids, got)
		}
	}
	all := readTerminals(dir, []int32{61, 63}) // the leader has ended
	if got := command(dir, all.byName("pts/0")); got != "less" {
		t.Errorf("without its leader: %q", got)
	}
}
