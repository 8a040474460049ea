package local

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/node_exporter/collector"

	"nightjar/sources/local/psutil"
)

// How often what is costly, or slow to change, is read.
const (
	often  = 10 * time.Second
	seldom = 30 * time.Second
)

// machine is node_exporter's collectors.
//
// Left out on purpose: schedstat and softnet (many series per CPU that no board
// asks for, and the former is costly), textfile and runit (no directory is
// given), and what node_exporter has switched off by default, save systemd and
// tcpstat.
func machine(o Options) ([]probe, tables) {
	probes, tables := processesAndSessions(o)
	probes = append(probes, fromPsutil(psutil.Virtualization()))
	for _, n := range nodeCollectors() {
		probes = append(probes, probe{name: n.name, every: n.every, open: n.open})
	}
	return probes, tables
}

// parseFlags sets node_exporter's options to their defaults, which only its
// flag parser can do.
var parseFlags = sync.OnceValue(func() error {
	_, err := kingpin.CommandLine.Parse([]string{})
	return err
})

type nodeCollector struct {
	name  string
	every time.Duration
	make  func(*slog.Logger) (collector.Collector, error)
	when  func() bool // nil: always
	keep  func(name string, pairs []*dto.LabelPair, v float64) bool
}

func nodeCollectors() []nodeCollector {
	return []nodeCollector{
		{name: "cpu", make: collector.NewCPUCollector},
		{name: "diskstats", make: collector.NewDiskstatsCollector},
		{name: "filefd", make: collector.NewFileFDStatCollector},
		{name: "loadavg", make: collector.NewLoadavgCollector},
		{name: "meminfo", make: collector.NewMeminfoCollector},
		{name: "netdev", make: collector.NewNetDevCollector},
		{name: "pressure", make: collector.NewPressureStatsCollector},
		{name: "sockstat", make: collector.NewSockStatCollector},
		{name: "stat", make: collector.NewStatCollector},
		{name: "vmstat", make: collector.NewvmStatCollector},

		{name: "conntrack", every: often, make: collector.NewConntrackCollector},
		{name: "cpufreq", every: often, make: collector.NewCPUFreqCollector},
		{name: "entropy", every: often, make: collector.NewEntropyCollector},
		{name: "filesystem", every: often, make: collector.NewFilesystemCollector},
		{name: "hwmon", every: often, make: collector.NewHwMonCollector},
		{name: "mdadm", every: often, make: collector.NewMdadmCollector},
		{name: "netstat", every: often, make: collector.NewNetStatCollector},
		{name: "nfs", every: often, make: collector.NewNfsCollector},
		{name: "nfsd", every: often, make: collector.NewNFSdCollector},
		{name: "thermal_zone", every: often, make: collector.NewThermalZoneCollector},
		{name: "time", every: often, make: collector.NewTimeCollector},
		{name: "timex", every: often, make: collector.NewTimexCollector},
		{name: "udp_queues", every: often, make: collector.NewUDPqueuesCollector},
		{name: "xfs", every: often, make: collector.NewXFSCollector},
		{name: "zfs", every: often, make: collector.NewZFSCollector},

		{name: "arp", every: seldom, make: collector.NewARPCollector},
		{name: "bcache", every: seldom, make: collector.NewBcacheCollector},
		{name: "bonding", every: seldom, make: collector.NewBondingCollector},
		{name: "btrfs", every: seldom, make: collector.NewBtrfsCollector},
		{name: "dmi", every: seldom, make: collector.NewDMICollector},
		{name: "edac", every: seldom, make: collector.NewEdacCollector},
		{name: "fibrechannel", every: seldom, make: collector.NewFibreChannelCollector},
		{name: "infiniband", every: seldom, make: collector.NewInfiniBandCollector},
		{name: "ipvs", every: seldom, make: collector.NewIPVSCollector},
		{name: "kernel_hung", every: seldom, make: collector.NewKernelHungCollector},
		{name: "netclass", every: seldom, make: collector.NewNetClassCollector},
		{name: "nvme", every: seldom, make: collector.NewNVMeCollector},
		{name: "os", every: seldom, make: collector.NewOSCollector},
		{name: "powersupplyclass", every: seldom, make: collector.NewPowerSupplyClassCollector},
		{name: "rapl", every: seldom, make: collector.NewRaplCollector},
		{name: "selinux", every: seldom, make: collector.NewSelinuxCollector},
		{name: "systemd", every: seldom, make: collector.NewSystemdCollector, when: booted, keep: failedUnits},
		{name: "tcpstat", every: seldom, make: collector.NewTCPStatCollector}, // the kernel walks its table of connections
		{name: "uname", every: seldom, make: collector.NewUnameCollector},
		{name: "watchdog", every: seldom, make: collector.NewWatchdogCollector},
	}
}

func (n nodeCollector) open() (read, error) {
	if n.when != nil && !n.when() {
		return nil, errAbsent
	}
	if err := parseFlags(); err != nil {
		return nil, err
	}
	c, err := n.make(slog.New(slog.DiscardHandler)) // what it would say comes back as errors
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, to *sink) error {
		to.keep = n.keep
		return drain(c, to)
	}, nil
}

// drain moves the metrics of one run into the sink. The collector runs beside,
// as it may send more than any buffer holds.
func drain(c collector.Collector, to *sink) error {
	ch := make(chan prometheus.Metric, 64)
	failed := make(chan error, 1)
	go func() {
		defer close(ch)
		failed <- update(c, ch)
	}()
	var bad error
	for m := range ch {
		if err := to.addMetric(m); err != nil {
			bad = err
		}
	}
	switch err := <-failed; {
	case collector.IsNoDataError(err):
		return errAbsent
	case err != nil:
		return err
	}
	return bad
}

func update(c collector.Collector, ch chan<- prometheus.Metric) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanic(p)
		}
	}()
	return c.Update(ch)
}

// booted reports whether systemd runs here, as sd_booted(3) does.
func booted() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// failedUnits keeps of the five series of every unit those of failed ones, and
// what is counted over all units; the rest would be a thousand series of zeros.
func failedUnits(name string, pairs []*dto.LabelPair, v float64) bool {
	switch name {
	case "node_systemd_unit_state":
		for _, p := range pairs {
			if p.GetName() == "state" {
				return p.GetValue() == "failed" && v == 1
			}
		}
		return false
	case "node_systemd_units", "node_systemd_system_running", "node_systemd_version", "node_systemd_virtualization_info":
		return true
	}
	return false
}
