//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// freePort is a port of loopback that nobody listens on now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

// server starts a program of Debian's and ends it with the test.
func server(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: apt-get install %s", name, name)
	}
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
}

// A watched is a Prometheus that scrapes itself and a node_exporter every second.
type watched struct{ api, exporter string }

func watch(t *testing.T) watched {
	t.Helper()
	dir := t.TempDir()
	w := watched{api: "http://127.0.0.1:" + freePort(t), exporter: "127.0.0.1:" + freePort(t)}
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs:\n  - {job_name: prometheus, static_configs: [{targets: ['%s']}]}\n  - {job_name: node, static_configs: [{targets: ['%s']}]}\n  - {job_name: gone, static_configs: [{targets: ['127.0.0.1:1']}]}\n",
		strings.TrimPrefix(w.api, "http://"), w.exporter)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server(t, "prometheus-node-exporter", "--web.listen-address="+w.exporter)
	server(t, "prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+strings.TrimPrefix(w.api, "http://"))
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		body, err := get(w.api + "/api/v1/query?query=" + url.QueryEscape("count(rate(node_cpu_seconds_total[5s])) and on () up{job=\"prometheus\"}==1"))
		if err == nil && bytes.Contains(body, []byte(`"value"`)) {
			return w
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has no rates: %v %s", err, body)
		}
	}
}

