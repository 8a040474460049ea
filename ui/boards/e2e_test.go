//go:build e2e

package boards_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/ui/boards"
)

// quiet are the queries that give nothing where all is well, or where a server
// has not run for an hour, with the reason. A trailing * stands for what follows.
var quiet = map[string]string{
	"prometheus/limits/series grown in 1h":         "needs an hour, and ten thousand series",
	"prometheus/limits/series churn in 5m":         "needs ten thousand series",
	"prometheus/limits/critical alerts":            "the fleet's alert has no severity",
	"prometheus/limits/alerts":                     "the fleet's alert comes and goes",
	"rules/alerts/*":                               "the fleet's alert comes and goes",
	"prometheus/limits/remote write*":              "there is no remote write",
	"prometheus/limits/query latency p99":          "needs a query within ten minutes",
	"targets/limits/targets of a job that is gone": "needs a job that went",
	"targets/limits/samples grown in 1h":           "needs an hour",
	"node/limits/filesystem full in":               "needs half an hour, and a filesystem that fills",
	"node/limits/filesystem turned read-only":      "needs an hour, and a broken disk",
	"node/limits/TCP sent again":                   "needs traffic",
	"node/limits/tracked connections":              "only where the kernel tracks connections",
	"node/limits/failed units":                     "the systemd collector is off unless asked for",
	"node/limits/failed disks of arrays":           "only where there are arrays",
	"node/limits/temperature of limit":             "only where there are sensors",
	"go-process/limits/memory of GOMEMLIMIT":       "Prometheus 2.42 does not expose it",
	"go-process/limits/CPU of GOMAXPROCS":          "Prometheus 2.42 does not expose it",
	"go-process/limits/memory grown in 1h":         "needs an hour",
	"go-process/limits/goroutines grown in 1h":     "needs an hour",
}

