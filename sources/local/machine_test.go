package local

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/local/psutil"
)

// expectations are the series that the built-in boards need of every machine,
// and the labels they must have; instance and job are on all.
var expectations = map[string]string{
	"node_boot_time_seconds":              "",
	"node_cpu_seconds_total":              "cpu mode",
	"node_filesystem_avail_bytes":         "device fstype mountpoint",
	"node_filesystem_files":               "device fstype mountpoint",
	"node_filesystem_files_free":          "device fstype mountpoint",
	"node_filesystem_free_bytes":          "device fstype mountpoint",
	"node_filesystem_readonly":            "device fstype mountpoint",
	"node_filesystem_size_bytes":          "device fstype mountpoint",
	"node_load1":                          "",
	"node_load15":                         "",
	"node_load5":                          "",
	"node_memory_MemAvailable_bytes":      "",
	"node_memory_MemFree_bytes":           "",
	"node_memory_MemTotal_bytes":          "",
	"node_memory_SwapFree_bytes":          "",
	"node_memory_SwapTotal_bytes":         "",
	"node_network_receive_bytes_total":    "device",
	"node_network_receive_drop_total":     "device",
	"node_network_receive_errs_total":     "device",
	"node_network_receive_packets_total":  "device",
	"node_network_transmit_bytes_total":   "device",
	"node_network_transmit_drop_total":    "device",
	"node_network_transmit_errs_total":    "device",
	"node_network_transmit_packets_total": "device",
	"node_network_up":                     "device",
	"node_scrape_collector_success":       "collector",
	"node_uname_info":                     "machine nodename release sysname version",
}

// onDisks are expected where there is a disk; a container may have none.
var onDisks = []string{
	"node_disk_io_time_seconds_total", "node_disk_read_bytes_total", "node_disk_read_time_seconds_total", "node_disk_reads_completed_total",
	"node_disk_write_time_seconds_total", "node_disk_writes_completed_total", "node_disk_written_bytes_total",
}

func gopsutil(Options) ([]probe, tables) {
	var probes []probe
	for _, c := range psutil.Collectors() {
		probes = append(probes, fromPsutil(c))
	}
	return probes, tables{}
}

// watch opens a source on the real machine and waits for what it collects at first.
func watch(t testing.TB, read func(Options) ([]probe, tables)) *Source {
	t.Helper()
	s, err := open(t.Context(), Options{Dirs: []string{t.TempDir()}}, read)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.WaitFor(ctx, 2); err != nil {
		t.Fatal(err)
	}
	for {
		f := vector(t, s, "count(node_scrape_collector_success)")
		if len(f.Series) == 1 && int(f.Series[0].Values[0]) >= len(s.tasks) {
			return s
		}
		if err := s.WaitFor(ctx, s.Rounds()+1); err != nil {
			t.Fatalf("of %d collectors not all have answered: %v; %v", len(s.tasks), f.Series, err)
		}
	}
}