func get(address string) ([]byte, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// What nightjar prints as JSON is what the server answers.
func TestE2EQueryEqualsTheServer(t *testing.T) {
	w := watch(t)
	at := strconv.FormatInt(time.Now().Add(-2*time.Second).Unix(), 10)
	canonical := func(text []byte) any {
		var v struct {
			Status string
			Data   struct {
				ResultType string
				Result     any
			}
		}
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return v
	}
	for _, expr := range []string{
		"up", "up == 0", "sort_desc(node_cpu_seconds_total)", "rate(node_cpu_seconds_total[5s])", "node_load1[3s]", "1", "1/0", "0 - 1/0", "0/0",
		`"text"`, "up / 0", "nothing", "scalar(up{job=\"node\"})", "topk(3, node_cpu_seconds_total)", "label_replace(up, \"x\", \"a\\\"b\\nc€\", \"\", \"\")",
		"prometheus_http_request_duration_seconds_bucket", "node_memory_MemTotal_bytes", "1e300 * 1e9",
	} {
		want, err := get(w.api + "/api/v1/query?time=" + at + "&query=" + url.QueryEscape(expr))
		if err != nil {
			t.Fatal(err)
		}
		code, got, errs := runWith(t, nil, "query", "--source", w.api, "--at", at, "-o", "json", expr)
		if code != exitOK {
			t.Errorf("%s: exit %d: %s", expr, code, errs)
			continue
		}
		if a, b := canonical([]byte(got)), canonical(want); !reflect.DeepEqual(a, b) {
			t.Errorf("%s\ngot  %.600s\nwant %.600s", expr, got, want)
		}
	}
	end, _ := strconv.ParseInt(at, 10, 64)
	for _, expr := range []string{"up", "rate(node_cpu_seconds_total[5s])", "node_load1 > 1e9", "vector(1)"} {
		want, err := get(fmt.Sprintf("%s/api/v1/query_range?start=%d&end=%d&step=1&query=%s", w.api, end-4, end, url.QueryEscape(expr)))
		if err != nil {
			t.Fatal(err)
		}
		code, got, errs := runWith(t, nil, "query", "--source", w.api, "--at", at, "--range", "4s", "--step", "1s", "-o", "json", expr)
		if code != exitOK {
			t.Errorf("%s: exit %d: %s", expr, code, errs)
			continue
		}
		if a, b := canonical([]byte(got)), canonical(want); !reflect.DeepEqual(a, b) {
			t.Errorf("%s over a range\ngot  %.600s\nwant %.600s", expr, got, want)
		}
	}
}

func TestE2EDashboardOfAServer(t *testing.T) {
	w := watch(t)
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	m := newMux(t, "120", "36")
	m.keys(bin+" "+w.api, "Enter")
	m.sees("› prometheus", "Near a limit", "ok 1s", "Targets by job")
	m.keys("q")
	m.until(func(s string) bool { return !strings.Contains(s, "Near a limit") }, "q does not quit")
	m.keys(bin+" http://"+w.exporter+"/metrics", "Enter")
	m.sees("› node", "Near a limit", "ok 5s")
	m.keys("q")
	m.until(func(s string) bool { return !strings.Contains(s, "Near a limit") }, "q does not quit")
}

// A server and an exporter answer together; the answer of each is the one that it
// gives alone, and nothing is lost when a third is not there.
func TestE2EQueryOfAllSources(t *testing.T) {
	w := watch(t)
	config := filepath.Join(t.TempDir(), "c.yaml")
	text := fmt.Sprintf("sources:\n  - {name: prom, url: '%s'}\n  - {name: node, url: 'http://%s/metrics'}\n  - {name: gone, url: 'http://127.0.0.1:1'}\n", w.api, w.exporter)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	type series struct {
		Metric map[string]string
		Value  []any
		Values [][]any
	}
	ask := func(args ...string) (list []series, warned string) {
		t.Helper()
		code, out, errs := runWith(t, nil, append([]string{"query", "--config", config, "-o", "json"}, args...)...)
		var v struct{ Data struct{ Result []series } }
		if err := json.Unmarshal([]byte(out), &v); err != nil || code != exitOK {
			t.Fatalf("%v: exit %d, %v: %s%s", args, code, err, out, errs)
		}
		return v.Data.Result, errs
	}
	of := func(list []series, source string) (out []series) {
		for _, s := range list {
			if s.Metric["source"] == source {
				delete(s.Metric, "source")
				out = append(out, s)
			}
		}
		return out
	}
	at := strconv.FormatFloat(float64(time.Now().UnixMilli())/1000, 'f', 3, 64)
	all, warned := ask("--source", "all", "--at", at, "node_memory_MemTotal_bytes")
	if !strings.Contains(warned, "gone: query: unavailable") {
		t.Errorf("nobody says what is missing: %s", warned)
	}
	alone, _ := ask("--source", "prom", "--at", at, "node_memory_MemTotal_bytes")
	if got := of(all, "prom"); len(alone) != 1 || !reflect.DeepEqual(got, alone) {
		t.Errorf("together %v, alone %v", got, alone)
	}
	both, _ := ask("--source", "prom", "--source", "node", "node_memory_MemTotal_bytes")
	prom, node := of(both, "prom"), of(both, "node")
	if len(both) != 2 || len(prom) != 1 || len(node) != 1 || !reflect.DeepEqual(prom[0].Value[1], node[0].Value[1]) {
		t.Errorf("two that read one machine: %v", both)
	}
	for _, s := range []string{"local", "prom", "node"} {
		list, _ := ask("--source", "all", "--range", "2s", "--step", "1s", "count(node_memory_MemTotal_bytes)")
		if one := of(list, s); len(one) != 1 || one[0].Values[len(one[0].Values)-1][1] != "1" {
			t.Errorf("over a range %s has %v", s, one)
		}
	}
	board := filepath.Join(t.TempDir(), "b.yaml")
	if err := os.WriteFile(board, []byte("source: all\nrows: [{panels: [{title: Memory, kind: bars, queries: [node_memory_MemTotal_bytes]}]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(text, "  - {name: gone, url: 'http://127.0.0.1:1'}\n", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runWith(t, nil, "frame", "--config", config, "--size", "120x24", board)
	for _, want := range []string{"local instance=", "prom instance=", "node instance="} {
		if code != exitOK || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q: %s\n%s", code, want, errs, out)
		}
	}
}
