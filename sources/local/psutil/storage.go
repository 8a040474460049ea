package psutil

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"
)

func readDisks(ctx context.Context, emit Emit) error {
	disks, err := disk.IOCountersWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read disks: %w", err)
	}
	for name := range disks {
		d := disks[name]
		counter := func(what string, v float64) { emit("node_disk_"+what+"_total", v, "device", name) }
		counter("read_bytes", float64(d.ReadBytes))
		counter("written_bytes", float64(d.WriteBytes))
		counter("reads_completed", float64(d.ReadCount))
		counter("writes_completed", float64(d.WriteCount))
		counter("read_time_seconds", float64(d.ReadTime)/1000)
		counter("write_time_seconds", float64(d.WriteTime)/1000)
		counter("io_time_seconds", float64(d.IoTime)/1000)
	}
	return nil
}

// pseudo are types of filesystems that hold no data, as node_exporter leaves them out.
var pseudo = []string{
	"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devfs", "devpts", "devtmpfs", "erofs",
	"fusectl", "hugetlbfs", "iso9660", "mqueue", "nsfs", "overlay", "proc", "procfs", "pstore", "rpc_pipefs",
	"securityfs", "selinuxfs", "squashfs", "sysfs", "tracefs",
}

// hidden are places that are mounted for others' sake.
var hidden = []string{"/dev", "/proc", "/sys", "/run/credentials", "/run/containerd", "/var/lib/docker", "/var/lib/containers/storage"}

func excluded(p disk.PartitionStat) bool {
	return slices.Contains(pseudo, p.Fstype) || slices.ContainsFunc(hidden, func(dir string) bool {
		return p.Mountpoint == dir || strings.HasPrefix(p.Mountpoint, dir+"/")
	})
}

func readFilesystems(ctx context.Context, emit Emit) error {
	mounts, err := disk.PartitionsWithContext(ctx, true)
	if err != nil {
		return fmt.Errorf("read mounts: %w", err)
	}
	var failed []error
	seen := map[string]bool{}
	for _, p := range mounts {
		key := p.Device + "\x00" + p.Mountpoint
		if excluded(p) || seen[key] {
			continue
		}
		seen[key] = true
		send := func(what string, v float64) {
			emit("node_filesystem_"+what, v, "device", p.Device, "fstype", p.Fstype, "mountpoint", p.Mountpoint)
		}
		u, err := disk.UsageWithContext(ctx, p.Mountpoint)
		if err != nil {
			failed = append(failed, err)
			send("device_error", 1)
			continue
		}
		send("device_error", 0)
		send("size_bytes", float64(u.Total))
		send("avail_bytes", float64(u.Free)) // gopsutil's Free is what users may take
		send("free_bytes", float64(u.Total-min(u.Used, u.Total)))
		send("files", float64(u.InodesTotal))
		send("files_free", float64(u.InodesFree))
		readonly := 0.0
		if slices.Contains(p.Opts, "ro") {
			readonly = 1
		}
		send("readonly", readonly)
	}
	if len(seen) > len(failed) {
		return nil // what failed has device_error=1, as with node_exporter
	}
	return wrap("read filesystems", failed)
}