func vector(t testing.TB, s *Source, expr string) *sources.Frame {
	t.Helper()
	f, err := s.QueryInstant(t.Context(), sources.InstantQuery{Expr: expr})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMetricsOfTheMachine(t *testing.T) {
	for name, read := range map[string]func(Options) ([]probe, tables){"machine": machine, "psutil": gopsutil} {
		t.Run(name, func(t *testing.T) {
			s := watch(t, read)
			for metric, want := range expectations {
				f := vector(t, s, metric)
				if len(f.Series) == 0 {
					t.Errorf("there is no %s", metric)
					continue
				}
				labels := f.Series[0].Labels
				for _, name := range append(strings.Fields(want), "instance") {
					if labels.Value(name) == "" {
						t.Errorf("%s has no label %s", labels, name)
					}
				}
				if labels.Value("job") != Job {
					t.Errorf("%s is of another job", labels)
				}
				for _, x := range f.Series {
					if v := x.Values[0]; math.IsNaN(v) || v < 0 {
						t.Errorf("%s is %v", x.Labels, v)
					}
				}
			}
			if len(vector(t, s, "node_disk_read_bytes_total").Series) > 0 {
				for _, metric := range onDisks {
					if len(vector(t, s, metric).Series) == 0 {
						t.Errorf("there is no %s", metric)
					}
				}
			}
			if f := vector(t, s, `node_filesystem_size_bytes{fstype=~"proc|sysfs|cgroup2?|devtmpfs|devpts|overlay"}`); len(f.Series) > 0 {
				t.Errorf("pseudo filesystems are not left out: %v", f.Series)
			}
			f := vector(t, s, `sum(rate(node_cpu_seconds_total[10s])) / count(count by (cpu) (node_cpu_seconds_total))`)
			if len(f.Series) != 1 {
				t.Error("two rounds make no rate")
			}
		})
	}
}

// Where both can read, both must say the same.
func TestPsutilAgreesWithNodeExporter(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is nothing to compare with")
	}
	node, ps := watch(t, machine), watch(t, gopsutil)
	f := func(expr string, tolerance float64) {
		t.Helper()
		want, got := vector(t, node, expr), vector(t, ps, expr)
		line := func(f *sources.Frame) map[string]float64 {
			m := map[string]float64{}
			for _, s := range f.Series {
				m[s.Labels.String()] = s.Values[0]
			}
			return m
		}
		w, g := line(want), line(got)
		if len(w) != len(g) {
			t.Errorf("%s: %v, want %v", expr, g, w)
		}
		for labels, v := range w {
			x, ok := g[labels]
			if !ok || math.Abs(x-v) > tolerance*math.Max(1, math.Abs(v)) {
				t.Errorf("%s: %s is %v (there: %v), want %v", expr, labels, x, ok, v)
			}
		}
	}
	f("node_memory_MemTotal_bytes", 0)
	f("node_memory_MemAvailable_bytes", 0.2)
	f("node_memory_SwapTotal_bytes", 0)
	f("node_load1", 0.5)
	f("node_boot_time_seconds", 1e-6)
	f("sum by (mode) (node_cpu_seconds_total{mode=~'user|system|idle|iowait'})", 0.05)
	f("count by (mode) (node_cpu_seconds_total)", 0)
	f("count by (cpu) (node_cpu_seconds_total)", 0)
	f("count by (device) (node_network_receive_bytes_total)", 0)
	f("count by (device) (node_network_transmit_drop_total)", 0)
	f("node_network_mtu_bytes", 0)
	f("max by (mountpoint, fstype) (node_filesystem_size_bytes)", 0)
	f("max by (mountpoint, fstype) (node_filesystem_avail_bytes)", 0.2)
	f("max by (mountpoint, fstype) (node_filesystem_free_bytes)", 0.2)
	f("max by (mountpoint, fstype) (node_filesystem_files)", 0)
	f("max by (mountpoint, fstype) (node_filesystem_readonly)", 0)
	f("max by (release, sysname, machine, version, nodename) (node_uname_info)", 0)
}

func TestTables(t *testing.T) {
	s := watch(t, machine)
	if got := s.Tables(); !slices.Equal(got, []string{"processes", "sessions"}) {
		t.Fatalf("tables are %q", got)
	}
	for _, name := range s.Tables() {
		table, err := s.List(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if table.Name != name || table.Source != Name || table.Time.IsZero() {
			t.Errorf("the table is %s of %s at %v", table.Name, table.Source, table.Time)
		}
		again, err := s.List(t.Context(), name)
		if err != nil || again != table {
			t.Errorf("%s was made again at once (%v)", name, err)
		}
	}
	table, err := s.List(t.Context(), "processes")
	if err != nil || table.Total == 0 {
		t.Errorf("there are no processes: %v", err)
	}
	if _, err := s.List(t.Context(), "nope"); sources.KindOf(err) != sources.KindUnsupported || !strings.Contains(fmt.Sprint(err), "processes") {
		t.Errorf("no such table: %v", err)
	}
	if f := vector(t, s, "nightjar_process_resident_memory_bytes"); len(f.Series) == 0 || len(f.Series) > 3*topProcesses || f.Series[0].Labels.Value("pid") == "" {
		t.Errorf("top processes are %v", f.Series)
	}
	if f := vector(t, s, "sum(nightjar_processes)"); len(f.Series) != 1 || f.Series[0].Values[0] < 1 {
		t.Errorf("processes are %v", f.Series)
	}
	if f := vector(t, s, "nightjar_sessions"); len(f.Series) != 1 {
		t.Errorf("sessions are %v", f.Series)
	}
}
