package demo

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
)

// Tables names the tables of the shop.
func (s *Source) Tables() []string { return []string{"processes", "sessions"} }

// List gives a table as it stands now.
func (s *Source) List(ctx context.Context, table string) (*sources.Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(s.Name(), "list "+table, sources.KindCancelled, "%w", err)
	}
	now := s.o.Clock().Truncate(s.o.Interval)
	s.mu.Lock()
	m := s.shop.moment(now)
	s.mu.Unlock()
	switch table {
	case "processes":
		return processTable(m), nil
	case "sessions":
		return sessionTable(m), nil
	}
	return nil, sources.Errorf(s.Name(), "list "+table, sources.KindUnsupported, "there is no such table; there are: processes, sessions")
}

// A process of the shop's payments host, where the story happens.
type process struct {
	pid           float64
	user, command string
	cpu, memory   float64 // percent of a core; bytes
	heat, leak    float64 // what the incident adds
	read, written float64 // bytes/s
	threads       float64
	days          float64
	unit          string
}

var processes = []process{
	{2041, "payments", "payments --config /etc/payments.yaml", 44, 180e6, 160, 3.4e9, 2e3, 40e3, 23, 0.0028, "payments.service"},
	{1122, "envoy", "envoy -c /etc/envoy/envoy.yaml", 12, 95e6, 9, 0, 0, 12e3, 9, 12, "envoy.service"},
	{811, "root", "node_exporter", 1.2, 24e6, 0, 0, 0, 0, 7, 41, "node-exporter.service"},
	{790, "root", "vector --config /etc/vector.toml", 2.6, 62e6, 8, 40e6, 30e3, 90e3, 8, 41, "vector.service"},
	{1, "root", "systemd", 0.1, 13e6, 0, 0, 0, 2e3, 1, 41, "init.scope"},
	{612, "root", "dockerd", 0.8, 88e6, 0, 0, 0, 1e3, 14, 41, "docker.service"},
	{33, "root", "kswapd0", 0, 0, 22, 0, 0, 0, 1, 41, ""},
	{702, "root", "sshd: /usr/sbin/sshd", 0, 9e6, 0, 0, 0, 0, 1, 41, "ssh.service"},
	{2977, "ops", "journalctl -f -u payments", 0.3, 21e6, 0, 0, 60e3, 0, 1, 0.002, "session-71.scope"},
}

// cpu is percent of a core, memory bytes, at a moment.
func (p *process) usage(i int, m moment) (cpu, memory float64) {
	wobble := m.noise(uint64(max(i, 0)+7), 0.25, 15*time.Second)
	return (p.cpu + p.heat*m.heat) * wobble, p.memory + p.leak*m.leak
}

// addProcesses adds the series of the processes, as this machine has them for its top ones.
func (s *shop) addProcesses() {
	for i, p := range processes {
		name, _, _ := strings.Cut(p.command, " ")
		id := []string{"instance", hosts[2].name, "job", "node", "pid", strconv.Itoa(int(p.pid)), "command", name, "user", p.user}
		s.gauge(func(m moment) float64 { cpu, _ := p.usage(i, m); return cpu / 100 }, "nightjar_process_cpu_cores", id...)
		s.gauge(func(m moment) float64 { _, mem := p.usage(i, m); return mem }, "nightjar_process_resident_memory_bytes", id...)
	}
	with := []string{"instance", hosts[2].name, "job", "node"}
	s.gauge(func(m moment) float64 { return 1 + share(m.since > -time.Minute) }, "nightjar_sessions", with...)
	s.gauge(func(m moment) float64 { return 1 + share(m.since > -time.Minute) }, "nightjar_sshd_connections", with...)
	s.gauge(func(m moment) float64 { return float64(int(6 * noise(m.seed, 99, m.t, 10*time.Minute))) }, "nightjar_failed_logins_last_hour", with...)
}

func processTable(m moment) *sources.Table {
	t := &sources.Table{
		Source: "demo", Name: "processes", Time: m.t, Total: len(processes),
		Columns: []sources.Column{
			{Name: "pid", Key: true, Help: "Process id."},
			{Name: "user", Text: true},
			{Name: "cpu", Unit: "percent", Help: "CPU time over the last interval, in percent of one core."},
			{Name: "mem", Unit: "percent"},
			{Name: "rss", Unit: "bytes"},
			{Name: "read", Unit: "Bps"},
			{Name: "write", Unit: "Bps"},
			{Name: "threads", Unit: "short"},
			{Name: "state", Text: true},
			{Name: "age", Unit: "s"},
			{Name: "cgroup", Text: true},
			{Name: "ppid", Unit: "none"},
			{Name: "command", Text: true},
		},
	}
	num := func(v float64) sources.Value { return sources.Value{Number: v} }
	text := func(v string) sources.Value { return sources.Value{Text: v} }
	for i, p := range processes {
		wobble := m.noise(uint64(max(i, 0)+7), 0.25, 15*time.Second)
		cpu, mem := p.usage(i, m)
		t.Rows = append(t.Rows, []sources.Value{
			num(p.pid), text(p.user), num(math.Round(10*cpu) / 10),
			num(100 * mem / hosts[2].memory), num(mem),
			num(p.read * wobble), num(p.written * wobble * (1 + m.heat)),
			num(p.threads), text("sleeping"), num(p.days*86400 + m.since.Seconds()), text(p.unit), num(1), text(p.command),
		})
	}
	return t
}

func sessionTable(m moment) *sources.Table {
	t := &sources.Table{
		Source: "demo", Name: "sessions", Time: m.t, Total: 2,
		Columns: []sources.Column{
			{Name: "user", Text: true, Key: true},
			{Name: "from", Text: true},
			{Name: "tty", Text: true, Key: true},
			{Name: "kind", Text: true},
			{Name: "since", Unit: "s"},
			{Name: "idle", Unit: "s"},
			{Name: "what", Text: true},
		},
	}
	row := func(user, from, tty, kind string, since, idle float64, what string) {
		t.Rows = append(t.Rows, []sources.Value{
			{Text: user}, {Text: from}, {Text: tty}, {Text: kind}, {Number: since}, {Number: idle}, {Text: what},
		})
	}
	row("ops", "10.0.4.17", "pts/0", "ssh", m.since.Seconds()+60, 0, "journalctl -f -u payments")
	row("deploy", "10.0.9.2", "pts/1", "ssh", m.since.Seconds()+15, m.since.Seconds(), "roll-out payments 2.4.1")
	return t
}