func isQuiet(name string) bool {
	for pattern := range quiet {
		if prefix, ok := strings.CutSuffix(pattern, "*"); pattern == name || ok && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// A fleet is real servers on loopback: Prometheus that scrapes itself, two
// node_exporters and a clustered Alertmanager, with a rule
// that fires again and again, so that notifications are sent.
type fleet struct {
	t    *testing.T
	base string // of Prometheus
}

func program(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("NIGHTJAR_E2E_BIN")) {
		if path := filepath.Join(dir, name); executable(path) {
			return path
		}
	}
	path, err := exec.LookPath(pkg)
	if err != nil {
		t.Skipf("%s is not installed: apt-get install --no-install-recommends prometheus prometheus-node-exporter prometheus-alertmanager", pkg)
	}
	return path
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// serve runs a program until the test ends and waits until it answers at url.
func serve(t *testing.T, url, path string, args ...string) {
	t.Helper()
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
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%s said: %s", path, text[max(0, len(text)-2000):])
		}
		log.Close()
	})
	wait(t, url+" answers", func() bool {
		r, err := http.Get(url)
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func startFleet(t *testing.T) *fleet {
	prometheus := program(t, "prometheus", "prometheus")
	exporter := program(t, "node_exporter", "prometheus-node-exporter")
	alertmanager := program(t, "alertmanager", "prometheus-alertmanager")
	dir := t.TempDir()
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(hook.Close)

	nodes := []string{address(t), address(t)}
	for _, a := range nodes {
		serve(t, "http://"+a+"/metrics", exporter, "--web.listen-address="+a)
	}
	am, cluster := address(t), address(t)
	config := write(t, filepath.Join(dir, "am.yml"), fmt.Sprintf("route: {receiver: hook, group_wait: 1s, group_interval: 1s}\nreceivers: [{name: hook, webhook_configs: [{url: %q}]}]\n", hook.URL))
	serve(t, "http://"+am+"/-/ready", alertmanager, "--config.file="+config, "--storage.path="+filepath.Join(dir, "am"),
		"--web.listen-address="+am, "--cluster.listen-address="+cluster, "--cluster.advertise-address="+cluster, "--cluster.settle-timeout=0s")

	write(t, filepath.Join(dir, "rules.yml"), "groups: [{name: g, interval: 1s, rules: [{record: 'job:up:sum', expr: 'sum by (job) (up)'}, {alert: Comes and goes, expr: 'vector(time()) % 4 < 2'}]}]\n")
	self := address(t)
	config = write(t, filepath.Join(dir, "prometheus.yml"), fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs:
- {job_name: prometheus, static_configs: [{targets: [%q]}]}
- {job_name: node, static_configs: [{targets: [%q, %q]}]}
- {job_name: alertmanager, static_configs: [{targets: [%q]}]}
`, am, self, nodes[0], nodes[1], am))
	serve(t, "http://"+self+"/-/ready", prometheus, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+self)
	f := &fleet{t, "http://" + self}
	wait(t, "every target is scraped three times", func() bool {
		got, err := f.instant("count(count_over_time(up[1m]) >= 3)")
		return err == nil && len(got) == 1 && got[0] == 4
	})
	wait(t, "the rule's alert is sent on", func() bool {
		got, err := f.instant("sum(rate(alertmanager_notifications_total[1m])) > 0 and sum(rate(prometheus_notifications_sent_total[1m])) > 0")
		return err == nil && len(got) == 1
	})
	return f
}

// get asks the HTTP API; the values are the last one of each series.
func (f *fleet) get(path string, args url.Values) ([]float64, error) {
	r, err := http.Get(f.base + path + "?" + args.Encode())
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	var body struct {
		Status, Error string
		Data          struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	if body.Status != "success" {
		return nil, fmt.Errorf("%s: %s", r.Status, body.Error)
	}
	var series []struct {
		Value  [2]any
		Values [][2]any
	}
	if body.Data.ResultType == "scalar" {
		series = append(series, struct {
			Value  [2]any
			Values [][2]any
		}{})
		err = json.Unmarshal(body.Data.Result, &series[0].Value)
	} else {
		err = json.Unmarshal(body.Data.Result, &series)
	}
	if err != nil {
		return nil, err
	}
	var out []float64
	for _, s := range series {
		v := s.Value
		if len(s.Values) > 0 {
			v = s.Values[len(s.Values)-1]
		}
		x, err := strconv.ParseFloat(fmt.Sprint(v[1]), 64)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (f *fleet) instant(expr string) ([]float64, error) {
	return f.get("/api/v1/query", url.Values{"query": {expr}})
}

// as asks a query as its panel does.
func (f *fleet) as(q boardQuery) ([]float64, error) {
	if q.panel.Kind != boards.KindGraph && q.panel.Kind != boards.KindStat {
		return f.instant(q.expr)
	}
	now := time.Now().Unix()
	return f.get("/api/v1/query_range", url.Values{
		"query": {q.expr}, "start": {strconv.FormatInt(now-60, 10)}, "end": {strconv.FormatInt(now, 10)}, "step": {"1"},
	})
}

func TestE2EBuiltinBoardsOnRealServers(t *testing.T) {
	f := startFleet(t)
	has := func(metric string) bool {
		got, err := f.instant("count(" + metric + ")")
		if err != nil {
			t.Fatal(err)
		}
		return len(got) > 0
	}
	var names []string
	used := map[string]bool{}
	for _, b := range boards.Proposed(boards.Builtin(), has) {
		names = append(names, b.Name)
		for _, q := range queriesOf(b, time.Second, time.Hour) {
			got, err := f.as(q)
			for n := 0; n < 50 && err == nil && len(got) == 0 && !isQuiet(q.name); n++ { // a counter may have to grow first
				time.Sleep(200 * time.Millisecond)
				got, err = f.as(q)
			}
			switch {
			case err != nil:
				t.Errorf("%s: %v", q.name, err)
			case len(got) == 0 && isQuiet(q.name):
				t.Logf("%s gives nothing, as it may", q.name)
			case len(got) == 0:
				t.Errorf("%s gives nothing: %s", q.name, q.expr)
			}
			for _, v := range got {
				if math.IsNaN(v) && q.panel.Kind != boards.KindGraph {
					t.Errorf("%s is not a number: %s", q.name, q.expr)
				}
			}
			used[q.name] = true
		}
	}
	if got := strings.Join(names, " "); got != "prometheus targets rules node alertmanager go-process metrics" {
		t.Errorf("proposed are %s", got)
	}
	for pattern := range quiet { // a renamed query must not stay excused
		prefix, many := strings.CutSuffix(pattern, "*")
		found := used[pattern]
		for name := range used {
			found = found || many && strings.HasPrefix(name, prefix)
		}
		if !found {
			t.Errorf("%q is no query", pattern)
		}
	}
}
