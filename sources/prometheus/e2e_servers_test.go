//go:build e2e

package prometheus

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

const (
	installDebian = "apt-get install --no-install-recommends prometheus prometheus-node-exporter prometheus-alertmanager victoria-metrics"
	installThree  = `go install -tags remove_all_sd -ldflags "-s -w -X github.com/prometheus/common/version.Version=3.16.0" github.com/prometheus/prometheus/cmd/prometheus@v0.316.0, with its folder in NIGHTJAR_E2E_BIN`
)

// program finds a binary in $NIGHTJAR_E2E_BIN or on PATH whose --version contains want.
func program(t *testing.T, want, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		for _, dir := range append(filepath.SplitList(os.Getenv("NIGHTJAR_E2E_BIN")), filepath.SplitList(os.Getenv("PATH"))...) {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			if out, _ := exec.Command(path, "--version").CombinedOutput(); strings.Contains(string(out), want) {
				return path
			}
		}
	}
	t.Skipf("no %s: %s", names[0], install)
	return ""
}

// freePort is an address on loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	return address
}

// start runs a server until the test ends.
func start(t *testing.T, path string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr, c.Dir = &out, &out, t.TempDir()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, out.Bytes()[max(0, out.Len()-2000):])
		}
	})
}

const promConfig = `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: self
    static_configs: [{targets: ["%s"]}]
%s  - job_name: gone
    static_configs: [{targets: ["127.0.0.1:1"]}]
`

const promRules = `
groups:
  - name: g
    rules:
      - {record: "job:up:sum", expr: "sum by (job) (up)"}
      - {alert: TargetDown, expr: "up == 0", labels: {severity: critical}, annotations: {summary: "{{ $labels.instance }} is down"}}
      - {alert: Never, expr: "vector(0) > 1"}
`

// startPrometheus runs a Prometheus that scrapes itself and a target that is not there.
func startPrometheus(t *testing.T, path, more string, args ...string) string {
	t.Helper()
	dir, address := t.TempDir(), freePort(t)
	for name, text := range map[string]string{"prometheus.yml": fmt.Sprintf(promConfig, address, more), "rules.yml": promRules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, path, append([]string{
		"--config.file=" + filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
	}, args...)...)
	return "http://" + address
}

// await polls until f is nil.
func await(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick.C:
		}
	}
}

func awaitSeries(t *testing.T, s *Source, expr string) {
	t.Helper()
	await(t, func(ctx context.Context) error {
		f, err := s.QueryInstant(ctx, sources.InstantQuery{Expr: expr})
		if err == nil && len(f.Series) == 0 {
			err = fmt.Errorf("%s is empty", expr)
		}
		return err
	})
}
