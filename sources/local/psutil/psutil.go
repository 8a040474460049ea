// Package psutil reads a machine through gopsutil, under node_exporter's
// metric names. It is for systems where node_exporter's own collectors do not
// build without cgo, such as darwin; it compiles and is tested on linux too,
// against the same expectations.
//
// Differences from node_exporter are those of what the system tells. Memory is
// under the names of linux on every system, so that one board fits all; on
// darwin also under node_exporter's names for darwin.
//
// Collectors keep no state and are safe for concurrent use.
package psutil

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"golang.org/x/sys/unix"
)

// Emit takes a sample; pairs are label names and values.
type Emit func(name string, v float64, pairs ...string)

// A Collector reads one part of the machine.
type Collector struct {
	Name  string        // as node_exporter names it, where it has the like
	Every time.Duration // how often it is worth reading; 0: as often as one likes
	Read  func(ctx context.Context, emit Emit) error
}

const (
	often  = 10 * time.Second
	seldom = 30 * time.Second
)

// Collectors are all there are.
func Collectors() []Collector {
	return []Collector{
		{Name: "cpu", Read: readCPU},
		{Name: "diskstats", Read: readDisks},
		{Name: "loadavg", Read: readLoad},
		{Name: "meminfo", Read: readMemory},
		{Name: "netdev", Read: readNetwork},
		{Name: "filesystem", Every: often, Read: readFilesystems},
		{Name: "netclass", Every: seldom, Read: readInterfaces},
		{Name: "boottime", Every: seldom, Read: readBootTime},
		{Name: "uname", Every: seldom, Read: readUname},
		Virtualization(),
	}
}

// Virtualization tells what the machine runs on, as
// nightjar_virtualization_info{system="kvm", role="guest"} 1. There is no
// series on bare metal.
func Virtualization() Collector {
	return Collector{Name: "virtualization", Every: seldom, Read: func(ctx context.Context, emit Emit) error {
		system, role, err := host.VirtualizationWithContext(ctx)
		if err != nil {
			return fmt.Errorf("read the kind of virtualisation: %w", err)
		}
		if system != "" {
			emit("nightjar_virtualization_info", 1, "role", role, "system", system)
		}
		return nil
	}}
}

func readCPU(ctx context.Context, emit Emit) error {
	times, err := cpu.TimesWithContext(ctx, true)
	if err != nil {
		return fmt.Errorf("read CPU times: %w", err)
	}
	for i := range times {
		t := &times[i]
		id := strings.TrimPrefix(t.CPU, "cpu")
		mode := func(mode string, v float64) { emit("node_cpu_seconds_total", v, "cpu", id, "mode", mode) }
		mode("user", t.User)
		mode("system", t.System)
		mode("idle", t.Idle)
		mode("nice", t.Nice)
		if runtime.GOOS == "linux" {
			mode("iowait", t.Iowait)
			mode("irq", t.Irq)
			mode("softirq", t.Softirq)
			mode("steal", t.Steal)
		}
	}
	return nil
}

func readLoad(ctx context.Context, emit Emit) error {
	l, err := load.AvgWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read the load: %w", err)
	}
	emit("node_load1", l.Load1)
	emit("node_load5", l.Load5)
	emit("node_load15", l.Load15)
	return nil
}

func readMemory(ctx context.Context, emit Emit) error {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read memory: %w", err)
	}
	for _, x := range []struct {
		name  string
		bytes uint64
	}{
		{"MemTotal", m.Total},
		{"MemFree", m.Free},
		{"MemAvailable", m.Available},
		{"Active", m.Active},
		{"Inactive", m.Inactive},
		{"Buffers", m.Buffers},
		{"Cached", m.Cached},
	} {
		emit("node_memory_"+x.name+"_bytes", float64(x.bytes))
	}
	if runtime.GOOS == "darwin" {
		emit("node_memory_total_bytes", float64(m.Total))
		emit("node_memory_free_bytes", float64(m.Free))
		emit("node_memory_active_bytes", float64(m.Active))
		emit("node_memory_inactive_bytes", float64(m.Inactive))
		emit("node_memory_wired_bytes", float64(m.Wired))
	}
	s, err := mem.SwapMemoryWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read swap: %w", err)
	}
	emit("node_memory_SwapTotal_bytes", float64(s.Total))
	emit("node_memory_SwapFree_bytes", float64(s.Free))
	if runtime.GOOS == "darwin" {
		emit("node_memory_swap_total_bytes", float64(s.Total))
		emit("node_memory_swap_used_bytes", float64(s.Used))
	}
	return nil
}

func readBootTime(ctx context.Context, emit Emit) error {
	t, err := host.BootTimeWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read the time of the boot: %w", err)
	}
	emit("node_boot_time_seconds", float64(t))
	return nil
}

func readUname(_ context.Context, emit Emit) error {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return fmt.Errorf("uname: %w", err)
	}
	emit("node_uname_info", 1,
		"machine", unix.ByteSliceToString(u.Machine[:]),
		"nodename", unix.ByteSliceToString(u.Nodename[:]),
		"release", unix.ByteSliceToString(u.Release[:]),
		"sysname", unix.ByteSliceToString(u.Sysname[:]),
		"version", unix.ByteSliceToString(u.Version[:]))
	return nil
}

// wrap says what was done, unless nothing went wrong.
func wrap(doing string, errs []error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
