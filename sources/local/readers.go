package local

import (
	"context"
	"math"
	"strconv"
	"time"

	"nightjar/sources/local/processes"
	"nightjar/sources/local/psutil"
	"nightjar/sources/local/sessions"
)

const (
	// topProcesses by CPU, as many by memory and by I/O have series: at most 3
	// times as many processes, 5 series each.
	topProcesses = 8
	sessionsAge  = 30 * time.Second
	// While nobody looks, see Rest. Series go on for the lookback of 90 s.
	processesRest, sessionsRest = 10 * time.Second, 80 * time.Second
)

// processesAndSessions are the tables of every system, and their series.
func processesAndSessions(o Options) ([]probe, tables) {
	who, seats := processes.New(processes.Options{}), newAdmission()
	p := newKeeper(o.Interval, o.Clock, who.Read)
	p.rests, p.rest = o.resting, processesRest
	s := newKeeper(max(o.Interval, sessionsAge), o.Clock, sessions.New(sessions.Options{}).Read)
	s.rests, s.rest = o.resting, sessionsRest
	probes := []probe{
		{name: "processes", every: o.Interval, open: opened(p.sample(func(all *processes.Snapshot, to *sink) {
			top, out := seats.admit(who.Top(topProcesses), all.Time)
			to.add("nightjar_process_series_left_out", float64(out))
			emitProcesses(all, top, to)
		}))},
		{name: "sessions", every: sessionsAge, open: opened(s.sample(emitSessions))},
	}
	return probes, tables{all: []listing{
		{name: processes.TableName, list: p.list},
		{name: sessions.TableName, list: s.list},
	}}
}

func opened(r read) func() (read, error) { return func() (read, error) { return r, nil } }

func emitProcesses(all *processes.Snapshot, top []processes.Process, to *sink) {
	states := map[string]int{"running": 0, "sleeping": 0, "blocked": 0, "zombie": 0}
	threads := 0
	for i := range all.Processes {
		states[all.Processes[i].State]++
		threads += all.Processes[i].Threads
	}
	for state, n := range states {
		to.add("nightjar_processes", float64(n), "state", state)
	}
	to.add("nightjar_threads", float64(threads))
	for i := range top {
		p := &top[i]
		pid := strconv.Itoa(int(p.PID))
		put := func(name string, v float64) {
			if !math.IsNaN(v) { // not known
				to.add(name, v, "pid", pid, "command", p.Name, "user", p.User)
			}
		}
		put("nightjar_process_cpu_cores", p.CPU/100)
		put("nightjar_process_resident_memory_bytes", p.RSS)
		put("nightjar_process_read_bytes_per_second", p.Read)
		put("nightjar_process_written_bytes_per_second", p.Write)
		put("nightjar_process_threads", float64(p.Threads))
	}
}

func emitSessions(now *sessions.Snapshot, to *sink) {
	n := now.Stats()
	to.add("nightjar_sessions", float64(n.Sessions))
	to.add("nightjar_sshd_connections", float64(n.SSHConnections))
	if n.FailedReadable {
		to.add("nightjar_failed_logins_total", float64(n.FailedTotal))
		to.add("nightjar_failed_logins_last_hour", float64(n.FailedLogins))
	}
}

// fromPsutil is a collector of package psutil as a probe.
func fromPsutil(c psutil.Collector) probe {
	return probe{name: c.Name, every: c.Every, open: opened(func(ctx context.Context, to *sink) error { return c.Read(ctx, to.add) })}
}
