//go:build e2e

package scrape

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/sources"
)

// port is a free one on loopback.
func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	return p
}

// serve runs a program until the test ends and waits for url to answer.
func serve(t *testing.T, pkg, url, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not on PATH: apt-get install --no-install-recommends %s", program, pkg)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		http.DefaultClient.CloseIdleConnections()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%s said: %s", program, text[max(0, len(text)-2000):])
		}
		log.Close()
	})
	until(t, url+" answers", func() bool {
		r, err := http.Get(url)
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// rate waits until expr has an answer, at most for two intervals and a bit.
func rate(t *testing.T, s *Source, expr string, within time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for n := 1; ; n++ {
		if err := s.WaitFor(ctx, n); err != nil {
			t.Fatalf("%s has no answer within %v", expr, within)
		}
		if got := ask(t, s, expr); len(got) > 0 {
			t.Logf("round %d: %s = %.200q", n, expr, got)
			return
		}
	}
}

func TestE2ENodeExporter(t *testing.T) {
	address := "127.0.0.1:" + port(t)
	serve(t, "prometheus-node-exporter", "http://"+address+"/", "prometheus-node-exporter", "--web.listen-address="+address)
	j, err := Target("http://"+address+"/metrics", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	s := open(t, Options{Jobs: jobsOf(j)})
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, "node_load1"); len(got) != 1 {
		t.Errorf("node_load1: %q", got)
	}
	took := time.Since(began)
	if took > time.Second {
		t.Errorf("the first data took %v", took)
	}
	rate(t, s, `sum(rate(node_cpu_seconds_total[1m]))`, 2*time.Second+500*time.Millisecond)
	runtime.GC()
	runtime.ReadMemStats(&after)
	st := s.Status()
	t.Logf("first data after %v; %d series, %d bytes received, %.1f MB of heap more", took, st.Series, st.Received, float64(after.HeapAlloc-before.HeapAlloc)/1e6)
	if st.Series < 200 || len(st.Notes) > 0 {
		t.Errorf("status: %+v", st)
	}
	m, err := s.Metadata(t.Context(), "node_load1")
	if err != nil || len(m) != 1 || m[0].Type != "gauge" || m[0].Help == "" {
		t.Errorf("metadata: %v, %v", m, err)
	}
	names, err := s.LabelValues(t.Context(), sources.Window{}, "__name__")
	if err != nil || !slices.Contains(names, "node_memory_MemAvailable_bytes") {
		t.Errorf("names: %.200q, %v", names, err)
	}
	if got := cells(t, s, "health"); !slices.Equal(got, []string{"up"}) {
		t.Errorf("health: %q", got)
	}
}

func TestE2ENetdata(t *testing.T) {
	p, dir := port(t), t.TempDir()
	conf := filepath.Join(dir, "netdata.conf")
	text := fmt.Sprintf(`[global]
run as user = %s
[directories]
cache = %[2]s
lib = %[2]s
log = %[2]s
[db]
mode = ram
[web]
bind to = 127.0.0.1:%[3]s
[plugins]
go.d = no
python.d = no
charts.d = no
apps = no
[ml]
enabled = no
[statsd]
enabled = no
`, os.Getenv("USER"), dir, p)
	if os.Getenv("USER") == "" {
		text = strings.Replace(text, "run as user = \n", "run as user = root\n", 1)
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "http://127.0.0.1:" + p + "/api/v1/allmetrics?format=prometheus"
	serve(t, "netdata", url, "netdata", "-D", "-c", conf, "-P", filepath.Join(dir, "pid"))
	j, err := Target(url, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Jobs: jobsOf(j)})
	until(t, "netdata's series", func() bool {
		return len(ask(t, s, `netdata_system_load_load_average{dimension="load1"}`)) == 1
	})
	rate(t, s, `sum(netdata_system_cpu_percentage_average)`, 3*time.Second)
	if st := s.Status(); st.Series < 100 || len(st.Notes) > 0 {
		t.Errorf("status: %+v", st)
	}
	t.Logf("%d series", s.Status().Series)
}
