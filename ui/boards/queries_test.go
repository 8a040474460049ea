package boards_test

import (
	"bufio"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"nightjar/sources"
	"nightjar/sources/engine"
	"nightjar/ui/boards"
)

// A boardQuery is a query of a built-in board as it is asked.
type boardQuery struct {
	name  string // board/panel/name or legend of the query
	panel *boards.Panel
	expr  string // without macros and variables
}

// queriesOf are all queries of a board, with what its variables are at first.
func queriesOf(b *boards.Board, scrape, span time.Duration) (out []boardQuery) {
	m := boards.Macros{Interval: scrape, Scrape: scrape, Range: span, Vars: map[string]string{}, All: map[string]boards.AllOf{}}
	for _, v := range b.Variables {
		m.Vars[v.Name] = strings.Join(v.Value, "|")
		if slices.Equal(v.Value, []string{boards.All}) {
			m.All[v.Name] = boards.AllOf{Text: v.AllText}
		}
	}
	for _, row := range b.Rows {
		for i := range row.Panels {
			p := &row.Panels[i]
			for _, q := range p.Queries {
				name := q.Name
				if name == "" {
					name = q.Legend
				}
				out = append(out, boardQuery{b.Name + "/" + p.ID + "/" + name, p, boards.Expand(q.Expr, m)})
			}
		}
	}
	return out
}

// metricsIn are the names of the metrics that an expression reads.
func metricsIn(t *testing.T, expr string) (names []string) {
	t.Helper()
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	parser.Inspect(tree, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			names = append(names, v.Name)
		}
		return nil
	})
	return names
}

// realMetrics are the names in testdata/metrics.txt by where they are from.
func realMetrics(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	from, out := "", map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "## "); ok {
			from = rest
		} else if line != "" && !strings.HasPrefix(line, "#") {
			out[line] = from
		}
	}
	return out
}

// A query for a metric that nothing exposes shows nothing for ever, and nobody
// can tell that from a calm system.
func TestBuiltinBoardsAskForRealMetrics(t *testing.T) {
	metrics := realMetrics(t)
	for _, b := range boards.Builtin() {
		for _, name := range b.Needs {
			if metrics[name] == "" {
				t.Errorf("%s needs %s, which is no known metric", b.Name, name)
			}
		}
		for _, q := range queriesOf(b, 15*time.Second, time.Hour) {
			for _, name := range metricsIn(t, q.expr) {
				if metrics[name] == "" && name != "" { // a pattern has no name
					t.Errorf("%s asks for %s, which is no known metric", q.name, name)
				}
			}
		}
	}
}

// Names that no server here exposes are held against dashboards that people use.
func TestMetricsOfTheCorpusAreThere(t *testing.T) {
	root := os.Getenv("NIGHTJAR_CORPUS")
	if root == "" {
		t.Skip("NIGHTJAR_CORPUS is not set: a folder with dashboards and rules as they are published")
	}
	word := regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)
	used := map[string]bool{}
	for _, folder := range []string{"dashboards", "rules"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			for _, w := range word.FindAllString(string(data), -1) {
				used[w] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	checked := 0
	for name, from := range realMetrics(t) {
		if strings.Contains(from, "NIGHTJAR_CORPUS") {
			checked++
			if !used[name] {
				t.Errorf("%s is in no dashboard and no rule of the corpus", name)
			}
		}
	}
	if checked < 20 {
		t.Errorf("%d names are said to be from the corpus", checked)
	}
}

// load fills an engine as promqltest's "load 15s" does and gives the time of the last sample.
func load(t *testing.T, e *engine.Engine, file string, start time.Time) time.Time {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const step = 15 * time.Second
	end := start
	p := parser.NewParser(parser.Options{})
	app := e.Appender(t.Context())
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		series, values, err := p.ParseSeriesDesc(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for i, v := range values {
			at := start.Add(time.Duration(i) * step)
			if at.After(end) {
				end = at
			}
			if _, err := app.Append(0, series, at.UnixMilli(), v.Value); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	return end
}

func openEngine(t *testing.T, now *time.Time) *engine.Engine {
	t.Helper()
	e, err := engine.Open(engine.Options{Dirs: []string{t.TempDir()}, Clock: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// ask asks a query as its panel does and gives the answer.
func ask(t *testing.T, e *engine.Engine, q boardQuery, now time.Time) *sources.Frame {
	t.Helper()
	if q.panel.Kind == boards.KindGraph || q.panel.Kind == boards.KindStat {
		f, err := e.QueryRange(t.Context(), sources.RangeQuery{Expr: q.expr, Start: now.Add(-15 * time.Minute), End: now, Step: 15 * time.Second})
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		return f
	}
	f, err := e.QueryInstant(t.Context(), sources.InstantQuery{Expr: q.expr, Time: now})
	if err != nil {
		t.Fatalf("%s: %v", q.name, err)
	}
	return f
}

func TestBuiltinQueriesRunOnTheEngine(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	e := openEngine(t, &now)
	for _, b := range boards.Builtin() {
		seen := map[string]bool{}
		for _, q := range queriesOf(b, 15*time.Second, time.Hour) {
			if seen[q.name] {
				t.Errorf("there are two queries %s", q.name)
			}
			seen[q.name] = true
			ask(t, e, q, now)
		}
	}
}

// Every check of the board for Kubernetes finds what is wrong with a cluster in
// which everything is; and none gives "not a number".
func TestKubernetesBoardSeesTrouble(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	e := openEngine(t, &now)
	now = load(t, e, "testdata/kubernetes.txt", now)
	b := boards.ByName(boards.Builtin(), "kubernetes")
	for _, q := range queriesOf(b, 15*time.Second, time.Hour) {
		f := ask(t, e, q, now)
		if len(f.Series) == 0 {
			t.Errorf("%s gives nothing: %s", q.name, q.expr)
		}
		worst := math.Inf(-1)
		for i := range f.Series {
			if _, v, ok := f.Series[i].Last(); !ok || math.IsNaN(v) {
				t.Errorf("%s: %s is not a number", q.name, f.Series[i].Labels)
			} else {
				worst = max(worst, v)
			}
		}
		i := slices.IndexFunc(q.panel.Queries, func(x boards.Query) bool {
			return q.panel.Kind == boards.KindLimits && strings.HasSuffix(q.name, "/"+x.Name)
		})
		if i < 0 || q.panel.Queries[i].Name == "requested of the cluster" || q.panel.Queries[i].Name == "pods failed" {
			continue // room is left, no pod has failed
		}
		if limit := q.panel.Queries[i].Thresholds[0]; limit.Below != (worst < limit.At) && worst != limit.At {
			t.Errorf("%s: the worst is %v, which is not past %v", q.name, worst, limit.At)
		}
	}
}
