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
	"slices"
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

// server starts a program of $NIGHTJAR_E2E_BIN or of Debian's and ends it with the test.
func server(t *testing.T, name string, args ...string) {
	t.Helper()
	path := programOf(name)
	if path == "" {
		t.Skipf("%s is not installed: apt-get install %[1]s, or for prometheus3 and victorialogs see .ci/run", name)
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

// programOf is the path of a program, empty if it is not here.
func programOf(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("NIGHTJAR_E2E_BIN")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	path, _ := exec.LookPath(name) // empty with an error
	return path
}

// A watched is a Prometheus that scrapes itself and a node_exporter every second.
type watched struct{ api, exporter string }

func watch(t *testing.T) watched { return watchBy(t, "prometheus", "", "") }

// watchBy starts a Prometheus by its program's name; more are its global
// settings and jobs besides, where SELF is its own address.
func watchBy(t *testing.T, program, global, jobs string, args ...string) watched {
	t.Helper()
	dir := t.TempDir()
	w := watched{api: "http://127.0.0.1:" + freePort(t), exporter: "127.0.0.1:" + freePort(t)}
	self := strings.TrimPrefix(w.api, "http://")
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 1s%s}\nscrape_configs:\n  - {job_name: prometheus, static_configs: [{targets: [SELF]}]}\n  - {job_name: node, static_configs: [{targets: ['%s']}]}\n  - {job_name: gone, static_configs: [{targets: ['127.0.0.1:1']}]}\n%s",
		global, w.exporter, jobs)
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(text, "SELF", "'"+self+"'")), 0o600); err != nil {
		t.Fatal(err)
	}
	server(t, "prometheus-node-exporter", "--web.listen-address="+w.exporter)
	server(t, program, append([]string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + self}, args...)...)
	w.await(t, "count(rate(node_cpu_seconds_total[5s])) and on () up{job=\"prometheus\"}==1")
	return w
}

// await waits until an expression has an answer.
func (w watched) await(t *testing.T, expr string) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		body, err := get(w.api + "/api/v1/query?query=" + url.QueryEscape(expr))
		if err == nil && bytes.Contains(body, []byte(`"metric"`)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has no %s: %v %s", expr, err, body)
		}
	}
}

// watchNative starts a Prometheus 3 with native histograms, exponential ones of
// itself and ones with custom buckets made of its classic ones.
func watchNative(t *testing.T) watched {
	t.Helper()
	w := watchBy(t, "prometheus3", ", scrape_native_histograms: true",
		"  - {job_name: nhcb, scrape_native_histograms: false, convert_classic_histograms_to_nhcb: true, static_configs: [{targets: [SELF]}]}\n")
	w.await(t, `histogram_count(rate(prometheus_http_request_duration_seconds{job="prometheus",handler="/metrics"}[5s])) > 0`)
	w.await(t, `histogram_count(rate(prometheus_http_request_duration_seconds{job="nhcb",handler="/metrics"}[5s])) > 0`)
	return w
}

