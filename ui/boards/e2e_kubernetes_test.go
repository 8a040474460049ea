//go:build e2e

package boards_test

import (
	"bufio"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"nightjar/ui/boards"
)

// soon is the step of testdata/kubernetes.txt shortly before containers restart.
const soon = 78

// page serves the series of a file of promqltest as a page of metrics: from the step
// soon on one for every second that has passed, and the last one from then on.
func page(t *testing.T, file string) *httptest.Server {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type series struct {
		name   string
		values []parser.SequenceValue
	}
	var all []series
	p := parser.NewParser(parser.Options{})
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		labels, values, err := p.ParseSeriesDesc(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, series{labels.String(), values})
	}
	// As a page has them: {__name__="up", a="b"} is up{a="b"}, families together.
	for i := range all {
		name := all[i].name
		start := strings.Index(name, `__name__="`)
		end := start + len(`__name__="`) + strings.IndexByte(name[start+len(`__name__="`):], '"')
		metric := name[start+len(`__name__="`) : end]
		all[i].name = metric + name[:start] + strings.TrimPrefix(name[end+1:], ", ")
	}
	slices.SortStableFunc(all, func(a, b series) int { return strings.Compare(a.name, b.name) })
	begin := time.Now()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		step := soon + int(time.Since(begin)/time.Second)
		for _, x := range all {
			fmt.Fprintf(w, "%s %v\n", x.name, x.values[min(step, len(x.values)-1)].Value)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// The board for Kubernetes on a real Prometheus that scrapes a cluster in trouble:
// every query has an answer, and V lists the namespaces there are.
func TestE2EKubernetesBoardOnARealServer(t *testing.T) {
	cluster := page(t, "testdata/kubernetes.txt")
	dir, self := t.TempDir(), address(t)
	config := write(t, filepath.Join(dir, "prometheus.yml"), fmt.Sprintf(`
global: {scrape_interval: 1s}
scrape_configs: [{job_name: kubernetes, honor_labels: true, static_configs: [{targets: [%q]}]}]
`, strings.TrimPrefix(cluster.URL, "http://")))
	serve(t, "http://"+self+"/-/ready", program(t, "prometheus", "prometheus"), "--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+self)
	f := &fleet{t, "http://" + self}
	b := boards.ByName(boards.Builtin(), "kubernetes")
	for _, q := range queriesOf(b, time.Second, time.Hour) {
		var got []float64
		wait(t, q.name+" has an answer", func() bool {
			var err error
			if got, err = f.as(q); err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			return len(got) > 0
		})
		for _, v := range got {
			if math.IsNaN(v) && q.panel.Kind != boards.KindGraph {
				t.Errorf("%s is not a number: %s", q.name, q.expr)
			}
		}
	}
}
