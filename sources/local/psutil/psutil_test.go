package psutil

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/shirou/gopsutil/v4/disk"
)

// What the machine's figures must be is tested by package local, beside
// node_exporter's.

func TestCollectorsEmitWholePairs(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Collectors() {
		if seen[c.Name] {
			t.Errorf("there are two collectors %s", c.Name)
		}
		seen[c.Name] = true
		shape := map[string][]string{}
		err := c.Read(t.Context(), func(name string, _ float64, pairs ...string) {
			if len(pairs)%2 != 0 {
				t.Errorf("%s: %s has half a pair: %q", c.Name, name, pairs)
			}
			names := map[string]bool{}
			for i := 0; i < len(pairs); i += 2 {
				names[pairs[i]] = true
			}
			if len(names) != len(pairs)/2 {
				t.Errorf("%s: %s has a label twice: %q", c.Name, name, pairs)
			}
			keys := slices.Sorted(maps.Keys(names))
			if was, ok := shape[name]; ok && !slices.Equal(was, keys) {
				t.Errorf("%s: %s has labels %q and %q", c.Name, name, was, keys)
			}
			shape[name] = keys
		})
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if len(shape) == 0 && c.Name != "virtualization" && c.Name != "diskstats" {
			t.Errorf("%s gives nothing", c.Name)
		}
	}
}

func TestPseudoFilesystemsAreLeftOut(t *testing.T) {
	f := func(fstype, mountpoint string, want bool) {
		t.Helper()
		if got := excluded(disk.PartitionStat{Fstype: fstype, Mountpoint: mountpoint}); got != want {
			t.Errorf("%s on %s is left out: %v, want %v", fstype, mountpoint, got, want)
		}
	}
	f("ext4", "/", false)
	f("apfs", "/System/Volumes/Data", false)
	f("tmpfs", "/run", false)
	f("ext4", "/devices", false)
	f("proc", "/proc", true)
	f("devfs", "/dev", true)
	f("tmpfs", "/dev/shm", true)
	f("ext4", "/var/lib/docker/volumes/x", true)
	f("overlay", "/anywhere", true)
}

func TestWrap(t *testing.T) {
	if err := wrap("read", nil); err != nil {
		t.Errorf("nothing went wrong: %v", err)
	}
	if err := wrap("read", []error{context.Canceled}); !errors.Is(err, context.Canceled) || err.Error() != "read: context canceled" {
		t.Errorf("what went wrong is %v", err)
	}
}
