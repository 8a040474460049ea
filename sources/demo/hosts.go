package demo

import (
	"strconv"
	"time"
)

// A host is a machine of the shop, seen through node_exporter's metric names.
type host struct {
	name, release string
	cores         int
	memory, disk  float64 // bytes
	load          float64 // busy share of all cores on a quiet day
	heat          float64 // how much of the incident it feels: cores' share
	leak          float64 // how much memory the leak takes there at worst, share
	network       float64 // bytes/s
}

const gib = 1 << 30

var hosts = []host{
	{"web-1", "6.1.0-28-amd64", 4, 8 * gib, 80 * gib, 0.18, -0.05, 0, 9e6},
	{"app-1", "6.1.0-28-amd64", 8, 16 * gib, 120 * gib, 0.26, 0.08, 0.02, 6e6},
	{"pay-1", "6.1.0-28-amd64", 4, 8 * gib, 80 * gib, 0.21, 0.45, 0.46, 2e6},
	{"db-1", "6.1.0-27-amd64", 8, 32 * gib, 400 * gib, 0.31, 0.22, 0.04, 5e6},
}

// addHost adds what node_exporter shows of a host. key separates its noise.
func (s *shop) addHost(h host, key uint64) {
	id := []string{"instance", h.name, "job", "node"}
	with := func(pairs ...string) []string { return append(pairs, id...) }
	busy := func(m moment, k uint64) float64 {
		b := h.load*m.noise(key+k, 0.35, 47*time.Second)*m.noise(key, 0.2, 9*time.Minute) + h.heat*m.heat
		return min(max(b, 0.01), 0.985)
	}
	s.addCPU(h, key, busy, with)
	s.addMemory(h, key, with)
	s.addDisk(h, key, with)

	for name, minutes := range ordered(map[string]float64{"node_load1": 1, "node_load5": 5, "node_load15": 15}) {
		s.gauge(func(m moment) float64 {
			late := s.moment(m.t.Add(-time.Duration(minutes*20) * time.Second))
			return float64(h.cores) * busy(late, 900) * (1 + 0.6*late.heat)
		}, name, with()...)
	}
	for dir, share := range ordered(map[string]float64{"receive": 0.4, "transmit": 1}) {
		s.counter(func(m moment) float64 {
			return h.network * share * m.noise(key+20, 0.3, 31*time.Second) * (1 - 0.35*m.heat)
		}, "node_network_"+dir+"_bytes_total", with("device", "eth0")...)
		s.counter(func(moment) float64 { return 0 }, "node_network_"+dir+"_errs_total", with("device", "eth0")...)
	}
	s.counter(func(m moment) float64 { return 1800 * m.noise(key+21, 0.3, 31*time.Second) }, "node_netstat_Tcp_OutSegs", with()...)
	s.counter(func(m moment) float64 { return 1.1*m.noise(key+22, 0.6, 40*time.Second) + 9*m.heat*h.heat }, "node_netstat_Tcp_RetransSegs", with()...)
	s.gauge(func(m moment) float64 { return 180 + 60*m.heat }, "node_netstat_Tcp_CurrEstab", with()...)
	s.gauge(func(m moment) float64 { return 2400 * m.noise(key+23, 0.05, time.Minute) }, "node_filefd_allocated", with()...)
	s.gauge(func(moment) float64 { return 1 << 20 }, "node_filefd_maximum", with()...)
	s.gauge(func(moment) float64 { return float64(s.onset.Add(-41 * 24 * time.Hour).Unix()) }, "node_boot_time_seconds", with()...)
	s.gauge(func(m moment) float64 { return float64(m.t.Unix()) }, "node_time_seconds", with()...)
	s.gauge(func(moment) float64 { return 1 }, "node_uname_info",
		with("nodename", h.name, "sysname", "Linux", "release", h.release, "machine", "x86_64", "domainname", "(none)", "version", "#1 SMP")...)
	s.gauge(func(m moment) float64 { return 0.0004 * m.noise(key+24, 0.9, time.Minute) }, "node_timex_offset_seconds", with()...)
	s.gauge(func(moment) float64 { return 1 }, "up", with()...)
}

