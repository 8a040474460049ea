package main

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// jobControl makes stops from outside as good as ctrl+z: at SIGTSTP the terminal
// is given back before the program stops, and after a SIGSTOP, which nobody can
// catch, SIGCONT takes the terminal again as it must be.
type jobControl struct {
	signals   chan os.Signal
	suspended atomic.Bool // by the program itself, which also resumes by itself
}

func newJobControl() *jobControl {
	j := &jobControl{signals: make(chan os.Signal, 4)}
	signal.Notify(j.signals, syscall.SIGTSTP, syscall.SIGCONT)
	return j
}

// filter sees the program's messages: while it suspends itself the SIGTSTP is its own.
func (j *jobControl) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		j.suspended.Store(true)
	case tea.ResumeMsg:
		j.suspended.Store(false)
	}
	return msg
}

// watch handles stops from outside until ended is closed.
func (j *jobControl) watch(p *tea.Program, tty int, ended <-chan struct{}) {
	defer signal.Stop(j.signals)
	for {
		select {
		case s := <-j.signals:
			switch {
			case j.suspended.Load() && s == syscall.SIGTSTP:
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) // a signal that was caught once has no default any more
			case j.suspended.Load():
			case s == syscall.SIGTSTP:
				p.Send(tea.SuspendMsg{})
			case foreground(tty):
				_ = p.ReleaseTerminal() // so that taking it again sets all of it
				_ = p.RestoreTerminal()
				p.Send(tea.ResumeMsg{})
			}
		case <-ended:
			return
		}
	}
}

// foreground reports whether this process may use the terminal.
func foreground(tty int) bool {
	group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
