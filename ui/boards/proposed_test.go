package boards_test

import (
	"slices"
	"strings"
	"testing"

	"nightjar/ui/boards"
)

func TestProposed(t *testing.T) {
	own := &boards.Board{Name: "own"}
	mine := &boards.Board{Name: "mine", Needs: []string{"up", "http_requests_total"}}
	all := append([]*boards.Board{own, mine}, boards.Builtin()...)
	f := func(metrics, want string) {
		t.Helper()
		has := strings.Fields(metrics)
		var got []string
		for _, b := range boards.Proposed(all, func(m string) bool { return slices.Contains(has, m) }) {
			got = append(got, b.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("for %q: got %q, want %q", metrics, got, want)
		}
	}
	const (
		scraped    = "up scrape_duration_seconds scrape_samples_scraped "
		prometheus = "prometheus_build_info prometheus_tsdb_head_series "
		rules      = "prometheus_rule_group_interval_seconds "
		process    = "go_goroutines process_start_time_seconds "
		node       = "node_cpu_seconds_total node_load5 node_filesystem_avail_bytes "
		cluster    = "kube_pod_info kube_pod_status_phase container_memory_working_set_bytes "
		alerts     = "alertmanager_alerts alertmanager_notifications_total "
	)
	f("", "own")
	f("up", "metrics own")
	f(scraped, "targets metrics own")
	f(prometheus+process, "prometheus go-process own")
	f("kube_pod_info kube_pod_status_phase", "own") // without cAdvisor half of the board is empty
	f(process+alerts+cluster+node+scraped+rules+prometheus+"http_requests_total", "prometheus targets rules kubernetes node alertmanager go-process metrics own mine")
}

func TestNeeds(t *testing.T) {
	got := boards.Needs([]*boards.Board{{Needs: []string{"up", "b"}}, {Needs: []string{"a", "up"}}, {Local: true, Needs: []string{"c"}}})
	if strings.Join(got, " ") != "a b up" {
		t.Errorf("got %q", got)
	}
	// A board that is built in is proposed by what a source has, or is of this machine.
	for _, b := range boards.Builtin() {
		if b.Local == (len(b.Needs) > 0) {
			t.Errorf("%s: local %v, needs %q", b.Name, b.Local, b.Needs)
		}
	}
}