func (s *shop) addCPU(h host, key uint64, busy func(moment, uint64) float64, with func(...string) []string) {
	// Shares of the busy time; what is left is idle.
	shares := map[string]float64{"user": 0.66, "system": 0.2, "iowait": 0.08, "softirq": 0.04, "nice": 0.01, "steal": 0.01, "irq": 0}
	for cpu := range h.cores {
		n := strconv.Itoa(cpu)
		k := uint64(cpu + 1)
		for mode, share := range ordered(shares) {
			s.counter(func(m moment) float64 { return busy(m, k) * share }, "node_cpu_seconds_total", with("cpu", n, "mode", mode)...)
		}
		s.counter(func(m moment) float64 { return 1 - busy(m, k) }, "node_cpu_seconds_total", with("cpu", n, "mode", "idle")...)
	}
	for _, p := range []struct {
		name        string
		quiet, heat float64
	}{
		{"cpu_waiting", 0.004, 0.3 * max(h.heat, 0)},
		{"io_waiting", 0.006, 0.12 * max(h.heat, 0)},
		{"io_stalled", 0.003, 0.06 * max(h.heat, 0)},
		{"memory_waiting", 0, 0.2 * h.leak},
		{"memory_stalled", 0, 0.1 * h.leak},
	} {
		s.counter(func(m moment) float64 { return p.quiet*m.noise(key+30, 0.8, 20*time.Second) + p.heat*m.heat },
			"node_pressure_"+p.name+"_seconds_total", with()...)
	}
}

func (s *shop) addMemory(h host, key uint64, with func(...string) []string) {
	apps := func(m moment) float64 {
		return h.memory * min(0.42*m.noise(key+40, 0.04, 3*time.Minute)+h.leak*m.leak, 0.97)
	}
	cache := func(m moment) float64 { return min(h.memory*0.33, (h.memory-apps(m))*0.85) }
	for name, at := range ordered(map[string]func(moment) float64{
		"MemTotal":     func(moment) float64 { return h.memory },
		"MemFree":      func(m moment) float64 { return h.memory - apps(m) - cache(m) },
		"MemAvailable": func(m moment) float64 { return h.memory - apps(m) - 0.1*cache(m) },
		"Buffers":      func(m moment) float64 { return 0.1 * cache(m) },
		"Cached":       func(m moment) float64 { return 0.8 * cache(m) },
		"SReclaimable": func(m moment) float64 { return 0.1 * cache(m) },
		"Shmem":        func(moment) float64 { return 0.01 * h.memory },
		"SwapTotal":    func(moment) float64 { return 2 * gib },
		"SwapFree":     func(m moment) float64 { return 2 * gib * (1 - 0.8*h.leak*m.leak) },
	}) {
		s.gauge(at, "node_memory_"+name+"_bytes", with()...)
	}
	s.counter(func(moment) float64 { return 0 }, "node_vmstat_oom_kill", with()...)
	for _, n := range []string{"pswpin", "pswpout"} {
		s.counter(func(m moment) float64 { return 60 * h.leak * m.leak }, "node_vmstat_"+n, with()...)
	}
}

func (s *shop) addDisk(h host, key uint64, with func(...string) []string) {
	for name, base := range ordered(map[string]float64{"read_bytes": 0.4e6, "written_bytes": 2.2e6}) {
		s.counter(func(m moment) float64 {
			return base * m.noise(key+50, 0.7, 25*time.Second) * (1 + 2*max(h.heat, 0)*m.heat)
		},
			"node_disk_"+name+"_total", with("device", "nvme0n1")...)
	}
	s.counter(func(m moment) float64 {
		return min(0.04*m.noise(key+51, 0.5, 30*time.Second)+0.5*max(h.heat, 0)*m.heat, 1)
	},
		"node_disk_io_time_seconds_total", with("device", "nvme0n1")...)
	for mount, used := range ordered(map[string]float64{"/": 0.44, "/var": 0.61}) {
		fs := with("mountpoint", mount, "device", "/dev/nvme0n1p"+strconv.Itoa(len(mount)), "fstype", "ext4")
		size := h.disk * map[string]float64{"/": 0.25, "/var": 0.75}[mount]
		grown := func(m moment) float64 { return used + 0.02*noise(s.seed, key+60, m.t, time.Hour) + 0.01*m.heat }
		s.gauge(func(moment) float64 { return size }, "node_filesystem_size_bytes", fs...)
		s.gauge(func(m moment) float64 { return size * (1 - grown(m)) }, "node_filesystem_avail_bytes", fs...)
		s.gauge(func(m moment) float64 { return size * (1 - grown(m)) }, "node_filesystem_free_bytes", fs...)
		s.gauge(func(moment) float64 { return size / 16384 }, "node_filesystem_files", fs...)
		s.gauge(func(m moment) float64 { return size / 16384 * (1 - 0.3*grown(m)) }, "node_filesystem_files_free", fs...)
		s.gauge(func(moment) float64 { return 0 }, "node_filesystem_readonly", fs...)
	}
}
