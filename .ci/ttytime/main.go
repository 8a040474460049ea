// Command ttytime runs a program in a pseudo-terminal of its own that answers as a
// modern terminal does, and says what that cost, as NAME=VALUE words for a shell:
//
//	first   ms from the start to the first output
//	seen    ms from the start to the text of -until; -1: it never came
//	bytes   that the program wrote, and those after seen (later)
//	cpu     ms, user and system
//	rss     kB, the most
//	key, worst   ms from each -key to its -answer: median and worst; -1: one was not answered
//	keys    how many were sent
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

func main() {
	cols, rows := flag.Uint("cols", 120, "columns"), flag.Uint("rows", 36, "rows")
	length := flag.Duration("for", 2*time.Second, "how long, before q is sent")
	until := flag.String("until", "", "`TEXT` to wait for")
	key := flag.String("key", "", "`KEY` to send every second, from the first on")
	answer := flag.String("answer", "", "`TEXT` that the program draws for it")
	back := flag.String("back", "\x1b", "`KEY` that takes that away again, sent half a second later")
	flag.Parse()
	t := &terminal{until: []byte(*until)}
	if err := t.run(flag.Args(), *cols, *rows, *length, *key, *answer, *back); err != nil {
		fmt.Fprintln(os.Stderr, "ttytime:", err)
		os.Exit(1)
	}
}

// A terminal is what the program writes to.
type terminal struct {
	tty   *os.File
	start time.Time
	until []byte

	mu     sync.Mutex
	out    []byte // all of it
	first  time.Duration
	seen   time.Duration
	seenAt int // bytes
	waits  []byte
	from   int // in out: where waits is looked for
	asked  time.Time
	took   []float64
}

func (t *terminal) run(args []string, cols, rows uint, length time.Duration, key, answer, back string) error {
	if len(args) == 0 {
		return fmt.Errorf("which program?")
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
	t.first, t.seen, t.start = -time.Millisecond, -time.Millisecond, time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return err
	}
	t.tty = tty
	read := make(chan struct{})
	go func() { defer close(read); t.read() }()
	end, sent := t.start.Add(length), 0
	for at := t.start.Add(time.Second); key != "" && at.Add(time.Second).Before(end); at = at.Add(time.Second) {
		time.Sleep(time.Until(at))
		sent++
		t.ask(key, answer)
		time.Sleep(500 * time.Millisecond)
		t.tty.WriteString(back)
	}
	time.Sleep(time.Until(end))
	rss := most(cmd.Process.Pid)
	t.mu.Lock()
	bytes := len(t.out)
	t.mu.Unlock()
	t.tty.WriteString("q")
	quit := time.AfterFunc(2*time.Second, func() { cmd.Process.Signal(syscall.SIGTERM) })
	kill := time.AfterFunc(4*time.Second, func() { cmd.Process.Kill() })
	err = cmd.Wait()
	quit.Stop()
	kill.Stop()
	tty.Close()
	<-read
	if err != nil {
		fmt.Fprintln(os.Stderr, "ttytime:", args[0], err)
	}
	median, worst := -1.0, -1.0
	if sent > 0 && len(t.took) == sent {
		slices.Sort(t.took)
		median, worst = t.took[sent/2], t.took[sent-1]
	}
	ps := cmd.ProcessState
	fmt.Printf("first=%.1f seen=%.1f bytes=%d later=%d cpu=%d rss=%d key=%.1f worst=%.1f keys=%d\n",
		ms(t.first), ms(t.seen), bytes, bytes-t.seenAt, (ps.UserTime() + ps.SystemTime()).Milliseconds(), rss, median, worst, sent)
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// ask sends a key and begins to wait for its answer.
func (t *terminal) ask(key, answer string) {
	t.mu.Lock()
	t.waits, t.from, t.asked = []byte(answer), len(t.out), time.Now()
	t.mu.Unlock()
	t.tty.WriteString(key)
}

var replies = [][2]string{
	{"\x1b[c", "\x1b[?62;22c"}, {"\x1b[6n", "\x1b[1;1R"}, {"\x1b[?2026$p", "\x1b[?2026;2$y"}, {"\x1b[?2027$p", "\x1b[?2027;0$y"},
	{"\x1b]10;?", "\x1b]10;rgb:cccc/cccc/cccc\x1b\\"}, {"\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\"},
}

// read takes what the program writes until it ends.
func (t *terminal) read() {
	for buf := make([]byte, 64<<10); ; {
		n, err := t.tty.Read(buf)
		if n > 0 {
			t.take(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (t *terminal) take(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, old := time.Now(), max(0, len(t.out)-16)
	if len(t.out) == 0 {
		t.first = now.Sub(t.start)
	}
	t.out = append(t.out, b...)
	for _, r := range replies {
		for range bytes.Count(t.out[old:], []byte(r[0])) {
			t.tty.WriteString(r[1])
		}
	}
	if t.seen < 0 && len(t.until) > 0 && bytes.Contains(t.out, t.until) {
		t.seen, t.seenAt = now.Sub(t.start), len(t.out)
	}
	if len(t.waits) > 0 && bytes.Contains(t.out[t.from:], t.waits) {
		t.took, t.waits = append(t.took, ms(now.Sub(t.asked))), nil
	}
}

// most is the most memory that a process has had resident, in kB.
func most(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}