func get(address string) ([]byte, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// Expressions that every Prometheus answers, those that have native histograms
// (H all, E those with exponential buckets), and those of them that only
// Prometheus 3 knows.
var (
	plainExprs = []string{
		"up", "up == 0", "sort_desc(node_cpu_seconds_total)", "rate(node_cpu_seconds_total[5s])", "node_load1[3s]", "1", "1/0", "0 - 1/0", "0/0",
		`"text"`, "up / 0", "nothing", "scalar(up{job=\"node\"})", "topk(3, node_cpu_seconds_total)", "label_replace(up, \"x\", \"a\\\"b\\nc€\", \"\", \"\")",
		"prometheus_http_response_size_bytes_bucket", "node_memory_MemTotal_bytes", "1e300 * 1e9",
	}
	emptyExprs   = []string{"nothing", "node_load1 > 1e9", mixedSchemas}
	plainRanges  = []string{"up", "rate(node_cpu_seconds_total[5s])", "node_load1 > 1e9", "vector(1)"}
	nativeExprs  = []string{"H", "H[3s]", "rate(H[5s])", "sum by (handler) (E)", "sum(rate(E[5s]))", "H or up", "histogram_quantile(0.9, rate(H[5s]))", "histogram_count(H)"}
	nativeRanges = []string{
		"H", "rate(H[5s])", "sum by (job) (H)", "H or up", "histogram_quantile(0.9, sum(rate(E[5s])))",
		"(sum(E) and on () (vector(time() % 2) == 0)) or sum(up)", // one series with both
	}
	threeExprs = []string{
		"-H", "H - H", "0.1 * H", "H / 0", "H >/ 0.005", "sum by (handler) (H{job=\"nhcb\"})", "rate(H{job=\"nhcb\"}[5s])[3s:1s]", "histogram_fraction(0, 0.1, H)",
		mixedSchemas,
	}
)

// mixedSchemas adds exponential and custom buckets, which Prometheus 3 only warns of.
const mixedSchemas = "sum(prometheus_http_request_duration_seconds)"

// What nightjar prints as JSON is what the server answers, to the byte.
func TestE2EQueryEqualsTheServer(t *testing.T) {
	const name = "prometheus_http_request_duration_seconds"
	native := func(exprs []string) []string {
		var out []string
		for _, e := range exprs {
			out = append(out, strings.NewReplacer("H", name, "E", name+`{job!="nhcb"}`).Replace(e))
		}
		return out
	}
	var three watched
	t.Run("prometheus3", func(t *testing.T) {
		three = watchNative(t)
		equalsTheServer(t, three, slices.Concat(plainExprs, native(nativeExprs), native(threeExprs)), slices.Concat(plainRanges, native(nativeRanges)))
		t.Run("prometheus", func(t *testing.T) { // 2.42 has none of its own
			w := watchBy(t, "prometheus", "", "  - {job_name: three, static_configs: [{targets: ['"+strings.TrimPrefix(three.api, "http://")+"']}]}\n", "--enable-feature=native-histograms")
			w.await(t, `histogram_count(rate(prometheus_http_request_duration_seconds{job="three",handler="/metrics"}[5s])) > 0`)
			equalsTheServer(t, w, native(nativeExprs), native(nativeRanges))
		})
	})
	t.Run("prometheus", func(t *testing.T) { equalsTheServer(t, watch(t), plainExprs, plainRanges) })
}

func equalsTheServer(t *testing.T, w watched, instants, ranges []string) {
	t.Helper()
	end := time.Now().Unix() + 5 // there is something in all of the range
	at := strconv.FormatInt(end, 10)
	w.await(t, fmt.Sprintf("min by (instance) (timestamp(up)) > %d", end+1))
	compare := func(expr, path string, args ...string) {
		t.Helper()
		want, err := get(w.api + path + "&query=" + url.QueryEscape(expr))
		if err != nil {
			t.Fatal(err)
		}
		code, got, errs := runWith(t, nil, append(args, "--source", w.api, "--at", at, "-o", "json", "--", expr)...)
		if code != exitOK {
			t.Errorf("%s: exit %d: %s", expr, code, errs)
		} else if a, b := strings.TrimSpace(got), strings.TrimSpace(string(want)); a != b {
			i := 0
			for i < min(len(a), len(b)) && a[i] == b[i] {
				i++
			}
			t.Errorf("%s %v\ngot  ...%.300s\nwant ...%.300s", expr, args, a[max(i-100, 0):], b[max(i-100, 0):])
		}
		if strings.Contains(got, `"result":[]`) != slices.Contains(emptyExprs, expr) {
			t.Errorf("%s is empty, or is not: %.300s", expr, got)
		}
	}
	for _, expr := range instants {
		compare(expr, "/api/v1/query?time="+at, "query")
	}
	for _, expr := range ranges {
		compare(expr, fmt.Sprintf("/api/v1/query_range?start=%d&end=%d&step=1", end-4, end), "query", "--range", "4s", "--step", "1s")
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
