package command

import (
	"context"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

// exited is why a program ended that says all is well.
const exited = "ended: exit status 0"

// A process is one run of the program.
type process struct {
	cmd     *exec.Cmd
	pipes   [2]*os.File // our ends of its output
	writers [2]*logs.RingWriter
	readers sync.WaitGroup
}

// start runs the program in a process group of its own, with nothing to read.
func (s *Source) start() (*process, error) {
	p := &process{cmd: exec.Command(s.o.Args[0], s.o.Args[1:]...)} //nolint:gosec // what the user wants run
	p.cmd.Dir = s.o.Dir
	if len(s.o.Env) > 0 {
		p.cmd.Env = append(os.Environ(), s.o.Env...)
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var theirs [2]*os.File
	defer func() {
		for _, f := range theirs {
			if f != nil {
				f.Close()
			}
		}
	}()
	for i := range theirs {
		var err error
		if p.pipes[i], theirs[i], err = os.Pipe(); err != nil {
			p.closePipes()
			return nil, err
		}
	}
	p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1]
	if err := p.cmd.Start(); err != nil {
		p.closePipes()
		return nil, err
	}
	s.mu.Lock()
	s.why = ""
	s.starts++
	s.mu.Unlock()
	p.writers = [2]*logs.RingWriter{s.Writer(nil), s.Writer(sources.NewLabels(streamLabel, "stderr"))}
	for i := range p.pipes {
		p.readers.Go(func() {
			// The end of a pipe and a pipe that is closed are all the same here.
			_, _ = io.CopyBuffer(onlyWriter{p.writers[i], s}, onlyReader{p.pipes[i]}, make([]byte, 64<<10))
			p.writers[i].Flush()
		})
	}
	return p, nil
}

// onlyReader and onlyWriter hide what would make io.Copy bypass its buffer.
type onlyReader struct{ io.Reader }

type onlyWriter struct {
	w *logs.RingWriter
	s *Source
}

func (o onlyWriter) Write(p []byte) (int, error) {
	o.s.received.Add(uint64(len(p)))
	return o.w.Write(p)
}

func (p *process) closePipes() {
	for _, f := range p.pipes {
		if f != nil {
			f.Close()
		}
	}
}

// wait returns why the program ended, when all it printed is read. When ctx is done
// it asks the group to end, and makes it end after grace. What the program
// leaves behind in its group is ended the same way.
func (p *process) wait(ctx context.Context, grace time.Duration) string {
	ended := make(chan string, 1)
	go func() { ended <- p.reason(p.cmd.Wait()) }()
	why, asked := "", false
	select {
	case why = <-ended:
	case <-ctx.Done():
		asked = true
		p.signal(syscall.SIGTERM)
		select {
		case why = <-ended:
		case <-time.After(grace):
			p.signal(syscall.SIGKILL)
			why = <-ended
		}
	}
	read := make(chan struct{})
	go func() {
		p.readers.Wait()
		close(read)
	}()
	// Whoever is left in the group may still hold the pipes; who has left it may too.
	left := !within(read, grace/2)
	if left && !asked {
		p.signal(syscall.SIGTERM)
		left = !within(read, grace/2)
	}
	p.signal(syscall.SIGKILL)
	if left {
		within(read, grace/2)
	}
	p.closePipes() // ends the readers
	<-read
	return why
}

// within reports whether done is closed before d has gone by.
func within(done <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// signal sends a signal to all of the group. There is none once all have ended.
func (p *process) signal(sig syscall.Signal) {
	_ = syscall.Kill(-p.cmd.Process.Pid, sig)
}

// reason is how the program ended, in words.
func (p *process) reason(err error) string {
	if p.cmd.ProcessState != nil {
		return "ended: " + p.cmd.ProcessState.String()
	}
	return "ended: " + err.Error()
}
